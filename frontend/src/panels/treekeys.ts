/** Arrow keys of the ARIA tree pattern: up, down, home and end move, left and right fold. */
export function moveFocus(event: KeyboardEvent): void {
  const tree = event.currentTarget as HTMLElement
  const from = event.target as HTMLElement
  if (from.getAttribute('role') !== 'treeitem') return
  const items = [...tree.querySelectorAll<HTMLElement>('[role="treeitem"]')]
  const at = items.indexOf(from)
  const folded = from.getAttribute('aria-expanded')
  const next: Record<string, HTMLElement | undefined> = {
    ArrowDown: items[at + 1], ArrowUp: items[at - 1], Home: items[0], End: items.at(-1),
    ArrowLeft: items.slice(0, at).findLast((item) => item.getAttribute('aria-level') === '1'),
    ArrowRight: folded === 'true' ? items[at + 1] : undefined,
  }
  if (!(event.key in next)) return
  event.preventDefault()
  const level1 = from.getAttribute('aria-level') === '1'
  if (level1 && ((event.key === 'ArrowRight' && folded === 'false') || (event.key === 'ArrowLeft' && folded === 'true'))) {
    from.click()
    return
  }
  const target = next[event.key]
  if (!target) return
  items.forEach((item) => { item.tabIndex = item === target ? 0 : -1 })
  target.focus()
}

const name = 'wutu.phone.recent'
const most = 5

function kept(): Record<string, string[]> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(name) ?? '{}')
    return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Record<string, string[]>) : {}
  } catch {
    return {}
  }
}

/** The classes that somebody reported last, newest first; at most five. */
export const recentClasses = (owner: string): string[] => {
  const list = kept()[owner]
  return Array.isArray(list) ? list.filter((code) => typeof code === 'string').slice(0, most) : []
}

export function usedClass(owner: string, code: string): void {
  const all = kept()
  all[owner] = [code, ...recentClasses(owner).filter((other) => other !== code)].slice(0, most)
  localStorage.setItem(name, JSON.stringify(all))
}

import { defineStore } from 'pinia'
import { computed, reactive, shallowRef, watch } from 'vue'
import { newKey } from '@/state/report'
import { alone, onOthers, tellOthers } from '../device/alone'
import { server } from '../device/server'
import { shelf } from '../device/shelf'
import { caseOf, isPending, newItem, type Item, type Work } from '../outbox/item'
import { inOrder, isRemovable, reopened, retried, submitted } from '../outbox/machine'
import { drain } from '../outbox/sender'
import { usePhone } from './phone'

const quietMs = 30_000 // how often a line that was down is tried while the page is in sight

/** Whether the phone may send now: some pay for the line by the byte. */
function onPaidLine(): boolean {
  const line = (navigator as Navigator & { connection?: { type?: string } }).connection
  return line?.type === 'cellular'
}

/** Everything written on this phone: drafts, what waits, what was sent. */
export const useOutbox = defineStore('outbox', () => {
  const phone = usePhone()
  const items = shallowRef<Item[]>([])
  const shares = reactive(new Map<string, number>())
  const state = reactive({ sending: false, broken: false })

  const mine = computed(() => inOrder(items.value.filter(({ owner }) => owner === phone.me?.id)))
  const drafts = computed(() => mine.value.filter((item) => item.state === 'draft').reverse())
  const pending = computed(() => mine.value.filter(isPending))
  const done = computed(() => mine.value.filter((item) => item.state === 'done').reverse())
  const foreign = computed(() => items.value.filter((item) => item.owner !== phone.me?.id && item.state !== 'done'))
  const find = (id: string) => mine.value.find((item) => item.id === id)

  async function load(): Promise<void> {
    items.value = await shelf.items().then((found) => { state.broken = false; return found }, () => { state.broken = true; return items.value })
  }

  function changed(): void {
    tellOthers()
    void load()
  }

  /** Keeps an item as it is, with pictures that are new. */
  async function keep(item: Item, blobs?: Map<string, Blob>): Promise<void> {
    await shelf.put({ ...item, changed: Date.now() }, blobs)
    changed()
  }

  const begin = (work: Work): Item => newItem(newKey(), phone.me?.id ?? '', work, Date.now())

  /** Hands an item over: from now on it is the phone's business to send it. */
  async function submit(item: Item): Promise<void> {
    const before = item.work.kind === 'step' ? mine.value.filter((other) => other.id !== item.id && isPending(other) && caseOf(other) === caseOf(item)) : []
    const work = item.work.kind === 'step' && before.length > 0 ? { ...item.work, after: before[before.length - 1].id } : item.work
    await shelf.put(submitted({ ...item, work, made: Date.now() }, Date.now()))
    await load()
    tellOthers()
    void sync()
  }

  async function retry(id: string, version?: string): Promise<void> {
    await shelf.change(id, (item) => retried(item, Date.now(), version))
    changed()
    void sync()
  }

  async function edit(id: string): Promise<Item | null> {
    const item = await shelf.change(id, (found) => reopened(found, Date.now()))
    tellOthers()
    await load()
    return item
  }

  async function remove(id: string): Promise<void> {
    const item = find(id)
    if (item && isRemovable(item)) await shelf.remove(id)
    changed()
  }

  let running: Promise<void> | undefined
  let again = false
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Sends what waits; a call while that goes on makes it look once more at the end. */
  function sync(): Promise<void> {
    again = true
    running ??= (async () => {
      state.sending = true
      while (again) {
        again = false
        await once()
      }
    })().catch(() => { state.broken = true }).finally(() => {
      running = undefined
      state.sending = false
      shares.clear()
    })
    return running
  }

  async function once(): Promise<void> {
    clearTimeout(timer)
    await load()
    const owner = phone.me?.id
    if (owner === undefined || !mine.value.some(({ state: now }) => now === 'waiting' || now === 'sending')) return
    if (!navigator.onLine || (phone.settings.wifiOnly && onPaidLine())) return later(quietMs)
    // The token of the session is not kept on the phone, and another may have signed in.
    if ((!phone.heard || phone.signedOut) && !(await phone.ask())) return later(quietMs)
    if (phone.me?.id !== owner) return
    const outcome = await drain({
      shelf, server, alone, now: Date.now, newKey, changed, progress: (id, share) => shares.set(id, share),
    }, owner)
    if (outcome.over === 'signin') {
      if (await phone.ask()) later(3_000) // another token, or another session
      else phone.signedOut = true
    }
    else if (outcome.over === 'pause') later(outcome.until - Date.now())
    else if (outcome.over === 'offline') later(quietMs / 4)
    await load()
  }

  function later(ms: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => { if (document.visibilityState === 'visible') void sync() }, Math.min(Math.max(ms, 500), 5 * 60_000))
  }

  /** The line is back, or somebody wants it now: pauses count no more. */
  async function hurry(): Promise<void> {
    for (const item of mine.value) if (item.state === 'waiting' && item.next > 0) await shelf.change(item.id, (found) => retried(found, Date.now()))
    await sync()
  }

  function start(): void {
    onOthers(() => void load())
    window.addEventListener('online', () => void hurry())
    document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'visible') void hurry() })
    watch(() => [phone.me?.id, phone.signedOut, phone.settings.wifiOnly] as const, () => void sync())
    void load().then(sync)
  }

  return { items, shares, state, mine, drafts, pending, done, foreign, find, load, keep, begin, submit, retry, edit, remove, sync, hurry, start }
})

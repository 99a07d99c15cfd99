import { onBeforeUnmount, ref, type ShallowRef } from 'vue'
import { shelf } from '../device/shelf'
import type { Item, Picture, Work } from '../outbox/item'
import { useOutbox } from './outbox'

const quietMs = 250

/**
 * An item being written. Every change is kept on the device a moment later, and
 * at once when the page goes out of sight; pictures are kept as they come.
 */
export function useDraft(item: ShallowRef<Item>) {
  const outbox = useOutbox()
  const savedAt = ref(0)
  const failed = ref(false)
  let timer: ReturnType<typeof setTimeout> | undefined
  let dirty = false
  let over = false
  let writing: Promise<void> = Promise.resolve()

  function change(work: Partial<Work>): void {
    item.value = { ...item.value, work: { ...item.value.work, ...work } as Work }
    touch()
  }

  /** A change that nobody made by hand: not worth a draft of its own. */
  function follow(work: Partial<Work>): void {
    item.value = { ...item.value, work: { ...item.value.work, ...work } as Work }
    if (savedAt.value > 0) touch()
  }

  function touch(): void {
    dirty = true
    clearTimeout(timer)
    timer = setTimeout(() => void save(), quietMs)
  }

  function save(blobs?: Map<string, Blob>): Promise<void> {
    clearTimeout(timer)
    if (over || (!dirty && !blobs)) return writing
    dirty = false
    const now = item.value
    writing = writing.then(() => outbox.keep(now, blobs)).then(() => { savedAt.value = Date.now(); failed.value = false }, () => { dirty = failed.value = true })
    return writing
  }

  /** A picture is on the device before it is shown. */
  async function addPicture(picture: Picture, blob: Blob): Promise<void> {
    const before = item.value
    item.value = { ...before, pictures: [...before.pictures, picture] }
    dirty = true
    await save(new Map([[picture.key, blob]]))
    if (failed.value) item.value = { ...item.value, pictures: item.value.pictures.filter(({ key }) => key !== picture.key) }
  }

  function removePicture(key: string): void {
    item.value = { ...item.value, pictures: item.value.pictures.filter((picture) => picture.key !== key) }
    touch()
  }

  /** Hands it over; from here on nothing of the form is kept any more. False when the device cannot keep it: then it stays a draft. */
  async function submit(): Promise<boolean> {
    await save()
    over = true
    clearTimeout(timer)
    try {
      await writing
      await outbox.submit(item.value)
      return true
    } catch {
      over = false
      dirty = failed.value = true
      return false
    }
  }

  async function discard(): Promise<void> {
    over = true
    clearTimeout(timer)
    await writing
    await shelf.remove(item.value.id)
    await outbox.load()
  }

  const hidden = () => { if (document.visibilityState === 'hidden') void save() }
  const leaving = () => void save()
  document.addEventListener('visibilitychange', hidden)
  window.addEventListener('pagehide', leaving)
  onBeforeUnmount(() => {
    document.removeEventListener('visibilitychange', hidden)
    window.removeEventListener('pagehide', leaving)
    void save()
  })

  return { change, follow, addPicture, removePicture, submit, discard, savedAt, failed }
}

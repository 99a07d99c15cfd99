import type { Case } from '@/api/eventtypes'
import { Problem } from '@/api/http'
import type { Post } from './compose'
import type { Answer, Item } from './item'
import type { Server, Shelf } from './sender'

/** A sequence of numbers in [0, 1) that a seed determines (Mulberry32). */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Thrown into a page that is killed. */
export class Killed extends Error {}

/** Runs several pages at once and decides at each step which of them goes on. */
export class Turns {
  private readonly waiting: { page: number; go: () => void; die: () => void }[] = []
  constructor(private readonly roll: () => number) {}

  step(page: number): Promise<void> {
    return new Promise((go, fail) => this.waiting.push({ page, go, die: () => fail(new Killed()) }))
  }

  kill(page: number): void {
    for (let i = this.waiting.length - 1; i >= 0; i--) if (this.waiting[i].page === page) this.waiting.splice(i, 1)[0].die()
  }

  /** Lets one page go on; false when none waits. */
  async once(): Promise<boolean> {
    for (let i = 0; i < 20; i++) await Promise.resolve() // every page has come to its next wait
    if (this.waiting.length === 0) return false
    this.waiting.splice(Math.floor(this.roll() * this.waiting.length), 1)[0].go()
    return true
  }
}

/** What lies on the device: outlives pages. */
export class Device {
  readonly rows = new Map<string, Item>()
  readonly blobs = new Map<string, Blob>()

  shelf(step: () => Promise<void>): Shelf {
    const copy = (item: Item) => structuredClone(item)
    return {
      items: async () => { await step(); return [...this.rows.values()].map(copy) },
      change: async (id, turn) => {
        await step()
        const found = this.rows.get(id)
        if (!found) return null
        const after = turn(copy(found))
        this.rows.set(id, copy(after))
        await step()
        return after
      },
      put: async (item, blobs) => { await step(); this.rows.set(item.id, copy(item)); blobs?.forEach((blob, key) => this.blobs.set(key, blob)) },
      remove: async (id) => { await step(); this.rows.delete(id) },
      blob: async (key) => { await step(); return this.blobs.get(key) },
    }
  }
}

interface Kept { version: number; steps: { step: string; key: string; at: number }[]; photos: string[]; body: string }

/** A server that keeps its promises over a line that does not. */
export class FakeServer {
  readonly events = new Map<string, Kept>()
  readonly photos = new Map<string, string>() // key to id
  readonly once = new Map<string, { body: string; id: string }>()
  trouble = 0 // share of requests that something happens to
  posts = 0

  constructor(private readonly roll: () => number) {}

  /** The line: before the server sees a request, and after it has. */
  private line(): void {
    if (this.roll() >= this.trouble) return
    const kind = this.roll()
    if (kind < 0.6) throw new Problem('offline', 0, '')
    if (kind < 0.9) throw new Problem('unavailable', 503, '')
    throw new Problem('unauthorized', 401, '')
  }

  api(step: () => Promise<void>): Server {
    return {
      upload: async (_, key) => {
        await step()
        this.line()
        const id = this.photos.get(key) ?? `p${this.photos.size + 1}`
        this.photos.set(key, id)
        await step()
        this.line()
        return id
      },
      post: async (post) => {
        await step()
        this.line()
        const answer = this.take(post)
        await step()
        this.line()
        return answer
      },
      look: async (id) => {
        await step()
        this.line()
        return { id, version: this.events.get(id)?.version ?? 0, history: [] } as unknown as Case
      },
    }
  }

  take({ path, body, headers }: Post): Answer {
    this.posts++
    const key = headers['Idempotency-Key']
    const told = this.once.get(key)
    if (told && told.body !== body) throw new Problem('conflict', 409, 'Idempotency-Key: was used with another request')
    const known = [...this.photos.values()]
    const { photos = [] } = JSON.parse(body) as { photos?: string[] }
    if (!told && photos.some((id) => !known.includes(id))) throw new Problem('invalid', 422, '/photos: is no picture')
    const [, , , , id, step] = path.split('/')
    if (id === undefined) {
      const made = told?.id ?? `e${this.events.size + 1}`
      if (!told) this.events.set(made, { version: 1, steps: [], photos, body })
      this.once.set(key, { body, id: made })
      return this.answer(made)
    }
    const event = this.events.get(id)
    if (!event) throw new Problem('not-found', 404, '')
    if (!told) {
      if (headers['If-Match'] !== `"${event.version}"`) throw new Problem('conflict', 409, 'If-Match: stale')
      event.version++
      event.steps.push({ step, key, at: event.version })
      event.photos.push(...photos)
      this.once.set(key, { body, id })
    }
    return this.answer(id)
  }

  private answer(id: string): Answer {
    return { id, number: id, state: 'reported', version: String(this.events.get(id)?.version) }
  }
}

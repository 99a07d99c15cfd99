import { outcome, transact } from './database'

/** What was read from the server for whom and when, to be shown while there is no line. */
export interface Packed<T> { owner: string; at: number; value: T }

export const packed = <T>(name: string): Promise<Packed<T> | undefined> =>
  transact(['pack'], 'readonly', (store) => outcome<Packed<T> | undefined>(store('pack').get(name)))

export const pack = (name: string, owner: string, value: unknown, at: number): Promise<void> =>
  transact(['pack'], 'readwrite', async (store) => { await outcome(store('pack').put({ owner, at, value }, name)) })

/** Forgets what was read for anybody but the owner; '' forgets everything. Items stay. */
export const unpackOthers = (owner: string): Promise<void> =>
  transact(['pack'], 'readwrite', async (store) => {
    const names = await outcome(store('pack').getAllKeys())
    for (const name of names) {
      const entry = await outcome<Packed<unknown> | undefined>(store('pack').get(name))
      if (entry && entry.owner !== owner) store('pack').delete(name)
    }
  })

/** Forgets all packed things whose names begin so, but for those named. */
export const unpack = (prefix: string, keep: string[]): Promise<void> =>
  transact(['pack'], 'readwrite', async (store) => {
    const wanted = new Set(keep)
    for (const name of await outcome(store('pack').getAllKeys())) {
      if (typeof name === 'string' && name.startsWith(prefix) && !wanted.has(name)) store('pack').delete(name)
    }
  })

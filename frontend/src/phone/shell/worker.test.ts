import { describe, expect, it } from 'vitest'
import source from './worker.js?raw'

type Handler = (event: Record<string, unknown>) => void

/** Runs the service worker of a build over caches that outlive it, on a line that may be down. */
function start(build: string, files: string[], caches: Map<string, Map<string, string>>, line: { down: boolean; asked: string[] }) {
  const handlers = new Map<string, Handler>()
  const self = { location: { origin: 'http://city.test' }, clients: { claim: () => Promise.resolve() }, skipped: 0, skipWaiting: () => { self.skipped++; return Promise.resolve() }, addEventListener: (name: string, handler: Handler) => handlers.set(name, handler) }
  const pathOf = (request: string | { url: string }) => new URL(typeof request === 'string' ? request : request.url, 'http://city.test').pathname
  const fetching = (request: string | { url: string }) => {
    line.asked.push(pathOf(request))
    return line.down ? Promise.reject(new TypeError('no line')) : Promise.resolve({ ok: true, type: 'basic', text: `net ${pathOf(request)}`, clone: () => ({ text: `net ${pathOf(request)}` }) })
  }
  const open = (name: string) => {
    const kept = caches.get(name) ?? caches.set(name, new Map()).get(name)!
    return Promise.resolve({
      match: (request: string | { url: string }) => Promise.resolve(kept.has(pathOf(request)) ? { text: kept.get(pathOf(request)) } : undefined),
      put: (request: { url: string }, response: { text: string }) => { kept.set(pathOf(request), response.text); return Promise.resolve() },
      addAll: async (requests: { url: string }[]) => {
        const answers = await Promise.all(requests.map(fetching))
        requests.forEach((request, i) => kept.set(pathOf(request), answers[i].text))
      },
    })
  }
  const storage = { open, keys: () => Promise.resolve([...caches.keys()]), delete: (name: string) => Promise.resolve(caches.delete(name)) }
  const Ask = class { constructor(readonly url: string) {} }
  new Function('self', 'caches', 'fetch', 'Request', source.replace("'__FILES__'", files.map((file) => JSON.stringify(file)).join()).replace('__BUILD__', build))(self, storage, fetching, Ask)
  const wait = async (name: string) => {
    let work: Promise<unknown> = Promise.resolve()
    handlers.get(name)?.({ waitUntil: (given: Promise<unknown>) => { work = given } })
    await work
  }
  /** What the worker answers with; undefined when it leaves the request to the line. */
  const ask = async (path: string, more: Record<string, string> = {}) => {
    let answer: Promise<{ text: string }> | undefined
    handlers.get('fetch')?.({ request: { method: 'GET', mode: 'cors', url: new URL(path, 'http://city.test').href, ...more }, respondWith: (given: Promise<{ text: string }>) => { answer = given } })
    return (await answer)?.text
  }
  return { self, wait, ask, tell: (data: unknown) => handlers.get('message')?.({ data }) }
}

describe('the service worker of the phone', () => {
  const files = ['/m.html', '/assets/m-1.js']

  it('opens the phone\'s pages and files without a line, and nothing else', async () => {
    const line = { down: false, asked: [] as string[] }
    const worker = start('1', files, new Map(), line)
    await worker.wait('install')
    line.down = true
    const page = { mode: 'navigate' }
    for (const path of ['/m', '/m/', '/m/report', '/m/task/42?x=1', '/m?lang=en']) expect(await worker.ask(path, page), path).toBe('net /m.html')
    expect(await worker.ask('/assets/m-1.js')).toBe('net /assets/m-1.js')
    for (const path of ['/', '/me', '/map', '/login?to=/m']) expect(await worker.ask(path, page), path).toBeUndefined()
  })

  it('never answers for data, for other sites, or for what changes something', async () => {
    const worker = start('1', files, new Map(), { down: false, asked: [] })
    await worker.wait('install')
    for (const path of ['/api/v1/me', '/api/v1/events', '/ogc/collections', '/tiles/events/1/2/3', '/open311/v2/services.json', 'https://city.test:444/assets/m-1.js']) expect(await worker.ask(path), path).toBeUndefined()
    expect(await worker.ask('/assets/m-1.js', { method: 'POST' })).toBeUndefined()
  })

  it('keeps files of the map when they are first used', async () => {
    const line = { down: false, asked: [] as string[] }
    const worker = start('1', files, new Map(), line)
    expect(await worker.ask('/assets/map-1.js')).toBe('net /assets/map-1.js')
    line.down = true
    expect(await worker.ask('/assets/map-1.js')).toBe('net /assets/map-1.js')
  })

  it('replaces a build as a whole, when it is told to', async () => {
    const caches = new Map([['other', new Map<string, string>()]])
    const line = { down: false, asked: [] as string[] }
    const old = start('1', files, caches, line)
    await old.wait('install')
    await old.wait('activate')
    const fresh = start('2', ['/m.html', '/assets/m-2.js'], caches, line)
    await fresh.wait('install')
    expect(fresh.self.skipped).toBe(0)
    expect(await old.ask('/assets/m-1.js')).toBe('net /assets/m-1.js')
    fresh.tell('something')
    expect(fresh.self.skipped).toBe(0)
    fresh.tell('take over')
    expect(fresh.self.skipped).toBe(1)
    await fresh.wait('activate')
    expect([...caches.keys()]).toEqual(['other', 'wutu-phone-2'])
  })

  it('does not take the place of a whole build with half of one', async () => {
    const line = { down: true, asked: [] as string[] }
    await expect(start('1', files, new Map(), line).wait('install')).rejects.toThrow()
  })
})

/**
 * The service worker of the phone: keeps the files of one build on the device,
 * so that its pages open without a line. It answers for files and for the phone's
 * own pages, never for data: what the server says comes from the server, and what
 * it said last is kept, with its time, by the pages.
 *
 * build/worker.mjs fills in the build and its files, and writes m-sw.js.
 */
const build = '__BUILD__'
const files = ['__FILES__']
const page = '/m.html'
const prefix = 'wutu-phone-'
const cacheName = prefix + build

/** All files of the build or none: half a build would not start. */
self.addEventListener('install', (event) => {
  event.waitUntil(caches.open(cacheName).then((cache) => cache.addAll(files.map((file) => new Request(file, { cache: 'no-cache' })))))
})

self.addEventListener('activate', (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name)
    await self.clients.claim()
  })())
})

/** A new build waits until somebody asks for it: a page never changes under the hands of its user. */
self.addEventListener('message', (event) => {
  if (event.data === 'take over') void self.skipWaiting()
})

self.addEventListener('fetch', (event) => {
  const { request } = event
  const url = new URL(request.url)
  if (request.method !== 'GET' || url.origin !== self.location.origin) return
  if (request.mode === 'navigate') {
    if (url.pathname === '/m' || url.pathname.startsWith('/m/')) event.respondWith(kept(page, request))
    return
  }
  if (files.includes(url.pathname)) event.respondWith(kept(url.pathname, request))
  else if (url.pathname.startsWith('/assets/')) event.respondWith(keptWhenUsed(request))
})

async function kept(path, request) {
  const cache = await caches.open(cacheName)
  return (await cache.match(path)) ?? fetch(request)
}

/** Names under assets carry a hash of their content, so what was fetched once stays right: the map's files, fonts. */
async function keptWhenUsed(request) {
  const cache = await caches.open(cacheName)
  const found = await cache.match(request)
  if (found) return found
  const response = await fetch(request)
  if (response.ok && response.type === 'basic') void cache.put(request, response.clone()).catch(() => undefined)
  return response
}

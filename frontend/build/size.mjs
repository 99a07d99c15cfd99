// The byte budget: fails when a way into the application has grown too heavy.
// Sizes are brotli, quality 11, of JavaScript and style sheets.
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { brotliCompressSync } from 'node:zlib'

const assets = new URL('../dist/assets/', import.meta.url).pathname
const files = (await readdir(assets)).filter((name) => /\.(js|css)$/.test(name))
const text = new Map(await Promise.all(files.map(async (name) => [name, await readFile(path.join(assets, name), 'utf8')])))
const bytes = new Map([...text].map(([name, code]) => [name, brotliCompressSync(code).length]))
const filesOf = async (document) => [...(await readFile(path.join(assets, '..', document), 'utf8')).matchAll(/assets\/([^"]+\.(?:js|css))/g)].map(([, name]) => name)

/** Everything a file imports at once (not lazily), itself included. */
function closure(names) {
  const seen = new Set()
  const visit = (name) => {
    if (seen.has(name) || !text.has(name)) return
    seen.add(name)
    for (const [, next] of text.get(name).matchAll(/(?:from|import)\s*"\.\/([^"]+\.js)"/g)) visit(next)
  }
  names.forEach(visit)
  return seen
}

const find = (prefix) => files.filter((name) => name.startsWith(`${prefix}-`))
const entry = await filesOf('index.html')
const phone = await filesOf('m.html')
const phonePages = ['HomePage', 'ReportPage', 'SentPage', 'TaskPage', 'StepPage', 'NearPage', 'LocatePage', 'OutboxPage', 'MePage']
const total = (names) => [...names].reduce((sum, name) => sum + bytes.get(name), 0)

const page = (...prefixes) => total(closure([...entry, ...prefixes.flatMap(find)]))
const budgets = [
  ['first paint: entry and map page', page('MapPage'), 120],
  ['first map: with the map and its worker', page('MapPage', 'CityMap', 'maplibre-gl-worker'), 550],
  ['phone: report page, without its map', total(closure([...phone, ...find('ReportPage')])), 120],
  ['phone: all pages, without the map', total(closure([...phone, ...phonePages.flatMap(find)])), 150],
  ['charts, on demand', total(find('chart')), 200],
  ['drawing, on demand', total(files.filter((name) => name.startsWith('terra-draw'))), 60],
]

let over = 0
for (const [name, size, limit] of budgets) {
  const ok = size > 0 && size <= limit * 1000
  if (!ok) over++
  console.log(`${ok ? 'ok  ' : 'OVER'} ${String(Math.round(size / 100) / 10).padStart(7)} kB of ${String(limit).padStart(3)}  ${name}`)
}
process.exitCode = over > 0 ? 1 : 0

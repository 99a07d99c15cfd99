// Writes dist/m-sw.js: the service worker of the phone with the list of files
// that its pages are made of, named after their content. The map is not among
// them, nor fonts: they are kept when they are first used.
import { createHash } from 'node:crypto'
import { readFile, rm, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'

const dist = path.resolve(process.argv[2] ?? new URL('../dist/', import.meta.url).pathname)
const source = new URL('../src/phone/shell/worker.js', import.meta.url)
const mostBytes = 4_500_000
const always = ['/m.html', '/m.webmanifest', '/icon.svg', '/icons/phone-192.png']
const entry = 'm.html'
/** What the phone's pages can do without until there is a line: the map, and the words of other parts. */
const isLeft = (source) => source.startsWith('src/map/') || /^src\/i18n\/(?!en\.ts|phone\.)/.test(source) || source.startsWith('src/styles/')

/** Everything the page loads, at once or later, but for what is left. */
function filesOf(manifest) {
  const found = new Set()
  const seen = new Set()
  const visit = (source) => {
    if (seen.has(source)) return
    seen.add(source)
    const { file, css = [], assets = [], imports = [], dynamicImports = [] } = manifest[source]
    for (const name of [file, ...css, ...assets]) if (/\.(?:js|css|svg|png)$/.test(name)) found.add(`/${name}`)
    imports.forEach(visit)
    dynamicImports.filter((next) => !isLeft(next)).forEach(visit)
  }
  visit(entry)
  return [...found].sort()
}

const manifestPath = path.join(dist, '.vite/manifest.json')
const files = [...always, ...filesOf(JSON.parse(await readFile(manifestPath, 'utf8')))]
await rm(path.dirname(manifestPath), { recursive: true })
const hash = createHash('sha256')
let bytes = 0
for (const name of files) {
  const file = path.join(dist, name)
  hash.update(name).update(await readFile(file))
  bytes += (await stat(file)).size
}
const worker = (await readFile(source, 'utf8')).replace("'__FILES__'", files.map((name) => JSON.stringify(name)).join(', ')).replace('__BUILD__', hash.digest('hex').slice(0, 16))
await writeFile(path.join(dist, 'm-sw.js'), worker)
const over = bytes > mostBytes
console.log(`${over ? 'OVER' : 'ok  '} phone shell: ${files.length} files, ${Math.round(bytes / 1000)} of ${mostBytes / 1000} kB kept on the device`)
process.exitCode = over ? 1 : 0

// Writes NAME.gz beside every built file that compresses well, so that the
// server never compresses the same file twice.
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { constants, gzipSync } from 'node:zlib'

const dist = new URL('../dist/', import.meta.url).pathname
const worthwhile = /\.(js|css|html|svg|json|webmanifest)$/
const smallest = 1024

for (const name of await readdir(dist, { recursive: true })) {
  const file = path.join(dist, name)
  if (!worthwhile.test(name) || !(await stat(file)).isFile()) continue
  const plain = await readFile(file)
  if (plain.length < smallest) continue
  await writeFile(`${file}.gz`, gzipSync(plain, { level: constants.Z_BEST_COMPRESSION }))
}

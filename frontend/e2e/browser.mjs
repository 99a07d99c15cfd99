// The browser, its flags for a machine without a GPU, and the waits that the
// walk is made of. Nothing here sleeps: the page says when it is done.
import { mkdir, rm } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export const base = (process.env.WUTU_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '')
const pictures = process.env.WUTU_PICTURES ?? fileURLToPath(new URL('../../bin/screenshots/', import.meta.url))
const timeoutMs = 30_000

const flags = [
  '--no-sandbox', '--use-gl=angle', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist',
  '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync',
]

/** Requests to other hosts, errors thrown by the page, and policy violations: all must stay empty. */
export const faults = { outside: [], errors: [] }

export async function launch() {
  await rm(pictures, { recursive: true, force: true })
  await mkdir(pictures, { recursive: true })
  return chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: flags })
}

export async function newPage(browser, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'zh-CN', reducedMotion: 'reduce', ...options })
  context.setDefaultTimeout(timeoutMs)
  const page = await context.newPage()
  page.on('request', (request) => {
    const url = request.url()
    if (!url.startsWith(`${base}/`) && !/^(blob|data):/.test(url)) faults.outside.push(url)
  })
  page.on('pageerror', (error) => faults.errors.push(`${page.url()}: ${error.message}`))
  page.on('console', (message) => {
    if (/Content Security Policy/.test(message.text())) faults.errors.push(message.text())
  })
  return page
}

/** Opens an address and waits until the map has drawn everything. */
export async function open(page, path) {
  await page.goto(base + path)
  await page.waitForFunction(() => (window.wutu?.idle ?? 0) > 0)
}

/** Does something that changes the map, then waits until it has been drawn. */
export async function drawn(page, action) {
  const before = await page.evaluate(() => window.wutu.idle)
  await action()
  await page.waitForFunction((count) => window.wutu.idle > count, before)
}

export const live = (page) => page.waitForFunction(() => window.wutu?.live === 'live')
export const shot = (page, name) => page.screenshot({ path: `${pictures}${name}.png` })
export const viewOf = (page) => page.evaluate(() => window.wutu.state())

export async function api(path, options = {}) {
  const response = await fetch(base + path, {
    ...options,
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    headers: options.body === undefined ? options.headers : { 'Content-Type': 'application/json', ...options.headers },
  })
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return response.json()
}

/** The share of pixels that differ visibly between two pictures of one size. */
export async function difference(browser, one, two) {
  const page = await (await browser.newContext()).newPage()
  const share = await page.evaluate(async (sources) => {
    const [a, b] = await Promise.all(sources.map(async (source) => {
      const image = new Image()
      image.src = `data:image/png;base64,${source}`
      await image.decode()
      const canvas = document.createElement('canvas')
      canvas.width = image.width
      canvas.height = image.height
      const context = canvas.getContext('2d')
      context.drawImage(image, 0, 0)
      return context.getImageData(0, 0, image.width, image.height).data
    }))
    if (a.length !== b.length) return 1
    let different = 0
    for (let i = 0; i < a.length; i += 4) {
      if (Math.abs(a[i] - b[i]) + Math.abs(a[i + 1] - b[i + 1]) + Math.abs(a[i + 2] - b[i + 2]) > 48) different++
    }
    return different / (a.length / 4)
  }, [one.toString('base64'), two.toString('base64')])
  await page.context().close()
  return share
}

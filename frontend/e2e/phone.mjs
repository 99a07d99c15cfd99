// The phone: without a line, with a bad one, and with a good one. The server is
// the real one, the line is cut by the browser.
import assert from 'node:assert/strict'
import { crc32, deflateSync } from 'node:zlib'
import { ask, signIn } from './accounts.mjs'
import { api, base, live, newPage, open, shot } from './browser.mjs'

const minuteMs = 60_000
const appearLimitMs = 8000 // the promise is one second, which is printed; machines of tests are shared
const smallestTarget = 47.5 // 48 CSS pixels, less what rounding takes

const phoneOptions = (geolocation, more = {}) => ({
  viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, geolocation, permissions: ['geolocation', 'clipboard-read', 'clipboard-write'], serviceWorkers: 'allow', ...more,
})

/** A picture larger than what is sent, as a camera gives it: the width in pixels, a third of that in height. */
function picture(name, width, shade) {
  const height = Math.round(width / 3)
  const chunk = (type, data) => {
    const body = Buffer.concat([Buffer.from(type), data])
    const out = Buffer.alloc(8 + body.length)
    out.writeUInt32BE(data.length, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), 4 + body.length)
    return out
  }
  const head = Buffer.alloc(13)
  head.writeUInt32BE(width, 0)
  head.writeUInt32BE(height, 4)
  head.set([8, 0], 8) // eight bits, grey
  const rows = Buffer.alloc((width + 1) * height, shade)
  for (let y = 0; y < height; y++) rows[y * (width + 1)] = 0
  const buffer = Buffer.concat([Buffer.from([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))])
  return { name, mimeType: 'image/png', buffer }
}

/** Street lamps of the grid worker's area, far from each other. */
async function lamps(count) {
  const found = await api(`/ogc/collections/components/items?limit=300&filter-lang=cql2-text&filter=${encodeURIComponent("kind = 'lamp' AND grid LIKE '420504001006%'")}`)
  const step = Math.max(1, Math.floor(found.features.length / count))
  return found.features.filter((_, i) => i % step === 0).slice(0, count).map(({ geometry: { coordinates } }) => ({ longitude: coordinates[0], latitude: coordinates[1], accuracy: 8 }))
}

async function lampClass() {
  const { classes } = await api('/api/v1/event-classes')
  return classes.find(({ title }) => /路灯/.test(title.zh)) ?? assert.fail('no event class is about street lamps')
}

/** A grid worker's phone, at a place, on the first page of the application. */
async function phone(browser, place, more) {
  const page = await newPage(browser, phoneOptions(place, more))
  await signIn(page, 'gridworker', '?to=/m')
  await page.locator('[data-part=my-grid]').waitFor()
  return page
}

const kept = (page) => page.evaluate(async () => {
  const registration = await navigator.serviceWorker.ready
  if (!navigator.serviceWorker.controller) await new Promise((done) => navigator.serviceWorker.addEventListener('controllerchange', done, { once: true }))
  return registration.scope
})

/** Events of the city whose words contain a mark. */
async function marked(page, mark) {
  const { body } = await ask(page, `/api/v1/events?limit=50&filter=${encodeURIComponent(`description LIKE '%${mark}%'`)}`)
  return body.features
}

/** Writes a report from the first page on: picture, class, words. Answers with how long that took. */
async function report(page, code, words, shots = 1) {
  const start = Date.now()
  await page.locator('[data-action=report]').click()
  for (let i = 0; i < shots; i++) {
    await page.locator('[data-field=camera]').setInputFiles(picture(`shot-${i}.png`, 2600, 60 + i * 40))
    await page.locator('[data-photo]').nth(i).locator('img').waitFor()
  }
  await page.locator('[data-class]').first().waitFor()
  if ((await page.locator(`[data-class="${code}"]`).count()) === 0) await page.locator('[data-action=all-classes]').click()
  await page.locator(`[data-class="${code}"]`).first().click()
  await page.locator('[data-part=position]').filter({ hasText: '精度' }).waitFor()
  if (words) await page.locator('#description').fill(words)
  await page.locator('[data-action=submit]').click()
  await page.locator('[data-part=receipt]').waitFor()
  return Date.now() - start
}

const home = async (page) => {
  await page.goto(`${base}/m`)
  await page.locator('[data-part=my-grid]').waitFor()
}

/** Controls that are too small for a thumb, and whether the page is wider than the screen. */
const faultsOfLayout = (page, least) => page.evaluate((limit) => {
  const small = [...document.querySelectorAll('button, a[href], input:not(.hidden), textarea, summary')].filter((each) => {
    const { width, height } = each.getBoundingClientRect()
    if (width === 0 || each.classList.contains('hidden')) return false
    const around = each.closest('label')?.getBoundingClientRect().height ?? 0
    return Math.max(height, around) < limit
  }).map((each) => `${each.tagName} ${each.textContent.trim().slice(0, 20) || each.getAttribute('aria-label')}`)
  return { small, wide: document.documentElement.scrollWidth - document.documentElement.clientWidth }
}, least)

export const phoneSteps = [
  ['the phone can be installed, and starts without a line after one visit, as its last user', async (browser) => {
    const [place] = await lamps(1)
    const page = await phone(browser, place)
    const manifest = await api(new URL(await page.locator('link[rel=manifest]').getAttribute('href'), base).pathname)
    assert.equal(manifest.display, 'standalone')
    assert.ok(new URL(manifest.start_url, base).pathname.startsWith(manifest.scope), 'the start lies within the scope')
    for (const { src, sizes, type } of manifest.icons) {
      const [width, height] = await page.evaluate(async (address) => {
        const image = new Image()
        image.src = address
        await image.decode()
        return [image.naturalWidth, image.naturalHeight]
      }, src)
      assert.equal(`${width}x${height}`, sizes, src)
      assert.equal((await fetch(base + src)).headers.get('content-type'), type)
    }
    assert.ok(manifest.icons.some(({ purpose }) => purpose === 'maskable'))
    assert.equal(new URL(await kept(page)).pathname, '/m')

    await page.context().setOffline(true)
    await page.reload()
    await page.locator('[data-part=my-grid]').filter({ hasText: '网格员' }).waitFor()
    await page.locator('[data-part=offline]').waitFor()
    const second = await page.context().newPage()
    await second.goto(`${base}/m/report`)
    await second.locator('[data-class]').first().waitFor()
    await second.goto(`${base}/m/me`)
    await second.locator('[data-part=last-known]').waitFor()
    const cached = await page.evaluate(async () => (await Promise.all((await caches.keys()).map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => new URL(url).pathname)))).flat())
    assert.deepEqual(cached.filter((path) => /^\/(api|ogc|tiles|open311)/.test(path)), [], 'no data is kept as a file')
    await page.context().setOffline(false)
    assert.ok((await fetch(`${base}/m-sw.js`)).headers.get('cache-control')?.includes('no-cache'))
  }],
  ['three reports without a line stay over a reload and a second page, and become three events with their pictures, though answers are lost', async (browser) => {
    const places = await lamps(4)
    const page = await phone(browser, places[0])
    const mark = `离线${Date.now().toString(36)}`
    const { code } = await lampClass()
    await kept(page)
    await page.context().setOffline(true)
    for (let i = 0; i < 3; i++) {
      await page.context().setGeolocation(places[i])
      await report(page, code, `${mark}第${i + 1}件`, i + 1)
      await page.locator('[data-state=waiting]').filter({ hasText: '待传' }).waitFor()
      if (i === 0) await shot(page, 'phone-offline-receipt')
      await home(page)
    }
    await page.goto(`${base}/m/outbox`)
    await page.locator('[data-item-state=waiting]').nth(2).waitFor()
    await page.reload()
    await page.locator('[data-item-state=waiting]').nth(2).waitFor()
    assert.equal(await page.locator('[data-item-state=waiting]').count(), 3)
    await shot(page, 'phone-offline-outbox')
    const twin = await page.context().newPage()
    await twin.goto(`${base}/m/outbox`)
    await twin.locator('[data-item-state=waiting]').nth(2).waitFor()

    // The first answers to a picture and to each report are lost on the way.
    const lost = new Set()
    await page.context().route(/\/api\/v1\/(events|photos)$/, async (route) => {
      if (route.request().method() !== 'POST') return route.continue()
      const key = route.request().headers()['idempotency-key']
      const isPicture = route.request().url().endsWith('photos')
      if (lost.has(key) || (isPicture && lost.size > 0)) return route.continue()
      lost.add(key)
      await route.fetch()
      await route.abort()
    })
    await page.context().setOffline(false)
    await page.locator('[data-item-state=done]').nth(2).waitFor()
    await twin.locator('[data-item-state=done]').nth(2).waitFor()
    await shot(page, 'phone-synced')
    assert.ok(lost.size >= 4, `${lost.size} answers were lost`)
    const events = await marked(page, mark)
    assert.deepEqual(events.map(({ properties }) => properties.description).sort(), [1, 2, 3].map((n) => `${mark}第${n}件`))
    for (const { id, properties } of events) {
      const n = Number(/第(\d)件/.exec(properties.description)[1])
      const { body } = await ask(page, `/api/v1/events/${id}`)
      assert.equal(body.photos.length, n, `${properties.description} has its pictures`)
      const [lon, lat] = body.feature.geometry.coordinates
      assert.ok(Math.abs(lon - places[n - 1].longitude) < 1e-5 && Math.abs(lat - places[n - 1].latitude) < 1e-5, 'where the picture was taken')
      const { width, height } = await page.evaluate(async (address) => {
        const bitmap = await createImageBitmap(await (await fetch(address)).blob())
        return { width: bitmap.width, height: bitmap.height }
      }, `/api/v1/photos/${body.photos[0].id}?size=full`)
      assert.deepEqual([width, height], [2048, 683])
    }
    await page.context().unroute(/\/api\/v1\/(events|photos)$/)
  }],
  ['a report takes less than a minute, is told where it belongs, and stands on the dispatcher\'s list', async (browser) => {
    const place = (await lamps(9))[5]
    const dispatcher = await newPage(browser)
    await open(dispatcher, `/?v=1&p=events&c=${place.longitude}~${place.latitude}~16~0~0`)
    await live(dispatcher)
    const page = await phone(browser, place)
    const mark = `快报${Date.now().toString(36)}`
    const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/events') && response.request().method() === 'POST').then((response) => ({ response, at: Date.now() }))
    answered.catch(() => undefined) // what is wrong with the form is the better message
    const took = await report(page, (await lampClass()).code, mark)
    assert.ok(took < minuteMs, `${took} ms`)
    const { response, at } = await answered
    assert.equal(response.status(), 201, response.status() === 201 ? '' : await response.text())
    const { id, place: belongs } = await response.json()
    await page.locator(`[data-part=receipt][data-event="${id}"]`).waitFor()
    assert.match(await page.locator('[data-part=chain]').innerText(), /区.*·.*·.*·/s)
    if (belongs.department) assert.equal((await page.locator('[data-part=department]').innerText()).trim(), belongs.department.name)
    await shot(page, 'phone-receipt')
    await dispatcher.locator(`[data-event="${id}"]`).first().waitFor()
    assert.ok(Date.now() - at <= appearLimitMs)
    console.log(`     written in ${took} ms, on the dispatcher's list ${Date.now() - at} ms after the answer`)
  }],
  ['a draft keeps itself, several lie side by side, a poor position asks for the pin, and one is thrown away', async (browser) => {
    const [place] = await lamps(1)
    const page = await phone(browser, { ...place, accuracy: 80 })
    await page.locator('[data-action=report]').click()
    await page.locator('[data-part=poor]').waitFor()
    await page.locator('#description').fill('第一份草稿')
    await page.locator('[data-part=kept]').waitFor()
    await page.reload()
    await home(page)
    await page.locator('[data-action=report]').click()
    await page.locator('[data-field=photos]').setInputFiles(picture('a.png', 900, 90))
    await page.locator('[data-photo] img').waitFor()
    await page.locator('[data-class]').first().click()
    assert.ok(await page.locator('[data-action=submit]').isDisabled(), 'a poor position alone is not enough')
    await shot(page, 'phone-poor')
    await page.locator('[data-action=pin]').click()
    await page.waitForFunction(() => window.wutu.idle > 0)
    const before = await page.locator('[data-part=pin-picker] .num').innerText()
    await page.mouse.move(195, 400)
    await page.mouse.down()
    await page.mouse.move(150, 360, { steps: 4 })
    await page.mouse.up()
    await page.waitForFunction((text) => document.querySelector('[data-part=pin-picker] .num').textContent !== text, before)
    await shot(page, 'phone-pin')
    await page.locator('[data-action=pin-done]').click()
    await page.locator('[data-action=submit]:not([disabled])').waitFor()
    await home(page)
    await page.locator('[data-action=drafts]').filter({ hasText: '2' }).click()
    const drafts = page.locator('[data-item-state=draft]')
    await drafts.nth(1).waitFor()
    await drafts.filter({ hasText: '第一份草稿' }).locator('[data-action=continue]').click()
    assert.equal(await page.locator('#description').inputValue(), '第一份草稿')
    await page.locator('[data-action=discard]').click()
    await page.locator('[data-action=drafts]').filter({ hasText: '1' }).waitFor()
    await page.goto(`${base}/m/outbox`)
    await drafts.locator('[data-action=delete]').click()
    await drafts.locator('[data-action=delete]').click()
    await drafts.waitFor({ state: 'detached' })
  }],
  ['what was reported here before is shown, and added to instead of reported twice', async (browser) => {
    const place = (await lamps(9))[7]
    const page = await phone(browser, place)
    const { code } = await lampClass()
    const mark = `重复${Date.now().toString(36)}`
    await report(page, code, mark)
    await page.locator('[data-part=receipt][data-event]').waitFor()
    const id = await page.locator('[data-part=receipt]').getAttribute('data-event')
    await page.locator('[data-action=again]').click()
    await page.locator('[data-field=camera]').setInputFiles(picture('again.png', 1200, 200))
    await page.locator('[data-photo] img').waitFor()
    await page.locator('#description').fill(`${mark}补充`)
    await page.locator(`[data-part=duplicates] [data-alike="${id}"]`).waitFor()
    await shot(page, 'phone-duplicates')
    await page.locator(`[data-alike="${id}"] [data-action=supplement]`).click()
    await page.locator(`[data-part=receipt][data-event="${id}"]`).waitFor()
    const { body } = await ask(page, `/api/v1/events/${id}`)
    assert.equal(body.reports.length, 2)
    assert.equal(body.photos.length, 2)
    assert.equal((await marked(page, mark)).length, 1)
  }],
  ['a task is verified on the spot, written without a line and taken once; what others did meanwhile is told', async (browser) => {
    const places = await lamps(9)
    const { code } = await lampClass()
    const make = async (place, words) => {
      const made = await api('/api/v1/events', { method: 'POST', body: { lon: place.longitude, lat: place.latitude, accuracy: 8, class: code, description: words, channel: 'hotline' } })
      await api(`/api/v1/events/${made.id}/verify`, { method: 'POST', body: { worker: 'demo-gridworker' }, headers: { 'If-Match': `"${made.version}"` } })
      return made.id
    }
    const mark = Date.now().toString(36)
    const [first, second] = [await make(places[2], `核实一 ${mark}`), await make(places[3], `核实二 ${mark}`)]
    const page = await phone(browser, places[2])
    await kept(page)
    for (const id of [first, second]) await page.locator(`[data-task="${id}"]`).waitFor()
    await page.locator(`[data-task="${second}"]`).click()
    await page.locator('[data-step=confirm]').waitFor()
    await page.locator('[data-action=back]').click()
    await page.locator(`[data-task="${first}"]`).click()
    await page.locator('[data-part=distance]').filter({ hasText: /^\d+ m/ }).waitFor()
    await page.locator('[data-action=arrive]').click()
    await shot(page, 'phone-task')
    await page.context().setOffline(true)
    const verify = async (id, words) => {
      await page.locator('[data-step=confirm]').click()
      await page.locator('[data-submit=confirm]').click()
      await page.locator('[data-part=missing]').filter({ hasText: '拍照' }).waitFor()
      await page.locator('[data-field=camera]').setInputFiles(picture('proof.png', 1000, 120))
      await page.locator('[data-photo] img').waitFor()
      await page.locator('#words').fill(words)
      if (id === first) await shot(page, 'phone-step')
      await page.locator('[data-submit=confirm]').click()
      await page.locator('[data-state=waiting]').waitFor()
    }
    await verify(first, `情况属实 ${mark}`)
    await page.goto(`${base}/m/task/${second}`)
    await page.locator('[data-part=stale]').waitFor()
    await page.context().setGeolocation(places[3])
    await verify(second, `现场无误 ${mark}`)
    // Meanwhile the desk has refused the second case.
    const now = await api(`/api/v1/events/${second}`)
    await api(`/api/v1/events/${second}/refuse`, { method: 'POST', body: { note: '重复反映' }, headers: { 'If-Match': `"${now.version}"` } })
    await page.context().setOffline(false)
    await page.goto(`${base}/m/outbox`)
    await page.locator('[data-item-state=done]').filter({ hasText: mark }).waitFor()
    const failed = page.locator('[data-item-state=failed]').filter({ hasText: mark })
    await failed.locator('[data-part=failure]').waitFor()
    assert.match(await failed.innerText(), /不予受理/)
    await shot(page, 'phone-conflict')
    const { body } = await ask(page, `/api/v1/events/${first}`)
    assert.equal(body.state, 'accepted')
    assert.equal(body.history.filter(({ step }) => step === 'confirm').length, 1)
    assert.equal(body.photos.length, 1)
    await failed.locator('[data-action=edit]').click()
    assert.equal(await page.locator('#words').inputValue(), `现场无误 ${mark}`, 'nothing is lost')
    await page.locator('[data-photo] img').waitFor()
  }],
  ['where one stands is told in every system as the server has it, with areas and borders, and copied', async (browser) => {
    const place = (await lamps(9))[4]
    const page = await phone(browser, place)
    await page.locator('[data-tab=locate]').click()
    await page.locator('[data-part=areas] dd').nth(2).waitFor()
    const at = `${place.longitude},${place.latitude}`
    for (const system of ['gcj02', 'bd09']) {
      const { coords } = await api(`/api/v1/convert?coords=${at}&from=wgs84&to=${system}`)
      const shown = (await page.locator(`[data-system=${system}]`).innerText()).split(', ').map(Number)
      assert.ok(shown.every((value, i) => Math.abs(value - coords[0][i]) < 2e-6), `${system}: ${shown} is not ${coords[0]}`)
    }
    const { point } = await api(`/api/v1/locate?lon=${place.longitude}&lat=${place.latitude}`)
    const shown = (await page.locator('[data-system=cgcs2000_gk]').innerText()).split(', ').map(Number)
    assert.ok(Math.abs(shown[0] - point.cgcs2000_gk.x) < 0.15 && Math.abs(shown[1] - point.cgcs2000_gk.y) < 0.15, `${shown} is not ${JSON.stringify(point.cgcs2000_gk)}`)
    await page.locator('[data-copy=gcj02]').click()
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await page.locator('[data-system=gcj02]').innerText())
    await shot(page, 'phone-locate')
    await page.locator('[data-tab=near]').click()
    await page.locator('[data-kind=components]').click()
    await page.locator('[data-near]').first().waitFor()
    await shot(page, 'phone-near')
    await page.locator('[data-action=report-object]').first().click()
    await page.locator('[data-part=position]').filter({ hasText: '位于' }).waitFor()
  }],
  ['every page fits a narrow phone in large type, every control a thumb, in light, dark and sun', async (browser) => {
    const [place] = await lamps(1)
    const page = await phone(browser, place, { viewport: { width: 360, height: 640 } })
    for (const [name, settings] of Object.entries({ large: { large: true }, dark: { theme: 'dark' }, sun: { contrast: true }, english: { language: 'en', large: true } })) {
      await page.evaluate((kept) => localStorage.setItem('wutu.phone', JSON.stringify(kept)), settings)
      for (const path of ['', 'report', 'near', 'locate', 'outbox', 'me']) {
        await page.goto(`${base}/m/${path}`)
        await page.locator('h1').waitFor()
        await page.waitForFunction(() => document.querySelector('[aria-busy]') === null)
        const { small, wide } = await faultsOfLayout(page, smallestTarget)
        assert.deepEqual(small, [], `${name} ${path}`)
        assert.ok(wide <= 0, `${name} ${path} is ${wide} px too wide`)
        if (['', 'report', 'me'].includes(path)) await shot(page, `phone-${name}-${path || 'home'}`)
      }
    }
  }],
]

import assert from 'node:assert/strict'
import { api, drawn, live, newPage, open, shot } from './browser.mjs'

const appearLimitMs = 1000
/** The order in which a case is walked to its end; the first legal one is taken. */
const way = ['confirm', 'file', 'dispatch', 'sign', 'feedback', 'check', 'close']

/** Somewhere inside the city: the first street lamp. */
async function lampPosition() {
  const found = await api(`/ogc/collections/components/items?limit=1&filter=${encodeURIComponent("kind = 'lamp'")}&filter-lang=cql2-text`)
  const [longitude, latitude] = found.features[0].geometry.coordinates
  return { longitude, latitude, accuracy: 8 }
}

async function lampClass() {
  const { classes } = await api('/api/v1/event-classes')
  return classes.find(({ title }) => /路灯/.test(title.zh)) ?? assert.fail('no event class is about street lamps')
}

/** Chooses the class and the place of a report on a phone page. */
async function fillReport(page, code) {
  await page.locator('[data-class]').first().waitFor()
  if ((await page.locator(`[data-class="${code}"]`).count()) === 0) await page.locator('[data-action=all-classes]').click()
  await page.locator(`[data-class="${code}"]`).click()
  await page.locator('[data-action=gps]').click()
  await page.locator('[data-part=position]').filter({ hasText: '8 米' }).waitFor()
  await page.locator('#description').fill('路灯不亮，端到端检查')
}

const phoneOptions = (geolocation) => ({ viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, geolocation, permissions: ['geolocation'] })

export const eventSteps = [
  ['a street lamp reported on the phone is on the dispatcher\'s list and map within a second, and is walked to its close', async (browser) => {
    const place = await lampPosition()
    const dispatcher = await newPage(browser)
    await open(dispatcher, `/?v=1&p=events&c=${place.longitude}~${place.latitude}~16~0~0`)
    await live(dispatcher)
    await dispatcher.locator('[data-part=event-list] [data-event]').first().waitFor()
    await dispatcher.evaluate(() => {
      window.seen = {}
      new MutationObserver(() => document.querySelectorAll('[data-event]').forEach(({ dataset }) => { window.seen[dataset.event] ??= Date.now() }))
        .observe(document.body, { childList: true, subtree: true })
    })

    const phone = await newPage(browser, phoneOptions(place))
    await phone.goto(new URL('/m', dispatcher.url()).href)
    await fillReport(phone, (await lampClass()).code)
    await shot(phone, 'phone-report')
    const answered = phone.waitForResponse((response) => response.url().endsWith('/api/v1/events') && response.request().method() === 'POST').then((response) => ({ response, at: Date.now() }))
    await phone.locator('[data-action=submit]').click()
    const { response, at } = await answered
    assert.equal(response.status(), 201)
    const id = (await response.json()).id
    await phone.locator(`[data-part=receipt][data-event="${id}"]`).waitFor()
    assert.match(await phone.locator('[data-part=chain]').innerText(), /区.*·.*·.*·/s)
    assert.notEqual((await phone.locator('[data-part=department]').innerText()).trim(), '')
    await shot(phone, 'phone-receipt')

    await dispatcher.locator(`[data-event="${id}"]`).waitFor()
    const listed = (await dispatcher.evaluate((event) => window.seen[event], id)) - at
    await dispatcher.waitForFunction((event) => window.wutu.rendered('live-sign').includes(event), id, { polling: 50 })
    const mapped = Date.now() - at
    assert.ok(listed <= appearLimitMs, `listed after ${listed} ms`)
    console.log(`     listed ${listed} ms and drawn ${mapped} ms after the answer`)
    await shot(dispatcher, 'dispatch-new')

    await dispatcher.locator(`[data-event="${id}"]`).click()
    const steps = dispatcher.locator('[data-part=case] [data-step]')
    for (let i = 0; i < way.length + 2; i++) {
      const state = (await api(`/api/v1/events/${id}`)).state
      if (state === 'closed') break
      await steps.first().waitFor()
      const legal = await steps.evaluateAll((buttons) => buttons.map(({ dataset }) => dataset.step))
      const next = way.find((step) => legal.includes(step)) ?? assert.fail(`no way on from ${state}: ${legal}`)
      if ((await dispatcher.locator(`[data-step=${next}]`).getAttribute('data-needs'))?.match(/note|result/)) await dispatcher.locator('[data-part=note]').fill('已更换灯头，恢复照明')
      const done = dispatcher.waitForResponse((answer) => answer.url().endsWith(`/${id}/${next}`))
      await dispatcher.locator(`[data-part=case] [data-step=${next}]`).click()
      const answer = await done
      assert.equal(answer.status(), 200, `${next} in ${state}: ${answer.status() === 200 ? '' : await answer.text()}`)
      await dispatcher.locator('[data-part=case] .ok').waitFor()
    }
    assert.equal((await api(`/api/v1/events/${id}`)).state, 'closed')
    await dispatcher.locator('[data-part=case-state]').filter({ hasText: '结案' }).waitFor()
    await shot(dispatcher, 'dispatch-closed')
  }],
  ['a report that cannot be sent keeps its text, over a reload too, and is sent once', async (browser) => {
    const page = await newPage(browser, phoneOptions(await lampPosition()))
    await page.goto(`${(process.env.WUTU_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '')}/m`)
    await fillReport(page, (await lampClass()).code)
    await page.route('**/api/v1/events', (route) => route.abort())
    await page.locator('[data-action=submit]').click()
    await page.locator('.bad').filter({ hasText: '连不上服务器' }).waitFor()
    await shot(page, 'phone-kept')
    await page.unroute('**/api/v1/events')
    await page.reload()
    await page.locator('#description').waitFor()
    assert.equal(await page.locator('#description').inputValue(), '路灯不亮，端到端检查')
    await page.locator('[data-action=submit]').click()
    await page.locator('[data-part=receipt]').waitFor()
  }],
  ['the pin on the map sets the place of a report', async (browser) => {
    const page = await newPage(browser, { viewport: { width: 390, height: 844 } })
    await page.goto(`${(process.env.WUTU_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '')}/m`)
    await page.locator('[data-action=pin]').click()
    await page.waitForFunction(() => window.wutu.idle > 0)
    await drawn(page, async () => {
      await page.mouse.move(195, 400)
      await page.mouse.down()
      await page.mouse.move(120, 330, { steps: 4 })
      await page.mouse.up()
    })
    await shot(page, 'phone-pin')
    await page.locator('[data-action=pin-done]').click()
    assert.match(await page.locator('[data-part=position]').innerText(), /\d+\.\d{6}, \d+\.\d{6}/)
  }],
  ['the phone lists tasks with their next steps', async (browser) => {
    const page = await newPage(browser, { viewport: { width: 390, height: 844 } })
    await page.goto(`${(process.env.WUTU_URL ?? 'http://127.0.0.1:8080').replace(/\/$/, '')}/m`)
    await page.locator('[data-tab=tasks]').click()
    await page.locator('[data-task]').first().click()
    await page.locator('[data-part=case] [data-step]').first().waitFor()
    await shot(page, 'phone-tasks')
  }],
]

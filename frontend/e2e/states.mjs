import assert from 'node:assert/strict'
import { base, newPage, open, shot } from './browser.mjs'

/** How far the page sticks out of the window to the right, in pixels. */
export const overhang = (page) => page.evaluate(() => {
  const width = window.innerWidth
  const wide = [...document.querySelectorAll('body *')].filter((element) => {
    const box = element.getBoundingClientRect()
    const scrolls = element.closest('.totals, .hits, .tabs, .table-wrap, .fields, .maplibregl-map, .hidden, .skip')
    return box.width > 0 && box.right > width + 1 && !scrolls
  })
  return wide.slice(0, 3).map((element) => `${element.tagName}.${element.className}`)
})

export const stateSteps = [
  ['360 px wide: every panel fits', async (browser) => {
    const page = await newPage(browser, { viewport: { width: 360, height: 740 } })
    await open(page, '/')
    assert.deepEqual(await overhang(page), [])
    await shot(page, 'narrow-map')
    for (const panel of ['layers', 'events', 'region']) {
      await page.locator(`[data-rail=${panel}]`).click()
      await page.locator(`[data-panel=${panel}]`).waitFor()
      assert.deepEqual(await overhang(page), [], panel)
      await shot(page, `narrow-${panel}`)
    }
    await page.goto(`${base}/m/report`)
    await page.locator('[data-class]').first().waitFor()
    assert.deepEqual(await overhang(page), [], 'phone page')
  }],
  ['a wall of 3840 × 1080 shows the map and the events beside each other', async (browser) => {
    const page = await newPage(browser, { viewport: { width: 3840, height: 1080 } })
    await open(page, '/')
    await page.locator('.dock [data-event]').first().waitFor()
    assert.deepEqual(await overhang(page), [])
    await shot(page, 'wall')
  }],
  ['a layer that fails says so and is drawn after a retry', async (browser) => {
    const page = await newPage(browser)
    await page.route('**/tiles/sites/**', (route) => route.fulfill({ status: 500, body: '' }))
    await page.goto(base)
    const row = page.locator('[data-layer=sites]')
    await row.locator('.state.failed').waitFor()
    await shot(page, 'layer-failed')
    await page.unroute('**/tiles/sites/**')
    await row.getByRole('button', { name: '重试' }).click()
    await row.locator('.state.failed').waitFor({ state: 'detached' })
  }],
  ['a silent server is explained in words, with a retry that works', async (browser) => {
    const page = await newPage(browser)
    await page.route('**/api/v1/layers', (route) => route.abort())
    await page.goto(base)
    await page.getByText('未能打开城市').first().waitFor()
    assert.doesNotMatch(await page.locator('body').innerText(), /TypeError|Failed to fetch|undefined/)
    await shot(page, 'server-silent')
    await page.unroute('**/api/v1/layers')
    await page.getByRole('button', { name: '重试' }).first().click()
    await page.waitForFunction(() => (window.wutu?.idle ?? 0) > 0)
  }],
  ['a browser without WebGL gets a page that still leads to the events', async (browser) => {
    const page = await newPage(browser)
    await page.addInitScript(() => {
      const real = HTMLCanvasElement.prototype.getContext
      HTMLCanvasElement.prototype.getContext = function (kind, ...rest) { return kind.startsWith('webgl') ? null : real.call(this, kind, ...rest) }
    })
    await page.goto(base)
    await page.getByText('此浏览器无法绘制地图').waitFor()
    await page.locator('.notice button').click()
    await page.locator('[data-event]').first().waitFor()
    await shot(page, 'no-webgl')
  }],
]

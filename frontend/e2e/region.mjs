import assert from 'node:assert/strict'
import { api, drawn, newPage, open, shot, viewOf } from './browser.mjs'

/** The numbers of the panel by layer; null where the panel shows a threshold. */
async function shownCounts(page) {
  await page.locator('[data-part=counts] [data-count]').first().waitFor()
  return Object.fromEntries(await page.locator('[data-part=counts] [data-count]').evaluateAll((rows) =>
    rows.map((row) => [row.dataset.count, row.dataset.value === '' ? null : Number(row.dataset.value)])))
}

async function expectEqualToServer(page, geometry) {
  const { layers } = await api('/api/v1/layers')
  const answer = await api('/api/v1/within', { method: 'POST', body: { geometry, layers: layers.map(({ id }) => id), result: 'count' } })
  const shown = await shownCounts(page)
  for (const [layer, count] of Object.entries(answer.counts)) {
    if (count === 0 && !(layer in shown)) continue
    assert.equal(shown[layer], count, `count of ${layer}`)
  }
  return answer.counts
}

const polygonOf = (text) => {
  const [kind, ...numbers] = text.split('~')
  assert.equal(kind, 'p')
  const ring = []
  for (let i = 0; i < numbers.length; i += 2) ring.push([Number(numbers[i]), Number(numbers[i + 1])])
  return { type: 'Polygon', coordinates: [[...ring, ring[0]]] }
}

export const regionSteps = [
  ['a drawn polygon counts what the server counts, and its bars filter', async (browser) => {
    const page = await newPage(browser)
    await open(page, '/?v=1&p=region')
    const box = await page.locator('.city-map').boundingBox()
    const at = (x, y) => [box.x + box.width * x, box.y + box.height * y]
    await page.locator('[data-draw=polygon]').click()
    await page.waitForFunction(() => document.querySelector('.city-map canvas').style.cursor === 'crosshair')
    const corners = [at(0.42, 0.4), at(0.6, 0.38), at(0.63, 0.6), at(0.45, 0.64)]
    for (const [x, y] of corners) {
      await page.mouse.move(x, y, { steps: 3 })
      await page.mouse.click(x, y)
    }
    await page.mouse.click(...corners[3])
    await page.waitForFunction(() => /[?&]r=p/.test(location.search))
    const counts = await expectEqualToServer(page, polygonOf((await viewOf(page)).r))
    assert.ok(Object.values(counts).some((count) => count > 0), 'the polygon holds something')
    await page.locator('[data-part=chart] canvas').waitFor()
    await shot(page, 'region-polygon')
    const chart = page.locator('[data-part=chart]')
    await chart.scrollIntoViewIfNeeded()
    await drawn(page, () => chart.click({ position: { x: 130, y: 17 } }))
    assert.match((await viewOf(page)).f ?? '', /=/, 'a clicked bar sets a filter')
    await shot(page, 'region-filtered')
  }],
  ['a rectangle and a circle count what the server counts', async (browser) => {
    const page = await newPage(browser)
    await open(page, '/?v=1&p=region')
    const box = await page.locator('.city-map').boundingBox()
    const centre = [box.x + box.width / 2, box.y + box.height / 2]
    for (const mode of ['rectangle', 'circle']) {
      await page.locator(`[data-draw=${mode}]`).click()
      await page.waitForFunction(() => document.querySelector('.city-map canvas').style.cursor === 'crosshair')
      await page.mouse.move(...centre)
      await page.mouse.click(...centre)
      await page.mouse.move(centre[0] + 60, centre[1] + 50, { steps: 4 })
      await page.mouse.click(centre[0] + 60, centre[1] + 50)
      await page.waitForFunction((kind) => new RegExp(`[?&]r=${kind}`).test(location.search), mode === 'circle' ? 'c' : 'p')
      const region = (await viewOf(page)).r
      await page.locator('[data-part=counts] [data-count]').first().waitFor()
      const sent = page.waitForRequest((request) => request.url().endsWith('/api/v1/within'))
      await page.reload()
      const geometry = (await sent).postDataJSON().geometry
      await page.waitForFunction(() => (window.wutu?.idle ?? 0) > 0)
      assert.equal((await viewOf(page)).r, region)
      await expectEqualToServer(page, geometry)
      await shot(page, `region-${mode}`)
    }
  }],
  ['"count here" on an area counts the area itself', async (browser) => {
    const page = await newPage(browser)
    const [street] = (await api('/ogc/collections/streets/items?limit=1')).features
    await open(page, `/?v=1&s=streets/${street.id}`)
    await page.getByRole('button', { name: '统计这里' }).click()
    await expectEqualToServer(page, street.geometry)
    assert.equal((await viewOf(page)).r, `a~streets~${street.id}`)
  }],
]

import assert from 'node:assert/strict'
import { api, difference, drawn, live, newPage, open, shot, viewOf } from './browser.mjs'

const item = async (layer, filter) => {
  const found = await api(`/ogc/collections/${layer}/items?limit=1${filter ? `&filter=${encodeURIComponent(filter)}&filter-lang=cql2-text` : ''}`)
  assert.ok(found.features.length > 0, `${layer} has no feature`)
  return found.features[0]
}

/** A point inside a polygon: the middle of its box, good for the boxes of buildings. */
function middle(geometry) {
  const flat = []
  const walk = (value) => (typeof value[0] === 'number' ? flat.push(value) : value.forEach(walk))
  walk(geometry.coordinates)
  const [xs, ys] = [flat.map(([x]) => x), flat.map(([, y]) => y)]
  return [(Math.min(...xs) + Math.max(...xs)) / 2, (Math.min(...ys) + Math.max(...ys)) / 2]
}

const clickMiddle = async (page) => {
  const box = await page.locator('.city-map').boundingBox()
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2)
}

export const mapSteps = [
  ['the city opens alive: map, layers, counts and live badge', async (browser) => {
    const page = await newPage(browser)
    await open(page, '/')
    await live(page)
    const city = await api('/api/v1/city')
    await page.getByText(city.name.zh, { exact: false }).first().waitFor()
    await page.locator('[data-part=totals]').waitFor()
    const events = (await api('/api/v1/layers')).layers.find((layer) => layer.id === 'events')
    const row = await page.locator('[data-layer=events] .count').innerText()
    assert.equal(row.replace(/\D/g, ''), String(events.count), 'the count in the tree is the count of the server')
    await shot(page, 'map')
  }],
  ['each of the five maps is shown and named in its legend', async (browser) => {
    const page = await newPage(browser)
    const { layers } = await api('/api/v1/layers')
    await open(page, '/')
    for (const element of ['enterprise', 'land', 'object', 'government']) {
      const head = page.locator(`[data-element=${element}] input`)
      if (!(await head.isChecked())) await drawn(page, () => head.click())
      for (const layer of layers.filter((each) => each.element === element && each.listable && each.geometry !== 'none')) {
        assert.ok(await page.locator(`#show-${layer.id}`).isChecked(), `${layer.id} is shown`)
        assert.notEqual(await page.locator(`[data-layer=${layer.id}] .state.failed`).count(), 1, `${layer.id} failed`)
      }
      await shot(page, `map-${element}`)
      await drawn(page, () => head.click())
    }
    assert.equal(await page.locator('[data-layer=sites]').count(), 1)
  }],
  ['people are counted, never listed', async (browser) => {
    const page = await newPage(browser)
    const asked = []
    page.on('request', (request) => asked.push(decodeURIComponent(request.url())))
    await open(page, '/')
    const row = page.locator('[data-layer=persons]')
    await row.waitFor()
    assert.equal(await row.locator('input[type=checkbox]').count(), 0, 'no switch that would draw persons')
    assert.match(await row.innerText(), /个人信息/)
    assert.deepEqual(asked.filter((url) => /\/(tiles|items|near)\b.*persons/.test(url)), [])
  }],
  ['search finds a site; arrow keys and Enter open its card', async (browser) => {
    const page = await newPage(browser)
    const site = await item('sites')
    await open(page, '/')
    await page.keyboard.press('/')
    await page.keyboard.type(site.properties.name)
    await page.locator('#search-hits [role=option]').first().waitFor()
    const titles = await page.locator('#search-hits [role=option]').allInnerTexts()
    const wanted = titles.findIndex((text) => text.includes(site.properties.name))
    assert.ok(wanted >= 0, `no hit is called ${site.properties.name}: ${titles}`)
    for (let i = 0; i < wanted; i++) await page.keyboard.press('ArrowDown')
    await drawn(page, () => page.keyboard.press('Enter'))
    await page.locator('[data-part=card] h2').filter({ hasText: site.properties.name }).waitFor()
    await shot(page, 'search-card')
  }],
  ['a click in 3D opens the card of the building with its floors', async (browser) => {
    const page = await newPage(browser)
    const building = await item('buildings', 'floors >= 6')
    const [lon, lat] = middle(building.geometry)
    const card = await api(`/api/v1/buildings/${encodeURIComponent(building.id)}/card`)
    await open(page, `/?v=1&m=3d&c=${lon.toFixed(6)}~${lat.toFixed(6)}~18~0~0&l=roads~buildings`)
    await clickMiddle(page)
    await page.locator(`[data-card="buildings/${building.id}"]`).waitFor()
    const unfold = page.getByRole('button', { name: /展开全部/ })
    await page.locator('[data-part=floors] [data-floor]').first().waitFor()
    if (await unfold.count()) await unfold.click()
    assert.equal(await page.locator('[data-part=floors] [data-floor]').count(), Math.max(building.properties.floors, card.floors.length))
    for (const { floor, rooms } of card.floors.slice(0, 5)) {
      for (const room of rooms ?? []) await page.locator(`[data-floor="${floor}"]`).getByText(room.name, { exact: true }).waitFor()
    }
    await page.locator('[data-part=related]').waitFor()
    await shot(page, 'building-card')
    await open(page, `/?v=1&m=3d&c=${lon.toFixed(6)}~${lat.toFixed(6)}~16.2~-24~60&s=buildings/${building.id}`)
    await shot(page, 'buildings-3d')
  }],
  ['a reload and the back button restore the picture', async (browser) => {
    const page = await newPage(browser)
    const site = await item('sites')
    const [lon, lat] = site.geometry.coordinates
    await open(page, `/?v=1&c=${lon}~${lat}~15.5~12~20&l=water~green~roads~buildings.60~sites~enterprises&t=dark&s=sites/${site.id}&f=${encodeURIComponent(JSON.stringify({ enterprises: "status = 'active'" }))}`)
    await page.locator('[data-part=card] h2').waitFor()
    await page.locator('[data-part=related]').waitFor()
    const before = await viewOf(page)
    const map = page.locator('.city-map canvas').first()
    const one = await map.screenshot()
    await page.reload()
    await page.waitForFunction(() => (window.wutu?.idle ?? 0) > 0)
    await page.locator('[data-part=related]').waitFor()
    assert.deepEqual(await viewOf(page), before)
    const share = await difference(browser, one, await map.screenshot())
    assert.ok(share < 0.02, `${(share * 100).toFixed(2)} % of the pixels differ`)
    await page.locator('.card .close').click()
    await page.waitForFunction(() => !new URLSearchParams(location.search).has('s'))
    await page.goBack()
    await page.locator('[data-part=card] h2').waitFor()
    await shot(page, 'dark')
  }],
  ['hexagons count with a legend that follows the view', async (browser) => {
    const page = await newPage(browser)
    await open(page, '/')
    await page.locator('[data-layer=events] .more').click()
    await drawn(page, () => page.locator('[data-layer=events] [data-action=hex]').click())
    await page.locator('[data-part=hex-legend] li').nth(1).waitFor()
    assert.equal((await viewOf(page)).h, 'events')
    await shot(page, 'hexagons')
  }],
  ['the map lies on a basemap of the server', async (browser) => {
    const page = await newPage(browser)
    await open(page, '/?v=1&l=events')
    const tile = page.waitForResponse((response) => /\/basemaps\/ground\/\d+\/\d+\/\d+\.mvt$/.test(response.url()) && response.status() === 200)
    await drawn(page, () => page.locator('[data-field=ground]').selectOption('ground'))
    await tile
    assert.equal((await viewOf(page)).g, 'ground')
    await shot(page, 'basemap')
  }],
  ['the language changes without a reload', async (browser) => {
    const page = await newPage(browser)
    await open(page, '/')
    await page.evaluate(() => { window.stayed = true })
    await page.locator('[data-switch=language]').click()
    await page.locator('[data-rail=layers]').filter({ hasText: 'Layers' }).waitFor()
    await page.locator('[data-layer=events] .name').filter({ hasText: 'Events' }).waitFor()
    assert.equal(await page.evaluate(() => document.documentElement.lang), 'en')
    assert.equal(await page.evaluate(() => window.stayed), true)
    await shot(page, 'english')
    await page.locator('[data-switch=language]').click()
    await page.locator('[data-rail=layers]').filter({ hasText: '图层' }).waitFor()
  }],
]

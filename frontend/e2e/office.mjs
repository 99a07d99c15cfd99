import assert from 'node:assert/strict'
import { ask, signIn } from './accounts.mjs'
import { api, base, drawn, newPage, open, shot } from './browser.mjs'
import { overhang } from './states.mjs'

const offices = { sysadmin: ['accounts', 'usage'], secadmin: ['rights', 'policy', 'keys', 'labels', 'requests'], auditor: ['audit'] }
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true }

/** Waits until what a tab shows has come, whatever it is. */
const settled = (page, part) => page.waitForFunction((name) => {
  const box = document.querySelector(`[data-part=${name}]`)
  return box && !box.querySelector('[aria-busy]') && !document.querySelector('.error-note')
}, part)

export const officeSteps = [
  ['every office is signed in to and sees its own pages only', async (browser) => {
    for (const [role, tabs] of Object.entries(offices)) {
      const page = await newPage(browser)
      await signIn(page, role)
      await page.waitForURL(`**/admin/${tabs[0]}`)
      if (tabs.length > 1) assert.deepEqual(await page.locator('[data-tab]').evaluateAll((links) => links.map(({ dataset }) => dataset.tab)), tabs)
      for (const tab of tabs) {
        await page.goto(`${base}/admin/${tab}`)
        await settled(page, tab)
        assert.deepEqual(await overhang(page), [], tab)
        await shot(page, `admin-${tab}`)
      }
      for (const other of Object.values(offices).flat().filter((tab) => !tabs.includes(tab))) {
        await page.goto(`${base}/admin/${other}`)
        await page.waitForURL(`**/admin/${tabs[0]}`)
      }
    }
  }],
  ['the pages of the offices fit a phone', async (browser) => {
    for (const [role, tabs] of Object.entries(offices)) {
      const page = await newPage(browser, phone)
      await signIn(page, role)
      for (const tab of tabs) {
        await page.goto(`${base}/admin/${tab}`)
        await settled(page, tab)
        assert.deepEqual(await overhang(page), [], tab)
        await shot(page, `phone-admin-${tab}`)
      }
    }
  }],
  ['the sign-in page, in both themes and languages, on desk and phone', async (browser) => {
    const page = await newPage(browser)
    await page.goto(`${base}/login`)
    await page.locator('[data-part=demo]').waitFor()
    await shot(page, 'login')
    await page.locator('[data-switch=theme]').click()
    await page.locator('[data-switch=language]').click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    assert.equal(new URL(page.url()).search, '?t=dark&lang=en')
    await shot(page, 'login-dark-english')
    const small = await newPage(browser, phone)
    await small.goto(`${base}/login`)
    await small.locator('[data-part=demo]').waitFor()
    assert.deepEqual(await overhang(small), [])
    await shot(small, 'phone-login')
  }],
  ['a wrong password is refused in words, and a key still opens the door', async (browser) => {
    const page = await newPage(browser)
    await page.goto(`${base}/login`)
    await page.locator('#account').fill(`nobody-${Date.now().toString(36)}`)
    await page.locator('#password').fill('wrong')
    await page.locator('[data-part=sign-in] button[type=submit]').click()
    await page.getByRole('alert').filter({ hasText: '账号或密码不正确' }).waitFor()
    await page.locator('summary').click()
    await page.locator('#key').fill('wutu_wrong')
    await page.locator('[data-part=key] button[type=submit]').click()
    await page.getByRole('alert').filter({ hasText: '密钥无效' }).waitFor()
    assert.equal(await page.evaluate(() => sessionStorage.getItem('wutu.key')), null)
  }],
  ['signing in returns to the place one was at, and signing out ends it', async (browser) => {
    const page = await newPage(browser)
    const place = '/?v=1&c=111.29~30.69~14~0~0&t=dark'
    await signIn(page, 'planner', `?to=${encodeURIComponent(place)}`)
    await page.waitForFunction(() => (window.wutu?.idle ?? 0) > 0)
    assert.match(page.url(), /t=dark/)
    assert.equal((await ask(page, '/api/v1/me')).body.id, 'demo-planner')
    await page.locator('[data-part=me]').click()
    await shot(page, 'user-menu')
    await page.locator('[data-menu=sign-out]').click()
    await page.waitForURL('**/login?*')
    await page.getByText('已退出登录').waitFor()
    assert.notEqual((await ask(page, '/api/v1/me')).body.id, 'demo-planner')
  }],
  ['a session that was ended elsewhere leads to the sign-in page and back', async (browser) => {
    const page = await newPage(browser)
    await signIn(page, 'dispatcher')
    await page.waitForFunction(() => (window.wutu?.idle ?? 0) > 0)
    assert.equal((await ask(page, '/api/v1/session', { method: 'DELETE' })).status, 403, 'nothing is changed without the token')
    for (const place of ['/me', '/?v=1&p=events']) {
      await page.context().addCookies([{ name: 'wutu_session', value: 'ended', url: base }])
      await page.goto(base + place)
      await page.waitForURL('**/login?*')
      await page.getByText('会话已结束').waitFor()
      await page.locator('[data-part=me]').filter({ hasText: '演示用户' }).waitFor()
      await page.locator('[data-demo=demo-dispatcher]').click()
      await page.waitForURL((url) => url.pathname === new URL(base + place).pathname)
      for (const [name, value] of new URL(base + place).searchParams) assert.equal(new URL(page.url()).searchParams.get(name), value)
    }
  }],
  ['the audit trail is read, narrowed, verified and taken away', async (browser) => {
    const page = await newPage(browser)
    await signIn(page, 'auditor')
    await page.locator('[data-line]').first().waitFor()
    const numbers = await page.locator('[data-line]').evaluateAll((rows) => rows.map(({ dataset }) => Number(dataset.line)))
    assert.deepEqual(numbers, numbers.toSorted((a, b) => b - a), 'the newest line is on top')
    await page.locator('[data-action=verify]').click()
    const verified = page.locator('[data-part=verified]')
    await verified.waitFor()
    assert.equal(await verified.getAttribute('data-sound'), 'true', await verified.innerText())
    await shot(page, 'audit-verified')
    await page.locator('#audit-actor').fill('demo-auditor')
    await page.locator('#audit-action').fill('session.*')
    await page.keyboard.press('Enter')
    await page.waitForFunction(() => [...document.querySelectorAll('[data-line]')].length > 0 && [...document.querySelectorAll('[data-line]')].every((row) => /demo-auditor/.test(row.textContent) && /session\./.test(row.textContent)))
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-action=audit-file]').click()])
    assert.match(download.suggestedFilename(), /^audit-.*\.jsonl$/)
  }],
  ['my access says what is seen, how much of it, and why', async (browser) => {
    for (const [name, options] of [['my-access', {}], ['phone-my-access', phone]]) {
      const page = await newPage(browser, options)
      await signIn(page, 'planner', '?to=/me')
      const row = page.locator('[data-access=persons]')
      await row.waitFor()
      assert.equal(await row.getAttribute('data-mode'), 'counts')
      assert.match(await row.innerText(), /授权条目/)
      const truth = (await ask(page, '/api/v1/me/access')).body.layers
      const shown = await page.locator('[data-access]').evaluateAll((rows) => rows.map(({ dataset }) => `${dataset.access}:${dataset.mode}`))
      assert.deepEqual(shown.sort(), truth.filter(({ mode }) => mode !== 'hidden').map(({ layer, mode }) => `${layer}:${mode}`).sort())
      assert.deepEqual(await overhang(page), [])
      await shot(page, name)
    }
  }],
  ['a withheld number explains itself to pointer, keyboard and finger', async (browser) => {
    const { features } = await api('/ogc/collections/buildings/items?limit=400')
    let place
    for (const feature of features) {
      const [lon, lat] = feature.geometry.coordinates.flat(2).length ? feature.geometry.coordinates[0][0] : [0, 0]
      const geometry = { type: 'Polygon', coordinates: [[[lon - 2e-4, lat - 2e-4], [lon + 2e-4, lat - 2e-4], [lon + 2e-4, lat + 2e-4], [lon - 2e-4, lat + 2e-4], [lon - 2e-4, lat - 2e-4]]] }
      const answer = await api('/api/v1/within', { method: 'POST', body: { geometry, layers: ['persons'], result: 'count' } })
      if (answer.counts.persons === null) { place = [lon, lat]; break }
    }
    assert.ok(place, 'some small place holds too few people to tell')
    const address = `/?v=1&p=region&r=c~${place[0]}~${place[1]}~15`
    const page = await newPage(browser)
    await open(page, address)
    const mark = page.locator('[data-count=persons] [data-part=count-mark]')
    await mark.waitFor()
    assert.match(await mark.innerText(), /^< \d+$/)
    await mark.hover()
    await page.locator('[data-part=count-note]').waitFor()
    assert.match(await page.locator('[data-part=count-note]').innerText(), /不足 \d+/)
    await shot(page, 'withheld')
    await page.mouse.move(700, 600)
    await page.locator('[data-part=count-note]').waitFor({ state: 'detached' })
    await mark.focus()
    await page.locator('[data-part=count-note]').waitFor()
    await page.keyboard.press('Escape')
    await page.locator('[data-part=count-note]').waitFor({ state: 'detached' })
    const small = await newPage(browser, phone)
    await open(small, `${address}&t=dark&lang=en`)
    await small.locator('[data-count=persons] [data-part=count-mark]').tap()
    await small.locator('[data-part=count-note]').waitFor()
    assert.deepEqual(await overhang(small), [])
    await shot(small, 'phone-withheld')
  }],
  ['hexagons of people are drawn for those who may only count them', async (browser) => {
    const page = await newPage(browser)
    const answered = page.waitForResponse((response) => /\/tiles\/persons\/hex\//.test(response.url()) && response.status() === 200)
    await open(page, '/')
    await page.locator('[data-layer=persons] .more').click()
    await drawn(page, () => page.locator('[data-layer=persons] [data-action=hex]').click())
    await answered
    await page.waitForFunction(() => window.wutu.rendered('hex-fill').length > 0)
    await page.locator('[data-part=hex-legend]').filter({ hasText: '每块不少于' }).waitFor()
    await shot(page, 'hexagons-persons')
  }],
]

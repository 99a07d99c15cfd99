import assert from 'node:assert/strict'
import { ask, signIn } from './accounts.mjs'
import { api, base, newPage, open, shot } from './browser.mjs'

/** Names the purpose of what is being asked for: the first one offered, or words of one's own. */
async function fillPurpose(page, words) {
  const purpose = page.locator('dialog [data-field=purpose]')
  await purpose.waitFor()
  if ((await purpose.evaluate((box) => box.tagName)) === 'SELECT') await purpose.selectOption({ index: 1 })
  else await purpose.fill(words)
}

/** Sends a change in the session of a page, and gives the answer. */
async function change(page, method, path, body) {
  const { csrf } = (await ask(page, '/api/v1/session')).body
  const answer = await ask(page, path, { method, headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': csrf }, body: JSON.stringify(body) })
  assert.equal(answer.status, 200, `${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** A page on which a grid worker is signed in who is cleared for the people of the largest community. */
async function clearedWorker(browser) {
  const groups = await api('/api/v1/stats', { method: 'POST', body: { layers: ['persons'], by: 'community' } })
  const region = groups.groups.filter(({ key }) => key !== '').sort((a, b) => (b.count ?? 0) - (a.count ?? 0))[0].key
  const id = `e2e-worker-${Date.now().toString(36)}`
  const [system, security, worker] = [await newPage(browser), await newPage(browser), await newPage(browser)]
  await signIn(system, 'sysadmin')
  const { password } = await change(system, 'POST', '/api/v1/admin/accounts', { id, name: { zh: '入户网格员', en: 'Visiting worker' } })
  await signIn(security, 'secadmin')
  await change(security, 'PATCH', `/api/v1/admin/accounts/${id}/rights`, { role: 'gridworker', region, cleared: true, purposes: ['入户走访'], layers: null })
  await worker.goto(`${base}/login?to=/me`)
  await worker.locator('#account').fill(id)
  await worker.locator('#password').fill(password)
  await worker.locator('[data-part=sign-in] button[type=submit]').click()
  for (const box of ['#new-password', '#again-password']) await worker.locator(box).fill('入户走访要先出示证件 Aa1')
  await worker.locator('[data-part=password] button[type=submit]').click()
  await worker.waitForURL((url) => url.pathname === '/me')
  return { worker, id }
}

export const exportSteps = [
  ['an export is asked for with a purpose, listed, and taken away as a file', async (browser) => {
    const page = await newPage(browser)
    await signIn(page, 'planner', `?to=${encodeURIComponent('/?v=1')}`)
    await page.waitForFunction(() => (window.wutu?.idle ?? 0) > 0)
    await page.locator('[data-layer=sites] .more').click()
    await page.locator('[data-layer=sites] [data-action=export]').click()
    await page.locator('dialog [data-field=format]').selectOption('csv')
    await fillPurpose(page, '端到端检查')
    await shot(page, 'export-form')
    await page.locator('dialog button[type=submit]').click()
    await page.locator('dialog [data-state=ready]').waitFor()
    await shot(page, 'export-ready')
    const [download] = await Promise.all([page.waitForEvent('download'), page.locator('[data-action=download]').click()])
    assert.ok((await (await download.createReadStream()).toArray()).length > 0, 'the file holds something')
    const id = await page.locator('dialog [data-export]').getAttribute('data-export')
    await page.goto(`${base}/me`)
    const row = page.locator(`[data-part=exports] [data-export="${id}"]`)
    await row.waitFor()
    assert.match(await row.innerText(), /216|行/)
  }],
  ['a masked value is revealed for a purpose, under a watermark, and hidden again', async (browser) => {
    const { worker: page, id: account } = await clearedWorker(browser)
    const { body } = await ask(page, '/ogc/collections/persons/items?limit=50')
    const person = body.features.find(({ properties }) => /\*/.test(properties.phone ?? ''))
    assert.ok(person, 'a cleared grid worker sees masked phones')
    await open(page, `/?v=1&s=persons/${person.id}`)
    const field = page.locator('[data-action=reveal][data-field=phone]')
    await field.click()
    await fillPurpose(page, '入户走访')
    await shot(page, 'reveal-form')
    await page.locator('dialog button[type=submit]').click()
    await page.locator('[data-part=revealed]').waitFor()
    const value = await page.locator('[data-part=revealed] .text').innerText()
    assert.doesNotMatch(value, /\*/)
    assert.match(await page.locator('[data-part=watermark]').innerText(), new RegExp(`${account}|入户网格员`))
    await shot(page, 'revealed')
    await page.locator('[data-action=hide]').click()
    await page.locator('[data-part=revealed]').waitFor({ state: 'detached' })
    assert.ok(!(await page.content()).includes(value), 'nothing of it stays in the page')
    const auditor = await newPage(browser)
    await signIn(auditor, 'auditor')
    await auditor.locator('#audit-actor').fill(account)
    await auditor.locator('#audit-action').fill('reveal*')
    await auditor.keyboard.press('Enter')
    await auditor.locator('[data-line]').filter({ hasText: person.id }).first().waitFor()
  }],
]

import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { base, newPage, shot } from './browser.mjs'

/** Signs in with one click as an account of the demonstration, and waits for the page that follows. */
export async function signIn(page, role, query = '') {
  await page.goto(`${base}/login${query}`)
  await page.locator(`[data-demo=demo-${role}]`).click()
  await page.waitForURL((url) => url.pathname !== '/login')
}

/** A request of the page itself, in its session; the status and the body. */
export const ask = (page, path, options = {}) => page.evaluate(async ([address, init]) => {
  const response = await fetch(address, init)
  return { status: response.status, body: await response.json().catch(() => null) }
}, [path, options])

/** The six digits of RFC 6238 (SHA-1, 30 s) at a time in ms. */
function codeAt(secret, at) {
  const bits = [...secret.replace(/[\s=]/g, '')].map((sign) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(sign).toString(2).padStart(5, '0')).join('')
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)))
  const mac = createHmac('sha1', key).update(counter).digest()
  const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff
  return String(number % 1_000_000).padStart(6, '0')
}

const enter = async (page, account, password) => {
  await page.locator('#account').fill(account)
  await page.locator('#password').fill(password)
  await page.locator('[data-part=sign-in] button[type=submit]').click()
}
const newPassword = '长江大桥下的第三盏灯 Ab1'

/** Makes an account as the system administrator; its id and one-time password. */
async function makeAccount(page, name) {
  const id = `e2e-${Date.now().toString(36)}`
  await page.locator('[data-action=new-account]').click()
  await page.locator('#new-id').fill(id)
  await page.locator('#new-zh').fill(name)
  await page.locator('dialog button[type=submit]').click()
  const secret = await page.locator('dialog [data-part=secret]').innerText()
  await shot(page, 'account-made')
  await page.locator('[data-action=secret-done]').click()
  await page.locator(`[data-account=${id}]`).waitFor()
  assert.ok(!(await page.content()).includes(secret), 'the password is shown once')
  return { id, secret }
}

export const accountSteps = [
  ['an account from its making to its first work: password, rights, purpose, second factor', async (browser) => {
    const system = await newPage(browser)
    await signIn(system, 'sysadmin')
    const { id, secret } = await makeAccount(system, '端到端')

    const security = await newPage(browser)
    await signIn(security, 'secadmin', '?to=/admin/rights')
    await security.locator(`[data-account=${id}] [data-act=rights]`).click()
    await security.locator('#right-role').selectOption('planner')
    for (const purpose of ['民政救助', '防汛转移']) {
      await security.getByLabel('可用用途').fill(purpose)
      await security.keyboard.press('Enter')
    }
    await shot(security, 'rights-form')
    await security.locator('dialog button[type=submit]').click()
    await security.locator(`[data-account=${id}]`).filter({ hasText: '规划员' }).waitFor()

    const person = await newPage(browser)
    await person.goto(`${base}/login?to=/me`)
    await enter(person, id, secret)
    await person.locator('#new-password').fill('too short')
    await person.getByText('至少 12 位').first().waitFor()
    await person.locator('#new-password').fill(newPassword)
    await person.locator('#again-password').fill(newPassword)
    await shot(person, 'first-password')
    await person.locator('[data-part=password] button[type=submit]').click()
    await person.locator('[data-part=purpose]').getByRole('button', { name: '防汛转移' }).click()
    await person.waitForURL((url) => url.pathname === '/me')
    const { body } = await ask(person, '/api/v1/me')
    assert.deepEqual([body.id, body.role, body.purpose], [id, 'planner', '防汛转移'])

    await person.locator('[data-action=enrol]').click()
    await person.locator('svg.qr').waitFor()
    const shared = await person.locator('[data-part=factor] [data-part=secret]').innerText()
    await person.locator('[data-part=factor]').scrollIntoViewIfNeeded()
    await shot(person, 'second-factor')
    await person.locator('#factor-code').fill(codeAt(shared, Date.now()))
    await person.locator('[data-part=factor] button[type=submit]').click()
    await person.getByText('两步验证已启用').waitFor()
    assert.equal((await ask(person, '/api/v1/session')).body.second_factor, true)

    const again = await newPage(browser)
    await again.goto(`${base}/login?to=/me`)
    await enter(again, id, newPassword)
    await again.locator('#code').waitFor()
    await shot(again, 'login-code')
    await again.locator('#code').fill('000000')
    await again.locator('[data-part=sign-in] button[type=submit]').click()
    await again.getByRole('alert').filter({ hasText: '验证码不正确' }).waitFor()
    await again.locator('#code').fill(codeAt(shared, Date.now() + 30_000)) // the present one is used up
    await again.locator('[data-part=sign-in] button[type=submit]').click()
    await again.locator('[data-part=purpose]').getByRole('button', { name: '不指定用途' }).click()
    await again.waitForURL((url) => url.pathname === '/me')
  }],
  ['too many wrong passwords lock an account, with the time left; the system administrator unlocks it', async (browser) => {
    const system = await newPage(browser)
    await signIn(system, 'sysadmin')
    const { id } = await makeAccount(system, '锁定')
    const page = await newPage(browser)
    await page.goto(`${base}/login`)
    for (let i = 0; i < 12 && (await page.locator('[data-part=locked]').count()) === 0; i++) {
      const answered = page.waitForResponse((response) => response.url().endsWith('/api/v1/session') && response.request().method() === 'POST')
      await enter(page, id, `wrong password ${i}`)
      await answered
      await page.getByRole('alert').waitFor()
    }
    assert.match(await page.locator('[data-part=locked]').innerText(), /\d+:\d\d 后可再试/)
    assert.ok(await page.locator('[data-part=sign-in] button[type=submit]').isDisabled())
    await shot(page, 'login-locked')
    await system.reload()
    const row = system.locator(`[data-account=${id}]`)
    await row.filter({ hasText: '已锁定' }).waitFor()
    await row.locator('[data-act=unlock]').click()
    await row.filter({ hasText: '正常' }).waitFor()
    await row.locator('[data-act=disable]').click()
    await system.locator('[data-action=confirm]').click()
    await row.filter({ hasText: '已停用' }).waitFor()
  }],
  ['a key shows its secret once, opens the door, and no longer when it is revoked', async (browser) => {
    const page = await newPage(browser)
    await signIn(page, 'secadmin', '?to=/admin/keys')
    const name = `热线 ${Date.now().toString(36)}`
    await page.locator('[data-action=new-key]').click()
    await page.locator('#key-name').fill(name)
    await page.locator('#key-purpose').fill('热线派单')
    await page.locator('[data-part=key-maker]').getByLabel('图层', { exact: true }).fill('sites')
    await page.keyboard.press('Enter')
    await shot(page, 'key-form')
    await page.locator('dialog button[type=submit]').click()
    const secret = await page.locator('dialog [data-part=secret]').innerText()
    await shot(page, 'key-made')
    await page.locator('[data-action=secret-done]').click()
    const row = page.locator('[data-key]').filter({ hasText: name })
    await row.waitFor()
    assert.ok(!(await page.content()).includes(secret))
    const asKey = () => fetch(`${base}/api/v1/me`, { headers: { Authorization: `Bearer ${secret}` } })
    assert.deepEqual((await (await asKey()).json()).layers, ['sites'])
    await row.locator('[data-act=revoke]').click()
    await page.locator('[data-action=confirm]').click()
    await row.locator('[data-act=revoke]').waitFor({ state: 'detached' })
    assert.equal((await asKey()).status, 401)
  }],
]

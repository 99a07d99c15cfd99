import assert from 'node:assert/strict'
import { ask, signIn } from './accounts.mjs'
import { newPage, shot } from './browser.mjs'

/** What a role really gets, by layer, in the words of the preview. */
async function truth(browser, role) {
  const page = await newPage(browser)
  await signIn(page, role, '?to=/me')
  const { body } = await ask(page, '/api/v1/layers')
  const { cleared } = (await ask(page, '/api/v1/me')).body
  await page.context().close()
  return { cleared, modes: new Map(body.layers.map(({ id, listable }) => [id, listable ? 'list' : 'counts'])) }
}

export const policySteps = [
  ['the preview of the policy is what each role really gets', async (browser) => {
    const page = await newPage(browser, { viewport: { width: 1280, height: 1400 } })
    await signIn(page, 'secadmin', '?to=/admin/policy')
    await page.locator('[data-foreseen]').first().waitFor()
    for (const role of ['planner', 'dispatcher', 'gridworker', 'commander', 'sysadmin', 'auditor']) {
      const { cleared, modes } = await truth(browser, role)
      await page.locator('#preview-role').selectOption(role)
      await page.locator('[data-part=preview] input[type=checkbox]').setChecked(cleared)
      const foreseen = await page.locator('[data-foreseen]').evaluateAll((rows) => rows.map(({ dataset }) => [dataset.foreseen, dataset.mode]))
      assert.ok(foreseen.length > 15)
      for (const [layer, mode] of foreseen) assert.equal(mode, modes.get(layer) ?? 'hidden', `${role} of ${layer}`)
    }
    await shot(page, 'policy-preview')
  }],
  ['a line with a fault is named where it stands; a good one changes what is seen, at once', async (browser) => {
    const page = await newPage(browser, { viewport: { width: 1280, height: 1400 } })
    await signIn(page, 'secadmin', '?to=/admin/policy')
    await page.locator('[data-grant]').first().waitFor()
    await page.locator('[data-action=add-line]').click()
    const line = page.locator('[data-grant]').first()
    await line.getByText('请填写编号').waitFor()
    assert.ok(await page.locator('[data-action=save-policy]').isDisabled())
    await line.locator('[data-field=id]').fill('e2e-no-cameras')
    await line.getByRole('button', { name: '规划员' }).click()
    await line.getByRole('button', { name: /^移除/ }).click()
    await line.getByLabel('图层', { exact: true }).fill('cameras')
    await page.keyboard.press('Enter')
    await line.locator('[data-field=filter]').fill("name = 'x' AND")
    await page.locator('[data-action=save-policy]').click()
    await line.locator('.flaws').waitFor()
    assert.match(await line.locator('.flaws').innerText(), /筛选条件/)
    await shot(page, 'policy-fault')
    await line.locator('[data-field=filter]').fill('')
    await line.locator('[data-mode=hidden]').click()
    await page.locator('#preview-role').selectOption('planner')
    await page.locator('[data-foreseen=cameras][data-mode=hidden].differs').waitFor()
    await shot(page, 'policy-changed')
    await page.locator('[data-action=save-policy]').click()
    await page.getByText('策略已保存').waitFor()
    assert.equal((await truth(browser, 'planner')).modes.has('cameras'), false)
    assert.equal((await truth(browser, 'dispatcher')).modes.has('cameras'), true)
    await page.locator('[data-grant=e2e-no-cameras]').getByRole('button', { name: /^删除/ }).click()
    await page.locator('[data-action=save-policy]').click()
    await page.getByText('策略已保存').waitFor()
    assert.equal((await truth(browser, 'planner')).modes.get('cameras'), 'list')
  }],
  ['a policy that somebody else changed meanwhile is not overwritten', async (browser) => {
    const [one, two] = [await newPage(browser), await newPage(browser)]
    for (const page of [one, two]) {
      await signIn(page, 'secadmin', '?to=/admin/policy')
      await page.locator('[data-grant]').first().waitFor()
    }
    const touch = async (page, text) => {
      await page.locator('[data-grant] .words').last().click()
      await page.getByLabel('名称（中文）').fill(text)
      await page.locator('[data-action=save-policy]').click()
    }
    await touch(one, '工作人员（甲）')
    await one.getByText('策略已保存').waitFor()
    await touch(two, '工作人员（乙）')
    await two.getByRole('alert').filter({ hasText: '他人修改' }).waitFor()
    await two.getByRole('button', { name: '重新载入' }).click()
    await two.getByText('工作人员（甲）').waitFor()
    await touch(two, '工作人员')
    await two.getByText('策略已保存').waitFor()
  }],
]

// Walks the application against a running server at WUTU_URL as its users do.
// Prints one line a step and 'N passed, N failed'; exits 1 on any failure.
import assert from 'node:assert/strict'
import { accountSteps } from './accounts.mjs'
import { boardSteps } from './boards.mjs'
import { base, faults, launch } from './browser.mjs'
import { caseSteps } from './cases.mjs'
import { exportSteps } from './exports.mjs'
import { mapSteps } from './map.mjs'
import { officeSteps } from './office.mjs'
import { phoneSteps } from './phone.mjs'
import { policySteps } from './policy.mjs'
import { regionSteps } from './region.mjs'
import { stateSteps } from './states.mjs'

const last = [
  ['no request left for another host', async () => assert.deepEqual(faults.outside, [])],
  ['no page threw an error or broke its content policy', async () => assert.deepEqual(faults.errors, [])],
]
const only = process.argv[2] ? new RegExp(process.argv[2]) : /(?:)/

console.log(`walking ${base}`)
const browser = await launch()
let passed = 0
let failed = 0
for (const [name, step] of [...mapSteps, ...regionSteps, ...caseSteps, ...phoneSteps, ...boardSteps, ...stateSteps, ...officeSteps, ...accountSteps, ...policySteps, ...exportSteps, ...last].filter(([name]) => only.test(name))) {
  const start = Date.now()
  try {
    await step(browser)
    passed++
    console.log(`ok   ${name} (${Date.now() - start} ms)`)
  } catch (error) {
    failed++
    console.log(`FAIL ${name}\n     ${String(error?.message ?? error).split('\n').slice(0, 12).join('\n     ')}`)
  }
  for (const context of browser.contexts()) await context.close()
}
await browser.close()
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0

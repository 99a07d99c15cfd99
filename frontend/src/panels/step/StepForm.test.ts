import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Case, LegalStep } from '@/api/eventtypes'
import { addMessages } from '@/i18n'
import { useEvents } from '@/state/events'
import { mount, serve } from '../mounted.test-helper'
import StepForm from './StepForm.vue'

const refuse: LegalStep = { step: 'refuse', title: { zh: '不予受理', en: 'Refuse' }, to: 'rejected', needs: ['note'] }
const at = (version: number, legal: LegalStep[]): Case => ({ id: 'e1', state: 'reported', version, feature: { type: 'Feature', id: 'e1', geometry: null, properties: {} }, place: {}, legal, history: [] })
const quiet = { 'GET /api/v1/event-classes': { status: 200, body: { classes: [] } } }

beforeEach(() => sessionStorage.clear())
afterEach(() => { vi.unstubAllGlobals(); document.body.innerHTML = '' })

async function form(replies: Parameters<typeof serve>[0]) {
  const asked = serve({ ...quiet, ...replies })
  await addMessages('desk')
  const page = await mount(StepForm, { current: at(1, [refuse]), step: refuse })
  useEvents().current = at(1, [refuse])
  return { asked, page }
}

it('sends nothing while something needed is missing, and says what', async () => {
  const { asked, page } = await form({})
  await page.submit()
  expect(asked.filter(({ key }) => key.startsWith('POST'))).toEqual([])
  expect(page.one('[data-part=step-failure]')?.textContent).toContain('办理意见')
  page.unmount()
})

it('keeps what was written when somebody else was faster, and reads the case again', async () => {
  const { asked, page } = await form({ 'POST /api/v1/events/e1/refuse': { status: 409, body: { type: '/problems/conflict' } }, 'GET /api/v1/events/e1': { status: 200, body: at(2, [refuse]) } })
  await page.fill('[data-field=note]', '现场未发现')
  await page.submit()
  await page.settle()
  expect(asked.map(({ key }) => key)).toContain('GET /api/v1/events/e1')
  expect(useEvents().current?.version).toBe(2)
  expect(page.one<HTMLTextAreaElement>('[data-field=note]')?.value).toBe('现场未发现')
  expect(page.text()).toContain('已被他人更新')
  expect(sessionStorage.getItem('wutu.steps')).toContain('现场未发现')
  page.unmount()
})

it('names the steps that are legal when this one is not', async () => {
  const { page } = await form({ 'POST /api/v1/events/e1/refuse': { status: 422, body: { type: '/problems/illegal-step', legal: [{ step: 'file', title: { zh: '立案', en: 'File' } }] } }, 'GET /api/v1/events/e1': { status: 200, body: at(2, []) } })
  await page.fill('[data-field=note]', '现场未发现')
  await page.submit()
  await page.settle()
  expect(page.one('[data-part=legal]')?.textContent).toContain('立案')
  page.unmount()
})

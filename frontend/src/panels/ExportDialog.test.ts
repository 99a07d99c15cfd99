import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Layer } from '@/api/types'
import ExportDialog from './ExportDialog.vue'
import { mount, serve, type Reply } from './mounted.test-helper'

const layer: Layer = { id: 'sites', title: { zh: '设施', en: 'Sites' }, element: 'government', geometry: 'Point', access: 'public', listable: true, count: 3, count_unit: { zh: '处', en: 'sites' }, extent: null, schema: { fields: [] } }
const made = (state: string) => ({ id: 'e1', state, layer: 'sites', format: 'csv', rows: 3 })
const post = 'POST /api/v1/exports'

describe('asking for an export', () => {
  let dialog: Awaited<ReturnType<typeof mount>>
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) })
  afterEach(() => { dialog.unmount(); vi.unstubAllGlobals(); vi.useRealTimers() })

  const ask = async (replies: Record<string, Reply | Reply[]>, props: Record<string, unknown> = {}) => {
    const asked = serve(replies)
    dialog = await mount(ExportDialog, { layer, ...props })
    await dialog.fill('[data-field=format]', 'csv')
    await dialog.fill('[data-field=purpose]', ' 季度分析 ')
    await dialog.submit()
    return asked
  }

  it('says what, in which form, where and why', async () => {
    const asked = await ask({ [post]: { status: 201, body: made('ready') } }, { region: [111, 30, 112, 31] })
    expect(asked).toEqual([{ key: post, body: { layer: 'sites', format: 'csv', purpose: '季度分析', bbox: '111,30,112,31' } }])
    expect(dialog.one('[data-action=download]')).not.toBeNull()
  })

  it('follows a request that waits until it is decided', async () => {
    const asked = await ask({ [post]: { status: 201, body: made('waiting') }, 'GET /api/v1/exports/e1': [{ status: 200, body: made('waiting') }, { status: 200, body: made('ready') }] })
    expect(dialog.text()).toContain('需要审批')
    expect(dialog.one('[data-action=download]')).toBeNull()
    for (let i = 0; i < 2; i++) {
      vi.advanceTimersByTime(5000)
      await dialog.settle()
    }
    expect(dialog.one('[data-action=download]')).not.toBeNull()
    vi.advanceTimersByTime(60_000)
    await dialog.settle()
    expect(asked.length, 'nobody asks on when it is decided').toBe(3)
  })

  it('says that a request was refused', async () => {
    await ask({ [post]: { status: 201, body: made('refused') } })
    expect(dialog.text()).toContain('未获批准')
  })

  it('explains a failure and keeps what was entered', async () => {
    await ask({ [post]: { status: 403, body: { type: '/problems/forbidden' } } })
    expect(dialog.one('[role=alert]')?.textContent).toContain('没有权限')
    expect(dialog.one<HTMLInputElement>('[data-field=purpose]')?.value).toContain('季度分析')
  })
})

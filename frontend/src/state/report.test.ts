import { createPinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { parseDraft, useReport } from './report'

function write(report: ReturnType<typeof useReport>): void {
  report.draft.class = '0107'
  report.draft.description = '路灯不亮'
  report.place(111.2912345, 30.6912345, 7.6, 'gps')
}

describe('a report', () => {
  beforeEach(() => {
    localStorage.clear()
    setActivePinia(createPinia())
  })
  afterEach(() => vi.unstubAllGlobals())

  it('survives a failed submit and a reload, and is sent again under the same key', async () => {
    const sent: RequestInit[] = []
    vi.stubGlobal('fetch', async (_: string, init: RequestInit) => {
      sent.push(init)
      if (sent.length === 1) throw new TypeError('Failed to fetch')
      return new Response(JSON.stringify({ id: 'e1', state: 'reported', version: 1 }), { status: 201 })
    })
    const first = useReport()
    write(first)
    await first.submit()
    expect(first.answer).toBeNull()
    expect(first.draft.description).toBe('路灯不亮')

    setActivePinia(createPinia())
    const second = useReport()
    expect(second.restored).toBe(true)
    await second.submit()
    expect(second.answer?.id).toBe('e1')
    const keys = sent.map((init) => (init.headers as Record<string, string>)['Idempotency-Key'])
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/)
    expect(keys[1]).toBe(keys[0])
    expect(JSON.parse(String(sent[1].body))).toMatchObject({ lon: 111.291235, lat: 30.691235, accuracy: 8, class: '0107', channel: 'gridworker' })
    expect(localStorage.getItem('wutu.draft')).toBeNull()
    expect(second.draft.description).toBe('')
    expect(second.draft.key).not.toBe(keys[0])
  })

  it('sends nothing without a class or a place', async () => {
    const fetching = vi.fn()
    vi.stubGlobal('fetch', fetching)
    const report = useReport()
    await report.submit()
    report.draft.class = '0107'
    await report.submit()
    expect(fetching).not.toHaveBeenCalled()
  })

  it('ignores a damaged draft', () => {
    for (const text of [null, '', '{', '[]', '7', '{"key":1}', 'null']) expect(parseDraft(text)).toBeNull()
    expect(parseDraft('{"key":"k","lon":"x","source":"y"}')).toEqual({ key: 'k', class: '', description: '', lon: null, lat: null, accuracy: null, source: null })
  })
})

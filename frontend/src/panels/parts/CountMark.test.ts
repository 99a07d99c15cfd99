import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { mount } from '@/panels/mounted.test-helper'
import CountMark from './CountMark.vue'

describe('a number that may be withheld', () => {
  let shown: Awaited<ReturnType<typeof mount>> | undefined
  beforeEach(() => { vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] }) })
  afterEach(() => { shown?.unmount(); vi.useRealTimers() })

  const mark = () => shown?.one<HTMLButtonElement>('[data-part=count-mark]')
  const note = () => shown?.one('[data-part=count-note]')
  const does = async (work: () => void) => {
    work()
    vi.advanceTimersByTime(300)
    await shown?.settle()
    await vi.dynamicImportSettled()
    await shown?.settle()
  }

  it('is plain where it is exact', async () => {
    shown = await mount(CountMark, { value: 1234 })
    expect(shown.text()).toBe('1,234')
    expect(mark()).toBeNull()
  })

  it('is never read as zero or as nothing', async () => {
    shown = await mount(CountMark, { value: null, below: 10 })
    expect(mark()?.textContent).toBe('< 10')
    expect(mark()?.getAttribute('aria-label')).toContain('少于 10')
  })

  it('says why nothing is said of a single place', async () => {
    shown = await mount(CountMark, { value: null, blocks: true })
    expect(mark()?.textContent).toBe('–')
    await does(() => mark()?.click())
    expect(note()?.textContent).toContain('不单独给出人数')
  })

  it('explains itself when focused, and is silent when left', async () => {
    shown = await mount(CountMark, { value: null, below: 20 })
    await does(() => mark()?.dispatchEvent(new Event('focus')))
    expect(note()?.textContent).toContain('不足 20')
    expect(note()?.textContent).toContain('0 到 19')
    expect(mark()?.getAttribute('aria-expanded')).toBe('true')
    await does(() => mark()?.dispatchEvent(new Event('blur')))
    expect(note()).toBeNull()
  })

  it('explains itself when pointed at and when pressed, and closes with Escape', async () => {
    shown = await mount(CountMark, { value: 15894, below: 10, blocks: true })
    await does(() => mark()?.dispatchEvent(new Event('mouseenter')))
    expect(note()?.textContent).toContain('按块统计')
    await does(() => mark()?.dispatchEvent(new Event('mouseleave')))
    expect(note()).toBeNull()
    await does(() => mark()?.click())
    expect(note()).not.toBeNull()
    await does(() => mark()?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' })))
    expect(note()).toBeNull()
  })
})

import { describe, expect, it } from 'vitest'
import { bodyOf, postOf } from './compose'
import { newItem, type Item, type ReportWork, type Work } from './item'
import { accepted, conflicted, isEditable, isHeldUp, isRemovable, lost, next, outdated, pauseAfter, posting, recovered, refused, reopened, retried, started, submitted, versionFor } from './machine'

const report: ReportWork = { kind: 'report', class: '0107', className: '', description: ' dark ', lon: 111.3, lat: 30.7, accuracy: 8, source: 'gps', channel: 'gridworker' }
const step = (name: string, more: Partial<Extract<Work, { kind: 'step' }>> = {}): Work => ({ kind: 'step', case: 'c', caseName: '', step: name, title: { zh: '', en: '' }, version: '3', input: { note: name }, ...more })
const item = (id: string, work: Work = report, made = 0): Item => submitted(newItem(id, 'me', work, made), made)
const failure = { kind: 'conflict', status: 409, detail: '' }
const done = (one: Item, version = '4', at = 0) => accepted(posting(one, '{}'), { id: 'e', number: 'n', version, state: 's' }, at)

describe('an item of the outbox', () => {
  it('goes from draft to done, and news that come twice change nothing', () => {
    const draft = newItem('a', 'me', report, 1)
    expect(submitted(submitted(draft, 2), 3)).toEqual(submitted(draft, 2))
    const sent = posting(started(submitted(draft, 2)), '{"x":1}')
    expect(sent).toMatchObject({ state: 'sending', doubt: true, body: '{"x":1}' })
    const over = accepted(sent, { id: 'e', number: 'n', version: '1', state: 'reported' }, 5)
    expect(over).toMatchObject({ state: 'done', doubt: false, doneAt: 5 })
    for (const news of [refused(over, failure), conflicted(over, failure, '9'), lost(over, 6), accepted(over, { id: 'x', number: '', version: '', state: '' }, 7), retried(over, 8), reopened(over, 9), recovered(over)]) expect(news).toBe(over)
  })

  it('keeps its body, byte for byte, until it is refused', () => {
    const first = posting(item('a'), 'one')
    expect(posting(lost(first, 0), 'two').body).toBe('one')
    expect(refused(first, failure).body).toBeUndefined()
    expect(retried(refused(first, failure), 1).state).toBe('waiting')
  })

  it('cannot be changed while the server may have it, nor thrown away while it is under way', () => {
    const sent = posting(item('a'), '{}')
    expect([isEditable(sent), isRemovable(sent)]).toEqual([false, false])
    const unsure = lost(sent, 0)
    expect([isEditable(unsure), isRemovable(unsure), unsure.doubt]).toEqual([false, true, true])
    expect(recovered(sent)).toMatchObject({ state: 'waiting', doubt: true })
    expect(isEditable(refused(sent, failure))).toBe(true)
  })

  it('waits longer after each failure, up to five minutes', () => {
    const pauses = Array.from({ length: 20 }, (_, i) => pauseAfter(i + 1))
    expect(pauses[0]).toBe(2000)
    pauses.reduce((before, now) => { expect(now).toBeGreaterThanOrEqual(before); return now })
    expect(pauses[19]).toBe(300_000)
    expect(lost(posting(item('a'), ''), 1000, 60_000).next).toBe(61_000)
  })

  it('asks once more after a conflict, then counts as refused', () => {
    const sent = posting(item('a', step('confirm')), '{}')
    const again = conflicted(sent, failure, '9')
    expect(again).toMatchObject({ state: 'waiting', work: { version: '3' }, body: '{}' })
    expect(conflicted(posting(again, ''), failure, '9')).toMatchObject({ state: 'failed', failure })
    expect(conflicted(posting(item('a', step('supplement')), '{}'), failure, '9')).toMatchObject({ state: 'waiting', work: { version: '9' } })
  })
})

describe('the outbox', () => {
  it('sends the oldest first, pictures before what names them, one thing of a case at a time', () => {
    const withPicture = { ...item('b', report, 2), pictures: [{ key: 'k', bytes: 1, width: 1, height: 1, at: '' }] }
    const items = [item('c', report, 3), withPicture, item('a', step('sign'), 1), item('d', step('feedback', { after: 'a' }), 4)]
    expect(next(items, 'me', 9)).toMatchObject({ do: 'post', item: { id: 'a' } })
    const paused = items.map((one) => (one.id === 'a' ? { ...one, next: 100 } : one))
    expect(next(paused, 'me', 9)).toMatchObject({ do: 'picture', item: { id: 'b' }, picture: { key: 'k' } })
    expect(next([paused[2], paused[3]], 'me', 9)).toEqual({ do: 'wait', until: 100 })
    expect(next(items, 'you', 9)).toBeNull()
    const failed = items.map((one) => (one.id === 'a' ? refused(posting(one, ''), failure) : one))
    expect(isHeldUp(failed[3], failed)).toBe(true)
    expect(next([failed[2], failed[3]], 'me', 9)).toBeNull()
  })

  it('names the version that the step before made', () => {
    const [first, second] = [item('a', step('sign'), 1), item('b', step('feedback', { after: 'a' }), 2)]
    expect(versionFor(second, [first, second])).toBe('3')
    expect(postOf(second, [done(first, '7'), second]).headers).toEqual({ 'Idempotency-Key': 'b', 'If-Match': '"7"' })
  })

  it('forgets old receipts, but none that a later step still names', () => {
    const day = 86_400_000
    const items = [done(item('old'), '1', 0), done(item('named', step('sign')), '1', 0), item('later', step('feedback', { after: 'named' })), done(item('new'), '1', 9 * day)]
    expect(outdated(items, 10 * day)).toEqual(['old'])
    expect(outdated(Array.from({ length: 70 }, (_, i) => done(item(`i${i}`), '1', i)), 100)).toHaveLength(10)
  })

  it('says in a report what was seen, where, and with which pictures', () => {
    const one = { ...item('a'), pictures: [{ key: 'k', bytes: 1, width: 1, height: 1, at: '2026-09-28T01:02:03Z', kept: 'p1' }] }
    expect(JSON.parse(bodyOf(one))).toEqual({ lon: 111.3, lat: 30.7, coord: 'wgs84', accuracy: 8, class: '0107', description: 'dark', channel: 'gridworker', photos: ['p1'], taken_at: '2026-09-28T01:02:03.000Z', draft: 'a' })
    expect(JSON.parse(bodyOf(item('b', { ...report, accuracy: null, object: 'components/7' })))).toMatchObject({ object: 'components/7', photos: [] })
    expect(JSON.parse(bodyOf({ ...one, work: step('confirm') }))).toEqual({ note: 'confirm', photos: ['p1'] })
  })
})

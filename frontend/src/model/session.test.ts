import { describe, expect, it } from 'vitest'
import { clock, remaining, warnSeconds } from './idle'
import { returnPlace } from './returnto'

describe('what is left of a session', () => {
  const start = 1_000_000

  it('ends by lying idle or by its limit, whichever comes first', () => {
    expect(remaining(start, start, 1800, start + 3_600_000)).toEqual({ state: 'well', seconds: 1800, cause: 'idle' })
    expect(remaining(start, start, 1800, start + 600_000)).toEqual({ state: 'well', seconds: 600, cause: 'limit' })
    expect(remaining(start, start, 1800, Number.NaN).cause).toBe('idle')
  })

  it('warns in time, and is over at the very end', () => {
    const at = (secondsBefore: number) => remaining(start + (1800 - secondsBefore) * 1000, start, 1800, Infinity)
    expect(at(warnSeconds + 1).state).toBe('well')
    expect(at(warnSeconds).state).toBe('ending')
    expect(at(1).state).toBe('ending')
    expect(at(0)).toEqual({ state: 'over', seconds: 0, cause: 'idle' })
    expect(at(-500).seconds).toBe(0)
  })

  it('starts anew with every use', () => {
    const late = start + 1_799_000
    expect(remaining(late, late, 1800, Infinity)).toEqual({ state: 'well', seconds: 1800, cause: 'idle' })
  })

  it('reads as a clock', () => {
    expect([0, 9, 61, 3600, 7325].map(clock)).toEqual(['0:00', '0:09', '1:01', '1:00:00', '2:02:05'])
  })
})

describe('the place to return to', () => {
  it('keeps a place of this site with its query and hash', () => {
    expect(returnPlace('/admin/policy?t=dark#x')).toBe('/admin/policy?t=dark#x')
    expect(returnPlace('/?v=1&f={"a":"b"}')).toBe('/?v=1&f={%22a%22:%22b%22}')
  })

  it('never leaves the site, whatever the link says', () => {
    const evil = ['//evil.test/x', '/\\evil.test', '\\\\evil.test', 'javascript:alert(1)', ' //evil.test', '/\t/evil.test', '/\n/evil.test', 'city.test.evil', '/..//evil.test', '/.//evil.test', '///evil.test', '', undefined, ['/x'], 7]
    for (const to of evil) {
      const place = returnPlace(to)
      expect(new URL(place, 'https://city.test').origin, String(to)).toBe('https://city.test')
      expect(place.startsWith('//'), String(to)).toBe(false)
    }
  })

  it('does not return to the sign-in page itself', () => {
    expect(returnPlace('/login?to=/login')).toBe('/')
  })
})

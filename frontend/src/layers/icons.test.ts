import { describe, expect, it } from 'vitest'
import { iconOf, knownKinds } from './icons'
import { hasIcon, iconShape } from './outlines'

describe('icons', () => {
  it('exist for every known kind, as one outline in a square box', () => {
    for (const kind of knownKinds) {
      expect(hasIcon(iconOf(kind)), `${kind}: ${iconOf(kind)}`).toBe(true)
      const { path, size } = iconShape(iconOf(kind))
      expect(path, kind).toMatch(/^\s*[Mm][\s\S]*[zZ]?\s*$/)
      expect(path, kind).not.toContain('&')
      expect(size, kind).toBeGreaterThan(10)
    }
  })

  it('fall back to a plain marker', () => {
    expect(iconOf('no such kind')).toBe('marker')
    expect(iconShape('no-such-icon').path).toBe(iconShape('marker').path)
  })

  it('guess from words for layers nobody foresaw', () => {
    expect(iconOf('Street Light Outages')).toBe('t:street_lamp_arm')
    expect(hasIcon(iconOf('Missed Trash/Recycling'))).toBe(true)
  })
})

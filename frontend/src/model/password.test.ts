import { expect, it } from 'vitest'
import { weaknessOf } from './password'

it('wants twelve characters, counted as people count them', () => {
  expect(weaknessOf('Ab1!Ab1!Ab1')).toBe('short')
  expect(weaknessOf('Ab1!Ab1!Ab1!')).toBe('')
  expect(weaknessOf('𠀀'.repeat(11))).toBe('short')
})

it('wants three kinds of characters, unless it is long', () => {
  expect(weaknessOf('abcdefghijkl')).toBe('kinds')
  expect(weaknessOf('abcdefghijk1')).toBe('kinds')
  expect(weaknessOf('Abcdefghijk1')).toBe('')
  expect(weaknessOf('长江大桥下的第三盏灯Ab')).toBe('')
  expect(weaknessOf('a'.repeat(19))).toBe('kinds')
  expect(weaknessOf('a'.repeat(20))).toBe('')
})

import { describe, expect, it } from 'vitest'
import en from './en'
import zh from './zh'

const loaded = Object.entries(import.meta.glob<object>('./*.{zh,en}.ts', { import: 'default', eager: true }))
const parts = (language: 'zh' | 'en') => loaded.filter(([name]) => name.endsWith(`.${language}.ts`)).map(([, part]) => part)

function flat(messages: object, path = ''): Map<string, string> {
  const out = new Map<string, string>()
  for (const [key, value] of Object.entries(messages)) {
    const at = path ? `${path}.${key}` : key
    if (typeof value === 'string') out.set(at, value)
    else for (const [inner, text] of flat(value as object, at)) out.set(inner, text)
  }
  return out
}

const slots = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map((m) => m[1]).sort()
const code = import.meta.glob<string>(['../**/*.ts', '../**/*.vue', '!./*.ts'], { query: '?raw', import: 'default', eager: true })

describe('messages', () => {
  const chinese = flat(Object.assign({}, zh, ...parts('zh')))
  const english = flat(Object.assign({}, en, ...parts('en')))

  it('exist in both languages, with the same slots and none empty', () => {
    expect([...english.keys()].sort()).toEqual([...chinese.keys()].sort())
    for (const [key, text] of chinese) {
      expect(text.trim(), key).not.toBe('')
      expect(english.get(key)?.trim(), key).not.toBe('')
      expect(slots(english.get(key) ?? ''), key).toEqual(slots(text))
    }
  })

  it('exist for every key the code names', () => {
    const used = Object.values(code).flatMap((text) => [...text.matchAll(/\bt\(\s*'([\w.-]+)'/g)].map((m) => m[1]))
    expect(used.length).toBeGreaterThan(50)
    expect(used.filter((key) => !chinese.has(key))).toEqual([])
  })

  it('of lazy parts hide none of the others', () => {
    const groups = [zh, ...parts('zh')].flatMap((part) => Object.keys(part))
    expect(groups.length).toBe(new Set(groups).size)
  })

  it('are all used somewhere', () => {
    const all = Object.values(code).join('\n')
    const computed = /^(element|use|phase|level|accesses|preset|role|problem|tab|queue|tier|taskstate|clockstate|reason|evidencekind|rung|step|groupby|measure|overlay|tool|period|grade|gradename|sense|walltile|wallscene|supervisewords)\./
    expect([...chinese.keys()].filter((key) => !computed.test(key) && !all.includes(`'${key}'`))).toEqual([])
  })
})

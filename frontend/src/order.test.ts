import { describe, expect, it } from 'vitest'

/** The folders from the bottom up; a folder imports its own rank and lower ones. */
const rank: Record<string, number> = { api: 0, model: 0, i18n: 0, layers: 1, state: 2, map: 3, panels: 4, boards: 5, phone: 5, pages: 6 }

const code = import.meta.glob<string>(['./**/*.ts', './**/*.vue'], { query: '?raw', import: 'default', eager: true })
const files = Object.entries(code).map(([path, text]) => ({ path: path.slice(2), text }))

function imports(text: string): string[] {
  return [...text.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map((m) => m[1])
}

function folderOf(path: string, target: string): string | null {
  if (target.startsWith('@/')) return target.slice(2).split('/')[0]
  if (!target.startsWith('.')) return null
  const at = new URL(target, `file:///${path}`).pathname.slice(1).split('/')
  return at.length > 1 ? at[0] : null
}

describe('the source tree', () => {
  it('imports one way only', () => {
    const wrong = files.flatMap(({ path, text }) => {
      const own = rank[path.split('/')[0]]
      if (own === undefined) return []
      return imports(text).flatMap((target) => {
        const other = rank[folderOf(path, target) ?? '']
        return other !== undefined && other > own ? [`${path} imports ${target}`] : []
      })
    })
    expect(wrong).toEqual([])
  })

  it('touches the map engine in map/ only, and the chart engine in one file', () => {
    const using = (name: RegExp) => files.filter(({ text }) => imports(text).some((target) => name.test(target))).map(({ path }) => path)
    expect(using(/^(maplibre-gl|terra-draw)/).every((path) => path.startsWith('map/'))).toBe(true)
    expect(using(/^echarts\/(charts|components|renderers)/)).toEqual(['panels/chart.ts'])
  })

  it('keeps files at most 250 lines long, but for the one that is made from the API document', () => {
    expect(files.filter(({ path, text }) => path !== 'api/schema.ts' && text.split('\n').length > 251).map(({ path }) => path)).toEqual([])
  })

  it('names no outside address', () => {
    const outside = /https?:\/\/(?!city\.test|www\.w3\.org)[a-z0-9]/i
    expect(files.filter(({ path, text }) => path !== 'order.test.ts' && outside.test(text)).map(({ path }) => path)).toEqual([])
  })

  it('never makes the map or its features deeply reactive', () => {
    const heavy = /\b(?:ref|reactive)<[^>]*(?:MapLibreMap|Feature|Geometry|ECharts)\b/
    expect(files.filter(({ text }) => heavy.test(text)).map(({ path }) => path)).toEqual([])
  })
})

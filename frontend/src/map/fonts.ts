/**
 * The slices of Noto Sans SC as a style's `font-faces`: the map fetches only the
 * slices whose characters it draws, from this server, on any machine.
 */
import css from '@fontsource-variable/noto-sans-sc/index.css?raw'

export interface FontFace { url: string; 'unicode-range': string[] }

const files = import.meta.glob<string>('/node_modules/@fontsource-variable/noto-sans-sc/files/*-wght-normal.woff2', {
  query: '?url', import: 'default', eager: true,
})

const face = /url\(\.\/(files\/[^)]+\.woff2)\)[^}]*?unicode-range:\s*([^;]+);/g

export const fontFaces: FontFace[] = [...css.matchAll(face)].flatMap(([, file, ranges]) => {
  const url = files[`/node_modules/@fontsource-variable/noto-sans-sc/${file}`]
  return url ? [{ url: new URL(url, location.origin).href, 'unicode-range': ranges.split(',').map((range) => range.trim()) }] : []
})

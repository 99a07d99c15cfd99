import jsQR from 'jsqr'
import { encode } from 'uqr'
import { expect, it } from 'vitest'
import { qrPath } from './qrpath'

/** Draws the path as a browser would fill it: four pixels a module, a quiet margin of four modules. */
function picture(path: string, modules: number): { pixels: Uint8ClampedArray; side: number } {
  const scale = 4
  const side = (modules + 8) * scale
  const pixels = new Uint8ClampedArray(side * side * 4).fill(255)
  for (const [, x, y, width] of path.matchAll(/M(\d+) (\d+)h(\d+)v1h-\3z/g)) {
    for (let py = 0; py < scale; py++) {
      for (let px = 0; px < Number(width) * scale; px++) {
        const at = ((Number(y) + 4) * scale + py) * side + (Number(x) + 4) * scale + px
        pixels.fill(0, at * 4, at * 4 + 3)
      }
    }
  }
  return { pixels, side }
}

it('is read back by an independent reader', () => {
  for (const text of [
    'otpauth://totp/wutu:li.sys?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=wutu',
    `otpauth://totp/${encodeURIComponent('五图 · 岚江市')}:zhang.san?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=${encodeURIComponent('五图')}&algorithm=SHA1&digits=6&period=30`,
  ]) {
    const matrix = encode(text, { ecc: 'M', border: 0 }).data
    const { pixels, side } = picture(qrPath(matrix), matrix.length)
    expect(jsQR(pixels, side, side)?.data).toBe(text)
  }
})

it('joins the dark modules of a row and skips the light ones', () => {
  expect(qrPath([[true, true, false, true], [false, false, false, false], [false, true, true, true]])).toBe('M0 0h2v1h-2zM3 0h1v1h-1zM1 2h3v1h-3z')
})

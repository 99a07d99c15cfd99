import { iconShape, type Shape } from '@/layers/outlines'
import { phaseSign, type Phase } from '@/model/eventstate'

export interface MarkImage { image: ImageData; pixelRatio: number }

const size = 24 // CSS pixels, mark and margin

/**
 * Draws the image behind a name that layers/ made (`mark|icon|colour`,
 * `phase|phase|colour`), sharp on this screen; null for other names.
 */
export function drawMark(name: string, pixelRatio = Math.max(2, Math.ceil(window.devicePixelRatio))): MarkImage | null {
  const [kind, what, colour] = name.split('|')
  if (!colour || (kind !== 'mark' && kind !== 'phase')) return null
  const canvas = document.createElement('canvas')
  canvas.width = canvas.height = size * pixelRatio
  const context = canvas.getContext('2d', { willReadFrequently: true })
  if (!context) return null
  context.scale(pixelRatio, pixelRatio)
  if (kind === 'mark') disc(context, colour)
  else tile(context, colour)
  context.fillStyle = ink(colour)
  if (kind === 'mark') glyph(context, iconShape(what))
  else sign(context, phaseSign[what as Phase] ?? '?')
  return { image: context.getImageData(0, 0, canvas.width, canvas.height), pixelRatio }
}

function disc(context: CanvasRenderingContext2D, colour: string): void {
  context.beginPath()
  context.arc(size / 2, size / 2, 10.5, 0, 2 * Math.PI)
  context.fillStyle = 'rgba(255,255,255,.95)'
  context.shadowColor = 'rgba(10,20,25,.35)'
  context.shadowBlur = 2
  context.fill()
  context.shadowBlur = 0
  context.beginPath()
  context.arc(size / 2, size / 2, 9.2, 0, 2 * Math.PI)
  context.fillStyle = colour
  context.fill()
}

/** Events differ from things in shape too: a rounded square. */
function tile(context: CanvasRenderingContext2D, colour: string): void {
  context.beginPath()
  context.roundRect(2, 2, size - 4, size - 4, 7)
  context.fillStyle = 'rgba(255,255,255,.95)'
  context.shadowColor = 'rgba(10,20,25,.35)'
  context.shadowBlur = 2
  context.fill()
  context.shadowBlur = 0
  context.beginPath()
  context.roundRect(3.4, 3.4, size - 6.8, size - 6.8, 5.6)
  context.fillStyle = colour
  context.fill()
}

/** White on dark colours, near-black on light ones (contrast ≥ 4.5 : 1 on ours). */
export function ink(colour: string): string {
  const [r, g, b] = [1, 3, 5].map((at) => {
    const c = Number.parseInt(colour.slice(at, at + 2), 16) / 255
    return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.3 ? '#10191e' : '#ffffff'
}

function glyph(context: CanvasRenderingContext2D, shape: Shape): void {
  const scale = 12 / shape.size
  context.translate(size / 2 - 6, size / 2 - 6)
  context.scale(scale, scale)
  context.fill(new Path2D(shape.path))
}

function sign(context: CanvasRenderingContext2D, text: string): void {
  context.font = '700 11.5px "PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Noto Sans SC Variable",sans-serif'
  context.textAlign = 'center'
  context.textBaseline = 'middle'
  context.fillText(text, size / 2, size / 2 + 0.6)
}

/** Pixels over which a signed distance field of the map falls from its edge to nothing, and where its edge lies. */
const reach = 8
const edge = 0.75

/** A disc as a signed distance field, so that the map can colour and halo it at any size. */
export function discField(radius = 22, margin = 8): { width: number; height: number; data: Uint8ClampedArray } {
  const size = 2 * (radius + margin)
  const data = new Uint8ClampedArray(size * size * 4)
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const outside = Math.hypot(x + 0.5 - size / 2, y + 0.5 - size / 2) - radius
      data.set([255, 255, 255, 255 * Math.min(1, Math.max(0, edge - outside / reach))], (y * size + x) * 4)
    }
  }
  return { width: size, height: size, data }
}

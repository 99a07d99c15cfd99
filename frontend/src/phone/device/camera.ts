/** The longest side of a picture that is sent, in pixels. */
export const longestSide = 2048
const quality = 0.82

export interface Shot { blob: Blob; width: number; height: number }

/** The size of a picture whose longer side is at most `most`, never enlarged. */
export function fitted(width: number, height: number, most = longestSide): [number, number] {
  const scale = Math.min(1, most / Math.max(width, height, 1))
  return [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))]
}

/**
 * A picture as it is sent: upright, at most 2,048 pixels long, drawn anew, so
 * that nothing the camera wrote into the file goes along. Rejects for what is no
 * picture.
 */
export async function developed(file: Blob): Promise<Shot> {
  const source = await decoded(file)
  try {
    const [width, height] = fitted(source.width, source.height)
    const canvas = document.createElement('canvas')
    canvas.width = width
    canvas.height = height
    const context = canvas.getContext('2d')
    if (!context) throw new Error('no canvas')
    context.imageSmoothingQuality = 'high'
    context.drawImage(source.image, 0, 0, width, height)
    const blob = await new Promise<Blob>((resolve, reject) => canvas.toBlob((made) => (made ? resolve(made) : reject(new Error('no picture'))), 'image/jpeg', quality))
    return { blob, width, height }
  } finally {
    source.close()
  }
}

interface Source { image: CanvasImageSource; width: number; height: number; close: () => void }

/** The picture turned as the camera was held; by an image element where the browser has no other way. */
async function decoded(file: Blob): Promise<Source> {
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(() => null)
  if (bitmap) return { image: bitmap, width: bitmap.width, height: bitmap.height, close: () => bitmap.close() }
  const image = new Image()
  const url = URL.createObjectURL(file)
  image.src = url
  try {
    await image.decode()
  } catch (error) {
    URL.revokeObjectURL(url)
    throw error
  }
  return { image, width: image.naturalWidth, height: image.naturalHeight, close: () => URL.revokeObjectURL(url) }
}

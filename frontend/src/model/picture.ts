const large = 6_000_000 // bytes; below, a picture goes as it is, with what the camera wrote into it
const longest = 2400 // pixels

/** The picture, made smaller where it is too large to send; as it is where it cannot be read here. */
export async function shrunk(file: Blob): Promise<Blob> {
  if (file.size <= large) return file
  const bitmap = await createImageBitmap(file).catch(() => null)
  if (!bitmap) return file
  const scale = Math.min(1, longest / Math.max(bitmap.width, bitmap.height))
  const canvas = new OffscreenCanvas(Math.round(bitmap.width * scale), Math.round(bitmap.height * scale))
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0, canvas.width, canvas.height)
  bitmap.close()
  return canvas.convertToBlob({ type: 'image/jpeg', quality: 0.86 })
}

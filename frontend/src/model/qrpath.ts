/** The dark modules of a QR code as one SVG path: each run of a row is a rectangle of height 1. */
export function qrPath(dark: boolean[][]): string {
  const runs: string[] = []
  dark.forEach((row, y) => {
    let from = -1
    for (let x = 0; x <= row.length; x++) {
      if (row[x] && from < 0) from = x
      if (!row[x] && from >= 0) {
        runs.push(`M${from} ${y}h${x - from}v1h${from - x}z`)
        from = -1
      }
    }
  })
  return runs.join('')
}

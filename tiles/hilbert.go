package tiles

// Number is the tile's place in the order of all tiles of the grid Mercator: zoom by zoom, within a
// zoom along a Hilbert curve, so that neighbours are often close. Zoom 0 is
// number 0. The numbering is that of the PMTiles specification, version 3.
func (t ID) Number() uint64 {
	var d uint64
	x, y := t.X, t.Y
	side := t.Z.Side()
	for s := side / 2; s > 0; s /= 2 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += uint64(s) * uint64(s) * uint64(3*rx^ry)
		x, y = turn(s, x&(s-1), y&(s-1), rx, ry)
	}
	return d + before(t.Z)
}

// FromNumber is the inverse of Number; ok is false for numbers beyond MaxZoom.
func FromNumber(n uint64) (t ID, ok bool) {
	for z := Zoom(0); z <= MaxZoom; z++ {
		if n >= before(z+1) {
			continue
		}
		d := n - before(z)
		var x, y uint32
		for s := uint32(1); s < z.Side(); s *= 2 {
			rx := uint32(d/2) & 1
			ry := uint32(d^uint64(rx)) & 1
			x, y = turn(s, x, y, rx, ry)
			x, y = x+s*rx, y+s*ry
			d /= 4
		}
		return ID{Z: z, X: x, Y: y}, true
	}
	return ID{}, false
}

// before is the number of tiles of all zooms above z.
func before(z Zoom) uint64 { return (1<<(2*uint(z)) - 1) / 3 }

// turn rotates a quadrant of side s so that the curve stays connected.
func turn(s, x, y, rx, ry uint32) (uint32, uint32) {
	if ry != 0 {
		return x, y
	}
	if rx != 0 {
		x, y = s-1-x, s-1-y
	}
	return y, x
}

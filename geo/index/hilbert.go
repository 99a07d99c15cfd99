package index

// hilbert is the position of a cell of a 2^16 × 2^16 grid on the Hilbert curve.
// Source: the iterative form of J. Skilling, "Programming the Hilbert curve",
// AIP Conf. Proc. 707 (2004), for two dimensions.
func hilbert(x, y uint32) uint32 {
	const bits = 16
	for q := uint32(1) << (bits - 1); q > 1; q >>= 1 {
		mask := q - 1
		if x&q != 0 { // invert the low bits of x
			x ^= mask
		}
		if y&q != 0 {
			x ^= mask
		} else { // exchange the low bits of x and y
			t := (x ^ y) & mask
			x, y = x^t, y^t
		}
	}
	y ^= x
	var t uint32
	for q := uint32(1) << (bits - 1); q > 1; q >>= 1 {
		if y&q != 0 {
			t ^= q - 1
		}
	}
	x, y = x^t, y^t
	var d uint32
	for b := bits - 1; b >= 0; b-- {
		d = d<<2 | (x>>b&1)<<1 | y>>b&1
	}
	return d
}

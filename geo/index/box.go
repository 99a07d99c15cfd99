package index

import (
	"math"

	"github.com/paulmach/orb"
)

// box is a float32 box that contains the exact one it was made from.
type box struct{ minX, minY, maxX, maxY float32 }

// maxFloat bounds every float32 box; no coordinate comes near it.
const maxFloat = math.MaxFloat32

// noBox is the empty box: it meets nothing and is neutral to union.
func noBox() box { return box{maxFloat, maxFloat, -maxFloat, -maxFloat} }

// outward rounds b so that it is contained in the result. An empty box or one
// with NaN becomes the empty box.
func outward(b orb.Bound) box {
	if !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return noBox()
	}
	return box{down(b.Min[0]), down(b.Min[1]), up(b.Max[0]), up(b.Max[1])}
}

func down(x float64) float32 {
	f := float32(x)
	if float64(f) > x {
		return math.Nextafter32(f, -maxFloat)
	}
	return f
}

func up(x float64) float32 {
	f := float32(x)
	if float64(f) < x {
		return math.Nextafter32(f, maxFloat)
	}
	return f
}

func (b box) empty() bool { return b.minX > b.maxX }

func (b box) meets(c box) bool {
	return b.minX <= c.maxX && c.minX <= b.maxX && b.minY <= c.maxY && c.minY <= b.maxY
}

// holds reports whether the box contains a point, borders included.
func (b box) holds(p orb.Point) bool {
	return float64(b.minX) <= p[0] && p[0] <= float64(b.maxX) && float64(b.minY) <= p[1] && p[1] <= float64(b.maxY)
}

func (b box) union(c box) box {
	return box{min(b.minX, c.minX), min(b.minY, c.minY), max(b.maxX, c.maxX), max(b.maxY, c.maxY)}
}

func (b box) bound() orb.Bound {
	return orb.Bound{Min: orb.Point{float64(b.minX), float64(b.minY)}, Max: orb.Point{float64(b.maxX), float64(b.maxY)}}
}

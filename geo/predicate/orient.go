package predicate

import (
	"math"

	"github.com/paulmach/orb"
)

// orient is +1 when c lies left of the line a→b, −1 right, 0 on it. Exact.
func orient(a, b, c orb.Point) int {
	l := (a[0] - c[0]) * (b[1] - c[1])
	r := (a[1] - c[1]) * (b[0] - c[0])
	det := l - r
	// Error bound of J. R. Shewchuk, "Adaptive Precision Floating-Point
	// Arithmetic and Fast Robust Geometric Predicates" (1997), ccwerrboundA.
	if err := 3.3306690738754716e-16 * (math.Abs(l) + math.Abs(r)); det > err {
		return 1
	} else if det < -err {
		return -1
	}
	var e expansion
	e.addOrient(a, b, c)
	return e.sign()
}

// orientMid is orient for the midpoint of c and d, which need not be a float.
func orientMid(a, b, c, d orb.Point) int {
	oc, od := orient(a, b, c), orient(a, b, d)
	if oc == od || od == 0 {
		return oc
	}
	if oc == 0 {
		return od
	}
	var e expansion
	e.addOrient(a, b, c)
	e.addOrient(a, b, d)
	return e.sign()
}

// expansion is an exact number: a sum of floats that do not overlap, smallest
// first (Shewchuk 1997). Large enough for two orientations.
type expansion struct {
	part [25]float64
	n    int
}

// add adds x exactly.
func (e *expansion) add(x float64) {
	n := 0
	for _, p := range e.part[:e.n] {
		sum := x + p
		virtual := sum - x
		low := (x - (sum - virtual)) + (p - virtual)
		x = sum
		if low != 0 {
			e.part[n] = low
			n++
		}
	}
	if x != 0 {
		e.part[n] = x
		n++
	}
	e.n = n
}

func (e *expansion) addProduct(x, y float64) {
	p := x * y
	e.add(math.FMA(x, y, -p))
	e.add(p)
}

// addOrient adds twice the signed area of the triangle a, b, c.
func (e *expansion) addOrient(a, b, c orb.Point) {
	e.addProduct(a[0], b[1])
	e.addProduct(-a[1], b[0])
	e.addProduct(b[0], c[1])
	e.addProduct(-b[1], c[0])
	e.addProduct(c[0], a[1])
	e.addProduct(-c[1], a[0])
}

func (e *expansion) sign() int {
	if e.n == 0 {
		return 0
	}
	return compare(e.part[e.n-1], 0)
}

// compareMid compares the midpoint of c and d with x: −1, 0 or +1. Exact.
func compareMid(c, d, x float64) int {
	if c == d {
		return compare(c, x)
	}
	var e expansion
	e.add(c)
	e.add(d)
	e.add(-x)
	e.add(-x)
	return e.sign()
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// inSpan reports whether p, known to lie on the line through a and b, lies
// between them, ends included.
func inSpan(a, b, p orb.Point) bool {
	return min(a[0], b[0]) <= p[0] && p[0] <= max(a[0], b[0]) &&
		min(a[1], b[1]) <= p[1] && p[1] <= max(a[1], b[1])
}

// onSegment reports whether p lies on the segment a–b, ends included.
func onSegment(a, b, p orb.Point) bool { return inSpan(a, b, p) && orient(a, b, p) == 0 }

// segmentsMeet reports whether two segments share a point.
func segmentsMeet(a, b, c, d orb.Point) bool {
	if max(a[0], b[0]) < min(c[0], d[0]) || max(c[0], d[0]) < min(a[0], b[0]) ||
		max(a[1], b[1]) < min(c[1], d[1]) || max(c[1], d[1]) < min(a[1], b[1]) {
		return false
	}
	o1, o2 := orient(a, b, c), orient(a, b, d)
	if o1*o2 > 0 {
		return false
	}
	o3, o4 := orient(c, d, a), orient(c, d, b)
	if o3*o4 > 0 {
		return false
	}
	if o1 == 0 && o2 == 0 || o3 == 0 && o4 == 0 { // on one line, or one is a point
		return inSpan(a, b, c) && o1 == 0 || inSpan(a, b, d) && o2 == 0 ||
			inSpan(c, d, a) && o3 == 0 || inSpan(c, d, b) && o4 == 0
	}
	return true
}

// segmentsCross reports whether two segments cross at a point inside both.
func segmentsCross(a, b, c, d orb.Point) bool {
	return orient(a, b, c)*orient(a, b, d) < 0 && orient(c, d, a)*orient(c, d, b) < 0
}

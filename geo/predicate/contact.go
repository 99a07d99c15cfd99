package predicate

import "github.com/paulmach/orb"

// Meeting is what two segments have in common.
type Meeting uint8

// The meetings of two segments.
const (
	Apart   Meeting = iota // nothing
	AtPoint                // one point, an end of at least one of them
	Across                 // one point inside both: they cross
	Along                  // more than one point: they lie on each other
)

// Contact tells what the segments a–b and c–d have in common, exactly, and one
// place of it: exact for AtPoint and Along, rounded for Across, and the zero
// point for Apart.
func Contact(a, b, c, d orb.Point) (Meeting, orb.Point) {
	if !segmentsMeet(a, b, c, d) {
		return Apart, orb.Point{}
	}
	if segmentsCross(a, b, c, d) {
		ux, uy := b[0]-a[0], b[1]-a[1]
		vx, vy := d[0]-c[0], d[1]-c[1]
		det := ux*vy - uy*vx
		if det == 0 {
			return Across, a
		}
		t := min(1, max(0, ((c[0]-a[0])*vy-(c[1]-a[1])*vx)/det))
		return Across, orb.Point{a[0] + t*ux, a[1] + t*uy}
	}
	// The ends that lie on the other segment: one place, or an overlap.
	var at [4]orb.Point
	n := 0
	add := func(p orb.Point) {
		for _, q := range at[:n] {
			if p == q {
				return
			}
		}
		at[n] = p
		n++
	}
	for _, p := range [2]orb.Point{a, b} {
		if onSegment(c, d, p) {
			add(p)
		}
	}
	for _, p := range [2]orb.Point{c, d} {
		if onSegment(a, b, p) {
			add(p)
		}
	}
	if n > 1 {
		return Along, at[0]
	}
	return AtPoint, at[0]
}

package predicate

import "github.com/paulmach/orb"

// Side is on which side of the line a→b the point p lies: +1 left, −1 right, 0 on
// it, or when a and b are the same. Exact.
func Side(a, b, p orb.Point) int { return orient(a, b, p) }

// OnSegment reports whether p lies on the segment a–b, ends included. Exact.
func OnSegment(a, b, p orb.Point) bool { return onSegment(a, b, p) }

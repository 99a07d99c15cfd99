package shape

// turn is the sign of the turn a → b → c: positive to the side on which a
// positive ring has its inside, 0 on a straight line.
func turn(a, b, c XY) int {
	d := int64(b.X-a.X)*int64(c.Y-a.Y) - int64(b.Y-a.Y)*int64(c.X-a.X)
	switch {
	case d > 0:
		return 1
	case d < 0:
		return -1
	}
	return 0
}

// clean removes, in place, points of a ring that do not change its area:
// repeated points, points on the line through their neighbours, spikes. What is
// left has at least three points or none. Which points stay does not depend on
// the ring's start or direction, unless spikes are nested.
func clean(ring []XY) []XY {
	out := ring[:0]
	for _, p := range ring {
		out = push(out, p)
	}
	// Where the end meets the start the same rule holds.
	for changed := true; changed && len(out) > 2; {
		changed = false
		n := len(out)
		switch {
		case out[n-1] == out[0], turn(out[n-2], out[n-1], out[0]) == 0:
			out, changed = out[:n-1], true
		case turn(out[n-1], out[0], out[1]) == 0:
			out, changed = out[1:], true
		}
	}
	if len(out) < 3 {
		return ring[:0]
	}
	return ring[:copy(ring, out)]
}

// push appends p and takes back what it makes superfluous.
func push(out []XY, p XY) []XY {
	for {
		n := len(out)
		switch {
		case n > 0 && out[n-1] == p:
			return out
		case n > 1 && turn(out[n-2], out[n-1], p) == 0:
			out = out[:n-1]
		default:
			return append(out, p)
		}
	}
}

// straighten removes, in place, repeated points of a line and points in the
// middle of straight stretches; where a line turns back on itself it keeps the
// turning point.
func straighten(line []XY) []XY {
	out := line[:0]
	for _, p := range line {
		n := len(out)
		if n > 0 && out[n-1] == p {
			continue
		}
		if n > 1 && between(out[n-2], out[n-1], p) {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

// between reports whether b lies on the straight way from a to c.
func between(a, b, c XY) bool {
	return turn(a, b, c) == 0 && onBox(b, a, c)
}

// onBox reports whether p lies in the box spanned by a and b.
func onBox(p, a, b XY) bool {
	return p.X >= min(a.X, b.X) && p.X <= max(a.X, b.X) && p.Y >= min(a.Y, b.Y) && p.Y <= max(a.Y, b.Y)
}

// onSegment reports whether p lies on the segment from a to b, ends included.
func onSegment(p, a, b XY) bool { return onBox(p, a, b) && turn(a, b, p) == 0 }

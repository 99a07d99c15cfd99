package shape

import (
	"cmp"
	"slices"
)

// segment is an edge: of a ring when index counts the ring's points.
type segment struct {
	p, q        XY
	ring, index int
}

func segmentsOf(rings [][]XY) []segment { return appendSegments(nil, rings) }

func appendSegments(out []segment, rings [][]XY) []segment {
	for i, r := range rings {
		last := len(r) - 1
		for j := range last {
			out = append(out, segment{r[j], r[j+1], i, j})
		}
		if last >= 0 {
			out = append(out, segment{r[last], r[0], i, last})
		}
	}
	return out
}

// box is the bounding box of a run of segments.
type box struct{ minX, minY, maxX, maxY int32 }

func (s segment) box() box {
	return box{min(s.p.X, s.q.X), min(s.p.Y, s.q.Y), max(s.p.X, s.q.X), max(s.p.Y, s.q.Y)}
}

func (b box) meets(c box) bool {
	return b.minX <= c.maxX && c.minX <= b.maxX && b.minY <= c.maxY && c.minY <= b.maxY
}

func (b box) with(c box) box {
	return box{min(b.minX, c.minX), min(b.minY, c.minY), max(b.maxX, c.maxX), max(b.maxY, c.maxY)}
}

// meetings calls f for every two segments that have a point in common, until f
// says stop, in an order that depends on the segments alone. Short lists are
// compared pair by pair, longer ones by a tree of boxes.
func meetings(segments []segment, f func(a, b segment) bool) {
	const short = 12
	if len(segments) > short {
		byTree(segments, f)
		return
	}
	for i, a := range segments {
		for _, b := range segments[i+1:] {
			if a.box().meets(b.box()) && touch(a, b) && !f(a, b) {
				return
			}
		}
	}
}

// byTree builds a tree of boxes over the segments in Morton order of their
// middles and joins it with itself.
func byTree(segments []segment, f func(a, b segment) bool) {
	sorted := slices.Clone(segments)
	slices.SortFunc(sorted, func(a, b segment) int {
		return cmp.Or(cmp.Compare(interleave(a), interleave(b)), cmp.Compare(a.ring, b.ring), cmp.Compare(a.index, b.index))
	})
	const fan = 8
	levels := [][]box{make([]box, len(sorted))}
	for i, s := range sorted {
		levels[0][i] = s.box()
	}
	for top := levels[0]; len(top) > 1; {
		up := make([]box, (len(top)+fan-1)/fan)
		for i := range up {
			up[i] = top[i*fan]
			for _, b := range top[i*fan+1 : min(len(top), i*fan+fan)] {
				up[i] = up[i].with(b)
			}
		}
		levels = append(levels, up)
		top = up
	}
	// visit finds the partners of segment i with higher numbers.
	var visit func(i, level, node int) bool
	visit = func(i, level, node int) bool {
		if !levels[level][node].meets(levels[0][i]) {
			return true
		}
		if level == 0 {
			return node <= i || !touch(sorted[i], sorted[node]) || f(sorted[i], sorted[node])
		}
		for child := node * fan; child < min(len(levels[level-1]), node*fan+fan); child++ {
			last := child // the last segment under child
			for l := level - 1; l > 0; l-- {
				last = last*fan + fan - 1
			}
			if last > i && !visit(i, level-1, child) {
				return false
			}
		}
		return true
	}
	for i := range sorted {
		if !visit(i, len(levels)-1, 0) {
			return
		}
	}
}

// interleave is the Morton number of a segment's middle.
func interleave(s segment) uint64 {
	spread := func(v int32) uint64 {
		x := uint64(uint32(v) + 1<<31)
		x = (x | x<<16) & 0x0000ffff0000ffff
		x = (x | x<<8) & 0x00ff00ff00ff00ff
		x = (x | x<<4) & 0x0f0f0f0f0f0f0f0f
		x = (x | x<<2) & 0x3333333333333333
		return (x | x<<1) & 0x5555555555555555
	}
	return spread(s.p.X+s.q.X) | spread(s.p.Y+s.q.Y)<<1
}

// touch reports whether two segments have a point in common.
func touch(a, b segment) bool {
	s1, s2 := turn(a.p, a.q, b.p), turn(a.p, a.q, b.q)
	s3, s4 := turn(b.p, b.q, a.p), turn(b.p, b.q, a.q)
	if s1 != s2 && s3 != s4 && s1*s2 <= 0 && s3*s4 <= 0 {
		return true
	}
	return s1 == 0 && onBox(b.p, a.p, a.q) || s2 == 0 && onBox(b.q, a.p, a.q) ||
		s3 == 0 && onBox(a.p, b.p, b.q) || s4 == 0 && onBox(a.q, b.p, b.q)
}

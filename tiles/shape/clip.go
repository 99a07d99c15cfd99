package shape

import (
	"math"

	"wutu/tiles/mvt"
)

// A side of the window: the coordinate it limits, the limit and which way is in.
type side struct {
	vertical bool // limits x
	upper    bool // keeps what is at most limit
	limit    int64
}

func (s side) keeps(p point64) bool {
	v := p.y
	if s.vertical {
		v = p.x
	}
	if s.upper {
		return v <= s.limit
	}
	return v >= s.limit
}

// cut is where the edge between p and q, which lie on different sides, meets the
// limit, rounded. It is the same for both directions of the edge.
func (s side) cut(p, q point64) point64 {
	if q.x < p.x || q.x == p.x && q.y < p.y {
		p, q = q, p
	}
	// Differences stay below 2^40, so the quotient errs by less than 2^-12 units;
	// the conversions forbid fused operations, which not every machine has.
	if s.vertical {
		t := float64(s.limit-p.x) / float64(q.x-p.x)
		return point64{s.limit, p.y + int64(math.Floor(float64(t*float64(q.y-p.y))+0.5))}
	}
	t := float64(s.limit-p.y) / float64(q.y-p.y)
	return point64{p.x + int64(math.Floor(float64(t*float64(q.x-p.x))+0.5)), s.limit}
}

func (f *Frame) sides() [4]side {
	low, high := int64(f.low), int64(f.high)
	return [4]side{{true, false, low}, {true, true, high}, {false, false, low}, {false, true, high}}
}

// inside reports whether the projected points, shifted, lie within the window,
// so that nothing needs cutting.
func (f *Frame) inside(shift int64) bool {
	b := f.projectedBound
	low, high := int64(f.low), int64(f.high)
	return b.minX+shift >= low && b.maxX+shift <= high && b.minY >= low && b.maxY <= high
}

// cutRing appends the part of the projected ring in the window, by Sutherland
// and Hodgman's method: one side after the other. The result may run along the
// window's sides to and fro.
func (f *Frame) cutRing(dst []XY, shift int64) []XY {
	if f.inside(shift) {
		for _, p := range f.projected {
			dst = append(dst, XY{X: int32(p.x + shift), Y: int32(p.y)})
		}
		return dst
	}
	ring, next := f.cutting[0][:0], f.cutting[1]
	for _, p := range f.projected {
		ring = append(ring, point64{p.x + shift, p.y})
	}
	defer func() { f.cutting = [2][]point64{ring, next} }()
	for _, s := range f.sides() {
		if len(ring) == 0 {
			return dst
		}
		next = next[:0]
		last := ring[len(ring)-1]
		for _, p := range ring {
			if s.keeps(p) != s.keeps(last) {
				next = append(next, s.cut(last, p))
			}
			if s.keeps(p) {
				next = append(next, p)
			}
			last = p
		}
		ring, next = next, ring
	}
	for _, p := range ring {
		dst = append(dst, XY{X: int32(p.x), Y: int32(p.y)})
	}
	return dst
}

// cutLine adds the pieces of the projected line that lie in the window.
func (f *Frame) cutLine(dst *mvt.Geometry, shift int64) {
	sides := f.sides()
	whole := f.inside(shift)
	f.spare = f.spare[:0]
	flush := func() {
		if line := straighten(f.spare); len(line) >= 2 {
			dst.Add(line)
		}
		f.spare = f.spare[:0]
	}
	for i := 1; i < len(f.projected); i++ {
		p, q := f.projected[i-1], f.projected[i]
		p.x, q.x = p.x+shift, q.x+shift
		end := q
		seen := true
		for _, s := range sides {
			if whole {
				break
			}
			in, out := s.keeps(p), s.keeps(q)
			switch {
			case !in && !out:
				seen = false
			case !in:
				p = s.cut(p, q)
			case !out:
				q = s.cut(p, q)
			}
			if !seen {
				break
			}
		}
		if !seen {
			flush()
			continue
		}
		a, b := XY{X: int32(p.x), Y: int32(p.y)}, XY{X: int32(q.x), Y: int32(q.y)}
		if n := len(f.spare); n > 0 && f.spare[n-1] != a {
			flush()
		}
		if len(f.spare) == 0 {
			f.spare = append(f.spare, a)
		}
		f.spare = append(f.spare, b)
		if q != end {
			flush()
		}
	}
	flush()
}

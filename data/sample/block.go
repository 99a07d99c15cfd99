package sample

import "math"

// site is the part of a face that can be built on: clear of the roads around it
// by their half width and by margin metres. It is convex and lies inside the face;
// nil when nothing is left.
func (c *city) site(f int32, margin float64) convex {
	var ring []pt
	var gap []float64
	c.m.eachArc(&c.m.faces[f], func(i int32, forward bool) {
		a := &c.m.arcs[i]
		half := a.class.traits().half + margin
		n := len(a.shape)
		for k := range n - 1 {
			p := a.shape[k]
			if !forward {
				p = a.shape[n-1-k]
			}
			ring = append(ring, c.g.metres(p))
			gap = append(gap, half)
		}
	})
	out := boxAround(ring)
	for i, p := range ring {
		q := ring[(i+1)%len(ring)]
		shift := q.sub(p).left().unitOr(pt{}).times(gap[i])
		if out = out.cutLeft(p.add(shift), q.add(shift)); out == nil {
			return nil
		}
	}
	return out.clean()
}

func boxAround(ring []pt) convex {
	x0, x1 := extent(ring, pt{1, 0})
	y0, y1 := extent(ring, pt{0, 1})
	return convex{{x0, y0}, {x1, y0}, {x1, y1}, {x0, y1}}
}

// split cuts c into parts of at most about limit square metres, across the
// longer extent of each.
func (c convex) split(r *stream, limit float64) []convex {
	if c == nil {
		return nil
	}
	if c.area() <= limit*r.between(0.9, 1.3) {
		return []convex{c}
	}
	axis := c.longest()
	lo, hi := extent(c, axis)
	if l2, h2 := extent(c, axis.left()); h2-l2 > hi-lo {
		axis, lo, hi = axis.left(), l2, h2
	}
	at := axis.times(lo + (hi-lo)*r.between(0.42, 0.58))
	a := c.cutLeft(at, at.add(axis.left())).clean()
	b := c.cutLeft(at, at.sub(axis.left())).clean()
	if a == nil || b == nil || math.Abs(a.area()+b.area()-c.area()) > 20 {
		return []convex{c}
	}
	return append(a.split(r, limit), b.split(r, limit)...)
}

package sample

import (
	"math"

	"github.com/paulmach/orb"
)

// convex is a convex polygon on the ground, counter-clockwise, not closed.
type convex []pt

// cutLeft keeps the part of c on the left of the line through a towards b.
func (c convex) cutLeft(a, b pt) convex {
	d := b.sub(a)
	out := make(convex, 0, len(c)+1)
	for i, p := range c {
		q := c[(i+1)%len(c)]
		u, v := d.cross(p.sub(a)), d.cross(q.sub(a))
		if u >= 0 {
			out = append(out, p)
		}
		if (u >= 0) != (v >= 0) {
			out = append(out, p.toward(q, u/(u-v)))
		}
	}
	if len(out) < 3 {
		return nil
	}
	return out
}

// inset is the part of c at least d metres from each of its edges.
func (c convex) inset(d float64) convex {
	out := c
	for i, p := range c {
		q := c[(i+1)%len(c)]
		if out == nil {
			return nil
		}
		shift := q.sub(p).left().unitOr(pt{}).times(d)
		out = out.cutLeft(p.add(shift), q.add(shift))
	}
	return out.clean()
}

// clean drops corners that nearly coincide, and the polygon when it is a sliver.
func (c convex) clean() convex {
	var out convex
	for i, p := range c {
		if c[(i+1)%len(c)].sub(p).length() > 0.3 {
			out = append(out, p)
		}
	}
	if len(out) < 3 || out.area() < 4 {
		return nil
	}
	return out
}

func (c convex) area() float64 { return polygonArea(c) }

// holds reports whether p is inside c.
func (c convex) holds(p pt) bool {
	for i, a := range c {
		if c[(i+1)%len(c)].sub(a).cross(p.sub(a)) < 0 {
			return false
		}
	}
	return true
}

// frame is a local system of axes: u along a direction, v to its left.
type frame struct{ origin, u, v pt }

func newFrame(origin, along pt) frame { return frame{origin, along, along.left()} }

func (f frame) to(p pt) pt {
	d := p.sub(f.origin)
	return pt{d.dot(f.u), d.dot(f.v)}
}

func (f frame) from(p pt) pt { return f.origin.add(f.u.times(p.x)).add(f.v.times(p.y)) }

func (f frame) convexTo(c convex) convex {
	out := make(convex, len(c))
	for i, p := range c {
		out[i] = f.to(p)
	}
	return out
}

// reach is the interval of x inside c at height y; hi < lo when there is none.
func (c convex) reach(y float64) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for i, p := range c {
		q := c[(i+1)%len(c)]
		if (p.y <= y) == (q.y <= y) {
			continue
		}
		x := p.x + (q.x-p.x)*(y-p.y)/(q.y-p.y)
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi
}

// longest is the direction of the longest edge.
func (c convex) longest() pt {
	best := pt{1, 0}
	l := 0.0
	for i, p := range c {
		if e := c[(i+1)%len(c)].sub(p); e.length() > l {
			l, best = e.length(), e
		}
	}
	return best.unitOr(pt{1, 0})
}

// softened cuts the corners of a polygon three times (Chaikin's method).
func softened(c []pt) []pt {
	for range 3 {
		out := make([]pt, 0, 2*len(c))
		for i, p := range c {
			q := c[(i+1)%len(c)]
			out = append(out, p.toward(q, 0.25), p.toward(q, 0.75))
		}
		c = out
	}
	return c
}

// toRing turns ground corners into a closed ring in degrees.
func (g *terrain) toRing(c []pt) orb.Ring {
	ring := make(orb.Ring, 0, len(c)+1)
	for _, p := range c {
		ring = append(ring, g.degrees(p))
	}
	return append(ring, ring[0])
}

func reversed(r orb.Ring) orb.Ring {
	out := make(orb.Ring, len(r))
	for i, p := range r {
		out[len(r)-1-i] = p
	}
	return out
}

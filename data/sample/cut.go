package sample

import (
	"math"
)

// communityGrids is the number of unit grids a community has at most, about.
const communityGrids = 26

// cutter divides superblocks: each cut is straight in the plan, runs about across
// the longer extent of a face, and is a road of a class that suits the size of
// what it cuts. Below the size of a block the cuts are borders of unit grids only.
type cutter struct {
	*lattice
	r           stream
	communities int32
}

// leafArea is the size of a unit grid at p, in m2: about 10,000 where the city
// is dense (万米单元网格), more outside.
func (l *lattice) leafArea(p pt) float64 {
	d := l.g.density(p)
	base := l.g.leaf
	switch {
	case d > 0.5:
		return base
	case d > 0.25:
		return base * (1 + (0.5-d)*5)
	case d > 0.07:
		return base * (2.25 + (0.25-d)*40)
	case l.g.hill(p) > 0:
		return base * 95
	}
	return base * 45
}

// divide cuts f until its parts are unit grids, adds them to the plan and returns
// those that have no community yet.
func (c *cutter) divide(f face, depth int) []int32 {
	corners := c.m.corners(&f)
	area, mid := polygonArea(corners), polygonMiddle(corners)
	d := c.g.density(mid)
	if depth > 0 && c.lakeFits(area, d) {
		f.use = lakeside
		return c.leaf(f)
	}
	if area <= c.leafArea(mid)*c.r.between(1.25, 1.75) || depth > 40 {
		return c.leaf(f)
	}
	a, b, ok := c.cut(f, corners, c.classFor(area, d))
	if !ok {
		return c.leaf(f)
	}
	left, right := c.divide(a, depth+1), c.divide(b, depth+1)
	if len(left)+len(right) <= communityGrids {
		return append(left, right...)
	}
	for _, part := range [][]int32{left, right} {
		c.close(part)
	}
	return nil
}

// lakeFits draws whether a face of this size becomes a park with a lake.
func (c *cutter) lakeFits(area, d float64) bool {
	return area > 120000 && area < 520000 && d > 0.1 && d < 0.85 && c.r.chance(0.022)
}

func (c *cutter) leaf(f face) []int32 {
	f.community = -1
	c.m.faces = append(c.m.faces, f)
	return []int32{int32(len(c.m.faces) - 1)}
}

// close makes the faces a community of the superblock.
func (c *cutter) close(part []int32) {
	if len(part) == 0 {
		return
	}
	id := c.communities
	c.communities++
	for _, f := range part {
		c.m.faces[f].community = id
	}
}

// classFor is the class of the road that cuts a face of the given area; a road
// never ends on something smaller than a street because areas only shrink.
func (c *cutter) classFor(area, d float64) roadClass {
	switch {
	case d > 0.07 && area > 420000:
		return secondary
	case d > 0.07 && area > 110000, area > 700000:
		return tertiary
	case d > 0.45 && area > 27000, d > 0.07 && area > 36000, area > 300000:
		return residential
	}
	return noRoad
}

// cut divides f by a line across its longer extent. It tries several places and
// fails when none keeps clear of the corners.
func (c *cutter) cut(f face, corners []pt, class roadClass) (face, face, bool) {
	axis := pt{1, 0}
	longest := 0.0
	for i, p := range corners {
		e := corners[(i+1)%len(corners)].sub(p)
		if l := e.length(); l > longest {
			longest, axis = l, e.times(1/l)
		}
	}
	lo, hi := extent(corners, axis)
	if l2, h2 := extent(corners, axis.left()); h2-l2 > (hi-lo)*1.02 {
		axis, lo, hi = axis.left(), l2, h2
	}
	if class == noRoad && hi-lo < 40 {
		return f, f, false
	}
	for try := range 8 {
		// Older quarters are less regular.
		sway := 0.05 + 0.06*max(0, c.g.age.at(corners[0]))
		turn := c.r.between(-sway, sway)
		if c.r.chance(0.1) {
			turn *= 3
		}
		n := axis.toward(axis.left(), turn).unitOr(axis)
		lo, hi := extent(corners, n)
		at := lo + (hi-lo)*c.r.between(0.41, 0.59)
		if a, b, ok := c.cutAt(f, corners, n, at, class, float64(30-3*try)); ok {
			return a, b, true
		}
	}
	return f, f, false
}

// cutAt divides f where dot(n, p) = at. Ends within snap metres of a stop move
// to it, so that streets meet in crossings instead of missing each other.
func (c *cutter) cutAt(f face, corners []pt, n pt, at float64, class roadClass, snap float64) (face, face, bool) {
	const clear = 12 // metres a cut keeps away from corners
	type hit struct {
		side int
		t    float64
	}
	var hits []hit
	for i, p := range corners {
		q := corners[(i+1)%len(corners)]
		dp, dq := p.dot(n)-at, q.dot(n)-at
		if (dp < 0) == (dq < 0) {
			continue
		}
		s := f.sides[i]
		t := s.t0 + (s.t1-s.t0)*dp/(dp-dq)
		length := c.m.lines[s.line].b.sub(c.m.lines[s.line].a).length()
		best := snap / length
		for _, x := range c.m.lines[s.line].stops {
			inside := x.t > min(s.t0, s.t1) && x.t < max(s.t0, s.t1)
			if d := math.Abs(x.t - t); inside && d < best {
				best, t = d, x.t
			}
		}
		if math.Abs(t-s.t0)*length < clear || math.Abs(t-s.t1)*length < clear {
			return f, f, false
		}
		hits = append(hits, hit{i, t})
	}
	if len(hits) != 2 {
		return f, f, false
	}
	h0, h1 := hits[0], hits[1]
	from := c.m.stopAt(f.sides[h0.side].line, h0.t)
	to := c.m.stopAt(f.sides[h1.side].line, h1.t)
	name := int32(-1)
	if class != noRoad {
		name = c.newStreet(class, math.Abs(n.y) > math.Abs(n.x), c.r.next())
	}
	cut := c.m.addLine(from, to, class, name)
	a, b := f, f
	s0, s1 := f.sides[h0.side], f.sides[h1.side]
	a.sides = append([]side{{s0.line, h0.t, s0.t1}}, f.sides[h0.side+1:h1.side]...)
	a.sides = append(a.sides, side{s1.line, s1.t0, h1.t}, side{cut, 1, 0})
	b.sides = append([]side{{s1.line, h1.t, s1.t1}}, f.sides[h1.side+1:]...)
	b.sides = append(b.sides, f.sides[:h0.side]...)
	b.sides = append(b.sides, side{s0.line, s0.t0, h0.t}, side{cut, 0, 1})
	return a, b, true
}

func extent(corners []pt, axis pt) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, p := range corners {
		v := p.dot(axis)
		lo, hi = min(lo, v), max(hi, v)
	}
	return lo, hi
}

// polygonArea is positive for counter-clockwise corners.
func polygonArea(c []pt) float64 {
	sum := 0.0
	for i, p := range c {
		sum += p.cross(c[(i+1)%len(c)])
	}
	return sum / 2
}

// polygonMiddle is the centre of mass of a simple polygon.
func polygonMiddle(c []pt) pt {
	var m pt
	sum := 0.0
	o := c[0]
	for i, p := range c {
		a, b := p.sub(o), c[(i+1)%len(c)].sub(o)
		w := a.cross(b)
		sum += w
		m = m.add(a.add(b).times(w))
	}
	if math.Abs(sum) < 1e-9 {
		return o
	}
	return o.add(m.times(1 / (3 * sum)))
}

package sample

import (
	"math"
	"slices"
)

// superblock is a cell of the lattice of main roads; streets (街道) are made of
// whole superblocks.
type superblock struct {
	at     pt  // middle, in the plan
	leaves int // unit grids in it
	north  bool
}

// lattice is the grid of main roads in the plan, from which everything else is
// cut.
type lattice struct {
	g       *terrain
	m       *plan
	s, t    []float64 // positions of the main roads; t holds -strip, 0 and strip
	mid     int       // index of t = 0
	stream  int       // index of the s where the tributary's west bank runs
	ringS   [2]int    // indexes of the ring road
	ringT   [2]int
	streets []street
	blocks  []superblock
	bridge  []bool // by index of s
}

// street is a road's name: all segments of one road share it.
type street struct {
	class roadClass
	key   uint64 // names are drawn from it
	axis  bool   // runs along the river (大道) rather than across it (路)
}

// positions spreads main roads from 0 to limit: about step apart in the centre,
// wider outside.
func positions(r *stream, limit, step float64) []float64 {
	var out []float64
	at, width := 0.0, step
	for at+width*1.35 < limit {
		at += width * r.between(0.86, 1.16)
		out = append(out, at)
		width = step * (1 + 1.7*math.Pow(at/limit, 2.2)*min(2.2, limit/9000))
	}
	return append(out, limit)
}

func mirrored(list []float64) []float64 {
	out := make([]float64, 0, len(list))
	for i := len(list) - 1; i >= 0; i-- {
		out = append(out, -list[i])
	}
	return out
}

func nearest(list []float64, v float64) int {
	best := 0
	for i, x := range list {
		if math.Abs(x-v) < math.Abs(list[best]-v) {
			best = i
		}
	}
	return best
}

// newLattice lays the main roads and cuts the superblocks.
func newLattice(seed uint64, g *terrain) *lattice {
	r := newStream(seed, keyLattice)
	l := &lattice{g: g, m: &plan{}}
	l.s = append(append(mirrored(positions(&r, g.halfLength, g.coreStep)), 0), positions(&r, g.halfLength, g.coreStep)...)
	bank := func(limit float64) []float64 {
		out := []float64{g.strip}
		for _, p := range positions(&r, limit-g.strip, g.coreStep*0.94) {
			out = append(out, g.strip+p)
		}
		return out
	}
	south := mirrored(bank(g.south))
	l.mid = len(south)
	l.t = append(append(south, 0), bank(g.north)...)
	l.stream = nearest(l.s, g.streamAt)
	l.ringS = [2]int{nearest(l.s, -g.ring), nearest(l.s, g.ring)}
	l.ringT = [2]int{nearest(l.t, -g.south*0.52), nearest(l.t, g.north*0.52)}

	l.bridge = make([]bool, len(l.s))
	for _, at := range []float64{-g.ring, -g.ring * 0.47, 0, g.ring * 0.5, g.ring} {
		l.bridge[nearest(l.s, at)] = true
	}
	for at := g.ring * 2; at < g.halfLength*0.9; at += g.ring * 1.3 {
		l.bridge[nearest(l.s, at)], l.bridge[nearest(l.s, -at)] = true, true
	}
	l.lay(&r)
	return l
}

func (l *lattice) newStreet(class roadClass, axis bool, key uint64) int32 {
	l.streets = append(l.streets, street{class: class, key: key, axis: axis})
	return int32(len(l.streets) - 1)
}

// classAcross is the class of the main road at s index i between t indexes j
// and j+1; classAlong that of the one at t index j between i and i+1.
func (l *lattice) classAcross(i, j int) roadClass {
	at := pt{l.s[i], (l.t[j] + l.t[j+1]) / 2}
	switch {
	case i == 0 || i == len(l.s)-1:
		return noRoad // the edge of the map
	case (j == l.mid-1 || j == l.mid) && !l.bridge[i]:
		return noRoad // the river
	case (i == l.ringS[0] || i == l.ringS[1]) && j >= l.ringT[0] && j < l.ringT[1]:
		return expressway
	case l.s[i] == 0:
		return trunk
	case l.bridge[i] && math.Abs(at.y) < l.g.ring:
		return trunk
	}
	return l.byDensity(at, i)
}

func (l *lattice) classAlong(i, j int) roadClass {
	at := pt{(l.s[i] + l.s[i+1]) / 2, l.t[j]}
	switch {
	case j == 0 || j == len(l.t)-1 || j == l.mid:
		return noRoad
	case (j == l.ringT[0] || j == l.ringT[1]) && i >= l.ringS[0] && i < l.ringS[1]:
		return expressway
	case j == l.mid+2 || j == l.mid-3:
		return trunk
	case j == l.mid+1 || j == l.mid-1:
		return primary
	}
	return l.byDensity(at, j)
}

func (l *lattice) byDensity(at pt, index int) roadClass {
	switch d := l.g.density(at); {
	case d < 0.03 && index%2 == 1 && l.g.hill(at) > 0.1:
		return noRoad // over the mountains every other road is left out
	case d > 0.3 || index%3 == 0:
		return primary
	case d > 0.04 || index%2 == 0:
		return secondary
	}
	return tertiary
}

// lay makes nodes, lines and superblocks of the lattice.
func (l *lattice) lay(r *stream) {
	m, nS, nT := l.m, len(l.s), len(l.t)
	node := make([][]int32, nS)
	for i := range nS {
		node[i] = make([]int32, nT)
		for j := range nT {
			node[i][j] = m.addNode(pt{l.s[i], l.t[j]})
		}
	}
	across := make([][]int32, nS) // lines at s i from t j to j+1
	for i := range nS {
		across[i] = make([]int32, nT-1)
		north, south := int32(-1), int32(-1)
		for j := range nT - 1 {
			class := l.classAcross(i, j)
			name := int32(-1)
			if class != noRoad {
				group := &south
				if j >= l.mid-1 {
					group = &north // a bridge carries the north bank's name
				}
				if *group < 0 {
					*group = l.newStreet(class, false, r.next())
				}
				name = *group
				l.streets[name].class = max(l.streets[name].class, class)
			}
			across[i][j] = m.addLine(node[i][j], node[i][j+1], class, name)
			m.lines[across[i][j]].offset = l.t[j] - l.t[0]
		}
	}
	along := make([][]int32, nS-1) // lines at t j from s i to i+1
	for i := range nS - 1 {
		along[i] = make([]int32, nT)
	}
	for j := range nT {
		name := int32(-1)
		for i := range nS - 1 {
			class := l.classAlong(i, j)
			if class != noRoad && name < 0 {
				name = l.newStreet(class, true, r.next())
			}
			if class != noRoad {
				l.streets[name].class = max(l.streets[name].class, class)
			}
			along[i][j] = m.addLine(node[i][j], node[i+1][j], class, name)
			m.lines[along[i][j]].offset = l.s[i] - l.s[0]
		}
	}
	l.cells(across, along, r)
}

// cells cuts the superblocks, the river, the tributary and the diagonal avenues.
func (l *lattice) cells(across, along [][]int32, r *stream) {
	m := l.m
	// The tributary: a second line beside s[stream], from the north bank up.
	u := l.g.streamWide / (l.s[l.stream+1] - l.s[l.stream])
	var east []int32
	for j := l.mid + 1; j < len(l.t); j++ {
		east = append(east, m.stopAt(along[l.stream][j], u))
	}
	quay := l.newStreet(secondary, false, r.next())
	for j := range len(l.t) - 1 {
		for i := range len(l.s) - 1 {
			rect := face{sides: []side{{along[i][j], 0, 1}, {across[i+1][j], 0, 1}, {along[i][j+1], 1, 0}, {across[i][j], 1, 0}}}
			at := pt{(l.s[i] + l.s[i+1]) / 2, (l.t[j] + l.t[j+1]) / 2}
			block := superblock{at: at, north: j >= l.mid}
			if j == l.mid || j == l.mid-1 {
				rect.use = river
				l.keep(rect, block)
				continue
			}
			if i != l.stream || j <= l.mid {
				l.divide(rect, block, r)
				continue
			}
			k := j - l.mid - 1
			q := m.addLine(east[k], east[k+1], secondary, quay)
			m.lines[q].offset = l.t[j]
			strip := face{use: brook, sides: []side{{along[i][j], 0, u}, {q, 0, 1}, {along[i][j+1], u, 0}, {across[i][j], 1, 0}}}
			l.keep(strip, block)
			rest := face{sides: []side{{along[i][j], u, 1}, {across[i+1][j], 0, 1}, {along[i][j+1], 1, u}, {q, 1, 0}}}
			l.divide(rest, block, r)
		}
	}
}

// keep adds a superblock that is one face: a stretch of water.
func (l *lattice) keep(f face, b superblock) {
	f.block = int32(len(l.blocks))
	f.community = -1
	b.leaves = 1
	l.blocks = append(l.blocks, b)
	l.m.faces = append(l.m.faces, f)
}

// divide cuts a superblock down to unit grids.
func (l *lattice) divide(f face, b superblock, r *stream) {
	f.block = int32(len(l.blocks))
	l.blocks = append(l.blocks, b)
	before := len(l.m.faces)
	c := cutter{lattice: l, r: newStream(r.next(), keySplit)}
	halves := []face{f}
	// A few avenues run diagonally towards the centre.
	if d := l.g.density(b.at); len(f.sides) == 4 && d > 0.12 && d < 0.8 {
		out := b.at.sub(pt{0, math.Copysign(l.g.strip, b.at.y)}).unitOr(pt{1, 0})
		slope := math.Abs(out.x * out.y)
		if slope > 0.38 && c.r.chance(0.75) {
			start := 0 // from the south-west corner to the north-east one
			if out.x*out.y < 0 {
				start = 1
			}
			if p, q, ok := c.cutCorners(f, start, primary); ok {
				halves = []face{p, q}
			}
		}
	}
	var rest []int32
	for _, h := range halves {
		rest = append(rest, c.divide(h, 0)...)
	}
	c.close(rest)
	l.blocks[f.block].leaves = len(l.m.faces) - before
}

// cutCorners cuts a four-sided face from corner i to corner i+2.
func (c *cutter) cutCorners(f face, i int, class roadClass) (face, face, bool) {
	m := c.m
	n := len(f.sides)
	rotated := slices.Concat(f.sides[i:], f.sides[:i])
	from := m.stopAt(rotated[0].line, rotated[0].t0)
	to := m.stopAt(rotated[2].line, rotated[2].t0)
	if n != 4 {
		return f, f, false
	}
	d := m.addLine(from, to, class, c.newStreet(class, false, c.r.next()))
	a, b := f, f
	a.sides = []side{rotated[0], rotated[1], {d, 1, 0}}
	b.sides = []side{{d, 0, 1}, rotated[2], rotated[3]}
	return a, b, true
}

package sample

import (
	"cmp"
	"slices"

	"github.com/paulmach/orb"
)

// roadClass orders roads from none to the largest.
type roadClass uint8

const (
	noRoad roadClass = iota
	residential
	tertiary
	secondary
	primary
	trunk
	expressway
)

// classTraits are the values of the layer roads that follow from the class, and
// the half width of the road with its pavements, which keeps houses off.
type classTraits struct {
	name     string
	lanes    int64
	maxSpeed int64
	half     float64
}

func (c roadClass) traits() classTraits {
	switch c {
	case expressway:
		return classTraits{"expressway", 6, 100, 26}
	case trunk:
		return classTraits{"trunk", 6, 60, 21}
	case primary:
		return classTraits{"primary", 4, 50, 16}
	case secondary:
		return classTraits{"secondary", 4, 50, 12.5}
	case tertiary:
		return classTraits{"tertiary", 2, 40, 9}
	case residential:
		return classTraits{"residential", 2, 30, 6.5}
	case noRoad:
	}
	return classTraits{"", 0, 0, 1}
}

// line is a straight cut through the plan. Whatever touches it does so in one of
// its stops, which both sides share; so neighbours have equal borders by
// construction.
type line struct {
	a, b   pt // in the plan
	stops  []stop
	class  roadClass
	street int32 // index of the road's name, -1 for none
	offset float64
	first  int32 // number of the arc that starts at the first stop
}

// stop is a node on a line.
type stop struct {
	t    float64 // 0 at a, 1 at b
	node int32
}

func (l *line) at(t float64) pt {
	switch t {
	case 0:
		return l.a
	case 1:
		return l.b
	}
	return l.a.toward(l.b, t)
}

// side is a stretch of a line along a face, backwards when t0 > t1.
type side struct {
	line   int32
	t0, t1 float64
}

// arc is the stretch of a line between two neighbouring stops: the smallest
// piece of any border or road.
type arc struct {
	line     int32
	from, to int32       // nodes
	shape    []orb.Point // from, bends, to: at least two points
	left     int32       // face, -1 for none
	right    int32
	class    roadClass // noRoad where the line's road does not run
	bridge   bool
}

// plan is a division of the plane into faces by lines.
type plan struct {
	nodes []pt // in the plan
	lines []line
	faces []face
	arcs  []arc
	where []orb.Point // of the nodes, in degrees
}

// groundUse is what a face is to the city as a whole.
type groundUse uint8

const (
	land     groundUse = iota
	river              // a stretch of the river with its embankment
	brook              // the tributary with its banks
	lakeside           // a park with a lake
)

// face is a unit grid in the making: a convex polygon in the plan.
type face struct {
	sides     []side
	use       groundUse
	block     int32 // superblock
	community int32
	code      string // 15 digits
}

func (m *plan) addNode(p pt) int32 {
	m.nodes = append(m.nodes, p)
	return int32(len(m.nodes) - 1)
}

func (m *plan) addLine(from, to int32, class roadClass, street int32) int32 {
	m.lines = append(m.lines, line{
		a: m.nodes[from], b: m.nodes[to], class: class, street: street,
		stops: []stop{{0, from}, {1, to}},
	})
	return int32(len(m.lines) - 1)
}

// stopAt returns the node at t on line l, new if there is none.
func (m *plan) stopAt(l int32, t float64) int32 {
	for _, s := range m.lines[l].stops {
		if s.t == t {
			return s.node
		}
	}
	n := m.addNode(m.lines[l].at(t))
	m.lines[l].stops = append(m.lines[l].stops, stop{t, n})
	return n
}

// corner is where side i of f begins.
func (m *plan) corner(f *face, i int) pt { return m.lines[f.sides[i].line].at(f.sides[i].t0) }

// corners lists the corners of f in its own order, counter-clockwise.
func (m *plan) corners(f *face) []pt {
	c := make([]pt, len(f.sides))
	for i := range f.sides {
		c[i] = m.corner(f, i)
	}
	return c
}

// finish turns lines into arcs: it bends them onto the ground with a vertex at
// least every bendEvery metres.
func (m *plan) finish(g *terrain) {
	const bendEvery = 85
	m.where = make([]orb.Point, len(m.nodes))
	for i, p := range m.nodes {
		m.where[i] = g.degrees(g.ground(p))
	}
	for i := range m.lines {
		l := &m.lines[i]
		slices.SortFunc(l.stops, func(a, b stop) int { return cmp.Compare(a.t, b.t) })
		l.first = int32(len(m.arcs))
		length := l.b.sub(l.a).length()
		for k := 1; k < len(l.stops); k++ {
			s, e := l.stops[k-1], l.stops[k]
			n := int((e.t-s.t)*length/bendEvery) + 1
			shape := make([]orb.Point, 0, n+1)
			shape = append(shape, m.where[s.node])
			for j := 1; j < n; j++ {
				shape = append(shape, g.degrees(g.ground(l.at(s.t+(e.t-s.t)*float64(j)/float64(n)))))
			}
			shape = append(shape, m.where[e.node])
			m.arcs = append(m.arcs, arc{line: int32(i), from: s.node, to: e.node, shape: shape, left: -1, right: -1, class: l.class})
		}
	}
	for f := range m.faces {
		m.eachArc(&m.faces[f], func(a int32, forward bool) {
			if forward {
				m.arcs[a].left = int32(f)
			} else {
				m.arcs[a].right = int32(f)
			}
		})
	}
}

// eachArc calls fn for the arcs around f in order; forward is false where the
// face runs against the arc. finish must have been called.
func (m *plan) eachArc(f *face, fn func(a int32, forward bool)) {
	for _, s := range f.sides {
		l := &m.lines[s.line]
		find := func(t float64) int {
			i, _ := slices.BinarySearchFunc(l.stops, t, func(x stop, t float64) int { return cmp.Compare(x.t, t) })
			return i
		}
		i, j := find(s.t0), find(s.t1)
		for ; i < j; i++ {
			fn(l.first+int32(i), true)
		}
		for ; i > j; i-- {
			fn(l.first+int32(i)-1, false)
		}
	}
}

// ring is the border of f in degrees, closed and counter-clockwise.
func (m *plan) ring(f *face) orb.Ring {
	var r orb.Ring
	m.eachArc(f, func(a int32, forward bool) {
		shape := m.arcs[a].shape
		if forward {
			r = append(r, shape[:len(shape)-1]...)
			return
		}
		for i := len(shape) - 1; i > 0; i-- {
			r = append(r, shape[i])
		}
	})
	return append(r, r[0])
}

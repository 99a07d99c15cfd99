package roadnet

import (
	"context"
	"fmt"
	"iter"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/measure"
	"wutu/layers"
)

// maxVertices bounds a network: about the roads of a large country.
const maxVertices = 200_000_000

// fields are the positions of what is read of a layer of roads, -1 for what it
// does not have.
type fields struct {
	name, class, oneway, speed, access, motor, foot int
}

// Uses lists the fields of a layer of roads that a route depends on: somebody who
// is told a route learns of them.
func Uses() []string {
	return []string{"class", "oneway", "maxspeed", "access", "motor_vehicle", "foot"}
}

func fieldsOf(l *layers.Layer) fields {
	return fields{name: l.FieldIndex("name"), class: l.FieldIndex("class"), oneway: l.FieldIndex("oneway"), speed: l.FieldIndex("maxspeed"),
		access: l.FieldIndex("access"), motor: l.FieldIndex("motor_vehicle"), foot: l.FieldIndex("foot")}
}

func (f *fields) read(row layers.Row) road {
	text := func(i int) string {
		if v := row.Value(i); v.Type() == layers.String && !v.IsNull() {
			return v.Str()
		}
		return ""
	}
	r := road{name: text(f.name), class: text(f.class), access: text(f.access), motor: text(f.motor), foot: text(f.foot)}
	if v := row.Value(f.oneway); !v.IsNull() && v.Type() == layers.Boolean {
		r.oneway = v.Bool()
	}
	if v := row.Value(f.speed); !v.IsNull() && (v.Type() == layers.Integer || v.Type() == layers.Number) {
		r.maxSpeed = v.Float()
	}
	return r
}

// chain is a line of a road before it is cut into edges.
type chain struct {
	road int32
	at   [2]uint32 // vertices
}

// builder collects roads.
type builder struct {
	g        *Graph
	roads    []road
	chains   []chain
	vertices []spot
}

// Build makes the network of the roads of a layer: lines and multi-lines with the
// fields name, class, oneway (boolean), maxspeed (km/h), access, motor_vehicle and
// foot as far as the layer has them. Equal rows in equal order make equal graphs.
// Errors: those of the rows and of ctx, TooLarge beyond 200 million vertices. It
// costs O(v log v) for v vertices.
func Build(ctx context.Context, l *layers.Layer, rows iter.Seq2[layers.Row, error]) (*Graph, error) {
	b := &builder{g: &Graph{}}
	f := fieldsOf(l)
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		if err := b.add(l, f.read(row), row); err != nil {
			return nil, err
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	b.cut()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	g := b.g
	g.incidences()
	for m := range modes {
		g.components(m)
		if err := g.landmark(ctx, m); err != nil {
			return nil, err
		}
	}
	g.index()
	g.stats.Nodes, g.stats.Edges, g.stats.Bytes = len(g.places), len(g.from), g.bytes()
	return g, nil
}

// add reads one road.
func (b *builder) add(l *layers.Layer, r road, row layers.Row) error {
	b.g.stats.Roads++
	n := len(b.chains)
	switch shape := row.Geometry().(type) {
	case orb.LineString:
		b.line(shape)
	case orb.MultiLineString:
		for _, part := range shape {
			b.line(part)
		}
	}
	usable := false
	for m := range modes {
		usable = usable || r.speed(m, true) > 0 || r.speed(m, false) > 0
	}
	if !usable && len(b.chains) > n {
		b.vertices = b.vertices[:b.chains[n].at[0]]
		b.chains = b.chains[:n]
	}
	if len(b.chains) == n {
		b.g.stats.Dropped++
		return nil
	}
	if len(b.vertices) > maxVertices {
		return &layers.Error{Kind: layers.TooLarge, Op: "roads", Layer: l.ID, Err: fmt.Errorf("more than %d vertices", maxVertices)}
	}
	for i := n; i < len(b.chains); i++ {
		b.chains[i].road = int32(len(b.roads))
	}
	b.roads = append(b.roads, r)
	b.g.names, b.g.ids = append(b.g.names, r.name), append(b.g.ids, row.ID())
	return nil
}

// line adds a line without repeated vertices and impossible ones; what is left of
// it has two places at least.
func (b *builder) line(l orb.LineString) {
	start := len(b.vertices)
	for _, p := range l {
		if !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
			continue
		}
		if s := spotOf(p); len(b.vertices) == start || b.vertices[len(b.vertices)-1] != s {
			b.vertices = append(b.vertices, s)
		}
	}
	if len(b.vertices)-start < 2 {
		b.vertices = b.vertices[:start]
		return
	}
	b.chains = append(b.chains, chain{at: [2]uint32{uint32(start), uint32(len(b.vertices))}})
}

// zOrder interleaves the bits of a place: near ones get near numbers.
func zOrder(s spot) uint64 {
	return spread(uint32(s.lon)^1<<31) | spread(uint32(s.lat)^1<<31)<<1
}

func spread(x uint32) uint64 {
	v := uint64(x)
	v = (v | v<<16) & 0x0000ffff0000ffff
	v = (v | v<<8) & 0x00ff00ff00ff00ff
	v = (v | v<<4) & 0x0f0f0f0f0f0f0f0f
	v = (v | v<<2) & 0x3333333333333333
	v = (v | v<<1) & 0x5555555555555555
	return v
}

func gather(v uint64) uint32 {
	v &= 0x5555555555555555
	v = (v | v>>1) & 0x3333333333333333
	v = (v | v>>2) & 0x0f0f0f0f0f0f0f0f
	v = (v | v>>4) & 0x00ff00ff00ff00ff
	v = (v | v>>8) & 0x0000ffff0000ffff
	v = (v | v>>16) & 0x00000000ffffffff
	return uint32(v)
}

// nodes finds the vertices that are nodes, in Z order.
func (b *builder) nodes() []uint64 {
	keys := make([]uint64, 0, len(b.vertices)+2*len(b.chains))
	for _, v := range b.vertices {
		keys = append(keys, zOrder(v))
	}
	for _, c := range b.chains { // ends count twice
		keys = append(keys, zOrder(b.vertices[c.at[0]]), zOrder(b.vertices[c.at[1]-1]))
	}
	slices.Sort(keys)
	out := keys[:0]
	for i := 0; i < len(keys); {
		j := i + 1
		for j < len(keys) && keys[j] == keys[i] {
			j++
		}
		if j-i > 1 {
			out = append(out, keys[i])
		}
		i = j
	}
	return slices.Clone(out)
}

// cut makes the edges.
func (b *builder) cut() {
	g, nodes := b.g, b.nodes()
	g.places = make([]spot, len(nodes))
	for i, k := range nodes {
		g.places[i] = spot{int32(gather(k) ^ 1<<31), int32(gather(k>>1) ^ 1<<31)}
	}
	for _, c := range b.chains {
		line := b.vertices[c.at[0]:c.at[1]]
		start, last := 0, int32(-1)
		for i, v := range line {
			n, ok := slices.BinarySearch(nodes, zOrder(v))
			if !ok {
				continue
			}
			if last >= 0 {
				g.edge(c.road, &b.roads[c.road], last, int32(n), line[start:i+1])
			}
			start, last = i, int32(n)
		}
	}
	g.shape = append(g.shape, uint32(len(g.vertices)))
	b.vertices = nil
}

// edge adds an edge.
func (g *Graph) edge(n int32, r *road, from, to int32, line []spot) {
	g.from, g.to, g.road = append(g.from, from), append(g.to, to), append(g.road, n)
	g.shape = append(g.shape, uint32(len(g.vertices)))
	g.vertices = append(g.vertices, line...)
	metres := 0.0
	for i := 1; i < len(line); i++ {
		metres += measure.Distance(line[i-1].point(), line[i].point())
	}
	g.metres = append(g.metres, metres)
	for m := range modes {
		along, against := r.speed(m, true), r.speed(m, false)
		g.costs[m] = append(g.costs[m], cost(metres, along), cost(metres, against))
		g.top[m] = max(g.top[m], along, against)
	}
}

// incidences lists the edges of every node in order of their numbers.
func (g *Graph) incidences() {
	g.first = make([]uint32, len(g.places)+1)
	for e := range g.from {
		g.first[g.from[e]+1]++
		g.first[g.to[e]+1]++
	}
	for i := 1; i < len(g.first); i++ {
		g.first[i] += g.first[i-1]
	}
	at := slices.Clone(g.first)
	g.sides, g.heads = make([]uint32, 2*len(g.from)), make([]int32, 2*len(g.from))
	for e := range g.from {
		put := func(n, head int32, side uint32) {
			g.sides[at[n]], g.heads[at[n]] = uint32(e)<<1|side, head
			at[n]++
		}
		put(g.from[e], g.to[e], 0)
		put(g.to[e], g.from[e], 1)
	}
}

// index makes the tree of edges.
func (g *Graph) index() {
	g.tree, g.order = index.Build(len(g.from), func(e int) orb.Bound {
		line := g.line(int32(e))
		b := orb.Bound{Min: line[0].point(), Max: line[0].point()}
		for _, v := range line[1:] {
			b = b.Extend(v.point())
		}
		return b
	})
}

// never is the cost of what cannot be reached.
const never time.Duration = math.MaxInt64

package roadnet

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/index"
)

// unit is the resolution of coordinates in degrees.
const unit = 1e-7

// spot is a place in units.
type spot struct{ lon, lat int32 }

func spotOf(p orb.Point) spot {
	return spot{int32(math.Round(p[0] / unit)), int32(math.Round(p[1] / unit))}
}

// point divides, so that a coordinate with seven decimals comes out as it went in.
func (s spot) point() orb.Point { return orb.Point{float64(s.lon) / 1e7, float64(s.lat) / 1e7} }

// Graph is a road network. See the package comment.
type Graph struct {
	places []spot // of the nodes, in Z order

	// Edges.
	from, to []int32
	road     []int32   // index in names
	metres   []float64 // geodesic
	shape    []uint32  // where the edge's vertices begin in vertices; one more than edges
	vertices []spot
	names    []string // of roads
	ids      []string // ids of the roads' features

	// Incidences of node n are first[n] to first[n+1]: the edge twice, plus 1 when
	// the node is its end.
	first []uint32
	sides []uint32
	heads []int32

	// costs has two entries an edge: along its vertices, and against.
	costs [modes][]time.Duration
	part  [modes][]int32 // component of a node that serves to start, -1 for none
	top   [modes]float64 // highest speed, m/s
	marks [modes]*landmarks

	tree  *index.Packed // boxes of the edges
	order []uint32      // row of the tree to edge
	pool  pool
	stats Stats
}

// Stats describes a graph.
type Stats struct {
	Roads      int        // features read
	Dropped    int        // of which no place to go: no line, one place, or not usable in any mode
	Nodes      int        //
	Edges      int        //
	Components [modes]int // by mode: strongly connected components that serve to start
	Bytes      int64      // memory held, names apart
}

// Stats describes the graph.
func (g *Graph) Stats() Stats { return g.stats }

// Empty reports whether nobody can go anywhere.
func (g *Graph) Empty() bool { return len(g.from) == 0 }

// line is the course of an edge.
func (g *Graph) line(edge int32) []spot {
	return g.vertices[g.shape[edge]:g.shape[edge+1]]
}

// bytes sums the arrays.
func (g *Graph) bytes() int64 {
	n := 8*cap(g.places) + 4*(cap(g.from)+cap(g.to)+cap(g.road)+cap(g.shape)+cap(g.first)+cap(g.sides)+cap(g.heads)+cap(g.order)) +
		8*(cap(g.metres)+cap(g.vertices)) + 32*cap(g.names)
	for m := range modes {
		n += 8*cap(g.costs[m]) + 4*cap(g.part[m])
	}
	for _, l := range g.marks {
		if n += 8 * len(l.from); l.n > 0 && &l.from[0] != &l.to[0] {
			n += 8 * len(l.to)
		}
	}
	if g.tree != nil {
		n += g.tree.Bytes()
	}
	return int64(n)
}

// Leg is the time to walk between a place and the network.
func (g *Graph) Leg(s *Snap) time.Duration { return s.leg() }

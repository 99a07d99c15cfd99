package roadnet

import (
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// Snap is a place on the network: the one of its edges that is nearest to a point.
type Snap struct {
	Point orb.Point // as asked, lon/lat degrees
	On    orb.Point // on the edge
	OffM  float64   // metres between the two, walked in a straight line

	edge  int32
	share float64 // of the edge's metres that lie behind, in the order of its vertices
}

// leg is the time between the point and the network.
func (s *Snap) leg() time.Duration { return onFoot(s.OffM) }

// nodeM is how near to a node a place counts as the node: the resolution of
// coordinates.
const nodeM = 0.01

// Snap returns the place of the network nearest to p from which one can come and
// to which one can get in a mode, at most withinM metres away, the first edge of
// several at the same distance. It is false when there is none. p is in lon/lat
// degrees; which edge is the nearest is measured in a plane around p, right to a
// thousandth over kilometres, and the distance is geodesic. It costs O(log n) for n
// edges.
func (g *Graph) Snap(m Mode, p orb.Point, withinM float64) (Snap, bool) {
	if g.Empty() || !(math.Abs(p[0]) <= 180 && math.Abs(p[1]) <= 90) {
		return Snap{}, false
	}
	at := newRuler(p)
	best, near := Snap{edge: -1}, math.Inf(1)
	g.tree.Nearest(at.box, func(row uint32) float64 {
		e := int32(g.order[row])
		if !g.serves(m, e) {
			return math.Inf(1)
		}
		_, _, d := at.nearest(g.line(e))
		return d
	}, func(row uint32, d float64) bool {
		if math.IsInf(d, 1) || d > near {
			return false
		}
		if e := int32(g.order[row]); best.edge < 0 || e < best.edge {
			best.edge, near = e, d
		}
		return true
	})
	if best.edge < 0 {
		return Snap{}, false
	}
	line := g.line(best.edge)
	i, on, _ := at.nearest(line)
	behind := 0.0
	for j := 1; j <= i; j++ {
		behind += measure.Distance(line[j-1].point(), line[j].point())
	}
	behind += measure.Distance(line[i].point(), on)
	switch total := g.metres[best.edge]; {
	case behind < nodeM:
		best.share, on = 0, line[0].point()
	case behind > total-nodeM:
		best.share, on = 1, line[len(line)-1].point()
	default:
		best.share = behind / total
	}
	best.Point, best.On = p, on
	best.OffM = measure.Distance(p, on)
	return best, best.OffM <= withinM
}

// ruler measures around a point in a plane whose scale is right there.
type ruler struct {
	p              orb.Point
	perLon, perLat float64
}

func newRuler(p orb.Point) ruler {
	const step = 1e-4
	lat := p[1]
	if lat > 89 {
		lat = 89 // the plane must not collapse
	} else if lat < -89 {
		lat = -89
	}
	return ruler{p: p, perLon: measure.Distance(orb.Point{0, lat}, orb.Point{step, lat}) / step,
		perLat: measure.Distance(orb.Point{0, lat - step/2}, orb.Point{0, lat + step/2}) / step}
}

// box bounds the distance to what is in a box from below.
func (r *ruler) box(b orb.Bound) float64 {
	x := max(0, b.Min[0]-r.p[0], r.p[0]-b.Max[0]) * r.perLon
	y := max(0, b.Min[1]-r.p[1], r.p[1]-b.Max[1]) * r.perLat
	return math.Hypot(x, y)
}

// nearest returns the place of a line nearest to the point: the number of the
// vertex before it, the place, and its distance in the plane in metres.
func (r *ruler) nearest(line []spot) (int, orb.Point, float64) {
	best, at, share := math.Inf(1), 0, 0.0
	for i := 1; i < len(line); i++ {
		a, b := line[i-1].point(), line[i].point()
		x, y := (a[0]-r.p[0])*r.perLon, (a[1]-r.p[1])*r.perLat
		dx, dy := (b[0]-a[0])*r.perLon, (b[1]-a[1])*r.perLat
		t := 0.0
		if l := dx*dx + dy*dy; l > 0 {
			t = min(1, max(0, -(x*dx+y*dy)/l))
		}
		if d := (x+t*dx)*(x+t*dx) + (y+t*dy)*(y+t*dy); d < best {
			best, at, share = d, i-1, t
		}
	}
	a, b := line[at].point(), line[at+1].point()
	on := orb.Point{a[0] + share*(b[0]-a[0]), a[1] + share*(b[1]-a[1])}
	if share == 1 {
		on = b
	}
	return at, on, math.Sqrt(best)
}

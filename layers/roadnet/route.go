package roadnet

import (
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
)

// ErrNoWay says that the network has no way between two places, or none within
// the limit.
var ErrNoWay = errors.New("there is no way on the road network")

// Route is a quickest way.
type Route struct {
	Seconds float64
	Metres  float64
	Line    orb.LineString // from the first point over the network to the second, lon/lat degrees
	Steps   []Step         // in order
	time    time.Duration
}

// Time is the exact cost.
func (r *Route) Time() time.Duration { return r.time }

// Step is a stretch on one road; the walks to and from the network are none.
type Step struct {
	Road    string // id of the feature, of the first where several with one name follow each other
	Name    string // "" when it has none
	Seconds float64
	Metres  float64
}

// piece is a part of an edge that a route uses, from one share to another.
type piece struct {
	edge     int32
	from, to float64
}

// Route returns the quickest way from a to b, both snapped for the same mode,
// that takes at most limit; 0 is no limit. Of several the same one is returned
// each time. The way has the straight walks between the points and the network
// at its ends. Errors: ErrNoWay, those of ctx.
func (g *Graph) Route(ctx context.Context, m Mode, a, b *Snap, limit time.Duration) (*Route, error) {
	if limit <= 0 {
		limit = never
	}
	s := g.begin(0)
	defer g.end(s)
	best, side := g.direct(m, forward, a, b), begunAlong
	if best != never {
		best += a.leg() + b.leg()
	}
	ends := [2]int32{g.from[b.edge], g.to[b.edge]}
	rest := [2]time.Duration{g.arrive(m, forward, b, 0), g.arrive(m, forward, b, 1)}
	err := g.aim(ctx, s, m, a, b, limit, func(x item) time.Duration {
		for i, n := range ends {
			if n == x.at && rest[i] != never && x.cost+rest[i] < best {
				best, side = x.cost+rest[i], uint32(i)
			}
		}
		return best
	})
	if err != nil {
		return nil, err
	}
	if best > limit || best == never {
		return nil, ErrNoWay
	}
	return g.describe(m, a, b, best, g.trace(s, a, b, side)), nil
}

// trace lists the pieces from a to b, which was reached over the end side of its
// edge: 0 and 1 are its first and last node, everything else says directly.
func (g *Graph) trace(s *search, a, b *Snap, side uint32) []piece {
	if side > 1 {
		return []piece{{a.edge, a.share, b.share}}
	}
	end := piece{b.edge, float64(side), b.share}
	n := g.from[b.edge]
	if side == 1 {
		n = g.to[b.edge]
	}
	out := []piece{end}
	for s.labels[n].over < begunBack {
		over := s.labels[n].over
		edge, far := int32(over>>1), over&1
		out = append(out, piece{edge, float64(far), float64(1 - far)})
		if n = g.from[edge]; far == 1 {
			n = g.to[edge]
		}
	}
	first := piece{a.edge, a.share, 1}
	if s.labels[n].over == begunBack {
		first.to = 0
	}
	out = append(out, first)
	slices.Reverse(out)
	return out
}

// describe measures and draws a route.
func (g *Graph) describe(m Mode, a, b *Snap, total time.Duration, pieces []piece) *Route {
	r := &Route{time: total, Seconds: total.Seconds(), Metres: a.OffM + b.OffM}
	r.Line = appendPlace(appendPlace(r.Line, a.Point), a.On)
	for _, p := range pieces {
		if p.from == p.to {
			continue
		}
		share := math.Abs(p.to - p.from)
		metres := share * g.metres[p.edge]
		side := uint32(p.edge) << 1
		if p.to < p.from {
			side |= 1
		}
		seconds := g.rest(g.cost(m, forward, side), share).Seconds()
		r.Metres += metres
		r.Line = g.draw(r.Line, p)
		id, name := g.ids[g.road[p.edge]], g.names[g.road[p.edge]]
		if n := len(r.Steps); n > 0 && (r.Steps[n-1].Road == id || name != "" && r.Steps[n-1].Name == name) {
			r.Steps[n-1].Seconds += seconds
			r.Steps[n-1].Metres += metres
			continue
		}
		r.Steps = append(r.Steps, Step{Road: id, Name: name, Seconds: seconds, Metres: metres})
	}
	r.Line = appendPlace(r.Line, b.On)
	if r.Line = appendPlace(r.Line, b.Point); len(r.Line) > 1 {
		r.Line[len(r.Line)-1] = b.Point
	} else { // from a place to itself
		r.Line = append(r.Line, b.Point)
	}
	return r
}

// appendPlace appends what is another place to the resolution of coordinates.
func appendPlace(l orb.LineString, p orb.Point) orb.LineString {
	if len(l) > 0 && spotOf(l[len(l)-1]) == spotOf(p) {
		return l
	}
	return append(l, p)
}

// draw appends the course of a piece.
func (g *Graph) draw(l orb.LineString, p piece) orb.LineString {
	for _, q := range g.cutout(p) {
		l = appendPlace(l, q)
	}
	return l
}

// cutout is the course of a piece in its direction.
func (g *Graph) cutout(p piece) orb.LineString {
	lo, hi := min(p.from, p.to)*g.metres[p.edge], max(p.from, p.to)*g.metres[p.edge]
	line := g.line(p.edge)
	var out orb.LineString
	at := 0.0
	for i := range line {
		v := line[i].point()
		if i == 0 {
			if lo <= 0 {
				out = append(out, v)
			}
			continue
		}
		before := line[i-1].point()
		step := measure.Distance(before, v)
		along := func(m float64) orb.Point {
			t := (m - at) / step
			return orb.Point{before[0] + t*(v[0]-before[0]), before[1] + t*(v[1]-before[1])}
		}
		if lo > at && lo < at+step {
			out = append(out, along(lo))
		}
		last := i == len(line)-1
		switch {
		case hi >= at+step || last && max(p.from, p.to) == 1:
			if at+step >= lo {
				out = append(out, v)
			}
		case hi > at:
			out = append(out, along(hi))
		}
		at += step
		if at >= hi {
			break
		}
	}
	if p.to < p.from {
		out.Reverse()
	}
	return out
}

package roadnet

import (
	"context"
	"math"
	"slices"
	"time"
)

const (
	// landmarkCount is how many landmarks a mode has, and landmarksUsed how many of
	// them guide one search.
	landmarkCount = 8
	landmarksUsed = 3
)

// landmarks are nodes at the rim of a network from and to which all times are
// known. By the triangle inequality they bound the time between any two places
// from below, which leads a search to its aim: A. V. Goldberg and C. Harrelson,
// "Computing the shortest path: A* search meets graph theory" (2005).
//
// A node's times stand side by side, never where there is no way.
type landmarks struct {
	n    int
	from []time.Duration // landmark to node
	to   []time.Duration // node to landmark; the same slice where costs are the same both ways
}

// landmark chooses a mode's landmarks: around the middle of the network, the
// farthest node of its largest component in each of equal sectors.
func (g *Graph) landmark(ctx context.Context, m Mode) error {
	chosen := g.rim(m)
	n := len(g.places)
	if len(chosen) == 0 {
		g.marks[m] = &landmarks{}
		return nil
	}
	l := &landmarks{n: len(chosen), from: make([]time.Duration, n*len(chosen))}
	l.to = l.from
	if !g.symmetric(m) {
		l.to = make([]time.Duration, len(l.from))
	}
	fill := func(at int32, d direction, i int, times []time.Duration) error {
		s := g.begin(0)
		defer g.end(s)
		s.offer(at, 0, begunAlong)
		if err := g.spread(ctx, s, m, d, never, func(item) bool { return true }); err != nil {
			return err
		}
		for v := range n {
			times[v*l.n+i] = s.reached(int32(v))
		}
		return nil
	}
	for i, at := range chosen {
		if err := fill(at, forward, i, l.from); err != nil {
			return err
		}
		if &l.to[0] != &l.from[0] {
			if err := fill(at, against, i, l.to); err != nil {
				return err
			}
		}
	}
	g.marks[m] = l
	return nil
}

// symmetric reports whether every edge costs the same both ways.
func (g *Graph) symmetric(m Mode) bool {
	for e := range g.from {
		if g.costs[m][2*e] != g.costs[m][2*e+1] {
			return false
		}
	}
	return true
}

// rim picks the nodes that become landmarks.
func (g *Graph) rim(m Mode) []int32 {
	size := map[int32]int{}
	largest := int32(-1)
	x, y := 0.0, 0.0
	for _, p := range g.part[m] {
		if p < 0 {
			continue
		}
		if size[p]++; largest < 0 || size[p] > size[largest] {
			largest = p
		}
	}
	for v, p := range g.part[m] {
		if p == largest && p >= 0 {
			x, y = x+float64(g.places[v].lon), y+float64(g.places[v].lat)
		}
	}
	n := float64(size[largest])
	x, y = x/n, y/n
	var far [landmarkCount]float64
	best := [landmarkCount]int32{}
	for i := range best {
		best[i] = -1
	}
	shrink := math.Cos(y * unit * math.Pi / 180)
	for v, p := range g.part[m] {
		if p != largest || p < 0 {
			continue
		}
		dx, dy := (float64(g.places[v].lon)-x)*shrink, float64(g.places[v].lat)-y
		sector := min(landmarkCount-1, int((math.Atan2(dy, dx)+math.Pi)/(2*math.Pi)*landmarkCount))
		if d := dx*dx + dy*dy; best[sector] < 0 || d > far[sector] {
			best[sector], far[sector] = int32(v), d
		}
	}
	return slices.DeleteFunc(best[:], func(v int32) bool { return v < 0 })
}

// guide bounds the time from nodes to one place.
type guide struct {
	l         *landmarks
	used      []int
	toPlace   [landmarkCount]time.Duration // landmark to place
	fromPlace [landmarkCount]time.Duration // place to landmark
}

// guideTo makes the guide of a search from a to b.
func (g *Graph) guideTo(m Mode, a, b *Snap) *guide {
	q := &guide{l: g.marks[m]}
	l := q.l
	// least is the time between landmark i and a place over the nodes that the
	// place is joined to.
	least := func(times []time.Duration, i int, joins [2]join) time.Duration {
		best := never
		for _, j := range joins {
			if t := times[int(j.node)*l.n+i]; j.cost != never && t != never {
				best = min(best, t+j.cost)
			}
		}
		return best
	}
	into, out := g.joins(m, b, true), g.joins(m, b, false)
	start := g.joins(m, a, false)
	var worth [landmarkCount]time.Duration
	for i := range l.n {
		q.toPlace[i], q.fromPlace[i] = least(l.from, i, into), least(l.to, i, out)
		q.used = append(q.used, i)
		for _, j := range start {
			if j.cost != never {
				worth[i] = max(worth[i], q.by(j.node, i))
			}
		}
	}
	slices.SortStableFunc(q.used, func(x, y int) int { return int(min(1, max(-1, worth[y]-worth[x]))) })
	q.used = q.used[:min(len(q.used), landmarksUsed)]
	return q
}

// join is a node next to a place and the time between them, never where that is
// not possible.
type join struct {
	node int32
	cost time.Duration
}

// joins are the ends of a place's edge: into it, or out of it.
func (g *Graph) joins(m Mode, at *Snap, into bool) [2]join {
	along, back := g.costs[m][2*at.edge], g.costs[m][2*at.edge+1]
	if into { // from the first node along, from the last back
		return [2]join{{g.from[at.edge], g.some(along, at.share)}, {g.to[at.edge], g.some(back, 1-at.share)}}
	}
	return [2]join{{g.from[at.edge], g.some(back, at.share)}, {g.to[at.edge], g.some(along, 1-at.share)}}
}

// some is a share of a cost, never of what is closed.
func (g *Graph) some(c time.Duration, share float64) time.Duration {
	if c == closed && share > 0 {
		return never
	}
	return g.rest(c, share)
}

// by bounds the time from a node by one landmark.
func (q *guide) by(node int32, i int) time.Duration {
	at := int(node)*q.l.n + i
	bound := time.Duration(0)
	if t, p := q.l.to[at], q.fromPlace[i]; t != never && p != never {
		bound = t - p
	}
	if t, p := q.l.from[at], q.toPlace[i]; t != never && p != never {
		bound = max(bound, p-t)
	}
	return bound - slack
}

// slack makes up for the rounding of shares of edges to whole nanoseconds.
const slack = 4 * time.Nanosecond

// bound is the least time from a node to the place.
func (q *guide) bound(node int32) time.Duration {
	best := time.Duration(0)
	for _, i := range q.used {
		best = max(best, q.by(node, i))
	}
	return best
}

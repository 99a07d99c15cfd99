package roadnet

import (
	"context"
	"slices"
	"sync"
	"time"
)

// item is an entry of a search's queue: a node, or a target behind the nodes.
type item struct {
	cost time.Duration
	at   int32
}

func (a item) before(b item) bool {
	if a.cost != b.cost {
		return a.cost < b.cost
	}
	return a.at < b.at
}

// queue is a heap of four children a node, the cheapest on top.
type queue []item

func (h *queue) push(x item) {
	q := append(*h, x)
	i := len(q) - 1
	for i > 0 {
		up := (i - 1) / 4
		if !x.before(q[up]) {
			break
		}
		q[i] = q[up]
		i = up
	}
	q[i] = x
	*h = q
}

func (h *queue) pop() item {
	q := *h
	top, last := q[0], q[len(q)-1]
	q = q[:len(q)-1]
	*h = q
	for i := 0; len(q) > 0; {
		first := 4*i + 1
		if first >= len(q) {
			q[i] = last
			break
		}
		least := first
		for c := first + 1; c < min(first+4, len(q)); c++ {
			if q[c].before(q[least]) {
				least = c
			}
		}
		if !q[least].before(last) {
			q[i] = last
			break
		}
		q[i] = q[least]
		i = least
	}
	return top
}

// What stands in place of an incidence where a search began: at the end or at the
// beginning of the edge of its place.
const (
	begunAlong = ^uint32(0)
	begunBack  = begunAlong - 1
)

// label is what a search knows of a node.
type label struct {
	cost time.Duration
	over uint32 // incidence, of the node before, over which it was reached
	run  uint32 // of the search that wrote it
	done bool
}

// search is the memory of one search, used again and again.
type search struct {
	labels []label
	run    uint32
	queue  queue
}

// pool keeps searches of a graph.
type pool struct{ p sync.Pool }

func (g *Graph) begin(extra int) *search {
	s, ok := g.pool.p.Get().(*search)
	if !ok {
		s = &search{}
	}
	if n := len(g.places) + extra; len(s.labels) < n {
		s.labels = make([]label, n)
		s.run = 0
	}
	if s.run++; s.run == 0 { // after four thousand million searches
		clear(s.labels)
		s.run = 1
	}
	s.queue = s.queue[:0]
	return s
}

func (g *Graph) end(s *search) { g.pool.p.Put(s) }

// offer tells of a way to a node or target.
func (s *search) offer(at int32, c time.Duration, over uint32) {
	l := &s.labels[at]
	if l.run == s.run && l.cost <= c {
		return
	}
	*l = label{cost: c, over: over, run: s.run}
	s.queue.push(item{c, at})
}

// next takes the cheapest node or target that was not taken yet.
func (s *search) next() (item, bool) {
	for len(s.queue) > 0 {
		x := s.queue.pop()
		if l := &s.labels[x.at]; !l.done && l.cost == x.cost {
			l.done = true
			return x, true
		}
	}
	return item{}, false
}

// reached is the cost of a node, never when no way to it is known.
func (s *search) reached(at int32) time.Duration {
	if l := &s.labels[at]; l.run == s.run {
		return l.cost
	}
	return never
}

// direction is which way a search goes: from a place, or against all traffic to
// find who can get there.
type direction uint32

const (
	forward direction = iota
	against
)

// cost is what an edge costs that is entered over an incidence's node.
func (g *Graph) cost(m Mode, d direction, side uint32) time.Duration {
	return g.costs[m][side^uint32(d)]
}

// start offers the nodes that can be reached from a place on an edge at once.
func (g *Graph) start(s *search, m Mode, d direction, at *Snap) {
	leg := at.leg()
	along, back := g.cost(m, d, uint32(at.edge)<<1), g.cost(m, d, uint32(at.edge)<<1|1)
	if along != closed || at.share == 1 {
		s.offer(g.to[at.edge], leg+g.rest(along, 1-at.share), begunAlong)
	}
	if back != closed || at.share == 0 {
		s.offer(g.from[at.edge], leg+g.rest(back, at.share), begunBack)
	}
}

// rest is a share of a cost, nothing of what is closed: then the share is 0.
func (g *Graph) rest(c time.Duration, share float64) time.Duration {
	if share == 0 {
		return 0
	}
	return part(c, share)
}

// direct is the cost between two places of one edge without leaving it, legs
// apart; never when that is not possible.
func (g *Graph) direct(m Mode, d direction, a, b *Snap) time.Duration {
	if a.edge != b.edge {
		return never
	}
	if a.share == b.share {
		return 0
	}
	side := uint32(a.edge) << 1
	share := b.share - a.share
	if share < 0 {
		side, share = side|1, -share
	}
	c := g.cost(m, d, side)
	if c == closed {
		return never
	}
	return part(c, share)
}

// arrive is the cost from an end of a place's edge to the place, its leg
// included; never when that is not possible. side is 0 for the edge's first node.
func (g *Graph) arrive(m Mode, d direction, at *Snap, side uint32) time.Duration {
	share := at.share
	if side == 1 {
		share = 1 - share
	}
	c := g.cost(m, d, uint32(at.edge)<<1|side)
	if c == closed && share > 0 {
		return never
	}
	return g.rest(c, share) + at.leg()
}

// aim runs a search from a towards b by the landmarks: nodes come in order of
// their cost plus the least that is still to come. take is told of every node and
// returns the best cost from a to b known so far, never for none; the search ends
// when nothing better can come. It is spread with fewer nodes.
func (g *Graph) aim(ctx context.Context, s *search, m Mode, a, b *Snap, limit time.Duration, take func(item) time.Duration) error {
	q, leg := g.guideTo(m, a, b), b.leg()
	g.start(s, m, forward, a)
	begun := slices.Clone(s.queue)
	s.queue = s.queue[:0]
	for _, x := range begun {
		s.queue.push(item{x.cost + q.bound(x.at), x.at})
	}
	best := limit
	for looked := 0; ; looked++ {
		if looked%lookEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		if len(s.queue) == 0 {
			return nil
		}
		x := s.queue.pop()
		if best-leg < x.cost {
			return nil
		}
		l := &s.labels[x.at]
		if l.done {
			continue
		}
		l.done = true
		at := l.cost
		best = min(best, take(item{at, x.at}))
		for i := g.first[x.at]; i < g.first[x.at+1]; i++ {
			c := g.cost(m, forward, g.sides[i])
			if c == closed {
				continue
			}
			head := g.heads[i]
			if t := &s.labels[head]; t.run == s.run && t.cost <= at+c {
				continue
			}
			s.labels[head] = label{cost: at + c, over: g.sides[i], run: s.run}
			s.queue.push(item{at + c + q.bound(head), head})
		}
	}
}

// lookEvery is how many nodes are taken between looks at a context.
const lookEvery = 1024

// spread runs a search until take returns false, nothing is left, or costs exceed
// limit. take is told of every node and target in order of cost; the edges of
// nodes are followed when it returns true.
func (g *Graph) spread(ctx context.Context, s *search, m Mode, d direction, limit time.Duration, take func(item) bool) error {
	n := int32(len(g.places))
	for looked := 0; ; looked++ {
		if looked%lookEvery == 0 {
			if err := ctx.Err(); err != nil {
				return err
			}
		}
		x, ok := s.next()
		if !ok || x.cost > limit || !take(x) {
			return nil
		}
		if x.at >= n {
			continue
		}
		for i := g.first[x.at]; i < g.first[x.at+1]; i++ {
			if c := g.cost(m, d, g.sides[i]); c != closed {
				s.offer(g.heads[i], x.cost+c, g.sides[i])
			}
		}
	}
}

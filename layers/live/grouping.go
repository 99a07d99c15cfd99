package live

import (
	"context"
	"fmt"

	"wutu/layers"
)

// grouping counts and measures rows by group: one for each worker, joined at the
// end. A group is numbered when it is first met. Not safe for concurrent use.
type grouping struct {
	plan    *plan
	keyers  []*keyer
	chain   []chain // chain[i] joins the groups of keyers[:i+1] with keyers[i+1]
	n       []int   // rows by group
	tallies []*tally
	full    bool // there are more than mostGroups

	sweep  sweep // over the part last taken from
	row    *Row
	picked []uint32 // of batchRows each
	keys   []uint32
	groups []uint32
}

// mostGroups bounds the groups of a question, so that one does not take all
// memory: with the keys of 4 H3 cells of the finest resolution a person, a city
// would have millions.
const mostGroups = 1 << 20

// mostCounters bounds what histograms count in.
const mostCounters = 1 << 24

// chain numbers pairs of a group and a key.
type chain struct {
	known map[uint64]uint32
	pairs [][2]uint32
	last  uint64
	at    uint32
}

func newChain() chain { return chain{known: make(map[uint64]uint32)} }

func (c *chain) number(group, key uint32) uint32 {
	pair := uint64(group)<<32 | uint64(key)
	if pair == c.last && len(c.pairs) > 0 {
		return c.at
	}
	n, ok := c.known[pair]
	if !ok {
		n = uint32(len(c.pairs))
		c.pairs = append(c.pairs, [2]uint32{group, key})
		c.known[pair] = n
	}
	c.last, c.at = pair, n
	return n
}

// fresh is a grouping for another worker.
func (g *grouping) fresh() *grouping {
	f := &grouping{plan: g.plan}
	for _, k := range g.keyers {
		f.keyers = append(f.keyers, k.fresh())
	}
	for range g.chain {
		f.chain = append(f.chain, newChain())
	}
	for _, t := range g.tallies {
		f.tallies = append(f.tallies, t.fresh())
	}
	return f
}

// size is how many groups have been numbered; some of them may have no rows.
func (g *grouping) size() int {
	switch {
	case len(g.keyers) == 0:
		return 1
	case len(g.chain) == 0:
		return len(g.keyers[0].values)
	}
	return len(g.chain[len(g.chain)-1].pairs)
}

// reach makes room for the groups there are; false when there are too many.
func (g *grouping) reach() bool {
	n := g.size()
	counters := 0
	for _, t := range g.tallies {
		for i := range t.hists {
			counters += n * (len(t.hists[i].edges) + 1)
		}
	}
	if n > mostGroups || counters > mostCounters {
		g.full = true
		return false
	}
	g.n = reach(g.n, n)
	for _, t := range g.tallies {
		t.reach(n)
	}
	return true
}

// take adds the matching rows of a morsel.
func (g *grouping) take(m *morsel, candidates int) {
	part := &g.plan.table.parts[m.part]
	if g.row == nil {
		g.row = g.plan.row()
		g.picked, g.keys, g.groups = make([]uint32, batchRows), make([]uint32, batchRows), make([]uint32, batchRows)
	}
	if g.sweep.part != part {
		g.sweep = g.plan.sweep(part, g.row)
		for _, k := range g.keyers {
			k.begin(part.seg, candidates)
		}
	}
	g.sweep.matching(m, g.picked, func(rows []uint32) { g.rows(part.seg, rows) })
}

func (g *grouping) rows(seg *segment, rows []uint32) {
	if g.full {
		return
	}
	groups := g.groups[:len(rows)]
	if len(g.keyers) == 0 {
		clear(groups)
	} else {
		g.keyers[0].rows(rows, groups)
	}
	for i := range g.chain {
		g.keyers[i+1].rows(rows, g.keys)
		for j := range groups {
			groups[j] = g.chain[i].number(groups[j], g.keys[j])
		}
	}
	if !g.reach() {
		return
	}
	for _, at := range groups {
		g.n[at]++
	}
	for _, t := range g.tallies {
		t.rows(seg, rows, groups)
	}
}

// one adds any row, of a release too; false when there are too many groups.
func (g *grouping) one(r *Row) bool {
	at := uint32(0)
	if len(g.keyers) > 0 {
		at = g.keyers[0].row(r)
	}
	for i := range g.chain {
		at = g.chain[i].number(at, g.keyers[i+1].row(r))
	}
	if !g.reach() {
		return false
	}
	if s := g.plan.shadow; s != nil {
		g.n[at] += s.blocks[r.row].N
		for _, t := range g.tallies {
			t.block(s, r.row, at)
		}
		return true
	}
	g.n[at]++
	for _, t := range g.tallies {
		t.row(r, at)
	}
	return true
}

// join adds what another worker's grouping holds.
func (g *grouping) join(o *grouping) {
	to := make([]uint32, o.size())
	for i, k := range o.keyers {
		number := make([]uint32, len(k.values))
		for j, v := range k.values {
			number[j] = g.keyers[i].number(v)
		}
		if i == 0 {
			to = number
			continue
		}
		next := make([]uint32, len(o.chain[i-1].pairs))
		for j, pair := range o.chain[i-1].pairs {
			next[j] = g.chain[i-1].number(to[pair[0]], number[pair[1]])
		}
		to = next
	}
	if g.full = g.full || o.full; g.full || !g.reach() {
		return
	}
	for at, n := range o.n {
		g.n[to[at]] += n
	}
	for i, t := range g.tallies {
		t.join(o.tallies[i], to)
	}
}

// run adds every row of the plan: those of segments by morsels, on all
// processors when there are many.
func (g *grouping) run(ctx context.Context) error {
	p := g.plan
	if p.never {
		return ctx.Err()
	}
	if p.shadow != nil || p.query.IDs != nil || p.instant != 0 {
		err := p.each(ctx, g.one)
		return g.judge(err)
	}
	all, candidates := p.morsels()
	workers := []*grouping{g}
	total := 0
	for _, n := range candidates {
		total += n
	}
	if total > 2*morselRows {
		g.warm(candidates)
		for range min(processors(), len(all)) - 1 {
			workers = append(workers, g.fresh())
		}
	}
	shareAmong(len(workers), len(all), func(w, i int) {
		if ctx.Err() == nil && !workers[w].full {
			workers[w].take(&all[i], candidates[all[i].part])
		}
	})
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, o := range workers[1:] {
		g.join(o)
	}
	if g.full {
		return g.judge(nil)
	}
	pace := pace{ctx: ctx}
	p.eachDelta(p.row(), func(r *Row, inside bool) bool {
		return pace.on(1) && (!p.match(r, inside) || g.one(r))
	})
	return g.judge(pace.err)
}

// warm computes the columns of keys beforehand, each on all processors: workers
// would wait for the first of them.
func (g *grouping) warm(candidates []int) {
	for i, n := range candidates {
		for _, k := range g.keyers {
			if n > 0 {
				k.begin(g.plan.table.parts[i].seg, n)
			}
		}
	}
}

func (g *grouping) judge(err error) error {
	if err == nil && g.full {
		return &layers.Error{Kind: layers.TooLarge, Op: "stats", Layer: g.plan.query.Layer, Field: "by",
			Err: fmt.Errorf("makes more than %d groups, or counters of histograms: take a coarser one or a smaller region", mostGroups)}
	}
	return err
}

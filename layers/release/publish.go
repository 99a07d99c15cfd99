package release

import (
	"slices"
)

// holdShare is the part of an area's published rows that may wait there for
// neighbours before they are joined with rows from farther away: 1/holdShare. So
// totals follow the truth within one percent at every level, and what is
// published is local.
const holdShare = 100

// Next makes the next publication of what changed, to be stored and then
// adopted. ok is false when too little changed anywhere to publish. It costs
// O(base cells + n log n) for n changed ones.
func (r *Release) Next() (next *State, ok bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := r.newPublication()
	if len(p.blocks) == 0 {
		ok = p.found()
	} else {
		ok = p.follow()
	}
	if !ok {
		r.changed = false
		return nil, false
	}
	return p.state(), true
}

// publication is a state in the making.
type publication struct {
	*Release
	cutter cutter
	n      []int32 // rows accounted for, by base cell
	sums   []int64
	with   []int32
	blocks []block

	came, left []group // what it publishes
}

func (r *Release) newPublication() *publication {
	l, s := r.ledger, r.state
	p := &publication{Release: r, blocks: slices.Clone(s.blocks)}
	p.n = append(make([]int32, 0, len(l.n)), s.n...)[:len(l.n)]
	p.sums = append(make([]int64, 0, len(l.sums)), s.sums...)[:len(l.sums)]
	p.with = append(make([]int32, 0, len(l.with)), s.with...)[:len(l.with)]
	p.cutter = cutter{ledger: l, ranks: l.rank(), k: r.k}
	return p
}

func (p *publication) state() *State {
	l := p.ledger
	s := &State{layer: p.layer, k: p.k, seq: p.Release.state.seq + 1, schema: &p.schema, codes: p.codes,
		keys: l.keys[:len(l.keys):len(l.keys)], places: l.places[:len(l.places):len(l.places)],
		n: p.n, sums: p.sums, with: p.with}
	for i := range p.blocks {
		if p.blocks[i].n > 0 {
			s.blocks = append(s.blocks, p.blocks[i])
		}
	}
	return s
}

// entries lists the base cells with more (sign 1) or fewer (-1) rows than are
// accounted for.
func (p *publication) entries(sign int32) []entry {
	var out []entry
	for i := range p.n {
		if n := sign * (p.ledger.n[i] - p.n[i]); n > 0 {
			k := &p.ledger.keys[i]
			out = append(out, entry{cell: k.cell, comb: k.comb, base: uint32(i), n: n})
		}
	}
	return out
}

// found makes the first publication, of all rows. Combinations with fewer than k
// rows in the city are counted with their neighbours, so that totals are exact.
func (p *publication) found() bool {
	entries := p.entries(1)
	if p.total < p.k {
		return false
	}
	groups, rest := p.cutter.cut(entries)
	mixed := len(groups) == 0
	if mixed { // no combination has k rows: join them all
		for i := range rest {
			rest[i].comb = 0
		}
		groups, rest = p.cutter.cut(rest)
	}
	for i := range groups {
		comb := groups[i].entries[0].comb
		if mixed {
			comb = p.commonest(&groups[i])
		}
		p.place(&groups[i], comb)
	}
	p.join(groups, rest)
	p.came = groups
	for i := range groups {
		p.publish(&groups[i], &p.blocks[i], 1)
	}
	return true
}

// commonest is the combination of most rows of a group, the lowest of equals.
func (p *publication) commonest(g *group) uint32 {
	count := make([]int, len(p.values))
	for i := range g.entries {
		count[p.ledger.keys[g.entries[i].base].comb] += int(g.entries[i].n)
	}
	best := 0
	for i, n := range count {
		if n > count[best] {
			best = i
		}
	}
	return uint32(best)
}

// place adds the block of a group, without numbers yet.
func (p *publication) place(g *group, comb uint32) {
	at, home, has := p.anchorOf(g)
	m := len(p.schema.measures)
	p.blocks = append(p.blocks, block{anchor: at, has: has, comb: comb, home: p.ledger.intern(home),
		n: g.size(), sums: make([]int64, m), with: make([]int, m)})
}

// join gives each entry of rest to the group whose block is nearest in the
// smallest area that has one.
func (p *publication) join(groups []group, rest []entry) {
	if len(rest) == 0 {
		return
	}
	v := p.newVicinity()
	for _, e := range rest {
		near := v.nearest(p.ledger.keys[e.base].place, e.cell)
		groups[near].joined = append(groups[near].joined, e)
		p.blocks[near].n += int(e.n)
	}
}

// publish adds to b (sign 1) or takes from it (-1) the sums of a group and
// accounts for its rows. A sum goes with its group only if it is over at least k
// values; else it waits in the ledger for the next group of these base cells.
func (p *publication) publish(g *group, b *block, sign int) {
	d := p.difference(g)
	sums, with := slices.Clone(b.sums), slices.Clone(b.with)
	for m := range sums {
		told := p.tells(d.n, d.with[m])
		if b.n > 0 && (sign*d.with[m] < p.k || sign < 0 && with[m]+told < p.k) {
			continue
		}
		sums[m] += d.sums[m]
		with[m] += told
		for e := range g.all() {
			at := int(e.base)*len(sums) + m
			p.sums[at], p.with[at] = p.ledger.sums[at], p.ledger.with[at]
		}
	}
	b.sums, b.with = sums, with
	for e := range g.all() {
		p.n[e.base] = p.ledger.n[e.base]
	}
}

// difference is what is not accounted for in the base cells of a group.
func (p *publication) difference(g *group) tally {
	d := newTally(len(p.schema.measures))
	for e := range g.all() {
		base := int(e.base)
		d.n += int(p.ledger.n[base] - p.n[base])
		for m := range d.sums {
			at := base*len(d.sums) + m
			d.sums[m] += p.ledger.sums[at] - p.sums[at]
			d.with[m] += int(p.ledger.with[at] - p.with[at])
		}
	}
	return d
}

// tells is the number of rows with a value that is told of n rows, with of which
// have one: n itself when fewer than k have none, for that would tell of them.
func (p *publication) tells(n, with int) int {
	if without := n - with; -p.k < without && without < p.k {
		return n
	}
	return with
}

// follow publishes the changes since the last publication: groups of rows that
// came become blocks, groups of rows that left are taken from blocks.
func (p *publication) follow() bool {
	published := p.published()
	p.cutter.hold = func(comb, area uint32, depth int) int {
		return published[areaKey{comb, area, depth}] / holdShare
	}
	p.came, _ = p.cutter.cut(p.entries(1))
	p.left, _ = p.cutter.cut(p.entries(-1))
	for i := range p.came {
		p.place(&p.came[i], p.came[i].entries[0].comb)
		p.publish(&p.came[i], &p.blocks[len(p.blocks)-1], 1)
	}
	if len(p.left) > 0 {
		p.take(p.left)
	}
	return len(p.came)+len(p.left) > 0 || p.Release.state.k < p.k
}

// areaKey names a combination's part of an area.
type areaKey struct {
	comb, area uint32
	depth      int
}

// published adds up the blocks of every area.
func (p *publication) published() map[areaKey]int {
	out := make(map[areaKey]int)
	for i := range p.blocks {
		b := &p.blocks[i]
		for depth := range levels + 1 {
			out[areaKey{b.comb, p.cutter.ranks[depth][b.home], depth}] += b.n
		}
	}
	return out
}

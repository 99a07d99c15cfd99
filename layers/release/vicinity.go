package release

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
)

// vicinity finds the blocks of a publication by area.
type vicinity struct {
	*publication
	ranks *ranking
	areas [levels + 1]map[uint32][]int32 // blocks by rank of their home
}

func (p *publication) newVicinity() *vicinity {
	v := &vicinity{publication: p, ranks: p.ledger.rank()}
	for depth := range v.areas {
		v.areas[depth] = make(map[uint32][]int32)
		for i := range p.blocks {
			area := v.ranks[depth][p.blocks[i].home]
			v.areas[depth][area] = append(v.areas[depth][area], int32(i))
		}
	}
	return v
}

// spot is where to look for neighbours.
type spot struct {
	home uint32 // place
	at   orb.Point
	has  bool
}

func (v *vicinity) distance(s *spot, i int32) float64 {
	if b := &v.blocks[i]; b.has && s.has {
		return squared(b.anchor, s.at)
	}
	return math.Inf(1)
}

// nearest is the block nearest to a base cell in the smallest area of it that
// has a block; there must be one in the city.
func (v *vicinity) nearest(home uint32, cell hexgrid.Cell) int32 {
	s := spot{home: home, has: cell != 0}
	if s.has {
		s.at = cell.Center()
	}
	for depth := levels; ; depth-- {
		if near := v.areas[depth][v.ranks[depth][home]]; len(near) > 0 {
			return slices.MinFunc(near, func(a, b int32) int {
				return cmp.Or(cmp.Compare(v.distance(&s, a), v.distance(&s, b)), cmp.Compare(a, b))
			})
		}
	}
}

// anyCombination stands for all of them.
const anyCombination = ^uint32(0)

// gather finds blocks which together fit: one, or the nearest ones, of the
// smallest area around s that has them, from depth up. nil: all blocks of the
// city do not.
func (v *vicinity) gather(s *spot, comb uint32, depth int, fits func([]int32) bool) []int32 {
	for ; depth >= 0; depth-- {
		var near []int32
		for _, i := range v.areas[depth][v.ranks[depth][s.home]] {
			if b := &v.blocks[i]; b.n > 0 && (comb == anyCombination || b.comb == comb) {
				near = append(near, i)
			}
		}
		slices.SortFunc(near, func(a, b int32) int {
			return cmp.Or(cmp.Compare(v.distance(s, a), v.distance(s, b)), cmp.Compare(a, b))
		})
		for i := range near {
			if fits(near[i : i+1]) {
				return near[i : i+1]
			}
		}
		for i := range near {
			if fits(near[:i+1]) {
				return near[:i+1]
			}
		}
	}
	return nil
}

// total adds up blocks.
func (v *vicinity) total(blocks []int32) tally {
	t := newTally(len(v.schema.measures))
	for _, i := range blocks {
		b := &v.blocks[i]
		t.n += b.n
		for m := range t.sums {
			t.sums[m] += b.sums[m]
			t.with[m] += b.with[m]
		}
	}
	return t
}

// merge makes one block of several: that of most rows takes the others in.
func (v *vicinity) merge(blocks []int32) *block {
	t := v.total(blocks)
	big := slices.MaxFunc(blocks, func(a, b int32) int {
		return cmp.Or(cmp.Compare(v.blocks[a].n, v.blocks[b].n), cmp.Compare(b, a))
	})
	for _, i := range blocks {
		v.blocks[i].n = 0
	}
	b := &v.blocks[big]
	b.n, b.sums, b.with = t.n, t.sums, t.with
	return b
}

// take subtracts groups of rows that left from the blocks nearest to them. Where
// fewer than k rows would stay in a block, it is merged with its neighbours: of
// its combination, or in the last resort of any. If fewer than k rows stay in the
// city there is no release any more.
func (p *publication) take(left []group) {
	v := p.newVicinity()
	for i := range left {
		g := &left[i]
		e := g.entries[g.middle()]
		s := &spot{home: p.ledger.keys[e.base].place, has: e.cell != 0}
		if s.has {
			s.at = e.cell.Center()
		}
		d := p.difference(g)
		fits := func(blocks []int32) bool {
			t := v.total(blocks)
			if t.n+d.n != 0 {
				return t.n+d.n >= p.k
			}
			for m := range t.sums {
				if t.sums[m]+d.sums[m] != 0 {
					return false
				}
			}
			return true
		}
		from := v.gather(s, e.comb, g.depth, fits)
		if from == nil {
			from = v.gather(s, anyCombination, g.depth, fits)
		}
		if from == nil {
			p.dissolve()
			return
		}
		b := v.merge(from)
		b.n += d.n
		p.publish(g, b, -1)
	}
}

// dissolve ends the release: no row is accounted for any more.
func (p *publication) dissolve() {
	p.blocks = nil
	clear(p.n)
	clear(p.sums)
	clear(p.with)
}

// coarsen merges blocks of fewer than k rows with their neighbours.
func (p *publication) coarsen() {
	v := p.newVicinity()
	for i := range p.blocks {
		b := &p.blocks[i]
		if b.n == 0 || b.n >= p.k {
			continue
		}
		s := &spot{home: b.home, at: b.anchor, has: b.has}
		seed := int32(i)
		with := func(blocks []int32) []int32 {
			if slices.Contains(blocks, seed) {
				return blocks
			}
			return append([]int32{seed}, blocks...)
		}
		fits := func(blocks []int32) bool { return v.total(with(blocks)).n >= p.k }
		more := v.gather(s, b.comb, levels, fits)
		if more == nil {
			more = v.gather(s, anyCombination, levels, fits)
		}
		if more == nil {
			p.dissolve()
			return
		}
		v.merge(with(more))
	}
}

package release

import (
	"fmt"
	"iter"
	"slices"

	"wutu/layers"
)

// Resume makes a release of rows that goes on from a state, which it shows at
// once: after a restart, when areas changed, or when the layer was defined anew.
// Rows may have changed in between. Areas are matched by code, dimensions and
// measures by name. A dimension that the layer does not offer any more is
// forgotten, which joins combinations and never parts them; one that the state
// does not have is not offered before a New release. When K has grown, blocks are
// merged at once. A state of another layer is refused with a Conflict. It costs
// O(rows + base cells).
func Resume(c Config, s *State, rows iter.Seq[Row]) (*Release, error) {
	if s.layer != c.Layer.ID {
		return nil, &layers.Error{Kind: layers.Conflict, Op: "release.Resume", Layer: c.Layer.ID,
			Err: fmt.Errorf("the state is of layer %.80q", s.layer)}
	}
	r := newRelease(c, s.schema)
	areas := r.adoptCodes(s)
	next := &State{layer: r.layer, k: s.k, seq: s.seq, schema: &r.schema, codes: r.codes}

	places := make([]place, len(s.places))
	for i, p := range s.places {
		places[i] = p
		for level, a := range p.areas {
			if a != NoArea {
				places[i].areas[level] = areas[level][a]
			}
		}
	}
	combs := make([]uint32, s.schema.combinations())
	for i := range combs {
		combs[i] = r.schema.translate(s.schema, uint32(i))
	}
	measures := make([]int, len(r.schema.measures))
	for i := range measures {
		measures[i] = slices.IndexFunc(s.schema.measures, func(m measure) bool { return m.name == r.schema.measures[i].name })
	}

	m, was := len(measures), len(s.schema.measures)
	for i, k := range s.keys {
		if !s.accounts(i) {
			continue
		}
		at := int(r.ledger.base(baseKey{cell: k.cell, place: r.ledger.intern(places[k.place]), comb: combs[k.comb]}))
		if at == len(next.n) {
			next.n = append(next.n, 0)
			next.sums = append(next.sums, make([]int64, m)...)
			next.with = append(next.with, make([]int32, m)...)
		}
		next.n[at] += s.n[i]
		for j, from := range measures {
			next.sums[at*m+j] += s.sums[i*was+from]
			next.with[at*m+j] += s.with[i*was+from]
		}
	}
	for _, b := range s.blocks {
		home := place{areas: noAreas()}
		if b.has {
			home = r.placeOf(r.owner(b.anchor))
		}
		fresh := block{anchor: b.anchor, has: b.has, comb: combs[b.comb], home: r.ledger.intern(home), n: b.n}
		for _, from := range measures {
			fresh.sums = append(fresh.sums, b.sums[from])
			fresh.with = append(fresh.with, b.with[from])
		}
		next.blocks = append(next.blocks, fresh)
	}
	next.keys, next.places = slices.Clip(r.ledger.keys), slices.Clip(r.ledger.places)
	r.state = next
	if next.k < r.k {
		p := r.newPublication()
		p.coarsen()
		r.state = p.state()
		r.state.seq, r.state.k = next.seq, next.k // until Next numbers it
	}
	r.fill(rows)
	r.adopt(r.state)
	return r, nil
}

// accounts reports whether the blocks account for anything of base cell i.
func (s *State) accounts(i int) bool {
	m := len(s.schema.measures)
	if s.n[i] != 0 {
		return true
	}
	for j := i * m; j < (i+1)*m; j++ {
		if s.sums[j] != 0 || s.with[j] != 0 {
			return true
		}
	}
	return false
}

// adoptCodes gives every area code of s a position in r, a new one behind the
// others if it is not among them, and returns the positions by those in s.
func (r *Release) adoptCodes(s *State) (positions [levels][]uint32) {
	for level, codes := range s.codes {
		at := make(map[string]uint32, len(r.codes[level]))
		for i, code := range r.codes[level] {
			at[code] = r.same[level][i]
		}
		r.codes[level] = slices.Clip(r.codes[level])
		for _, code := range codes {
			i, ok := at[code]
			if !ok {
				i = uint32(len(r.codes[level]))
				at[code] = i
				r.codes[level] = append(r.codes[level], code)
				r.same[level] = append(r.same[level], i)
			}
			positions[level] = append(positions[level], i)
		}
	}
	return positions
}

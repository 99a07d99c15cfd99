package release

import (
	"cmp"
	"iter"
	"slices"
)

// group is at least k rows that are published as one: together they came, or
// together they left.
type group struct {
	entries []entry // at least k rows
	joined  []entry // rows of other areas or combinations that were too few there
	depth   int     // all places of entries share their areas down to this depth
}

// all are the entries and those that joined.
func (g *group) all() iter.Seq[entry] {
	return func(yield func(entry) bool) {
		for _, part := range [...][]entry{g.entries, g.joined} {
			for _, e := range part {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// size is the number of rows.
func (g *group) size() int {
	n := 0
	for e := range g.all() {
		n += int(e.n)
	}
	return n
}

// middle is the entry of the row in the middle of the entries' order.
func (g *group) middle() int {
	half := 0
	for i := range g.entries {
		half += int(g.entries[i].n)
	}
	half /= 2
	for i := range g.entries {
		if half -= int(g.entries[i].n); half < 0 {
			return i
		}
	}
	return 0
}

// cutter makes groups of entries.
type cutter struct {
	ledger *ledger
	ranks  *ranking
	k      int
	// hold is the number of rows below which the entries of an area wait: at
	// least k. nil: none waits that could join a group of its area.
	hold func(comb, area uint32, depth int) int

	groups []group
	within map[areaKey][]int32 // groups by area, when none waits
}

// cut joins entries of one combination to groups from the bottom up: within the
// grid first, what is too few there within the community, and so on up to the
// city. In an area they are joined in the order of the cells' indexes, which
// keeps neighbours together, until there are k; the rows behind the last k join
// it. Without hold, entries that are too few join a group that was made within
// their area before they go further up, so that an area with k rows of a
// combination keeps them all. rest are the entries of combinations that are too
// few even in the city. The order of entries does not matter; cut reorders them.
// It costs O(n log n).
func (c *cutter) cut(entries []entry) (groups []group, rest []entry) {
	rest, c.groups, c.within = entries, nil, make(map[areaKey][]int32)
	compare := compareEntries(c.ledger, c.ranks[levels])
	for depth := levels; depth >= 0 && len(rest) > 0; depth-- {
		for i := range rest {
			e := &rest[i]
			e.area = c.ranks[depth][c.ledger.keys[e.base].place]
		}
		slices.SortFunc(rest, compare)
		var up []entry
		for from := 0; from < len(rest); {
			to, total := from, 0
			for to < len(rest) && rest[to].comb == rest[from].comb && rest[to].area == rest[from].area {
				total += int(rest[to].n)
				to++
			}
			part := rest[from:to:to]
			if total >= c.least(part[0].comb, part[0].area, depth) {
				c.divide(part, depth)
			} else if !c.join(part, depth) {
				up = append(up, part...)
			}
			from = to
		}
		rest = up
	}
	return c.groups, rest
}

func (c *cutter) least(comb, area uint32, depth int) int {
	if c.hold == nil {
		return c.k
	}
	return max(c.k, c.hold(comb, area, depth))
}

// divide makes the groups of one area's entries, at least k rows.
func (c *cutter) divide(part []entry, depth int) {
	from, n := 0, 0
	for i := range part {
		if n += int(part[i].n); n >= c.k {
			c.keep(group{entries: part[from : i+1 : i+1], depth: depth})
			from, n = i+1, 0
		}
	}
	if last := &c.groups[len(c.groups)-1]; from < len(part) {
		last.entries = part[from-len(last.entries):]
	}
}

func (c *cutter) keep(g group) {
	i := int32(len(c.groups))
	c.groups = append(c.groups, g)
	if c.hold != nil {
		return
	}
	e := &g.entries[0]
	for depth := range g.depth {
		key := areaKey{e.comb, c.ranks[depth][c.ledger.keys[e.base].place], depth}
		c.within[key] = append(c.within[key], i)
	}
}

// join adds each entry of part to the group of its combination and area whose
// cells' indexes are most like its own, if the area has one.
func (c *cutter) join(part []entry, depth int) bool {
	near := c.within[areaKey{part[0].comb, part[0].area, depth}]
	if len(near) == 0 {
		return false
	}
	for _, e := range part {
		best := slices.MinFunc(near, func(a, b int32) int {
			return cmp.Compare(c.groups[a].entries[0].cell^e.cell, c.groups[b].entries[0].cell^e.cell)
		})
		c.groups[best].joined = append(c.groups[best].joined, e)
	}
	return true
}

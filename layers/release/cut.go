package release

import "slices"

// group is at least k rows that are published as one: together they came, or
// together they left.
type group struct {
	entries []entry
	depth   int // all its places share their areas down to this depth
}

// size is the number of rows.
func (g *group) size() int {
	n := 0
	for i := range g.entries {
		n += int(g.entries[i].n)
	}
	return n
}

// middle is the entry of the row in the middle of the group's order.
func (g *group) middle() int {
	half := g.size() / 2
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
	// least k. nil: k.
	hold func(comb, area uint32, depth int) int
}

// cut joins entries of one combination to groups from the bottom up: within the
// grid first, what is too few there within the community, and so on up to the
// city. In an area they are joined in the order of the cells' indexes, which
// keeps neighbours together, until there are k; the rows behind the last k join
// it. rest are the entries of combinations that are too few even in the city.
// The order of entries does not matter; cut reorders them. It costs O(n log n).
func (c *cutter) cut(entries []entry) (groups []group, rest []entry) {
	rest = entries
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
				groups = c.divide(groups, part, depth)
			} else {
				up = append(up, part...)
			}
			from = to
		}
		rest = up
	}
	return groups, rest
}

func (c *cutter) least(comb, area uint32, depth int) int {
	if c.hold == nil {
		return c.k
	}
	return max(c.k, c.hold(comb, area, depth))
}

// divide appends to groups the groups of one area's entries, at least k rows.
func (c *cutter) divide(groups []group, part []entry, depth int) []group {
	from, n := 0, 0
	for i := range part {
		if n += int(part[i].n); n >= c.k {
			groups = append(groups, group{entries: part[from : i+1 : i+1], depth: depth})
			from, n = i+1, 0
		}
	}
	if last := &groups[len(groups)-1]; from < len(part) {
		last.entries = part[from-len(last.entries):]
	}
	return groups
}

package live

import (
	"cmp"
	"slices"
	"strings"
)

// closeRow is a row that may be a hit.
type closeRow struct {
	rowRef
	distanceM float64
}

// closestRows keeps the k rows that come first by distance, then id; all when k is
// 0. It is a heap with the last of them on top once it is full.
type closestRows struct {
	plan *plan
	k    int
	far  float64 // rows farther than this do not matter, metres
	rows []closeRow
}

// offer takes a matching row that is not farther than far.
func (c *closestRows) offer(r closeRow) {
	switch {
	case c.k == 0 || len(c.rows) < c.k:
		if c.rows = append(c.rows, r); len(c.rows) != c.k {
			return
		}
		for i := c.k/2 - 1; i >= 0; i-- {
			c.down(i)
		}
	case c.compare(r, c.rows[0]) >= 0:
		return
	default:
		c.rows[0] = r
		c.down(0)
	}
	c.far = c.rows[0].distanceM
}

func (c *closestRows) down(i int) {
	for {
		next := 2*i + 1
		if next >= len(c.rows) {
			return
		}
		if next+1 < len(c.rows) && c.compare(c.rows[next], c.rows[next+1]) < 0 {
			next++
		}
		if c.compare(c.rows[i], c.rows[next]) >= 0 {
			return
		}
		c.rows[i], c.rows[next] = c.rows[next], c.rows[i]
		i = next
	}
}

func (c *closestRows) compare(a, b closeRow) int {
	if a.distanceM != b.distanceM {
		return cmp.Compare(a.distanceM, b.distanceM)
	}
	return strings.Compare(c.plan.table.idOf(a.rowRef), c.plan.table.idOf(b.rowRef))
}

// hits are the rows in order.
func (c *closestRows) hits() []Hit {
	slices.SortFunc(c.rows, c.compare)
	rows, hits := make([]Row, len(c.rows)), make([]Hit, len(c.rows))
	blank := c.plan.row()
	for i := range c.rows {
		rows[i] = *blank
		c.plan.table.at(c.rows[i].rowRef, &rows[i])
		hits[i] = Hit{Row: &rows[i], DistanceM: c.rows[i].distanceM}
	}
	return hits
}

// idOf is the id of a row.
func (t *table) idOf(ref rowRef) string {
	if ref.part < 0 {
		return t.delta.rows[ref.row].feature.Key
	}
	return t.parts[ref.part].seg.ids.id(ref.row)
}

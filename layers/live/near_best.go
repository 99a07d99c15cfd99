package live

import (
	"slices"
	"strings"
)

// closeRow is a row that may be a hit.
type closeRow struct {
	rowRef
	distanceM float64
}

// closestRows keeps the k rows that come first by distance, then id; all when k is
// 0.
type closestRows struct {
	plan *plan
	k    int
	far  float64           // rows farther than this do not matter, metres
	top  ranking[closeRow] // the last on top once there are k
}

func newClosestRows(p *plan, n *Near, far float64) *closestRows {
	c := &closestRows{plan: p, k: n.K, far: far}
	c.top.compare = c.compare
	return c
}

// offer takes a matching row that is not farther than far.
func (c *closestRows) offer(r closeRow) {
	h := &c.top
	switch {
	case c.k == 0 || len(h.list) < c.k:
		if h.list = append(h.list, r); len(h.list) != c.k {
			return
		}
		h.init()
	case c.compare(r, h.list[0]) >= 0:
		return
	default:
		h.list[0] = r
		h.down(0)
	}
	c.far = h.list[0].distanceM
}

func (c *closestRows) compare(a, b closeRow) int {
	switch { // distances are numbers: cmp.Compare looks twice
	case a.distanceM < b.distanceM:
		return -1
	case a.distanceM > b.distanceM:
		return 1
	}
	return strings.Compare(c.plan.table.idOf(a.rowRef), c.plan.table.idOf(b.rowRef))
}

// hits are the rows in order.
func (c *closestRows) hits() []Hit {
	list := c.top.list
	slices.SortFunc(list, c.compare)
	rows, hits := make([]Row, len(list)), make([]Hit, len(list))
	blank := c.plan.row()
	for i := range list {
		rows[i] = *blank
		c.plan.table.at(list[i].rowRef, &rows[i])
		hits[i] = Hit{Row: &rows[i], DistanceM: list[i].distanceM}
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

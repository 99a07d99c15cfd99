package gpkg

import (
	"database/sql/driver"
	"fmt"
	"slices"
)

// past compares when old versions are the truth with what their spans and those
// of what was learned later say, and the index of place and time with both.
func (c *checker) past() error {
	row, err := c.conn.first("SELECT rtreecheck('main', 'wutu_past')")
	if err != nil {
		return err
	}
	if text, _ := row[0].(string); text != "ok" {
		return c.report("", "", "the index of old versions is damaged: %s", text)
	}
	entries := int64(0)
	for _, l := range c.catalog.layers() {
		if c.broken[l.ID] {
			continue
		}
		t := c.catalog.tables[l.ID]
		err := eachStory(c.conn, t.num, l.ID, func(versions []old, pieces [][]span) error {
			if err := c.ctx.Err(); err != nil {
				return err
			}
			for i := range versions {
				v := &versions[i]
				if !v.stored.empty() {
					entries++
				}
				if says := v.wrong(pieces[i]); says != "" {
					if err := c.report(l.ID, v.id, "old version in line %d of history: %s", v.n, says); err != nil {
						return err
					}
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	n, err := c.conn.number("SELECT count(*) FROM wutu_past")
	if err != nil {
		return err
	}
	if n != entries && len(c.broken) == 0 {
		if err := c.report("", "", "the index of old versions has %d entries, expected %d", n, entries); err != nil {
			return err
		}
	}
	return c.each(`SELECT h.layer, h.id, h.n, h.geom, h.since, h.till, h.gaps, r.x0, r.x1, r.y0, r.y1, r.t0, r.t1, r.l0
		FROM wutu_history h LEFT JOIN wutu_past r ON r.n = h.n WHERE h.since < h.till ORDER BY h.n`, func(r *rows) error {
		num, _ := r.values[0].(int64)
		layer := ""
		if t := c.catalog.byNum[num]; t != nil {
			layer = t.layer.ID
		}
		t := truthOf(r.values[4:7])
		n, _ := r.values[2].(int64)
		x0, x1, y0, y1 := placeOf(r.values[3], n)
		t0, t1 := t.coordinates()
		if want := []driver.Value{x0, x1, y0, y1, t0, t1, layerCoordinate(num)}; !slices.Equal(r.values[7:], want) {
			return c.report(layer, fmt.Sprint(r.values[1]), "old version in line %v of history is indexed at %v, expected %v", r.values[2], r.values[7:], want)
		}
		return nil
	})
}

// wrong says what is wrong with when a version is stored to be the truth, "" for
// nothing.
func (v *old) wrong(pieces []span) string {
	is := v.stored
	switch {
	case len(pieces) == 0 && is.empty(), is.gaps && len(pieces) == 0:
	case len(pieces) == 0:
		return "it is never the truth, but is stored as such"
	case is.from > pieces[0].from || is.till < pieces[len(pieces)-1].till:
		return "it is the truth outside the time that is stored"
	case !is.gaps && (len(pieces) > 1 || is.span != pieces[0]):
		return "it is the truth for less than the time that is stored"
	}
	return ""
}

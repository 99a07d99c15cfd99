package gpkg

import (
	"database/sql/driver"
	"slices"
)

// old is one version in history, as far as its truth goes.
type old struct {
	n       int64
	id      string
	valid   span
	deleted bool
	end     int64 // when, if deleted
	stored  truth
}

// truths works out when each of a feature's old versions, in the order in which
// they were learned, is the truth: pieces in order of time. now is the span of
// the current version, nil when there is none. It costs O(versions²).
func truths(versions []old, now *span) [][]span {
	out := make([][]span, len(versions))
	cut := func(n int, by span) {
		for i := range n {
			out[i] = cutAll(out[i], by)
		}
	}
	for i, v := range versions {
		cut(i, v.valid)
		if !v.valid.empty() {
			out[i] = []span{v.valid}
		}
		if v.deleted {
			cut(i+1, span{v.end, always.till})
		}
	}
	if now != nil {
		cut(len(versions), *now)
	}
	return out
}

// cutAll takes by out of pieces.
func cutAll(pieces []span, by span) []span {
	if by.empty() {
		return pieces
	}
	var out []span
	for _, p := range pieces {
		if !p.intersects(by) {
			out = append(out, p)
			continue
		}
		for _, left := range [...]span{{p.from, by.from}, {by.till, p.till}} {
			if !left.empty() {
				out = append(out, left)
			}
		}
	}
	return out
}

// fillPast works out the truth of all old versions of a file that did not have it.
func fillPast(c *conn) error {
	var list []struct {
		num  int64
		name string
	}
	r, err := c.query("SELECT num, id FROM wutu_layers ORDER BY num")
	if err != nil {
		return err
	}
	if err := drainRows(r, func(row []driver.Value) error {
		num, _ := row[0].(int64)
		name, _ := row[1].(string)
		list = append(list, struct {
			num  int64
			name string
		}{num, name})
		return nil
	}); err != nil {
		return err
	}
	for _, l := range list {
		err := eachStory(c, l.num, l.name, func(versions []old, pieces [][]span) error {
			for i, v := range versions {
				t := truth{gaps: len(pieces[i]) > 1}
				if len(pieces[i]) > 0 {
					t.span = span{pieces[i][0].from, pieces[i][len(pieces[i])-1].till}
				}
				if _, err := c.exec("UPDATE wutu_history SET since = ?, till = ?, gaps = ? WHERE n = ?", t.from, t.till, flag(t.gaps), v.n); err != nil {
					return err
				}
				row, err := c.first("SELECT geom FROM wutu_history WHERE n = ?", v.n)
				if err != nil {
					return err
				}
				if err := indexPast(c, l.num, v.n, row[0], t); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// storyRows is how many old versions are read at once.
const storyRows = 4096

// eachStory calls f for every feature of a layer that has old versions, with
// these and the pieces of their truth, in order of id. f may write.
func eachStory(c *conn, layer int64, name string, f func([]old, [][]span) error) error {
	after, limit := "", int64(storyRows)
	for {
		r, err := c.query(`SELECT n, id, +valid_from, +valid_to, deleted_at, since, till, gaps FROM wutu_history
			WHERE layer = ? AND id > ? ORDER BY id, version LIMIT ?`, layer, after, limit)
		if err != nil {
			return err
		}
		var page []old
		if err := drainRows(r, func(row []driver.Value) error {
			v := old{valid: spanOf(row[2], row[3]), stored: truthOf(row[5:])}
			v.n, _ = row[0].(int64)
			v.id, _ = row[1].(string)
			v.end, v.deleted = row[4].(int64)
			page = append(page, v)
			return nil
		}); err != nil {
			return err
		}
		last := int64(len(page)) < limit
		if !last { // the last feature may not be whole
			end := len(page)
			for end > 0 && page[end-1].id == page[len(page)-1].id {
				end--
			}
			if end == 0 {
				limit *= 2
				continue
			}
			page = page[:end]
		}
		for len(page) > 0 {
			n := slices.IndexFunc(page, func(v old) bool { return v.id != page[0].id })
			if n < 0 {
				n = len(page)
			}
			now, err := currentSpan(c, name, page[0].id)
			if err != nil {
				return err
			}
			if err := f(page[:n], truths(page[:n], now)); err != nil {
				return err
			}
			after, page = page[0].id, page[n:]
		}
		if last {
			return nil
		}
	}
}

// currentSpan is when the current version of a feature is true, nil for none.
func currentSpan(c *conn, layer, id string) (*span, error) {
	row, err := c.first("SELECT +valid_from, +valid_to FROM "+quote(layer)+" WHERE id = ?", id)
	if err != nil || row == nil {
		return nil, err
	}
	s := spanOf(row[0], row[1])
	return &s, nil
}

// drainRows calls f for the rows of a query and closes it.
func drainRows(r *rows, f func([]driver.Value) error) error {
	for {
		ok, err := r.next()
		if err == nil && ok {
			err = f(r.values)
		}
		if err != nil || !ok {
			if end := r.close(); err == nil {
				err = end
			}
			return err
		}
	}
}

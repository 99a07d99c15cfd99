package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"

	"wutu/layers"
)

// Problem is something that is wrong with the file.
type Problem struct {
	Layer string // layer id, "" for the file itself
	ID    string // feature id or record, "" for the layer
	Text  string // what is wrong
}

// String is "layer: feature: text" without the parts that are empty.
func (p Problem) String() string {
	return (&layers.Error{Layer: p.Layer, ID: p.ID, Err: errors.New(p.Text)}).Error()
}

// maxProblems bounds the list: a broken file may hold a problem for each row.
const maxProblems = 1000

// Check looks for everything that can be wrong with the file: damaged pages,
// tables that are not registered, features that do not fit their schema, broken
// geometries and envelopes, a change log with gaps or without a feature's
// version, rows that another program wrote, a broken audit trail. It reads one
// state of the whole file and costs a scan of it; writers are not kept from
// working. The list is ordered, and ends after 1000 problems.
func (s *Store) Check(ctx context.Context) ([]Problem, error) {
	c := checker{ctx: ctx, broken: make(map[string]bool)}
	err := s.view(ctx, "gpkg.Check", func(conn *conn, cat *catalog) error {
		c.conn, c.catalog = conn, cat
		for _, step := range []func() error{c.pages, c.registration, c.log, c.layers, c.foreign, c.history, c.past, c.tracks, c.seals, c.audit} {
			if err := step(); err != nil {
				return err
			}
		}
		return nil
	})
	if errors.Is(err, errStop) { // enough
		err = nil
	}
	return c.found, err
}

// checker gathers problems in one read transaction.
type checker struct {
	ctx     context.Context
	conn    *conn
	catalog *catalog
	broken  map[string]bool // layers whose tables cannot be read
	found   []Problem
}

func (c *checker) report(layer, id, format string, args ...any) error {
	c.found = append(c.found, Problem{Layer: layer, ID: id, Text: fmt.Sprintf(format, args...)})
	if len(c.found) >= maxProblems {
		return errStop
	}
	return nil
}

// each runs a query and calls f for its rows.
func (c *checker) each(sql string, f func(r *rows) error, args ...driver.Value) error {
	r, err := c.conn.query(sql, args...)
	if err != nil {
		return err
	}
	for n := 0; err == nil; n++ {
		if n%checkEvery == 0 {
			if err = c.ctx.Err(); err != nil {
				break
			}
		}
		var ok bool
		if ok, err = r.next(); err != nil || !ok {
			break
		}
		err = f(r)
	}
	return errors.Join(err, r.close())
}

func (c *checker) pages() error {
	return c.each("PRAGMA integrity_check(100)", func(r *rows) error {
		if text, _ := r.values[0].(string); text != "ok" {
			return c.report("", "", "the database is damaged: %s", text)
		}
		return nil
	})
}

// registration compares the catalog with what the standard's tables tell other
// programs.
func (c *checker) registration() error {
	for _, l := range c.catalog.layers() {
		t := c.catalog.tables[l.ID]
		want := "features"
		if !t.spatial() {
			want = "attributes"
		}
		row, err := c.conn.first("SELECT data_type FROM gpkg_contents WHERE table_name = ?", l.ID)
		if err != nil {
			return err
		}
		if row == nil {
			err = c.report(l.ID, "", "is missing in gpkg_contents")
		} else if got, _ := row[0].(string); got != want {
			err = c.report(l.ID, "", "is registered as %q in gpkg_contents, expected %q", got, want)
		}
		if err != nil {
			return err
		}
		row, err = c.conn.first("SELECT geometry_type_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", l.ID)
		if err != nil {
			return err
		}
		switch {
		case (row != nil) != t.spatial():
			err = c.report(l.ID, "", "its row in gpkg_geometry_columns does not agree with its definition")
		case row != nil && (row[0] != geometryName(l.Geometry) || row[1] != int64(srsWGS84)):
			err = c.report(l.ID, "", "is registered with geometries %v in reference system %v", row[0], row[1])
		}
		if err != nil {
			return err
		}
		if err := c.columns(t); err != nil {
			return err
		}
	}
	return c.each("SELECT table_name FROM gpkg_contents ORDER BY 1", func(r *rows) error {
		name, _ := r.values[0].(string)
		if c.catalog.tables[name] == nil {
			return c.report(name, "", "is a table of another program: it is in gpkg_contents, but is no layer of the city")
		}
		return nil
	})
}

func (c *checker) columns(t *table) error {
	have := make(map[string]bool)
	if err := c.each("SELECT name FROM pragma_table_info(?)", func(r *rows) error {
		name, _ := r.values[0].(string)
		have[name] = true
		return nil
	}, t.layer.ID); err != nil {
		return err
	}
	for i, name := range t.columns {
		if !have[name] {
			c.broken[t.layer.ID] = true
			if err := c.report(t.layer.ID, "", "field %s has no column %s", t.layer.Fields[i].Name, name); err != nil {
				return err
			}
		}
	}
	return nil
}

// log asserts that the sequence has no gaps but those that moves leave.
func (c *checker) log() error {
	row, err := c.conn.first("SELECT count(*) + (SELECT gone FROM wutu_moves), coalesce(min(seq), 1), coalesce(max(seq), 0) FROM wutu_changes")
	if err != nil {
		return err
	}
	if n, least, most := row[0], row[1], row[2]; least != int64(1) || n != most {
		return c.report("", "", "the change log has gaps: %v changes numbered %v to %v", n, least, most)
	}
	return nil
}

// foreign lists rows that another program has updated.
func (c *checker) foreign() error {
	return c.each("SELECT layer, fid, min(at) FROM wutu_foreign GROUP BY layer, fid ORDER BY layer, fid", func(r *rows) error {
		num, _ := r.values[0].(int64)
		layer := ""
		if t := c.catalog.byNum[num]; t != nil {
			layer = t.layer.ID
		}
		return c.report(layer, "", "row %v was changed by another program at %v: its change is not in the log", r.values[1], r.values[2])
	})
}

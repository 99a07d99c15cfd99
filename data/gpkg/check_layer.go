package gpkg

import (
	"database/sql/driver"
	"fmt"

	"wutu/layers"
	"wutu/layers/code"
)

// layers checks the features of every layer against schema and log.
func (c *checker) layers() error {
	for _, l := range c.catalog.layers() {
		if c.broken[l.ID] {
			continue
		}
		t := c.catalog.tables[l.ID]
		if err := c.features(t); err != nil {
			return err
		}
		if err := c.versions(t); err != nil {
			return err
		}
	}
	return nil
}

// features decodes every row: values fit the schema and its codes, geometries
// their type, envelopes their geometries.
func (c *checker) features(t *table) error {
	d := decoder{table: t}
	return c.each(t.all, func(r *rows) error {
		id := fmt.Sprint(r.values[colID])
		f, err := d.feature(r.values)
		if err == nil {
			err = f.CheckAgainst(t.layer)
		}
		if err == nil {
			err = code.CheckFeature(t.layer, &f)
		}
		if err != nil {
			return c.report(t.layer.ID, id, "%s", cause(err))
		}
		if blob, ok := r.values[colGeom].([]byte); ok {
			return c.envelope(t, id, blob, &f)
		}
		return nil
	})
}

// envelope compares the box in the header of a geometry with its coordinates.
func (c *checker) envelope(t *table, id string, blob []byte, f *layers.Feature) error {
	if f.Shape == nil {
		return nil
	}
	want := emptyEnvelope()
	if err := want.add(f.Shape, 0); err != nil {
		return c.report(t.layer.ID, id, "the geometry %s", cause(err))
	}
	if _, have, ok, err := splitGeometry(blob); err == nil && ok && have != want {
		return c.report(t.layer.ID, id, "the envelope %v of the geometry should be %v", have, want)
	}
	return nil
}

// cause leaves out what the report of a problem says itself.
func cause(err error) string {
	e, ok := err.(*layers.Error)
	if !ok {
		return err.Error()
	}
	short := *e
	short.Op, short.Layer, short.ID = "", "", ""
	return short.Error()
}

// versions compares a table with the log, both ways.
func (c *checker) versions(t *table) error {
	name := quote(t.layer.ID)
	err := c.each("SELECT f.id, f.version, g.seq FROM "+name+` f LEFT JOIN wutu_changes g
		ON g.seq = f.version AND g.op IN (1, 4) AND g.layer = ?1 AND g.fid = f.fid WHERE g.seq IS NULL ORDER BY f.id`,
		func(r *rows) error {
			id, _ := r.values[0].(string)
			if r.values[1] == nil {
				return c.report(t.layer.ID, id, "was added by another program: it has no version and no change in the log")
			}
			return c.report(t.layer.ID, id, "its version %v is no change of it in the log", r.values[1])
		}, driver.Value(t.num))
	if err != nil {
		return err
	}
	// The last change of each row is a put whose row exists, or a deletion.
	return c.each("SELECT g.fid, max(g.seq), g.op FROM wutu_changes g LEFT JOIN "+name+` f ON f.fid = g.fid
		WHERE g.layer = ?1 AND g.op <> 3 AND f.fid IS NULL GROUP BY g.fid HAVING g.op IN (1, 4) ORDER BY g.fid`,
		func(r *rows) error {
			return c.report(t.layer.ID, "", "row %v, last changed by change %v, was deleted by another program", r.values[0], r.values[1])
		}, driver.Value(t.num))
}

// history decodes every old version.
func (c *checker) history() error {
	decoders := make(map[int64]*decoder)
	return c.each("SELECT NULL, id, version, +valid_from, +valid_to, geom, layer, body, ended FROM wutu_history ORDER BY n", func(r *rows) error {
		const layer, body, ended = fixedColumns, fixedColumns + 1, fixedColumns + 2
		id := fmt.Sprint(r.values[colID])
		num, _ := r.values[layer].(int64)
		t := c.catalog.byNum[num]
		if t == nil {
			return c.report("", id, "history names the layer number %d, which does not exist", num)
		}
		d := decoders[num]
		if d == nil {
			d = &decoder{table: t}
			decoders[num] = d
		}
		columns := make([]driver.Value, fixedColumns+len(t.columns))
		copy(columns, r.values[:fixedColumns])
		b, _ := r.values[body].([]byte)
		err := decodeBody(b, columns[fixedColumns:])
		if err == nil {
			_, err = d.feature(columns)
		}
		if err != nil {
			return c.report(t.layer.ID, id, "old version %v: %s", r.values[colVersion], cause(err))
		}
		version, _ := r.values[colVersion].(int64)
		if by, _ := r.values[ended].(int64); version >= by {
			return c.report(t.layer.ID, id, "old version %d was ended by the earlier change %d", version, by)
		}
		return nil
	})
}

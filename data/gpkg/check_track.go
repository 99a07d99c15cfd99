package gpkg

import (
	"database/sql/driver"
	"fmt"

	"wutu/layers/track"
)

// tracks decodes every block and chunk, and compares chunks with their row and with
// the index of place and time.
func (c *checker) tracks() error {
	row, err := c.conn.first("SELECT rtreecheck('main', 'wutu_track_boxes')")
	if err != nil {
		return err
	}
	if text, _ := row[0].(string); text != "ok" {
		return c.report("", "", "the index of tracks is damaged: %s", text)
	}
	if err := c.each("SELECT n, layer, data, fixes FROM wutu_fixes ORDER BY n", func(r *rows) error {
		b, err := readBlock(c.catalog, r.values[:3])
		if err != nil {
			return c.report("", "", "fixes in line %v: %s", r.values[0], cause(err))
		}
		if int64(len(b.Block.Fixes)) != r.values[3] {
			return c.report(b.Block.Layer, "", "fixes in line %v are %d, not %v", r.values[0], len(b.Block.Fixes), r.values[3])
		}
		return nil
	}); err != nil {
		return err
	}
	if err := c.each(`SELECT t.layer, t.id, t.hour, t.data, t.fixes, t.first, t.last, b.x0, b.x1, b.y0, b.y1, b.h0, b.h1, b.l0
		FROM wutu_tracks t LEFT JOIN wutu_track_boxes b ON b.n = t.n ORDER BY t.n`, func(r *rows) error {
		layer, id, says := c.chunk(r.values)
		if says == "" {
			return nil
		}
		return c.report(layer, id, "its track of hour %v %s", r.values[2], says)
	}); err != nil {
		return err
	}
	if c.catalog.keys != nil {
		n, err := c.conn.number("SELECT (SELECT count(*) FROM wutu_tracks WHERE substr(data, 1, 1) <> x'00') + (SELECT count(*) FROM wutu_fixes WHERE substr(data, 1, 1) <> x'00')")
		if err == nil && n > 0 {
			err = c.report("", "", "%d hours of tracks are plain: run `wutu keys seal`", n)
		}
		if err != nil {
			return err
		}
	}
	return c.each("SELECT count(*) FROM wutu_track_boxes WHERE n NOT IN (SELECT n FROM wutu_tracks)", func(r *rows) error {
		if r.values[0] != int64(0) {
			return c.report("", "", "the index of tracks has %v entries too many", r.values[0])
		}
		return nil
	})
}

// chunk says what is wrong with a chunk, "" for nothing.
func (c *checker) chunk(row []driver.Value) (layer, id, says string) {
	num, _ := row[0].(int64)
	id, _ = row[1].(string)
	hour, _ := row[2].(int64)
	data, _ := row[3].([]byte)
	t := c.catalog.byNum[num]
	if t == nil {
		return "", id, "is of a layer that does not exist"
	}
	fixes, err := readChunk(c.catalog, num, id, hour, data)
	if err != nil {
		return t.layer.ID, id, cause(err)
	}
	if len(fixes) == 0 {
		return t.layer.ID, id, "is empty"
	}
	first, last := fixes[0], fixes[len(fixes)-1]
	switch {
	case first.Hour() != hour || last.Hour() != hour:
		says = "has fixes of another hour"
	case row[4] != int64(len(fixes)) || row[5] != first.T || row[6] != last.T:
		says = fmt.Sprintf("is stored as %v fixes from %v to %v, and has %d from %d to %d", row[4], row[5], row[6], len(fixes), first.T, last.T)
	case row[7] == nil:
		says = "is not in the index"
	default:
		x0, x1, y0, y1 := trackCoordinates(track.Box(fixes, nil))
		var at [7]int64
		for i := range at {
			at[i], _ = row[7+i].(int64)
		}
		if at[0] > x0 || at[1] < x1 || at[2] > y0 || at[3] < y1 || at[4] != hour*hourStride || at[5] != hour*hourStride+hourWidth || at[6] != layerCoordinate(num) {
			says = "lies outside its entry in the index"
		}
	}
	return t.layer.ID, id, says
}

package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"iter"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers/track"
)

// Blocks implements track.Store.
func (s *Store) Blocks(ctx context.Context) iter.Seq2[track.Numbered, error] {
	return func(yield func(track.Numbered, error) bool) {
		err := s.view(ctx, "gpkg.Blocks", func(c *conn, cat *catalog) error {
			r, err := c.query("SELECT n, layer, data FROM wutu_fixes ORDER BY n")
			if err != nil {
				return err
			}
			return drainRows(r, func(row []driver.Value) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				b, err := readBlock(cat, row)
				if err != nil {
					return err
				}
				if !yield(b, nil) {
					return errStop
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(track.Numbered{}, err)
		}
	}
}

// readBlock reads a row of n, layer, data.
func readBlock(cat *catalog, row []driver.Value) (track.Numbered, error) {
	n, _ := row[0].(int64)
	layer, _ := row[1].(int64)
	data, _ := row[2].([]byte)
	t := cat.byNum[layer]
	if t == nil {
		return track.Numbered{}, errors.New("fixes name a layer that does not exist")
	}
	plain, err := openPacked(cat.keys, blockContext(layer), data)
	if err != nil {
		return track.Numbered{}, err
	}
	b, err := track.ReadBlock(t.layer.ID, plain)
	return track.Numbered{Number: uint64(n), Block: b}, err
}

// Chunks implements track.Store. It costs some ten microseconds a chunk.
func (s *Store) Chunks(ctx context.Context, layer, object string, from, to int64) iter.Seq2[[]track.Fix, error] {
	return func(yield func([]track.Fix, error) bool) {
		err := s.view(ctx, "gpkg.Chunks", func(c *conn, cat *catalog) error {
			t := cat.tables[layer]
			if t == nil {
				return nil
			}
			r, err := c.query("SELECT hour, data FROM wutu_tracks WHERE layer = ? AND id = ? AND hour BETWEEN ? AND ? ORDER BY hour",
				t.num, object, track.HourOf(from), track.HourOf(to))
			if err != nil {
				return err
			}
			return drainRows(r, func(row []driver.Value) error {
				if err := ctx.Err(); err != nil {
					return err
				}
				hour, _ := row[0].(int64)
				data, _ := row[1].([]byte)
				fixes, err := readChunk(cat, t.num, object, hour, data)
				if err != nil {
					return err
				}
				if !yield(fixes, nil) {
					return errStop
				}
				return nil
			})
		})
		if err != nil && !errors.Is(err, errStop) {
			yield(nil, err)
		}
	}
}

// Passers implements track.Store.
func (s *Store) Passers(ctx context.Context, layer string, boxes []orb.Bound, from, to int64) ([]string, error) {
	seen := make(map[string]bool)
	err := s.view(ctx, "gpkg.Passers", func(c *conn, cat *catalog) error {
		t := cat.tables[layer]
		if t == nil {
			return nil
		}
		note := func(sql string, args ...driver.Value) error {
			r, err := c.query(sql, args...)
			if err != nil {
				return err
			}
			n := 0
			return drainRows(r, func(row []driver.Value) error {
				if n++; n%checkEvery == 0 {
					if err := ctx.Err(); err != nil {
						return err
					}
				}
				if id, ok := row[0].(string); ok {
					seen[id] = true
				}
				return nil
			})
		}
		h0, h1 := track.HourOf(from), track.HourOf(to)
		if boxes == nil {
			return note("SELECT DISTINCT id FROM wutu_tracks WHERE layer = ? AND hour BETWEEN ? AND ? AND last >= ? AND first <= ?", t.num, h0, h1, from, to)
		}
		l := layerCoordinate(t.num)
		for _, b := range boxes {
			x0, x1, y0, y1 := trackCoordinates(b)
			if err := note(`SELECT t.id FROM wutu_track_boxes b JOIN wutu_tracks t ON t.n = b.n
				WHERE b.x1 >= ? AND b.x0 <= ? AND b.y1 >= ? AND b.y0 <= ? AND b.h1 >= ? AND b.h0 <= ? AND b.l1 >= ? AND b.l0 <= ?
				AND t.layer = ? AND t.last >= ? AND t.first <= ?`,
				x0, x1, y0, y1, h0*hourStride, h1*hourStride+hourWidth, l, l+layerWidth, t.num, from, to); err != nil {
				return err
			}
		}
		return nil
	})
	out := make([]string, 0, len(seen))
	for id := range seen {
		out = append(out, id)
	}
	slices.Sort(out)
	return out, err
}

// LastFix implements track.Store.
func (s *Store) LastFix(ctx context.Context, layer, object string) (f track.Fix, inHour int, err error) {
	err = s.view(ctx, "gpkg.LastFix", func(c *conn, cat *catalog) error {
		t := cat.tables[layer]
		if t == nil {
			return nil
		}
		row, err := c.first("SELECT hour, data FROM wutu_tracks WHERE layer = ? AND id = ? ORDER BY hour DESC LIMIT 1", t.num, object)
		if err != nil || row == nil {
			return err
		}
		hour, _ := row[0].(int64)
		data, _ := row[1].([]byte)
		fixes, err := readChunk(cat, t.num, object, hour, data)
		if inHour = len(fixes); inHour > 0 {
			f = fixes[inHour-1]
		}
		return err
	})
	return f, inHour, err
}

// Tracked implements track.Store.
func (s *Store) Tracked(ctx context.Context, layer, after string, limit int) (out []string, err error) {
	err = s.view(ctx, "gpkg.Tracked", func(c *conn, cat *catalog) error {
		t := cat.tables[layer]
		for t != nil && len(out) < limit { // from id to id, over whatever chunks each has
			row, err := c.first("SELECT min(id) FROM wutu_tracks WHERE layer = ? AND id > ?", t.num, after)
			if err != nil {
				return err
			}
			id, ok := row[0].(string)
			if !ok {
				return nil
			}
			out, after = append(out, id), id
		}
		return nil
	})
	return out, err
}

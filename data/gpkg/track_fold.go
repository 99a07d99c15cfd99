package gpkg

import (
	"context"
	"math"

	"github.com/paulmach/orb"

	"wutu/layers/track"
)

// Fold implements track.Store. It costs the chunks that are written.
func (s *Store) Fold(ctx context.Context, layer string, parts []track.Part, dropTo uint64) error {
	return s.writer.run(ctx, "gpkg.Fold", func(w *writer) error {
		return w.transaction(func(tx *transaction) error {
			if len(parts) > 0 {
				t, err := tx.catalog.table("gpkg.Fold", layer)
				if err != nil {
					return err
				}
				for i := range parts {
					if err := tx.fold(t, &parts[i]); err != nil {
						return err
					}
				}
			}
			if dropTo == 0 {
				return nil
			}
			_, err := tx.conn.exec("DELETE FROM wutu_fixes WHERE n <= ?", int64(min(dropTo, math.MaxInt64)))
			return err
		})
	})
}

// chunk is a row of wutu_tracks.
type chunk struct {
	n     int64 // 0: not there
	fixes []track.Fix
}

// chunkAt reads the chunk of an hour.
func (tx *transaction) chunkAt(t *table, id string, hour int64) (c chunk, err error) {
	row, err := tx.conn.first("SELECT n, data FROM wutu_tracks WHERE layer = ? AND id = ? AND hour = ?", t.num, id, hour)
	if err != nil || row == nil {
		return c, err
	}
	c.n, _ = row[0].(int64)
	data, _ := row[1].([]byte)
	c.fixes, err = readChunk(tx.catalog, t.num, id, hour, data)
	return c, err
}

func readChunk(cat *catalog, layer int64, id string, hour int64, data []byte) ([]track.Fix, error) {
	plain, err := openPacked(cat.keys, chunkContext(layer, id, hour), data)
	if err != nil {
		return nil, err
	}
	return track.ReadChunk(plain)
}

// fold merges fixes into the chunk of their hour.
func (tx *transaction) fold(t *table, p *track.Part) error {
	if len(p.Fixes) == 0 {
		return nil
	}
	old, err := tx.chunkAt(t, p.Object, p.Hour)
	if err != nil {
		return err
	}
	fixes := track.Merge(old.fixes, p.Fixes)
	if len(fixes) == len(old.fixes) {
		return nil
	}
	first, last := fixes[0], fixes[len(fixes)-1]
	data, err := sealPacked(tx.catalog.keys, chunkContext(t.num, p.Object, p.Hour), track.AppendChunk(nil, fixes))
	if err != nil {
		return err
	}
	var lead *track.Fix
	if before := (p.Hour*track.HourMs - first.T + track.LeadMs); before > 0 && (old.n == 0 || old.fixes[0].T != first.T) {
		earlier, err := tx.chunkAt(t, p.Object, p.Hour-1)
		if err != nil {
			return err
		}
		if n := len(earlier.fixes); n > 0 {
			lead = &earlier.fixes[n-1]
		}
	}
	box := track.Box(p.Fixes, nil)
	if lead != nil && first.T-lead.T <= track.LeadMs {
		box = box.Extend(lead.Point())
	}
	n := old.n
	if n == 0 {
		if _, err := tx.conn.exec("INSERT INTO wutu_tracks (layer, id, hour, fixes, first, last, data) VALUES (?, ?, ?, ?, ?, ?, ?)",
			t.num, p.Object, p.Hour, int64(len(fixes)), first.T, last.T, data); err != nil {
			return err
		}
		if n, err = tx.conn.number("SELECT last_insert_rowid()"); err != nil {
			return err
		}
	} else if _, err := tx.conn.exec("UPDATE wutu_tracks SET fixes = ?, first = ?, last = ?, data = ? WHERE n = ?",
		int64(len(fixes)), first.T, last.T, data, n); err != nil {
		return err
	}
	if err := tx.place(t, n, p.Hour, box); err != nil {
		return err
	}
	if old.n != 0 && old.fixes[len(old.fixes)-1].T == last.T || (p.Hour+1)*track.HourMs-last.T > track.LeadMs {
		return nil
	}
	// The way to the next hour begins elsewhere now.
	row, err := tx.conn.first("SELECT n FROM wutu_tracks WHERE layer = ? AND id = ? AND hour = ? AND first <= ?", t.num, p.Object, p.Hour+1, last.T+track.LeadMs)
	if err != nil || row == nil {
		return err
	}
	next, _ := row[0].(int64)
	return tx.place(t, next, p.Hour+1, last.Point().Bound())
}

// Hours are as wide on their axis of the index as leaves room between them until the
// year 2200.
const (
	hourStride = 1024
	hourWidth  = 512
)

// trackCoordinates are a box on the axes of wutu_track_boxes.
func trackCoordinates(b orb.Bound) (x0, x1, y0, y1 int64) {
	return envelope{minX: b.Min[0], maxX: b.Max[0], minY: b.Min[1], maxY: b.Max[1]}.coordinates()
}

// place widens the entry of a chunk in the index by a box, or makes it.
func (tx *transaction) place(t *table, n, hour int64, b orb.Bound) error {
	x0, x1, y0, y1 := trackCoordinates(b)
	row, err := tx.conn.first("SELECT x0, x1, y0, y1 FROM wutu_track_boxes WHERE n = ?", n)
	if err != nil {
		return err
	}
	if row == nil {
		h, l := hour*hourStride, layerCoordinate(t.num)
		_, err := tx.conn.exec("INSERT INTO wutu_track_boxes (n, x0, x1, y0, y1, h0, h1, l0, l1) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
			n, x0, x1, y0, y1, h, h+hourWidth, l, l+layerWidth)
		return err
	}
	var was [4]int64
	for i := range was {
		was[i], _ = row[i].(int64)
	}
	if was[0] <= x0 && x1 <= was[1] && was[2] <= y0 && y1 <= was[3] {
		return nil
	}
	_, err = tx.conn.exec("UPDATE wutu_track_boxes SET x0 = ?, x1 = ?, y0 = ?, y1 = ? WHERE n = ?",
		min(x0, was[0]), max(x1, was[1]), min(y0, was[2]), max(y1, was[3]), n)
	return err
}

// Forget implements track.Store.
func (s *Store) Forget(ctx context.Context, layer string, objects []string, before int64) (int, error) {
	const op = "gpkg.Forget"
	gone := 0
	err := s.writer.run(ctx, op, func(w *writer) error {
		return w.transaction(func(tx *transaction) error {
			t, err := tx.catalog.table(op, layer)
			if err != nil {
				return err
			}
			for _, id := range objects {
				if _, err := tx.conn.exec("DELETE FROM wutu_track_boxes WHERE n IN (SELECT n FROM wutu_tracks WHERE layer = ?1 AND id = ?2 AND hour < ?3)",
					t.num, id, track.HourOf(before)); err != nil {
					return err
				}
				n, err := tx.conn.exec("DELETE FROM wutu_tracks WHERE layer = ?1 AND id = ?2 AND hour < ?3", t.num, id, track.HourOf(before))
				if err != nil {
					return err
				}
				gone += int(n)
			}
			return nil
		})
	})
	if err != nil {
		return 0, err
	}
	return gone, nil
}

package gpkg

import (
	"context"
	"errors"

	"wutu/layers"
)

// Scrub rewrites the file so that no page holds what was deleted or overwritten,
// and empties the write-ahead log. Others may read meanwhile, but not write. It
// needs room for two copies of the file and costs about as much as writing it
// twice. The error is Unavailable when a reader keeps the log from being
// emptied.
func (s *Store) Scrub(ctx context.Context) error {
	return s.writer.run(ctx, "gpkg.Scrub", func(w *writer) error {
		// The copy that VACUUM makes holds live rows only, and goes to a file:
		// memory may be too small for it.
		if err := w.conn.script("PRAGMA secure_delete = ON; PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY"); err != nil {
			return err
		}
		row, err := w.conn.first("PRAGMA wal_checkpoint(TRUNCATE)")
		if err != nil {
			return err
		}
		if busy, _ := row[0].(int64); busy != 0 {
			return &layers.Error{Kind: layers.Unavailable, Op: "gpkg.Scrub", At: w.store.path,
				Err: errors.New("somebody reads the file, so that its log cannot be emptied; try again")}
		}
		return nil
	})
}

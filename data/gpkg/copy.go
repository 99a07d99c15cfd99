package gpkg

import (
	"context"
	"errors"

	"wutu/layers"
)

// copyPages is how many pages are copied between two looks at the context.
const copyPages = 4096

// Copy writes the state of one moment to a new file at path, which must not
// exist, while others go on reading and writing. The copy is one file without a
// write-ahead log, flushed to the disk. An unfinished copy is left behind when
// the call fails: path belongs to the caller.
func (s *Store) Copy(ctx context.Context, path string) error {
	const op = "gpkg.Copy"
	if exists, err := inspect(path); err != nil || exists {
		return errors.Join(err, refuse(layers.Conflict, path, "is there already"))
	}
	return s.readers.lend(ctx, op, func(from *conn) error {
		// The read transaction pins the state, so that commits of others do not
		// make the copy start again.
		if _, err := lastSeq(from); err != nil {
			return err
		}
		to, err := dial(path, usage{create: true})
		if err != nil {
			return err
		}
		return errors.Join(copyInto(ctx, to, from), to.close())
	})
}

func copyInto(ctx context.Context, to, from *conn) error {
	b, err := to.db.Backup("main", from.db, "main")
	if err != nil {
		return err
	}
	for done := false; !done && err == nil; {
		if err = ctx.Err(); err == nil {
			done, err = b.Step(copyPages)
		}
	}
	if err := errors.Join(err, b.Finish()); err != nil {
		return err
	}
	// The copy carries the mark of the write-ahead mode; it travels without.
	return to.script("PRAGMA journal_mode = DELETE")
}

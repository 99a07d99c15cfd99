package gpkg

import (
	"bytes"
	"context"
	"database/sql/driver"
	"fmt"
	"slices"

	"wutu/layers"
	"wutu/layers/keyring"
)

// resealRows is how many rows one transaction rewrites, so that nobody waits
// long for the lock.
const resealRows = 1000

// SealState says how far the file's values are sealed.
type SealState struct {
	Keys     []string // data keys in order of use; the last seals
	Rotating bool     // values of older keys may be left
	Plain    []string // "layer.field" of sealed fields whose old values may be plain
}

// SealState returns the state of the file's seals.
func (s *Store) SealState(ctx context.Context) (SealState, error) {
	var out SealState
	err := s.view(ctx, "gpkg.SealState", func(_ *conn, cat *catalog) error {
		out = SealState{Keys: slices.Clone(cat.seals.keys), Rotating: cat.seals.rotating}
		for _, ref := range cat.seals.plain {
			if t := cat.byNum[ref.layer]; t != nil {
				out.Plain = append(out.Plain, t.layer.ID+"."+ref.field)
			}
		}
		return nil
	})
	return out, err
}

// Resealed counts what Reseal has rewritten.
type Resealed struct {
	Features, Versions, Records, Lines int64
	Tracks                             int64 // chunks of tracks, and fixes that no chunk has yet
}

// Reseal seals everything that is to be sealed with the ring's current key:
// values that are plain yet and values of older keys, in the tables, in history,
// in records and in the audit trail. It works in small transactions while others read and write,
// may be interrupted, and goes on where it stopped when it is called again.
// Features keep their versions, and the change log knows nothing of it. progress,
// which may be nil, is told how many rows have been rewritten.
func (s *Store) Reseal(ctx context.Context, progress func(rows int64)) (Resealed, error) {
	const op = "gpkg.Reseal"
	r := resealer{store: s, ctx: ctx, progress: progress}
	if err := s.writer.run(ctx, op, func(w *writer) error { return w.transaction((*transaction).adopt) }); err != nil {
		return r.done, err
	}
	var cat *catalog
	if err := s.view(ctx, op, func(_ *conn, now *catalog) error { cat = now; return nil }); err != nil {
		return r.done, err
	}
	if cat.keys == nil {
		return r.done, &layers.Error{Kind: layers.Unavailable, Op: op, Err: errNoKeys}
	}
	r.key, r.seal.keys = cat.seals.key(), cat.keys
	r.current = []byte(keyring.Prefix(r.key))
	for _, l := range cat.layers() {
		if t := cat.tables[l.ID]; len(t.sealed) > 0 {
			if err := r.features(t); err != nil {
				return r.done, err
			}
			if err := r.history(t); err != nil {
				return r.done, err
			}
		}
	}
	if err := r.records(); err != nil {
		return r.done, err
	}
	if err := r.lines(); err != nil {
		return r.done, err
	}
	if err := r.tracks(); err != nil {
		return r.done, err
	}
	return r.done, s.writer.run(ctx, op, func(w *writer) error {
		return w.transaction(func(tx *transaction) error { return r.finish(tx, cat.seals) })
	})
}

// resealer is one run of Reseal.
type resealer struct {
	store    *Store
	ctx      context.Context
	key      string
	current  []byte // beginning of what the key sealed
	seal     sealing
	progress func(int64)
	done     Resealed
}

// finish notes what the run has achieved, unless another rotation has begun.
func (r *resealer) finish(tx *transaction, began *seals) error {
	if tx.catalog.seals.key() != r.key {
		return nil
	}
	for _, ref := range began.plain {
		if err := tx.note(actSealed, nil, nil, ref); err != nil {
			return err
		}
	}
	if tx.catalog.seals.rotating {
		return tx.note(actRotated, r.key, nil, fieldRef{})
	}
	return nil
}

// batch runs one transaction of a pass and counts what it rewrote.
func (r *resealer) batch(count *int64, rewrite func(tx *transaction) (int64, error)) error {
	var n int64
	err := r.store.writer.run(r.ctx, "gpkg.Reseal", func(w *writer) error {
		return w.transaction(func(tx *transaction) (err error) {
			n, err = rewrite(tx)
			return err
		})
	})
	if err != nil {
		return err
	}
	*count += n
	if r.progress != nil && n > 0 {
		r.progress(r.done.Features + r.done.Versions + r.done.Records + r.done.Lines + r.done.Tracks)
	}
	return r.ctx.Err()
}

// again returns the sealed text and the hash of a value that the current key has
// not sealed; ok is false for one it has.
func (r *resealer) again(f *sealedField, id string, value driver.Value) (sealed string, blind []byte, ok bool, err error) {
	text, isText := value.(string)
	if !isText || bytes.HasPrefix([]byte(text), r.current) {
		return "", nil, false, nil
	}
	plain, err := r.seal.open(f, id, text)
	if err != nil {
		return "", nil, false, err
	}
	sealed, blind, err = r.seal.seal(f, id, plain)
	return sealed, blind, err == nil, err
}

// pick collects what a query of the readers finds, without the writers' lock.
func (r *resealer) pick(sql string, args []driver.Value, each func(row []driver.Value) error) error {
	return r.store.view(r.ctx, "gpkg.Reseal", func(c *conn, cat *catalog) error {
		return (&checker{ctx: r.ctx, conn: c}).each(sql, func(rows *rows) error { return each(rows.values) }, args...)
	})
}

func (r *resealer) broken(t *table, id any, f *sealedField, err error) error {
	return &layers.Error{Kind: layers.Internal, Op: "gpkg.Reseal", Layer: t.layer.ID, ID: fmt.Sprint(id),
		Field: t.layer.Fields[f.field].Name, Err: err}
}

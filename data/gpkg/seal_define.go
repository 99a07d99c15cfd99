package gpkg

import (
	"errors"
	"strings"

	"wutu/layers"
)

// declareSeals prepares a definition's sealed fields: before is the table it
// replaces, nil for a new layer. A field that becomes a sealed one has plain
// values left; one that was sealed stays so, since opening its values would
// write them down for everybody who can read the file.
func (tx *transaction) declareSeals(before *table, l *layers.Layer) error {
	noted := false
	for i := range l.Fields {
		fail := func(kind layers.Kind, err error) error {
			return &layers.Error{Kind: kind, Op: "gpkg.Apply", Layer: l.ID, Field: l.Fields[i].Name, Err: err}
		}
		was := before != nil && before.seals(i)
		switch is := tx.catalog.isSealed(&l.Fields[i]); {
		case was && !is:
			return fail(layers.Conflict, errors.New("a sealed field stays a sealed one"))
		case is && tx.catalog.keys == nil:
			return fail(layers.Unavailable, errNoKeys)
		case is && !was && before != nil && i < len(before.columns):
			if err := tx.note(actPlain, nil, nil, fieldRef{before.num, l.Fields[i].Name}); err != nil {
				return err
			}
			noted = true
		}
	}
	if !noted {
		return nil
	}
	log, err := loadSeals(tx.conn)
	if err != nil {
		return err
	}
	next := *tx.catalog
	next.seals = log
	tx.catalog = &next
	return nil
}

// indexes makes the indexes of a table's blind columns, except in bulk.
func (tx *transaction) indexes(t *table) error {
	if tx.bulk {
		return nil
	}
	for i := range t.sealed {
		if err := tx.conn.script(t.makeIndex(&t.sealed[i])); err != nil {
			return err
		}
	}
	return nil
}

// prepareSeals notes the ring's key in the file, and makes the indexes that a
// bulk load which died has left out.
func (s *Store) prepareSeals(c *conn, o Options) error {
	cat := s.catalog.Load()
	w := writer{store: s, conn: c, bulk: o.Bulk}
	if cat.keys != nil && cat.keys.Current() != cat.seals.key() {
		if err := w.transaction((*transaction).adopt); err != nil {
			return err
		}
		cat, err := loadCatalog(c, cat)
		if err != nil {
			return err
		}
		s.catalog.Store(cat)
	}
	if o.Bulk {
		return nil
	}
	return w.makeIndexes()
}

// makeIndexes makes the indexes of blind columns that do not exist yet.
func (w *writer) makeIndexes() error {
	var missing strings.Builder
	cat := w.store.catalog.Load()
	for _, l := range cat.layers() {
		t := cat.tables[l.ID]
		for i := range t.sealed {
			n, err := w.conn.number("SELECT count(*) FROM sqlite_master WHERE type = 'index' AND name = ?", t.sealed[i].index)
			if err != nil {
				return err
			}
			if n == 0 {
				missing.WriteString(t.makeIndex(&t.sealed[i]))
			}
		}
	}
	if missing.Len() == 0 {
		return nil
	}
	return w.transaction(func(tx *transaction) error { return tx.conn.script(missing.String()) })
}

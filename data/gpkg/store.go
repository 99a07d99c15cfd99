package gpkg

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Options tune a store; the zero value is right for serving.
type Options struct {
	// Now dates batches that carry no time and decides which records have
	// expired; nil is the system clock.
	Now func() time.Time

	// Bulk acknowledges batches before they are on the disk: they survive the
	// death of the process, but the machine's only once Flush or Close returned.
	// For loading what can be loaded again.
	Bulk bool

	// Keys seal the values of sealed fields and the data of records. nil: the
	// city must have no sealed values, and none can be written.
	Keys *keyring.Ring

	texts bool // see catalog

	// Busy is how long to wait for another process that writes; 0 means 10 s.
	Busy time.Duration
}

// Store is a city in a GeoPackage. Safe for use by many goroutines. Make one
// with Open.
type Store struct {
	path    string
	now     func() time.Time
	readers *pool
	writer  *writer
	catalog atomic.Pointer[catalog] // newest known; may lag behind the file

	mu     sync.Mutex
	closed bool
}

var _ layers.Store = (*Store)(nil)

// The writer's page cache.
// gather before they are copied into the file: copying seldom lets a bulk load
// write each page of an index once instead of many times.
const (
	writeCacheKiB = 64 << 10
)

// Open opens the city at path, and makes it when the file is missing or empty.
// The folder must exist. Errors: Invalid for a file that is no city (another
// GeoPackage, another database, anything else), Unsupported for one of a newer
// program, Unavailable when it cannot be opened or another process holds it.
func Open(ctx context.Context, path string, o Options) (*Store, error) {
	const op = "gpkg.Open"
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	exists, err := inspect(path)
	if err != nil {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Busy <= 0 {
		o.Busy = 10 * time.Second
	}
	c, err := dial(path, usage{create: !exists, busy: o.Busy, cacheKiB: writeCacheKiB})
	if err != nil {
		return nil, translate(op, err)
	}
	s := &Store{path: path, now: o.Now}
	s.catalog.Store(&catalog{keys: o.Keys, texts: o.texts})
	if err := s.prepareFile(c, !exists, o); err != nil {
		return nil, translate(op, errors.Join(err, c.close()))
	}
	s.readers = &pool{open: func() (*conn, error) {
		return dial(path, usage{readOnly: true, busy: o.Busy, cacheKiB: readCacheKiB})
	}}
	s.writer = newWriter(s, c, o.Bulk, o.Busy)
	return s, nil
}

// prepareFile migrates the file and sets up the writing connection.
func (s *Store) prepareFile(c *conn, fresh bool, o Options) error {
	if !fresh { // look before anything is written
		list, err := migrations()
		if err != nil {
			return err
		}
		if _, err := version(c, s.path, len(list)); err != nil {
			return err
		}
	}
	synchronous := "FULL"
	if o.Bulk {
		synchronous = "NORMAL"
	}
	if err := c.script("PRAGMA journal_mode = WAL; PRAGMA synchronous = " + synchronous +
		"; PRAGMA wal_autocheckpoint = 8192; PRAGMA journal_size_limit = 67108864;"); err != nil {
		return err
	}
	if err := migrate(c, s.path); err != nil {
		return err
	}
	if fresh {
		// GIS programs look at the header of the file itself, not of its log.
		if _, err := c.first("PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
			return err
		}
		if err := syncFolder(filepath.Dir(s.path)); err != nil {
			return err
		}
	}
	cat, err := loadCatalog(c, s.catalog.Load())
	if err != nil {
		return err
	}
	s.catalog.Store(cat)
	return s.prepareSeals(c, o)
}

// syncFolder makes the entries of a folder durable.
func syncFolder(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// Keys returns the ring the store was opened with, nil for none.
func (s *Store) Keys() *keyring.Ring { return s.catalog.Load().keys }

// Path returns the file's path.
func (s *Store) Path() string { return s.path }

// Close implements layers.Store. It waits for running calls, reads that are
// being iterated among them, so an iteration must not call it.
func (s *Store) Close() error {
	s.mu.Lock()
	if s.closed {
		s.mu.Unlock()
		return nil
	}
	s.closed = true
	s.mu.Unlock()
	err := s.readers.close()
	return translate("gpkg.Close", errors.Join(err, s.writer.close()))
}

// Flush makes every acknowledged batch durable against the death of the
// machine. It is needed in bulk mode only.
func (s *Store) Flush(ctx context.Context) error { return s.writer.flush(ctx) }

// view runs f in a read transaction with the catalog of its state.
func (s *Store) view(ctx context.Context, op string, f func(*conn, *catalog) error) error {
	return s.readers.lend(ctx, op, func(c *conn) error {
		known := s.catalog.Load()
		cat, err := loadCatalog(c, known)
		if err != nil {
			return err
		}
		if cat.newer(known) {
			s.catalog.CompareAndSwap(known, cat)
		}
		return f(c, cat)
	})
}

// Layers implements layers.Reader.
func (s *Store) Layers(ctx context.Context) ([]*layers.Layer, error) {
	var out []*layers.Layer
	err := s.view(ctx, "gpkg.Layers", func(_ *conn, cat *catalog) error {
		out = cat.layers()
		return nil
	})
	return out, err
}

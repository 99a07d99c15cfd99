package mbtiles

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	sqlite3 "github.com/mattn/go-sqlite3"

	"wutu/layers"
)

// Bounds of what is read.
const (
	// MaxTile bounds a tile. Vector tiles have 0.5 MB at most by custom, pictures of
	// 512 pixels seldom more than 1 MB.
	MaxTile = 16 << 20
	// readers bounds the tiles that are read at a time.
	readers = 4
	// unindexed is how large a file without an index may be: a scan of it costs a few
	// milliseconds.
	unindexed = 16 << 20
	// deepest is the last zoom that is served; numbers of columns and rows have room
	// to spare.
	deepest = 24
)

const (
	tileSQL  = "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?"
	cacheKiB = 2048 // of each reader
)

// Archive is an open file. It is safe for many goroutines.
type Archive struct {
	Info Info

	path string
	idle chan *reader // as many as there may be; nil for one that is not open yet
}

// reader is a connection for one goroutine at a time.
type reader struct {
	db   *sqlite3.SQLiteConn
	tile *sqlite3.SQLiteStmt
}

// Open opens a file and reads what it says of itself. It must not change until
// Close. Errors: NotFound for a missing file, Invalid for one that is no MBTiles,
// is being written, or whose tiles cannot be found without a scan; those of ctx.
func Open(ctx context.Context, path string) (*Archive, error) {
	stat, err := os.Stat(path)
	if err != nil {
		return nil, &layers.Error{Kind: layers.NotFound, Op: "mbtiles", Err: err}
	}
	if wal, err := os.Stat(path + "-wal"); err == nil && wal.Size() > 0 {
		return nil, damaged("is being written: there is a -wal file beside it")
	}
	a := &Archive{path: path, idle: make(chan *reader, readers)}
	for range readers {
		a.idle <- nil
	}
	r, err := a.take(ctx)
	if err != nil {
		return nil, err
	}
	a.Info, err = r.info(ctx)
	if err == nil && stat.Size() > unindexed {
		err = r.indexed(ctx)
	}
	a.idle <- r
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// Close closes the file; nobody may be reading.
func (a *Archive) Close() error {
	var errs []error
	for range readers {
		if r := <-a.idle; r != nil {
			errs = append(errs, r.tile.Close(), r.db.Close())
		}
	}
	return errors.Join(errs...)
}

// Tile returns the bytes of a tile as the file holds them, by zoom, column from the
// west and row from the north; nil when it has no such tile. The caller owns them.
// Errors: Invalid for a damaged file or too large a tile, those of ctx.
func (a *Archive) Tile(ctx context.Context, z uint8, x, y uint32) ([]byte, error) {
	if z > deepest || x>>z != 0 || y>>z != 0 {
		return nil, nil
	}
	r, err := a.take(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { a.idle <- r }()
	row := int64(1)<<z - 1 - int64(y) // the Tile Map Service counts from the south
	rows, err := r.tile.QueryContext(ctx, arguments(int64(z), int64(x), row))
	if err != nil {
		return nil, failed(ctx, err)
	}
	value, err := first(rows)
	if err != nil {
		return nil, failed(ctx, err)
	}
	switch v := value.(type) {
	case nil:
		return nil, nil
	case []byte:
		return v, nil
	}
	return nil, damaged(fmt.Sprintf("has a tile %d/%d/%d that is no bytes", z, x, y))
}

// take waits for a reader.
func (a *Archive) take(ctx context.Context) (*reader, error) {
	select {
	case r := <-a.idle:
		if r != nil {
			return r, nil
		}
		r, err := dial(ctx, a.path)
		if err != nil {
			a.idle <- nil
			return nil, err
		}
		return r, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// dial opens a connection that can change nothing.
func dial(ctx context.Context, path string) (*reader, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "mbtiles", Err: err}
	}
	dsn := "file:" + (&url.URL{Path: abs}).EscapedPath() + "?mode=ro&immutable=1&_mutex=no&_query_only=true"
	c, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, failed(ctx, err)
	}
	r := &reader{db: c.(*sqlite3.SQLiteConn)}
	r.db.SetLimit(sqlite3.SQLITE_LIMIT_LENGTH, MaxTile)
	setup := fmt.Sprintf("PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA cache_size = -%d", cacheKiB)
	if _, err = r.db.ExecContext(ctx, setup, nil); err == nil {
		var p driver.Stmt
		if p, err = r.db.PrepareContext(ctx, tileSQL); err == nil {
			r.tile = p.(*sqlite3.SQLiteStmt)
			return r, nil
		}
	}
	return nil, errors.Join(failed(ctx, err), r.db.Close())
}

// indexed reports a file whose tiles are found by a scan. The error is Invalid.
func (r *reader) indexed(ctx context.Context) error {
	return r.each(ctx, "EXPLAIN QUERY PLAN "+tileSQL, arguments(int64(0), int64(0), int64(0)), func(v []driver.Value) error {
		if detail := text(v[len(v)-1]); strings.HasPrefix(detail, "SCAN ") {
			return damaged("has no index by which a tile is found: CREATE UNIQUE INDEX tile_index ON tiles (zoom_level, tile_column, tile_row)")
		}
		return nil
	})
}

// each runs a query and hands out its rows, which are the caller's until the next.
func (r *reader) each(ctx context.Context, sql string, args []driver.NamedValue, yield func([]driver.Value) error) error {
	rows, err := r.db.QueryContext(ctx, sql, args)
	if err != nil {
		return failed(ctx, err)
	}
	values := make([]driver.Value, len(rows.Columns()))
	for err == nil {
		if err = rows.Next(values); err == nil {
			err = yield(values)
		} else if !errors.Is(err, io.EOF) {
			err = failed(ctx, err)
		}
	}
	if cerr := rows.Close(); errors.Is(err, io.EOF) {
		return cerr
	}
	return err
}

// first returns the first column of the first row, nil when there is none.
func first(rows driver.Rows) (driver.Value, error) {
	values := make([]driver.Value, len(rows.Columns()))
	err := rows.Next(values)
	if cerr := rows.Close(); err == nil {
		err = cerr
	}
	if errors.Is(err, io.EOF) {
		return nil, nil
	}
	return values[0], err
}

func arguments(values ...driver.Value) []driver.NamedValue {
	out := make([]driver.NamedValue, len(values))
	for i, v := range values {
		out[i] = driver.NamedValue{Ordinal: i + 1, Value: v}
	}
	return out
}

// text is a value as text, whatever SQLite kept it as.
func text(v driver.Value) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case []byte:
		return string(v)
	}
	return fmt.Sprint(v)
}

// failed is the error of a file that SQLite cannot read: that of ctx when it ended
// the reading.
func failed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return damaged("cannot be read: " + err.Error())
}

func damaged(message string) error { return layers.Invalidf("mbtiles", "", "the archive "+message) }

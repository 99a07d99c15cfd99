package gpkg

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	sqlite3 "github.com/mattn/go-sqlite3"
)

// conn is one connection with its prepared statements. Not safe for concurrent
// use. The driver is used directly: database/sql costs as much as SQLite itself
// on a scan.
type conn struct {
	db    *sqlite3.SQLiteConn
	stmts map[string]*statement

	follower *follower // nil: it has followed nothing
}

// statement is a prepared statement with room for its arguments.
type statement struct {
	stmt *sqlite3.SQLiteStmt
	args []driver.NamedValue
}

// usage says how a connection uses its file.
type usage struct {
	readOnly bool
	create   bool          // make the file when it is missing
	busy     time.Duration // how long to wait for another writer
	cacheKiB int
}

// dial opens a connection. Statements are cached here, not in the driver.
func dial(path string, a usage) (*conn, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	mode := "rw"
	switch {
	case a.readOnly:
		mode = "ro"
	case a.create:
		mode = "rwc"
	}
	dsn := "file:" + (&url.URL{Path: abs}).EscapedPath() + fmt.Sprintf("?mode=%s&_mutex=no&_busy_timeout=%d", mode, a.busy.Milliseconds())
	c, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	out := &conn{db: c.(*sqlite3.SQLiteConn), stmts: make(map[string]*statement)}
	if a.cacheKiB > 0 {
		if err := out.script(fmt.Sprintf("PRAGMA cache_size = -%d; PRAGMA temp_store = MEMORY;", a.cacheKiB)); err != nil {
			out.close()
			return nil, err
		}
	}
	return out, nil
}

func (c *conn) close() error {
	var errs []error
	for _, sql := range slices.Sorted(maps.Keys(c.stmts)) {
		errs = append(errs, c.stmts[sql].stmt.Close())
	}
	c.stmts = nil
	if c.follower != nil {
		errs = append(errs, c.follower.close())
	}
	return errors.Join(append(errs, c.db.Close())...)
}

// script runs statements without arguments and results.
func (c *conn) script(sql string) error {
	_, err := c.db.Exec(sql, nil)
	return err
}

// prepare returns the cached statement for sql. Its arguments keep their values
// between executions.
func (c *conn) prepare(sql string) (*statement, error) {
	if s, ok := c.stmts[sql]; ok {
		return s, nil
	}
	p, err := c.db.Prepare(sql)
	if err != nil {
		return nil, fmt.Errorf("%w in %q", err, sql)
	}
	s := &statement{stmt: p.(*sqlite3.SQLiteStmt)}
	s.args = make([]driver.NamedValue, s.stmt.NumInput())
	for i := range s.args {
		s.args[i].Ordinal = i + 1
	}
	c.stmts[sql] = s
	return s, nil
}

func (s *statement) bind(args []driver.Value) error {
	if len(args) != len(s.args) {
		return fmt.Errorf("%d arguments for %d places", len(args), len(s.args))
	}
	for i, a := range args {
		s.args[i].Value = a
	}
	return nil
}

// run executes the statement with the arguments it holds and returns how many
// rows it changed.
func (s *statement) run() (int64, error) {
	r, err := s.stmt.ExecContext(context.Background(), s.args)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// exec runs a statement that returns no rows.
func (c *conn) exec(sql string, args ...driver.Value) (int64, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return 0, err
	}
	if err := s.bind(args); err != nil {
		return 0, err
	}
	return s.run()
}

// rows is a running query. values holds the current row: nil, int64, float64,
// string or []byte, owned by whoever takes them.
type rows struct {
	rows   driver.Rows
	values []driver.Value
}

// query starts a query. The statement must not be started again before the rows
// are closed.
func (c *conn) query(sql string, args ...driver.Value) (*rows, error) {
	s, err := c.prepare(sql)
	if err != nil {
		return nil, err
	}
	if err := s.bind(args); err != nil {
		return nil, err
	}
	r, err := s.stmt.QueryContext(context.Background(), s.args)
	if err != nil {
		return nil, err
	}
	return &rows{rows: r, values: make([]driver.Value, len(r.Columns()))}, nil
}

// next moves to the next row and reports whether there is one.
func (r *rows) next() (bool, error) {
	err := r.rows.Next(r.values)
	if errors.Is(err, io.EOF) {
		return false, nil
	}
	return err == nil, err
}

func (r *rows) close() error { return r.rows.Close() }

// first runs a query and returns its first row, nil when it has none.
func (c *conn) first(sql string, args ...driver.Value) ([]driver.Value, error) {
	r, err := c.query(sql, args...)
	if err != nil {
		return nil, err
	}
	ok, err := r.next()
	if cerr := r.close(); err == nil {
		err = cerr
	}
	if err != nil || !ok {
		return nil, err
	}
	return r.values, nil
}

// number runs a query for one integer; NULL and no row are 0.
func (c *conn) number(sql string, args ...driver.Value) (int64, error) {
	row, err := c.first(sql, args...)
	if err != nil || row == nil {
		return 0, err
	}
	n, _ := row[0].(int64)
	return n, nil
}

// quote writes an SQL identifier.
func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// literal writes an SQL text.
func literal(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

package gpkg

// SQLite is the one that the driver brings along; these are its declarations as far
// as they are used here.

/*
#include <stdlib.h>
#include <string.h>

typedef struct sqlite3 sqlite3;
typedef struct sqlite3_stmt sqlite3_stmt;
typedef long long sqlite3_int64;

extern int sqlite3_open_v2(const char *, sqlite3 **, int, const char *);
extern int sqlite3_close_v2(sqlite3 *);
extern int sqlite3_busy_timeout(sqlite3 *, int);
extern int sqlite3_prepare_v2(sqlite3 *, const char *, int, sqlite3_stmt **, const char **);
extern int sqlite3_bind_int64(sqlite3_stmt *, int, sqlite3_int64);
extern int sqlite3_step(sqlite3_stmt *);
extern int sqlite3_reset(sqlite3_stmt *);
extern int sqlite3_finalize(sqlite3_stmt *);
extern int sqlite3_exec(sqlite3 *, const char *, int (*)(void *, int, char **, char **), void *, char **);
extern int sqlite3_column_count(sqlite3_stmt *);
extern int sqlite3_column_type(sqlite3_stmt *, int);
extern sqlite3_int64 sqlite3_column_int64(sqlite3_stmt *, int);
extern double sqlite3_column_double(sqlite3_stmt *, int);
extern const void *sqlite3_column_blob(sqlite3_stmt *, int);
extern const unsigned char *sqlite3_column_text(sqlite3_stmt *, int);
extern int sqlite3_column_bytes(sqlite3_stmt *, int);
extern const char *sqlite3_errmsg(sqlite3 *);

enum { wutu_integer = 1, wutu_float = 2, wutu_text = 3, wutu_blob = 4, wutu_row = 100, wutu_done = 101 };

// wutu_pack writes the row the statement stands on at buf: of every column a byte for
// its type, then eight bytes of a number, or four of a length and so many bytes. It
// returns the bytes written, or needed when they are more than size; -1 when there is
// no memory.
static long long wutu_pack(sqlite3_stmt *s, int columns, unsigned char *buf, long long size) {
	long long at = 0;
	for (int i = 0; i < columns; i++) {
		int type = sqlite3_column_type(s, i);
		long long need = 1;
		const void *from = 0;
		int n = 0;
		if (type == wutu_integer || type == wutu_float) {
			need += 8;
		} else if (type == wutu_text || type == wutu_blob) {
			from = type == wutu_text ? (const void *)sqlite3_column_text(s, i) : sqlite3_column_blob(s, i);
			n = sqlite3_column_bytes(s, i);
			if (!from && (n > 0 || type == wutu_text)) return -1;
			need += 4 + (long long)n;
		}
		if (at + need <= size) {
			unsigned char *p = buf + at;
			*p++ = (unsigned char)type;
			if (type == wutu_integer) {
				sqlite3_int64 v = sqlite3_column_int64(s, i);
				memcpy(p, &v, 8);
			} else if (type == wutu_float) {
				double v = sqlite3_column_double(s, i);
				memcpy(p, &v, 8);
			} else if (type == wutu_text || type == wutu_blob) {
				memcpy(p, &n, 4);
				if (n > 0) memcpy(p + 4, from, (size_t)n);
			}
		}
		at += need;
	}
	return at;
}

// wutu_rows packs as many rows as fit into buf. *state is what the last step of the
// statement returned, 0 before the first: a row it stands on has not been packed yet.
// It returns the bytes written; when the first row does not fit, minus those it needs.
static long long wutu_rows(sqlite3_stmt *s, unsigned char *buf, long long size, int *rows, int *state) {
	int columns = sqlite3_column_count(s);
	long long at = 0;
	*rows = 0;
	if (*state == 0) *state = sqlite3_step(s);
	while (*state == wutu_row) {
		long long n = wutu_pack(s, columns, buf + at, size - at);
		if (n < 0) {
			*state = 7; // SQLITE_NOMEM
			break;
		}
		if (n > size - at) return *rows == 0 ? -n : at;
		at += n;
		(*rows)++;
		*state = sqlite3_step(s);
	}
	return at;
}

// wutu_look packs for each key the row that the statement finds by it, behind a byte
// that is 1, or the byte 0 when there is none, as far as there is room. It returns the
// bytes written, or minus those that the first row needs when it does not fit; *done
// is how many keys were looked up, *state what the last step returned.
static long long wutu_look(sqlite3_stmt *s, const sqlite3_int64 *keys, int n, unsigned char *buf, long long size, int *done, int *state) {
	int columns = sqlite3_column_count(s);
	long long at = 0;
	for (*done = 0; *done < n; (*done)++) {
		long long need = 0;
		sqlite3_reset(s);
		sqlite3_bind_int64(s, 1, keys[*done]);
		*state = sqlite3_step(s);
		if (*state == wutu_row) {
			need = wutu_pack(s, columns, buf + at + 1, size - at - 1);
			if (need < 0) *state = 7; // SQLITE_NOMEM
		}
		if (*state != wutu_row && *state != wutu_done) break;
		if (at + 1 + need > size) {
			if (*done == 0) at = -(1 + need);
			break;
		}
		buf[at] = *state == wutu_row;
		at += 1 + need;
	}
	sqlite3_reset(s);
	return at;
}

static int wutu_begin(sqlite3 *db) { return sqlite3_exec(db, "BEGIN", 0, 0, 0); }
static int wutu_end(sqlite3 *db) { return sqlite3_exec(db, "ROLLBACK", 0, 0, 0); }
*/
import "C"

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"runtime"
	"unsafe"
)

// scanBytes is the room for packed rows: some thousand of them.
const scanBytes = 1 << 20

// link is a connection for reading many rows with each call of SQLite. The driver
// makes two allocations of every value, which costs more than reading it. For one
// goroutine.
type link struct{ db *C.sqlite3 }

// newLink opens a connection.
func newLink(path string) (*link, error) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	const readOnly, noMutex = 0x1, 0x8000
	name := C.CString(abs)
	defer C.free(unsafe.Pointer(name))
	l := &link{}
	if code := C.sqlite3_open_v2(name, &l.db, readOnly|noMutex, nil); code != 0 {
		return nil, errors.Join(l.failure(code), l.close())
	}
	C.sqlite3_busy_timeout(l.db, 10_000)
	return l, nil
}

func (l *link) failure(code C.int) error {
	text := "out of memory"
	if l.db != nil {
		text = C.GoString(C.sqlite3_errmsg(l.db))
	}
	return fmt.Errorf("%s (SQLite %d)", text, int(code))
}

// prepare makes a statement, which the caller finalizes.
func (l *link) prepare(query string) (*C.sqlite3_stmt, error) {
	text := C.CString(query)
	defer C.free(unsafe.Pointer(text))
	var stmt *C.sqlite3_stmt
	if code := C.sqlite3_prepare_v2(l.db, text, -1, &stmt, nil); code != 0 {
		return nil, l.failure(code)
	}
	return stmt, nil
}

// begin begins a transaction, which sees one state from its first read on.
func (l *link) begin() error {
	if code := C.wutu_begin(l.db); code != 0 {
		return l.failure(code)
	}
	return nil
}

// end ends the transaction.
func (l *link) end() error {
	if code := C.wutu_end(l.db); code != 0 {
		return l.failure(code)
	}
	return nil
}

func (l *link) close() error {
	if code := C.sqlite3_close_v2(l.db); code != 0 {
		return l.failure(code)
	}
	l.db = nil
	return nil
}

// scanner reads the result of one query, as many rows at a time as it has room for.
type scanner struct {
	link  *link
	stmt  *C.sqlite3_stmt
	buf   []byte
	state C.int
}

// newScanner prepares a query whose arguments are integers; start starts it. It has
// room for so many bytes.
func (l *link) newScanner(query string, room int) (*scanner, error) {
	stmt, err := l.prepare(query)
	if err != nil {
		return nil, err
	}
	return &scanner{link: l, stmt: stmt, buf: make([]byte, room)}, nil
}

// start starts the query, again if need be.
func (s *scanner) start(args ...int64) error {
	s.stop()
	for i, a := range args {
		if code := C.sqlite3_bind_int64(s.stmt, C.int(i+1), C.sqlite3_int64(a)); code != 0 {
			return s.link.failure(code)
		}
	}
	return nil
}

// stop gives up the rows that have not been read.
func (s *scanner) stop() {
	C.sqlite3_reset(s.stmt)
	s.state = 0
}

// next returns the next packed rows and how many they are, 0 at the end. They are
// valid until the next call.
func (s *scanner) next(ctx context.Context) (packed []byte, rows int, err error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		if s.state == C.wutu_done {
			return nil, 0, nil
		}
		var n C.int
		size := C.wutu_rows(s.stmt, (*C.uchar)(unsafe.Pointer(&s.buf[0])), C.longlong(len(s.buf)), &n, &s.state)
		runtime.KeepAlive(s)
		switch {
		case size < 0:
			s.buf = make([]byte, -size)
		case s.state != C.wutu_row && s.state != C.wutu_done:
			return nil, 0, s.link.failure(s.state)
		case n > 0:
			return s.buf[:size], int(n), nil
		}
	}
}

func (s *scanner) close() {
	C.sqlite3_finalize(s.stmt)
	s.stmt = nil
}

// looker finds rows by an integer, many with each call of SQLite.
type looker struct {
	link *link
	stmt *C.sqlite3_stmt
}

// newLooker prepares a query with one argument that yields one row at most.
func (l *link) newLooker(query string) (*looker, error) {
	stmt, err := l.prepare(query)
	if err != nil {
		return nil, err
	}
	return &looker{l, stmt}, nil
}

// look packs the rows of some keys into buf, each behind a byte that is 1, or the
// byte 0 for a key without a row, and says of how many keys. buf is returned, or a
// larger one if it has no room for the first row.
func (k *looker) look(keys []int64, buf []byte) (packed, room []byte, done int, err error) {
	for {
		var n, state C.int
		size := C.wutu_look(k.stmt, (*C.sqlite3_int64)(unsafe.Pointer(&keys[0])), C.int(len(keys)),
			(*C.uchar)(unsafe.Pointer(&buf[0])), C.longlong(len(buf)), &n, &state)
		switch {
		case size < 0:
			buf = make([]byte, -size)
		case state != C.wutu_row && state != C.wutu_done:
			return nil, buf, 0, k.link.failure(state)
		default:
			return buf[:size], buf, int(n), nil
		}
	}
}

func (k *looker) close() {
	C.sqlite3_finalize(k.stmt)
	k.stmt = nil
}

package csvfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"

	"wutu/data/ingest"
	"wutu/layers"
)

// table splits a stream into rows of cells. It is not encoding/csv because that
// has no bound for the length of a row.
type table struct {
	r     *bufio.Reader
	comma byte
	line  int64 // lines consumed
	pos   int64 // bytes consumed
	buf   []byte
	ends  []int // end of each cell in buf
}

// errLong says that a row was passed over because of its length.
var errLong = errors.New("row too long")

// next reads a row and returns the line it begins in. Cells are valid until the
// next call of next. Blank lines are passed over. Errors: io.EOF at the end,
// errLong for a row longer than ingest.MaxRecord that ended, others for a broken file.
func (t *table) next() (line int64, err error) {
	for {
		line = t.line + 1
		err := t.row()
		if err != nil || len(t.buf) > 0 || len(t.ends) > 1 {
			return line, err
		}
	}
}

func (t *table) row() error {
	t.buf, t.ends = t.buf[:0], t.ends[:0]
	start, quoted, wasQuoted, size := t.pos, false, false, 0
	for {
		c, err := t.r.ReadByte()
		if err != nil {
			return t.ended(err, start, quoted, size, wasQuoted)
		}
		t.pos++
		size++
		switch {
		case quoted && c == '"':
			if next, err := t.r.Peek(1); err == nil && next[0] == '"' {
				t.pos++
				if _, err := t.r.Discard(1); err != nil {
					return err
				}
				t.add(c, size)
				continue
			}
			quoted, wasQuoted = false, true
		case quoted:
			if c == '\n' {
				t.line++
			}
			t.add(c, size)
		case c == '"' && len(t.buf) == t.cellStart() && !wasQuoted:
			quoted = true
		case c == t.comma:
			t.ends = append(t.ends, len(t.buf))
			wasQuoted = false
			if len(t.ends) > ingest.MaxFields {
				size = ingest.MaxRecord + 1
			}
		case c == '\n':
			t.line++
			t.endRow()
			if size > ingest.MaxRecord {
				return errLong
			}
			return nil
		default:
			t.add(c, size)
		}
	}
}

// add appends c to the cell unless the row is too long already.
func (t *table) add(c byte, size int) {
	if size <= ingest.MaxRecord {
		t.buf = append(t.buf, c)
	}
}

func (t *table) cellStart() int {
	if len(t.ends) == 0 {
		return 0
	}
	return t.ends[len(t.ends)-1]
}

// endRow closes the last cell, without the carriage return of a DOS line.
func (t *table) endRow() {
	if n := len(t.buf); n > t.cellStart() && t.buf[n-1] == '\r' {
		t.buf = t.buf[:n-1]
	}
	t.ends = append(t.ends, len(t.buf))
}

func (t *table) ended(err error, start int64, quoted bool, size int, wasQuoted bool) error {
	switch {
	case !errors.Is(err, io.EOF):
		return err
	case quoted:
		return &layers.Error{Kind: layers.Invalid, Op: "csv", At: "byte " + strconv.FormatInt(start, 10),
			Err: errors.New("the row's quote is never closed")}
	case size == 0:
		return io.EOF
	case size > ingest.MaxRecord:
		t.endRow()
		return errLong
	}
	t.line++
	t.endRow()
	if len(t.buf) == 0 && len(t.ends) == 1 && !wasQuoted {
		return io.EOF
	}
	return nil
}

func (t *table) cells() int { return len(t.ends) }

// cell returns cell i of the row; it is valid until the next row.
func (t *table) cell(i int) []byte {
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return t.buf[from:t.ends[i]]
}

// sniff finds the separator: the one that is most frequent outside quotes in the
// first line of the file.
func sniff(head []byte) byte {
	best, most := byte(','), 0
	for _, sep := range []byte(",;\t|") {
		n, quoted := 0, false
		for _, c := range head {
			if c == '"' {
				quoted = !quoted
			} else if c == '\n' && !quoted {
				break
			} else if c == sep && !quoted {
				n++
			}
		}
		if n > most {
			best, most = sep, n
		}
	}
	return best
}

// header reads the first row: the names of the columns.
func (t *table) header() ([]string, error) {
	if bom, _ := t.r.Peek(3); bytes.Equal(bom, []byte("\uFEFF")) {
		if _, err := t.r.Discard(3); err != nil {
			return nil, err
		}
		t.pos = 3
	}
	head, _ := t.r.Peek(t.r.Size())
	t.comma = sniff(head)
	if _, err := t.next(); err != nil {
		if errors.Is(err, io.EOF) {
			err = errors.New("the file is empty: a first row of column names is needed")
		}
		if e, ok := errors.AsType[*layers.Error](err); ok {
			return nil, e
		}
		return nil, &layers.Error{Kind: layers.Invalid, Op: "csv", At: "line 1", Err: err}
	}
	names := make([]string, t.cells())
	seen := map[string]bool{}
	for i := range names {
		name := string(bytes.TrimSpace(t.cell(i)))
		if name == "" {
			name = "column_" + strconv.Itoa(i+1)
		}
		if seen[name] {
			return nil, &layers.Error{Kind: layers.Invalid, Op: "csv", Field: name, At: "line 1", Err: fmt.Errorf("column %d has the name of another", i+1)}
		}
		seen[name], names[i] = true, name
	}
	return names, nil
}

package geojson

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"strconv"

	"wutu/data/ingest"
	"wutu/layers"
	"wutu/layers/geojson"
)

// splitter finds the values of a JSON text without holding more than one.
type splitter struct {
	r   *bufio.Reader
	pos int64 // bytes consumed
	buf []byte
}

// failure is an error at the current byte.
func (s *splitter) failure(format string, args ...any) error {
	return &layers.Error{Kind: layers.Invalid, Op: "geojson", At: "byte " + strconv.FormatInt(s.pos, 10),
		Err: fmt.Errorf("%w: %s", geojson.ErrSyntax, fmt.Sprintf(format, args...))}
}

// broken turns a read error into one that says where.
func (s *splitter) broken(err error) error {
	if errors.Is(err, io.EOF) {
		return s.failure("the file ends in the middle")
	}
	if _, ok := errors.AsType[*layers.Error](err); ok {
		return err
	}
	return &layers.Error{Kind: layers.Unavailable, Op: "geojson", At: "byte " + strconv.FormatInt(s.pos, 10), Err: err}
}

// next returns the next byte that is not white space without consuming it; the
// error is io.EOF at the end.
func (s *splitter) next() (byte, error) {
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			return 0, err
		}
		switch c {
		case ' ', '\t', '\n', '\r':
			s.pos++
		default:
			return c, s.r.UnreadByte()
		}
	}
}

// expect consumes one of the bytes of set.
func (s *splitter) expect(set string) (byte, error) {
	c, err := s.next()
	if err != nil {
		return 0, s.broken(err)
	}
	for i := range len(set) {
		if c == set[i] {
			_, err := s.r.Discard(1)
			s.pos++
			return c, err
		}
	}
	return 0, s.failure("%q where one of %q is expected", c, set)
}

// value consumes the next value. With keep its bytes are returned, valid until
// the next call, at most ingest.MaxRecord of them; without, a value of any size
// is passed over. Only brackets and quotes are looked at.
func (s *splitter) value(keep bool) ([]byte, error) {
	if _, err := s.next(); err != nil {
		return nil, s.broken(err)
	}
	s.buf = s.buf[:0]
	depth, text := 0, false
	for {
		c, err := s.r.ReadByte()
		if err != nil {
			if errors.Is(err, io.EOF) && depth == 0 && !text && len(s.buf) > 0 {
				return s.buf, nil
			}
			return nil, s.broken(err)
		}
		if depth == 0 && !text && (c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t') {
			if len(s.buf) == 0 && keep {
				return nil, s.failure("%q where a value is expected", c)
			}
			return s.buf, s.r.UnreadByte() // the end of a number or word
		}
		s.pos++
		if keep || len(s.buf) == 0 {
			if len(s.buf) == ingest.MaxRecord {
				return nil, &layers.Error{Kind: layers.TooLarge, Op: "geojson", At: "byte " + strconv.FormatInt(s.pos-int64(len(s.buf))-1, 10),
					Err: fmt.Errorf("a feature of more than %d MiB", ingest.MaxRecord>>20)}
			}
			s.buf = append(s.buf, c)
		}
		switch {
		case text && c == '\\':
			c, err := s.r.ReadByte()
			if err != nil {
				return nil, s.broken(err)
			}
			if s.pos++; keep {
				s.buf = append(s.buf, c)
			}
		case c == '"':
			if text = !text; !text && depth == 0 {
				return s.buf, nil
			}
		case text:
		case c == '{' || c == '[':
			if depth++; depth > geojson.MaxDepth {
				return nil, s.failure("nested more than %d deep", geojson.MaxDepth)
			}
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return s.buf, nil
			}
		}
	}
}

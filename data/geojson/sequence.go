package geojson

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"

	"wutu/data/ingest"
	"wutu/layers"
)

// recordSeparator begins each text of an RFC 8142 sequence.
const recordSeparator = 0x1e

// sequence yields the texts of a sequence: lines, or what stands between record
// separators. A separator anywhere switches to the latter.
type sequence struct {
	r         *bufio.Reader
	pos       int64
	separated bool
	buf       []byte
}

// next returns the next text that is not blank and where it begins. A text
// longer than ingest.MaxRecord is passed over and returned cut to one byte more
// than that.
func (s *sequence) next() ([]byte, int64, error) {
	for {
		at := s.pos
		end := byte('\n')
		if c, err := s.r.Peek(1); err == nil && c[0] == recordSeparator {
			s.separated = true
			if _, err := s.r.Discard(1); err != nil {
				return nil, at, err
			}
			s.pos++
			at++
		}
		if s.separated {
			end = recordSeparator
		}
		err := s.until(end)
		if err != nil && !errors.Is(err, io.EOF) {
			if _, ok := errors.AsType[*layers.Error](err); !ok {
				err = &layers.Error{Kind: layers.Unavailable, Op: "geojson", Err: err}
			}
			return nil, at, err
		}
		text := s.buf
		if len(text) <= ingest.MaxRecord {
			text = bytes.TrimSpace(text)
		}
		if len(text) > 0 {
			return text, at, nil
		}
		if err != nil {
			return nil, at, io.EOF
		}
	}
}

// until reads up to the byte end; a record separator is left for the next text.
func (s *sequence) until(end byte) error {
	s.buf = s.buf[:0]
	for {
		part, err := s.r.ReadSlice(end)
		s.pos += int64(len(part))
		if room := ingest.MaxRecord + 1 - len(s.buf); room > 0 {
			s.buf = append(s.buf, part[:min(room, len(part))]...)
		}
		switch {
		case err == nil && end == recordSeparator:
			s.buf = bytes.TrimSuffix(s.buf, []byte{recordSeparator})
			s.pos--
			return s.r.UnreadByte()
		case err == nil || !errors.Is(err, bufio.ErrBufferFull):
			return err
		}
	}
}

// form is how a file holds its features.
type form uint8

const (
	asCollection form = iota // one object with a features member
	asLines                  // a sequence of lines or separated texts
	asDocument               // one feature or geometry over several lines
)

// formOf looks at the beginning of the file: a first line that is a whole
// feature, or a second one that begins another, makes a sequence of lines; an
// object whose type is known and not FeatureCollection a document; everything
// else a collection.
func formOf(s *ingest.Stream) form {
	head, _ := s.Peek(s.Size())
	head = bytes.TrimLeft(head, " \t\r\n")
	if len(head) == 0 || head[0] == recordSeparator {
		return asLines
	}
	typ := topLevelType(head)
	line, rest, _ := bytes.Cut(head, []byte{'\n'})
	switch {
	case typ == "FeatureCollection" || typ == "" && bytes.Contains(head, []byte(`"features"`)):
		return asCollection
	case json.Valid(line) || bytes.HasPrefix(bytes.TrimSpace(rest), []byte{'{'}):
		return asLines
	case typ != "":
		return asDocument
	}
	return asCollection
}

// topLevelType returns the value of the type member of the first object of head,
// "" if head ends before it.
func topLevelType(head []byte) string {
	c := collection{splitter: splitter{r: bufio.NewReader(bytes.NewReader(head))}}
	for first := true; ; first = false {
		sep := ","
		if first {
			sep = "{"
		}
		if _, err := c.expect(sep); err != nil {
			return ""
		}
		name, err := c.name()
		if err != nil {
			return ""
		}
		if _, err := c.expect(":"); err != nil {
			return ""
		}
		v, err := c.value(true)
		if err != nil {
			return ""
		}
		if name == "type" {
			return string(bytes.Trim(v, `"`))
		}
	}
}

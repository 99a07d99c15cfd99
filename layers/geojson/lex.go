package geojson

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"unicode/utf8"

	"wutu/layers"
)

// MaxDepth bounds the nesting of objects and arrays; a MultiPolygon in a
// collection in a feature needs nine.
const MaxDepth = 64

// ErrSyntax is wrapped by errors that say that the input is not JSON.
var ErrSyntax = errors.New("not valid JSON")

// lexer reads JSON values from a byte slice, one token at a time. Its first
// error sticks in the caller: every method returns it.
type lexer struct {
	b     []byte
	i     int
	depth int
}

func (x *lexer) syntax(format string, args ...any) error {
	return &layers.Error{Kind: layers.Invalid, Op: "geojson", At: "byte " + strconv.Itoa(x.i),
		Err: fmt.Errorf("%w: %s", ErrSyntax, fmt.Sprintf(format, args...))}
}

// peek returns the next byte that is not white space, 0 at the end.
func (x *lexer) peek() byte {
	for x.i < len(x.b) {
		switch c := x.b[x.i]; c {
		case ' ', '\t', '\n', '\r':
			x.i++
		default:
			return c
		}
	}
	return 0
}

// expect consumes c.
func (x *lexer) expect(c byte) error {
	if got := x.peek(); got != c || x.i >= len(x.b) {
		return x.unexpected(fmt.Sprintf("%q", c))
	}
	x.i++
	return nil
}

func (x *lexer) unexpected(want string) error {
	if x.i >= len(x.b) {
		return x.syntax("ends where %s is expected", want)
	}
	return x.syntax("%q where %s is expected", x.b[x.i], want)
}

// end checks that only white space is left.
func (x *lexer) end() error {
	if x.peek(); x.i < len(x.b) {
		return x.unexpected("the end")
	}
	return nil
}

// object calls member for each member of the object that comes next; member
// must consume the value.
func (x *lexer) object(member func(name string) error) error {
	return x.list('{', '}', func() error {
		name, err := x.text()
		if err != nil {
			return err
		}
		if err := x.expect(':'); err != nil {
			return err
		}
		return member(name)
	})
}

// array calls element before each element of the array that comes next;
// element must consume it.
func (x *lexer) array(element func() error) error { return x.list('[', ']', element) }

func (x *lexer) list(open, end byte, element func() error) error {
	if err := x.expect(open); err != nil {
		return err
	}
	if x.depth++; x.depth > MaxDepth {
		return x.syntax("nested more than %d deep", MaxDepth)
	}
	defer func() { x.depth-- }()
	if x.peek() == end {
		x.i++
		return nil
	}
	for {
		if err := element(); err != nil {
			return err
		}
		if x.peek() == ',' {
			x.i++
			continue
		}
		return x.expect(end)
	}
}

// text reads a string.
func (x *lexer) text() (string, error) {
	if err := x.expect('"'); err != nil {
		return "", err
	}
	from, escaped := x.i, false
	for x.i < len(x.b) {
		switch c := x.b[x.i]; {
		case c == '\\':
			escaped = true
			x.i++
		case c == '"':
			raw := x.b[from:x.i]
			x.i++
			if !utf8.Valid(raw) {
				return "", x.syntax("the text before is not UTF-8")
			}
			if !escaped {
				return string(raw), nil
			}
			var s string
			if err := json.Unmarshal(x.b[from-1:x.i], &s); err != nil {
				return "", x.syntax("the text before has a wrong escape")
			}
			return s, nil
		case c < ' ':
			return "", x.syntax("a control character in a text")
		}
		x.i++
	}
	x.i = len(x.b)
	return "", x.syntax("ends within a text")
}

// number reads a number and reports whether it was written as an integer.
func (x *lexer) number() (literal []byte, integral bool, err error) {
	x.peek()
	from := x.i
	digits := func() bool {
		start := x.i
		for x.i < len(x.b) && x.b[x.i] >= '0' && x.b[x.i] <= '9' {
			x.i++
		}
		return x.i > start
	}
	at := func(set string) bool {
		for j := range len(set) {
			if x.i < len(x.b) && x.b[x.i] == set[j] {
				x.i++
				return true
			}
		}
		return false
	}
	integral = true
	at("-")
	if !at("0") && !digits() {
		return nil, false, x.unexpected("a number")
	}
	if at(".") {
		integral = false
		if !digits() {
			return nil, false, x.unexpected("a digit")
		}
	}
	if at("eE") {
		integral = false
		at("+-")
		if !digits() {
			return nil, false, x.unexpected("a digit")
		}
	}
	return x.b[from:x.i], integral, nil
}

// float reads a number that a float64 can hold.
func (x *lexer) float() (float64, error) {
	lit, _, err := x.number()
	if err != nil {
		return 0, err
	}
	f, err := strconv.ParseFloat(string(lit), 64)
	if err != nil {
		return 0, x.syntax("number %.40q is too large", lit)
	}
	return f, nil
}

// word reads true, false or null.
func (x *lexer) word(w string) error {
	x.peek()
	if len(x.b)-x.i < len(w) || string(x.b[x.i:x.i+len(w)]) != w {
		return x.unexpected(w)
	}
	x.i += len(w)
	return nil
}

// skip reads a value of any kind and returns its bytes.
func (x *lexer) skip() ([]byte, error) {
	c := x.peek()
	from := x.i
	var err error
	switch c {
	case '{':
		err = x.object(func(string) error { _, err := x.skip(); return err })
	case '[':
		err = x.array(func() error { _, err := x.skip(); return err })
	case '"':
		_, err = x.text()
	case 't':
		err = x.word("true")
	case 'f':
		err = x.word("false")
	case 'n':
		err = x.word("null")
	default:
		_, _, err = x.number()
	}
	return x.b[from:x.i], err
}

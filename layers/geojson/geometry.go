package geojson

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Limits bounds what is read. The zero value of a part means its default.
type Limits struct {
	Vertices int // positions of a geometry; default 1,000,000
	Members  int // properties of a feature; default layers.MaxFields
	Text     int // bytes of a text or nested value; default 1 MiB
}

func (l Limits) withDefaults() Limits {
	if l.Vertices == 0 {
		l.Vertices = 1_000_000
	}
	if l.Members == 0 {
		l.Members = layers.MaxFields
	}
	if l.Text == 0 {
		l.Text = 1 << 20
	}
	return l
}

// ParseGeometry reads one geometry object, or null (nil). Third and further
// ordinates are dropped; an empty coordinates array is nil, as RFC 7946 section
// 3.1 permits. Errors: wrapping ErrSyntax when data is not JSON, TooLarge beyond
// the limits, Invalid naming the member at fault.
func ParseGeometry(data []byte, l Limits) (orb.Geometry, error) {
	p := parser{lexer: lexer{b: data}, Limits: l.withDefaults()}
	g, err := p.geometry()
	if err == nil {
		err = p.end()
	}
	return g, err
}

type parser struct {
	lexer
	Limits
	vertices int
}

func invalid(field, at, format string, args ...any) error {
	return &layers.Error{Kind: layers.Invalid, Op: "geojson", Field: field, At: at, Err: fmt.Errorf(format, args...)}
}

// geometry reads a geometry object or null.
func (p *parser) geometry() (orb.Geometry, error) {
	switch p.peek() {
	case 'n':
		return nil, p.word("null")
	case '{':
	default:
		if _, err := p.skip(); err != nil {
			return nil, err
		}
		return nil, invalid("geometry", "", "is not an object")
	}
	var typ string
	var coordinates, geometries []byte
	err := p.object(func(name string) (err error) {
		switch {
		case name == "type" && p.peek() == '"':
			typ, err = p.text()
		case name == "coordinates":
			coordinates, err = p.raw()
		case name == "geometries":
			geometries, err = p.raw()
		default:
			_, err = p.skip()
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if typ == "GeometryCollection" {
		return p.collection(geometries)
	}
	if coordinates == nil {
		if known(typ) {
			return nil, invalid("coordinates", "", "is missing")
		}
		return nil, invalid("type", "", "%.40q is not a geometry type", typ)
	}
	c := coords{lexer: lexer{b: coordinates}, p: p}
	return c.geometry(typ)
}

// raw remembers where a value is; it is read once its meaning is known.
func (p *parser) raw() ([]byte, error) { return p.skip() }

func (p *parser) collection(data []byte) (orb.Geometry, error) {
	if data == nil {
		return nil, invalid("geometries", "", "is missing")
	}
	sub := parser{lexer: lexer{b: data, depth: p.depth}, Limits: p.Limits, vertices: p.vertices}
	if sub.peek() != '[' {
		return nil, invalid("geometries", "", "is not an array")
	}
	var out orb.Collection
	err := sub.array(func() error {
		g, err := sub.geometry()
		if g != nil {
			out = append(out, g)
		}
		return err
	})
	p.vertices = sub.vertices
	if err != nil || len(out) == 0 {
		return nil, err
	}
	return out, nil
}

func known(typ string) bool {
	switch typ {
	case "Point", "LineString", "Polygon", "MultiPoint", "MultiLineString", "MultiPolygon":
		return true
	}
	return false
}

// coords reads a coordinates member, which is known to be valid JSON.
type coords struct {
	lexer
	p    *parser
	path []int
}

// wrong is an error at the current element.
func (c *coords) wrong(format string, args ...any) error {
	var at []byte
	for _, i := range c.path {
		at = append(at, '[')
		at = strconv.AppendInt(at, int64(i), 10)
		at = append(at, ']')
	}
	return invalid("coordinates", string(at), format, args...)
}

func (c *coords) geometry(typ string) (orb.Geometry, error) {
	if c.peek() != '[' {
		return nil, c.wrong("is not an array")
	}
	if empty := (lexer{b: c.b, i: c.i + 1}); empty.peek() == ']' && known(typ) {
		return nil, nil
	}
	switch typ {
	case "Point":
		p, err := c.point()
		return p, err
	case "MultiPoint":
		ps, err := each(c, c.point)
		return orb.MultiPoint(ps), err
	case "LineString":
		l, err := c.line()
		return l, err
	case "MultiLineString":
		ls, err := each(c, c.line)
		return orb.MultiLineString(ls), err
	case "Polygon":
		p, err := c.polygon()
		return p, err
	case "MultiPolygon":
		ps, err := each(c, c.polygon)
		return orb.MultiPolygon(ps), err
	}
	return nil, invalid("type", "", "%.40q is not a geometry type", typ)
}

// each reads an array whose elements are read by one.
func each[T any](c *coords, one func() (T, error)) ([]T, error) {
	if c.peek() != '[' {
		return nil, c.wrong("is not an array")
	}
	var out []T
	c.path = append(c.path, 0)
	err := c.array(func() error {
		v, err := one()
		if err != nil {
			return err
		}
		out = append(out, v)
		c.path[len(c.path)-1]++
		return nil
	})
	if err == nil {
		c.path = c.path[:len(c.path)-1]
	}
	return out, err
}

func (c *coords) point() (orb.Point, error) {
	var p orb.Point
	if c.peek() != '[' {
		return p, c.wrong("is not a position")
	}
	if c.p.vertices++; c.p.vertices > c.p.Vertices {
		return p, &layers.Error{Kind: layers.TooLarge, Op: "geojson", Field: "coordinates",
			Err: fmt.Errorf("more than %d positions", c.p.Vertices)}
	}
	n := 0
	err := c.array(func() error {
		if n == 4 {
			return c.wrong("has more than 4 numbers")
		}
		if k := c.peek(); k != '-' && (k < '0' || k > '9') {
			return c.wrong("holds something that is not a number")
		}
		f, err := c.float()
		if err != nil {
			if errors.Is(err, ErrSyntax) {
				return c.wrong("holds a number that is too large")
			}
			return err
		}
		if n < 2 {
			p[n] = f
		}
		n++
		return nil
	})
	if err == nil && n < 2 {
		return p, c.wrong("a position of %d numbers, at least 2 are needed", n)
	}
	return p, err
}

func (c *coords) line() (orb.LineString, error) {
	ps, err := each(c, c.point)
	if err == nil && len(ps) < 2 {
		return nil, c.wrong("%d points, a line needs 2", len(ps))
	}
	return ps, err
}

func (c *coords) polygon() (orb.Polygon, error) {
	return each(c, func() (orb.Ring, error) {
		ps, err := each(c, c.point)
		switch {
		case err != nil:
			return nil, err
		case len(ps) < 4:
			return nil, c.wrong("%d points, a ring needs 4", len(ps))
		case ps[0] != ps[len(ps)-1]:
			return nil, c.wrong("the ring is not closed: it ends at %v, not at %v", ps[len(ps)-1], ps[0])
		}
		return ps, nil
	})
}

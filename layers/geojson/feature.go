package geojson

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Feature is what a Feature object says, before any schema is applied. Nested
// property values (objects and arrays) are kept as String values holding their
// JSON text.
type Feature struct {
	ID       string // its id member, numbers as written; "" if it has none
	Geometry orb.Geometry
	Names    []string       // property names in their order in the object
	Values   []layers.Value // as many as Names
}

// ParseFeature reads one Feature object, or a bare geometry object as a feature
// without id and properties. Errors are those of ParseGeometry.
func ParseFeature(data []byte, l Limits) (Feature, error) {
	p := parser{lexer: lexer{b: data}, Limits: l.withDefaults()}
	var f Feature
	var typ string
	var geometry, properties []byte
	isObject := p.peek() == '{'
	if !isObject {
		if _, err := p.skip(); err != nil {
			return f, err
		}
		if err := p.end(); err != nil {
			return f, err
		}
		return f, invalid("", "", "a feature is an object")
	}
	err := p.object(func(name string) (err error) {
		switch {
		case name == "type" && p.peek() == '"':
			typ, err = p.text()
		case name == "id":
			f.ID, err = p.id()
		case name == "geometry":
			geometry, err = p.skip()
		case name == "properties":
			properties, err = p.skip()
		default:
			_, err = p.skip()
		}
		return err
	})
	if err == nil {
		err = p.end()
	}
	if err != nil {
		return f, err
	}
	if known(typ) || typ == "GeometryCollection" {
		f.Geometry, err = ParseGeometry(data, l)
		return f, err
	}
	if typ != "Feature" {
		return f, invalid("type", "", "%.40q is not Feature", typ)
	}
	if properties != nil {
		if err := f.readProperties(properties, p.Limits); err != nil {
			return f, err
		}
	}
	if geometry != nil {
		f.Geometry, err = ParseGeometry(geometry, l)
	}
	return f, err
}

// id reads an id member: a text or a number; null is no id.
func (p *parser) id() (string, error) {
	switch c := p.peek(); {
	case c == '"':
		return p.text()
	case c == '-' || c >= '0' && c <= '9':
		lit, _, err := p.number()
		return string(lit), err
	case c == 'n':
		return "", p.word("null")
	}
	if _, err := p.skip(); err != nil {
		return "", err
	}
	return "", invalid("id", "", "is neither text nor number")
}

func (f *Feature) readProperties(data []byte, l Limits) error {
	p := parser{lexer: lexer{b: data}, Limits: l}
	switch p.peek() {
	case 'n':
		return nil
	case '{':
	default:
		return invalid("properties", "", "is not an object")
	}
	return p.object(func(name string) error {
		if len(f.Names) == l.Members {
			return &layers.Error{Kind: layers.TooLarge, Op: "geojson", Field: "properties",
				Err: fmt.Errorf("more than %d members", l.Members)}
		}
		v, err := p.value(name)
		if err != nil {
			return err
		}
		f.Names = append(f.Names, name)
		f.Values = append(f.Values, v)
		return nil
	})
}

// value reads a property value.
func (p *parser) value(name string) (layers.Value, error) {
	tooLong := func(n int) error {
		return &layers.Error{Kind: layers.TooLarge, Op: "geojson", Field: name,
			Err: fmt.Errorf("%d bytes, at most %d", n, p.Text)}
	}
	switch c := p.peek(); c {
	case '"':
		s, err := p.text()
		if err == nil && len(s) > p.Text {
			err = tooLong(len(s))
		}
		return layers.Text(s), err
	case 't':
		return layers.Bool(true), p.word("true")
	case 'f':
		return layers.Bool(false), p.word("false")
	case 'n':
		return layers.Value{}, p.word("null")
	case '{', '[':
		raw, err := p.skip()
		if err == nil && len(raw) > p.Text {
			err = tooLong(len(raw))
		}
		return layers.Text(string(raw)), err
	}
	lit, integral, err := p.number()
	if err != nil {
		return layers.Value{}, err
	}
	if integral {
		if i, err := strconv.ParseInt(string(lit), 10, 64); err == nil {
			return layers.Int(i), nil
		}
	}
	x, err := strconv.ParseFloat(string(lit), 64)
	if err != nil {
		return layers.Value{}, invalid(name, "", "number %.40q is too large", lit)
	}
	return layers.Float(x), nil
}

package cql2

import (
	"slices"
	"strconv"

	"wutu/layers"
)

// kind is the type of a value in a filter.
type kind uint8

const (
	kindNull kind = iota // the null literal of a hand-made tree; fits everywhere
	kindText
	kindNumber
	kindBool
	kindInstant
	kindInterval
	kindGeometry
	kindArray
)

var kindNames = [...]string{"null", "text", "number", "boolean", "time", "interval", "geometry", "array"}

func (k kind) String() string { return kindNames[k] }

// kindOfType is the kind of a field's values.
func kindOfType(t layers.FieldType) kind {
	switch t {
	case layers.String:
		return kindText
	case layers.Integer, layers.Number:
		return kindNumber
	case layers.Boolean:
		return kindBool
	case layers.DateTime:
		return kindInstant
	}
	return kindNull
}

// scalar is a compiled value that is no geometry and no interval.
type scalar struct {
	kind  kind
	eval  func(layers.Row) layers.Value
	fixed bool         // does not depend on the row; value holds it
	value layers.Value //
	field int          // index of the field it is, -1 if it is none
	name  string       // for messages
}

func fixedScalar(v layers.Value, name string) scalar {
	return scalar{kind: kindOfType(v.Type()), eval: func(layers.Row) layers.Value { return v }, fixed: true, value: v, field: -1, name: name}
}

// kindOf tells geometries, intervals and arrays from scalars without compiling.
func (c *compiler) kindOf(t layers.Term) kind {
	switch t := t.(type) {
	case layers.Shape:
		return kindGeometry
	case layers.Interval:
		return kindInterval
	case layers.Call:
		if t.Name == "INTERVAL" {
			return kindInterval
		}
		if f := lookup(t.Name); f != nil {
			return f.returns
		}
	case layers.Array:
		return kindArray
	case layers.Predicate:
		return kindBool
	case layers.Property:
		if c.isGeometry(t.Name) {
			return kindGeometry
		}
	case layers.Literal:
		return kindOfType(t.Value.Type())
	case layers.Arith:
		return kindNumber
	}
	return kindNull
}

// isGeometry reports whether the property name stands for the geometry.
func (c *compiler) isGeometry(name string) bool {
	is := name == layers.GeometryName || name == "geom" && c.layer.FieldIndex(name) < 0
	c.beyond = c.beyond || is
	return is
}

// scalar compiles a value. Constant parts are computed once.
func (c *compiler) scalar(t layers.Term) (scalar, error) {
	switch t := t.(type) {
	case layers.Literal:
		return fixedScalar(t.Value, "filter"), nil
	case layers.Property:
		return c.property(t.Name)
	case layers.Arith:
		return c.arith(t)
	case layers.Call:
		return c.value(t)
	case layers.Predicate:
		return c.boolean(t)
	case layers.Array:
		return scalar{}, c.fail(layers.Invalid, "filter", "an array stands where a value is expected: use an array function such as A_CONTAINS")
	case layers.Shape:
		return scalar{}, c.fail(layers.Invalid, "filter", "a geometry stands where a value is expected: use a spatial function such as S_INTERSECTS")
	case layers.Interval:
		return scalar{}, c.fail(layers.Invalid, "filter", "an interval stands where a value is expected: use a temporal function such as T_DURING")
	}
	return scalar{}, c.fail(layers.Invalid, "filter", "holds a node %T that is no value", t)
}

// value compiles a call that has one value.
func (c *compiler) value(t layers.Call) (scalar, error) {
	switch t.Name {
	case "CASEI":
		return c.fold(t, foldCase)
	case "ACCENTI":
		return c.fold(t, foldAccents)
	}
	out, err := c.call(t)
	if err != nil {
		return scalar{}, err
	}
	switch out.kind {
	case kindGeometry, kindArray:
		return scalar{}, c.fail(layers.Invalid, t.Name, "makes %s where a value is expected", map[kind]string{kindGeometry: "a geometry", kindArray: "an array"}[out.kind])
	case kindNull, kindText, kindNumber, kindBool, kindInstant, kindInterval:
	}
	return out.scalar, nil
}

// boolean compiles a predicate that is used as a value.
func (c *compiler) boolean(t layers.Predicate) (scalar, error) {
	test, err := c.expr(t.Expr)
	if err != nil {
		return scalar{}, err
	}
	return scalar{kind: kindBool, field: -1, name: "filter", eval: func(r layers.Row) layers.Value {
		switch test(r) {
		case yes:
			return layers.Bool(true)
		case no:
			return layers.Bool(false)
		case unknown:
		}
		return layers.Value{}
	}}, nil
}

// property resolves a name.
func (c *compiler) property(name string) (scalar, error) {
	if i := c.layer.FieldIndex(name); i >= 0 && name != layers.GeometryName {
		c.fields = append(c.fields, i)
		return scalar{kind: kindOfType(c.layer.Fields[i].Type), field: i, name: name,
			eval: func(r layers.Row) layers.Value { return r.Value(i) }}, nil
	}
	switch {
	case c.isGeometry(name):
		return scalar{}, c.fail(layers.Invalid, name, "is the geometry: use a spatial function such as S_INTERSECTS")
	case name == "id":
		c.beyond = true
		return scalar{kind: kindText, field: -1, name: name,
			eval: func(r layers.Row) layers.Value { return layers.Text(r.ID()) }}, nil
	}
	return scalar{}, c.unknownProperty(name)
}

func (c *compiler) unknownProperty(name string) error {
	names := make([]string, 0, len(c.layer.Fields)+2)
	for i := range c.layer.Fields {
		names = append(names, c.layer.Fields[i].Name)
	}
	names = append(names, layers.GeometryName, "id")
	if near := nearest(name, names); near != "" {
		return c.fail(layers.Invalid, name, "no such property; did you mean %s?", near)
	}
	const most = 12
	listed, more := names, ""
	if len(listed) > most {
		listed, more = listed[:most], " and "+strconv.Itoa(len(names)-most)+" more"
	}
	return c.fail(layers.Invalid, name, "no such property; there are %s%s", join(listed), more)
}

func join(names []string) string {
	s := ""
	for i, n := range names {
		if i > 0 {
			s += ", "
		}
		s += n
	}
	return s
}

// sameKind refuses values that cannot be compared with each other. Hints name
// the usual mistakes.
func (c *compiler) sameKind(terms ...scalar) error {
	first := slices.IndexFunc(terms, func(t scalar) bool { return t.kind != kindNull })
	if first < 0 {
		return nil
	}
	a := terms[first]
	for _, b := range terms[first+1:] {
		if b.kind == kindNull || b.kind == a.kind {
			continue
		}
		name := a.name
		if a.field < 0 && b.field >= 0 {
			name = b.name
		}
		switch {
		case a.kind == kindInstant && b.kind == kindText, a.kind == kindText && b.kind == kindInstant:
			return c.fail(layers.Invalid, name, "a %s cannot be compared with a %s: write DATE('2026-11-21') or TIMESTAMP('2026-11-21T08:00:00Z')", a.kind, b.kind)
		case a.kind == kindNumber && b.kind == kindText, a.kind == kindText && b.kind == kindNumber:
			return c.fail(layers.Invalid, name, "a %s cannot be compared with a %s: texts stand in single quotes, numbers do not", a.kind, b.kind)
		}
		return c.fail(layers.Invalid, name, "a %s cannot be compared with a %s", a.kind, b.kind)
	}
	return nil
}

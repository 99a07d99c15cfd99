package openapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"iter"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// Describer is a type that encodes itself as JSON and says how.
type Describer interface{ Schema() *Schema }

// known are the types whose JSON does not follow from their Go.
var known = [...]struct {
	of reflect.Type
	as func() *Schema
}{
	{reflect.TypeFor[time.Time](), instant},
	{reflect.TypeFor[json.RawMessage](), func() *Schema { return &Schema{} }},
	{reflect.TypeFor[orb.Point](), func() *Schema { return named("LonLat") }},
	{reflect.TypeFor[[]byte](), func() *Schema { return &Schema{Type: "string", Format: "byte"} }},
}

// mirror derives schemas from Go types as encoding/json writes them:
//
//   - a member of an answer without omitempty or omitzero is required, one of a body
//     with the tag must:"true"; lists of a body may be null, which is none;
//   - a pointer without them may be null, and so may any member with the tag
//     null:"true"; slices and maps are taken to be made, not nil;
//   - tags about:"…", enum:"a,b" and schema:"Name" describe, restrict, and name
//     the component of a member that is raw JSON or an interface.
//
// Every named struct becomes a component, called as its type with a capital; types
// of one name in two packages are called with their package before it, and what is
// both asked and answered is called …Input as a body.
type mirror struct {
	names map[seen]string
	taken map[string]reflect.Type
	made  []seen // in the order they were met
	fixed map[string]*Schema
	err   error
}

// seen is a type as an answer or as a body.
type seen struct {
	reflect.Type
	body bool
}

// of is the schema of a value's type. A *Schema is itself.
func (m *mirror) of(v any, body bool) *Schema {
	switch v := v.(type) {
	case *Schema:
		return v
	case Either:
		s := &Schema{}
		for _, x := range v {
			s.AnyOf = append(s.AnyOf, m.of(x, body))
		}
		return s
	}
	return m.typ(seen{reflect.TypeOf(v), body})
}

// Either is one of several Go values, for Of of a body or an answer.
type Either []any

// meetValue is meet for the type of a value.
func (m *mirror) meetValue(v any, body bool) {
	switch v := v.(type) {
	case *Schema:
	case Either:
		for _, x := range v {
			m.meetValue(x, body)
		}
	default:
		m.meet(seen{reflect.TypeOf(v), body})
	}
}

// meet names the components that values of the types need, in a stable order.
func (m *mirror) meet(t seen) {
	if _, ok := m.names[t]; ok || special(t.Type) != nil {
		return
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		m.meet(seen{t.Elem(), t.body})
	case reflect.Struct:
		if t.Name() != "" {
			m.names[t] = ""
			m.made = append(m.made, t)
		}
		for f, _ := range fields(t.Type) {
			if f.Tag.Get("schema") == "" {
				m.meet(seen{f.Type, t.body})
			}
		}
	default:
	}
}

// christen gives the met types their names.
func (m *mirror) christen() {
	same := map[string]map[reflect.Type]bool{}
	for _, t := range m.made {
		name := capital(t.Name())
		if same[name] == nil {
			same[name] = map[reflect.Type]bool{}
		}
		same[name][t.Type] = true
	}
	for _, t := range m.made {
		name := capital(t.Name())
		if _, ok := m.fixed[name]; ok || len(same[name]) > 1 {
			name = capital(path.Base(t.PkgPath())) + name
		}
		if _, both := m.names[seen{t.Type, !t.body}]; both && t.body {
			name += "Input"
		}
		if other, ok := m.taken[name]; ok {
			m.fail(fmt.Errorf("%v and %v are both called %s", t, other, name))
		}
		m.taken[name], m.names[t] = t.Type, name
	}
}

func (m *mirror) fail(err error) {
	if m.err == nil {
		m.err = err
	}
}

// capital is a Go name as the name of a component.
func capital(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return r
		}
		return -1
	}, name)
	return strings.ToUpper(name[:1]) + name[1:]
}

// special is the schema of a type that does not follow from its kind, nil if it does.
func special(t reflect.Type) *Schema {
	for _, k := range known {
		if k.of == t {
			return k.as()
		}
	}
	if t.Kind() == reflect.Pointer { // of what it points to
		return nil
	}
	for _, x := range []reflect.Type{t, reflect.PointerTo(t)} {
		switch {
		case x.Implements(reflect.TypeFor[Describer]()):
			if d, ok := reflect.New(t).Interface().(Describer); ok {
				return d.Schema()
			}
		case x.Implements(reflect.TypeFor[encoding.TextMarshaler]()) && !x.Implements(reflect.TypeFor[json.Marshaler]()):
			return text()
		}
	}
	return nil
}

func (m *mirror) typ(t seen) *Schema {
	if s := special(t.Type); s != nil {
		return s
	}
	if t.Kind() != reflect.Pointer && (t.Implements(reflect.TypeFor[json.Marshaler]()) || reflect.PointerTo(t.Type).Implements(reflect.TypeFor[json.Marshaler]())) {
		m.fail(fmt.Errorf("%v writes its JSON itself and does not say how: give it a method Schema or its member a tag", t.Type))
		return &Schema{}
	}
	switch t.Kind() {
	case reflect.Bool:
		return truth()
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return whole()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return count()
	case reflect.Float32, reflect.Float64:
		return number()
	case reflect.String:
		return text()
	case reflect.Pointer:
		return m.typ(seen{t.Elem(), t.body}).or()
	case reflect.Slice:
		return list(m.typ(seen{t.Elem(), t.body}))
	case reflect.Array:
		return &Schema{Type: "array", Items: m.typ(seen{t.Elem(), t.body}), MinItems: t.Len(), MaxItems: t.Len()}
	case reflect.Map:
		return &Schema{Type: "object", Values: m.typ(seen{t.Elem(), t.body})}
	case reflect.Struct:
		if t.Name() != "" {
			return named(m.names[t])
		}
		return m.structure(t)
	case reflect.Interface:
		return &Schema{}
	default:
		m.fail(fmt.Errorf("%v has no JSON", t.Type))
		return &Schema{}
	}
}

// structure is the schema of a struct itself.
func (m *mirror) structure(t seen) *Schema {
	s := &Schema{Type: "object"}
	for f, sometimes := range fields(t.Type) {
		name, rest, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" {
			name = f.Name
		}
		options := strings.Split(rest, ",")
		may := slices.Contains(options, "omitempty") || slices.Contains(options, "omitzero")
		var of *Schema
		switch ref := f.Tag.Get("schema"); {
		case strings.HasPrefix(ref, "[]"):
			of = list(named(ref[2:]))
		case strings.HasPrefix(ref, "map[]"):
			of = &Schema{Type: "object", Values: named(ref[5:])}
		case ref != "":
			of = named(ref)
		case slices.Contains(options, "string"):
			of = text()
		default:
			of = m.typ(seen{f.Type, t.body})
		}
		c := *of
		if f.Type.Kind() == reflect.Pointer && may {
			c.Null = false
		}
		c.Null = c.Null || f.Tag.Get("null") == "true" || t.body && (f.Type.Kind() == reflect.Slice || f.Type.Kind() == reflect.Map)
		if about := f.Tag.Get("about"); about != "" {
			c.About = about
		}
		if values := f.Tag.Get("enum"); values != "" {
			c.Enum = strings.Split(values, ",")
		}
		required := !may && !sometimes
		if t.body {
			required = f.Tag.Get("must") == "true"
		}
		s.Members = append(s.Members, Member{name, &c, required})
	}
	return s
}

// fields lists what encoding/json writes of a struct, those of embedded ones in place,
// and whether each is absent when a pointer to its struct is nil.
func fields(t reflect.Type) iter.Seq2[reflect.StructField, bool] {
	return func(yield func(reflect.StructField, bool) bool) { eachField(t, false, yield) }
}

func eachField(t reflect.Type, sometimes bool, yield func(reflect.StructField, bool) bool) bool {
	for f := range t.Fields() {
		tag := f.Tag.Get("json")
		if tag == "-" {
			continue
		}
		if f.Anonymous && tag == "" {
			of, maybe := f.Type, sometimes
			if of.Kind() == reflect.Pointer {
				of, maybe = of.Elem(), true
			}
			if of.Kind() == reflect.Struct {
				if !eachField(of, maybe, yield) {
					return false
				}
				continue
			}
		}
		if f.PkgPath == "" && !yield(f, sometimes) {
			return false
		}
	}
	return true
}

package openapi

import "slices"

// Schema says what JSON value stands at a place: the part of JSON Schema 2020-12
// that has a counterpart in OpenAPI 3.0. The zero value admits everything.
//
// A Schema is not changed after it was made; several places may share it.
type Schema struct {
	Ref      string // name of a component; the other members but Null and About are ignored
	Type     string // object, array, string, integer, number, boolean; "" for any
	Null     bool   // null may stand there as well
	About    string
	Format   string
	Pattern  string
	Enum     []string
	Min, Max *float64 // inclusive
	MinItems int
	MaxItems int // 0: as many as there are
	Items    *Schema
	Members  []Member
	Values   *Schema // of members that are not among Members
	Closed   bool    // no other members than Members
	AnyOf    []*Schema
}

// Member is one member of an object.
type Member struct {
	Name     string
	Schema   *Schema
	Required bool
}

// The simple schemas.
func text() *Schema                 { return &Schema{Type: "string"} }
func enum(values ...string) *Schema { return &Schema{Type: "string", Enum: values} }
func instant() *Schema              { return &Schema{Type: "string", Format: "date-time"} }
func whole() *Schema                { return &Schema{Type: "integer"} }
func count() *Schema                { return &Schema{Type: "integer", Min: new(float64)} }
func number() *Schema               { return &Schema{Type: "number"} }
func truth() *Schema                { return &Schema{Type: "boolean"} }
func list(of *Schema) *Schema       { return &Schema{Type: "array", Items: of} }
func named(name string) *Schema     { return &Schema{Ref: name} }
func free() *Schema                 { return &Schema{Type: "object"} }

// or admits null as well.
func (s *Schema) or() *Schema {
	c := *s
	c.Null = true
	return &c
}

// says adds a description.
func (s *Schema) says(about string) *Schema {
	c := *s
	c.About = about
	return &c
}

// has makes an object with one more member that may be absent; must one that is there.
func (s *Schema) has(name string, of *Schema) *Schema  { return s.with(name, of, false) }
func (s *Schema) must(name string, of *Schema) *Schema { return s.with(name, of, true) }

func (s *Schema) with(name string, of *Schema, required bool) *Schema {
	c := *s
	c.Members = append(slices.Clip(c.Members), Member{name, of, required})
	return &c
}

// dialect is a version of OpenAPI as far as schemas differ.
type dialect struct {
	version string
	modern  bool // 3.1: null is a type
	strict  bool // objects whose members are known have no others; for tests
}

// draw is the schema as JSON.
func (d dialect) draw(s *Schema) object {
	var o object
	switch {
	case s.Ref != "" && !s.Null && (s.About == "" || d.modern):
		o.set("$ref", "#/components/schemas/"+s.Ref)
		if d.modern {
			o.set("description", s.About)
		}
		return o
	case s.Ref != "":
		to := object{{"$ref", "#/components/schemas/" + s.Ref}}
		o.set("description", s.About)
		switch {
		case !s.Null:
			o.set("allOf", []object{to})
		case d.modern:
			o.set("anyOf", []object{to, {{"type", "null"}}})
		default: // nullable counts beside a type only, and what is referred to does not admit null
			o.set("anyOf", []object{to, {{"type", "object"}, {"nullable", true}, {"enum", []any{nil}}}})
		}
		return o
	}
	switch {
	case s.Type == "":
	case s.Null && d.modern:
		o.set("type", []string{s.Type, "null"})
	default:
		o.set("type", s.Type)
		if s.Null {
			o.set("nullable", true)
		}
	}
	o.set("description", s.About)
	o.set("format", s.Format)
	o.set("pattern", s.Pattern)
	if s.Enum != nil {
		values := make([]any, len(s.Enum), len(s.Enum)+1)
		for i, v := range s.Enum {
			values[i] = v
		}
		if s.Null {
			values = append(values, nil)
		}
		o.set("enum", values)
	}
	if s.Min != nil {
		o.set("minimum", *s.Min)
	}
	if s.Max != nil {
		o.set("maximum", *s.Max)
	}
	if s.Items != nil {
		o = append(o, member{"items", d.draw(s.Items)})
	}
	if s.MinItems > 0 {
		o.set("minItems", s.MinItems)
	}
	if s.MaxItems > 0 {
		o.set("maxItems", s.MaxItems)
	}
	d.drawMembers(&o, s)
	if s.AnyOf != nil {
		any := make([]object, len(s.AnyOf))
		for i, a := range s.AnyOf {
			any[i] = d.draw(a)
		}
		o.set("anyOf", any)
	}
	return o
}

func (d dialect) drawMembers(o *object, s *Schema) {
	var members object
	var required []string
	for _, m := range s.Members {
		members = append(members, member{m.Name, d.draw(m.Schema)})
		if m.Required {
			required = append(required, m.Name)
		}
	}
	if required != nil {
		o.set("required", required)
	}
	o.set("properties", members)
	switch {
	case s.Values != nil:
		*o = append(*o, member{"additionalProperties", d.draw(s.Values)})
	case s.Closed || d.strict && len(s.Members) > 0:
		o.set("additionalProperties", false)
	}
}

// Named is the shape of a name in schemas.go, for Of of a body or an answer.
func Named(name string) *Schema { return named(capital(name)) }

// List is an array of a shape.
func List(of *Schema) *Schema { return list(of) }

// Object is an object of which every member is of a shape.
func Object(values *Schema) *Schema { return &Schema{Type: "object", Values: values} }

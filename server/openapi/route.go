package openapi

import (
	"strings"

	"github.com/labstack/echo/v4"
)

// Type is the type of a parameter.
type Type uint8

// The parameter types. The zero value is Text.
const (
	Text Type = iota
	Integer
	Number
	Boolean
	Box // four numbers with commas between, or six with heights; read by param.BBox
)

var typeNames = [...]string{"string", "integer", "number", "boolean", "array"}

// String is the name in OpenAPI.
func (t Type) String() string {
	if int(t) < len(typeNames) {
		return typeNames[t]
	}
	return "string"
}

// Place is where a parameter stands.
type Place uint8

// The places. The zero value is Query.
const (
	Query Place = iota
	Path
	Header
)

var placeNames = [...]string{"query", "path", "header"}

// String is the name in OpenAPI.
func (p Place) String() string {
	if int(p) < len(placeNames) {
		return placeNames[p]
	}
	return "query"
}

// Span bounds a number, both ends inclusive.
type Span struct{ Min, Max float64 }

// Param declares one parameter.
type Param struct {
	Name     string
	In       Place
	Type     Type
	About    string
	Required bool
	Enum     []string
	Span     *Span  // for Integer and Number; nil: any finite number
	Clamp    bool   // a number above Span.Max is taken as Span.Max, not refused
	Default  string // documented; Input's getters return it when the parameter is absent
}

// Body declares what a request carries.
type Body struct {
	About  string
	Types  []string // media types taken; the first is documented
	Schema string   // name of a schema of schemas.go, "" for any JSON

	MaxBytes int64 // at most this long, where the server's limit does not fit; 0: the server's
}

// Answer declares one possible answer; problems are added to every route.
type Answer struct {
	Status int
	Type   string // media type, "" for no body
	About  string
	Schema string // name of a schema of schemas.go, "" for any
}

// Handler answers a request whose parameters have passed Check.
type Handler func(c echo.Context, in *Input) error

// Route declares one operation.
type Route struct {
	Method  string
	Path    string // OpenAPI template, "/tiles/{layers}/{z}/{x}/{y}.mvt"
	ID      string // operationId
	Tag     string
	Summary string
	Params  []Param
	Body    *Body
	Answers []Answer
	Endless bool // no time limit: streams
	Handle  Handler
}

// EchoPath is the path in the router's notation. A suffix behind a parameter,
// as in {y}.mvt, is left out there and demanded by Suffix.
func (r *Route) EchoPath() string {
	parts := strings.Split(r.Path, "/")
	for i, p := range parts {
		if name, _, ok := cutParam(p); ok {
			parts[i] = ":" + name
		}
	}
	return strings.Join(parts, "/")
}

// Suffix returns the path parameter that must end in a suffix, and the suffix.
func (r *Route) Suffix() (param, suffix string) {
	for p := range strings.SplitSeq(r.Path, "/") {
		if name, rest, ok := cutParam(p); ok && rest != "" {
			return name, rest
		}
	}
	return "", ""
}

func cutParam(segment string) (name, suffix string, ok bool) {
	rest, ok := strings.CutPrefix(segment, "{")
	if !ok {
		return "", "", false
	}
	return strings.Cut(rest, "}")
}

func (r *Route) param(in Place, name string) *Param {
	for i := range r.Params {
		if r.Params[i].In == in && r.Params[i].Name == name {
			return &r.Params[i]
		}
	}
	return nil
}

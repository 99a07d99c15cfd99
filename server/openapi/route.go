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

	// Example is a value that makes a request work, in any city. Where the value is
	// the city's own, it is a place to find one: "/ogc/…/items?limit=1#/features/0/id",
	// an address and a JSON pointer into its answer.
	Example string
}

// Body declares what a request carries.
type Body struct {
	About    string
	Types    []string // media types taken; the first is documented
	Schema   string   // name of a shape of schemas.go, "" for what Of says
	Of       any      // a value of the Go type the body is decoded into, or a *Schema
	Optional bool     // there may be none
	Example  string   // JSON of a body that makes a request work

	MaxBytes int64 // at most this long, where the server's limit does not fit; 0: the server's
}

// Answer declares one possible answer. Several with one status are several media
// types of it. What every route may fail with need not be declared; see Problems.
type Answer struct {
	Status  int
	Type    string // media type, "" for no body
	About   string
	Schema  string   // name of a shape of schemas.go, "" for what Of says
	Of      any      // a value of the Go type that is encoded, or a *Schema; text and bytes need none
	Headers []string // that it may carry, of those that headers.go describes
}

// Weight is a class of cost.
type Weight uint8

// The weights. The zero value is Light.
const (
	Light Weight = iota // answers from an index: as many at a time as there are callers
	Heavy               // may scan a layer or draw thousands of features: a few at a time
)

// Handler answers a request whose parameters have passed Check.
type Handler func(c echo.Context, in *Input) error

// Route declares one operation.
type Route struct {
	Method  string
	Path    string // OpenAPI template, "/tiles/{layers}/{z}/{x}/{y}.mvt"
	ID      string // operationId
	Tag     string
	Summary string
	ZH      string // the summary in Chinese
	Params  []Param
	Body    *Body
	Answers []Answer
	Others  bool // further query parameters are taken, which the handler checks
	Streams bool // the answer lasts as long as the client reads it; the handler ends those of clients that do not
	Endless bool // no time limit: streams
	OwnTime bool // the handler keeps the time limit itself, where it does what takes time

	// Problems names what it may fail with beyond what its kind of route does: names
	// of package problem's catalogue.
	Problems []string
	// Failure is how it fails where that is no problem document: media types and
	// shapes, whatever the status; nil: problems.
	Failure []Answer
	// Weight says how much of the machine a request may take; see Weight. Of a Heavy
	// route Light, if it is set, picks out the requests that are light all the same.
	Weight Weight
	Light  func(in *Input) bool
	Handle Handler
}

// Heavy reports whether a request is heavy.
func (r *Route) Heavy(in *Input) bool {
	return r.Weight == Heavy && (r.Light == nil || !r.Light(in))
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
	for rest := r.Path; ; {
		_, after, ok := strings.Cut(rest, "{")
		if !ok {
			return "", ""
		}
		param, rest, ok = strings.Cut(after, "}")
		if ok && rest != "" && rest[0] != '/' {
			suffix, _, _ = strings.Cut(rest, "/")
			return param, suffix
		}
	}
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

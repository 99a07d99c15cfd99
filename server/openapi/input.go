package openapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"mime"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/problem"
)

// Input gives a handler its checked parameters.
type Input struct {
	route *Route
	query url.Values // nil: none
	c     echo.Context
	place []string // names of the parameters of the path
	path  []string // their values
}

// Check compares a request with its route. Errors: Invalid naming the
// parameter, NotFound for a path whose suffix differs, problem.Status 415.
func Check(r *Route, c echo.Context) (*Input, error) {
	in := &Input{route: r, c: c, place: c.ParamNames()}
	in.path = slices.Clone(c.ParamValues()) // the router takes its own back
	suffixed, suffix := r.Suffix()
	for i, name := range in.place {
		if c.Request().URL.RawPath != "" { // otherwise the router saw the decoded path
			var err error
			if in.path[i], err = url.PathUnescape(in.path[i]); err != nil {
				return nil, bad(name, "is not percent-encoded text")
			}
		}
		if name == suffixed {
			var ok bool
			if in.path[i], ok = strings.CutSuffix(in.path[i], suffix); !ok {
				return nil, echo.ErrNotFound
			}
		}
	}
	if err := in.readQuery(); err != nil {
		return nil, err
	}
	for i := range r.Params {
		p := &r.Params[i]
		if err := p.check(in.raw(p)); err != nil {
			return nil, err
		}
	}
	return in, checkBody(r, c)
}

// readQuery reads the query and refuses parameters that are not taken or given
// more than once.
func (in *Input) readQuery() error {
	text := in.c.Request().URL.RawQuery
	if text == "" {
		return nil
	}
	// A semicolon is data (RFC 3986 section 3.4), as in coords=x,y;x,y; the
	// parser takes it for a mistyped &.
	var err error
	if in.query, err = url.ParseQuery(strings.ReplaceAll(text, ";", "%3B")); err != nil {
		return bad("", "the query is not percent-encoded text")
	}
	for _, name := range slices.Sorted(maps.Keys(in.query)) {
		p := in.route.param(Query, name)
		switch {
		case p == nil && !in.route.Others:
			return bad(short(name), "is not a parameter of this address")
		case len(in.query[name]) > 1:
			return bad(name, "is given more than once")
		}
	}
	return nil
}

func checkBody(r *Route, c echo.Context) error {
	if r.Body == nil || r.Body.Optional && c.Request().ContentLength == 0 {
		return nil
	}
	got := c.Request().Header.Get("Content-Type")
	if got == "" { // OGC API Common Part 5, requirement content-type
		return bad("Content-Type", "is required")
	}
	media, _, err := mime.ParseMediaType(got)
	if err != nil || !slices.Contains(r.Body.Types, media) {
		return problem.UnsupportedMedia(got, r.Body.Types)
	}
	return nil
}

func (p *Param) check(raw string, given bool) error {
	if !given {
		if p.Required {
			return bad(p.Name, "is required")
		}
		return nil
	}
	if len(p.Enum) > 0 && !slices.Contains(p.Enum, raw) {
		return bad(p.Name, fmt.Sprintf("%.80q is not one of %s", raw, strings.Join(p.Enum, ", ")))
	}
	var x float64
	switch p.Type {
	case Integer:
		n, err := strconv.ParseInt(raw, 10, 64)
		if err != nil && !(p.Clamp && errors.Is(err, strconv.ErrRange) && n > 0) {
			return bad(p.Name, fmt.Sprintf("%.80q is not a whole number", raw))
		}
		x = float64(n)
	case Number:
		var err error
		if x, err = strconv.ParseFloat(raw, 64); err != nil || math.IsNaN(x) || math.IsInf(x, 0) {
			return bad(p.Name, fmt.Sprintf("%.80q is not a number", raw))
		}
	case Boolean:
		if raw != "true" && raw != "false" {
			return bad(p.Name, fmt.Sprintf("%.80q is not true or false", raw))
		}
	case Text, Box:
		return nil
	}
	if s := p.Span; s != nil && (x < s.Min || x > s.Max && !p.Clamp) {
		return bad(p.Name, fmt.Sprintf("%.40s is not between %v and %v", raw, s.Min, s.Max))
	}
	return nil
}

func (in *Input) raw(p *Param) (string, bool) {
	switch p.In {
	case Path:
		i := slices.Index(in.place, p.Name)
		if i < 0 {
			return "", false
		}
		return in.path[i], true
	case Header:
		v := in.c.Request().Header.Get(p.Name)
		return v, v != ""
	case Query:
	}
	return in.query.Get(p.Name), in.query.Has(p.Name)
}

// declared is the parameter of a name. A handler that asks for one its route does
// not declare is a defect that would pass as an absent parameter: it panics, which
// answers 500 and fails tests.
func (in *Input) declared(name string) *Param {
	for i := range in.route.Params {
		if p := &in.route.Params[i]; p.Name == name {
			return p
		}
	}
	panic(fmt.Sprintf("%s %s does not declare the parameter %s", in.route.Method, in.route.Path, name))
}

// get returns the text of a declared parameter, or its default.
func (in *Input) get(name string) (string, *Param) {
	p := in.declared(name)
	if v, ok := in.raw(p); ok {
		return v, p
	}
	return p.Default, p
}

// Has reports whether the request gives the parameter, which the route declares.
func (in *Input) Has(name string) bool {
	_, ok := in.raw(in.declared(name))
	return ok
}

// Takes reports whether the route declares a parameter, for handlers of several.
func (in *Input) Takes(name string) bool {
	return slices.ContainsFunc(in.route.Params, func(p Param) bool { return p.Name == name })
}

// Given lists the names of the declared query parameters that the request gives,
// in ascending order. A nil Input has none.
func (in *Input) Given() []string { return in.names(true) }

// Others lists the names of the query parameters of a route with Others that are
// not declared, in ascending order. The caller checks them.
func (in *Input) Others() []string { return in.names(false) }

func (in *Input) names(declared bool) []string {
	if in == nil || in.query == nil {
		return nil
	}
	all := slices.Sorted(maps.Keys(in.query))
	return slices.DeleteFunc(all, func(name string) bool { return (in.route.param(Query, name) != nil) != declared })
}

// Other returns the text of one of Others.
func (in *Input) Other(name string) string { return in.query.Get(name) }

// Text returns a parameter, its default, or "".
func (in *Input) Text(name string) string { v, _ := in.get(name); return v }

// TextIfTaken is Text for handlers of several routes: "" where the route does not
// declare the parameter.
func (in *Input) TextIfTaken(name string) string {
	if !in.Takes(name) {
		return ""
	}
	return in.Text(name)
}

// Int returns a whole number, its default, or 0.
func (in *Input) Int(name string) int {
	v, p := in.get(name)
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil && n == 0 {
		return 0
	}
	if p.Span != nil {
		n = min(n, int64(p.Span.Max))
	}
	return int(n)
}

// Float returns a number, its default, or 0.
func (in *Input) Float(name string) float64 {
	v, p := in.get(name)
	x, err := strconv.ParseFloat(v, 64)
	if err != nil {
		return 0
	}
	if p.Span != nil {
		x = min(x, p.Span.Max)
	}
	return x
}

// Bool returns a truth value, its default, or false.
func (in *Input) Bool(name string) bool { return in.Text(name) == "true" }

// List splits a comma-separated parameter; nil when it is absent.
func (in *Input) List(name string) []string {
	v := in.Text(name)
	if v == "" && !in.Has(name) {
		return nil
	}
	return strings.Split(v, ",")
}

// RawQuery returns the query of the request, for links to further pages. The
// caller owns it.
func (in *Input) RawQuery() url.Values {
	out := make(url.Values, len(in.query))
	for k, v := range in.query {
		out[k] = slices.Clone(v)
	}
	return out
}

// Body decodes the JSON body into v. Unknown members, trailing data and
// malformed JSON are Invalid, with a JSON pointer where one is known and the
// byte offset otherwise.
func (in *Input) Body(v any) error {
	data, err := io.ReadAll(in.c.Request().Body)
	if err != nil {
		return err
	}
	return DecodeJSON(data, v)
}

// DecodeJSON is Body for bytes at hand.
func DecodeJSON(data []byte, v any) error {
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.DisallowUnknownFields()
	err := d.Decode(v)
	if err == nil {
		if _, trailing := d.Token(); trailing != io.EOF {
			return &layers.Error{Kind: layers.Invalid, Op: "body", Field: "/", At: fmt.Sprintf("offset %d", d.InputOffset()),
				Err: errors.New("there is more behind the JSON value")}
		}
		return nil
	}
	var own *layers.Error
	var syntax *json.SyntaxError
	var typ *json.UnmarshalTypeError
	fail := &layers.Error{Kind: layers.Invalid, Op: "body", Field: "/", Err: errors.New("is not valid JSON")}
	switch {
	case errors.As(err, &own):
		return own
	case errors.As(err, &syntax):
		fail.At = fmt.Sprintf("offset %d", syntax.Offset)
	case errors.As(err, &typ):
		fail.Field = "/" + strings.ReplaceAll(typ.Field, ".", "/")
		fail.At = fmt.Sprintf("offset %d", typ.Offset)
		fail.Err = fmt.Errorf("a %s where a %s belongs", typ.Value, typ.Type)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		fail.At, fail.Err = fmt.Sprintf("offset %d", len(data)), errors.New("the JSON ends too early")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		name, uerr := strconv.Unquote(strings.TrimPrefix(err.Error(), "json: unknown field "))
		if uerr == nil {
			fail.Field = "/" + short(name)
		}
		fail.Err = errors.New("is not a member this address takes")
	}
	return fail
}

func bad(name, message string) error { return layers.Invalidf("request", name, message) }

func short(s string) string {
	if len(s) > 80 {
		return strings.ToValidUTF8(s[:80], "") + "…"
	}
	return s
}

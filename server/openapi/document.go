package openapi

import (
	"cmp"
	"fmt"
	"iter"
	"maps"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"wutu/layers"
)

// Media types of the documents.
const (
	Media30 = "application/vnd.oai.openapi+json;version=3.0"
	Media31 = "application/vnd.oai.openapi+json;version=3.1"
)

// Documents is the description of the server in every version of OpenAPI it is
// given in. The bytes are shared: do not change them.
type Documents struct {
	V30 []byte // OpenAPI 3.0.3, which the OGC API standards name (class oas30)
	V31 []byte // OpenAPI 3.1.1 with JSON Schema 2020-12
}

// Info is what the document says of the server as a whole.
type Info struct {
	Title   layers.Title
	Version string
}

// Describe draws up the documents of a table. The error is Internal: the table is
// wrong (something is declared twice, or names what is not there).
func Describe(info Info, routes []Route) (*Documents, error) {
	var d Documents
	for _, v := range []struct {
		to *[]byte
		d  dialect
	}{{&d.V30, dialect{version: "3.0.3"}}, {&d.V31, dialect{version: "3.1.1", modern: true}}} {
		b, err := v.d.document(info, routes)
		if err != nil {
			return nil, wrong(err)
		}
		*v.to = b
	}
	return &d, nil
}

// DescribeStrictly is the 3.1 document in which an object has no members but those
// that are declared: answers are held to it in tests. Others must expect members to
// be added.
func DescribeStrictly(info Info, routes []Route) ([]byte, error) {
	b, err := dialect{version: "3.1.1", modern: true, strict: true}.document(info, routes)
	if err != nil {
		return nil, wrong(err)
	}
	return b, nil
}

func wrong(err error) error { return &layers.Error{Kind: layers.Internal, Op: "openapi", Err: err} }

// author draws one document.
type author struct {
	dialect
	mirror *mirror
	shapes map[string]*Schema
	fails  map[string]failure // shared responses by name
}

func newAuthor(d dialect) *author {
	a := &author{dialect: d, shapes: map[string]*Schema{}, fails: map[string]failure{}}
	for name, s := range shapes() {
		a.shapes[capital(name)] = s
	}
	a.mirror = &mirror{names: map[seen]string{}, taken: map[string]reflect.Type{}, fixed: a.shapes}
	return a
}

func (d dialect) document(info Info, routes []Route) ([]byte, error) {
	a := newAuthor(d)
	for i := range routes {
		if err := routes[i].sound(); err != nil {
			return nil, err
		}
		for of, body := range routes[i].values() {
			a.mirror.meetValue(of, body)
		}
	}
	a.mirror.christen()
	paths, err := a.paths(routes)
	if err != nil {
		return nil, err
	}
	doc := object{{"openapi", d.version}}
	if d.modern {
		doc.set("jsonSchemaDialect", "https://json-schema.org/draft/2020-12/schema")
	}
	doc.set("info", object{{"title", info.Title.EN}, {"x-title-zh", info.Title.ZH}, {"version", cmp.Or(info.Version, "0")},
		{"description", "The five maps of a city (人 people, 企 enterprises, 地 land, 物 objects, 政 government) and its events: OGC API Features and Tiles, questions of place, statistics, changes, cases. " +
			"Coordinates are longitude and latitude in degrees (WGS 84) unless a parameter says otherwise, lengths are metres, times RFC 3339."},
		{"license", object{{"name", "Apache-2.0"}, {"url", "https://www.apache.org/licenses/LICENSE-2.0"}}}})
	doc.set("servers", []object{{{"url", "/"}}})
	doc.set("security", []object{{}, {{"key", []string{}}}, {{"session", []string{}}}})
	doc.set("tags", tags(routes))
	doc.set("paths", paths)
	components, err := a.components()
	if err != nil {
		return nil, err
	}
	doc.set("components", components)
	if a.mirror.err != nil {
		return nil, a.mirror.err
	}
	return encode(doc)
}

// values are the Go values whose types the route encodes and decodes, and whether
// each is the body.
func (r *Route) values() iter.Seq2[any, bool] {
	return func(yield func(any, bool) bool) {
		if r.Body != nil && r.Body.Of != nil && !yield(r.Body.Of, true) {
			return
		}
		for _, a := range slices.Concat(r.Answers, r.Failure) {
			if a.Of != nil && !yield(a.Of, false) {
				return
			}
		}
	}
}

// sound checks what the types of the table cannot.
func (r *Route) sound() error {
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s %s: %s", r.Method, r.Path, fmt.Sprintf(format, args...))
	}
	if r.ID == "" || r.Tag == "" || r.Summary == "" {
		return fail("has no id, tag or summary")
	}
	for s := range strings.SplitSeq(r.Path, "/") {
		if name, _, ok := cutParam(s); ok && r.param(Path, name) == nil {
			return fail("does not declare {%s}", name)
		}
	}
	for i := range r.Params {
		p := &r.Params[i]
		if p.In == Path && !strings.Contains(r.Path, "{"+p.Name+"}") {
			return fail("declares %s, which is not in the path", p.Name)
		}
		for j := range i {
			if q := &r.Params[j]; q.In == p.In && q.Name == p.Name {
				return fail("declares %s twice", p.Name)
			}
		}
	}
	if len(r.Answers) == 0 {
		return fail("declares no answer")
	}
	return nil
}

func (a *author) paths(routes []Route) (object, error) {
	var out object
	at, ids := map[string]int{}, map[string]bool{}
	for i := range routes {
		r := &routes[i]
		if ids[r.ID] {
			return nil, fmt.Errorf("%s %s: the id %s is taken", r.Method, r.Path, r.ID)
		}
		ids[r.ID] = true
		op, err := a.operation(r)
		if err != nil {
			return nil, err
		}
		n, ok := at[r.Path]
		if !ok {
			n = len(out)
			at[r.Path] = n
			out = append(out, member{r.Path, object{}})
		}
		item, _ := out[n].value.(object)
		method := strings.ToLower(r.Method)
		if slices.ContainsFunc(item, func(m member) bool { return m.name == method }) {
			return nil, fmt.Errorf("%s %s is declared twice", r.Method, r.Path)
		}
		out[n].value = append(item, member{method, op})
	}
	return out, nil
}

func (a *author) operation(r *Route) (object, error) {
	op := object{{"operationId", r.ID}, {"summary", r.Summary}}
	op.set("x-summary-zh", cmp.Or(r.ZH, chinese[r.ID]))
	op.set("tags", []string{r.Tag})
	if len(r.Params) > 0 {
		params := make([]object, len(r.Params))
		for i := range r.Params {
			params[i] = a.parameter(r, &r.Params[i])
		}
		op.set("parameters", params)
	}
	if b := r.Body; b != nil {
		var content object
		for _, t := range b.Types {
			media := object{{"schema", a.body(b, t)}}
			if text := cmp.Or(b.Example, bodyExamples[r.ID]); text != "" {
				media.set("example", raw(text))
			}
			content.set(t, media)
		}
		op.set("requestBody", object{{"description", b.About}, {"required", !b.Optional}, {"content", content}})
	}
	responses, err := a.responses(r)
	if err != nil {
		return nil, err
	}
	op.set("responses", responses)
	if r.Weight == Heavy {
		op.set("x-weight", "heavy")
	}
	return op, nil
}

// raw is JSON that stands in the document as it is.
type raw string

// MarshalJSON returns the JSON.
func (r raw) MarshalJSON() ([]byte, error) { return []byte(r), nil }

func (a *author) body(b *Body, media string) object {
	switch {
	case b.Of != nil:
		return a.draw(a.mirror.of(b.Of, true))
	case b.Schema != "" || strings.Contains(media, "json"):
		return a.draw(a.shape(b.Schema))
	}
	return a.bytes()
}

// shape is the schema of a name in the table.
func (a *author) shape(name string) *Schema {
	if name == "" {
		return &Schema{}
	}
	if _, ok := a.shapes[capital(name)]; !ok {
		a.mirror.fail(fmt.Errorf("there is no shape %q", name))
	}
	return named(capital(name))
}

func (a *author) responses(r *Route) (object, error) {
	var out object
	for i := range r.Answers {
		first := &r.Answers[i]
		status := strconv.Itoa(first.Status)
		if first.Schema == "problem" || slices.ContainsFunc(out, func(m member) bool { return m.name == status }) {
			continue // a failure, or drawn with the first of its status
		}
		res := object{{"description", cmp.Or(first.About, http.StatusText(first.Status))}}
		var content, headers object
		for j := i; j < len(r.Answers); j++ {
			b := &r.Answers[j]
			if b.Status != first.Status {
				continue
			}
			for _, h := range b.Headers {
				as, ok := answerHeader(h)
				if !ok {
					return nil, fmt.Errorf("%s %s: header %s is not described in headers.go", r.Method, r.Path, h)
				}
				if !slices.ContainsFunc(headers, func(m member) bool { return m.name == h }) {
					headers.set(h, as)
				}
			}
			if b.Type != "" {
				content.set(b.Type, object{{"schema", a.answer(b)}})
			}
		}
		id, _ := answerHeader("X-Request-Id")
		headers.set("X-Request-Id", id)
		res.set("headers", headers)
		res.set("content", content)
		out.set(status, res)
	}
	fails, err := failures(r)
	if err != nil {
		return nil, err
	}
	for _, f := range fails {
		if slices.ContainsFunc(out, func(m member) bool { return m.name == strconv.Itoa(f.status) }) {
			return nil, fmt.Errorf("%s %s: %d is an answer and a failure", r.Method, r.Path, f.status)
		}
		a.fails[f.name()] = f
		out.set(strconv.Itoa(f.status), object{{"$ref", "#/components/responses/" + f.name()}})
	}
	if r.Failure != nil {
		var content object
		for i := range r.Failure {
			content.set(r.Failure[i].Type, object{{"schema", a.answer(&r.Failure[i])}})
		}
		out.set("default", object{{"description", r.Failure[0].About}, {"content", content}})
		return out, nil
	}
	out.set("default", object{{"$ref", "#/components/responses/Problem"}})
	return out, nil
}

// answer is the schema of an answer; text and bytes are strings.
func (a *author) answer(b *Answer) object {
	switch {
	case b.Of != nil:
		return a.draw(a.mirror.of(b.Of, false))
	case b.Schema != "":
		return a.draw(a.shape(b.Schema))
	case strings.HasPrefix(b.Type, "text/"):
		return a.draw(text())
	case strings.Contains(b.Type, "json"):
		return a.draw(&Schema{})
	}
	return a.bytes()
}

// bytes is the schema of what the media type says all of.
func (d dialect) bytes() object {
	if d.modern {
		return object{}
	}
	return object{{"type", "string"}, {"format", "binary"}}
}

func (a *author) components() (object, error) {
	schemas := make(map[string]*Schema, len(a.shapes)+len(a.mirror.made))
	maps.Copy(schemas, a.shapes)
	for _, t := range a.mirror.made {
		schemas[a.mirror.names[t]] = a.mirror.structure(t)
	}
	var drawn, responses object
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		drawn.set(name, a.draw(schemas[name]))
	}
	for _, name := range slices.Sorted(maps.Keys(a.fails)) {
		responses.set(name, a.fails[name].draw(a.dialect))
	}
	responses.set("Problem", object{{"description", "A problem (RFC 9457)"},
		{"content", object{{"application/problem+json", object{{"schema", a.draw(named("Problem"))}}}}}})
	return object{{"schemas", drawn}, {"responses", responses},
		{"securitySchemes", object{
			{"key", object{{"type", "http"}, {"scheme", "bearer"}, {"description", "A key, made by wutu token or an administrator"}}},
			{"session", object{{"type", "apiKey"}, {"in", "cookie"}, {"name", "wutu_session"},
				{"description", "The cookie of a signed-in person; what changes something also carries X-CSRF-Token"}}}}}}, nil
}

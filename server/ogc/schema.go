package ogc

import (
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
)

// property is one property of a schema (OGC API Features Part 5, 23-058r2).
type property struct {
	Title       string   `json:"title,omitempty"`
	Description string   `json:"description,omitempty"`
	Type        string   `json:"type,omitempty"`
	Format      string   `json:"format,omitempty"`
	Enum        []string `json:"enum,omitempty"`
	Role        string   `json:"x-ogc-role,omitempty"`
	Unit        string   `json:"x-ogc-unit,omitempty"`
	Seq         int      `json:"x-ogc-propertySeq,omitempty"`
	ReadOnly    bool     `json:"readOnly,omitempty"`
	CodeSystem  string   `json:"x-wutu-code-system,omitempty"`
}

// geometryFormats are the values of format that Part 5 gives the geometry types.
var geometryFormats = map[layers.GeometryType]string{
	layers.Point: "geometry-point", layers.MultiPoint: "geometry-multipoint", layers.LineString: "geometry-linestring",
	layers.MultiLineString: "geometry-multilinestring", layers.Polygon: "geometry-polygon", layers.MultiPolygon: "geometry-multipolygon",
}

func geometryFormat(l *layers.Layer) string {
	if f, ok := geometryFormats[l.Geometry]; ok {
		return f
	}
	return "geometry-any"
}

func propertyOf(f *layers.Field) property {
	p := property{Title: f.Title.ZH, Description: f.Title.EN, Unit: f.Unit, CodeSystem: string(f.CodeSystem)}
	switch f.Type {
	case layers.Integer:
		p.Type = "integer"
	case layers.Number:
		p.Type = "number"
	case layers.Boolean:
		p.Type = "boolean"
	case layers.DateTime:
		p.Type, p.Format = "string", "date-time"
	case layers.String:
		p.Type = "string"
		for _, c := range f.Codes {
			p.Enum = append(p.Enum, c.Value)
		}
	}
	return p
}

// which says what a schema is about.
type which uint8

const (
	returnables which = iota // what items have
	queryables               // what filters may name
	sortables                // what sortby may name
)

// whichFacts are the addresses and titles of the kinds of schema.
var whichFacts = [...]struct {
	path  string
	title title
}{
	{"schema", title{"全部属性", "Properties"}}, {"queryables", title{"可过滤的属性", "Properties that filters may name"}}, {"sortables", title{"可排序的属性", "Properties to sort by"}},
}

// schema answers with the properties that the subject has of a layer.
func (a *API) schema(kind which) openapi.Handler {
	return func(c echo.Context, in *openapi.Input) error {
		subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
		l, err := param.Listable(v, &subject, in.Text("layer"))
		if err != nil {
			return err
		}
		offer, err := choose(c, in, []offer{offerSchema, offerHTML})
		if err != nil {
			return err
		}
		d := access.Decide(&subject, l)
		self := root(c) + "/ogc/collections/" + url.PathEscape(l.ID) + "/" + whichFacts[kind].path
		if offer == offerHTML {
			return a.htmlSchema(c, l, &d, kind, self)
		}
		props := map[string]property{}
		var required []string
		if kind != sortables && l.Geometry != layers.NoGeometry {
			g := property{Title: "Geometry", Format: geometryFormat(l), Role: "primary-geometry"}
			props["geometry"] = g
		}
		if kind == returnables {
			props["id"] = property{Title: "Id", Type: "string", Role: "id", ReadOnly: true}
		}
		for i := range l.Fields {
			if !shows(&d, l, i, kind) {
				continue
			}
			p := propertyOf(&l.Fields[i])
			p.Seq = i + 1
			if kind == returnables {
				p.ReadOnly = d.Edit && !d.Sets(i)
				if l.Fields[i].Required && !p.ReadOnly {
					required = append(required, l.Fields[i].Name)
				}
			}
			props[l.Fields[i].Name] = p
		}
		doc := map[string]any{
			"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": self, "type": "object", "title": l.Title.ZH,
			"description": l.Title.EN, "properties": props, "additionalProperties": false}
		if required != nil {
			doc["required"] = required
		}
		return document(c, mediaSchema, doc)
	}
}

// rowOfSchema is a property as the page of a schema shows it.
type rowOfSchema struct {
	Name, Type, Unit string
	Title            title
	Codes            []codeOf
}

type codeOf struct {
	Value string
	Title title
}

func (a *API) htmlSchema(c echo.Context, l *layers.Layer, d *access.Decision, kind which, self string) error {
	var rows []rowOfSchema
	if kind != sortables && l.Geometry != layers.NoGeometry {
		rows = append(rows, rowOfSchema{Name: layers.GeometryName, Type: l.Geometry.String(), Title: title{"几何", "Geometry"}})
	}
	for i := range l.Fields {
		f := &l.Fields[i]
		if !shows(d, l, i, kind) {
			continue
		}
		r := rowOfSchema{Name: f.Name, Type: f.Type.String(), Unit: f.Unit, Title: of(f.Title)}
		for _, code := range f.Codes {
			r.Codes = append(r.Codes, codeOf{code.Value, of(code.Title)})
		}
		rows = append(rows, r)
	}
	return a.render(c, "schema", screen{Title: whichFacts[kind].title, Here: self, Up: crumbs(c, l), Data: rows})
}

// shows reports whether field i belongs into a schema: items have what is not
// hidden, filters may name what is shown, and masked fields whole where the
// decision says so, sorting tells values apart.
func shows(d *access.Decision, l *layers.Layer, i int, kind which) bool {
	switch kind {
	case returnables:
		return d.Sights.Of(i) != layers.Hidden
	case queryables:
		return d.MayUse(l, i) == nil || d.Exact && d.Sights.Of(i) == layers.Masked
	}
	return d.MayUse(l, i) == nil
}

type functionInfo struct {
	Name        string         `json:"name"`
	Description string         `json:"description,omitempty"`
	Arguments   []argumentInfo `json:"arguments"`
	Returns     []string       `json:"returns"`
}

type argumentInfo struct {
	Title string   `json:"title,omitempty"`
	Type  []string `json:"type"`
}

// functionList lists the functions of filters (OGC 21-065r2, clause 7.10).
func functionList() []functionInfo {
	out := []functionInfo{}
	for _, f := range cql2.Functions() {
		info := functionInfo{Name: f.Name, Description: f.Description.EN, Arguments: []argumentInfo{}, Returns: f.Returns}
		for _, arg := range f.Args {
			info.Arguments = append(info.Arguments, argumentInfo{Title: arg.Title, Type: arg.Types})
		}
		out = append(out, info)
	}
	return out
}

// filterOf reads filter, filter-lang and filter-crs of a request. Its now() is not
// yet a time.
func (a *API) filterOf(in *openapi.Input) (layers.Expr, error) {
	text := in.Text("filter")
	if strings.TrimSpace(text) == "" {
		return nil, nil
	}
	system, err := param.SystemOf("filter-crs", in.Text("filter-crs"))
	if err != nil {
		return nil, err
	}
	read := cql2.Parse
	if in.Text("filter-lang") == "cql2-json" {
		read = func(s string) (layers.Expr, error) { return cql2.ParseJSON([]byte(s)) }
	}
	e, err := read(text)
	if err != nil {
		return nil, param.At("filter", err)
	}
	if system.URI != param.CRS84 {
		if e, err = cql2.MapShapes(e, system.Geometry); err != nil {
			return nil, param.At("filter", err)
		}
	}
	return e, nil
}

// langs are the languages of filters.
func langs() []string { return []string{"cql2-text", "cql2-json"} }

package ogc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"wutu/geo/valid"
	"wutu/layers"
	"wutu/layers/code"
	lines "wutu/layers/geojson"
	"wutu/server/geojson"
	"wutu/server/openapi"
)

// body is a feature of a request before the schema is applied.
type body struct {
	id         string
	geometry   json.RawMessage // nil: not given
	properties map[string]json.RawMessage
}

// maxValueBytes bounds a text, as imports do.
const maxValueBytes = 1 << 20

// parse reads a GeoJSON feature. Members that GeoJSON does not know are ignored,
// but for those that would give the geometry another meaning. Errors are Invalid
// with a JSON pointer.
func (e *editing) parse(raw []byte) (*body, error) {
	members, err := object(raw, "")
	if err != nil {
		return nil, err
	}
	var kind string
	if err := json.Unmarshal(members["type"], &kind); err != nil || kind != "Feature" {
		return nil, wrong("/type", "is not Feature")
	}
	if err := plain(members); err != nil {
		return nil, err
	}
	b := &body{geometry: members["geometry"]}
	if b.id, err = idOf(members["id"]); err != nil {
		return nil, err
	}
	if p := members["properties"]; !isNull(p) {
		if b.properties, err = object(p, "/properties"); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// plain refuses members of other formats that would be lost, or change where the
// feature lies.
func plain(members map[string]json.RawMessage) error {
	if !isNull(members["place"]) {
		return wrong("/place", "is of JSON-FG, which is not taken: give geometry, and its system in Content-Crs")
	}
	if !isNull(members["crs"]) {
		return wrong("/crs", "is of GeoJSON before RFC 7946: name the system in Content-Crs")
	}
	return nil
}

// idOf reads the id member of a feature, "" for none.
func idOf(raw json.RawMessage) (string, error) {
	if isNull(raw) {
		return "", nil
	}
	var s string
	if err := json.Unmarshal(raw, &s); err == nil {
		if s == "" {
			return "", wrong("/id", "is empty")
		}
		return s, nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return "", wrong("/id", "is neither text nor number")
	}
	return n.String(), nil
}

// fill gives f the geometry and values of the body. What the subject may not set
// stays as in old (nil: null).
func (e *editing) fill(f *layers.Feature, b *body, old *held) error {
	var err error
	if f.Shape, err = e.geometry(b.geometry, "/geometry"); err != nil {
		return err
	}
	if err := e.assign(f, b.properties, old); err != nil {
		return err
	}
	for i := range e.layer.Fields {
		if !e.decision.Sets(i) && old != nil {
			f.Values[i] = old.stored.Value(i)
		}
	}
	return e.complete(f)
}

// complete asks for the values that are required.
func (e *editing) complete(f *layers.Feature) error {
	for i := range e.layer.Fields {
		if d := &e.layer.Fields[i]; d.Required && e.decision.Sets(i) && f.Values[i].IsNull() && !e.prefer.lenient() {
			return wrong(propertyAt(d.Name), "is required")
		}
	}
	return nil
}

// assign gives f the values of properties, in the order of their names. A field
// that the subject sees but may not set may be repeated as it is. Leniently,
// what is unknown or not to be set is left out, and what is refused otherwise
// for its JSON type only is taken.
func (e *editing) assign(f *layers.Feature, properties map[string]json.RawMessage, old *held) error {
	for _, name := range slices.Sorted(maps.Keys(properties)) {
		raw, i := properties[name], e.layer.FieldIndex(name)
		if i >= 0 && e.decision.Sets(i) {
			v, err := e.value(raw, &e.layer.Fields[i])
			if err != nil {
				return err
			}
			if err := e.official(i, v, old); err != nil {
				return err
			}
			f.Values[i] = v
			continue
		}
		if e.prefer.lenient() {
			continue
		}
		if i < 0 || e.decision.Sights.Of(i) == layers.Hidden {
			return wrong(propertyAt(name), "is not a property of the layer")
		}
		same := old != nil && jsonEqual(raw, e.decision.Sights.Value(e.layer, i, old.seen.Value(i)).AppendJSON(nil))
		if !same {
			return wrong(propertyAt(name), "may be read only")
		}
	}
	return nil
}

// value reads the value of a field.
func (e *editing) value(raw json.RawMessage, d *layers.Field) (layers.Value, error) {
	if isNull(raw) {
		return layers.Value{}, nil
	}
	at := propertyAt(d.Name)
	if len(raw) > maxValueBytes {
		return layers.Value{}, &layers.Error{Kind: layers.TooLarge, Op: "edit", Field: at, Err: fmt.Errorf("%d bytes, at most %d", len(raw), maxValueBytes)}
	}
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.UseNumber()
	var x any
	if err := dec.Decode(&x); err != nil {
		return layers.Value{}, wrong(at, "is not valid JSON")
	}
	v, ok := convert(x, d.Type, e.prefer.lenient())
	if !ok {
		return layers.Value{}, wrong(at, fmt.Sprintf("%.80s is not a %s", raw, typeName(d.Type)))
	}
	if v.Type() == layers.String && len(d.Codes) > 0 && !slices.ContainsFunc(d.Codes, func(c layers.Code) bool { return c.Value == v.Str() }) {
		return layers.Value{}, wrong(at, fmt.Sprintf("%.80q is not one of its codes", v.Str()))
	}
	return v, nil
}

// official refuses a value that is no code of the field's code system, unless it is
// what the feature has already.
func (e *editing) official(i int, v layers.Value, old *held) error {
	d := &e.layer.Fields[i]
	if v.IsNull() || old != nil && old.seen.Value(i) == v {
		return nil
	}
	err := code.Check(d.CodeSystem, v.Str())
	if fault, ok := errors.AsType[*layers.Error](err); ok {
		return wrong(propertyAt(d.Name), fault.Err.Error())
	}
	return err
}

// typeName is what a value of the type is in JSON.
func typeName(t layers.FieldType) string {
	if t == layers.DateTime {
		return "date and time of RFC 3339"
	}
	return t.String()
}

// convert makes a value of type t of a JSON scalar. Leniently, texts that hold
// such a value, and scalars where a text belongs, are taken too.
func convert(x any, t layers.FieldType, lenient bool) (layers.Value, bool) {
	if s, ok := x.(string); ok {
		if t == layers.String {
			return layers.Text(s), utf8.ValidString(s)
		}
		if t == layers.DateTime {
			at, err := time.Parse(time.RFC3339Nano, s)
			return layers.Instant(at), err == nil && !at.IsZero()
		}
		if lenient {
			v, err := layers.ParseValue(t, strings.TrimSpace(s))
			return v, err == nil
		}
		return layers.Value{}, false
	}
	switch x := x.(type) {
	case bool:
		if t == layers.Boolean {
			return layers.Bool(x), true
		}
		return layers.Text(fmt.Sprint(x)), lenient && t == layers.String
	case json.Number:
		switch t {
		case layers.Integer:
			return wholeNumber(x)
		case layers.Number:
			f, err := x.Float64()
			return layers.Float(f), err == nil
		case layers.String:
			return layers.Text(x.String()), lenient
		case layers.Boolean, layers.DateTime:
		}
	}
	return layers.Value{}, false
}

// wholeNumber takes 3 and 3.0 as 3, as JSON Schema does.
func wholeNumber(n json.Number) (layers.Value, bool) {
	if i, err := n.Int64(); err == nil {
		return layers.Int(i), true
	}
	f, err := n.Float64()
	if err != nil || f != float64(int64(f)) || f >= 1<<53 || f <= -1<<53 {
		return layers.Value{}, false
	}
	return layers.Int(int64(f)), true
}

// geometry reads a geometry in the system of the request, null and absent as
// none, and checks it as imports do.
func (e *editing) geometry(raw json.RawMessage, at string) (orb.Geometry, error) {
	if isNull(raw) {
		return nil, nil
	}
	g, err := lines.ParseGeometry(raw, lines.Limits{Vertices: geojson.MaxVertices})
	if err != nil {
		return nil, within(err, at)
	}
	if g, err = e.system.Geometry(g); err != nil {
		return nil, within(err, at)
	}
	if err := valid.Check(g); err != nil {
		return nil, wrong(at, err.Error())
	}
	return g, nil
}

// geometryText is a geometry as GeoJSON, for comparing.
func geometryText(g orb.Geometry) []byte { return lines.AppendGeometry(nil, g) }

// object reads a JSON object with its values unread.
func object(raw []byte, at string) (map[string]json.RawMessage, error) {
	var m map[string]json.RawMessage
	if err := openapi.DecodeJSON(raw, &m); err != nil {
		var e *layers.Error
		if errors.As(err, &e) && e.Field == "/" {
			c := *e
			c.Field = pointer(at)
			return nil, &c
		}
		return nil, err
	}
	if m == nil {
		return nil, wrong(at, "is not an object")
	}
	return m, nil
}

// within says where in the body an error about a part of it is.
func within(err error, at string) error {
	var e *layers.Error
	if !errors.As(err, &e) {
		return err
	}
	c := *e
	c.Field = at
	return &c
}

// pointed gives an error of Feature.CheckAgainst its JSON pointer.
func pointed(err error) error {
	var e *layers.Error
	if !errors.As(err, &e) || e.Kind != layers.Invalid {
		return err
	}
	switch e.Field {
	case "id", "geometry":
		return within(err, "/"+e.Field)
	}
	return within(err, propertyAt(e.Field))
}

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// propertyAt is the JSON pointer of a property (RFC 6901); long names are cut.
func propertyAt(name string) string {
	if len(name) > 200 {
		name = strings.ToValidUTF8(name[:200], "") + "…"
	}
	return "/properties/" + pointerEscapes.Replace(name)
}

// pointer is a JSON pointer that problems show: that of the whole is "/" there.
func pointer(at string) string {
	if at == "" {
		return "/"
	}
	return at
}

func wrong(at, message string) error { return layers.Invalidf("edit", pointer(at), message) }

// isNull reports whether a member is absent or null.
func isNull(raw json.RawMessage) bool {
	return len(raw) == 0 || bytes.Equal(bytes.TrimSpace(raw), []byte("null"))
}

// jsonEqual compares two scalars.
func jsonEqual(a, b []byte) bool {
	var x, y any
	return json.Unmarshal(a, &x) == nil && json.Unmarshal(b, &y) == nil && scalar(x) && x == y
}

func scalar(x any) bool {
	switch x.(type) {
	case map[string]any, []any:
		return false
	}
	return true
}

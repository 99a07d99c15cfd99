package ogc

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/openapi"
	"wutu/server/param"
)

// listing is a request for items, read and checked.
type listing struct {
	layer    *layers.Layer
	decision access.Decision
	query    layers.Query
	period   param.Period
	during   bool // only features valid at some instant of period
	system   param.CRS
	fields   []int
	bare     bool              // without geometries
	before   int               // features before this page, -1 when nobody knows
	nowhere  string            // why no feature can match, "" when some can
	names    map[string]string // parameters behind what the engine finds fault with
}

func (a *API) read(in *openapi.Input, v *live.View, subject layers.Subject) (*listing, error) {
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return nil, err
	}
	q := &listing{layer: l, decision: access.Decide(&subject, l), query: layers.Query{Subject: subject, Layer: l.ID,
		Limit: in.Int("limit"), Offset: in.Int("offset"), IDs: in.List("ids")}, names: map[string]string{"crs": "crs"}}
	if q.system, err = param.SystemOf("crs", in.Text("crs")); err != nil {
		return nil, err
	}
	if err := q.place(in); err != nil {
		return nil, err
	}
	if err := a.filter(in, q); err != nil {
		return nil, err
	}
	if q.query.Sort, err = param.SortBy("sortby", in.Text("sortby"), l, &q.decision); err != nil {
		return nil, err
	}
	if err := q.resume(in); err != nil {
		return nil, err
	}
	if err := q.columns(in); err != nil {
		return nil, err
	}
	if q.period, q.during, err = param.Datetime("datetime", in.Text("datetime")); err != nil {
		return nil, err
	}
	if q.during && q.period.Instant {
		q.query.At, q.during = q.period.From, false
	}
	return q, nil
}

// place reads bbox. Features of a layer without geometry are in every box (OGC
// 17-069r4, fc-bbox-response).
func (q *listing) place(in *openapi.Input) error {
	system, err := param.SystemOf("bbox-crs", in.Text("bbox-crs"))
	if err != nil {
		return err
	}
	w, err := param.BoxIn("bbox", in.Text("bbox"), system)
	if err != nil || q.layer.Geometry == layers.NoGeometry {
		return err
	}
	q.query.Boxes, q.query.Region, q.nowhere = w.Boxes, w.Region, w.Nowhere
	return nil
}

// filter joins the filter and the parameters named after properties.
func (a *API) filter(in *openapi.Input, q *listing) error {
	given, err := a.filterOf(in)
	if err != nil {
		return err
	}
	all := []layers.Expr{}
	if given != nil {
		all = append(all, cql2.At(given, a.o.Now()))
	}
	equal, err := q.equalities(in)
	if err != nil {
		return err
	}
	switch all = append(all, equal...); len(all) {
	case 0:
	case 1:
		q.query.Filter = all[0]
	default:
		q.query.Filter = layers.And{Args: all}
	}
	return nil
}

// equalities are the parameters that are properties: name=value.
func (q *listing) equalities(in *openapi.Input) ([]layers.Expr, error) {
	var out []layers.Expr
	for _, name := range in.Others() {
		i := q.layer.FieldIndex(name)
		if i < 0 || !shows(&q.decision, q.layer, i, queryables) {
			return nil, layers.Invalidf("request", fmt.Sprintf("%.80s", name), "is neither a parameter of this address nor a property that can be asked for")
		}
		text := in.Other(name)
		f := &q.layer.Fields[i]
		value, err := layers.ParseValue(f.Type, text)
		if err != nil || value.IsNull() {
			return nil, layers.Invalidf("request", name, fmt.Sprintf("%.80q is not a %s", text, f.Type))
		}
		q.names[name] = name
		out = append(out, layers.Compare{Op: layers.Eq, Left: layers.Property{Name: name}, Right: layers.Literal{Value: value}})
	}
	return out, nil
}

// resume reads where the page begins. A cursor knows how many features are before
// it, so that the page before can be named.
func (q *listing) resume(in *openapi.Input) error {
	text := in.Text("cursor")
	if text == "" {
		q.before = q.query.Offset
		return nil
	}
	q.before = -1
	if n, rest, ok := strings.Cut(text, "."); ok {
		before, err := strconv.ParseUint(n, 36, 31)
		if err != nil {
			return layers.Invalidf("request", "cursor", "is not a cursor of this list: take it from a next link")
		}
		q.before, text = int(before)+q.query.Offset, rest
	}
	var err error
	q.query.After, err = param.DecodeCursor("cursor", text, q.query.Sort)
	return err
}

// cursor is the text of the place behind last, of which seen features are in the
// order up to there; -1 when nobody knows.
func cursor(last string, seen int) string {
	if seen < 0 {
		return last
	}
	return strconv.FormatInt(int64(seen), 36) + "." + last
}

// columns reads which properties are wanted. The geometry is there unless
// skipGeometry or exclude-properties say otherwise.
func (q *listing) columns(in *openapi.Input) error {
	q.bare = in.Bool("skipGeometry")
	wanted, without := in.List("properties"), in.List("exclude-properties")
	isGeometry := func(name string) bool { return name == layers.GeometryName && q.layer.FieldIndex(name) < 0 }
	if wanted != nil {
		wanted = slices.DeleteFunc(slices.Clone(wanted), isGeometry)
	}
	if slices.ContainsFunc(without, isGeometry) {
		q.bare = true
		without = slices.DeleteFunc(slices.Clone(without), isGeometry)
	}
	if len(wanted) == 1 && wanted[0] == "" { // properties= asks for none
		wanted = []string{}
	}
	var err error
	if q.fields, err = param.Fields("properties", wanted, q.layer); err != nil {
		return err
	}
	left, err := param.Fields("exclude-properties", without, q.layer)
	if err != nil || len(left) == 0 {
		return err
	}
	if q.fields == nil {
		q.fields = []int{}
		for i := range q.layer.Fields {
			q.fields = append(q.fields, i)
		}
	}
	q.fields = slices.DeleteFunc(q.fields, func(i int) bool { return slices.Contains(left, i) })
	return nil
}

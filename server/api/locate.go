package api

import (
	"context"
	"math"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/ground"
	"wutu/server/openapi"
	"wutu/server/param"
)

// What locate looks for around a place, in metres (domain.md, section 1).
const (
	nearestAddresses = 5
	componentsWithin = 30
	eventsWithin     = 50
	buildingWithin   = 30
	addressesWithin  = 2_000
	camerasWithin    = 500 // no declared range is longer
	mostAround       = 100
)

func (a *API) locate(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	system, err := param.System("coord", in.Text("coord"))
	if err != nil {
		return err
	}
	p, err := param.Place(system, in.Float("lon"), in.Float("lat"), "lon", "lat")
	if err != nil {
		return err
	}
	view, err := param.AsOf(ctx, a.o.City.View(), "datetime", in.Text("datetime"))
	if err != nil {
		return err
	}
	f := finder{ctx: ctx, view: view, subject: auth.SubjectOf(ctx), at: p}
	out := map[string]any{
		"point":       pointIn(p),
		"areas":       ground.Areas(f.view, &f.subject, p, in.Float("accuracy")),
		"addresses":   f.addresses(),
		"building":    f.first("buildings", buildingWithin),
		"parcel":      f.first("parcels", 0),
		"components":  f.around("components", componentsWithin, nil),
		"events":      f.around("events", eventsWithin, openEvents()),
		"cameras":     f.cameras(),
		"departments": f.departments(),
	}
	if class := in.Text("class"); class != "" {
		if out["classes"], err = a.classes(&f, class, in.Float("accuracy")); err != nil {
			return err
		}
	}
	if f.err != nil {
		return f.err
	}
	return c.JSON(http.StatusOK, out)
}

// gaussKruger is a point in the 3° zone of CGCS2000 around it, without the zone
// in the easting (EPSG:4534–4554).
type gaussKruger struct {
	EPSG int     `json:"epsg"`
	X    float64 `json:"x"` // easting
	Y    float64 `json:"y"` // northing
}

// pointIn is a point in every system, null where it has no image.
func pointIn(p orb.Point) map[string]any {
	out := map[string]any{"wgs84": p, "cgcs2000": p, "gcj02": nil, "bd09": nil, "web_mercator": nil, "cgcs2000_gk": nil}
	for name, s := range map[string]crs.System{"gcj02": crs.GCJ02, "bd09": crs.BD09} {
		if q, err := crs.Convert(p, crs.WGS84, s); err == nil {
			out[name] = q
		}
	}
	if q, err := crs.Convert(p, crs.WGS84, crs.WebMercator); err == nil {
		out["web_mercator"] = q
	}
	// EPSG:4534 has its central meridian at 75° E, each next one 3° further east.
	zone := int(math.Round(p[0]/3)) - 25
	if s, ok := crs.FromEPSG(4534 + zone); ok && zone >= 0 && zone <= 20 {
		if x, y, err := s.FromWGS84(p[0], p[1]); err == nil {
			out["cgcs2000_gk"] = gaussKruger{EPSG: s.EPSG(), X: x, Y: y}
		}
	}
	return out
}

// finder asks for what is around one place and keeps the first error. A layer
// that the city lacks or the subject may not list has nothing around.
type finder struct {
	ctx     context.Context
	view    *live.View
	subject layers.Subject
	at      orb.Point
	err     error
}

type placed struct {
	Layer    string  `json:"layer"`
	ID       string  `json:"id"`
	Title    string  `json:"title"`
	Kind     string  `json:"kind,omitempty"`
	Distance float64 `json:"distance"`
}

// hits calls yield for the features of a layer around the place, nearest first.
func (f *finder) hits(layer string, filter layers.Expr, n live.Near, yield func(*layers.Layer, live.Hit)) {
	l, err := param.Listable(f.view, &f.subject, layer)
	if err != nil || f.err != nil {
		return
	}
	n.Point = f.at
	q := layers.Query{Subject: f.subject, Layer: layer, Filter: filter}
	for hit, err := range f.view.Nearest(f.ctx, q, n) {
		if err != nil {
			if layers.KindOf(err) != layers.Invalid { // a layer of that name without the fields of the filter
				f.err = err
			}
			return
		}
		yield(l, hit)
	}
}

func (f *finder) around(layer string, radiusM float64, filter layers.Expr) []placed {
	out := []placed{}
	f.hits(layer, filter, live.Near{RadiusM: radiusM, K: mostAround}, func(l *layers.Layer, h live.Hit) {
		out = append(out, place(l, h))
	})
	return out
}

func place(l *layers.Layer, h live.Hit) placed {
	p := placed{Layer: l.ID, ID: h.ID(), Title: titleOf(l, h), Distance: h.DistanceM}
	if i := l.FieldIndex(l.KindField); i >= 0 {
		p.Kind = h.Value(i).String()
	}
	return p
}

func (f *finder) first(layer string, radiusM float64) any {
	if radiusM == 0 {
		radiusM = exactly
	}
	var out any
	f.hits(layer, nil, live.Near{RadiusM: radiusM, K: 1}, func(l *layers.Layer, h live.Hit) { out = place(l, h) })
	return out
}

type addressInfo struct {
	ID       string  `json:"id"`
	Text     string  `json:"text"`
	Distance float64 `json:"distance"`
}

func (f *finder) addresses() []addressInfo {
	out := []addressInfo{}
	f.hits("addresses", nil, live.Near{K: nearestAddresses, RadiusM: addressesWithin}, func(l *layers.Layer, h live.Hit) {
		out = append(out, addressInfo{ID: h.ID(), Text: titleOf(l, h), Distance: h.DistanceM})
	})
	return out
}

// cameras lists those that see the place: within range, and inside the sector
// of fov degrees around azimuth. A camera without azimuth or fov sees all round.
func (f *finder) cameras() []placed {
	out := []placed{}
	f.hits("cameras", nil, live.Near{RadiusM: camerasWithin}, func(l *layers.Layer, h live.Hit) {
		if len(out) < mostAround && sees(l, h, f.at) {
			out = append(out, place(l, h))
		}
	})
	return out
}

func sees(l *layers.Layer, h live.Hit, at orb.Point) bool {
	value := func(name string) layers.Value { return h.Value(l.FieldIndex(name)) }
	if r := value("range"); r.IsNull() || h.DistanceM > r.Float() {
		return false
	}
	azimuth, fov := value("azimuth"), value("fov")
	if azimuth.IsNull() || fov.IsNull() || fov.Float() >= 360 || h.DistanceM == 0 {
		return true
	}
	p, ok := h.Point()
	return ok && math.Abs(math.Remainder(bearing(p, at)-azimuth.Float(), 360)) <= fov.Float()/2
}

// bearing is the direction from a to b in degrees clockwise from north, on the
// local plane: exact to 0.01° within the range of a camera.
func bearing(a, b orb.Point) float64 {
	east := (b[0] - a[0]) * math.Cos((a[1]+b[1])/2*math.Pi/180)
	return math.Atan2(east, b[1]-a[1]) * 180 / math.Pi
}

// titleOf names a row in lists: its title field, or its id.
func titleOf(l *layers.Layer, r layers.Row) string {
	if i := l.FieldIndex(l.TitleField); i >= 0 {
		if s := r.Value(i).String(); s != "" {
			return s
		}
	}
	return r.ID()
}

func subtitleOf(l *layers.Layer, r layers.Row) string {
	if i := l.FieldIndex(l.SubtitleField); i >= 0 {
		return r.Value(i).String()
	}
	return ""
}

// openEvents admits the events whose case is not over.
func openEvents() layers.Expr {
	var closed []layers.Term
	for _, s := range []string{"closed", "archived", "rejected", "merged", "withdrawn"} {
		closed = append(closed, layers.Literal{Value: layers.Text(s)})
	}
	return layers.Not{Arg: layers.In{Term: layers.Property{Name: "state"}, List: closed}}
}

// departments lists those whose jurisdiction holds the place, with the reason.
func (f *finder) departments() []map[string]any {
	out := []map[string]any{}
	l, err := param.Listable(f.view, &f.subject, model.Departments)
	if err != nil || f.err != nil {
		return out
	}
	q := layers.Query{Subject: f.subject, Layer: l.ID, Limit: mostAround}
	if ids, ok := f.view.Holders(l.ID, f.at); ok {
		if q.IDs = ids; len(ids) == 0 {
			return out
		}
	} else {
		q.Region = &layers.Region{Geometry: f.at}
	}
	for row, err := range f.view.Select(f.ctx, q) {
		if err != nil {
			f.err = err
			return out
		}
		name, kind := titleOf(l, row), text(l, row, model.Kind)
		out = append(out, map[string]any{"id": strings.Clone(row.ID()), "name": name, "kind": kind,
			"duties": strings.Fields(text(l, row, model.Duties)),
			"reason": layers.Title{ZH: "该点位在“" + name + "”辖区内", EN: "the place lies in the jurisdiction of " + name}})
	}
	return out
}

// text is the value of a field by name as text, "" without such a field.
func text(l *layers.Layer, r layers.Row, name string) string {
	return r.Value(l.FieldIndex(name)).String()
}

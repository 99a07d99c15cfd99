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
	accuracyM := in.Float("accuracy")
	out := placeAnswer{
		Point:       pointIn(p),
		Areas:       ground.Areas(f.view, &f.subject, p, accuracyM),
		Addresses:   f.addresses(),
		Building:    f.first(model.Buildings, buildingWithin),
		Parcel:      f.first(model.Parcels, exactly),
		Components:  f.around(model.Components, componentsWithin, nil),
		Events:      f.around(model.Events, eventsWithin, openEvents()),
		Cameras:     f.cameras(a.sights.farthest(ctx, view)),
		Departments: f.departments(),
	}
	if class := in.Text("class"); class != "" {
		if out.Classes, err = a.classes(&f, class, accuracyM); err != nil {
			return err
		}
	}
	if f.err != nil {
		return f.err
	}
	return c.JSON(http.StatusOK, &out)
}

// gaussKruger is a point in the 3° zone of CGCS2000 around it, without the zone
// in the easting (EPSG:4534–4554).
type gaussKruger struct {
	EPSG int     `json:"epsg"`
	X    float64 `json:"x"` // easting
	Y    float64 `json:"y"` // northing
}

// pointIn is a point in every system, nil where it has no image.
func pointIn(p orb.Point) pointAnswer {
	in := func(s crs.System) *orb.Point {
		if q, err := crs.Convert(p, crs.WGS84, s); err == nil {
			return &q
		}
		return nil
	}
	out := pointAnswer{WGS84: p, CGCS2000: p, GCJ02: in(crs.GCJ02), BD09: in(crs.BD09), WebMercator: in(crs.WebMercator)}
	// EPSG:4534 has its central meridian at 75° E, each next one 3° further east.
	zone := int(math.Round(p[0]/3)) - 25
	if s, ok := crs.FromEPSG(4534 + zone); ok && zone >= 0 && zone <= 20 {
		if x, y, err := s.FromWGS84(p[0], p[1]); err == nil {
			out.GaussKruger = &gaussKruger{EPSG: s.EPSG(), X: x, Y: y}
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

func (f *finder) first(layer string, radiusM float64) *placed {
	var out *placed
	f.hits(layer, nil, live.Near{RadiusM: radiusM, K: 1}, func(l *layers.Layer, h live.Hit) {
		p := place(l, h)
		out = &p
	})
	return out
}

type addressInfo struct {
	ID       string  `json:"id"`
	Text     string  `json:"text"`
	Distance float64 `json:"distance"`
}

func (f *finder) addresses() []addressInfo {
	out := []addressInfo{}
	f.hits(model.Addresses, nil, live.Near{K: nearestAddresses}, func(l *layers.Layer, h live.Hit) {
		out = append(out, addressInfo{ID: h.ID(), Text: titleOf(l, h), Distance: h.DistanceM})
	})
	return out
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
func (f *finder) departments() []departmentFor {
	out := []departmentFor{}
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
		out = append(out, departmentFor{ID: strings.Clone(row.ID()), Name: name, Kind: kind, Duties: strings.Fields(text(l, row, model.Duties)),
			Reason: layers.Title{ZH: "该点位在“" + name + "”辖区内", EN: "the place lies in the jurisdiction of " + name}})
	}
	return out
}

// text is the value of a field by name as text, "" without such a field.
func text(l *layers.Layer, r layers.Row, name string) string {
	return r.Value(l.FieldIndex(name)).String()
}

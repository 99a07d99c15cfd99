package spatial

import (
	"encoding/json"
	"fmt"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/crs"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/spatial"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

type batchBody struct {
	Points  positions     `json:"points" must:"true"`
	Levels  []string      `json:"levels" about:"Area levels whose owner is asked: district, street, community, grid"`
	Nearest []batchTarget `json:"nearest" about:"Layers whose nearest feature is asked"`
	Coord   string        `json:"coord" about:"System of the points: wgs84, cgcs2000, gcj02, bd09 or EPSG:n; absent: wgs84"`
}

type batchTarget struct {
	Layer  string          `json:"layer" must:"true"`
	Filter json.RawMessage `json:"filter" about:"CQL2 as text or as JSON"`
	Max    float64         `json:"max" about:"Not farther than so many metres, inclusive; absent: however far"`
	As     string          `json:"as" about:"Name in the answer; absent: the layer's id"`
}

// batchAnswer describes the answer, which is written by hand.
type batchAnswer struct {
	Points []pointFound `json:"points" about:"In the order of the request"`
}

type pointFound struct {
	ID      string                 `json:"id,omitempty" about:"From a CSV body with a column id"`
	WGS84   orb.Point              `json:"wgs84"`
	Areas   map[string]*areaOwner  `json:"areas,omitempty" about:"By level; null outside of all"`
	Nearest map[string]*nearestOne `json:"nearest,omitempty" about:"By name; null when there is none"`
}

type areaOwner struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

type nearestOne struct {
	ID       string  `json:"id"`
	Distance float64 `json:"distance" about:"Metres"`
}

func (a *API) batchRoute() openapi.Route {
	const about = "The areas that own each of many points, and the nearest features, in one call"
	csv := func(s string) string { return s + ", for CSV bodies" }
	return openapi.Route{Method: http.MethodPost, Path: "/api/v1/batch", ID: "batch", Tag: "Questions", Summary: about,
		Params: []openapi.Param{
			{Name: "levels", About: csv("Area levels with commas between")},
			{Name: "nearest", About: csv("Layers with commas between, whose nearest feature is asked")},
			{Name: "filter", About: csv("CQL2 text, for a single layer in nearest")},
			{Name: "max", Type: openapi.Number, About: csv("Not farther than so many metres"), Span: &openapi.Span{Min: 0, Max: maxMetres}},
			{Name: "coord", About: csv("System of the points"), Default: "wgs84"},
		},
		Body: &openapi.Body{About: "Up to 100,000 points: JSON with arrays of two numbers, or CSV with the columns lon and lat (or x and y), and id if wanted",
			Types: []string{mediaJSON, mediaCSV}, Of: batchBody{}, MaxBytes: maxBatchBytes},
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: mediaJSON, About: about, Of: batchAnswer{}},
			{Status: http.StatusOK, Type: mediaCSV, About: "The same as a table, with Accept: text/csv"}},
		Weight: openapi.Heavy, Handle: a.batch}
}

// batch is a request that was read: what is asked, under which names.
type batch struct {
	points []orb.Point // lon/lat degrees
	ids    []string    // nil: none given
	levels []string
	names  []string // of the targets
	ask    spatial.Ask
}

func (a *API) batch(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	media, _, _ := mime.ParseMediaType(c.Request().Header.Get("Content-Type"))
	var body batchBody
	var q batch
	var err error
	pointer := "/"
	if media == mediaCSV {
		pointer = ""
		if q.ids, err = body.fromCSV(c.Request().Body, in); err != nil {
			return err
		}
	} else {
		if given := in.Given(); len(given) > 0 {
			return layers.Invalidf("batch", given[0], "goes with CSV bodies; a JSON body has a member for it")
		}
		if err := in.Body(&body); err != nil {
			return err
		}
	}
	if err := q.read(v, subject, &body, pointer); err != nil {
		return err
	}
	found, err := spatial.Batch(ctx, v, q.points, q.ask)
	if err != nil {
		return param.Pointers(err, pointer+"filter", nil)
	}
	usage.Rows(ctx, len(q.points))
	if acceptsCSV(c.Request().Header.Get("Accept")) {
		return q.writeCSV(c, found)
	}
	return q.writeJSON(c, found)
}

// read checks what is asked; pointer is what names of members begin with.
func (q *batch) read(v *live.View, subject layers.Subject, b *batchBody, pointer string) error {
	if len(b.Levels) == 0 && len(b.Nearest) == 0 {
		return layers.Invalidf("batch", pointer+"levels", "nothing is asked: give levels or nearest")
	}
	if len(b.Levels) > maxLevels || len(b.Nearest) > maxNearest {
		return &layers.Error{Kind: layers.TooLarge, Op: "batch", Field: pointer + "nearest", Err: fmt.Errorf("at most %d levels and %d layers are asked at once", maxLevels, maxNearest)}
	}
	for _, name := range b.Levels {
		level, err := layers.ParseLevel(name)
		if err != nil || level == layers.NoLevel {
			return layers.Invalidf("batch", pointer+"levels", fmt.Sprintf("%.40q is not district, street, community or grid", name))
		}
		q.levels, q.ask.Levels = append(q.levels, level.String()), append(q.ask.Levels, level)
	}
	seen := map[string]bool{}
	for i, t := range b.Nearest {
		at := pointer + "nearest"
		if pointer != "" {
			at += "/" + strconv.Itoa(i)
		}
		s := side{Layer: t.Layer, Filter: t.Filter}
		query, l, err := s.query(v, subject, at, true)
		if err != nil {
			return err
		}
		if err := metres(at, t.Max, maxMetres); err != nil {
			return err
		}
		name := t.As
		if name == "" {
			name = l.ID
		}
		if seen[name] {
			return layers.Invalidf("batch", at, fmt.Sprintf("%.60q is asked twice: give it another name with as", name))
		}
		seen[name] = true
		q.names = append(q.names, name)
		q.ask.Nearest = append(q.ask.Nearest, spatial.Target{Query: query, MaxM: t.Max})
	}
	return q.locate(b, pointer)
}

// locate turns the points into lon/lat.
func (q *batch) locate(b *batchBody, pointer string) error {
	name := b.Coord
	if name == "" {
		name = "wgs84"
	}
	system, err := param.System(pointer+"coord", name)
	if err != nil {
		return err
	}
	if len(b.Points) == 0 {
		return layers.Invalidf("batch", pointer+"points", "holds no point")
	}
	q.points = b.Points
	for i, p := range q.points {
		if system != crs.WGS84 {
			if p, err = crs.Convert(p, system, crs.WGS84); err != nil {
				return layers.Invalidf("batch", pointAt(pointer, i), err.Error())
			}
			q.points[i] = p
		}
		if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) {
			return layers.Invalidf("batch", pointAt(pointer, i), fmt.Sprintf("%v %v is no longitude and latitude", p[0], p[1]))
		}
	}
	return nil
}

// pointAt names a point: by its pointer in JSON, by its record in CSV.
func pointAt(pointer string, i int) string {
	if pointer == "" {
		return "record " + strconv.Itoa(i+1)
	}
	return pointer + "points/" + strconv.Itoa(i)
}

// acceptsCSV reports whether a client asks for CSV before JSON.
func acceptsCSV(accept string) bool {
	for part := range strings.SplitSeq(accept, ",") {
		switch media, _, _ := mime.ParseMediaType(part); media {
		case mediaCSV:
			return true
		case mediaJSON, "*/*":
			return false
		}
	}
	return false
}

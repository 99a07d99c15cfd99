package spatial

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/proximity"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// defaultK is how many features near answers without k, radius and per.
const defaultK = 10

// exactly is a radius that only features at the very point meet: a tenth of a
// micrometre, below what coordinates resolve. 0 means "unlimited" to the engine.
const exactly = 1e-7

func (a *API) nearRoute() openapi.Route {
	const about = "Features around a place, or a geometry in WKT, nearest first"
	return openapi.Route{Method: http.MethodGet, Path: "/api/v1/near", ID: "near", Tag: "Questions", Summary: about,
		Params: []openapi.Param{
			{Name: "lon", Type: openapi.Number, About: "Longitude in degrees; required without geometry", Span: &openapi.Span{Min: -180, Max: 180}},
			{Name: "lat", Type: openapi.Number, About: "Latitude in degrees; required without geometry", Span: &openapi.Span{Min: -90, Max: 90}},
			{Name: "geometry", About: "WKT geometry instead of lon and lat: the features nearest to a line or polygon, 0 m from what they meet"},
			{Name: "layer", Required: true, About: "Id of the layer"},
			{Name: "k", Type: openapi.Integer, About: "At most this many; 10 without radius and per", Span: &openapi.Span{Min: 1, Max: maxK}},
			{Name: "radius", Type: openapi.Number, About: "Metres, inclusive", Span: &openapi.Span{Min: 0, Max: 25e6}},
			{Name: "limit", Type: openapi.Integer, About: "At most this many with radius or per alone", Span: &openapi.Span{Min: 1, Max: maxFeatures}, Clamp: true, Default: strconv.Itoa(defaultPerList)},
			{Name: "filter", About: "CQL2 text"},
			{Name: "within", About: "WKT geometry the features must meet"},
			{Name: "per", About: "Field with a limit for each of its values; features without a value count as one more"},
			{Name: "k_per", Type: openapi.Integer, About: "At most this many of each value of per", Span: &openapi.Span{Min: 1, Max: maxK}, Default: "1"},
			{Name: "datetime", About: "The city as of this instant (RFC 3339), borders of areas included"},
		},
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: mediaGeoJSON, About: about, Schema: "featureCollection"}}, Handle: a.near}
}

// nearest is a question for the features around something.
type nearest struct {
	layer  *layers.Layer
	query  layers.Query
	shape  orb.Geometry
	k      int
	radius *float64
	limit  int
	per    string
	perK   int
}

func (a *API) near(c echo.Context, in *openapi.Input) error {
	subject := auth.SubjectOf(c.Request().Context())
	v, err := param.AsOf(c.Request().Context(), a.o.City.View(), "datetime", in.Text("datetime"))
	if err != nil {
		return err
	}
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return err
	}
	n := nearest{layer: l, query: layers.Query{Subject: subject, Layer: l.ID}, k: in.Int("k"), limit: in.Int("limit"), per: in.Text("per"), perK: in.Int("k_per")}
	if in.Has("radius") {
		r := in.Float("radius")
		n.radius = &r
	}
	if n.query.Filter, err = param.Filter("filter", in.Text("filter")); err != nil {
		return err
	}
	if text := in.Text("within"); text != "" {
		g, err := param.WKT("within", text)
		if err != nil {
			return err
		}
		n.query.Region = &layers.Region{Geometry: g}
	}
	if n.shape, err = around(in); err != nil {
		return err
	}
	return n.answer(c, v, &a.room, "")
}

// around reads the place or the geometry of a request.
func around(in *openapi.Input) (orb.Geometry, error) {
	if !in.Has("geometry") {
		for _, name := range [2]string{"lon", "lat"} {
			if !in.Has(name) {
				return nil, layers.Invalidf("near", name, "is required without geometry")
			}
		}
		return orb.Point{in.Float("lon"), in.Float("lat")}, nil
	}
	if in.Has("lon") || in.Has("lat") {
		return nil, layers.Invalidf("near", "geometry", "is given beside lon and lat")
	}
	g, err := param.WKT("geometry", in.Text("geometry"))
	if err == nil {
		err = checkVertices("geometry", g, maxVertices)
	}
	return g, err
}

type nearBody struct {
	Layer    string          `json:"layer" must:"true"`
	Geometry json.RawMessage `json:"geometry" must:"true" schema:"Geometry"`
	K        int             `json:"k" about:"At most this many; 10 without radius and per"`
	Radius   *float64        `json:"radius" about:"Metres, inclusive"`
	Limit    *int            `json:"limit" about:"At most this many with radius or per alone"`
	Filter   json.RawMessage `json:"filter" about:"CQL2 as text or as JSON"`
	Within   json.RawMessage `json:"within" schema:"Geometry" about:"Geometry the features must meet"`
	Per      string          `json:"per" about:"Field with a limit for each of its values; features without a value count as one more"`
	PerK     *int            `json:"k_per" about:"At most this many of each value of per; absent: 1"`
	Datetime string          `json:"datetime" about:"The city as of this instant (RFC 3339), borders of areas included"`
}

func (a *API) nearShape(c echo.Context, in *openapi.Input) error {
	subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
	var b nearBody
	err := in.Body(&b)
	if err != nil {
		return err
	}
	if v, err = param.AsOf(c.Request().Context(), v, "/datetime", b.Datetime); err != nil {
		return err
	}
	l, err := param.Listable(v, &subject, b.Layer)
	if err != nil {
		return param.At("/layer", err)
	}
	n := nearest{layer: l, query: layers.Query{Subject: subject, Layer: l.ID}, k: b.K, radius: b.Radius, per: b.Per}
	if b.K < 0 || b.K > a.o.MaxNearest {
		return layers.Invalidf("near", "/k", "is not between 1 and "+strconv.Itoa(a.o.MaxNearest))
	}
	if b.Radius != nil {
		if err := metres("/radius", *b.Radius, 25e6); err != nil {
			return err
		}
	}
	if n.limit, err = limitOf("/limit", b.Limit, a.o.MaxPage, defaultPerList); err != nil {
		return err
	}
	if n.perK, err = limitOf("/k_per", b.PerK, a.o.MaxNearest, 1); err != nil {
		return err
	}
	if n.query.Filter, err = filterOf("/filter", b.Filter); err != nil {
		return err
	}
	if n.query.Region, err = regionOf("/within", b.Within); err != nil {
		return err
	}
	if n.shape, err = drawn("/geometry", b.Geometry, maxVertices); err != nil {
		return err
	}
	return n.answer(c, v, &a.room, "/")
}

// hits asks the engine: a place without limits by value goes the shortest way.
func (n *nearest) hits(ctx context.Context, v *live.View) iter.Seq2[live.Hit, error] {
	radius := 0.0
	if n.radius != nil {
		radius = max(*n.radius, exactly)
	}
	k := n.k
	switch {
	case k > 0:
	case n.radius == nil && n.per == "":
		k = defaultK
	default:
		k = n.limit
	}
	if p, ok := n.shape.(orb.Point); ok && n.per == "" {
		return v.Nearest(ctx, n.query, live.Near{Point: p, K: k, RadiusM: radius})
	}
	s := live.NearShape{Shape: proximity.New(n.shape), K: k, RadiusM: radius, Per: n.per}
	if n.per != "" {
		s.PerK = n.perK
	}
	return v.NearestTo(ctx, n.query, s)
}

// answer writes the hits; parameters are named behind the prefix.
func (n *nearest) answer(c echo.Context, v *live.View, room *geojson.Room, prefix string) error {
	ctx := c.Request().Context()
	e := geojson.Encoder{Layer: n.layer, Sights: access.Decide(&n.query.Subject, n.layer).Sights}
	var hit live.Hit
	e.Extra = func(b []byte, _ int) []byte {
		b = append(b, `,"layer":`...)
		b = geojson.AppendString(b, n.layer.ID)
		b = append(b, `,"distance":`...)
		return geojson.AppendFloat(b, hit.DistanceM)
	}
	lent := room.Take()
	defer room.Back(lent)
	b := append(*lent, `{"type":"FeatureCollection","features":[`...)
	i := 0
	for h, err := range n.hits(ctx, v) {
		if err != nil {
			names := map[string]string{}
			for _, name := range []string{"lon", "lat", "k", "radius", "per", "geometry"} {
				names[name] = prefix + name
			}
			return param.Pointers(err, prefix+"filter", names)
		}
		hit = h
		if i > 0 {
			b = append(b, ',')
		}
		b = e.Append(b, hit.Row, i)
		i++
	}
	usage.Rows(ctx, i)
	b = append(b, `],"numberReturned":`...)
	b = strconv.AppendInt(b, int64(i), 10)
	*lent = append(b, '}', '\n')
	return c.Blob(http.StatusOK, mediaGeoJSON, *lent)
}

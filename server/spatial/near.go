package api

import (
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// defaultK is how many features near answers without k and radius.
const defaultK = 10

func (a *API) near(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return err
	}
	q := layers.Query{Subject: subject, Layer: l.ID}
	if q.Filter, err = param.Filter("filter", in.Text("filter")); err != nil {
		return err
	}
	if text := in.Text("within"); text != "" {
		g, err := param.WKT("within", text)
		if err != nil {
			return err
		}
		q.Region = &layers.Region{Geometry: g}
	}
	n := live.Near{Point: orb.Point{in.Float("lon"), in.Float("lat")}, K: in.Int("k"), RadiusM: in.Float("radius")}
	limit := in.Int("limit")
	switch {
	case in.Has("radius") && n.RadiusM == 0: // 0 would mean "unlimited" to the engine
		n.RadiusM = exactly
	case !in.Has("radius") && n.K == 0:
		n.K = defaultK
	}
	if n.K == 0 {
		n.K = limit
	}
	e := geojson.Encoder{Layer: l, Sights: access.Decide(&subject, l).Sights}
	b := []byte(`{"type":"FeatureCollection","features":[`)
	i := 0
	for hit, err := range v.Nearest(ctx, q, n) {
		if err != nil {
			return param.Engine(err)
		}
		e.Extra = func(b []byte, _ int) []byte {
			b = append(b, `,"layer":`...)
			b = geojson.AppendString(b, l.ID)
			b = append(b, `,"distance":`...)
			return geojson.AppendFloat(b, hit.DistanceM)
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = e.Append(b, hit, i)
		i++
	}
	usage.Rows(ctx, i)
	b = append(b, `],"numberReturned":`...)
	b = strconv.AppendInt(b, int64(i), 10)
	return c.Blob(http.StatusOK, mediaGeoJSON, append(b, '}', '\n'))
}

// exactly is a radius that only features at the very point meet: a tenth of a
// micrometre, below what coordinates resolve.
const exactly = 1e-7

// equals is the filter field = text.
func equals(field, value string) layers.Expr {
	return layers.Compare{Op: layers.Eq, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Text(value)}}
}

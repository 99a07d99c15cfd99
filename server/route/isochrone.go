package route

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/geojson"
	"wutu/layers/roadnet"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

func (r *Router) isochrone(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), r.o.City.View()
	g, _, err := r.network(ctx, v, &subject, in.Text("roads"))
	if err != nil {
		return err
	}
	m, err := roadnet.ParseMode(in.Text("mode"))
	if err != nil {
		return err
	}
	list, err := minutesOf(in.Text("minutes"))
	if err != nil {
		return err
	}
	at, err := snap(g, m, orb.Point{in.Float("lon"), in.Float("lat")}, "lon")
	if err != nil {
		return err
	}
	limits := make([]time.Duration, len(list))
	for i, x := range list {
		limits[i] = minutes(x)
	}
	found, err := g.Isochrones(ctx, m, at, limits, in.Text("direction") == "in")
	if err != nil {
		return err
	}
	b := []byte(`{"type":"FeatureCollection","features":[`)
	for i := range found {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"type":"Feature","geometry":`...)
		b = geojson.AppendGeometry(b, found[i].Area)
		b = fmt.Appendf(b, `,"properties":{"minutes":%v,"mode":%q,"road_m":%.0f,"area_m2":%.0f}}`, list[i], m, found[i].Metres, measure.Area(found[i].Area))
	}
	usage.Rows(ctx, len(found))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.Blob(http.StatusOK, mediaGeoJSON, fmt.Appendf(b, `],"numberReturned":%d}`+"\n", len(found)))
}

// ringList is what isochrone answers.
type ringList struct {
	Type           string `json:"type" enum:"FeatureCollection"`
	Features       []ring `json:"features"`
	NumberReturned int    `json:"numberReturned"`
}

type ring struct {
	Type       string `json:"type" enum:"Feature"`
	Geometry   any    `json:"geometry" schema:"Geometry"`
	Properties struct {
		Minutes float64 `json:"minutes"`
		Mode    string  `json:"mode"`
		RoadM   float64 `json:"road_m" about:"Metres of road within reach"`
		AreaM2  float64 `json:"area_m2"`
	} `json:"properties"`
}

// minutesOf reads the limits, each once, in ascending order.
func minutesOf(text string) ([]float64, error) {
	var out []float64
	for part := range strings.SplitSeq(text, ",") {
		x, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil || !(x >= 0.1 && x <= maxReach) {
			return nil, layers.Invalidf("route", "minutes", fmt.Sprintf("%.20q is not between 0.1 and %d", part, maxReach))
		}
		if out = append(out, x); len(out) > maxRings {
			return nil, layers.Invalidf("route", "minutes", fmt.Sprintf("more than %d numbers", maxRings))
		}
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

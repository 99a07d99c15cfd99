package route

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/roadnet"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

type area struct {
	Type        string          `json:"type"`
	Coordinates [][][][]float64 `json:"coordinates"`
}

type areaProperties struct {
	Minutes float64 `json:"minutes"`
	Mode    string  `json:"mode"`
	RoadM   float64 `json:"road_m"`  // metres of road that are reached
	AreaM2  float64 `json:"area_m2"` // square metres of the area
}

type areaFeature struct {
	Type       string         `json:"type"`
	Geometry   area           `json:"geometry"`
	Properties areaProperties `json:"properties"`
}

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
	features := make([]areaFeature, len(found))
	for i := range found {
		features[i] = areaFeature{Type: "Feature", Geometry: area{"MultiPolygon", rings(found[i].Area)},
			Properties: areaProperties{Minutes: list[i], Mode: m.String(), RoadM: math.Round(found[i].Metres), AreaM2: math.Round(measure.Area(found[i].Area))}}
	}
	usage.Rows(ctx, len(features))
	return answer(c, map[string]any{"type": "FeatureCollection", "features": features, "numberReturned": len(features)})
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

func rings(m orb.MultiPolygon) [][][][]float64 {
	out := make([][][][]float64, len(m))
	for i, p := range m {
		for _, r := range p {
			out[i] = append(out[i], coordinates(r))
		}
	}
	return out
}

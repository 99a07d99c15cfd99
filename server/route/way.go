package route

import (
	"errors"
	"math"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers/roadnet"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

// stretch is a part of a way on one road.
type stretch struct {
	ID      string  `json:"id"`
	Name    string  `json:"name,omitempty"`
	Metres  float64 `json:"metres"`
	Seconds float64 `json:"seconds"`
}

// wayProperties are the properties of a way; Metres and Seconds include the
// straight walks at its ends.
type wayProperties struct {
	Mode    string    `json:"mode"`
	Seconds float64   `json:"seconds"`
	Metres  float64   `json:"metres"`
	FromM   float64   `json:"from_m"` // between the place and the roads
	ToM     float64   `json:"to_m"`
	Roads   []stretch `json:"roads"`
}

// wayFeature is a way as a GeoJSON feature.
type wayFeature struct {
	Type       string        `json:"type" enum:"Feature"`
	Geometry   line          `json:"geometry"`
	Properties wayProperties `json:"properties"`
}

type line struct {
	Type        string       `json:"type"`
	Coordinates [][2]float64 `json:"coordinates"`
}

func (r *Router) way(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), r.o.City.View()
	g, names, err := r.network(ctx, v, &subject, in.Text("roads"))
	if err != nil {
		return err
	}
	m, err := roadnet.ParseMode(in.Text("mode"))
	if err != nil {
		return err
	}
	var ends [2]*roadnet.Snap
	for i, name := range [2]string{"from", "to"} {
		p, err := place(name, in.Text(name))
		if err != nil {
			return err
		}
		if ends[i], err = snap(g, m, p, name); err != nil {
			return err
		}
	}
	way, err := g.Route(ctx, m, ends[0], ends[1], minutes(in.Float("max_minutes")))
	if errors.Is(err, roadnet.ErrNoWay) {
		return noWay("the roads do not lead from one place to the other within max_minutes")
	}
	if err != nil {
		return err
	}
	p := wayProperties{Mode: m.String(), Seconds: tenth(way.Seconds), Metres: tenth(way.Metres), FromM: tenth(ends[0].OffM), ToM: tenth(ends[1].OffM), Roads: []stretch{}}
	for _, s := range way.Steps {
		x := stretch{ID: s.Road, Metres: tenth(s.Metres), Seconds: tenth(s.Seconds)}
		if names {
			x.Name = s.Name
		}
		p.Roads = append(p.Roads, x)
	}
	usage.Rows(ctx, 1)
	return answer(c, wayFeature{"Feature", line{"LineString", coordinates(way.Line)}, p})
}

func answer(c echo.Context, body any) error {
	c.Response().Header().Set("Content-Type", mediaGeoJSON)
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, body)
}

func tenth(x float64) float64 { return math.Round(x*10) / 10 }

func coordinates(l []orb.Point) [][2]float64 {
	out := make([][2]float64, len(l))
	for i, p := range l {
		out[i] = p
	}
	return out
}

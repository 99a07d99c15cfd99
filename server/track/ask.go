package track

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/track"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
	"wutu/server/usage"
)

// Limits and defaults of questions.
const (
	maxPeriod    = 92 * 24 * time.Hour
	defaultSpan  = time.Hour
	maxGapS      = 24 * 3600
	defaultGapS  = 600
	maxRadiusM   = 10_000
	maxSimplifyM = 10_000
	maxStayS     = 24 * 3600
)

// periodOf reads the ends of a period: up to now, an hour long, unless they say otherwise.
func periodOf(now time.Time, from, to, fromField, toField string) (p period, err error) {
	p.to = now
	instant := func(field, text string) (time.Time, error) {
		x, _, err := param.Datetime(field, text)
		if err == nil && !x.Instant {
			err = layers.Invalidf("track", field, "is an interval, not an instant")
		}
		return x.From, err
	}
	if to != "" {
		if p.to, err = instant(toField, to); err != nil {
			return p, err
		}
	}
	p.from = p.to.Add(-defaultSpan)
	if from != "" {
		if p.from, err = instant(fromField, from); err != nil {
			return p, err
		}
	}
	switch {
	case p.to.Before(p.from):
		return p, layers.Invalidf("track", toField, "is before the beginning")
	case p.to.Sub(p.from) > maxPeriod:
		return p, problem.TooMuch(fromField, fmt.Sprintf("the period is longer than %d days", int(maxPeriod/(24*time.Hour))))
	}
	return p, nil
}

// asked is what the questions about one object have in common.
type asked struct {
	sight *sight
	id    string
	parts [][]track.Fix
	fixes int
}

// ask reads the track that a request asks about.
func (o *Office) ask(c echo.Context, in *openapi.Input) (*asked, error) {
	ctx := c.Request().Context()
	x, err := o.sight(ctx, auth.SubjectOf(ctx), in.Text("layer"), "layer", in.Text("purpose"), "purpose")
	if err != nil {
		return nil, err
	}
	p, err := periodOf(o.o.Now(), in.Text("from"), in.Text("to"), "from", "to")
	if err != nil {
		return nil, err
	}
	a := &asked{sight: x, id: in.Text("id")}
	if a.parts, err = x.one(a.id, p, time.Duration(in.Int("gap"))*time.Second, "purpose"); err != nil {
		return nil, err
	}
	for _, part := range a.parts {
		a.fixes += len(part)
	}
	if a.fixes > maxFixes {
		return nil, problem.TooMuch("from", fmt.Sprintf("%d fixes are more than the %d of an answer: ask for a shorter period", a.fixes, maxFixes))
	}
	usage.Layers(ctx, x.layer.ID)
	usage.Rows(ctx, a.fixes)
	c.Response().Header().Set("Cache-Control", "no-store")
	return a, nil
}

func (o *Office) track(c echo.Context, in *openapi.Input) error {
	a, err := o.ask(c, in)
	if err != nil {
		return err
	}
	w := writer{id: a.id, layer: a.sight.layer.ID, parts: a.parts, fixes: a.fixes}
	format := in.Text("f")
	if format == "geojson" {
		for _, part := range a.parts {
			w.lengthM += track.Length(part)
		}
	}
	if tolerance := in.Float("simplify"); tolerance > 0 {
		for i, part := range a.parts {
			a.parts[i] = track.Simplify(part, tolerance)
		}
	}
	switch format {
	case "csv":
		return c.Blob(http.StatusOK, mediaCSV, w.csv())
	case "mf":
		return c.Blob(http.StatusOK, mediaJSON, w.moving())
	}
	return c.Blob(http.StatusOK, mediaGeoJSON, w.geojson())
}

const mediaGeoJSON = "application/geo+json"

// stop is a stay as it is handed out.
type stop struct {
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Seconds float64   `json:"seconds"`
	Lon     float64   `json:"lon" about:"Of the middle of its fixes"`
	Lat     float64   `json:"lat"`
	Fixes   int       `json:"fixes"`
}

type stopList struct {
	ID    string `json:"id"`
	Stops []stop `json:"stops"`
}

// trip is a way as it is handed out.
type trip struct {
	From     time.Time       `json:"from"`
	To       time.Time       `json:"to"`
	Seconds  float64         `json:"seconds"`
	LengthM  float64         `json:"length_m"`
	Fixes    int             `json:"fixes"`
	Geometry json.RawMessage `json:"geometry" schema:"Geometry"`
}

type tripList struct {
	ID    string `json:"id"`
	Trips []trip `json:"trips"`
	Stops []stop `json:"stops"`
}

func stopsOf(part []track.Fix, stops []track.Stop) []stop {
	out := make([]stop, len(stops))
	for i, s := range stops {
		from, to := part[s.First], part[s.Last]
		out[i] = stop{From: from.At(), To: to.At(), Seconds: float64(to.T-from.T) / 1000, Lon: s.Centre[0], Lat: s.Centre[1], Fixes: s.Last - s.First + 1}
	}
	return out
}

func (o *Office) stops(c echo.Context, in *openapi.Input) error {
	a, err := o.ask(c, in)
	if err != nil {
		return err
	}
	out := stopList{ID: a.id, Stops: []stop{}}
	for _, part := range a.parts {
		if err := c.Request().Context().Err(); err != nil {
			return err
		}
		out.Stops = append(out.Stops, stopsOf(part, track.Stops(part, in.Float("radius"), time.Duration(in.Int("least"))*time.Second))...)
	}
	return c.JSON(http.StatusOK, &out)
}

func (o *Office) trips(c echo.Context, in *openapi.Input) error {
	a, err := o.ask(c, in)
	if err != nil {
		return err
	}
	out := tripList{ID: a.id, Stops: []stop{}, Trips: []trip{}}
	for _, part := range a.parts {
		if err := c.Request().Context().Err(); err != nil {
			return err
		}
		stops := track.Stops(part, in.Float("radius"), time.Duration(in.Int("least"))*time.Second)
		out.Stops = append(out.Stops, stopsOf(part, stops)...)
		for _, t := range track.Trips(part, stops) {
			way := part[t.First : t.Last+1]
			long := track.Length(way)
			if long < in.Float("length") {
				continue
			}
			from, to := way[0], way[len(way)-1]
			w := writer{parts: [][]track.Fix{track.Simplify(way, in.Float("simplify"))}}
			out.Trips = append(out.Trips, trip{From: from.At(), To: to.At(), Seconds: float64(to.T-from.T) / 1000, LengthM: long,
				Fixes: len(way), Geometry: w.geometry(nil)})
		}
	}
	return c.JSON(http.StatusOK, &out)
}

package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// maxBuffer bounds buffers: half of the Earth's circumference reaches everything.
const maxBuffer = 20_037_508

type withinBody struct {
	Geometry  json.RawMessage `json:"geometry"`
	Layers    []string        `json:"layers"`
	Filter    string          `json:"filter"`
	Predicate string          `json:"predicate"`
	Buffer    float64         `json:"buffer"`
	Result    string          `json:"result"`
	Limit     *int            `json:"limit"`
}

func (a *API) within(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	var body withinBody
	if err := in.Body(&body); err != nil {
		return err
	}
	region, err := body.region()
	if err != nil {
		return err
	}
	filter, err := param.Filter("/filter", body.Filter)
	if err != nil {
		return err
	}
	q := layers.Query{Subject: subject, Region: region, Filter: filter, Limit: defaultPerList}
	if body.Limit != nil {
		if *body.Limit < 1 || *body.Limit > maxFeatures {
			return layers.Invalidf("within", "/limit", fmt.Sprintf("%d is not between 1 and %d", *body.Limit, maxFeatures))
		}
		q.Limit = *body.Limit
	}
	listing := body.Result == "features"
	ids, err := layerList(v, &subject, body.Layers, listing)
	if err != nil {
		return err
	}
	if body.Layers != nil {
		usage.Layers(ctx, ids...)
	}
	w := withinAnswer{view: v, query: q, ids: ids, named: body.Layers}
	if listing {
		return w.features(c)
	}
	return w.counts(c)
}

func (b *withinBody) region() (*layers.Region, error) {
	if len(b.Geometry) == 0 {
		return nil, layers.Invalidf("within", "/geometry", "is required")
	}
	g, err := param.Geometry("/geometry", b.Geometry)
	if err != nil {
		return nil, err
	}
	r := &layers.Region{Geometry: g, BufferM: b.Buffer}
	switch b.Predicate {
	case "", "intersects":
	case "within":
		r.Within = true
	default:
		return nil, layers.Invalidf("within", "/predicate", fmt.Sprintf("%.40q is not intersects or within", b.Predicate))
	}
	if b.Result != "" && b.Result != "count" && b.Result != "features" {
		return nil, layers.Invalidf("within", "/result", fmt.Sprintf("%.40q is not count or features", b.Result))
	}
	if !(b.Buffer >= 0) || b.Buffer > maxBuffer {
		return nil, layers.Invalidf("within", "/buffer", fmt.Sprintf("%v is not between 0 and %d metres", b.Buffer, maxBuffer))
	}
	return r, nil
}

// layerList checks the layers of a request; none named means all that the
// subject may count, or list.
func layerList(v *live.View, s *layers.Subject, named []string, listing bool) ([]string, error) {
	if named == nil {
		for _, l := range v.Layers() {
			if m := access.Decide(s, l).Mode; m == access.List || m == access.Counts && !listing {
				named = append(named, l.ID)
			}
		}
		return named, nil
	}
	seen := make(map[string]bool, len(named))
	for i, id := range named {
		at := "/layers/" + strconv.Itoa(i)
		var err error
		if listing {
			_, err = param.Listable(v, s, id)
		} else {
			_, _, err = param.Countable(v, s, id)
		}
		if err != nil {
			return nil, param.At(at, err)
		}
		if seen[id] {
			return nil, layers.Invalidf("request", at, fmt.Sprintf("layer %s is named twice", id))
		}
		seen[id] = true
	}
	return named, nil
}

// skips reports whether a layer that was not named may be left out of an answer:
// its schema has no such field, or the field is personal.
func skips(named []string, err error) bool {
	var e *layers.Error
	return named == nil && errors.As(err, &e) && (e.Kind == layers.Invalid || e.Kind == layers.Forbidden)
}

// withinAnswer counts or lists the layers of a request.
type withinAnswer struct {
	view  *live.View
	query layers.Query
	ids   []string
	named []string // as the request names them
}

func (w *withinAnswer) counts(c echo.Context) error {
	counts, below := map[string]*int{}, map[string]int{}
	for _, id := range w.ids {
		w.query.Layer = id
		n, err := w.view.Count(c.Request().Context(), w.query)
		if skips(w.named, err) {
			continue
		}
		if err != nil {
			return param.At("/filter", err)
		}
		counts[id] = countOf(n)
		if n.Below > 0 {
			below[id] = n.Below
		}
	}
	usage.Rows(c.Request().Context(), len(counts))
	out := map[string]any{"counts": counts, "area_m2": nil}
	if len(below) > 0 {
		out["below"] = below
	}
	if area := measure.Area(w.query.Region.Geometry); !math.IsNaN(area) && w.query.Region.BufferM == 0 {
		out["area_m2"] = area
	}
	return c.JSON(http.StatusOK, out)
}

func (w *withinAnswer) features(c echo.Context) error {
	b := []byte(`{"features":{`)
	first := true
	for _, id := range w.ids {
		w.query.Layer = id
		list, err := appendCollection(c.Request().Context(), nil, w.view, w.query)
		if skips(w.named, err) {
			continue
		}
		if err != nil {
			return param.At("/filter", err)
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = geojson.AppendString(b, id)
		b = append(b, ':')
		b = append(b, list...)
	}
	return c.Blob(http.StatusOK, mediaJSON, append(b, '}', '}', '\n'))
}

// appendCollection appends the features of q as a FeatureCollection with
// numberMatched.
func appendCollection(ctx context.Context, b []byte, v *live.View, q layers.Query) ([]byte, error) {
	l, err := param.Listable(v, &q.Subject, q.Layer)
	if err != nil {
		return nil, err
	}
	e := geojson.Encoder{Layer: l, Sights: access.Decide(&q.Subject, l).Sights}
	b = append(b, `{"type":"FeatureCollection","features":[`...)
	i := 0
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = e.Append(b, row, i)
		i++
	}
	usage.Rows(ctx, i)
	n, err := v.Count(ctx, q)
	if err != nil {
		return nil, err
	}
	b = append(b, `],"numberMatched":`...)
	b = strconv.AppendInt(b, int64(n.N), 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(i), 10)
	return append(b, '}'), nil
}

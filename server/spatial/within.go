package spatial

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
	"wutu/layers/spatial"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

type withinBody struct {
	Geometry  json.RawMessage `json:"geometry" must:"true" schema:"Geometry"`
	Layers    []string        `json:"layers" about:"Ids of layers; absent: all that may be counted or listed"`
	Filter    json.RawMessage `json:"filter" about:"CQL2 as text or as JSON"`
	Predicate string          `json:"predicate" enum:"intersects,within,contains,touches,crosses,overlaps,equals,disjoint,dwithin" about:"How features lie to the geometry; absent: intersects"`
	Buffer    float64         `json:"buffer" about:"Metres around the geometry, inclusive; with intersects, within and dwithin"`
	Distance  *float64        `json:"distance" about:"The buffer of dwithin"`
	Result    string          `json:"result" enum:"count,features"`
	Limit     *int            `json:"limit" about:"Features per layer"`
	Datetime  string          `json:"datetime" about:"The city as of this instant (RFC 3339), borders of areas included. Layers given as counts only have no past"`
}

// withinCounts is the answer to result count; features has lists by layer.
type withinCounts struct {
	Counts   map[string]*int            `json:"counts,omitempty"`
	Below    map[string]int             `json:"below,omitempty"`
	AreaM2   *float64                   `json:"area_m2,omitempty" null:"true"`
	Features map[string]json.RawMessage `json:"features,omitempty" schema:"map[]FeatureCollection"`
}

func (a *API) within(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	var body withinBody
	if err := in.Body(&body); err != nil {
		return err
	}
	v, err := param.AsOf(ctx, v, "/datetime", body.Datetime)
	if err != nil {
		return err
	}
	q := layers.Query{Subject: subject}
	if q.Filter, err = filterOf("/filter", body.Filter); err != nil {
		return err
	}
	w := withinAnswer{view: v, query: q, named: body.Layers}
	if err := body.place(&w); err != nil {
		return err
	}
	if w.query.Limit, err = limitOf("/limit", body.Limit, a.o.MaxPage, defaultPerList); err != nil {
		return err
	}
	if body.Result != "" && body.Result != "count" && body.Result != "features" {
		return layers.Invalidf("within", "/result", fmt.Sprintf("%.40q is not count or features", body.Result))
	}
	listing := body.Result == "features"
	if w.ids, err = param.Layers(v, &subject, body.Layers, listing); err != nil {
		return err
	}
	if body.Layers != nil {
		usage.Layers(ctx, w.ids...)
	}
	if listing {
		return w.features(c)
	}
	return w.counts(c)
}

// place puts the region and the predicate into the query: those the index knows as
// a region, the others as a condition.
func (b *withinBody) place(w *withinAnswer) error {
	g, err := drawn("/geometry", b.Geometry, maxRegionVertices)
	if err != nil {
		return err
	}
	relation, err := spatial.ParseRelation("/predicate", b.Predicate)
	if err != nil {
		return err
	}
	if err := metres("/buffer", b.Buffer, maxMetres); err != nil {
		return err
	}
	if b.Distance != nil {
		if relation != spatial.DWithin {
			return layers.Invalidf("within", "/distance", "goes with the predicate dwithin; the others take a buffer")
		}
		if err := metres("/distance", *b.Distance, maxMetres); err != nil {
			return err
		}
		b.Buffer = *b.Distance
	}
	w.drawn = layers.Region{Geometry: g, BufferM: b.Buffer}
	switch relation {
	case spatial.Intersects, spatial.Within, spatial.DWithin:
		w.query.Region = &layers.Region{Geometry: g, BufferM: b.Buffer, Within: relation == spatial.Within}
		return nil
	default:
	}
	if b.Buffer != 0 {
		return layers.Invalidf("within", "/buffer", "goes with the predicates intersects, within and dwithin")
	}
	if err := checkVertices("/geometry", g, maxVertices); err != nil {
		return err
	}
	w.query.Filter = relation.Filter(g, w.query.Filter)
	return nil
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
	drawn layers.Region
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
	if area := measure.Area(w.drawn.Geometry); !math.IsNaN(area) && w.drawn.BufferM == 0 {
		out["area_m2"] = area
	}
	return c.JSON(http.StatusOK, out)
}

// countOf is a count as JSON: a number, or null when it is withheld.
func countOf(n live.Count) *int {
	if n.Below > 0 {
		return nil
	}
	return &n.N
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

package spatial

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/spatial"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

type corridorBody struct {
	Path   json.RawMessage `json:"path" must:"true" schema:"Geometry" about:"A LineString of at least two different positions"`
	Width  float64         `json:"width" must:"true" about:"How far off the path, in metres to either side, inclusive"`
	Layers []string        `json:"layers" about:"Ids of layers; absent: all that may be listed"`
	Filter json.RawMessage `json:"filter" about:"CQL2 as text or as JSON"`
	Limit  *int            `json:"limit" about:"At most this many features, the first along the path"`

	Datetime string `json:"datetime" about:"The city as of this instant (RFC 3339)"`
}

// corridorAnswer describes the answer, which is written by hand.
type corridorAnswer struct {
	Type     string            `json:"type" enum:"FeatureCollection"`
	Features []corridorFeature `json:"features"`
	LengthM  float64           `json:"length_m" about:"Of the path"`
	Matched  int               `json:"numberMatched"`
	Returned int               `json:"numberReturned"`
}

type corridorFeature struct {
	Type       string           `json:"type" enum:"Feature"`
	ID         string           `json:"id"`
	Geometry   json.RawMessage  `json:"geometry" schema:"Geometry"`
	Properties map[string]any   `json:"properties"`
	Layer      string           `json:"layer"`
	Along      float64          `json:"along" about:"Metres from the start of the path to the place of it nearest to the feature"`
	Off        float64          `json:"off" about:"Metres between the two"`
	Side       string           `json:"side" enum:"left,right,on"`
	Crossings  []crossingAnswer `json:"crossings,omitempty"`
}

// crossingAnswer is a place where a line, or the outline of a polygon, crosses the
// path. Outlines are taken with the polygon to their left: left-to-right is where the
// path enters it.
type crossingAnswer struct {
	Along     float64   `json:"along"`
	Place     orb.Point `json:"place"`
	Direction string    `json:"direction" enum:"left-to-right,right-to-left"`
}

// passed is a feature of one of the layers.
type passed struct {
	layer *layers.Layer
	spatial.Passed
}

func (a *API) corridor(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	var body corridorBody
	if err := in.Body(&body); err != nil {
		return err
	}
	v, err := param.AsOf(ctx, v, "/datetime", body.Datetime)
	if err != nil {
		return err
	}
	line, err := pathOf(body.Path)
	if err != nil {
		return err
	}
	if err := metres("/width", body.Width, maxWidth); err != nil {
		return err
	}
	limit, err := limitOf("/limit", body.Limit, a.o.MaxPage, defaultPerList)
	if err != nil {
		return err
	}
	filter, err := filterOf("/filter", body.Filter)
	if err != nil {
		return err
	}
	ids, err := param.Layers(v, &subject, body.Layers, true)
	if err != nil {
		return err
	}
	if body.Layers != nil {
		usage.Layers(ctx, ids...)
	}
	path := spatial.NewPath(line)
	var all []passed
	for _, id := range ids {
		l, err := param.Listable(v, &subject, id)
		if err != nil {
			return err
		}
		found, err := spatial.Corridor(ctx, v, layers.Query{Subject: subject, Layer: id, Filter: filter}, path, body.Width)
		if skips(body.Layers, err) {
			continue
		}
		if err != nil {
			return param.At("/filter", err)
		}
		for _, x := range found {
			all = append(all, passed{l, x})
		}
	}
	slices.SortStableFunc(all, func(a, b passed) int {
		return cmp.Or(cmp.Compare(a.AlongM, b.AlongM), strings.Compare(a.ID(), b.ID()))
	})
	matched := len(all)
	all = all[:min(matched, limit)]
	usage.Rows(ctx, len(all))
	b := []byte(`{"type":"FeatureCollection","features":[`)
	for i := range all {
		if i > 0 {
			b = append(b, ',')
		}
		x := &all[i]
		e := geojson.Encoder{Layer: x.layer, Sights: access.Decide(&subject, x.layer).Sights, Extra: x.append}
		b = e.Append(b, x.Row, i)
	}
	b = append(b, `],"length_m":`...)
	b = geojson.AppendFloat(b, path.LengthM())
	b = append(b, `,"numberMatched":`...)
	b = strconv.AppendInt(b, int64(matched), 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(len(all)), 10)
	return c.Blob(http.StatusOK, mediaGeoJSON, append(b, '}', '\n'))
}

// append appends the members of a feature that say where along the path it is.
func (x *passed) append(b []byte, _ int) []byte {
	b = append(b, `,"layer":`...)
	b = geojson.AppendString(b, x.layer.ID)
	b = append(b, `,"along":`...)
	b = geojson.AppendFloat(b, x.AlongM)
	b = append(b, `,"off":`...)
	b = geojson.AppendFloat(b, x.DistanceM)
	b = append(b, `,"side":"`...)
	b = append(append(b, x.Side.String()...), '"')
	if len(x.Crossings) == 0 {
		return b
	}
	b = append(b, `,"crossings":[`...)
	for i, k := range x.Crossings {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(b, `{"along":`...)
		b = geojson.AppendFloat(b, k.AlongM)
		b = append(b, `,"place":`...)
		b = appendPosition(b, k.Place)
		if k.Right {
			b = append(b, `,"direction":"left-to-right"}`...)
		} else {
			b = append(b, `,"direction":"right-to-left"}`...)
		}
	}
	return append(b, ']')
}

// pathOf reads the path of a corridor.
func pathOf(data json.RawMessage) (orb.LineString, error) {
	g, err := drawn("/path", data, maxPathVertices)
	if err != nil {
		return nil, err
	}
	line, ok := g.(orb.LineString)
	if !ok || len(line) < 2 {
		return nil, layers.Invalidf("corridor", "/path", fmt.Sprintf("is a %s, not a LineString of at least two positions", g.GeoJSONType()))
	}
	return line, nil
}

package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// statsGroup is the answer for one key, or one combination of keys.
type statsGroup struct {
	Layer    string              `json:"layer"`
	Key      string              `json:"key" about:"Area code, H3 cell, value or unit of time; empty outside every area and for null; several with | between"`
	Name     string              `json:"name,omitempty" about:"Of the area"`
	Keys     []statsKey          `json:"keys,omitempty" about:"One for each entry of a list in by"`
	From     *time.Time          `json:"from,omitempty" about:"Beginning of the unit of time"`
	To       *time.Time          `json:"to,omitempty" about:"Its end, exclusive"`
	Count    *int                `json:"count"`
	Below    int                 `json:"below,omitempty"`
	Measures map[string]measured `json:"measures,omitempty"`
}

// statsKey is one key of a group by several.
type statsKey struct {
	Key  string     `json:"key"`
	Name string     `json:"name,omitempty"`
	From *time.Time `json:"from,omitempty"`
	To   *time.Time `json:"to,omitempty"`
}

// measured is the value of a measure: a number, an instant, a histogram, or null.
type measured struct {
	number float64
	at     time.Time
	bins   *live.Histogram
}

// MarshalJSON writes null for what is not a finite number.
func (m measured) MarshalJSON() ([]byte, error) {
	switch {
	case m.bins != nil:
		return json.Marshal(struct {
			Edges  []float64 `json:"edges"`
			Counts []int     `json:"counts"`
			Under  int       `json:"under"`
			Over   int       `json:"over"`
		}(*m.bins))
	case !m.at.IsZero():
		return json.Marshal(m.at)
	case math.IsNaN(m.number) || math.IsInf(m.number, 0):
		return []byte("null"), nil
	}
	return json.Marshal(m.number)
}

// Schema describes what MarshalJSON writes.
func (measured) Schema() *openapi.Schema {
	number, whole := &openapi.Schema{Type: "number"}, &openapi.Schema{Type: "integer"}
	return &openapi.Schema{AnyOf: []*openapi.Schema{
		{Type: "number", Null: true, About: "null without a value, and where the count is withheld"},
		{Type: "string", Format: "date-time", About: "min and max of instants"},
		{Type: "object", About: "A histogram: a bin holds its lower edge, the last one its upper edge too", Members: []openapi.Member{
			{Name: "edges", Schema: &openapi.Schema{Type: "array", Items: number}, Required: true},
			{Name: "counts", Schema: &openapi.Schema{Type: "array", Items: whole}, Required: true},
			{Name: "under", Schema: whole, Required: true}, {Name: "over", Schema: whole, Required: true}}},
	}}
}

type groupList struct {
	Groups []statsGroup `json:"groups"`
}

func (a *API) stats(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	var body statsBody
	if err := in.Body(&body); err != nil {
		return err
	}
	if len(body.Layers) == 0 {
		return layers.Invalidf("stats", "/layers", "names no layer")
	}
	q, err := body.query(subject)
	if err != nil {
		return err
	}
	zone := a.zone(ctx)
	by, err := body.keys(zone)
	if err != nil {
		return err
	}
	measures, at, err := body.measures()
	if err != nil {
		return err
	}
	ids, err := param.Layers(v, &subject, body.Layers, false)
	if err != nil {
		return err
	}
	usage.Layers(ctx, ids...)
	out := groupList{Groups: []statsGroup{}}
	for _, id := range ids {
		q.Layer = id
		groups, err := v.GroupBy(ctx, q, by, measures)
		if err != nil {
			return body.fault(err)
		}
		if len(out.Groups)+len(groups) > maxGroups {
			return &layers.Error{Kind: layers.TooLarge, Op: "stats", Layer: id, Field: "/by",
				Err: fmt.Errorf("makes more than %d groups: take a coarser one or a smaller region", maxGroups)}
		}
		l, _ := v.Layer(id)
		values := body.valuesOf(l, measures, at, zone)
		for i := range groups {
			out.Groups = append(out.Groups, body.group(id, &groups[i], values))
		}
	}
	usage.Rows(ctx, len(out.Groups))
	return c.JSON(http.StatusOK, out)
}

// fault names the place in the body behind an error of the engine.
func (b *statsBody) fault(err error) error {
	var e *layers.Error
	if errors.As(err, &e) && e.Kind == layers.TooLarge && e.Field == "by" {
		return param.At("/by", err)
	}
	names := map[string]string{"by": "/by", "measures": "/measures", "datetime": "/datetime", "bbox": "/bbox", "buffer": "/buffer"}
	if e != nil && e.Kind == layers.Forbidden && b.Filter == nil { // only a key or a measure can have mentioned the field
		for i, s := range b.Measures {
			if m, err := live.ParseMeasure(s); err == nil && m.Field == e.Field {
				names[e.Field] = "/measures/" + strconv.Itoa(i)
			}
		}
		if _, measured := names[e.Field]; !measured {
			names[e.Field] = "/by"
		}
	}
	return param.Pointers(err, "/filter", names)
}

// valuesOf returns what makes the measures of a group of a layer, by the words of
// the body.
func (b *statsBody) valuesOf(l *layers.Layer, measures []live.Measure, at []int, zone *time.Location) func(*live.Group) map[string]measured {
	if len(at) == 0 {
		return func(*live.Group) map[string]measured { return nil }
	}
	instants := make([]bool, len(measures))
	for i, m := range measures {
		instants[i] = (m.Op == live.Min || m.Op == live.Max) && l.Fields[l.FieldIndex(m.Field)].Type == layers.DateTime
	}
	return func(g *live.Group) map[string]measured {
		out := make(map[string]measured, len(at))
		for i, j := range at {
			var x measured
			switch {
			case j < 0 && g.Below > 0:
				x.number = math.NaN()
			case j < 0:
				x.number = float64(g.N)
			case g.Bins != nil && g.Bins[j] != nil:
				x.bins = g.Bins[j]
			case instants[j] && !math.IsNaN(g.Measures[j]):
				x.at = time.UnixMicro(int64(g.Measures[j])).In(zone)
			default:
				x.number = g.Measures[j]
			}
			out[b.Measures[i]] = x
		}
		return out
	}
}

func (b *statsBody) group(layer string, g *live.Group, values func(*live.Group) map[string]measured) statsGroup {
	out := statsGroup{Layer: layer, Key: g.Key, Count: countOf(g.Count), Below: g.Below, Measures: values(g)}
	if !b.By.list {
		if len(g.Keys) == 1 {
			k := keyOf(&g.Keys[0])
			out.Name, out.From, out.To = k.Name, k.From, k.To
		}
		return out
	}
	for i := range g.Keys {
		out.Keys = append(out.Keys, keyOf(&g.Keys[i]))
	}
	return out
}

func keyOf(k *live.Key) statsKey {
	out := statsKey{Key: k.Text, Name: k.Name}
	if !k.To.IsZero() {
		out.From, out.To = &k.From, &k.To
	}
	return out
}

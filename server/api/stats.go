package api

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// maxMeasures bounds the measures of one request.
const maxMeasures = 32

// maxGroups bounds an answer: a street of H3 cells of resolution 15 has millions.
const maxGroups = 100_000

type statsBody struct {
	Layers   []string        `json:"layers" must:"true"`
	Geometry json.RawMessage `json:"geometry" schema:"Geometry"`
	Filter   string          `json:"filter"`
	By       string          `json:"by" about:"district, street, community, grid, h3:0 to h3:15, field:name or none"`
	Measures []string        `json:"measures" about:"sum(field), mean(field) and so on"`
}

type statsGroup struct {
	Layer    string              `json:"layer"`
	Key      string              `json:"key"`
	Name     string              `json:"name,omitempty"`
	Count    *int                `json:"count"`
	Below    int                 `json:"below,omitempty"`
	Measures map[string]*float64 `json:"measures,omitempty"`
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
	q := layers.Query{Subject: subject}
	var err error
	if q.Filter, err = param.Filter("/filter", body.Filter); err != nil {
		return err
	}
	if len(body.Geometry) > 0 && string(body.Geometry) != "null" {
		g, err := param.Geometry("/geometry", body.Geometry)
		if err != nil {
			return err
		}
		q.Region = &layers.Region{Geometry: g}
	}
	by, err := parseBy(body.By)
	if err != nil {
		return err
	}
	measures, err := parseMeasures(body.Measures)
	if err != nil {
		return err
	}
	ids, err := param.Layers(v, &subject, body.Layers, false)
	if err != nil {
		return err
	}
	usage.Layers(ctx, ids...)
	out := []statsGroup{}
	for _, id := range ids {
		q.Layer = id
		groups, err := v.Group(ctx, q, by, measures)
		if err != nil {
			return param.Pointers(err, "/filter", map[string]string{"by": "/by", "measures": "/measures"})
		}
		if len(out)+len(groups) > maxGroups {
			return &layers.Error{Kind: layers.TooLarge, Op: "stats", Layer: id, Field: "/by",
				Err: fmt.Errorf("makes more than %d groups: take a coarser one or a smaller region", maxGroups)}
		}
		names := keyNames(v, id, by)
		for i := range groups {
			out = append(out, group(id, &groups[i], measures, names))
		}
	}
	usage.Rows(ctx, len(out))
	return c.JSON(http.StatusOK, groupList{out})
}

func group(layer string, g *live.Group, measures []live.Measure, names func(string) string) statsGroup {
	out := statsGroup{Layer: layer, Key: g.Key, Name: names(g.Key), Count: countOf(g.Count), Below: g.Below}
	if len(measures) > 0 {
		out.Measures = make(map[string]*float64, len(measures))
	}
	for i, m := range measures {
		if x := g.Measures[i]; !math.IsNaN(x) && !math.IsInf(x, 0) {
			out.Measures[m.String()] = &x
		} else {
			out.Measures[m.String()] = nil
		}
	}
	return out
}

// keyNames returns what a group's key is called: the name of an area.
func keyNames(v *live.View, _ string, by live.By) func(string) string {
	return func(key string) string {
		if by.Level == layers.NoLevel || key == "" {
			return ""
		}
		_, a, _ := v.AreaByCode(key)
		return a.Name
	}
}

// parseBy reads district, street, community, grid, h3:r, field:name or none.
func parseBy(s string) (live.By, error) {
	if s == "" || s == "none" {
		return live.By{}, nil
	}
	if level, err := layers.ParseLevel(s); err == nil {
		return live.By{Level: level}, nil
	}
	if res, ok := strings.CutPrefix(s, "h3:"); ok {
		if n, err := strconv.Atoi(res); err == nil && n >= 0 && n <= 15 {
			return live.By{Cells: true, Res: n}, nil
		}
		return live.By{}, layers.Invalidf("stats", "/by", fmt.Sprintf("%.40q is not an H3 resolution from 0 to 15", res))
	}
	if field, ok := strings.CutPrefix(s, "field:"); ok && field != "" {
		return live.By{Field: field}, nil
	}
	return live.By{}, layers.Invalidf("stats", "/by", fmt.Sprintf("%.40q is not district, street, community, grid, h3:r, field:name or none", s))
}

func parseMeasures(list []string) ([]live.Measure, error) {
	if len(list) > maxMeasures {
		return nil, layers.Invalidf("stats", "/measures", fmt.Sprintf("has more than %d entries", maxMeasures))
	}
	var out []live.Measure
	for i, s := range list {
		m, err := live.ParseMeasure(s)
		if err != nil {
			return nil, param.At("/measures/"+strconv.Itoa(i), err)
		}
		out = append(out, m)
	}
	return out, nil
}

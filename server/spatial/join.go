package spatial

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"slices"
	"strconv"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/spatial"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// linkBody says when features of two layers belong together.
type linkBody struct {
	Predicate string   `json:"predicate" enum:"intersects,within,contains,touches,crosses,overlaps,equals,dwithin" about:"How a feature of the first layer lies to one of the second; absent: dwithin with distance, otherwise intersects"`
	Distance  *float64 `json:"distance" about:"Metres of dwithin, inclusive"`
}

func (b *linkBody) link() (spatial.Link, error) {
	k := spatial.Link{}
	var err error
	if k.Relation, err = spatial.ParseRelation("/predicate", b.Predicate); err != nil {
		return k, err
	}
	if b.Distance != nil {
		if b.Predicate == "" {
			k.Relation = spatial.DWithin
		}
		if err := metres("/distance", *b.Distance, maxWidth); err != nil {
			return k, err
		}
		k.DistM = *b.Distance
	} else if k.Relation == spatial.DWithin {
		return k, layers.Invalidf("join", "/distance", "is required with dwithin")
	}
	if err := k.Check(); err != nil {
		return k, param.Pointers(err, "/predicate", map[string]string{"predicate": "/predicate", "distance": "/distance"})
	}
	return k, nil
}

type joinBody struct {
	Left  side `json:"left" must:"true"`
	Right side `json:"right" must:"true"`
	linkBody
	Result   string   `json:"result" enum:"counts,pairs,groups" about:"counts: of every feature of left; pairs: ids; groups: by values of fields. Absent: counts"`
	Measures []string `json:"measures" about:"sum:, avg:, min: or max: and a numeric field of right; with counts and groups"`
	By       struct {
		Left  string `json:"left" about:"Field of left"`
		Right string `json:"right" about:"Field of right"`
	} `json:"by" about:"What groups are made by"`
	Limit    *int   `json:"limit" about:"Features of left, or pairs, at once"`
	Cursor   string `json:"cursor" about:"From the member next of the page before"`
	Datetime string `json:"datetime" about:"The city as of this instant (RFC 3339)"`
}

// joinAnswer has one of the lists.
type joinAnswer struct {
	Counts []joinCount `json:"counts,omitempty" about:"Of every feature of left, in order of id"`
	Pairs  []joinPair  `json:"pairs,omitempty" about:"In order of left, then right"`
	Groups []joinGroup `json:"groups,omitempty"`
	Next   string      `json:"next,omitempty" about:"Cursor of the next page; absent on the last"`
}

type joinCount struct {
	ID       string              `json:"id"`
	Count    *int                `json:"count"`
	Below    int                 `json:"below,omitempty"`
	Measures map[string]*float64 `json:"measures,omitempty"`
}

type joinPair struct {
	Left     string   `json:"left"`
	Right    string   `json:"right"`
	Distance *float64 `json:"distance,omitempty" about:"Metres, with dwithin"`
}

type joinGroup struct {
	Left     string              `json:"left" about:"Value of the field of left, empty for null"`
	Right    string              `json:"right" about:"Value of the field of right, empty for null"`
	Pairs    int                 `json:"pairs"`
	Features int                 `json:"features" about:"Of left, with at least one of the pairs"`
	Measures map[string]*float64 `json:"measures,omitempty"`
}

// place is where a page of a join begins.
type place struct {
	Done  string `json:"d,omitempty"` // every left feature up to this one is done
	Left  string `json:"l,omitempty"` // of this one the pairs up to Right are
	Right string `json:"r,omitempty"`
}

func (p place) encode() string {
	b, err := json.Marshal(p)
	if err != nil { // cannot happen: plain strings
		return ""
	}
	return base64.RawURLEncoding.EncodeToString(b)
}

func placeOf(text string) (p place, err error) {
	if text == "" {
		return place{}, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || json.Unmarshal(b, &p) != nil {
		return place{}, layers.Invalidf("join", "/cursor", "is not a cursor of this list: take it from next")
	}
	return p, nil
}

// joining is a join that was read.
type joining struct {
	view     *live.View
	join     spatial.Join
	measures []live.Measure
	limit    int
	from     place
	layers   map[string]string // layer to the member that names it
}

// sides reads the two layers of a question; a and b are the members' names.
func (x *joining) sides(ctx context.Context, subject layers.Subject, left, right *side, a, b string, listing bool) error {
	for i, s := range [2]*side{left, right} {
		name := [2]string{a, b}[i]
		q, l, err := s.query(x.view, subject, "/"+name, i == 0 || listing)
		if err != nil {
			return err
		}
		part := spatial.Part{Query: q}
		period, err := s.window("/" + name)
		if err != nil {
			return err
		}
		if period != nil {
			part.During = period.Meets
		}
		if i == 0 {
			x.join.Left = part
		} else {
			x.join.Right = part
		}
		if x.layers == nil {
			x.layers = map[string]string{}
		}
		if _, ok := x.layers[l.ID]; !ok {
			x.layers[l.ID] = name
		}
	}
	usage.Layers(ctx, left.Layer, right.Layer)
	return nil
}

// fault puts a pointer on an error of the engine: into the side of the layer it is
// about.
func (x *joining) fault(err error) error {
	var e *layers.Error
	at := ""
	if errors.As(err, &e) && e.Layer != "" {
		if name, ok := x.layers[e.Layer]; ok {
			at = "/" + name
		}
	}
	return param.Pointers(err, at+"/filter", map[string]string{"by": "/by", "measures": "/measures", "predicate": "/predicate", "distance": "/distance", "within": at + "/within", "cells": "/cells", "weight": "/weight"})
}

func (a *API) join(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	var body joinBody
	err := in.Body(&body)
	if err != nil {
		return err
	}
	x := joining{}
	if x.view, err = param.AsOf(ctx, a.o.City.View(), "/datetime", body.Datetime); err != nil {
		return err
	}
	if !slices.Contains([]string{"", "counts", "pairs", "groups"}, body.Result) {
		return layers.Invalidf("join", "/result", fmt.Sprintf("%.40q is not counts, pairs or groups", body.Result))
	}
	if x.join.Link, err = body.link(); err != nil {
		return err
	}
	if err := x.sides(ctx, subject, &body.Left, &body.Right, "left", "right", body.Result == "pairs" || body.Result == "groups"); err != nil {
		return err
	}
	if x.limit, err = limitOf("/limit", body.Limit, a.o.MaxPage, defaultPerList); err != nil {
		return err
	}
	if x.from, err = placeOf(body.Cursor); err != nil {
		return err
	}
	if x.measures, err = measuresOf(body.Measures); err != nil {
		return err
	}
	x.join.After = x.from.Done
	var out joinAnswer
	switch body.Result {
	case "pairs":
		out, err = x.pairs(ctx)
	case "groups":
		out, err = x.groups(ctx, body.By.Left, body.By.Right)
	default:
		out, err = x.counts(ctx)
	}
	if err != nil {
		return x.fault(err)
	}
	usage.Rows(ctx, len(out.Counts)+len(out.Pairs)+len(out.Groups))
	return c.JSON(http.StatusOK, out)
}

func measuresOf(list []string) ([]live.Measure, error) {
	if len(list) > maxMeasures {
		return nil, layers.Invalidf("join", "/measures", fmt.Sprintf("has more than %d entries", maxMeasures))
	}
	var out []live.Measure
	for i, s := range list {
		m, err := live.ParseMeasure(s)
		if err == nil && m.Op != live.Sum && m.Op != live.Avg && m.Op != live.Min && m.Op != live.Max {
			err = layers.Invalidf("join", "measures", fmt.Sprintf("%.80q is not sum, avg, min or max of a field", s))
		}
		if err != nil {
			return nil, param.At("/measures/"+strconv.Itoa(i), err)
		}
		out = append(out, m)
	}
	return out, nil
}

func (x *joining) counts(ctx context.Context) (joinAnswer, error) {
	out := joinAnswer{Counts: []joinCount{}}
	for t, err := range x.join.Counts(ctx, x.view, x.measures) {
		if err != nil {
			return out, err
		}
		if len(out.Counts) == x.limit {
			out.Next = place{Done: out.Counts[x.limit-1].ID}.encode()
			return out, nil
		}
		out.Counts = append(out.Counts, joinCount{ID: t.Left.ID(), Count: countOf(t.Count), Below: t.Count.Below, Measures: named(x.measures, t.Measures)})
	}
	return out, nil
}

func (x *joining) pairs(ctx context.Context) (joinAnswer, error) {
	out := joinAnswer{Pairs: []joinPair{}}
	done := x.from.Done
	for l, err := range x.join.Pairs(ctx, x.view) {
		if err != nil {
			return out, err
		}
		left := l.Left.ID()
		for _, p := range l.Pairs {
			right := p.Row.ID()
			if left == x.from.Left && right <= x.from.Right {
				continue
			}
			if len(out.Pairs) == x.limit {
				last := out.Pairs[x.limit-1]
				out.Next = place{Done: done, Left: last.Left, Right: last.Right}.encode()
				return out, nil
			}
			pair := joinPair{Left: left, Right: right}
			if x.join.Link.Relation == spatial.DWithin {
				d := p.DistanceM
				pair.Distance = &d
			}
			out.Pairs = append(out.Pairs, pair)
		}
		if len(out.Pairs) < x.limit { // otherwise the last pair may be of an earlier feature
			done = left
		}
	}
	return out, nil
}

func (x *joining) groups(ctx context.Context, left, right string) (joinAnswer, error) {
	out := joinAnswer{Groups: []joinGroup{}}
	if left == "" && right == "" {
		return out, layers.Invalidf("join", "by", "names no field")
	}
	groups, err := x.join.Groups(ctx, x.view, left, right, x.measures, maxGroups)
	for _, g := range groups {
		out.Groups = append(out.Groups, joinGroup{Left: g.Left, Right: g.Right, Pairs: g.Pairs, Features: g.Features, Measures: named(x.measures, g.Measures)})
	}
	return out, err
}

// named gives measures their names; values that are none are null.
func named(measures []live.Measure, values []float64) map[string]*float64 {
	if len(measures) == 0 {
		return nil
	}
	out := make(map[string]*float64, len(measures))
	for i, m := range measures {
		out[m.String()] = nil
		if i < len(values) && !math.IsNaN(values[i]) && !math.IsInf(values[i], 0) {
			out[m.String()] = &values[i]
		}
	}
	return out
}

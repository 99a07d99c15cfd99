package spatial

import (
	"bytes"
	"encoding/json"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/param"
)

// side is one of the layers of a question about several: which of its features
// take part.
type side struct {
	Layer    string          `json:"layer" must:"true"`
	Filter   json.RawMessage `json:"filter" about:"CQL2 as text or as JSON"`
	Datetime string          `json:"datetime" about:"Only features valid at some instant of this interval (RFC 3339, a slash between)"`
	Within   json.RawMessage `json:"within" schema:"Geometry" about:"Geometry the features must meet"`
}

// query reads the side; pointer is where it stands in the body. listing demands the
// right to list the layer. Errors: Invalid, NotFound, Forbidden.
func (s *side) query(v *live.View, subject layers.Subject, pointer string, listing bool) (layers.Query, *layers.Layer, error) {
	var l *layers.Layer
	var err error
	if s.Layer == "" {
		return layers.Query{}, nil, layers.Invalidf("request", pointer+"/layer", "is required")
	}
	if listing {
		l, err = param.Listable(v, &subject, s.Layer)
	} else {
		l, _, err = param.Countable(v, &subject, s.Layer)
	}
	if err != nil {
		return layers.Query{}, nil, param.At(pointer+"/layer", err)
	}
	q := layers.Query{Subject: subject, Layer: l.ID}
	if q.Filter, err = filterOf(pointer+"/filter", s.Filter); err != nil {
		return layers.Query{}, nil, err
	}
	if q.Region, err = regionOf(pointer+"/within", s.Within); err != nil {
		return layers.Query{}, nil, err
	}
	return q, l, nil
}

// window reads the interval of the side, nil for none. The error is Invalid.
func (s *side) window(pointer string) (*param.Period, error) {
	p, some, err := param.Datetime(pointer+"/datetime", s.Datetime)
	switch {
	case err != nil || !some:
		return nil, err
	case p.Instant:
		return nil, layers.Invalidf("request", pointer+"/datetime", "is an instant: give an interval, or the datetime of the whole request for the city as of then")
	}
	return &p, nil
}

// filterOf reads a filter of a body: CQL2 text, or CQL2 as JSON.
func filterOf(pointer string, data json.RawMessage) (layers.Expr, error) {
	data = bytes.TrimSpace(data)
	if absent(data) {
		return nil, nil
	}
	if data[0] == '"' {
		var text string
		if err := json.Unmarshal(data, &text); err != nil {
			return nil, layers.Invalidf("request", pointer, "is not valid JSON")
		}
		return param.Filter(pointer, text)
	}
	e, err := cql2.ParseJSON(data)
	if err != nil {
		return nil, param.At(pointer, err)
	}
	return e, nil
}

func absent(data json.RawMessage) bool { return len(data) == 0 || string(data) == "null" }

// regionOf reads a geometry that features must meet, nil for none.
func regionOf(pointer string, data json.RawMessage) (*layers.Region, error) {
	if absent(data) {
		return nil, nil
	}
	g, err := drawn(pointer, data, maxRegionVertices)
	if err != nil {
		return nil, err
	}
	return &layers.Region{Geometry: g}, nil
}

// drawn reads a required geometry of at most that many vertices.
func drawn(pointer string, data json.RawMessage, most int) (orb.Geometry, error) {
	if absent(data) {
		return nil, layers.Invalidf("request", pointer, "is required")
	}
	g, err := param.Geometry(pointer, data)
	if err == nil {
		err = checkVertices(pointer, g, most)
	}
	return g, err
}

package memstore

import (
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// normalized returns the feature of a put as the store keeps it: one value per
// field, Number fields hold numbers, times in UTC cut to microseconds, rings and
// boxes are the polygons they stand for.
func normalized(l *layers.Layer, c *layers.Change) (layers.Feature, error) {
	fail := func(field, message string) (layers.Feature, error) {
		return layers.Feature{}, &layers.Error{Kind: layers.Invalid, Op: "apply", Layer: l.ID, ID: c.ID, Field: field, Err: fmt.Errorf("%s", message)}
	}
	if c.Feature == nil {
		return fail("feature", "is missing")
	}
	f := *c.Feature
	if c.ID != "" && c.ID != f.Key {
		return fail("id", "the change and its feature name different ids")
	}
	if err := f.CheckAgainst(l); err != nil {
		return layers.Feature{}, err
	}
	if !finite(f.Shape) {
		return fail("geometry", "holds a coordinate that is not finite")
	}
	switch g := f.Shape.(type) {
	case orb.Ring:
		f.Shape = orb.Polygon{g}
	case orb.Bound:
		f.Shape = g.ToPolygon()
	}
	f.Shape = orb.Clone(f.Shape)
	values := make([]layers.Value, len(l.Fields))
	copy(values, f.Values)
	for i, v := range values {
		if l.Fields[i].Type == layers.Number && v.Type() == layers.Integer {
			values[i] = layers.Float(v.Float())
		}
	}
	f.Values = values
	f.ValidFrom, f.ValidTo = micro(f.ValidFrom), micro(f.ValidTo)
	return f, nil
}

func micro(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	return t.UTC().Truncate(time.Microsecond)
}

// finite reports whether every coordinate of g is.
func finite(g orb.Geometry) bool {
	switch g := g.(type) {
	case nil:
		return true
	case orb.Point:
		return !math.IsNaN(g[0]-g[0]) && !math.IsNaN(g[1]-g[1]) // x-x is NaN for NaN and infinities
	case orb.MultiPoint:
		return !slices.ContainsFunc(g, func(p orb.Point) bool { return !finite(p) })
	case orb.LineString:
		return finite(orb.MultiPoint(g))
	case orb.Ring:
		return finite(orb.MultiPoint(g))
	case orb.MultiLineString:
		return !slices.ContainsFunc(g, func(l orb.LineString) bool { return !finite(l) })
	case orb.Polygon:
		return !slices.ContainsFunc(g, func(r orb.Ring) bool { return !finite(r) })
	case orb.MultiPolygon:
		return !slices.ContainsFunc(g, func(p orb.Polygon) bool { return !finite(p) })
	case orb.Collection:
		return !slices.ContainsFunc(g, func(m orb.Geometry) bool { return !finite(m) })
	case orb.Bound:
		return finite(g.Min) && finite(g.Max)
	}
	return false
}

// cloneLayer copies l with everything it refers to. Empty lists become nil, as
// a definition read from a file has them.
func cloneLayer(l *layers.Layer) *layers.Layer {
	c := *l
	c.Fields = append([]layers.Field(nil), l.Fields...)
	for i := range c.Fields {
		c.Fields[i].Codes = append([]layers.Code(nil), c.Fields[i].Codes...)
	}
	return &c
}

// cloneFeature copies f with everything it refers to.
func cloneFeature(f *layers.Feature) layers.Feature {
	c := *f
	c.Shape = orb.Clone(f.Shape)
	c.Values = slices.Clone(f.Values)
	return c
}

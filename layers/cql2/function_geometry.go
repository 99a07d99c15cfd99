package cql2

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
)

// maxMeasured bounds the vertices of constant geometries in distances, whose
// cost is the product of the vertices.
const maxMeasured = 2000

// measured compiles a number of one geometry.
func measured(_ *compiler, f *builtin, args []argument, number func(orb.Geometry) float64) (argument, error) {
	of := args[0].shape.of()
	return f.computed(kindNumber, args, func(r layers.Row) layers.Value {
		g := of(r)
		if g == nil {
			return layers.Value{}
		}
		return layers.Float(number(g))
	})
}

func areaOf(c *compiler, f *builtin, args []argument) (argument, error) {
	return measured(c, f, args, measure.Area)
}

func lengthInMetres(g orb.Geometry) float64 { return measure.Length(g) }

// metresBetween returns the function that measures the distance of two operands
// of one row, or, with a finite limit, says whether it is at most that: limit or
// less then, and +Inf otherwise. It is false when one is null.
func (c *compiler) metresBetween(f *builtin, a, b geometryTerm) (func(r layers.Row, limit float64) (float64, bool), error) {
	for _, g := range []geometryTerm{a, b} {
		if g.constant != nil && vertices(g.constant) > maxMeasured {
			return nil, c.fail(layers.TooLarge, f.Name, "a geometry it measures to has more than %d vertices", maxMeasured)
		}
	}
	if a.constant != nil {
		a, b = b, a // the distance is the same both ways
	}
	first, second := a.of(), b.of()
	meets := predicate.Intersects
	if b.constant != nil {
		p := predicate.Prepare(b.constant)
		meets = func(g, _ orb.Geometry) bool { return p.Intersects(g) }
	}
	return func(r layers.Row, limit float64) (float64, bool) {
		g, h := first(r), second(r)
		if g == nil || h == nil {
			return 0, false
		}
		if p, ok := g.(orb.Point); ok {
			return measure.DistanceTo(p, h), true
		}
		switch {
		case meets(g, h):
			return 0, true
		case math.IsInf(limit, 1):
			return measure.Between(g, h), true
		case measure.Near(g, h, limit):
			return limit, true
		}
		return math.Inf(1), true
	}, nil
}

func distanceOf(c *compiler, f *builtin, args []argument) (argument, error) {
	metres, err := c.metresBetween(f, args[0].shape, args[1].shape)
	if err != nil {
		return argument{}, err
	}
	return f.computed(kindNumber, args, func(r layers.Row) layers.Value {
		d, ok := metres(r, math.Inf(1))
		if !ok {
			return layers.Value{}
		}
		return layers.Float(d) // infinitely far from an empty geometry is null
	})
}

func dwithinOf(c *compiler, f *builtin, args []argument) (argument, error) {
	metres, err := c.metresBetween(f, args[0].shape, args[1].shape)
	if err != nil {
		return argument{}, err
	}
	limit := args[2].scalar.eval
	return f.computed(kindBool, args, func(r layers.Row) layers.Value {
		most := limit(r)
		if most.IsNull() {
			return most
		}
		d, ok := metres(r, most.Float())
		if !ok {
			return layers.Value{}
		}
		return layers.Bool(d <= most.Float())
	})
}

// shaped compiles a geometry of one geometry.
func shaped(of func(orb.Geometry) orb.Geometry) func(*compiler, *builtin, []argument) (argument, error) {
	return func(_ *compiler, _ *builtin, args []argument) (argument, error) {
		if g := args[0].shape.constant; g != nil {
			return argument{kind: kindGeometry, shape: geometryTerm{constant: of(g)}}, nil
		}
		from := args[0].shape.of()
		return argument{kind: kindGeometry, shape: geometryTerm{eval: func(r layers.Row) orb.Geometry {
			g := from(r)
			if g == nil {
				return nil
			}
			return of(g)
		}}}, nil
	}
}

func bounds(g orb.Geometry) orb.Geometry {
	if vertices(g) == 0 {
		return orb.MultiPoint{}
	}
	return unboxed(g.Bound())
}

func interiorPoint(g orb.Geometry) orb.Geometry {
	if vertices(g) == 0 {
		return orb.MultiPoint{}
	}
	return predicate.InteriorPoint(g)
}

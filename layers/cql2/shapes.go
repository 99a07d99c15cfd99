package cql2

import (
	"github.com/paulmach/orb"

	"wutu/layers"
)

// MapShapes returns e with every constant geometry replaced by what f makes of
// it, for instance by its coordinates in another system; a box that f turns is
// f's business. Parse does not look at ranges, so a filter can be read in any
// system before it is mapped to longitude and latitude. Parts without geometries
// are shared with e, which is not changed. The first error of f is returned as
// it is.
func MapShapes(e layers.Expr, f func(orb.Geometry) (orb.Geometry, error)) (layers.Expr, error) {
	switch e := e.(type) {
	case layers.And:
		args, err := mapArgs(e.Args, f)
		return layers.And{Args: args}, err
	case layers.Or:
		args, err := mapArgs(e.Args, f)
		return layers.Or{Args: args}, err
	case layers.Not:
		arg, err := MapShapes(e.Arg, f)
		return layers.Not{Arg: arg}, err
	case layers.Spatial:
		var err error
		if e.Left, err = mapTerm(e.Left, f); err != nil {
			return nil, err
		}
		e.Right, err = mapTerm(e.Right, f)
		return e, err
	}
	return e, nil // no other predicate relates geometries
}

func mapArgs(args []layers.Expr, f func(orb.Geometry) (orb.Geometry, error)) ([]layers.Expr, error) {
	out := make([]layers.Expr, len(args))
	for i, a := range args {
		var err error
		if out[i], err = MapShapes(a, f); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func mapTerm(t layers.Term, f func(orb.Geometry) (orb.Geometry, error)) (layers.Term, error) {
	s, ok := t.(layers.Shape)
	if !ok {
		return t, nil
	}
	g, err := f(s.Geometry)
	return layers.Shape{Geometry: g}, err
}

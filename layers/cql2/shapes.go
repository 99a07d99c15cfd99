package cql2

import (
	"github.com/paulmach/orb"

	"wutu/layers"
)

// MapShapes returns e with every constant geometry replaced by what f makes of
// it, for instance by its coordinates in another system; a box that f turns is
// f's business. Neither Parse nor ParseJSON looks at ranges, so a filter can be
// read in any system before it is mapped to longitude and latitude. e is not
// changed. The first error of f is returned as it is.
func MapShapes(e layers.Expr, f func(orb.Geometry) (orb.Geometry, error)) (layers.Expr, error) {
	return rewrite(e, func(t layers.Term) (layers.Term, error) {
		s, ok := t.(layers.Shape)
		if !ok {
			return t, nil
		}
		g, err := f(s.Geometry)
		return layers.Shape{Geometry: g}, err
	})
}

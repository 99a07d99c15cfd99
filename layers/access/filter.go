package access

import (
	"fmt"
	"slices"

	"wutu/layers"
	"wutu/layers/cql2"
)

// MayUse returns nil when the subject may tell values of field i of l apart: sort,
// group and measure by it. Only shown fields; the error is Forbidden.
func (d *Decision) MayUse(l *layers.Layer, i int) error {
	if d.Sights.Of(i) == layers.Shown {
		return nil
	}
	return &layers.Error{Kind: layers.Forbidden, Op: "access", Layer: l.ID, Field: l.Fields[i].Name, Err: fmt.Errorf("is personal")}
}

// MayFilter returns nil when the subject may filter l by e, compiled as program:
// shown fields as it likes, masked ones only when the decision says so and only
// whole, by "=", "<>" and IN with constants, which tells nothing to those who do
// not know the value. The error
// is Forbidden and names the field.
func (d *Decision) MayFilter(l *layers.Layer, e layers.Expr, program *cql2.Program) error {
	if d.Sights == nil {
		return nil
	}
	for _, i := range program.Fields() {
		switch d.Sights.Of(i) {
		case layers.Shown:
		case layers.Masked:
			if !d.Exact || !onlyWhole(e, l, i) {
				return d.MayUse(l, i)
			}
		case layers.Hidden:
			return d.MayUse(l, i)
		}
	}
	return nil
}

// onlyWhole reports whether e reads field i only to compare it whole with
// constants.
func onlyWhole(e layers.Expr, l *layers.Layer, i int) bool {
	every := func(list []layers.Expr) bool {
		return !slices.ContainsFunc(list, func(a layers.Expr) bool { return !onlyWhole(a, l, i) })
	}
	switch n := e.(type) {
	case layers.And:
		return every(n.Args)
	case layers.Or:
		return every(n.Args)
	case layers.Not:
		return onlyWhole(n.Arg, l, i)
	case layers.Compare:
		if (n.Op == layers.Eq || n.Op == layers.Ne) && isProperty(n.Left, l, i) && isLiteral(n.Right) {
			return true
		}
	case layers.In:
		if isProperty(n.Term, l, i) && !slices.ContainsFunc(n.List, func(t layers.Term) bool { return !isLiteral(t) }) {
			return true
		}
	}
	p, err := cql2.Compile(e, l)
	return err == nil && !slices.Contains(p.Fields(), i)
}

func isProperty(t layers.Term, l *layers.Layer, i int) bool {
	p, ok := t.(layers.Property)
	return ok && l.FieldIndex(p.Name) == i
}

func isLiteral(t layers.Term) bool {
	_, ok := t.(layers.Literal)
	return ok
}

package cql2

import (
	"strings"
	"time"

	"wutu/layers"
)

// At returns e with every call of now() replaced by the instant now, cut to
// microseconds. A tree that still holds one is refused by Compile, so that a
// filter never reads a clock. e is not changed.
func At(e layers.Expr, now time.Time) layers.Expr {
	moment := layers.Literal{Value: layers.Instant(now)}
	out, _ := rewrite(e, func(t layers.Term) (layers.Term, error) { // f never fails
		if c, ok := t.(layers.Call); ok && strings.EqualFold(c.Name, "now") && len(c.Args) == 0 {
			return moment, nil
		}
		return t, nil
	})
	return out
}

// rewrite returns e with every term replaced by what f makes of it, the terms
// within a term before the term itself. e is not changed; the first error of f
// is returned as it is.
func rewrite(e layers.Expr, f func(layers.Term) (layers.Term, error)) (layers.Expr, error) {
	r := rewriter{replace: f}
	out := r.expr(e)
	return out, r.err
}

type rewriter struct {
	replace func(layers.Term) (layers.Term, error)
	err     error // the first
}

func (r *rewriter) exprs(list []layers.Expr) []layers.Expr {
	out := make([]layers.Expr, len(list))
	for i, e := range list {
		out[i] = r.expr(e)
	}
	return out
}

func (r *rewriter) expr(e layers.Expr) layers.Expr {
	switch e := e.(type) {
	case layers.And:
		return layers.And{Args: r.exprs(e.Args)}
	case layers.Or:
		return layers.Or{Args: r.exprs(e.Args)}
	case layers.Not:
		return layers.Not{Arg: r.expr(e.Arg)}
	case layers.Holds:
		return layers.Holds{Term: r.term(e.Term)}
	case layers.Compare:
		return layers.Compare{Op: e.Op, Left: r.term(e.Left), Right: r.term(e.Right)}
	case layers.Like:
		return layers.Like{Term: r.term(e.Term), Pattern: r.term(e.Pattern)}
	case layers.Between:
		return layers.Between{Term: r.term(e.Term), Low: r.term(e.Low), High: r.term(e.High)}
	case layers.In:
		return layers.In{Term: r.term(e.Term), List: r.terms(e.List)}
	case layers.IsNull:
		return layers.IsNull{Term: r.term(e.Term)}
	case layers.Spatial:
		return layers.Spatial{Op: e.Op, Left: r.term(e.Left), Right: r.term(e.Right)}
	case layers.Temporal:
		return layers.Temporal{Op: e.Op, Left: r.term(e.Left), Right: r.term(e.Right)}
	case layers.Arrays:
		return layers.Arrays{Op: e.Op, Left: r.term(e.Left), Right: r.term(e.Right)}
	}
	return e
}

func (r *rewriter) terms(list []layers.Term) []layers.Term {
	if list == nil {
		return nil
	}
	out := make([]layers.Term, len(list))
	for i, t := range list {
		out[i] = r.term(t)
	}
	return out
}

func (r *rewriter) term(t layers.Term) layers.Term {
	switch n := t.(type) {
	case layers.Array:
		t = layers.Array{Items: r.terms(n.Items)}
	case layers.Call:
		t = layers.Call{Name: n.Name, Args: r.terms(n.Args)}
	case layers.Arith:
		t = layers.Arith{Op: n.Op, Left: r.term(n.Left), Right: r.term(n.Right)}
	case layers.Predicate:
		t = layers.Predicate{Expr: r.expr(n.Expr)}
	}
	if r.err != nil {
		return t
	}
	out, err := r.replace(t)
	if err != nil {
		r.err = err
		return t
	}
	return out
}

package cql2

import (
	"strconv"
	"strings"

	"wutu/layers"
)

// Format returns the canonical text of e: keywords in upper case, single blanks,
// parentheses only where the tree needs them, numbers in their shortest form.
// For every tree that Parse returns, Parse(Format(e)) equals e, and Format is a
// fixpoint: equal trees have equal text. A nil tree is the empty text, which
// Parse refuses. Parts of hand-made trees that CQL2 text cannot say (null
// literals, geometries other than orb's) are written so that Parse refuses them
// with a message.
func Format(e layers.Expr) string {
	if e == nil {
		return ""
	}
	var w writer
	w.expr(e, levelOr)
	return w.String()
}

// writer builds text.
type writer struct{ strings.Builder }

// Levels of binding of predicates, weakest first. A predicate that binds more
// weakly than its place allows is put in parentheses.
const (
	levelOr = iota
	levelAnd
	levelNot
	levelAtom
)

func (w *writer) put(parts ...string) {
	for _, s := range parts {
		w.WriteString(s)
	}
}

// expr writes e at a place that admits predicates of the given level and above.
func (w *writer) expr(e layers.Expr, level int) {
	switch e := e.(type) {
	case layers.Or:
		w.joined(" OR ", e.Args, levelOr, level, layers.Truth(false))
	case layers.And:
		w.joined(" AND ", e.Args, levelAnd, level, layers.Truth(true))
	case layers.Not:
		w.not(e.Arg, level)
	case layers.Truth:
		w.put(upper(strconv.FormatBool(bool(e))))
	case layers.Holds:
		w.term(e.Term, levelSum)
	case layers.Compare:
		w.term(e.Left, levelSum)
		w.put(" ", e.Op.String(), " ")
		w.term(e.Right, levelSum)
	case layers.Like, layers.In, layers.Between, layers.IsNull:
		w.keyword(e, "")
	case layers.Spatial:
		w.call(e.Op.String(), e.Left, e.Right)
	case layers.Temporal:
		w.call(e.Op.String(), e.Left, e.Right)
	case layers.Arrays:
		w.call(e.Op.String(), e.Left, e.Right)
	default: // a nil argument
		w.put("NULL")
	}
}

// joined writes the arguments of AND or OR. With fewer than two the tree is not
// one that Parse makes; none means the neutral element.
func (w *writer) joined(word string, args []layers.Expr, own, level int, none layers.Truth) {
	switch {
	case len(args) == 0:
		w.expr(none, level)
		return
	case len(args) == 1:
		w.expr(args[0], level)
		return
	}
	closing := w.group(own < level)
	for i, a := range args {
		if i > 0 {
			w.put(word)
		}
		w.expr(a, own+1)
	}
	w.put(closing)
}

// group opens a parenthesis when needed and returns what closes it.
func (w *writer) group(needed bool) string {
	if !needed {
		return ""
	}
	w.put("(")
	return ")"
}

func (w *writer) not(arg layers.Expr, level int) {
	switch arg.(type) {
	case layers.Like, layers.In, layers.Between, layers.IsNull:
		w.keyword(arg, "NOT ")
		return
	}
	closing := w.group(levelNot < level)
	w.put("NOT ")
	w.expr(arg, levelNot)
	w.put(closing)
}

// keyword writes the predicates whose NOT stands inside.
func (w *writer) keyword(e layers.Expr, not string) {
	switch e := e.(type) {
	case layers.Like:
		w.term(e.Term, levelSum)
		w.put(" ", not, "LIKE ")
		w.term(e.Pattern, levelSum)
	case layers.In:
		w.term(e.Term, levelSum)
		w.put(" ", not, "IN ")
		w.list(e.List)
	case layers.Between:
		w.term(e.Term, levelSum)
		w.put(" ", not, "BETWEEN ")
		w.term(e.Low, levelSum)
		w.put(" AND ")
		w.term(e.High, levelSum)
	case layers.IsNull:
		w.term(e.Term, levelSum)
		w.put(" IS ", not, "NULL")
	}
}

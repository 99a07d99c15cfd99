package tile

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/server/param"
)

// filter is a condition with the text that is the same for all spellings of it.
type filter struct {
	expr layers.Expr // nil: none
	text string
}

// filters remembers the filters that were read: maps ask thousands of tiles with
// one. It is safe for many goroutines.
type filters struct {
	mu    sync.RWMutex
	known map[spelling]filter
}

// spelling is a filter as it was written.
type spelling struct {
	json bool
	text string
}

const (
	keptFilters = 256
	keptFilter  = 2048 // bytes of the text of one that is kept
)

// read reads a filter in one of the languages of CQL2. The error is Invalid.
func (f *filters) read(s spelling) (filter, error) {
	if s.text == "" {
		return filter{}, nil
	}
	f.mu.RLock()
	known, ok := f.known[s]
	f.mu.RUnlock()
	if ok {
		return known, nil
	}
	var expr layers.Expr
	var err error
	if s.json {
		if expr, err = cql2.ParseJSON([]byte(s.text)); err != nil {
			err = param.At("filter", err)
		}
	} else {
		expr, err = param.Filter("filter", s.text)
	}
	if err != nil || expr == nil {
		return filter{}, err
	}
	read := filter{expr: expr, text: cql2.Format(canonical(expr))}
	if len(s.text) <= keptFilter {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.known == nil || len(f.known) >= keptFilters {
			f.known = make(map[spelling]filter)
		}
		f.known[s] = read
	}
	return read, nil
}

// canonical is a condition that is true, false and unknown where e is, in one of
// the forms it may be written in: comparisons with the constant on the right, lists
// and the arguments of AND and OR in order and each once, nothing twice negated.
func canonical(e layers.Expr) layers.Expr {
	switch e := e.(type) {
	case layers.And:
		return joined(e.Args, func(e layers.Expr) ([]layers.Expr, bool) { a, ok := e.(layers.And); return a.Args, ok },
			func(args []layers.Expr) layers.Expr { return layers.And{Args: args} })
	case layers.Or:
		return joined(e.Args, func(e layers.Expr) ([]layers.Expr, bool) { o, ok := e.(layers.Or); return o.Args, ok },
			func(args []layers.Expr) layers.Expr { return layers.Or{Args: args} })
	case layers.Not:
		inner := canonical(e.Arg)
		if twice, ok := inner.(layers.Not); ok {
			return twice.Arg
		}
		return layers.Not{Arg: inner}
	case layers.Compare:
		return turned(e)
	case layers.In:
		return listed(e)
	}
	return e
}

// joined flattens the arguments of AND or OR, which take them in any order and any
// number of times.
func joined(args []layers.Expr, same func(layers.Expr) ([]layers.Expr, bool), join func([]layers.Expr) layers.Expr) layers.Expr {
	type argument struct {
		expr layers.Expr
		text string
	}
	var all []argument
	var add func(args []layers.Expr)
	add = func(args []layers.Expr) {
		for _, a := range args {
			a = canonical(a)
			if deeper, ok := same(a); ok {
				add(deeper)
				continue
			}
			all = append(all, argument{a, cql2.Format(a)})
		}
	}
	add(args)
	slices.SortStableFunc(all, func(a, b argument) int { return cmp.Compare(a.text, b.text) })
	all = slices.CompactFunc(all, func(a, b argument) bool { return a.text == b.text })
	if len(all) == 1 {
		return all[0].expr
	}
	out := make([]layers.Expr, len(all))
	for i, a := range all {
		out[i] = a.expr
	}
	return join(out)
}

// turned puts the constant of a comparison on the right, and the terms of an
// equation of two others in order.
func turned(c layers.Compare) layers.Expr {
	_, left := c.Left.(layers.Literal)
	_, right := c.Right.(layers.Literal)
	either := left == right && (c.Op == layers.Eq || c.Op == layers.Ne)
	if !(left && !right) && !(either && termText(c.Left) > termText(c.Right)) {
		return c
	}
	op := c.Op
	switch op {
	case layers.Lt:
		op = layers.Gt
	case layers.Le:
		op = layers.Ge
	case layers.Gt:
		op = layers.Lt
	case layers.Ge:
		op = layers.Le
	case layers.Eq, layers.Ne:
	}
	return layers.Compare{Op: op, Left: c.Right, Right: c.Left}
}

// listed puts the constants of a list in order, each once; a list of one is an
// equation.
func listed(in layers.In) layers.Expr {
	for _, t := range in.List {
		if _, ok := t.(layers.Literal); !ok {
			return in
		}
	}
	list := slices.Clone(in.List)
	slices.SortStableFunc(list, func(a, b layers.Term) int { return strings.Compare(termText(a), termText(b)) })
	list = slices.CompactFunc(list, func(a, b layers.Term) bool { return termText(a) == termText(b) })
	if len(list) == 1 {
		return turned(layers.Compare{Op: layers.Eq, Left: in.Term, Right: list[0]})
	}
	return layers.In{Term: in.Term, List: list}
}

// termText is the text of a term.
func termText(t layers.Term) string { return cql2.Format(layers.IsNull{Term: t}) }

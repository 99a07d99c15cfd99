package analysis

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/openapi"
	"wutu/server/param"
)

// question is a request about cases: who asks, and about which of them.
type question struct {
	subject  layers.Subject
	view     *live.View
	layer    *layers.Layer
	decision access.Decision
	filter   layers.Expr // of the request; nil: all
}

// newQuestion checks that the subject may list cases and reads the filter.
func (a *Office) newQuestion(in *openapi.Input, subject layers.Subject) (*question, error) {
	q := &question{subject: subject, view: a.o.City.View()}
	var err error
	if q.layer, err = param.Listable(q.view, &subject, model.Events); err != nil {
		return nil, err
	}
	q.decision = access.Decide(&subject, q.layer)
	if q.filter, err = param.Filter("filter", in.Text("filter")); err != nil || q.filter == nil {
		return q, err
	}
	program, err := cql2.Compile(q.filter, q.layer)
	if err == nil {
		err = q.decision.MayFilter(q.layer, q.filter, program)
	}
	if err != nil {
		return nil, param.At("filter", err)
	}
	return q, nil
}

// query is the query for the cases of the question of which e is true.
func (q *question) query(e layers.Expr) layers.Query {
	return layers.Query{Subject: q.subject, Layer: q.layer.ID, Filter: and(q.filter, e)}
}

// text is the filter of those cases; "" for all.
func (q *question) text(e layers.Expr) string { return cql2.Format(and(q.filter, e)) }

// column is the position of a column whose values the subject may tell apart.
// Errors: Unsupported when the city's cases have no such column, Forbidden.
func (q *question) column(name string) (int, error) {
	i := q.layer.FieldIndex(name)
	if i < 0 {
		return i, &layers.Error{Kind: layers.Unsupported, Op: "analysis", Layer: q.layer.ID, Field: name,
			Err: missingColumn(name)}
	}
	return i, q.decision.MayUse(q.layer, i)
}

func missingColumn(name string) error {
	return fmt.Errorf("the cases of this city have no column %s", name)
}

// compile makes a condition of this package ready. Errors as column.
func (q *question) compile(e layers.Expr) (*cql2.Program, error) {
	for _, name := range columnsOf(e) {
		if _, err := q.column(name); err != nil {
			return nil, err
		}
	}
	return cql2.Compile(e, q.layer)
}

// columnsOf lists the columns of a condition of this package, sorted.
func columnsOf(e layers.Expr) []string {
	var out []string
	term := func(t layers.Term) {
		if p, ok := t.(layers.Property); ok {
			out = append(out, p.Name)
		}
	}
	switch e := e.(type) {
	case layers.And:
		for _, a := range e.Args {
			out = append(out, columnsOf(a)...)
		}
	case layers.Or:
		for _, a := range e.Args {
			out = append(out, columnsOf(a)...)
		}
	case layers.Not:
		out = columnsOf(e.Arg)
	case layers.Compare:
		term(e.Left)
		term(e.Right)
	case layers.In:
		term(e.Term)
	case layers.IsNull:
		term(e.Term)
	case layers.Like:
		term(e.Term)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// and joins conditions; nil ones ask nothing.
func and(list ...layers.Expr) layers.Expr {
	var args []layers.Expr
	for _, e := range list {
		if inner, ok := e.(layers.And); ok {
			args = append(args, inner.Args...)
		} else if e != nil {
			args = append(args, e)
		}
	}
	switch len(args) {
	case 0:
		return nil
	case 1:
		return args[0]
	}
	return layers.And{Args: args}
}

func property(name string) layers.Term { return layers.Property{Name: name} }

func constant(v layers.Value) layers.Term { return layers.Literal{Value: v} }

func compare(name string, op layers.CompareOp, v layers.Value) layers.Expr {
	return layers.Compare{Op: op, Left: property(name), Right: constant(v)}
}

func is(name, value string) layers.Expr { return compare(name, layers.Eq, layers.Text(value)) }

func oneOf(name string, values ...string) layers.Expr {
	list := make([]layers.Term, len(values))
	for i, v := range values {
		list[i] = constant(layers.Text(v))
	}
	return layers.In{Term: property(name), List: list}
}

func known(name string) layers.Expr { return layers.Not{Arg: layers.IsNull{Term: property(name)}} }

func noneOrEmpty(name string) layers.Expr {
	return layers.Or{Args: []layers.Expr{layers.IsNull{Term: property(name)}, is(name, "")}}
}

// during is true of instants from from, inclusive, to to, exclusive; a zero end is
// unbounded.
func during(name string, from, to time.Time) layers.Expr {
	var low, high layers.Expr
	if !from.IsZero() {
		low = compare(name, layers.Ge, layers.Instant(from))
	}
	if !to.IsZero() {
		high = compare(name, layers.Lt, layers.Instant(to))
	}
	if low == nil && high == nil {
		return known(name)
	}
	return and(low, high)
}

// instant reads a time of the request; "" is the zero time.
func instant(in *openapi.Input, name string) (time.Time, error) {
	s := strings.TrimSpace(in.Text(name))
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		return t, layers.Invalidf("request", name, fmt.Sprintf("%.40q is not a time such as 2026-11-16T08:00:00Z", s))
	}
	if y := t.Year(); y < 1900 || y > 2200 {
		return t, layers.Invalidf("request", name, fmt.Sprintf("the year %d is not between 1900 and 2200", y))
	}
	return t.UTC().Truncate(time.Microsecond), nil
}

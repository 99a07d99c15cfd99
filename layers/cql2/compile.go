package cql2

import (
	"fmt"
	"slices"

	"wutu/layers"
)

// Program is a filter bound to the schema of one layer. It is immutable and
// safe for use by many goroutines.
type Program struct {
	match  condition
	fields []int
	beyond bool // it reads the id or the geometry too
}

// truth is a value of three-valued logic; their order makes AND the minimum and
// OR the maximum.
type truth uint8

const (
	no truth = iota
	unknown
	yes
)

func truthOf(b bool) truth {
	if b {
		return yes
	}
	return no
}

// condition answers for one row. It does not keep the row.
type condition func(layers.Row) truth

// Compile checks the names and types of e against l's schema and prepares it.
// A nil e admits every row. The property "geometry", or "geom" unless l declares
// such a field, is the feature's geometry; "id" is the feature's id unless l
// declares such a field.
//
// Errors carry the property or function in Field: Invalid for an unknown
// property (naming the nearest one), for operands of different types and for
// impossible constants; Unsupported for functions that are not offered and for
// now() without a time, see At; TooLarge beyond MaxVertices and the other bounds
// of cost. Constant geometries are prepared once, at O(n log n) for n
// vertices; e itself is not kept.
func Compile(e layers.Expr, l *layers.Layer) (*Program, error) {
	c := &compiler{layer: l}
	p := &Program{}
	if e != nil {
		m, err := c.expr(e)
		if err != nil {
			return nil, err
		}
		p.match = m
	}
	slices.Sort(c.fields)
	p.fields, p.beyond = slices.Compact(c.fields), c.beyond
	return p, nil
}

// Match reports whether the filter is true of r; false and unknown are both no
// match. It allocates nothing, except that functions allocate for the texts and
// geometries they make, CASEI and ACCENTI for texts they change, and array
// predicates for arrays that depend on the row. The row must belong to the layer the program was compiled for.
func (p *Program) Match(r layers.Row) bool { return p.match == nil || p.match(r) == yes }

// Fields returns the indexes of the schema's fields the filter reads, ascending,
// without the geometry and the id. The caller owns the slice.
func (p *Program) Fields() []int { return slices.Clone(p.fields) }

// Alone returns the one field on whose value alone it depends whether a row
// matches: rows with the same value are judged alike. ok is false for filters that
// read more than one field, none, the id or the geometry.
func (p *Program) Alone() (field int, ok bool) {
	if len(p.fields) != 1 || p.beyond {
		return -1, false
	}
	return p.fields[0], true
}

// compiler holds what one Compile needs.
type compiler struct {
	layer    *layers.Layer
	fields   []int
	beyond   bool // the id or the geometry is read
	vertices int
}

func (c *compiler) fail(kind layers.Kind, field, format string, args ...any) error {
	return &layers.Error{Kind: kind, Op: "cql2", Layer: c.layer.ID, Field: clip(field), Err: fmt.Errorf(format, args...)}
}

func (c *compiler) expr(e layers.Expr) (condition, error) {
	switch e := e.(type) {
	case layers.And:
		return c.every(e.Args)
	case layers.Or:
		return c.any(e.Args)
	case layers.Not:
		arg, err := c.expr(e.Arg)
		if err != nil {
			return nil, err
		}
		return func(r layers.Row) truth { return yes - arg(r) }, nil
	case layers.Truth:
		return constant(truthOf(bool(e))), nil
	case layers.Holds:
		return c.holds(e)
	case layers.Compare:
		return c.compare(e)
	case layers.Like:
		return c.like(e)
	case layers.Between:
		return c.between(e)
	case layers.In:
		return c.in(e)
	case layers.IsNull:
		return c.isNull(e)
	case layers.Spatial:
		return c.spatial(e)
	case layers.Temporal:
		return c.temporal(e)
	case layers.Arrays:
		return c.arrays(e)
	}
	return nil, c.fail(layers.Invalid, "filter", "holds a node %T that is no predicate", e)
}

func constant(t truth) condition { return func(layers.Row) truth { return t } }

func (c *compiler) all(args []layers.Expr) ([]condition, error) {
	out := make([]condition, len(args))
	for i, a := range args {
		p, err := c.expr(a)
		if err != nil {
			return nil, err
		}
		out[i] = p
	}
	return out, nil
}

func (c *compiler) every(args []layers.Expr) (condition, error) {
	preds, err := c.all(args)
	if err != nil {
		return nil, err
	}
	if len(preds) == 2 {
		a, b := preds[0], preds[1]
		return func(r layers.Row) truth {
			x := a(r)
			if x == no {
				return no
			}
			return min(x, b(r))
		}, nil
	}
	return func(r layers.Row) truth {
		least := yes
		for _, p := range preds {
			if least = min(least, p(r)); least == no {
				break
			}
		}
		return least
	}, nil
}

func (c *compiler) any(args []layers.Expr) (condition, error) {
	preds, err := c.all(args)
	if err != nil {
		return nil, err
	}
	return func(r layers.Row) truth {
		most := no
		for _, p := range preds {
			if most = max(most, p(r)); most == yes {
				break
			}
		}
		return most
	}, nil
}

func (c *compiler) holds(e layers.Holds) (condition, error) {
	t, err := c.scalar(e.Term)
	if err != nil {
		return nil, err
	}
	if t.kind != kindBool {
		return nil, c.fail(layers.Invalid, t.name, "is a %s; a predicate is expected", t.kind)
	}
	eval := t.eval
	return func(r layers.Row) truth {
		v := eval(r)
		if v.IsNull() {
			return unknown
		}
		return truthOf(v.Bool())
	}, nil
}

func (c *compiler) isNull(e layers.IsNull) (condition, error) {
	switch k := c.kindOf(e.Term); k {
	case kindGeometry:
		g, err := c.geometry(e.Term)
		if err != nil {
			return nil, err
		}
		of := g.of()
		return func(r layers.Row) truth { return truthOf(of(r) == nil) }, nil
	case kindInterval:
		s, err := c.span(e.Term)
		if err != nil {
			return nil, err
		}
		return func(r layers.Row) truth {
			_, known := s.eval(r)
			return truthOf(!known)
		}, nil
	case kindArray:
		a, err := c.array(e.Term)
		if err != nil {
			return nil, err
		}
		return func(r layers.Row) truth {
			_, known := a.eval(r)
			return truthOf(!known)
		}, nil
	case kindText, kindNumber, kindBool, kindInstant, kindNull:
	}
	t, err := c.scalar(e.Term)
	if err != nil {
		return nil, err
	}
	eval := t.eval
	return func(r layers.Row) truth { return truthOf(eval(r).IsNull()) }, nil
}

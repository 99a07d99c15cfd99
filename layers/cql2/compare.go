package cql2

import (
	"math"
	"strings"

	"wutu/layers"
)

// accepts are the results of a three-way comparison for which an operator
// holds: bit 0 less, bit 1 equal, bit 2 greater.
type accepts uint8

func acceptsOf(op layers.CompareOp) accepts {
	switch op {
	case layers.Eq:
		return 0b010
	case layers.Ne:
		return 0b101
	case layers.Lt:
		return 0b001
	case layers.Le:
		return 0b011
	case layers.Gt:
		return 0b100
	case layers.Ge:
		return 0b110
	}
	return 0
}

// mirrored is the operator with its operands exchanged.
func (a accepts) mirrored() accepts { return a&0b010 | a<<2&0b100 | a>>2&0b001 }

// of is the truth for the result sign (-1, 0 or 1) of a comparison.
func (a accepts) of(sign int) truth { return truthOf(a>>(sign+1)&1 != 0) }

// ofValues is the truth for two values; null makes it unknown.
func (a accepts) ofValues(l, r layers.Value) truth {
	sign, ok := l.Compare(r)
	if !ok {
		return unknown
	}
	return a.of(sign)
}

func (c *compiler) compare(e layers.Compare) (condition, error) {
	accept := acceptsOf(e.Op)
	if accept == 0 {
		return nil, c.fail(layers.Invalid, "filter", "unknown comparison %s", e.Op)
	}
	l, err := c.scalar(e.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.scalar(e.Right)
	if err != nil {
		return nil, err
	}
	if err := c.sameKind(l, r); err != nil {
		return nil, err
	}
	switch { // booleans too have an order, false before true: the tests of the standard ask for it
	case l.fixed && r.fixed:
		return constant(accept.ofValues(l.value, r.value)), nil
	case l.fixed:
		l, r, accept = r, l, accept.mirrored()
	}
	if r.fixed {
		return compareFixed(l, r.value, accept), nil
	}
	le, re := l.eval, r.eval
	return func(row layers.Row) truth { return accept.ofValues(le(row), re(row)) }, nil
}

// compareFixed compares with a constant; the commonest forms have their own
// closures, which spare an indirect call and the choice of type per row.
func compareFixed(l scalar, v layers.Value, accept accepts) condition {
	i := l.field
	switch {
	case v.IsNull():
		return constant(unknown)
	case i >= 0 && l.kind == kindText && (accept == 0b010 || accept == 0b101):
		s, same := v.Str(), truthOf(accept == 0b010)
		return func(r layers.Row) truth {
			v := r.Value(i)
			switch {
			case v.IsNull():
				return unknown
			case v.Str() == s:
				return same
			}
			return yes - same
		}
	case i >= 0 && l.kind == kindText:
		s := v.Str()
		return func(r layers.Row) truth {
			v := r.Value(i)
			if v.IsNull() {
				return unknown
			}
			return accept.of(strings.Compare(v.Str(), s))
		}
	case i >= 0:
		return func(r layers.Row) truth { return accept.ofValues(r.Value(i), v) }
	}
	eval := l.eval
	return func(r layers.Row) truth { return accept.ofValues(eval(r), v) }
}

func (c *compiler) between(e layers.Between) (condition, error) {
	t, err := c.scalar(e.Term)
	if err != nil {
		return nil, err
	}
	low, err := c.scalar(e.Low)
	if err != nil {
		return nil, err
	}
	high, err := c.scalar(e.High)
	if err != nil {
		return nil, err
	}
	if err := c.sameKind(t, low, high); err != nil {
		return nil, err
	}
	for _, s := range []scalar{t, low, high} {
		if s.kind == kindBool {
			return nil, c.fail(layers.Invalid, s.name, "booleans have no order")
		}
	}
	te, le, he := t.eval, low.eval, high.eval
	return func(r layers.Row) truth {
		v := te(r)
		x := accepts(0b110).ofValues(v, le(r))
		if x == no {
			return no
		}
		return min(x, accepts(0b011).ofValues(v, he(r)))
	}, nil
}

// listed is from where on IN looks values up in a table rather than one by one.
const listed = 8

func (c *compiler) in(e layers.In) (condition, error) {
	t, err := c.scalar(e.Term)
	if err != nil {
		return nil, err
	}
	if len(e.List) == 0 {
		return nil, c.fail(layers.Invalid, t.name, "the list of IN is empty")
	}
	var fixed []layers.Value
	var moving []func(layers.Row) layers.Value
	absent := no // what a value that is not found is: unknown when the list holds null
	for _, x := range e.List {
		s, err := c.scalar(x)
		if err != nil {
			return nil, err
		}
		if err := c.sameKind(t, s); err != nil {
			return nil, err
		}
		switch {
		case !s.fixed:
			moving = append(moving, s.eval)
		case s.value.IsNull():
			absent = unknown
		default:
			fixed = append(fixed, canonical(s.value))
		}
	}
	contains := contained(fixed)
	te := t.eval
	return func(r layers.Row) truth {
		v := canonical(te(r))
		if v.IsNull() {
			return unknown
		}
		if contains(v) {
			return yes
		}
		found := absent
		for _, eval := range moving {
			if found = max(found, accepts(0b010).ofValues(v, eval(r))); found == yes {
				break
			}
		}
		return found
	}, nil
}

// contained returns the test for membership among canonical values.
func contained(list []layers.Value) func(layers.Value) bool {
	if len(list) < listed {
		return func(v layers.Value) bool {
			for i := range list {
				if list[i] == v {
					return true
				}
			}
			return false
		}
	}
	set := make(map[layers.Value]struct{}, len(list))
	for _, v := range list {
		set[v] = struct{}{}
	}
	return func(v layers.Value) bool {
		_, ok := set[v]
		return ok
	}
}

// canonical makes equal numbers identical: whole numbers within 64 bits become
// integers, so that 2 and 2.0 are the same key.
func canonical(v layers.Value) layers.Value {
	if v.Type() != layers.Number {
		return v
	}
	if f := v.Float(); f == math.Trunc(f) && f >= -(1<<63) && f < 1<<63 {
		return layers.Int(int64(f))
	}
	return v
}

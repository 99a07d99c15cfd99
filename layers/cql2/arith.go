package cql2

import (
	"math"

	"wutu/layers"
)

func (c *compiler) arith(t layers.Arith) (scalar, error) {
	l, err := c.scalar(t.Left)
	if err != nil {
		return scalar{}, err
	}
	r, err := c.scalar(t.Right)
	if err != nil {
		return scalar{}, err
	}
	for _, s := range []scalar{l, r} {
		if s.kind != kindNumber && s.kind != kindNull {
			return scalar{}, c.fail(layers.Invalid, s.name, "a %s cannot be computed with", s.kind)
		}
	}
	op := t.Op
	switch op {
	case layers.Add, layers.Sub, layers.Mul, layers.Div, layers.Mod, layers.IntDiv, layers.Pow:
	default:
		return scalar{}, c.fail(layers.Invalid, "filter", "unknown arithmetic operator %q", rune(op))
	}
	name := l.name
	if l.fixed {
		name = r.name
	}
	if l.fixed && r.fixed {
		s := fixedScalar(compute(op, l.value, r.value), name)
		s.kind = kindNumber
		return s, nil
	}
	le, re := l.eval, r.eval
	return scalar{kind: kindNumber, field: -1, name: name,
		eval: func(row layers.Row) layers.Value { return compute(op, le(row), re(row)) }}, nil
}

// compute is the value of l op r. Sums, differences, products, DIV and % of two
// integers are exact integers where they fit into 64 bits; everything else is
// computed in 64-bit floating point. DIV cuts towards zero and % has the sign
// of l, so that l = (l DIV r)*r + l % r. Null operands, division by zero and
// results that are not finite give null.
func compute(op layers.ArithOp, l, r layers.Value) layers.Value {
	if l.IsNull() || r.IsNull() {
		return layers.Value{}
	}
	if l.Type() == layers.Integer && r.Type() == layers.Integer {
		if v, ok := computeInt(op, l.Int(), r.Int()); ok {
			return layers.Int(v)
		}
	}
	a, b := l.Float(), r.Float()
	switch op {
	case layers.Add:
		return layers.Float(a + b)
	case layers.Sub:
		return layers.Float(a - b)
	case layers.Mul:
		return layers.Float(a * b)
	case layers.Div:
		return layers.Float(a / b)
	case layers.Mod:
		return layers.Float(math.Mod(a, b))
	case layers.IntDiv:
		return layers.Float(math.Trunc(a / b))
	case layers.Pow:
		return layers.Float(math.Pow(a, b))
	}
	return layers.Value{}
}

// computeInt computes exactly; false when the result is no 64-bit integer or the
// operator's result is a number in any case.
func computeInt(op layers.ArithOp, a, b int64) (int64, bool) {
	switch op {
	case layers.Add:
		s := a + b
		return s, (s > a) == (b > 0)
	case layers.Sub:
		d := a - b
		return d, (d < a) == (b > 0)
	case layers.Mul:
		if a == 0 || b == 0 {
			return 0, true
		}
		p := a * b
		return p, p/b == a && !(a == -1 && b == math.MinInt64) && !(b == -1 && a == math.MinInt64)
	case layers.IntDiv:
		if b == 0 || a == math.MinInt64 && b == -1 {
			return 0, false
		}
		return a / b, true
	case layers.Mod:
		if b == 0 {
			return 0, false
		}
		if b == -1 {
			return 0, true
		}
		return a % b, true
	case layers.Div, layers.Pow:
	}
	return 0, false
}

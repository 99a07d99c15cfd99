package cql2

import (
	"wutu/layers"
)

// builtin is a function with what compiles a call of it.
type builtin struct {
	Function
	returns kind // kind of the result, kindNull when it is that of the arguments
	build   func(*compiler, *builtin, []argument) (argument, error)
}

// computed makes the result of a function from its evaluation; when every
// argument is fixed it is computed once.
func (f *builtin) computed(k kind, args []argument, eval func(layers.Row) layers.Value) (argument, error) {
	fixed, name := true, f.Name
	for i := range args {
		switch a := &args[i]; {
		case a.kind == kindGeometry:
			fixed = fixed && a.shape.constant != nil
		case !a.scalar.fixed:
			fixed, name = false, a.scalar.name
		}
	}
	if fixed {
		s := fixedScalar(eval(nil), f.Name)
		s.kind = k
		return argument{kind: k, scalar: s}, nil
	}
	return argument{kind: k, scalar: scalar{kind: k, eval: eval, field: -1, name: name}}, nil
}

// of1 compiles a function of one value that is null of null.
func of1(value func(layers.Value) layers.Value) func(*compiler, *builtin, []argument) (argument, error) {
	return func(_ *compiler, f *builtin, args []argument) (argument, error) {
		x := args[0].scalar.eval
		return f.computed(f.returns, args, func(r layers.Row) layers.Value {
			v := x(r)
			if v.IsNull() {
				return v
			}
			return value(v)
		})
	}
}

// of2 compiles a function of two values that is null when one is.
func of2(value func(a, b layers.Value) layers.Value) func(*compiler, *builtin, []argument) (argument, error) {
	return func(_ *compiler, f *builtin, args []argument) (argument, error) {
		x, y := args[0].scalar.eval, args[1].scalar.eval
		return f.computed(f.returns, args, func(r layers.Row) layers.Value {
			a, b := x(r), y(r)
			if a.IsNull() || b.IsNull() {
				return layers.Value{}
			}
			return value(a, b)
		})
	}
}

// folded compiles a function of many values of one kind from left to right:
// step gets what was found so far and the next value, either may be null.
func folded(step func(a, b layers.Value) layers.Value) func(*compiler, *builtin, []argument) (argument, error) {
	return func(c *compiler, f *builtin, args []argument) (argument, error) {
		k := f.returns
		terms, evals := make([]scalar, len(args)), make([]func(layers.Row) layers.Value, len(args))
		for i := range args {
			terms[i], evals[i] = args[i].scalar, args[i].scalar.eval
			if k == kindNull {
				k = args[i].kind
			}
		}
		if err := c.sameKind(terms...); err != nil {
			return argument{}, err
		}
		return f.computed(k, args, func(r layers.Row) layers.Value {
			v := evals[0](r)
			for _, eval := range evals[1:] {
				v = step(v, eval(r))
			}
			return v
		})
	}
}

// known makes a step of folded that is null as soon as one value is.
func known(step func(a, b layers.Value) layers.Value) func(a, b layers.Value) layers.Value {
	return func(a, b layers.Value) layers.Value {
		if a.IsNull() || b.IsNull() {
			return layers.Value{}
		}
		return step(a, b)
	}
}

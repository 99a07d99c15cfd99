package cql2

import (
	"wutu/layers"
)

// comparison reads a value and the predicate that is made of it, if any.
func (p *parser) comparison() (operand, error) {
	left, err := p.sum()
	if err != nil {
		return operand{}, err
	}
	if op, ok := comparisonOps[p.tok.text]; ok && p.tok.kind == tokenSymbol {
		return p.compared(left, op)
	}
	if p.tok.kind != tokenWord {
		return left, nil
	}
	negated := p.tok.word("NOT")
	if negated {
		if err := p.advance(); err != nil {
			return operand{}, err
		}
	}
	switch {
	case p.tok.word("LIKE"):
		left, err = p.like(left)
	case p.tok.word("IN"):
		left, err = p.in(left)
	case p.tok.word("BETWEEN"):
		left, err = p.between(left)
	case negated:
		return operand{}, p.expected("LIKE, IN or BETWEEN")
	case p.tok.word("IS"):
		return p.isNull(left)
	}
	if err != nil || !negated {
		return left, err
	}
	left.expr = layers.Not{Arg: left.expr}
	left.depth++
	return left, deep(left.depth, left.pos)
}

var comparisonOps = map[string]layers.CompareOp{
	"=": layers.Eq, "<>": layers.Ne, "<": layers.Lt, "<=": layers.Le, ">": layers.Gt, ">=": layers.Ge,
}

// above makes the predicate e over values, the tallest of which has the given
// depth.
func above(pos, depth int, e layers.Expr) (operand, error) {
	return operand{pos: pos, depth: depth + 1, expr: e}, deep(depth+1, pos)
}

func (p *parser) compared(left operand, op layers.CompareOp) (operand, error) {
	l, err := left.value()
	if err != nil {
		return operand{}, err
	}
	r, depth, err := p.nextValue()
	if err != nil {
		return operand{}, err
	}
	return above(left.pos, max(left.depth, depth), layers.Compare{Op: op, Left: l, Right: r})
}

// nextValue consumes the current token and reads the value behind it.
func (p *parser) nextValue() (layers.Term, int, error) {
	if err := p.advance(); err != nil {
		return nil, 0, err
	}
	return p.argument()
}

// argument reads a value that is no predicate.
func (p *parser) argument() (layers.Term, int, error) {
	o, err := p.sum()
	if err != nil {
		return nil, 0, err
	}
	t, err := o.value()
	return t, o.depth, err
}

func (p *parser) like(left operand) (operand, error) {
	t, err := left.value()
	if err != nil {
		return operand{}, err
	}
	pattern, depth, err := p.nextValue()
	if err != nil {
		return operand{}, err
	}
	return above(left.pos, max(left.depth, depth), layers.Like{Term: t, Pattern: pattern})
}

func (p *parser) in(left operand) (operand, error) {
	t, err := left.value()
	if err != nil {
		return operand{}, err
	}
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	list, depth, err := p.list(p.argument)
	if err != nil {
		return operand{}, err
	}
	if len(list) == 0 {
		return operand{}, invalid(left.pos, "the list of IN is empty")
	}
	return above(left.pos, max(left.depth, depth), layers.In{Term: t, List: list})
}

// item reads an argument of a function or an element of an array: any value,
// predicates and arrays among them.
func (p *parser) item() (layers.Term, int, error) {
	o, err := p.or()
	if err != nil {
		return nil, 0, err
	}
	o = o.asItem()
	return o.term, o.depth, deep(o.depth, o.pos)
}

// list reads '(' values separated by commas ')'.
func (p *parser) list(read func() (layers.Term, int, error)) (terms []layers.Term, depth int, err error) {
	if err := p.enter(); err != nil {
		return nil, 0, err
	}
	defer p.leave()
	if err := p.symbol("("); err != nil {
		return nil, 0, err
	}
	if p.tok.is(")") {
		return nil, 0, p.advance()
	}
	for {
		t, d, err := read()
		if err != nil {
			return nil, 0, err
		}
		terms, depth = append(terms, t), max(depth, d)
		if !p.tok.is(",") {
			break
		}
		if err := p.advance(); err != nil {
			return nil, 0, err
		}
	}
	if !p.tok.is(")") {
		return nil, 0, p.expected("',' or ')'")
	}
	return terms, depth, p.advance()
}

func (p *parser) between(left operand) (operand, error) {
	t, err := left.value()
	if err != nil {
		return operand{}, err
	}
	low, d1, err := p.nextValue()
	if err != nil {
		return operand{}, err
	}
	if !p.tok.word("AND") {
		return operand{}, p.expected("AND of BETWEEN")
	}
	high, d2, err := p.nextValue()
	if err != nil {
		return operand{}, err
	}
	return above(left.pos, max(left.depth, d1, d2), layers.Between{Term: t, Low: low, High: high})
}

func (p *parser) isNull(left operand) (operand, error) {
	left = left.boxed()
	t := left.term
	if _, ok := t.(layers.Array); ok {
		return operand{}, invalid(left.pos, "an array is never null")
	}
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	negated := p.tok.word("NOT")
	if negated {
		if err := p.advance(); err != nil {
			return operand{}, err
		}
	}
	if !p.tok.word("NULL") {
		return operand{}, p.expected("NULL")
	}
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	var e layers.Expr = layers.IsNull{Term: t}
	depth := left.depth
	if negated {
		e = layers.Not{Arg: e}
		depth++
	}
	return above(left.pos, depth, e)
}

package cql2

import (
	"math"
	"strconv"
	"strings"

	"wutu/layers"
)

func (p *parser) sum() (operand, error) {
	return p.leftChain(p.product, func() (layers.ArithOp, bool) {
		switch {
		case p.tok.is("+"):
			return layers.Add, true
		case p.tok.is("-"):
			return layers.Sub, true
		}
		return 0, false
	})
}

func (p *parser) product() (operand, error) {
	return p.leftChain(p.power, func() (layers.ArithOp, bool) {
		switch {
		case p.tok.is("*"):
			return layers.Mul, true
		case p.tok.is("/"):
			return layers.Div, true
		case p.tok.is("%"):
			return layers.Mod, true
		case p.tok.word("DIV"):
			return layers.IntDiv, true
		}
		return 0, false
	})
}

// leftChain reads operands joined by operators that bind to the left.
func (p *parser) leftChain(next func() (operand, error), operator func() (layers.ArithOp, bool)) (operand, error) {
	left, err := next()
	for err == nil {
		op, ok := operator()
		if !ok {
			break
		}
		if err = p.advance(); err != nil {
			break
		}
		var right operand
		if right, err = next(); err == nil {
			left, err = computed(op, left, right)
		}
	}
	return left, err
}

// power reads operands joined by ^, which binds to the right.
func (p *parser) power() (operand, error) {
	left, err := p.factor()
	if err != nil || !p.tok.is("^") {
		return left, err
	}
	if err := p.enter(); err != nil {
		return operand{}, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	right, err := p.power()
	if err != nil {
		return operand{}, err
	}
	return computed(layers.Pow, left, right)
}

func computed(op layers.ArithOp, left, right operand) (operand, error) {
	l, err := left.value()
	if err != nil {
		return operand{}, err
	}
	r, err := right.value()
	if err != nil {
		return operand{}, err
	}
	out := operand{pos: left.pos, depth: max(left.depth, right.depth) + 1, term: layers.Arith{Op: op, Left: l, Right: r}}
	return out, deep(out.depth, out.pos)
}

// factor reads an operand with an optional sign. A sign before a number belongs
// to it; before anything else minus means "times minus one".
func (p *parser) factor() (operand, error) {
	sign := p.tok
	if !sign.is("-") && !sign.is("+") {
		return p.operand()
	}
	next, err := p.peek()
	if err != nil {
		return operand{}, err
	}
	if next.kind == tokenNumber {
		v, err := p.number()
		return operand{pos: sign.pos, depth: 1, term: layers.Literal{Value: v}}, err
	}
	if sign.is("+") {
		return operand{}, p.expected("a value")
	}
	if err := p.enter(); err != nil {
		return operand{}, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	o, err := p.operand()
	if err != nil {
		return operand{}, err
	}
	return computed(layers.Mul, operand{pos: sign.pos, depth: 1, term: layers.Literal{Value: layers.Int(-1)}}, o)
}

// number reads a number with an optional sign. Without point and exponent it is
// an integer as long as it fits into 64 bits.
func (p *parser) number() (layers.Value, error) {
	pos, sign := p.tok.pos, ""
	if p.tok.is("-") || p.tok.is("+") {
		if p.tok.is("-") {
			sign = "-"
		}
		if err := p.advance(); err != nil {
			return layers.Value{}, err
		}
	}
	if p.tok.kind != tokenNumber {
		return layers.Value{}, p.expected("a number")
	}
	text := sign + p.tok.text
	v, ok := numberOf(text)
	if !ok {
		return layers.Value{}, invalid(pos, "the number %s is out of range", clip(text))
	}
	return v, p.advance()
}

// numberOf is the value of a number, false when no float64 holds it.
func numberOf(text string) (layers.Value, bool) {
	if !strings.ContainsAny(text, ".eE") {
		if i, err := strconv.ParseInt(text, 10, 64); err == nil {
			return layers.Int(i), true
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	return layers.Float(f), err == nil && !math.IsInf(f, 0)
}

// operand reads a literal, a property, a call, a predicate function or a
// parenthesis.
func (p *parser) operand() (operand, error) {
	t := p.tok
	leaf := operand{pos: t.pos, depth: 1}
	switch t.kind {
	case tokenText:
		leaf.term = layers.Literal{Value: layers.Text(t.text)}
		return leaf, p.advance()
	case tokenNumber:
		v, err := p.number()
		leaf.term = layers.Literal{Value: v}
		return leaf, err
	case tokenQuoted:
		if t.text == "" {
			return operand{}, invalid(t.pos, "a property name is empty")
		}
		leaf.term = layers.Property{Name: t.text}
		return leaf, p.advance()
	case tokenWord:
		return p.word()
	case tokenSymbol:
		if t.is("(") {
			return p.parenthesis()
		}
		if t.is("[") {
			return operand{}, invalid(t.pos, "arrays stand in parentheses: ('a','b')")
		}
	case tokenEnd:
	}
	return operand{}, p.expected("a value")
}

func (p *parser) parenthesis() (operand, error) {
	pos := p.tok.pos
	if err := p.enter(); err != nil {
		return operand{}, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	if p.tok.is(")") {
		return operand{pos: pos, depth: 1, term: layers.Array{}}, p.advance()
	}
	o, err := p.or()
	if err != nil {
		return operand{}, err
	}
	if p.tok.is(",") {
		return p.array(pos, o)
	}
	if !p.tok.is(")") {
		return operand{}, p.expected("an operator or ')'")
	}
	o.pos = pos
	o.group++
	return o, p.advance()
}

// array reads the rest of an array at the comma behind its first element.
func (p *parser) array(pos int, first operand) (operand, error) {
	first = first.asItem()
	items, depth := []layers.Term{first.term}, first.depth
	for p.tok.is(",") {
		if err := p.advance(); err != nil {
			return operand{}, err
		}
		t, d, err := p.item()
		if err != nil {
			return operand{}, err
		}
		items, depth = append(items, t), max(depth, d)
	}
	if !p.tok.is(")") {
		return operand{}, p.expected("',' or ')'")
	}
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	return operand{pos: pos, depth: depth + 1, term: layers.Array{Items: items}}, deep(depth+1, pos)
}

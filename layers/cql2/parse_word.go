package cql2

import "wutu/layers"

// reserved words never name a property without quotes.
var reserved = map[string]bool{
	"AND": true, "OR": true, "NOT": true, "LIKE": true, "IN": true, "BETWEEN": true, "IS": true, "NULL": true,
	"TRUE": true, "FALSE": true,
}

// spatialOps, temporalOps and arrayOps map function names to operators.
var (
	spatialOps  = operators(layers.SIntersects, layers.SContains)
	temporalOps = operators(layers.TAfter, layers.TStarts)
	arrayOps    = operators(layers.AEquals, layers.AOverlaps)
)

// operators maps the names of the operators from first to last.
func operators[T interface {
	~uint8
	String() string
}](first, last T) map[string]T {
	m := make(map[string]T, last-first+1)
	for op := first; op <= last; op++ {
		m[op.String()] = op
	}
	return m
}

// word reads what begins with a word: a boolean, a property, a literal with a
// tag, a predicate function or a call.
func (p *parser) word() (operand, error) {
	t := p.tok
	leaf := operand{pos: t.pos, depth: 1}
	switch t.upper {
	case "TRUE", "FALSE":
		leaf.term = layers.Literal{Value: layers.Bool(t.upper == "TRUE")}
		return leaf, p.advance()
	case "NULL":
		return operand{}, invalid(t.pos, "NULL is not a value: use IS NULL")
	}
	if reserved[t.upper] {
		return operand{}, p.expected("a value")
	}
	next, err := p.peek()
	if err != nil {
		return operand{}, err
	}
	if isGeometryWord(t.upper) && (next.is("(") || next.kind == tokenWord && isGeometryModifier(next.upper)) {
		return p.shape()
	}
	if !next.is("(") {
		leaf.term = layers.Property{Name: t.text}
		return leaf, p.advance()
	}
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	switch t.upper {
	case "DATE", "TIMESTAMP":
		leaf.term, err = p.instant(t.upper)
		return leaf, err
	case "INTERVAL":
		return p.interval(t.pos)
	}
	if op, ok := spatialOps[t.upper]; ok {
		l, r, depth, err := p.pair(p.argument)
		if err != nil {
			return operand{}, err
		}
		return above(t.pos, depth, layers.Spatial{Op: op, Left: l, Right: r})
	}
	if op, ok := temporalOps[t.upper]; ok {
		l, r, depth, err := p.pair(p.argument)
		if err != nil {
			return operand{}, err
		}
		return above(t.pos, depth, layers.Temporal{Op: op, Left: l, Right: r})
	}
	if op, ok := arrayOps[t.upper]; ok {
		l, r, depth, err := p.pair(p.item)
		if err != nil {
			return operand{}, err
		}
		return above(t.pos, depth, layers.Arrays{Op: op, Left: l, Right: r})
	}
	args, depth, err := p.list(p.item)
	if err != nil {
		return operand{}, err
	}
	leaf.term, leaf.depth = layers.Call{Name: functionName(t.text), Args: args}, depth+1
	return leaf, deep(leaf.depth, leaf.pos)
}

// pair reads '(' value ',' value ')'.
func (p *parser) pair(read func() (layers.Term, int, error)) (left, right layers.Term, depth int, err error) {
	if err := p.enter(); err != nil {
		return nil, nil, 0, err
	}
	defer p.leave()
	if err := p.symbol("("); err != nil {
		return nil, nil, 0, err
	}
	left, d1, err := read()
	if err != nil {
		return nil, nil, 0, err
	}
	if err := p.symbol(","); err != nil {
		return nil, nil, 0, err
	}
	right, d2, err := read()
	if err != nil {
		return nil, nil, 0, err
	}
	return left, right, max(d1, d2), p.symbol(")")
}

package cql2

import (
	"fmt"
	"strconv"
	"unicode/utf8"

	"wutu/layers"
)

// The limits of a filter. They are far above what people write and far below
// what could hurt: the work of Parse is linear in the text.
const (
	MaxText     = 64 << 10 // bytes of text
	MaxDepth    = 200      // levels of nesting of the syntax tree and of the text
	MaxVertices = 100_000  // vertices of all constant geometries together, checked by Compile
)

// Parse reads CQL2 text. The tree keeps the shape of the text: parentheses that
// group AND within AND stay a node of their own. It knows no layer: names and
// types are checked by Compile.
//
// Errors name the byte offset in At: Invalid with what was expected and what was
// found, Unsupported for parts of CQL2 that are not offered, TooLarge beyond
// MaxText or MaxDepth. Parse is safe for concurrent use and costs O(len(text)).
func Parse(text string) (layers.Expr, error) {
	if len(text) > MaxText {
		return nil, fault(layers.TooLarge, MaxText, "the filter has %d bytes, at most %d are read", len(text), MaxText)
	}
	if !utf8.ValidString(text) {
		return nil, invalid(firstInvalid(text), "the filter is not UTF-8")
	}
	p := &parser{src: text}
	if err := p.advance(); err != nil {
		return nil, err
	}
	if p.tok.kind == tokenEnd {
		return nil, invalid(0, "the filter is empty")
	}
	o, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != tokenEnd {
		return nil, p.expected("an operator or the end")
	}
	return o.predicate()
}

func firstInvalid(s string) int {
	for i := 0; i < len(s); {
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(s)
}

// fault makes an error at a byte offset of the text.
func fault(kind layers.Kind, pos int, format string, args ...any) error {
	return &layers.Error{Kind: kind, Op: "cql2", Field: "filter", At: "offset " + strconv.Itoa(pos),
		Err: fmt.Errorf(format, args...)}
}

func invalid(pos int, format string, args ...any) error {
	return fault(layers.Invalid, pos, format, args...)
}

// parser is a recursive descent over the tokens of src with one token of
// look-ahead. Precedence, weakest first: OR, AND, NOT, predicates, + -, * / %
// DIV, ^, operands.
type parser struct {
	src  string
	tok  token // the token not yet consumed
	open int   // nesting of the text at tok
}

// operand is what one level of the grammar hands to the next: a predicate or a
// value. Which of the two a parenthesis holds is known only behind it.
type operand struct {
	pos   int
	depth int // height of the tree
	group int // parentheses around all of it
	expr  layers.Expr
	term  layers.Term
}

// predicate returns o as a predicate: boolean literals, properties and calls
// may stand where a predicate is expected.
func (o operand) predicate() (layers.Expr, error) {
	if o.expr != nil {
		return o.expr, nil
	}
	switch t := o.term.(type) {
	case layers.Literal:
		if t.Value.Type() == layers.Boolean {
			return layers.Truth(t.Value.Bool()), nil
		}
	case layers.Property, layers.Call:
		return layers.Holds{Term: o.term}, nil
	}
	return nil, invalid(o.pos, "expected a predicate, found a value that is neither true nor false")
}

// value returns o as a term where neither a predicate nor an array may stand.
func (o operand) value() (layers.Term, error) {
	if o.term == nil {
		return nil, fault(layers.Unsupported, o.pos, "a predicate cannot be used as a value here")
	}
	if _, ok := o.term.(layers.Array); ok {
		return nil, invalid(o.pos, "an array cannot be used here: A_EQUALS, A_CONTAINS, A_CONTAINEDBY and A_OVERLAPS compare arrays")
	}
	return o.term, nil
}

// boxed returns o as a term, a predicate as a Predicate one level up.
func (o operand) boxed() operand {
	if o.term == nil {
		o.term, o.depth = layers.Predicate{Expr: o.expr}, o.depth+1
		o.expr = nil
	}
	return o
}

// asItem returns o as an element of an array or an argument of a function.
// Parentheses around all of it make an array of one: the grammar names arrays
// before the other things that may stand in parentheses.
func (o operand) asItem() operand {
	o = o.boxed()
	for range o.group {
		o.term, o.depth = layers.Array{Items: []layers.Term{o.term}}, o.depth+1
	}
	return o
}

// advance consumes the current token.
func (p *parser) advance() error {
	t, err := scan(p.src, p.tok.end)
	if err != nil {
		return err
	}
	p.tok = t
	return nil
}

// peek returns the token behind the current one.
func (p *parser) peek() (token, error) { return scan(p.src, p.tok.end) }

func (p *parser) expected(what string) error {
	return invalid(p.tok.pos, "expected %s, found %s", what, p.tok.describe())
}

// symbol consumes the symbol s or fails.
func (p *parser) symbol(s string) error {
	if !p.tok.is(s) {
		return p.expected("'" + s + "'")
	}
	return p.advance()
}

// enter and leave count the nesting of the text.
func (p *parser) enter() error {
	p.open++
	return deep(p.open, p.tok.pos)
}

func (p *parser) leave() { p.open-- }

// deep refuses more than MaxDepth levels.
func deep(levels, pos int) error {
	if levels > MaxDepth {
		return fault(layers.TooLarge, pos, "nested too deeply: more than %d levels", MaxDepth)
	}
	return nil
}

func (p *parser) or() (operand, error) {
	return p.chain("OR", p.and, func(args []layers.Expr) layers.Expr { return layers.Or{Args: args} })
}

func (p *parser) and() (operand, error) {
	return p.chain("AND", p.not, func(args []layers.Expr) layers.Expr { return layers.And{Args: args} })
}

// chain reads operands joined by word; a single one is handed on as it is.
func (p *parser) chain(word string, next func() (operand, error), join func([]layers.Expr) layers.Expr) (operand, error) {
	first, err := next()
	if err != nil || !p.tok.word(word) {
		return first, err
	}
	e, err := first.predicate()
	if err != nil {
		return operand{}, err
	}
	out := operand{pos: first.pos, depth: first.depth}
	args := []layers.Expr{e}
	for p.tok.word(word) {
		if err := p.advance(); err != nil {
			return operand{}, err
		}
		o, err := next()
		if err != nil {
			return operand{}, err
		}
		if e, err = o.predicate(); err != nil {
			return operand{}, err
		}
		args = append(args, e)
		out.depth = max(out.depth, o.depth)
	}
	out.depth++
	out.expr = join(args)
	return out, deep(out.depth, out.pos)
}

func (p *parser) not() (operand, error) {
	if !p.tok.word("NOT") {
		return p.comparison()
	}
	pos := p.tok.pos
	if err := p.enter(); err != nil {
		return operand{}, err
	}
	defer p.leave()
	if err := p.advance(); err != nil {
		return operand{}, err
	}
	o, err := p.not()
	if err != nil {
		return operand{}, err
	}
	e, err := o.predicate()
	if err != nil {
		return operand{}, err
	}
	return operand{pos: pos, depth: o.depth + 1, expr: layers.Not{Arg: e}}, deep(o.depth+1, pos)
}

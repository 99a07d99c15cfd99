package cql2

import (
	"github.com/paulmach/orb"

	"wutu/layers"
)

// element is a value in an array. Its kind says which part holds it; kindNull is
// an element that is null.
type element struct {
	kind     kind
	value    layers.Value
	span     span
	geometry orb.Geometry
	items    []element
}

// arrayTerm is a compiled array.
type arrayTerm struct {
	fixed bool
	items []element // of a fixed array; of others a sketch: the kinds are not filled in
	eval  func(layers.Row) ([]element, bool)
}

// elementTerm is a compiled element; its sketch is what is known without a row.
type elementTerm struct {
	fixed  bool
	sketch element
	eval   func(layers.Row) element
}

// maxPairs bounds the comparisons that an array predicate makes for one row.
const maxPairs = 10_000

// partsOfText is how many parts a text that is split is taken to have when the
// cost is reckoned.
const partsOfText = 100

// arrays compiles an array predicate.
func (c *compiler) arrays(e layers.Arrays) (condition, error) {
	if e.Op < layers.AEquals || e.Op > layers.AOverlaps {
		return nil, c.fail(layers.Invalid, "filter", "unknown array function %s", e.Op)
	}
	l, err := c.array(e.Left)
	if err != nil {
		return nil, err
	}
	r, err := c.array(e.Right)
	if err != nil {
		return nil, err
	}
	if left := maxPairs; !affordable(l.items, r.items, &left) {
		return nil, c.fail(layers.TooLarge, e.Op.String(), "its arrays need more than %d comparisons", maxPairs)
	}
	op := e.Op
	if l.fixed && r.fixed {
		return constant(relateSets(op, l.items, r.items)), nil
	}
	le, re := l.eval, r.eval
	return func(row layers.Row) truth {
		a, ok := le(row)
		if !ok {
			return unknown
		}
		b, ok := re(row)
		if !ok {
			return unknown
		}
		return relateSets(op, a, b)
	}, nil
}

// affordable counts the comparisons of two arrays down from left.
func affordable(a, b []element, left *int) bool {
	for i := range a {
		for j := range b {
			*left--
			if *left < 0 {
				return false
			}
			// Arrays within arrays are compared both ways.
			if a[i].items != nil && b[j].items != nil &&
				!(affordable(a[i].items, b[j].items, left) && affordable(b[j].items, a[i].items, left)) {
				return false
			}
		}
	}
	return true
}

// array compiles an operand of an array predicate. What has one value is the
// array of that value, null as a whole when the value is.
func (c *compiler) array(t layers.Term) (arrayTerm, error) {
	switch t := t.(type) {
	case layers.Array:
		return c.literalArray(t)
	case layers.Call:
		if c.kindOf(t) == kindArray {
			a, err := c.call(t)
			return a.array, err
		}
	}
	one, err := c.element(t)
	if err != nil {
		return arrayTerm{}, err
	}
	eval := one.eval
	return arrayTerm{items: []element{one.sketch}, eval: func(r layers.Row) ([]element, bool) {
		e := eval(r)
		if e.kind == kindNull {
			return nil, false
		}
		return []element{e}, true
	}}, nil
}

func (c *compiler) literalArray(t layers.Array) (arrayTerm, error) {
	terms := make([]elementTerm, len(t.Items))
	out := arrayTerm{fixed: true, items: make([]element, len(t.Items))}
	for i, item := range t.Items {
		term, err := c.element(item)
		if err != nil {
			return arrayTerm{}, err
		}
		terms[i], out.items[i] = term, term.sketch
		out.fixed = out.fixed && term.fixed
	}
	if out.fixed {
		items := out.items
		out.eval = func(layers.Row) ([]element, bool) { return items, true }
		return out, nil
	}
	out.eval = func(r layers.Row) ([]element, bool) {
		items := make([]element, len(terms))
		for i := range terms {
			items[i] = terms[i].eval(r)
		}
		return items, true
	}
	return out, nil
}

// element compiles a value of any kind.
func (c *compiler) element(t layers.Term) (elementTerm, error) {
	if a, ok := t.(layers.Array); ok {
		arr, err := c.literalArray(a)
		if err != nil {
			return elementTerm{}, err
		}
		items := arr.items
		if items == nil {
			items = []element{}
		}
		return elementTerm{fixed: arr.fixed, sketch: element{kind: kindArray, items: items}, eval: func(r layers.Row) element {
			items, _ := arr.eval(r)
			return element{kind: kindArray, items: items}
		}}, nil
	}
	switch c.kindOf(t) {
	case kindGeometry:
		g, err := c.geometry(t)
		if err != nil {
			return elementTerm{}, err
		}
		of := g.of()
		eval := func(r layers.Row) element {
			if g := of(r); g != nil {
				return element{kind: kindGeometry, geometry: g}
			}
			return element{}
		}
		return elementOf(g.constant != nil, eval), nil
	case kindInterval:
		s, err := c.span(t)
		if err != nil {
			return elementTerm{}, err
		}
		_, fixed := t.(layers.Interval)
		return elementOf(fixed, func(r layers.Row) element {
			if v, ok := s.eval(r); ok {
				return element{kind: kindInterval, span: v}
			}
			return element{}
		}), nil
	case kindArray:
		return elementTerm{}, c.fail(layers.Unsupported, "filter", "a function that makes an array cannot be an element of one")
	case kindNull, kindText, kindNumber, kindBool, kindInstant:
	}
	s, err := c.scalar(t)
	if err != nil {
		return elementTerm{}, err
	}
	eval := s.eval
	return elementOf(s.fixed, func(r layers.Row) element {
		v := eval(r)
		return element{kind: kindOfType(v.Type()), value: v}
	}), nil
}

func elementOf(fixed bool, eval func(layers.Row) element) elementTerm {
	e := elementTerm{fixed: fixed, eval: eval}
	if fixed {
		e.sketch = eval(nil)
	}
	return e
}

// relateSets relates two arrays as sets. An element that is null is neither
// equal to another nor different from it.
func relateSets(op layers.ArrayOp, a, b []element) truth {
	switch op {
	case layers.AContains:
		return containsAll(a, b)
	case layers.AContainedBy:
		return containsAll(b, a)
	case layers.AEquals:
		return min(containsAll(a, b), containsAll(b, a))
	case layers.AOverlaps:
		most := no
		for i := range b {
			if most = max(most, contains(a, &b[i])); most == yes {
				break
			}
		}
		return most
	}
	return unknown // arrays refuses other operators
}

// containsAll is whether every element of b equals one of a.
func containsAll(a, b []element) truth {
	least := yes
	for i := range b {
		if least = min(least, contains(a, &b[i])); least == no {
			break
		}
	}
	return least
}

func contains(a []element, e *element) truth {
	most := no
	for i := range a {
		if most = max(most, sameElement(&a[i], e)); most == yes {
			break
		}
	}
	return most
}

// sameElement compares two elements; those of different kinds differ.
func sameElement(a, b *element) truth {
	switch {
	case a.kind == kindNull || b.kind == kindNull:
		return unknown
	case a.kind != b.kind:
		return no
	}
	switch a.kind {
	case kindInterval:
		return truthOf(a.span == b.span)
	case kindGeometry:
		return truthOf(relate(layers.SEquals, a.geometry, b.geometry))
	case kindArray:
		return relateSets(layers.AEquals, a.items, b.items)
	case kindNull, kindText, kindNumber, kindBool, kindInstant:
	}
	return accepts(0b010).ofValues(a.value, b.value)
}

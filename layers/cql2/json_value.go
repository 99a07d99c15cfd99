package cql2

import (
	"wutu/layers"
)

// value makes a term where neither an array nor a predicate may stand.
func (b builder) value(n *node, at *path, level int) (layers.Term, error) {
	if err := b.level(n, at, level); err != nil {
		return nil, err
	}
	switch n.kind {
	case nodeBool:
		return layers.Literal{Value: layers.Bool(n.truth)}, nil
	case nodeText:
		return layers.Literal{Value: layers.Text(n.text)}, nil
	case nodeNumber:
		v, ok := numberOf(n.text)
		if !ok {
			return nil, jsonFault(layers.Invalid, n, at, "the number %s is out of range", clip(n.text))
		}
		return layers.Literal{Value: v}, nil
	case nodeNull:
		return nil, jsonFault(layers.Invalid, n, at, "null is not a value: use isNull")
	case nodeArray:
		return nil, jsonFault(layers.Invalid, n, at, "an array cannot be used here: a_equals, a_contains, a_containedBy and a_overlaps compare arrays")
	case nodeObject:
	}
	for i, name := range n.names {
		var read func(n *node, at *path, level int) (layers.Term, error)
		switch name {
		case "op":
			return b.operation(n, at, level)
		case "property":
			read = b.property
		case "date", "timestamp":
			read = func(n *node, at *path, _ int) (layers.Term, error) { return b.instant(name, n, at) }
		case "interval":
			read = b.interval
		case "type":
			g, err := b.geometry(n, at, level)
			return layers.Shape{Geometry: g}, err
		case "bbox":
			if n.member("type") != nil {
				continue // of a geometry
			}
			read = b.box
		default:
			continue
		}
		return read(&n.items[i], at.member(name), level)
	}
	return nil, jsonFault(layers.Invalid, n, at, "expected an object with op, property, date, timestamp, interval, bbox or a geometry's type")
}

// operand makes a term, a predicate among them.
func (b builder) operand(n *node, at *path, level int) (layers.Term, error) {
	if n.kind == nodeObject {
		if op := n.member("op"); op != nil && op.kind == nodeText && isPredicateName(op.text) {
			if err := b.level(n, at, level); err != nil {
				return nil, err
			}
			e, err := b.expr(n, at, level+1)
			if t, ok := e.(layers.Truth); ok {
				return layers.Literal{Value: layers.Bool(bool(t))}, err
			}
			return layers.Predicate{Expr: e}, err
		}
	}
	return b.value(n, at, level)
}

// item makes an element of an array or an argument of a function.
func (b builder) item(n *node, at *path, level int) (layers.Term, error) {
	if n.kind != nodeArray {
		return b.operand(n, at, level)
	}
	if err := b.level(n, at, level); err != nil {
		return nil, err
	}
	items, err := b.terms(n, at, level+1, b.item)
	return layers.Array{Items: items}, err
}

func (b builder) property(n *node, at *path, _ int) (layers.Term, error) {
	switch {
	case n.kind != nodeText:
		return nil, jsonFault(layers.Invalid, n, at, "expected the name of a property, found %s", n.kind)
	case n.text == "":
		return nil, jsonFault(layers.Invalid, n, at, "a property name is empty")
	}
	return layers.Property{Name: n.text}, nil
}

// operation makes what has an op and is no predicate: arithmetic or a call.
func (b builder) operation(n *node, at *path, level int) (layers.Term, error) {
	op := n.member("op")
	switch {
	case op.kind != nodeText:
		return nil, jsonFault(layers.Invalid, op, at.member("op"), "expected the name of an operation, found %s", op.kind)
	case isPredicateName(op.text):
		return nil, jsonFault(layers.Unsupported, n, at, "a predicate cannot be used as a value here")
	}
	if o, ok := arithmeticNames[op.text]; ok {
		args, err := b.args(n, at, 2, 2)
		if err != nil {
			return nil, err
		}
		terms, err := b.terms(args, at.member("args"), level+1, b.value)
		if err != nil {
			return nil, err
		}
		return layers.Arith{Op: o, Left: terms[0], Right: terms[1]}, nil
	}
	if !isFunctionName(op.text) {
		return nil, jsonFault(layers.Invalid, op, at.member("op"), "%q is neither an operation nor the name of a function", clip(op.text))
	}
	args, err := b.args(n, at, 0, MaxJSON)
	if err != nil {
		return nil, err
	}
	terms, err := b.terms(args, at.member("args"), level+1, b.item)
	return layers.Call{Name: functionName(op.text), Args: terms}, err
}

// isFunctionName reports whether text can write a call of that name: it is a
// word that begins nothing else of the language. CASEI and ACCENTI are in lower
// case in JSON.
func isFunctionName(name string) bool {
	if name == "casei" || name == "accenti" {
		return true
	}
	for i, r := range name {
		if i == 0 && !isNameStart(r) || !isNamePart(r) {
			return false
		}
	}
	word := upper(name)
	switch word {
	case "", "DATE", "TIMESTAMP", "INTERVAL", "DIV", "CASEI", "ACCENTI":
		return false
	}
	return !reserved[word] && !isGeometryWord(word) && spatialOps[word] == 0 && temporalOps[word] == 0 && arrayOps[word] == 0
}

func (b builder) instant(form string, n *node, at *path) (layers.Term, error) {
	if n.kind != nodeText {
		return nil, jsonFault(layers.Invalid, n, at, "expected a %s, found %s", instantForm(upper(form)), n.kind)
	}
	moment, date, ok := instantOf(n.text)
	if !ok || date != (form == "date") {
		return nil, jsonFault(layers.Invalid, n, at, "expected a %s, found %s", instantForm(upper(form)), clip(n.text))
	}
	return layers.Literal{Value: layers.InstantMicro(moment.UnixMicro())}, nil
}

func (b builder) interval(n *node, at *path, level int) (layers.Term, error) {
	if n.kind != nodeArray || len(n.items) != 2 {
		return nil, jsonFault(layers.Invalid, n, at, "expected an array of two ends")
	}
	var ends [2]layers.Term
	for i := range ends {
		var err error
		if ends[i], err = b.intervalEnd(&n.items[i], at.item(i), level+1, i == 1); err != nil {
			return nil, err
		}
	}
	t, ok := intervalOf(ends[0], ends[1])
	if !ok {
		return nil, jsonFault(layers.Invalid, n, at, "the interval ends before it begins")
	}
	return t, nil
}

func (b builder) intervalEnd(n *node, at *path, level int, upper bool) (layers.Term, error) {
	if n.kind != nodeText {
		return b.value(n, at, level)
	}
	t, err := endOf(n.text, upper)
	if err != nil {
		return nil, jsonFault(layers.Invalid, n, at, "%w", err)
	}
	return t, nil
}

package cql2

import (
	"strings"

	"wutu/layers"
)

// ParseJSON reads the JSON form of CQL2, the schema of OGC 21-065r2 Annex C. It
// makes the tree that Parse makes of the same filter in text. Beyond the schema
// a property may stand where a predicate is expected, as in text. Members that
// mean nothing are ignored.
//
// Errors name the byte offset and the JSON pointer in At, for instance
// "offset 31, /args/1/property"; their kinds are those of Parse, TooLarge beyond
// MaxJSON. Safe for concurrent use; O(len(src)).
func ParseJSON(src []byte) (layers.Expr, error) {
	root, err := decode(src)
	if err != nil {
		return nil, err
	}
	return builder{}.expr(root, nil, 1)
}

// builder makes a tree of nodes. level is the depth of the node to be made.
type builder struct{}

// Predicates with a fixed number of arguments, by name.
var (
	comparisonNames = comparisonOps
	spatialNames    = jsonOperators(layers.SIntersects, layers.SContains)
	temporalNames   = jsonOperators(layers.TAfter, layers.TStarts)
	arrayNames      = jsonOperators(layers.AEquals, layers.AOverlaps)
	arithmeticNames = map[string]layers.ArithOp{"+": layers.Add, "-": layers.Sub, "*": layers.Mul, "/": layers.Div,
		"%": layers.Mod, "div": layers.IntDiv, "^": layers.Pow}
)

// camel are the names of operators in JSON that are not simply in lower case.
var camel = map[string]string{"T_FINISHEDBY": "t_finishedBy", "T_METBY": "t_metBy", "T_OVERLAPPEDBY": "t_overlappedBy",
	"T_STARTEDBY": "t_startedBy", "A_CONTAINEDBY": "a_containedBy"}

// jsonName is the name in JSON of an operator given by its name in text.
func jsonName(text string) string {
	if name, ok := camel[text]; ok {
		return name
	}
	return strings.ToLower(text)
}

func jsonOperators[T interface {
	~uint8
	String() string
}](first, last T) map[string]T {
	m := make(map[string]T, last-first+1)
	for op := first; op <= last; op++ {
		m[jsonName(op.String())] = op
	}
	return m
}

func (b builder) level(n *node, at *path, level int) error {
	if level > MaxDepth {
		return jsonFault(layers.TooLarge, n, at, "nested too deeply: more than %d levels", MaxDepth)
	}
	return nil
}

// expr makes a predicate.
func (b builder) expr(n *node, at *path, level int) (layers.Expr, error) {
	if err := b.level(n, at, level); err != nil {
		return nil, err
	}
	if n.kind == nodeBool {
		return layers.Truth(n.truth), nil
	}
	if n.kind != nodeObject {
		return nil, jsonFault(layers.Invalid, n, at, "expected a predicate, found %s", n.kind)
	}
	op := n.member("op")
	if op == nil && n.member("property") == nil {
		return nil, jsonFault(layers.Invalid, n, at, "expected a predicate: an object with op and args")
	}
	if op != nil && op.kind == nodeText && isPredicateName(op.text) {
		return b.predicate(op.text, n, at, level)
	}
	t, err := b.value(n, at, level)
	if err != nil {
		return nil, err
	}
	switch t := t.(type) {
	case layers.Property:
		return layers.Holds{Term: t}, nil
	case layers.Call:
		return layers.Holds{Term: t}, nil
	}
	return nil, jsonFault(layers.Invalid, n, at, "expected a predicate, found a value that is neither true nor false")
}

// isPredicateName reports whether op is that of a predicate of the language.
func isPredicateName(op string) bool {
	switch op {
	case "and", "or", "not", "like", "between", "in", "isNull":
		return true
	}
	return comparisonNames[op] != 0 || spatialNames[op] != 0 || temporalNames[op] != 0 || arrayNames[op] != 0
}

// predicate makes a predicate of the language.
func (b builder) predicate(op string, n *node, at *path, level int) (layers.Expr, error) {
	least, most := 2, 2
	switch op {
	case "and", "or":
		most = MaxJSON
	case "not", "isNull":
		least, most = 1, 1
	case "between":
		least, most = 3, 3
	}
	args, err := b.args(n, at, least, most)
	if err != nil {
		return nil, err
	}
	at = at.member("args")
	switch op {
	case "and", "or":
		list := make([]layers.Expr, len(args.items))
		for i := range args.items {
			if list[i], err = b.expr(&args.items[i], at.item(i), level+1); err != nil {
				return nil, err
			}
		}
		if op == "and" {
			return layers.And{Args: list}, nil
		}
		return layers.Or{Args: list}, nil
	case "not":
		arg, err := b.expr(&args.items[0], at.item(0), level+1)
		return layers.Not{Arg: arg}, err
	case "in":
		return b.in(args, at, level)
	case "isNull":
		t, err := b.operand(&args.items[0], at.item(0), level+1)
		return layers.IsNull{Term: t}, err
	}
	read := b.value
	if arrayNames[op] != 0 {
		read = b.item
	}
	terms, err := b.terms(args, at, level+1, read)
	if err != nil {
		return nil, err
	}
	switch op {
	case "like":
		return layers.Like{Term: terms[0], Pattern: terms[1]}, nil
	case "between":
		return layers.Between{Term: terms[0], Low: terms[1], High: terms[2]}, nil
	}
	if o := comparisonNames[op]; o != 0 {
		return layers.Compare{Op: o, Left: terms[0], Right: terms[1]}, nil
	}
	if o := spatialNames[op]; o != 0 {
		return layers.Spatial{Op: o, Left: terms[0], Right: terms[1]}, nil
	}
	if o := temporalNames[op]; o != 0 {
		return layers.Temporal{Op: o, Left: terms[0], Right: terms[1]}, nil
	}
	return layers.Arrays{Op: arrayNames[op], Left: terms[0], Right: terms[1]}, nil
}

// in makes IN; with an empty list, which the schema allows and text does not, it
// is false of everything.
func (b builder) in(args *node, at *path, level int) (layers.Expr, error) {
	t, err := b.value(&args.items[0], at.item(0), level+1)
	if err != nil {
		return nil, err
	}
	list := &args.items[1]
	if list.kind != nodeArray {
		return nil, jsonFault(layers.Invalid, list, at.item(1), "expected an array of values, found %s", list.kind)
	}
	if len(list.items) == 0 {
		return layers.Truth(false), nil
	}
	terms, err := b.terms(list, at.item(1), level+1, b.value)
	return layers.In{Term: t, List: terms}, err
}

func (b builder) terms(list *node, at *path, level int, read func(*node, *path, int) (layers.Term, error)) ([]layers.Term, error) {
	if len(list.items) == 0 {
		return nil, nil
	}
	out := make([]layers.Term, len(list.items))
	for i := range list.items {
		var err error
		if out[i], err = read(&list.items[i], at.item(i), level); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// args returns the array of arguments of n.
func (b builder) args(n *node, at *path, least, most int) (*node, error) {
	args := n.member("args")
	switch {
	case args == nil:
		return nil, jsonFault(layers.Invalid, n, at, "has no args")
	case args.kind != nodeArray:
		return nil, jsonFault(layers.Invalid, args, at.member("args"), "expected an array, found %s", args.kind)
	case len(args.items) >= least && len(args.items) <= most:
		return args, nil
	case least == most:
		return nil, jsonFault(layers.Invalid, args, at.member("args"), "%s takes %d arguments, not %d", n.member("op").text, least, len(args.items))
	}
	return nil, jsonFault(layers.Invalid, args, at.member("args"), "%s takes at least %d arguments, not %d", n.member("op").text, least, len(args.items))
}

package cql2

import (
	"strings"

	"wutu/layers"
)

// Function describes a function that filters may call, in the terms of the list
// of functions that the standard asks of a server (OGC 21-065r2, clause 7.10).
type Function struct {
	Name        string // as it is written; read without regard to case
	Description layers.Title
	Args        []Argument
	Optional    int      // how many of the last arguments may be left out
	Repeated    bool     // the last argument may be given more than once
	Returns     []string // types of the result, each like those of arguments
}

// Argument is one argument of a function. A function that takes several types
// returns the one given unless its Returns says otherwise.
type Argument struct {
	Title string
	Types []string // string, number, datetime, geometry, boolean
}

// Functions lists the functions beside those of the language itself (CASEI,
// ACCENTI and the S_, T_ and A_ predicates), in the order of their names. The
// caller owns the slice, but not what it refers to.
func Functions() []Function {
	out := make([]Function, len(builtins))
	for i := range builtins {
		out[i] = builtins[i].Function
	}
	return out
}

// functionName is the name of a call in the tree: as listed for functions that
// there are, in upper case for those of the language, as written otherwise.
func functionName(written string) string {
	switch name := upper(written); name {
	case "CASEI", "ACCENTI":
		return name
	}
	if f := lookup(written); f != nil {
		return f.Name
	}
	return written
}

// lookup finds a function by name without regard to case, nil if there is none.
func lookup(name string) *builtin {
	for i := range builtins {
		if strings.EqualFold(builtins[i].Name, name) {
			return &builtins[i]
		}
	}
	return nil
}

// maxArguments bounds the arguments of one call.
const maxArguments = 1000

// argument is a compiled argument or result of a function.
type argument struct {
	kind   kind
	scalar scalar       // unless kind says otherwise
	shape  geometryTerm // of kindGeometry
	array  arrayTerm    // of kindArray
}

// call compiles a call of a listed function.
func (c *compiler) call(t layers.Call) (argument, error) {
	f := lookup(t.Name)
	switch {
	case t.Name == "INTERVAL":
		return argument{}, c.fail(layers.Invalid, "INTERVAL", "an interval stands where a value is expected: use a temporal function such as T_DURING")
	case f == nil:
		return argument{}, c.noFunction(t.Name)
	}
	if err := c.arity(f, len(t.Args)); err != nil {
		return argument{}, err
	}
	args := make([]argument, len(t.Args))
	for i, a := range t.Args {
		var err error
		if args[i], err = c.argument(f, &f.Args[min(i, len(f.Args)-1)], a); err != nil {
			return argument{}, err
		}
	}
	return f.build(c, f, args)
}

func (c *compiler) noFunction(name string) error {
	names := []string{"CASEI", "ACCENTI"}
	for i := range builtins {
		names = append(names, builtins[i].Name)
	}
	if near := nearest(name, names); near != "" {
		return c.fail(layers.Unsupported, name, "no such function; did you mean %s?", near)
	}
	return c.fail(layers.Unsupported, name, "no such function; there are %s", join(names))
}

func (c *compiler) arity(f *builtin, n int) error {
	least, most := len(f.Args)-f.Optional, len(f.Args)
	if f.Repeated {
		most = maxArguments
	}
	switch {
	case n < least && least == most, n > most && least == most:
		return c.fail(layers.Invalid, f.Name, "takes %d arguments, not %d", least, n)
	case n < least || n > most:
		return c.fail(layers.Invalid, f.Name, "takes %d to %d arguments, not %d", least, most, n)
	}
	return nil
}

// unwrapped returns the element of an array of one: parentheses around a whole
// argument read as such an array.
func unwrapped(t layers.Term) layers.Term {
	for {
		a, ok := t.(layers.Array)
		if !ok || len(a.Items) != 1 {
			return t
		}
		t = a.Items[0]
	}
}

// argument compiles one argument. An array of one stands for its element.
func (c *compiler) argument(f *builtin, want *Argument, t layers.Term) (argument, error) {
	t = unwrapped(t)
	if c.kindOf(t) == kindGeometry {
		if !want.takes(kindGeometry) {
			return argument{}, c.fail(layers.Invalid, f.Name, "takes a %s as %s, not a geometry", strings.Join(want.Types, " or "), want.Title)
		}
		g, err := c.geometry(t)
		return argument{kind: kindGeometry, shape: g}, err
	}
	s, err := c.scalar(t)
	if err != nil {
		return argument{}, err
	}
	if s.kind != kindNull && !want.takes(s.kind) {
		return argument{}, c.fail(layers.Invalid, s.name, "%s takes a %s as %s, not a %s", f.Name, strings.Join(want.Types, " or "), want.Title, s.kind)
	}
	return argument{kind: s.kind, scalar: s}, nil
}

// takes reports whether a value of kind k may be given.
func (a *Argument) takes(k kind) bool {
	for _, t := range a.Types {
		if kindOfName(t) == k {
			return true
		}
	}
	return false
}

// kindOfName is the kind of a type as functions are described with.
func kindOfName(name string) kind {
	switch name {
	case "string":
		return kindText
	case "number", "integer":
		return kindNumber
	case "boolean":
		return kindBool
	case "datetime":
		return kindInstant
	case "geometry":
		return kindGeometry
	}
	return kindNull
}

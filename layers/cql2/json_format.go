package cql2

import (
	"strings"
	"time"

	"wutu/layers"
)

// FormatJSON returns e in the JSON form of CQL2, without blanks. For every tree
// that Parse or ParseJSON returns, ParseJSON(FormatJSON(e)) equals e; it follows
// the schema of the standard unless e holds a property as a predicate. A nil
// tree and parts of hand-made trees that the form cannot say are null, which
// ParseJSON refuses. The caller owns the bytes.
func FormatJSON(e layers.Expr) []byte { return appendExpr(nil, e) }

// appendOp appends {"op":name,"args":[…]}.
func appendOp(b []byte, name string, args func([]byte) []byte) []byte {
	b = append(b, `{"op":`...)
	b = layers.AppendJSONText(b, name)
	b = append(b, `,"args":`...)
	return append(args(b), '}')
}

// appendCall appends an operation on terms.
func appendCall(b []byte, name string, args ...layers.Term) []byte {
	return appendOp(b, name, func(b []byte) []byte { return appendList(b, args, appendTerm) })
}

func appendExprs(b []byte, name string, args ...layers.Expr) []byte {
	return appendOp(b, name, func(b []byte) []byte { return appendList(b, args, appendExpr) })
}

func appendExpr(b []byte, e layers.Expr) []byte {
	switch e := e.(type) {
	case layers.And:
		return appendJoined(b, "and", e.Args, true)
	case layers.Or:
		return appendJoined(b, "or", e.Args, false)
	case layers.Not:
		return appendExprs(b, "not", e.Arg)
	case layers.Truth:
		return layers.Bool(bool(e)).AppendJSON(b)
	case layers.Holds:
		return appendTerm(b, e.Term)
	case layers.Compare:
		return appendCall(b, e.Op.String(), e.Left, e.Right)
	case layers.Like:
		return appendCall(b, "like", e.Term, e.Pattern)
	case layers.Between:
		return appendCall(b, "between", e.Term, e.Low, e.High)
	case layers.In:
		return appendCall(b, "in", e.Term, layers.Array{Items: e.List})
	case layers.IsNull:
		return appendCall(b, "isNull", e.Term)
	case layers.Spatial:
		return appendCall(b, jsonName(e.Op.String()), e.Left, e.Right)
	case layers.Temporal:
		return appendCall(b, jsonName(e.Op.String()), e.Left, e.Right)
	case layers.Arrays:
		return appendCall(b, jsonName(e.Op.String()), e.Left, e.Right)
	}
	return append(b, "null"...)
}

// appendJoined appends AND or OR; of fewer than two arguments none is made.
func appendJoined(b []byte, name string, args []layers.Expr, none layers.Truth) []byte {
	switch len(args) {
	case 0:
		return appendExpr(b, none)
	case 1:
		return appendExpr(b, args[0])
	}
	return appendExprs(b, name, args...)
}

func appendTerm(b []byte, t layers.Term) []byte {
	switch t := t.(type) {
	case layers.Property:
		b = append(b, `{"property":`...)
		return append(layers.AppendJSONText(b, t.Name), '}')
	case layers.Literal:
		return appendLiteral(b, t.Value)
	case layers.Shape:
		return appendGeometry(b, t.Geometry)
	case layers.Interval:
		b = append(b, `{"interval":[`...)
		b = appendEnd(b, t.From)
		b = append(b, ',')
		return append(appendEnd(b, t.To), "]}"...)
	case layers.Array:
		return appendList(b, t.Items, appendTerm)
	case layers.Call:
		switch t.Name {
		case "INTERVAL":
			b = append(b, `{"interval":`...)
			return append(appendList(b, t.Args, appendOpenEnd), '}')
		case "CASEI", "ACCENTI":
			return appendCall(b, strings.ToLower(t.Name), t.Args...)
		}
		return appendCall(b, t.Name, t.Args...)
	case layers.Arith:
		name := string(rune(t.Op))
		if t.Op == layers.IntDiv {
			name = "div"
		}
		return appendCall(b, name, t.Left, t.Right)
	case layers.Predicate:
		return appendExpr(b, t.Expr)
	}
	return append(b, "null"...)
}

// appendLiteral appends v so that it reads back with its type: a number that is
// no integer has a point or an exponent.
func appendLiteral(b []byte, v layers.Value) []byte {
	switch v.Type() {
	case layers.DateTime:
		b = append(b, `{"timestamp":"`...)
		b = append(b, v.Time().Format(timestampLayout)...)
		return append(b, `"}`...)
	case layers.Number:
		return append(b, numberText(v.Float())...)
	case layers.String, layers.Integer, layers.Boolean:
	}
	return v.AppendJSON(b)
}

// appendEnd appends a constant end of an interval.
func appendEnd(b []byte, t time.Time) []byte {
	return layers.AppendJSONText(b, instantText(t))
}

// appendOpenEnd appends an end of an interval, constants as bare texts.
func appendOpenEnd(b []byte, t layers.Term) []byte {
	if at, ok := constantEnd(t); ok {
		return appendEnd(b, at)
	}
	return appendTerm(b, t)
}

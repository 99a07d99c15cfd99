package cql2

import (
	"fmt"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wutu/layers"
)

// function evaluates the functions that random trees call.
func (n naive) function(t layers.Call) any {
	args := make([]any, len(t.Args))
	for i, a := range t.Args {
		args[i] = n.value(a)
	}
	if t.Name == "coalesce" {
		for _, a := range args {
			if a != nil {
				return a
			}
		}
		return nil
	}
	if slices.Contains(args, nil) {
		return nil
	}
	switch t.Name {
	case "concat":
		return args[0].(string) + args[1].(string)
	case "lower":
		return strings.ToLower(args[0].(string))
	case "upper":
		return strings.ToUpper(args[0].(string))
	case "length":
		return big.NewInt(int64(utf8.RuneCountInString(args[0].(string))))
	case "min":
		return slices.MinFunc(args, order)
	case "max":
		return slices.MaxFunc(args, order)
	case "abs":
		if i, ok := args[0].(*big.Int); ok {
			if z := new(big.Int).Abs(i); z.IsInt64() {
				return z
			}
		}
		return math.Abs(toFloat(args[0]))
	}
	f, ok := args[0].(float64)
	if !ok {
		return args[0]
	}
	if f == math.Trunc(f) {
		return f // and so large that half of one is lost
	}
	return map[string]float64{"floor": math.Floor(f), "ceil": math.Ceil(f), "round": math.Copysign(math.Floor(math.Abs(f)+0.5), f)}[t.Name]
}

// plainNull stands for a null element, plainSet for the elements of an array by
// their description.
type plainNull struct{}

type plainSet []any

// item describes an element so that equal ones have equal descriptions.
func (n naive) item(t layers.Term) any {
	switch t := t.(type) {
	case layers.Array:
		s := plainSet{}
		for _, x := range t.Items {
			s = append(s, n.item(x))
		}
		return s
	case layers.Predicate:
		switch n.expr(t.Expr) {
		case yes:
			return "bool true"
		case no:
			return "bool false"
		}
		return plainNull{}
	case layers.Shape:
		return "shape " + fmt.Sprint(t.Geometry.Bound())
	case layers.Property:
		if t.Name == "geometry" {
			if n.row.Shape == nil {
				return plainNull{}
			}
			return "shape " + fmt.Sprint(n.row.Shape.Bound())
		}
	}
	if ends, ok := n.ends(t); ok {
		if ends == nil {
			return plainNull{}
		}
		return fmt.Sprint("interval ", ends)
	}
	switch v := n.value(t).(type) {
	case string:
		return "text " + v
	case bool:
		return fmt.Sprint("bool ", v)
	case time.Time:
		return "time " + v.String()
	case *big.Int:
		return "number " + v.String() + "/1"
	case float64:
		return "number " + new(big.Rat).SetFloat64(v).String()
	}
	return plainNull{}
}

// arrays relates two arrays by the quantifiers that define the predicates.
func (n naive) arrays(e layers.Arrays) truth {
	side := func(t layers.Term) (plainSet, bool) {
		switch x := n.item(t).(type) {
		case plainSet:
			return x, true
		case plainNull:
			return nil, false
		default:
			return plainSet{x}, true
		}
	}
	a, ok1 := side(e.Left)
	b, ok2 := side(e.Right)
	if !ok1 || !ok2 {
		return unknown
	}
	switch e.Op {
	case layers.AContains:
		return subset(b, a)
	case layers.AContainedBy:
		return subset(a, b)
	case layers.AEquals:
		return min(subset(a, b), subset(b, a))
	}
	most := no // that some element of b is in a
	for _, x := range b {
		most = max(most, among(x, a))
	}
	return most
}

// subset is whether all of a are among b.
func subset(a, b plainSet) truth {
	least := yes
	for _, x := range a {
		least = min(least, among(x, b))
	}
	return least
}

func among(x any, set plainSet) truth {
	most := no
	for _, y := range set {
		_, null1 := x.(plainNull)
		_, null2 := y.(plainNull)
		xs, set1 := x.(plainSet)
		ys, set2 := y.(plainSet)
		switch {
		case null1 || null2:
			most = max(most, unknown)
		case set1 && set2:
			most = max(most, min(subset(xs, ys), subset(ys, xs)))
		case set1 != set2:
		case x == y:
			most = yes
		}
	}
	return most
}

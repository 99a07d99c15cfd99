package cql2

import (
	"math"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/paulmach/orb"
	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"wutu/layers"
)

// naive evaluates a tree on one row by the words of the standard, sharing no
// code with the compiled form: arithmetic and comparison in big numbers, LIKE
// through regexp, intervals as lists of end instants, rectangles by their sides.
type naive struct {
	layer *layers.Layer
	row   *layers.Feature
}

// value returns nil, string, bool, time.Time, *big.Int or float64.
func (n naive) value(t layers.Term) any {
	switch t := t.(type) {
	case layers.Property:
		if t.Name == "id" {
			return n.row.Key
		}
		for i, f := range n.layer.Fields {
			if f.Name == t.Name {
				return plainValue(n.row.Values[i])
			}
		}
	case layers.Literal:
		return plainValue(t.Value)
	case layers.Call:
		if t.Name != "CASEI" && t.Name != "ACCENTI" {
			return n.function(t)
		}
		s, ok := n.value(t.Args[0]).(string)
		if !ok {
			return nil
		}
		if t.Name == "CASEI" {
			return cases.Fold().String(s)
		}
		s = strings.Map(func(r rune) rune {
			if unicode.Is(unicode.Mn, r) {
				return -1
			}
			return r
		}, norm.NFD.String(s))
		return norm.NFC.String(s)
	case layers.Arith:
		return arithmetic(t.Op, n.value(t.Left), n.value(t.Right))
	}
	return nil
}

func plainValue(v layers.Value) any {
	switch v.Type() {
	case layers.String:
		return v.Str()
	case layers.Boolean:
		return v.Bool()
	case layers.DateTime:
		return v.Time()
	case layers.Integer:
		return big.NewInt(v.Int())
	case layers.Number:
		return v.Float()
	}
	return nil
}

func toFloat(v any) float64 {
	switch v := v.(type) {
	case *big.Int:
		f, _ := new(big.Float).SetInt(v).Float64()
		return f
	case float64:
		return v
	}
	return math.NaN()
}

func arithmetic(op layers.ArithOp, l, r any) any {
	if l == nil || r == nil {
		return nil
	}
	a, ok1 := l.(*big.Int)
	b, ok2 := r.(*big.Int)
	if ok1 && ok2 {
		z := new(big.Int)
		switch {
		case op == layers.Add:
			z.Add(a, b)
		case op == layers.Sub:
			z.Sub(a, b)
		case op == layers.Mul:
			z.Mul(a, b)
		case op == layers.IntDiv && b.Sign() != 0:
			z.Quo(a, b)
		case op == layers.Mod && b.Sign() != 0:
			z.Rem(a, b)
		default:
			z = nil
		}
		if z != nil && z.IsInt64() {
			return z
		}
	}
	x, y := toFloat(l), toFloat(r)
	f := map[layers.ArithOp]float64{layers.Add: x + y, layers.Sub: x - y, layers.Mul: x * y, layers.Div: x / y,
		layers.Mod: math.Mod(x, y), layers.IntDiv: math.Trunc(x / y), layers.Pow: math.Pow(x, y)}[op]
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return nil
	}
	return f
}

// order compares two values that are not nil.
func order(a, b any) int {
	exact := func(v any) *big.Float {
		f := new(big.Float).SetPrec(2000)
		if i, ok := v.(*big.Int); ok {
			return f.SetInt(i)
		}
		return f.SetFloat64(v.(float64))
	}
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case bool:
		switch {
		case a == b.(bool):
			return 0
		case a:
			return 1
		}
		return -1
	case time.Time:
		return a.Compare(b.(time.Time))
	}
	return exact(a).Cmp(exact(b))
}

func (n naive) compare(op layers.CompareOp, l, r layers.Term) truth {
	a, b := n.value(l), n.value(r)
	if a == nil || b == nil {
		return unknown
	}
	o := order(a, b)
	holds := map[layers.CompareOp]bool{layers.Eq: o == 0, layers.Ne: o != 0, layers.Lt: o < 0, layers.Le: o <= 0,
		layers.Gt: o > 0, layers.Ge: o >= 0}[op]
	if holds {
		return yes
	}
	return no
}

func (n naive) expr(e layers.Expr) truth {
	result := func(b bool) truth {
		if b {
			return yes
		}
		return no
	}
	switch e := e.(type) {
	case layers.And:
		return slices.Min(n.exprs(e.Args))
	case layers.Or:
		return slices.Max(n.exprs(e.Args))
	case layers.Not:
		return map[truth]truth{yes: no, no: yes, unknown: unknown}[n.expr(e.Arg)]
	case layers.Truth:
		return result(bool(e))
	case layers.Holds:
		b, ok := n.value(e.Term).(bool)
		if !ok {
			return unknown
		}
		return result(b)
	case layers.Compare:
		return n.compare(e.Op, e.Left, e.Right)
	case layers.Between:
		return min(n.compare(layers.Ge, e.Term, e.Low), n.compare(layers.Le, e.Term, e.High))
	case layers.In:
		found := no
		for _, x := range e.List {
			found = max(found, n.compare(layers.Eq, e.Term, x))
		}
		return found
	case layers.Like:
		s, ok := n.value(e.Term).(string)
		if !ok {
			return unknown
		}
		return result(regexp.MustCompile(likeRegexp(n.value(e.Pattern).(string))).MatchString(s))
	case layers.IsNull:
		if p, ok := e.Term.(layers.Property); ok && p.Name == "geometry" {
			return result(n.row.Shape == nil)
		}
		if p, ok := e.Term.(layers.Predicate); ok {
			return result(n.expr(p.Expr) == unknown)
		}
		if ends, ok := n.ends(e.Term); ok {
			return result(ends == nil)
		}
		return result(n.value(e.Term) == nil)
	case layers.Spatial:
		return n.spatial(e)
	case layers.Arrays:
		return n.arrays(e)
	case layers.Temporal:
		return n.temporal(e)
	}
	panic("unknown node")
}

func (n naive) exprs(args []layers.Expr) []truth {
	var out []truth
	for _, a := range args {
		out = append(out, n.expr(a))
	}
	return out
}

func likeRegexp(pattern string) string {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	rs := []rune(pattern)
	for i := 0; i < len(rs); i++ {
		switch {
		case rs[i] == '\\' && i+1 < len(rs):
			i++
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		case rs[i] == '%':
			b.WriteString(".*")
		case rs[i] == '_':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(rs[i])))
		}
	}
	b.WriteString(`\z`)
	return b.String()
}

var (
	ever  = time.Date(-9999, 1, 1, 0, 0, 0, 0, time.UTC)
	never = time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
)

// ends returns the two ends of an interval, nil when it is null; false for what
// is no interval.
func (n naive) ends(t layers.Term) ([]time.Time, bool) {
	switch t := t.(type) {
	case layers.Interval:
		out := []time.Time{t.From, t.To}
		if t.From.IsZero() {
			out[0] = ever
		}
		if t.To.IsZero() {
			out[1] = never
		}
		return out, true
	case layers.Call:
		if t.Name != "INTERVAL" {
			return nil, false
		}
		var out []time.Time
		for i, a := range t.Args {
			switch v := n.value(a).(type) {
			case time.Time:
				out = append(out, v)
			case string:
				out = append(out, []time.Time{ever, never}[i])
			default:
				return nil, true
			}
		}
		if out[1].Before(out[0]) {
			return nil, true
		}
		return out, true
	}
	return nil, false
}

func (n naive) temporal(e layers.Temporal) truth {
	operand := func(t layers.Term) (ends []time.Time, instant bool) {
		if ends, ok := n.ends(t); ok {
			return ends, false
		}
		v, ok := n.value(t).(time.Time)
		if !ok {
			return nil, true
		}
		return []time.Time{v, v}, true
	}
	a, ai := operand(e.Left)
	b, bi := operand(e.Right)
	if a == nil || b == nil {
		return unknown
	}
	// c is the 2×2 table of comparisons: c[i][j] relates end i of a to end j of b.
	var c [2][2]int
	for i := range 2 {
		for j := range 2 {
			c[i][j] = a[i].Compare(b[j])
		}
	}
	wholeDay := func(day, ends []time.Time) bool {
		next := day[0].AddDate(0, 0, 1)
		return day[0].Truncate(24*time.Hour).Equal(day[0]) && ends[0].Equal(day[0]) && ends[1].Add(time.Microsecond).Equal(next)
	}
	strictlyIn, strictlyAround := c[0][0] > 0 && c[1][1] < 0, c[0][0] < 0 && c[1][1] > 0
	var holds bool
	switch e.Op {
	case layers.TAfter:
		holds = c[0][1] > 0
	case layers.TBefore:
		holds = c[1][0] < 0
	case layers.TDisjoint:
		holds = c[0][1] > 0 || c[1][0] < 0
	case layers.TIntersects:
		holds = !(c[0][1] > 0 || c[1][0] < 0)
	case layers.TEquals:
		holds = c[0][0] == 0 && c[1][1] == 0 || ai && !bi && wholeDay(a, b) || bi && !ai && wholeDay(b, a)
	case layers.TDuring:
		holds = strictlyIn || ai && c[0][0] >= 0 && c[1][1] <= 0
	case layers.TContains:
		holds = strictlyAround || bi && c[0][0] <= 0 && c[1][1] >= 0
	case layers.TStarts:
		holds = c[0][0] == 0 && c[1][1] < 0
	case layers.TStartedBy:
		holds = c[0][0] == 0 && c[1][1] > 0
	case layers.TFinishes:
		holds = c[1][1] == 0 && c[0][0] > 0
	case layers.TFinishedBy:
		holds = c[1][1] == 0 && c[0][0] < 0
	case layers.TMeets:
		holds = c[1][0] == 0
	case layers.TMetBy:
		holds = c[0][1] == 0
	case layers.TOverlaps:
		holds = c[0][0] < 0 && c[1][0] > 0 && c[1][1] < 0
	case layers.TOverlappedBy:
		holds = c[0][0] > 0 && c[0][1] < 0 && c[1][1] > 0
	}
	if holds {
		return yes
	}
	return no
}

// spatial relates points and rectangles of positive size by their sides.
func (n naive) spatial(e layers.Spatial) truth {
	box := func(t layers.Term) (orb.Bound, bool) {
		g := n.row.Shape
		if s, ok := t.(layers.Shape); ok {
			g = s.Geometry
		}
		if g == nil {
			return orb.Bound{}, false
		}
		return g.Bound(), true
	}
	a, ok1 := box(e.Left)
	b, ok2 := box(e.Right)
	if !ok1 || !ok2 {
		return unknown
	}
	points := a.Min == a.Max || b.Min == b.Max
	w := min(a.Max[0], b.Max[0]) - max(a.Min[0], b.Min[0])
	h := min(a.Max[1], b.Max[1]) - max(a.Min[1], b.Min[1])
	meet := w >= 0 && h >= 0
	interiors := w > 0 && h > 0 // of two rectangles
	if points {
		in := func(p, r orb.Bound) bool {
			return p.Min == p.Max && (r.Min == r.Max && p == r ||
				p.Min[0] > r.Min[0] && p.Min[0] < r.Max[0] && p.Min[1] > r.Min[1] && p.Min[1] < r.Max[1])
		}
		interiors = in(a, b) || in(b, a)
	}
	inside := func(x, y orb.Bound) bool {
		return interiors && x.Min[0] >= y.Min[0] && x.Max[0] <= y.Max[0] && x.Min[1] >= y.Min[1] && x.Max[1] <= y.Max[1]
	}
	holds := map[layers.SpatialOp]bool{
		layers.SIntersects: meet, layers.SDisjoint: !meet, layers.SEquals: a == b, layers.STouches: meet && !interiors,
		layers.SWithin: inside(a, b), layers.SContains: inside(b, a), layers.SCrosses: false,
		layers.SOverlaps: interiors && !inside(a, b) && !inside(b, a),
	}[e.Op]
	if holds {
		return yes
	}
	return no
}

package cql2

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Levels of binding of values, weakest first.
const (
	levelSum = iota
	levelProduct
	levelPower
	levelOperand
)

// term writes t at a place that admits values of the given level and above.
func (w *writer) term(t layers.Term, level int) {
	switch t := t.(type) {
	case layers.Property:
		w.put(quoteName(t.Name))
	case layers.Literal:
		w.literal(t.Value)
	case layers.Shape:
		w.geometry(t.Geometry)
	case layers.Interval:
		w.put("INTERVAL('", instantText(t.From), "','", instantText(t.To), "')")
	case layers.Call:
		if t.Name == "INTERVAL" {
			w.openInterval(t.Args)
			return
		}
		w.call(callName(t.Name), t.Args...)
	case layers.Arith:
		w.arith(t, level)
	case layers.Array:
		w.list(t.Items)
	case layers.Predicate:
		w.predicate(t.Expr)
	default: // a nil term
		w.put("NULL")
	}
}

func (w *writer) arith(t layers.Arith, level int) {
	own, left, right, sign := levelSum, levelSum, levelProduct, string(rune(t.Op))
	switch t.Op {
	case layers.Add, layers.Sub:
	case layers.Mul, layers.Div, layers.Mod:
		own, left, right = levelProduct, levelProduct, levelPower
	case layers.IntDiv:
		own, left, right, sign = levelProduct, levelProduct, levelPower, "DIV"
	case layers.Pow:
		own, left, right = levelPower, levelOperand, levelPower
	}
	closing := w.group(own < level)
	w.term(t.Left, left)
	w.put(" ", sign, " ")
	w.term(t.Right, right)
	w.put(closing)
}

func (w *writer) call(name string, args ...layers.Term) {
	w.put(name)
	w.list(args)
}

func (w *writer) list(args []layers.Term) {
	w.put("(")
	for i, a := range args {
		if i > 0 {
			w.put(",")
		}
		w.item(a)
	}
	w.put(")")
}

// item writes an element of a list, where a predicate needs no parentheses.
func (w *writer) item(t layers.Term) {
	if p, ok := t.(layers.Predicate); ok {
		w.expr(p.Expr, levelOr)
		return
	}
	w.term(t, levelSum)
}

// predicate writes a predicate as an operand; one that is written like a call
// needs no parentheses.
func (w *writer) predicate(e layers.Expr) {
	switch e.(type) {
	case layers.Spatial, layers.Temporal, layers.Arrays:
		w.expr(e, levelAtom)
		return
	}
	w.put("(")
	w.expr(e, levelOr)
	w.put(")")
}

// openInterval writes an INTERVAL with a property or call at one end; constant
// ends are bare texts there.
func (w *writer) openInterval(args []layers.Term) {
	w.put("INTERVAL(")
	for i, a := range args {
		if i > 0 {
			w.put(",")
		}
		if at, ok := constantEnd(a); ok {
			w.put("'", instantText(at), "'")
		} else {
			w.term(a, levelSum)
		}
	}
	w.put(")")
}

// instantText is the RFC 3339 form in UTC with microseconds where needed, '..'
// for the zero time.
func instantText(t time.Time) string {
	if t.IsZero() {
		return open
	}
	return t.UTC().Truncate(time.Microsecond).Format(timestampLayout)
}

// timestampLayout has microseconds where needed.
const timestampLayout = "2006-01-02T15:04:05.999999Z"

// numberText is the shortest form of f that does not read back as an integer.
func numberText(f float64) string {
	s := strconv.FormatFloat(f, 'g', -1, 64)
	if !strings.ContainsAny(s, ".e") {
		s += ".0"
	}
	return s
}

func (w *writer) literal(v layers.Value) {
	switch v.Type() {
	case layers.String:
		w.put("'", escape(v.Str()), "'")
	case layers.Integer:
		w.put(strconv.FormatInt(v.Int(), 10))
	case layers.Number:
		w.put(numberText(v.Float()))
	case layers.Boolean:
		w.put(upper(strconv.FormatBool(v.Bool())))
	case layers.DateTime:
		w.put("TIMESTAMP('", v.Time().Format(timestampLayout), "')")
	default:
		w.put("NULL")
	}
}

// quoteName returns the name as it is when it reads back as a property wherever
// it stands, in quotes otherwise.
func quoteName(name string) string {
	plain := name != ""
	for i, r := range name {
		if i == 0 && !isNameStart(r) || !isNamePart(r) {
			plain = false
			break
		}
	}
	if word := upper(name); plain && !reserved[word] && !isGeometryWord(word) && word != "DIV" {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// callName is the function name as a word; the name of a hand-made call that is
// none is quoted, which Parse refuses.
func callName(name string) string {
	for i, r := range name {
		if i == 0 && !isNameStart(r) || !isNamePart(r) {
			return strconv.Quote(name)
		}
	}
	return name
}

// geometry writes g as WKT, a Bound as BBOX.
func (w *writer) geometry(g orb.Geometry) {
	switch g := g.(type) {
	case orb.Point:
		w.put("POINT")
		w.points([]orb.Point{g})
	case orb.MultiPoint:
		parts(w, "MULTIPOINT", g, func(p orb.Point) { w.points([]orb.Point{p}) })
	case orb.LineString:
		w.tagged("LINESTRING", len(g) == 0, func() { w.points(g) })
	case orb.MultiLineString:
		parts(w, "MULTILINESTRING", g, func(l orb.LineString) { w.points(l) })
	case orb.Ring:
		w.geometry(orb.Polygon{g})
	case orb.Polygon:
		w.tagged("POLYGON", len(g) == 0, func() { w.rings(g) })
	case orb.MultiPolygon:
		parts(w, "MULTIPOLYGON", g, w.rings)
	case orb.Collection:
		parts(w, "GEOMETRYCOLLECTION", g, w.geometry)
	case orb.Bound:
		w.put("BBOX(", coordinate(g.Min[0]), ",", coordinate(g.Min[1]), ",", coordinate(g.Max[0]), ",", coordinate(g.Max[1]), ")")
	default:
		w.put("NULL")
	}
}

// tagged writes the tag and the body, or EMPTY.
func (w *writer) tagged(tag string, empty bool, body func()) {
	w.put(tag)
	if empty {
		w.put(" EMPTY")
		return
	}
	body()
}

// parts writes a tag and the members of a multi-geometry.
func parts[T any](w *writer, tag string, members []T, write func(T)) {
	w.tagged(tag, len(members) == 0, func() { enclosed(w, members, write) })
}

// enclosed writes '(' members separated by commas ')'.
func enclosed[T any](w *writer, members []T, write func(T)) {
	w.put("(")
	for i, m := range members {
		if i > 0 {
			w.put(",")
		}
		write(m)
	}
	w.put(")")
}

func (w *writer) rings(p orb.Polygon) { enclosed(w, p, func(r orb.Ring) { w.points(r) }) }

func (w *writer) points(pts []orb.Point) {
	enclosed(w, pts, func(p orb.Point) { w.put(coordinate(p[0]), " ", coordinate(p[1])) })
}

// coordinate is the shortest decimal that reads back.
func coordinate(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-7 || a >= 1e15) {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f+0, 'f', -1, 64)
}

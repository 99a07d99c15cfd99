package cql2

import (
	"math/rand/v2"
	"os"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// seeded returns a generator and logs its seed; WUTU_SEED repeats a run.
func seeded(t *testing.T) *rand.Rand {
	t.Helper()
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatalf("WUTU_SEED: %v", err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// maker makes random trees that are well typed for randomLayer.
type maker struct{ *rand.Rand }

func randomLayer() *layers.Layer {
	return &layers.Layer{ID: "things", Element: layers.Object, Geometry: layers.AnyGeometry, Fields: []layers.Field{
		{Name: "s1", Type: layers.String}, {Name: "s2", Type: layers.String},
		{Name: "i1", Type: layers.Integer}, {Name: "i2", Type: layers.Integer},
		{Name: "f1", Type: layers.Number}, {Name: "like", Type: layers.Number},
		{Name: "b1", Type: layers.Boolean}, {Name: "b 2", Type: layers.Boolean},
		{Name: "t1", Type: layers.DateTime}, {Name: "t2", Type: layers.DateTime},
	}}
}

func pick[T any](m maker, xs ...T) T { return xs[m.IntN(len(xs))] }

func (m maker) text() string {
	n := m.IntN(5)
	s := ""
	for range n {
		s += pick(m, "a", "b", "A", "é", "路", "%", "_", "\\", "'", " ", "ß")
	}
	return s
}

func (m maker) integer() int64 {
	if m.IntN(12) == 0 {
		return pick(m, int64(-1<<63), 1<<63-1, 1<<53+1, -(1<<53 + 1), 1<<62)
	}
	return int64(m.IntN(9) - 4)
}

func (m maker) number() float64 {
	if m.IntN(12) == 0 {
		return pick(m, 1e300, -1e-300, 1<<53, 1e19, 0.1)
	}
	return float64(m.IntN(17)-8) / 2
}

// moment is one of few instants, so that relations with common ends occur.
func (m maker) moment() time.Time {
	return time.Date(2026, 11, 20+m.IntN(3), 12*m.IntN(2), 0, 0, 1000*m.IntN(2), time.UTC)
}

func (m maker) value(t layers.FieldType) layers.Value {
	switch t {
	case layers.String:
		return layers.Text(m.text())
	case layers.Integer:
		return layers.Int(m.integer())
	case layers.Number:
		return layers.Float(m.number())
	case layers.Boolean:
		return layers.Bool(m.IntN(2) == 0)
	case layers.DateTime:
		return layers.Instant(m.moment())
	}
	return layers.Value{}
}

// rect is a rectangle on a grid of whole degrees, so that borders often meet.
func (m maker) rect() orb.Bound {
	x, y := float64(m.IntN(4)), float64(m.IntN(4))
	return orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + 1 + float64(m.IntN(3)), y + 1 + float64(m.IntN(3))}}
}

func (m maker) row(l *layers.Layer) *layers.Feature {
	f := &layers.Feature{Key: pick(m, "a", "b", "路a")}
	switch m.IntN(5) {
	case 0:
	case 1, 2:
		f.Shape = orb.Point{float64(m.IntN(7)), float64(m.IntN(7))}
	default:
		f.Shape = m.rect().ToPolygon()
	}
	for i := range l.Fields {
		v := layers.Value{}
		if m.IntN(4) > 0 {
			v = m.value(l.Fields[i].Type)
			if l.Fields[i].Type == layers.Number && m.IntN(3) == 0 {
				v = layers.Int(m.integer()) // stores may keep whole numbers so
			}
		}
		f.Values = append(f.Values, v)
	}
	return f
}

func (m maker) property(t layers.FieldType) layers.Term {
	names := map[layers.FieldType][]string{
		layers.String: {"s1", "s2", "id"}, layers.Integer: {"i1", "i2"}, layers.Number: {"f1", "like", "i1"},
		layers.Boolean: {"b1", "b 2"}, layers.DateTime: {"t1", "t2"},
	}
	return layers.Property{Name: pick(m, names[t]...)}
}

// term makes a value of type t; Integer and Number mix.
func (m maker) term(t layers.FieldType, depth int) layers.Term {
	number := t == layers.Integer || t == layers.Number
	switch {
	case number && depth > 0 && m.IntN(3) == 0:
		op := pick(m, layers.Add, layers.Sub, layers.Mul, layers.Div, layers.Mod, layers.IntDiv, layers.Pow)
		return layers.Arith{Op: op, Left: m.term(layers.Number, depth-1), Right: m.term(layers.Integer, depth-1)}
	case t == layers.String && depth > 0 && m.IntN(4) == 0:
		if m.IntN(3) == 0 {
			return layers.Call{Name: "concat", Args: []layers.Term{m.term(t, depth-1), m.term(t, 0)}}
		}
		return layers.Call{Name: pick(m, "CASEI", "ACCENTI", "lower", "upper"), Args: []layers.Term{m.term(t, depth-1)}}
	case number && depth > 0 && m.IntN(6) == 0:
		if m.IntN(4) == 0 {
			return layers.Call{Name: "length", Args: []layers.Term{m.term(layers.String, depth-1)}}
		}
		return layers.Call{Name: pick(m, "abs", "floor", "ceil", "round"), Args: []layers.Term{m.term(t, depth-1)}}
	case t != layers.Boolean && depth > 0 && m.IntN(6) == 0:
		return layers.Call{Name: pick(m, "min", "max", "coalesce"), Args: []layers.Term{m.term(t, depth-1), m.term(t, 0), m.term(t, 0)}}
	case m.IntN(2) == 0:
		return m.property(t)
	case number:
		return layers.Literal{Value: m.value(pick(m, layers.Integer, layers.Number))}
	}
	return layers.Literal{Value: m.value(t)}
}

func (m maker) anyType() layers.FieldType {
	return pick(m, layers.String, layers.Integer, layers.Number, layers.Boolean, layers.DateTime)
}

func (m maker) period() layers.Term {
	end := func() layers.Term {
		switch m.IntN(4) {
		case 0:
			return layers.Literal{Value: layers.Text("..")}
		case 1:
			return m.property(layers.DateTime)
		}
		return layers.Literal{Value: layers.Instant(m.moment())}
	}
	from, to := end(), end()
	f, ok1 := constantEnd(from)
	t, ok2 := constantEnd(to)
	if ok1 && ok2 {
		if !f.IsZero() && !t.IsZero() && t.Before(f) {
			f, t = t, f
		}
		return layers.Interval{From: f, To: t}
	}
	return layers.Call{Name: "INTERVAL", Args: []layers.Term{from, to}}
}

func (m maker) temporal() layers.Expr {
	op := pick(m, layers.TAfter, layers.TBefore, layers.TContains, layers.TDisjoint, layers.TDuring, layers.TEquals,
		layers.TFinishedBy, layers.TFinishes, layers.TIntersects, layers.TMeets, layers.TMetBy, layers.TOverlappedBy,
		layers.TOverlaps, layers.TStartedBy, layers.TStarts)
	instant := func(allowed bool) layers.Term {
		if allowed && m.IntN(2) == 0 {
			return m.term(layers.DateTime, 0)
		}
		return m.period()
	}
	free := op == layers.TAfter || op == layers.TBefore || op == layers.TDisjoint || op == layers.TEquals || op == layers.TIntersects
	return layers.Temporal{Op: op, Left: instant(free || op == layers.TDuring), Right: instant(free || op == layers.TContains)}
}

func (m maker) spatial() layers.Expr {
	op := layers.SpatialOp(m.IntN(int(layers.SContains))) + 1
	var shape layers.Term = layers.Shape{Geometry: m.rect()}
	if m.IntN(3) == 0 {
		shape = layers.Shape{Geometry: orb.Point{float64(m.IntN(7)), float64(m.IntN(7))}}
	}
	geometry := layers.Property{Name: pick(m, "geometry", "geom")}
	if m.IntN(2) == 0 {
		return layers.Spatial{Op: op, Left: geometry, Right: shape}
	}
	return layers.Spatial{Op: op, Left: shape, Right: geometry}
}

// list is an array of values of mixed kinds, which often meet.
func (m maker) list(depth int) layers.Term {
	items := make([]layers.Term, m.IntN(4))
	if len(items) == 0 {
		return layers.Array{}
	}
	for i := range items {
		switch m.IntN(8) {
		case 0:
			items[i] = layers.Array{}
			if depth > 0 {
				items[i] = m.list(depth - 1)
			}
		case 1:
			items[i] = layers.Predicate{Expr: layers.Compare{Op: layers.Lt, Left: m.term(layers.Number, 0), Right: m.term(layers.Number, 0)}}
		case 2:
			items[i] = m.period()
		case 3:
			items[i] = pick[layers.Term](m, layers.Property{Name: "geometry"}, layers.Shape{Geometry: m.rect()})
		case 4, 5:
			items[i] = layers.Literal{Value: layers.Int(int64(m.IntN(2)))}
		default:
			items[i] = m.term(m.anyType(), 1)
		}
	}
	return layers.Array{Items: items}
}

func (m maker) arrays() layers.Expr {
	op := pick(m, layers.AEquals, layers.AContains, layers.AContainedBy, layers.AOverlaps)
	side := func() layers.Term {
		if m.IntN(4) == 0 {
			return m.property(m.anyType())
		}
		return m.list(2)
	}
	left := side()
	if m.IntN(3) == 0 { // two that are likely to be equal
		return layers.Arrays{Op: op, Left: left, Right: left}
	}
	return layers.Arrays{Op: op, Left: left, Right: side()}
}

func (m maker) expr(depth int) layers.Expr {
	if depth > 0 && m.IntN(2) == 0 {
		args := make([]layers.Expr, 2+m.IntN(2))
		for i := range args {
			args[i] = m.expr(depth - 1)
		}
		return pick[layers.Expr](m, layers.And{Args: args}, layers.Or{Args: args}, layers.Not{Arg: args[0]})
	}
	t := m.anyType()
	switch m.IntN(12) {
	case 8, 9:
		return m.arrays()
	case 0:
		return layers.Truth(m.IntN(2) == 0)
	case 1:
		return layers.Holds{Term: m.property(layers.Boolean)}
	case 2:
		var pattern layers.Term = layers.Literal{Value: m.value(layers.String)}
		if m.IntN(4) == 0 {
			pattern = layers.Call{Name: "CASEI", Args: []layers.Term{pattern}}
		}
		return layers.Like{Term: m.term(layers.String, 1), Pattern: pattern}
	case 3:
		list := make([]layers.Term, 1+m.IntN(12))
		for i := range list {
			list[i] = m.term(t, 0)
		}
		return layers.In{Term: m.term(t, 1), List: list}
	case 4:
		if t == layers.Boolean {
			t = layers.Integer
		}
		return layers.Between{Term: m.term(t, 2), Low: m.term(t, 1), High: m.term(t, 1)}
	case 5:
		return layers.IsNull{Term: pick[layers.Term](m, m.term(t, 1), m.period(), layers.Property{Name: "geometry"}, layers.Predicate{Expr: m.spatial()}, layers.Predicate{Expr: m.temporal()})}
	case 6:
		return m.spatial()
	case 7:
		return m.temporal()
	}
	op := layers.CompareOp(m.IntN(int(layers.Ge))) + 1
	return layers.Compare{Op: op, Left: m.term(t, 3), Right: m.term(t, 3)}
}

// TestRandomTrees checks that the text and the JSON of a tree read back as the
// same tree, and that the compiled form agrees with a plain evaluation of the tree.
func TestRandomTrees(t *testing.T) {
	m := maker{seeded(t)}
	layer := randomLayer()
	counts := map[truth]int{}
	for range 4000 {
		e := m.expr(3)
		text := Format(e)
		back, err := Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if !reflect.DeepEqual(back, e) {
			t.Fatalf("%s reads back as %s\n%#v\n%#v", text, Format(back), e, back)
		}
		src := FormatJSON(e)
		if back, err = ParseJSON(src); err != nil {
			t.Fatalf("%s: %v", src, err)
		}
		if !reflect.DeepEqual(back, e) || Format(back) != text {
			t.Fatalf("%s reads back as %s\n%#v\n%#v", src, FormatJSON(back), e, back)
		}
		p, err := Compile(e, layer)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		boxes, known := Boxes(e)
		for range 6 {
			row := m.row(layer)
			want := naive{layer, row}.expr(e)
			if got := p.match(row); got != want {
				t.Fatalf("%s is %d, plainly %d, of %+v", text, got, want, row)
			}
			counts[want]++
			if known && want == yes && !meetsAny(row.Shape, boxes) {
				t.Fatalf("%s matches %v outside of its boxes %v", text, row.Shape, boxes)
			}
		}
	}
	for _, v := range []truth{no, unknown, yes} {
		if counts[v] < 1000 {
			t.Errorf("truth value %d came up only %d times", v, counts[v])
		}
	}
}

func meetsAny(g orb.Geometry, boxes []orb.Bound) bool {
	for _, b := range boxes {
		if g != nil && g.Bound().Intersects(b) {
			return true
		}
	}
	return false
}

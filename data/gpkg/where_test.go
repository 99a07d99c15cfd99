package gpkg

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/cql2"
)

// words are the texts of rows and filters: prefixes of each other, of several
// scripts, with the characters that patterns and SQL take for their own.
var words = []string{"", "a", "ab", "abc", "A", "b%", "b_", `b\`, "é", "e", "中", "中国", "\U00020000", "'", "z\x00z", "null"}

type maker struct {
	*rand.Rand
	layer *layers.Layer
}

func one[T any](m *maker, list ...T) T { return list[m.IntN(len(list))] }

func (m *maker) value(t layers.FieldType) layers.Value {
	if m.IntN(6) == 0 {
		return layers.Value{}
	}
	switch t {
	case layers.Integer:
		return layers.Int(one(m, int64(m.IntN(7)-3), 1<<53+1, -1<<63, 1<<63-1))
	case layers.Number:
		return layers.Float(one(m, float64(m.IntN(7)-3), 0.5, -2.25, 1e300, 9007199254740992))
	case layers.Boolean:
		return layers.Bool(m.IntN(2) == 0)
	case layers.DateTime:
		at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(m.IntN(60)-30) * time.Hour)
		return layers.Instant(at.Add(time.Duration(one(m, 0, 1000, 500, 999999)) * time.Microsecond))
	case layers.String:
	}
	return layers.Text(one(m, words...))
}

func (m *maker) term(t layers.FieldType) layers.Term {
	var names []string
	for i := range m.layer.Fields {
		if f := &m.layer.Fields[i]; f.Type == t || t == layers.Number && f.Type == layers.Integer {
			names = append(names, f.Name)
		}
	}
	switch m.IntN(8) {
	case 0, 1, 2, 3:
		return layers.Property{Name: one(m, names...)}
	case 4:
		if t == layers.Number {
			return layers.Arith{Op: layers.Add, Left: m.term(t), Right: layers.Literal{Value: layers.Int(1)}}
		}
	}
	if v := m.value(t); !v.IsNull() {
		return layers.Literal{Value: v}
	}
	return layers.Property{Name: names[0]}
}

func (m *maker) expr(depth int) layers.Expr {
	if depth > 0 {
		switch m.IntN(7) {
		case 0, 1:
			return layers.And{Args: []layers.Expr{m.expr(depth - 1), m.expr(depth - 1)}}
		case 2, 3:
			return layers.Or{Args: []layers.Expr{m.expr(depth - 1), m.expr(depth - 1)}}
		case 4:
			return layers.Not{Arg: m.expr(depth - 1)}
		}
	}
	t := one(m, layers.String, layers.Number, layers.Integer, layers.Boolean, layers.DateTime)
	switch m.IntN(9) {
	case 0:
		return layers.IsNull{Term: m.term(t)}
	case 1:
		return layers.Holds{Term: layers.Property{Name: "open"}}
	case 2:
		return layers.Like{Term: m.term(layers.String), Pattern: layers.Literal{Value: layers.Text(one(m, words...) + one(m, "%", "_", "", "%c", `\%`))}}
	case 3:
		list := make([]layers.Term, 1+m.IntN(4))
		for i := range list {
			list[i] = m.term(t)
		}
		return layers.In{Term: m.term(t), List: list}
	case 4:
		if t == layers.Boolean {
			t = layers.Number
		}
		return layers.Between{Term: m.term(t), Low: m.term(t), High: m.term(t)}
	case 5:
		return layers.Spatial{Op: layers.SIntersects, Left: layers.Property{Name: layers.GeometryName}, Right: layers.Shape{Geometry: orb.Point{1, 1}}}
	}
	return layers.Compare{Op: layers.CompareOp(m.IntN(int(layers.Ge))) + 1, Left: m.term(t), Right: m.term(t)}
}

// Random filters: what the evaluator finds in all rows is what Read finds, SQL
// lets none of it out, and where it claims to be exact it finds no more. Some
// rows were changed by another program, in forms the store does not write.
func TestFiltersAsSQL(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if text := os.Getenv("WUTU_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	ctx, path := t.Context(), filepath.Join(t.TempDir(), "city.gpkg")
	store, err := Open(ctx, path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	l := &layers.Layer{ID: "things", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{{Name: "name", Type: layers.String},
		{Name: "id", Type: layers.String}, {Name: "n", Type: layers.Integer}, {Name: "m", Type: layers.Integer}, {Name: "x", Type: layers.Number},
		{Name: "open", Type: layers.Boolean}, {Name: "since", Type: layers.DateTime}, {Name: "until", Type: layers.DateTime}}}
	m := &maker{rand.New(rand.NewPCG(seed, 0)), l}
	b := layers.Batch{Layers: []*layers.Layer{l}}
	for i := range 300 {
		f := &layers.Feature{Key: fmt.Sprintf("f%03d", i), Values: make([]layers.Value, len(l.Fields))}
		for k := range f.Values {
			f.Values[k] = m.value(l.Fields[k].Type)
		}
		if m.IntN(4) > 0 {
			f.Shape = orb.Point{float64(m.IntN(3)), float64(m.IntN(3))}
		}
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, ID: f.Key, Feature: f})
	}
	if _, err := store.Apply(ctx, b); err != nil {
		t.Fatal(err)
	}
	foreign(t, path)
	system := layers.SystemSubject()
	var all []layers.Feature
	for f, err := range store.Read(ctx, layers.Query{Subject: system, Layer: l.ID}) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	translated, exact := 0, 0
	for range 1500 {
		e := m.expr(3)
		program, err := cql2.Compile(e, l)
		if err != nil {
			t.Fatalf("%s: %v", cql2.Format(e), err)
		}
		var want []string
		for i := range all {
			if program.Match(&all[i]) {
				want = append(want, all[i].Key)
			}
		}
		var got []string
		for f, err := range store.Read(ctx, layers.Query{Subject: system, Layer: l.ID, Filter: e}) {
			if err != nil {
				t.Fatalf("%s: %v", cql2.Format(e), err)
			}
			got = append(got, f.Key)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s: the store reads %v, the evaluator finds %v", cql2.Format(e), got, want)
		}
		where, passed, ok := passing(t, store, l.ID, e)
		if !ok {
			continue
		}
		translated++
		for _, id := range want {
			if !slices.Contains(passed, id) {
				t.Fatalf("%s: SQL loses %s: %s %v", cql2.Format(e), id, where.sql, where.args)
			}
		}
		if where.exact {
			if exact++; len(passed) != len(want) {
				t.Fatalf("%s: %s %v is called exact and lets through %v, not %v", cql2.Format(e), where.sql, where.args, passed, want)
			}
		}
	}
	if translated < 500 || exact < 150 {
		t.Errorf("only %d filters were translated, %d exactly", translated, exact)
	}
	if n := statements(t, store); n > 50 {
		t.Errorf("%d statements are kept", n)
	}
}

// foreign changes rows as other programs do: other forms of times, other numbers
// for true, whole numbers where others belong.
func foreign(t *testing.T, path string) {
	t.Helper()
	c, err := dial(path, usage{busy: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for _, s := range []string{
		"UPDATE things SET since = '2026-03-01 04:05:06' WHERE fid % 11 = 1", "UPDATE things SET since = '2026-02-28T23:30:00-05:00' WHERE fid % 11 = 2",
		"UPDATE things SET since = '2026-03-01' WHERE fid % 11 = 3", "UPDATE things SET since = 1772323200000000 WHERE fid % 11 = 4",
		"UPDATE things SET until = '2026-03-02T01:00:00+09:00' WHERE fid % 7 = 1",
		"UPDATE things SET open = 2 WHERE fid % 13 = 1", "UPDATE things SET x = 7 WHERE fid % 13 = 2",
	} {
		if _, err := c.exec(s); err != nil {
			t.Fatal(err)
		}
	}
}

// passing are the ids of the rows that the condition of a filter lets through.
func passing(t *testing.T, s *Store, layer string, e layers.Expr) (where condition, ids []string, ok bool) {
	t.Helper()
	err := s.view(t.Context(), "test", func(c *conn, cat *catalog) error {
		table, err := cat.table("test", layer)
		if err != nil {
			return err
		}
		if where, ok = table.where(e); !ok {
			return nil
		}
		sql := "SELECT id FROM " + quote(layer) + " WHERE " + where.sql
		defer c.drop(sql)
		r, err := c.query(sql, where.args...)
		if err != nil {
			return err
		}
		for {
			more, err := r.next()
			if err != nil || !more {
				_ = r.close()
				return err
			}
			id, _ := r.values[0].(string)
			ids = append(ids, id)
		}
	})
	if err != nil {
		t.Fatalf("%s: %v", cql2.Format(e), err)
	}
	return where, ids, ok
}

// statements is how many statements a connection keeps.
func statements(t *testing.T, s *Store) int {
	t.Helper()
	n := 0
	if err := s.view(t.Context(), "test", func(c *conn, _ *catalog) error { n = len(c.stmts); return nil }); err != nil {
		t.Fatal(err)
	}
	return n
}

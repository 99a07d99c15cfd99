package storetest

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

func testEmpty(t *testing.T, s *suite) {
	if seq := s.seq(); seq != 0 {
		t.Errorf("sequence %d of an empty store", seq)
	}
	if got := s.follow(0); len(got) != 0 {
		t.Errorf("%d changes in an empty store", len(got))
	}
	if got, err := s.store.Layers(s.ctx); err != nil || len(got) != 0 {
		t.Errorf("layers of an empty store: %v, %v", got, err)
	}
	s.unreadable(layers.NotFound, layers.Query{Subject: system, Layer: "things"})
	if seq := s.apply(layers.Batch{}); seq != 0 {
		t.Errorf("an empty batch moved the sequence to %d", seq)
	}
}

func testApplyAndRead(t *testing.T, s *suite) {
	if seq := s.apply(layers.Batch{Layers: []*layers.Layer{things()}, Changes: []layers.Change{
		put("things", thing("b", 2)), put("things", thing("a", 1)), put("things", thing("c", 3))}}); seq != 4 {
		t.Errorf("sequence %d after a definition and three puts", seq)
	}
	got := s.read(layers.Query{Layer: "things"})
	s.expectIDs("after three puts", got, "a", "b", "c")
	for i, version := range []uint64{3, 2, 4} {
		want := thing(got[i].Key, i+1)
		want.Version = version
		want.Values = append(want.Values, make([]layers.Value, 4)...)
		if d := difference(&got[i], want); d != "" {
			t.Error(d)
		}
	}
	if seq := s.changes(put("things", thing("a", 9)), remove("things", "b"), remove("things", "nobody"), put("things", thing("a", 10))); seq != 7 {
		t.Errorf("sequence %d: deleting what does not exist is no change", seq)
	}
	s.expectIDs("after a deletion", s.read(layers.Query{Layer: "things"}), "a", "c")
	if f := s.one("things", "a"); f.Values[size].Int() != 10 || f.Version != 7 {
		t.Errorf("a has size %d and version %d", f.Values[size].Int(), f.Version)
	}
	if seq := s.changes(put("things", thing("b", 5))); seq != 8 || s.one("things", "b").Version != 8 {
		t.Errorf("a deleted feature does not come back")
	}
	f := thing("unnamed change", 1)
	s.changes(layers.Change{Op: layers.Put, Layer: "things", Feature: f})
	s.one("things", "unnamed change")
}

func testDefinitions(t *testing.T, s *suite) {
	s.define(things(), persons())
	s.define(grids())
	got, err := s.store.Layers(s.ctx)
	if err != nil {
		t.Fatal(err)
	}
	want := []*layers.Layer{grids(), persons(), things()}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("layers %+v, expected %+v", got, want)
	}
	if seq := s.define(things()); seq != 3 {
		t.Errorf("an equal definition moved the sequence to %d", seq)
	}
	s.refused(layers.Invalid, layers.Batch{Layers: []*layers.Layer{{ID: "No Layer"}}})
	s.refused(layers.Invalid, layers.Batch{Layers: []*layers.Layer{nil}})
}

func testRedefinition(t *testing.T, s *suite) {
	s.define(things())
	s.changes(put("things", thing("a", 1)))
	wider := things()
	wider.Title.EN = "More things"
	wider.Fields = append(wider.Fields, layers.Field{Name: "colour", Type: layers.String}, layers.Field{Name: "born", Type: layers.DateTime})
	if seq := s.define(wider); seq != 3 {
		t.Errorf("sequence %d after a redefinition", seq)
	}
	if got := s.one("things", "a"); len(got.Values) != len(wider.Fields) || !got.Value(7).IsNull() || got.Version != 2 {
		t.Errorf("a feature after its layer got fields: %+v", got)
	}
	f := thing("b", 2)
	f.Values = append(f.Values, make([]layers.Value, 6)...)
	f.Values[7] = layers.Text("红")
	s.changes(put("things", f))
	if got := s.one("things", "b"); got.Value(7) != layers.Text("红") {
		t.Errorf("the new field reads %q", got.Value(7))
	}
	if got := s.follow(2); len(got) != 2 || got[0].Op != layers.Define || !reflect.DeepEqual(got[0].Def, wider) {
		t.Errorf("the feed does not show the redefinition: %+v", got)
	}
	for what, change := range map[string]func(*layers.Layer){
		"a field less":         func(l *layers.Layer) { l.Fields = l.Fields[:4] },
		"another field type":   func(l *layers.Layer) { l.Fields[size].Type, l.Fields[size].Measure = layers.String, false },
		"another order":        func(l *layers.Layer) { slices.Reverse(l.Fields) },
		"another name":         func(l *layers.Layer) { l.Fields[size].Name = "length" },
		"another geometry":     func(l *layers.Layer) { l.Geometry = layers.Point },
		"a code less":          func(l *layers.Layer) { l.Fields[kind].Codes = l.Fields[kind].Codes[:1] },
		"codes for any values": func(l *layers.Layer) { l.Fields[name].Codes = []layers.Code{{Value: "x"}} },
	} {
		l := *wider
		l.Fields = slices.Clone(wider.Fields)
		change(&l)
		before := s.seq()
		if _, err := s.store.Apply(s.ctx, layers.Batch{Layers: []*layers.Layer{&l}}); layers.KindOf(err) != layers.Conflict || err == nil {
			t.Errorf("%s: %v, expected a conflict", what, err)
		}
		if s.seq() != before {
			t.Errorf("%s: the sequence moved", what)
		}
	}
	if got, err := s.store.Layers(s.ctx); err != nil || !reflect.DeepEqual(got, []*layers.Layer{wider}) {
		t.Errorf("layers after refused redefinitions: %+v, %v", got, err)
	}
}

func testInput(t *testing.T, s *suite) {
	s.define(things(), persons(), &layers.Layer{ID: "plain", Element: layers.Government, Geometry: layers.NoGeometry})
	bad := map[string]layers.Change{
		"empty id":            put("things", thing("", 1)),
		"long id":             put("things", thing(strings.Repeat("x", layers.MaxIDLength+1), 1)),
		"id not UTF-8":        put("things", thing("\xff", 1)),
		"two ids":             {Op: layers.Put, Layer: "things", ID: "a", Feature: thing("b", 1)},
		"no feature":          {Op: layers.Put, Layer: "things", ID: "a"},
		"no operation":        {Layer: "things", ID: "a", Feature: thing("a", 1)},
		"definition":          {Op: layers.Define, Layer: "things", Def: things()},
		"too many values":     put("things", &layers.Feature{Key: "a", Values: make([]layers.Value, 8)}),
		"wrong type":          put("things", &layers.Feature{Key: "a", Values: []layers.Value{layers.Int(1)}}),
		"float for an int":    put("things", &layers.Feature{Key: "a", Values: []layers.Value{{}, {}, layers.Float(1)}}),
		"unknown code":        put("things", &layers.Feature{Key: "a", Values: []layers.Value{{}, layers.Text("c")}}),
		"text not UTF-8":      put("things", &layers.Feature{Key: "a", Values: []layers.Value{layers.Text("\xc3\x28")}}),
		"line among points":   put("persons", &layers.Feature{Key: "a", Shape: orb.LineString{{0, 0}, {1, 1}}}),
		"geometry where none": put("plain", &layers.Feature{Key: "a", Shape: orb.Point{0, 0}}),
		"NaN":                 put("things", &layers.Feature{Key: "a", Shape: orb.Point{math.NaN(), 0}}),
		"infinity":            put("things", &layers.Feature{Key: "a", Shape: orb.MultiPolygon{{{{0, 0}, {1, math.Inf(-1)}, {1, 1}, {0, 0}}}}}),
		"empty validity":      put("things", &layers.Feature{Key: "a", ValidFrom: day(1), ValidTo: day(1)}),
	}
	for what, c := range bad {
		t.Run(what, func(t *testing.T) {
			inner := *s
			inner.T = t
			inner.refused(layers.Invalid, layers.Batch{Changes: []layers.Change{put("things", thing("good", 1)), c}})
		})
	}
	s.refused(layers.NotFound, layers.Batch{Changes: []layers.Change{put("nowhere", thing("a", 1))}})
	s.refused(layers.NotFound, layers.Batch{Changes: []layers.Change{remove("nowhere", "a")}})
	s.refused(layers.Invalid, layers.Batch{Records: []layers.Record{{Key: "no bucket", Data: []byte("x")}}})
	s.expectIDs("after refused batches", s.read(layers.Query{Layer: "things"}))
}

func testVersions(t *testing.T, s *suite) {
	s.define(things())
	when := func(c layers.Change, version uint64) layers.Change {
		c.IfVersion = &version
		return c
	}
	s.changes(when(put("things", thing("a", 1)), 0)) // 2
	s.refused(layers.Conflict, layers.Batch{Changes: []layers.Change{when(put("things", thing("a", 2)), 0)}})
	s.refused(layers.Conflict, layers.Batch{Changes: []layers.Change{when(put("things", thing("a", 2)), 1)}})
	s.refused(layers.Conflict, layers.Batch{Changes: []layers.Change{when(put("things", thing("new", 2)), 1)}})
	s.refused(layers.Conflict, layers.Batch{Changes: []layers.Change{when(remove("things", "a"), 7)}})
	s.refused(layers.Conflict, layers.Batch{Changes: []layers.Change{when(remove("things", "new"), 7)}})
	s.changes(when(put("things", thing("a", 2)), 2)) // 3
	s.changes(when(remove("things", "a"), 3))        // 4
	s.changes(when(remove("things", "a"), 0))
	s.changes(when(put("things", thing("a", 3)), 0)) // 5
	if v := s.one("things", "a").Version; v != 5 {
		t.Errorf("version %d, expected 5", v)
	}
	// A version within one batch is that of the change before.
	s.changes(put("things", thing("b", 1)), when(put("things", thing("b", 2)), 6), when(remove("things", "b"), 7))
}

func testAtomicity(t *testing.T, s *suite) {
	s.define(things())
	s.changes(put("things", thing("kept", 1)), put("things", thing("f50", 1)))
	before := s.read(layers.Query{Layer: "things"})
	stale := uint64(1)
	for _, bad := range []layers.Change{
		put("things", &layers.Feature{Key: "f99", Values: []layers.Value{layers.Int(1)}}),
		put("nowhere", thing("f99", 1)),
		{Op: layers.Put, Layer: "things", Feature: thing("f99", 1), IfVersion: &stale},
	} {
		b := layers.Batch{Layers: []*layers.Layer{persons()}, Records: []layers.Record{{Bucket: "r", Key: "k", Data: []byte("x")}},
			Audit: []layers.AuditLine{{Action: "test"}}}
		for i := range 100 {
			b.Changes = append(b.Changes, put("things", thing(fmt.Sprintf("f%02d", i), i)))
		}
		b.Changes[98], b.Changes[99] = remove("things", "kept"), bad
		s.refused(layers.KindOf(applyError(s, b)), b)
	}
	s.refused(layers.Conflict, func() layers.Batch {
		s.apply(layers.Batch{Records: []layers.Record{{Bucket: "r", Key: "there", Data: []byte("x")}}})
		return layers.Batch{Changes: []layers.Change{put("things", thing("f1", 1)), remove("things", "kept")},
			Records: []layers.Record{{Bucket: "r", Key: "k", Data: []byte("x")}, {Bucket: "r", Key: "there", Data: []byte("y"), IfAbsent: true}}}
	}())
	if after := s.read(layers.Query{Layer: "things"}); !reflect.DeepEqual(after, before) {
		t.Errorf("refused batches left %q", ids(after))
	}
	if got := s.records("r", ""); len(got) != 1 || got[0].Key != "there" || string(got[0].Data) != "x" {
		t.Errorf("refused batches left records %v", got)
	}
	if got, err := s.store.Layers(s.ctx); err != nil || len(got) != 1 {
		t.Errorf("refused batches left layers %v, %v", got, err)
	}
	s.define(persons()) // the rolled-back name is free
	s.changes(put("persons", &layers.Feature{Key: "p", Shape: orb.Point{1, 2}}))
	if f := s.one("persons", "p"); f.Shape != orb.Geometry(orb.Point{1, 2}) {
		t.Errorf("a layer defined after a refused definition reads %+v", f)
	}
}

func applyError(s *suite, b layers.Batch) error {
	_, err := s.store.Apply(s.ctx, b)
	if err == nil {
		s.Fatal("a bad batch was accepted")
	}
	return err
}

// testOwnership: neither side sees what the other does with its slices.
func testOwnership(t *testing.T, s *suite) {
	l := things()
	line := orb.LineString{{1, 1}, {2, 2}}
	f := &layers.Feature{Key: "a", Shape: line, Values: []layers.Value{layers.Text("before")}}
	data := []byte("before")
	s.apply(layers.Batch{Layers: []*layers.Layer{l}, Changes: []layers.Change{put("things", f)}, Records: []layers.Record{{Bucket: "r", Key: "k", Data: data}}})
	l.Fields[name].Name, l.Fields[kind].Codes[0].Value = "changed", "changed"
	line[0] = orb.Point{9, 9}
	f.Values[0] = layers.Text("after")
	copy(data, "after.")
	check := func(when string) {
		got := s.one("things", "a")
		if got.Values[0].Str() != "before" || !reflect.DeepEqual(got.Shape, orb.LineString{{1, 1}, {2, 2}}) {
			t.Errorf("%s: the store reads %+v", when, got)
		}
		got.Values[0] = layers.Text("after")
		got.Shape.(orb.LineString)[0] = orb.Point{8, 8}
		if r := s.records("r", "k"); len(r) != 1 || string(r[0].Data) != "before" {
			t.Errorf("%s: the record reads %v", when, r)
		} else {
			copy(r[0].Data, "after.")
		}
	}
	check("after the writer changed its batch")
	check("after a reader changed what it got")
	if got, err := s.store.Layers(s.ctx); err != nil || !reflect.DeepEqual(got, []*layers.Layer{things()}) {
		t.Errorf("the writer changed a definition: %+v, %v", got, err)
	}
}

func testValues(t *testing.T, s *suite) {
	s.define(things())
	far := time.Date(12026, 2, 3, 4, 5, 6, 7000, time.UTC)
	rows := [][]layers.Value{
		nil,
		{layers.Text("")},
		{layers.Text("NULL"), layers.Text("b"), layers.Int(0), layers.Float(0), layers.Bool(false), layers.InstantMicro(0), layers.Text("null")},
		{layers.Text("路灯🚦𠀀𪚥 e\u0301 \u202e"), {}, layers.Int(math.MaxInt64), layers.Float(math.MaxFloat64), layers.Bool(true), layers.Instant(day(0).Add(time.Microsecond))},
		{layers.Text("a\x00b"), {}, layers.Int(math.MinInt64), layers.Float(-math.SmallestNonzeroFloat64), layers.Bool(false), layers.Instant(far)},
		{layers.Text("O'Brien \"; DROP TABLE things; --\n\t\r"), {}, layers.Int(1<<53 + 1), layers.Float(0.1), {}, layers.Instant(time.Date(-5, 1, 1, 0, 0, 0, 0, time.UTC))},
		{layers.Text(strings.Repeat("长", 100_000)), {}, layers.Int(-(1<<53 + 1)), layers.Float(1e21), {}, layers.Instant(time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC))},
		{layers.Text("123"), {}, layers.Int(-1), layers.Float(3), {}, layers.Instant(time.Date(1, 1, 1, 0, 0, 0, 1000, time.UTC))},
		{layers.Text("1e3"), {}, {}, layers.Float(math.Copysign(0, -1)), {}, layers.InstantMicro(math.MaxInt64)},
		{layers.Text(" 2026-01-01 "), {}, {}, {}, {}, layers.Instant(time.Date(2000, 2, 29, 23, 59, 59, 999000000, time.UTC))},
	}
	var changes []layers.Change
	for i, values := range rows {
		changes = append(changes, put("things", &layers.Feature{Key: fmt.Sprintf("v%d", i), Values: values}))
	}
	s.changes(changes...)
	s.changes(changes...) // and as replacements
	for i, f := range s.read(layers.Query{Layer: "things"}) {
		want := append(slices.Clone(rows[i]), make([]layers.Value, 7-len(rows[i]))...)
		for j := range want {
			if f.Values[j] != want[j] {
				t.Errorf("%s field %d: %.40q, expected %.40q", f.Key, j, f.Values[j], want[j])
			}
		}
		if f.Shape != nil {
			t.Errorf("%s has the geometry %v", f.Key, f.Shape)
		}
	}
	// An integer in a number field is a number.
	s.changes(put("things", &layers.Feature{Key: "n", Values: []layers.Value{{}, {}, {}, layers.Int(7)}}))
	if got := s.one("things", "n").Values[weight]; got != layers.Float(7) {
		t.Errorf("an integer in a number field reads %s %q", got.Type(), got)
	}
	// Ids are any text, and compare by bytes.
	strange := []string{" ", "%", "'", "A", "_", "a", "a\x00", "ä", "路灯", "🚦", "𠀀", strings.Repeat("z", layers.MaxIDLength)}
	slices.Sort(strange)
	changes = changes[:0]
	for _, id := range strange {
		changes = append(changes, put("things", thing(id, 1)))
	}
	for i := range rows {
		changes = append(changes, remove("things", fmt.Sprintf("v%d", i)))
	}
	s.changes(append(changes, remove("things", "n"))...)
	s.expectIDs("strange ids", s.read(layers.Query{Layer: "things"}), strange...)
	for _, id := range strange {
		s.one("things", id)
	}
}

// shapes is one geometry of every kind and some on the edge of being one.
func shapes() map[string]orb.Geometry {
	ring := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}
	hole := orb.Ring{{1, 1}, {1, 2}, {2, 2}, {2, 1}, {1, 1}}
	return map[string]orb.Geometry{
		"point":             orb.Point{111.29, 30.69},
		"point at zero":     orb.Point{0, 0},
		"negative zero":     orb.Point{math.Copysign(0, -1), math.Copysign(0, -1)},
		"far point":         orb.Point{-180, 90},
		"line":              orb.LineString{{0, 0}, {1e-12, 1}, {2, 2}},
		"polygon":           orb.Polygon{ring},
		"polygon with hole": orb.Polygon{ring, hole},
		"multipoint":        orb.MultiPoint{{1, 2}, {3, 4}},
		"multipoint of one": orb.MultiPoint{{1, 2}},
		"multiline":         orb.MultiLineString{{{0, 0}, {1, 1}}, {{2, 2}, {3, 3}, {4, 5}}},
		"multipolygon":      orb.MultiPolygon{{ring, hole}, {{{10, 10}, {11, 10}, {11, 11}, {10, 10}}}},
		"multipolygon of 1": orb.MultiPolygon{{ring}},
		"collection":        orb.Collection{orb.Point{1, 2}, orb.LineString{{0, 0}, {1, 1}}, orb.Collection{orb.MultiPoint{{5, 5}}}},
		"empty line":        orb.LineString{},
		"empty polygon":     orb.Polygon{},
		"empty multipoint":  orb.MultiPoint{},
		"empty multiline":   orb.MultiLineString{},
		"empty multi":       orb.MultiPolygon{},
		"empty collection":  orb.Collection{},
		"none":              nil,
	}
}

func testGeometries(t *testing.T, s *suite) {
	s.define(things())
	kinds := []layers.GeometryType{layers.Point, layers.LineString, layers.Polygon, layers.MultiPoint, layers.MultiLineString, layers.MultiPolygon}
	for i, g := range kinds {
		s.define(&layers.Layer{ID: fmt.Sprintf("kind%d", i), Element: layers.Object, Geometry: g})
	}
	for what, g := range shapes() {
		layersOf := []string{"things"}
		for i, kind := range kinds {
			if g != nil && kind.Admits(g) {
				layersOf = append(layersOf, fmt.Sprintf("kind%d", i))
			}
		}
		for _, layer := range layersOf {
			s.changes(put(layer, &layers.Feature{Key: what, Shape: orb.Clone(g)}))
			got := s.one(layer, what).Shape
			if !reflect.DeepEqual(got, g) || fmt.Sprint(got) != fmt.Sprint(g) { // the text tells -0 from 0
				t.Errorf("%s in %s: %#v, expected %#v", what, layer, got, g)
			}
		}
	}
	// Kinds of the geometry library that no file format knows become what they are.
	s.changes(put("things", &layers.Feature{Key: "ring", Shape: orb.Ring{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}),
		put("things", &layers.Feature{Key: "box", Shape: orb.Bound{Max: orb.Point{1, 1}}}))
	if got, want := s.one("things", "ring").Shape, (orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 0}}}); !reflect.DeepEqual(got, want) {
		t.Errorf("a ring reads %#v", got)
	}
	if got, want := s.one("things", "box").Shape, (orb.Bound{Max: orb.Point{1, 1}}).ToPolygon(); !reflect.DeepEqual(got, want) {
		t.Errorf("a box reads %#v", got)
	}
}

func testFieldNames(t *testing.T, s *suite) {
	l := &layers.Layer{ID: "order", Element: layers.Object, Geometry: layers.Point} // a word of SQL
	var f layers.Feature
	for i, n := range []string{"id", "fid", "geom", "geometry", "version", "valid_from", "valid_to", "ID", "Id_", "id_", "name", "Name", "NAME",
		"rowid", "select", "a b", `a"b`, "a'b", "名称", "", "x\x00y", "a.b", "[x]", "1"} {
		if n == "" {
			continue
		}
		l.Fields = append(l.Fields, layers.Field{Name: n, Type: layers.Integer})
		f.Values = append(f.Values, layers.Int(int64(i)))
	}
	f.Key = "a"
	s.define(l)
	s.changes(put("order", &f))
	if got := s.one("order", "a"); !slices.Equal(got.Values, f.Values) {
		t.Errorf("values %q, expected %q", got.Values, f.Values)
	}
}

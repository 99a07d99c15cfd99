package storetest

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/valid"
	"wutu/layers"
	"wutu/layers/memstore"
)

func equal[T any](t *testing.T, what string, got, want []T) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d, expected %d", what, len(got), len(want))
		return
	}
	for i := range got {
		if !reflect.DeepEqual(got[i], want[i]) {
			t.Errorf("%s: number %d is %+v, expected %+v", what, i, got[i], want[i])
			return
		}
	}
}

func equalFeatures(t *testing.T, what string, got, want []layers.Feature) {
	t.Helper()
	if !slices.Equal(ids(got), ids(want)) {
		t.Errorf("%s: %q, expected %q", what, ids(got), ids(want))
		return
	}
	for i := range got {
		if d := difference(&got[i], &want[i]); d != "" {
			t.Errorf("%s: %s", what, d)
		}
	}
}

// lattice bounds the coordinates and sizes of random features to small whole
// numbers, so that borders touch and values tie all the time.
const lattice = 8

// testRandom does the same random things to the store and to a memstore and
// expects the same answers.
func testRandom(t *testing.T, s *suite) {
	r := geotest.Rand(t)
	model := &suite{T: t, ctx: s.ctx, store: memstore.New()}
	both := func(b layers.Batch) {
		t.Helper()
		b.At = day(r.IntN(100))
		got, gotErr := s.store.Apply(s.ctx, b)
		want, wantErr := model.store.Apply(s.ctx, b)
		if got != want || (gotErr == nil) != (wantErr == nil) { // of several errors either may be told
			t.Fatalf("apply: %d, %v; expected %d, %v\n%+v", got, gotErr, want, wantErr, b)
		}
	}
	past := true
	both(layers.Batch{Layers: []*layers.Layer{things(), persons(), grids()}})
	var squares []layers.Change
	for i := range 4 {
		x, y := float64(i%2*lattice/2), float64(i/2*lattice/2)
		squares = append(squares, put("grids", &layers.Feature{Key: fmt.Sprintf("g%d", i),
			Shape: orb.MultiPolygon{orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + lattice/2, y + lattice/2}}.ToPolygon()}}))
	}
	both(layers.Batch{Changes: squares})
	for range 150 {
		b := layers.Batch{}
		for range 1 + r.IntN(20) {
			b.Changes = append(b.Changes, randomChange(r))
		}
		if r.IntN(8) == 0 { // borders move
			b.Changes = append(b.Changes, Story(r))
		}
		both(b)
		q := randomQuery(r)
		if !past {
			q.At = time.Time{}
		}
		got, gotErr := collect(s.ctx, s.store, q)
		if layers.KindOf(gotErr) == layers.Unsupported && gotErr != nil && !q.At.IsZero() {
			past = false
			continue
		}
		want, wantErr := collect(s.ctx, model.store, q)
		if (gotErr == nil) != (wantErr == nil) || gotErr != nil && layers.KindOf(gotErr) != layers.KindOf(wantErr) {
			t.Fatalf("read %+v: %v, expected %v", q, gotErr, wantErr)
		}
		equalFeatures(t, describeQuery(&q), got, want)
		if t.Failed() {
			return
		}
	}
	replay(t, s)
	for _, layer := range []string{"things", "persons", "grids"} {
		equalFeatures(t, layer, s.read(layers.Query{Layer: layer}), model.read(layers.Query{Layer: layer}))
	}
	if got, want := s.seq(), model.seq(); got != want {
		t.Errorf("sequence %d, expected %d", got, want)
	}
}

func randomChange(r *rand.Rand) layers.Change {
	id := fmt.Sprintf("f%02d", r.IntN(60))
	layer := "things"
	if r.IntN(5) == 0 {
		layer = "persons"
	}
	var c layers.Change
	if r.IntN(4) == 0 {
		c = remove(layer, id)
	} else {
		c = put(layer, randomFeature(r, layer, id))
	}
	if r.IntN(60) == 0 {
		v := uint64(r.IntN(300))
		c.IfVersion = &v
	}
	if r.IntN(200) == 0 {
		c.Layer = "nowhere"
	}
	return c
}

func randomFeature(r *rand.Rand, layer, id string) *layers.Feature {
	f := &layers.Feature{Key: id}
	if layer == "persons" {
		f.Shape = geotest.LatticePoint(r, lattice)
		f.Values = []layers.Value{layers.Text(fmt.Sprint("p", r.IntN(5))), layers.Int(r.Int64N(90))}
		return f
	}
	if r.IntN(10) > 0 {
		f.Shape = validShape(r)
	}
	all := []layers.Value{layers.Text(fmt.Sprint("n", r.IntN(5))), layers.Text([]string{"a", "b"}[r.IntN(2)]), layers.Int(r.Int64N(6)),
		layers.Float(float64(r.IntN(6)) / 4), layers.Bool(r.IntN(2) == 0), layers.Instant(day(r.IntN(50))), layers.Text("s")}
	f.Values = all[:r.IntN(len(all)+1)]
	for i := range f.Values {
		if r.IntN(6) == 0 {
			f.Values[i] = layers.Value{}
		}
	}
	if r.IntN(3) == 0 {
		f.ValidFrom = day(r.IntN(60))
	}
	if r.IntN(4) == 0 {
		f.ValidTo = day(60 + r.IntN(60))
	}
	return f
}

func randomQuery(r *rand.Rand) layers.Query {
	q := layers.Query{Subject: system, Layer: "things"}
	one := func(n int) bool { return r.IntN(n) == 0 }
	if one(3) {
		q.Subject = layers.Subject{ID: "x", Role: []layers.Role{layers.Public, layers.Planner, layers.GridWorker, layers.SysAdmin}[r.IntN(4)],
			Cleared: one(2), Region: []string{"", "g0", "g3", "g9"}[r.IntN(4)]}
	}
	if one(5) {
		q.Layer = "persons"
	}
	if one(5) {
		q.IDs = []string{}
		for range r.IntN(30) {
			q.IDs = append(q.IDs, fmt.Sprintf("f%02d", r.IntN(70)))
		}
	}
	box := func() orb.Bound {
		a, b := geotest.LatticePoint(r, lattice), geotest.LatticePoint(r, lattice)
		return orb.MultiPoint{a, b}.Bound()
	}
	if one(4) {
		q.Boxes = []orb.Bound{box()}
		if one(2) {
			q.Boxes = append(q.Boxes, box())
		}
	}
	if one(4) {
		q.Region = &layers.Region{Geometry: validShape(r), Within: one(3)}
		if one(3) {
			q.Region.BufferM = float64(r.IntN(400_000))
		}
	}
	if one(4) {
		q.At = day(r.IntN(120))
	}
	fields := []string{"name", "kind", "size", "weight", "works", "made", "secret"}
	if q.Layer == "persons" {
		fields = []string{"name", "age"}
	}
	if one(3) {
		q.Filter = randomFilter(r, q.Layer)
	}
	for one(2) && len(q.Sort) < 2 {
		q.Sort = append(q.Sort, layers.SortKey{Field: fields[r.IntN(len(fields))], Desc: one(2)})
	}
	if one(4) {
		q.After = &layers.Cursor{ID: fmt.Sprintf("f%02d", r.IntN(60))}
		f := randomFeature(r, q.Layer, q.After.ID)
		for _, k := range q.Sort {
			for i, name := range fields {
				if name == k.Field {
					q.After.Values = append(q.After.Values, f.Value(i))
				}
			}
		}
	}
	if one(3) {
		q.Offset = r.IntN(10)
	}
	if one(3) {
		q.Limit = 1 + r.IntN(20)
	}
	return q
}

// validShape draws until the geometry is one whose relations are defined.
func validShape(r *rand.Rand) orb.Geometry {
	for {
		if g := geotest.Lattice(r, lattice); valid.Check(g) == nil {
			return g
		}
	}
}

func randomFilter(r *rand.Rand, layer string) layers.Expr {
	number := layers.Property{Name: "size"}
	if layer == "persons" {
		number.Name = "age"
	}
	switch r.IntN(5) {
	case 0:
		return layers.And{Args: []layers.Expr{randomFilter(r, layer), randomFilter(r, layer)}}
	case 1:
		return layers.Not{Arg: randomFilter(r, layer)}
	case 2:
		return layers.Compare{Op: layers.CompareOp(1 + r.IntN(6)), Left: number, Right: layers.Literal{Value: layers.Int(r.Int64N(6))}}
	case 3:
		return layers.Like{Term: layers.Property{Name: "name"}, Pattern: layers.Literal{Value: layers.Text("%" + fmt.Sprint(r.IntN(5)))}}
	}
	return layers.IsNull{Term: layers.Property{Name: "name"}}
}

// describeQuery writes q with the region spelled out.
func describeQuery(q *layers.Query) string {
	out := fmt.Sprintf("read %+v", *q)
	if r := q.Region; r != nil {
		out += fmt.Sprintf(", region %+v %s", *r, r.Geometry.GeoJSONType())
	}
	return out
}

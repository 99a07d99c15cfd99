package storetest

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Open makes an empty store that the test may close. reopen returns the same
// city after the store was closed; it is nil for stores that do not persist.
type Open func(t *testing.T) (s layers.Store, reopen func() layers.Store)

// Run runs the suite, one subtest per promise.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(*testing.T, *suite)
	}{
		{"Empty", testEmpty},
		{"ApplyAndRead", testApplyAndRead},
		{"Definitions", testDefinitions},
		{"Redefinition", testRedefinition},
		{"InputIsChecked", testInput},
		{"Versions", testVersions},
		{"Atomicity", testAtomicity},
		{"Ownership", testOwnership},
		{"Values", testValues},
		{"Geometries", testGeometries},
		{"FieldNames", testFieldNames},
		{"Select", testSelect},
		{"Order", testOrder},
		{"Paging", testPaging},
		{"StableRead", testStableRead},
		{"Access", testAccess},
		{"Masks", testMasks},
		{"Region", testRegion},
		{"History", testHistory},
		{"Past", testPast},
		{"Log", testLog},
		{"Changes", testChanges},
		{"Records", testRecords},
		{"Audit", testAudit},
		{"AuditQueries", testAuditQueries},
		{"AuditSeals", testAuditSeals},
		{"ConcurrentWriters", testConcurrentWriters},
		{"ConcurrentConflicts", testConcurrentConflicts},
		{"Cancel", testCancel},
		{"Close", testClose},
		{"Reopen", testReopen},
		{"RandomOperations", testRandom},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, reopen := open(t)
			t.Cleanup(func() {
				if err := s.Close(); err != nil {
					t.Errorf("close: %v", err)
				}
			})
			c.test(t, &suite{T: t, ctx: context.Background(), store: s, reopen: reopen})
		})
	}
}

// suite is what a subtest works with.
type suite struct {
	*testing.T
	ctx    context.Context
	store  layers.Store
	reopen func() layers.Store
}

// things is the layer most tests use: every field type, any geometry.
func things() *layers.Layer {
	return &layers.Layer{ID: "things", Title: layers.Title{ZH: "物", EN: "Things"}, Element: layers.Object, Geometry: layers.AnyGeometry,
		Access: layers.PublicAccess, Owner: "d1", CountUnit: layers.Title{ZH: "件", EN: "things"}, TitleField: "name", KindField: "kind",
		Fields: []layers.Field{
			{Name: "name", Type: layers.String, Title: layers.Title{ZH: "名称", EN: "Name"}, Search: true},
			{Name: "kind", Type: layers.String, Codes: []layers.Code{{Value: "a", Title: layers.Title{EN: "A"}}, {Value: "b"}}},
			{Name: "size", Type: layers.Integer, Unit: "m", Measure: true},
			{Name: "weight", Type: layers.Number},
			{Name: "works", Type: layers.Boolean},
			{Name: "made", Type: layers.DateTime},
			{Name: "secret", Type: layers.String, Personal: true},
		}}
}

// Positions of the fields of things.
const (
	name = iota
	kind
	size
	weight
	works
	made
	secret
)

func persons() *layers.Layer {
	return &layers.Layer{ID: "persons", Element: layers.People, Geometry: layers.Point, Access: layers.PersonalAccess,
		Fields: []layers.Field{{Name: "name", Type: layers.String, Personal: true}, {Name: "age", Type: layers.Integer}}}
}

func grids() *layers.Layer {
	return &layers.Layer{ID: "grids", Element: layers.Frame, Geometry: layers.MultiPolygon, Access: layers.PublicAccess, Level: layers.Grid}
}

var system = layers.SystemSubject()

// thing makes a feature of things with a name and a size, at a place that
// depends on the size.
func thing(id string, n int) *layers.Feature {
	return &layers.Feature{Key: id, Shape: orb.Point{111 + float64(n)/1000, 30 + float64(n)/1000},
		Values: []layers.Value{layers.Text("thing " + id), layers.Text("a"), layers.Int(int64(n))}}
}

func put(layer string, f *layers.Feature) layers.Change {
	return layers.Change{Op: layers.Put, Layer: layer, ID: f.Key, Feature: f}
}

func remove(layer, id string) layers.Change {
	return layers.Change{Op: layers.Delete, Layer: layer, ID: id}
}

func (s *suite) apply(b layers.Batch) uint64 {
	s.Helper()
	seq, err := s.store.Apply(s.ctx, b)
	if err != nil {
		s.Fatalf("apply: %v", err)
	}
	return seq
}

func (s *suite) changes(c ...layers.Change) uint64 {
	s.Helper()
	return s.apply(layers.Batch{Changes: c})
}

func (s *suite) define(l ...*layers.Layer) uint64 {
	s.Helper()
	return s.apply(layers.Batch{Layers: l})
}

// refused asserts that the batch fails with the kind and changes nothing.
func (s *suite) refused(kind layers.Kind, b layers.Batch) {
	s.Helper()
	before := s.seq()
	if _, err := s.store.Apply(s.ctx, b); err == nil || layers.KindOf(err) != kind {
		s.Errorf("apply: %v, expected a %s error", err, kind)
	}
	if after := s.seq(); after != before {
		s.Errorf("a refused batch moved the sequence from %d to %d", before, after)
	}
}

func (s *suite) seq() uint64 {
	s.Helper()
	seq, err := s.store.Seq(s.ctx)
	if err != nil {
		s.Fatalf("seq: %v", err)
	}
	return seq
}

func collect(ctx context.Context, store layers.Store, q layers.Query) ([]layers.Feature, error) {
	var out []layers.Feature
	for f, err := range store.Read(ctx, q) {
		if err != nil {
			return out, err
		}
		out = append(out, f)
	}
	return out, nil
}

// read reads as the program itself unless the query names a subject.
func (s *suite) read(q layers.Query) []layers.Feature {
	s.Helper()
	if reflect.DeepEqual(q.Subject, layers.Subject{}) {
		q.Subject = system
	}
	out, err := collect(s.ctx, s.store, q)
	if err != nil {
		s.Fatalf("read %s: %v", q.Layer, err)
	}
	return out
}

func (s *suite) unreadable(kind layers.Kind, q layers.Query) {
	s.Helper()
	got, err := collect(s.ctx, s.store, q)
	if err == nil || layers.KindOf(err) != kind || len(got) > 0 {
		s.Errorf("read: %d features, %v; expected a %s error", len(got), err, kind)
	}
}

func (s *suite) one(layer, id string) layers.Feature {
	s.Helper()
	got := s.read(layers.Query{Layer: layer, IDs: []string{id}})
	if len(got) != 1 {
		s.Fatalf("read %s %s: %d features", layer, id, len(got))
	}
	return got[0]
}

func ids(fs []layers.Feature) []string {
	out := make([]string, len(fs))
	for i := range fs {
		out[i] = fs[i].Key
	}
	return out
}

func (s *suite) expectIDs(what string, got []layers.Feature, want ...string) {
	s.Helper()
	if !slices.Equal(ids(got), want) {
		s.Errorf("%s: %q, expected %q", what, ids(got), want)
	}
}

func (s *suite) follow(since uint64) []layers.Change {
	s.Helper()
	var out []layers.Change
	for c, err := range s.store.Changes(s.ctx, since) {
		if err != nil {
			s.Fatalf("changes: %v", err)
		}
		out = append(out, c)
	}
	return out
}

// difference says how two features differ, "" if they do not.
func difference(got, want *layers.Feature) string {
	switch {
	case got.Key != want.Key:
		return fmt.Sprintf("id %q, expected %q", got.Key, want.Key)
	case got.Version != want.Version:
		return fmt.Sprintf("%s: version %d, expected %d", want.Key, got.Version, want.Version)
	case !got.ValidFrom.Equal(want.ValidFrom) || !got.ValidTo.Equal(want.ValidTo):
		return fmt.Sprintf("%s: valid %s to %s, expected %s to %s", want.Key, got.ValidFrom, got.ValidTo, want.ValidFrom, want.ValidTo)
	case !slices.Equal(got.Values, want.Values):
		return fmt.Sprintf("%s: values %q, expected %q", want.Key, got.Values, want.Values)
	case !reflect.DeepEqual(got.Shape, want.Shape):
		return fmt.Sprintf("%s: geometry %#v, expected %#v", want.Key, got.Shape, want.Shape)
	}
	return ""
}

// day is a fixed day for times in tests.
func day(n int) time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).AddDate(0, 0, n) }

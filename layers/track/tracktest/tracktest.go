package tracktest

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/track"
)

// Store is what the suite needs of a store.
type Store interface {
	layers.Store
	track.Store
}

// Start is the time the suite begins at.
func Start() time.Time { return time.Date(2026, 11, 20, 7, 50, 0, 0, time.UTC) }

// suite is a keeper and what it should know.
type suite struct {
	*testing.T
	r      *rand.Rand
	store  Store
	keeper *track.Keeper
	now    time.Time
	layer  *layers.Layer

	fixes  map[string]map[int64]track.Fix
	newest map[string]int64
}

const objects = 12

// Run runs the suite. reopen closes a store and opens it again; nil is a new store,
// which is empty and takes its time from now.
func Run(t *testing.T, reopen func(t *testing.T, now func() time.Time, s Store) Store) {
	r := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 11))
	s := &suite{T: t, r: r, now: Start(), layer: model.Lookup(model.Movers), fixes: map[string]map[int64]track.Fix{}, newest: map[string]int64{}}
	clock := func() time.Time { return s.now }
	s.store = reopen(t, clock, nil)
	b := layers.Batch{Layers: []*layers.Layer{s.layer}, At: s.now}
	for i := range objects {
		f := &layers.Feature{Key: id(i), Shape: orb.Point{111.3, 30.7}, Values: make([]layers.Value, len(s.layer.Fields))}
		f.Values[s.layer.FieldIndex(model.Plate)] = layers.Text(fmt.Sprint("plate ", i))
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: s.layer.ID, Feature: f})
	}
	if _, err := s.store.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	s.begin()
	for step := range 120 {
		switch n := r.IntN(20); {
		case n < 13:
			s.add()
		case n < 16:
			s.now = s.now.Add(time.Duration(r.IntN(900)) * time.Second)
			if err := s.keeper.Fold(t.Context()); err != nil {
				t.Fatal(err)
			}
		case n < 17:
			s.edit()
		case n < 18:
			s.store = reopen(t, clock, s.store)
			s.begin()
		case n < 19 && step > 60:
			s.expire()
		}
		s.read()
		s.passers()
	}
	s.placed()
}

func id(i int) string { return fmt.Sprintf("m%02d", i) }

func (s *suite) begin() {
	s.keeper = track.New(track.Options{Store: s.store, Now: func() time.Time { return s.now }, Every: 2 * time.Second, PerSecond: 5,
		Layer: func(id string) (*layers.Layer, bool) { return s.layer, id == s.layer.ID },
		Placed: func(layer, object string) (time.Time, bool) {
			f := s.feature(object)
			if f == nil {
				return time.Time{}, false
			}
			at := f.Value(s.layer.FieldIndex(model.FixedAt))
			if at.IsNull() {
				return time.Time{}, true
			}
			return at.Time(), true
		}})
}

func (s *suite) feature(id string) *layers.Feature {
	for f, err := range s.store.Read(s.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: s.layer.ID, IDs: []string{id}}) {
		if err != nil {
			s.Fatal(err)
		}
		return &f
	}
	return nil
}

// spot is a place of a small town.
func (s *suite) spot() orb.Point {
	return orb.Point{111.3 + s.r.Float64()*.05, 30.7 + s.r.Float64()*.05}
}

// add sends fixes: new, late, known, of any object.
func (s *suite) add() {
	s.now = s.now.Add(time.Duration(s.r.IntN(120)) * time.Second)
	sent := make([]track.Sent, s.r.IntN(30))
	want := make([]track.Outcome, len(sent))
	for i := range sent {
		o := id(s.r.IntN(objects))
		at := s.now.Add(-time.Duration(s.r.IntN(40)) * time.Second)
		switch s.r.IntN(8) {
		case 0:
			at = s.now.Add(-time.Duration(s.r.IntN(7200)) * time.Second)
		case 1: // one it has
			if all := slices.Sorted(maps.Keys(s.fixes[o])); len(all) > 0 {
				at = time.UnixMilli(all[s.r.IntN(len(all))])
			}
		}
		acc, speed := float64(s.r.IntN(200))/10, float64(s.r.IntN(600))/10
		f, err := track.NewFix(at, s.spot(), &acc, &speed, nil)
		if err != nil {
			s.Fatal(err)
		}
		sent[i] = track.Sent{Object: o, Fix: f}
		if s.fixes[o] == nil {
			s.fixes[o] = map[int64]track.Fix{}
		}
		_, known := s.fixes[o][f.T]
		newest, some := s.newest[o]
		switch {
		case known:
			want[i] = track.Known
			continue
		case some && f.T < newest:
			want[i] = track.Late
		default:
			s.newest[o] = f.T
		}
		s.fixes[o][f.T] = f
	}
	got, err := s.keeper.Add(s.Context(), s.layer.ID, sent)
	if err != nil || !slices.Equal(got, want) {
		s.Fatalf("outcomes %v, want %v: %v", got, want, err)
	}
}

// edit changes something else of a feature: positions leave it.
func (s *suite) edit() {
	o := id(s.r.IntN(objects))
	f := s.feature(o)
	f.Values[s.layer.FieldIndex(model.Operator)] = layers.Text(fmt.Sprint("operator ", s.r.IntN(100)))
	if _, err := s.store.Apply(s.Context(), layers.Batch{Changes: []layers.Change{{Op: layers.Put, Layer: s.layer.ID, Feature: f}}}); err != nil {
		s.Fatal(err)
	}
}

func (s *suite) expire() {
	keep := func(o string) time.Duration {
		if o < id(objects/2) {
			return time.Hour
		}
		return 3 * time.Hour
	}
	s.settle() // blocks of positions that wait to be moved are kept, and read at a restart
	if _, err := s.keeper.Expire(s.Context(), s.layer.ID, keep); err != nil {
		s.Fatal(err)
	}
	for o, all := range s.fixes {
		before := track.HourOf(s.now.Add(-keep(o)).UnixMilli()) * track.HourMs
		maps.DeleteFunc(all, func(t int64, _ track.Fix) bool { return t < before })
		if len(all) == 0 { // a new keeper knows nothing of it; this one remembers its newest
			delete(s.fixes, o)
		}
	}
}

// model is what an object's track should be in an interval.
func (s *suite) model(o string, from, to time.Time) []track.Fix {
	var out []track.Fix
	for _, t := range slices.Sorted(maps.Keys(s.fixes[o])) {
		if from.UnixMilli() <= t && t <= to.UnixMilli() {
			out = append(out, s.fixes[o][t])
		}
	}
	return out
}

func (s *suite) read() {
	from := s.now.Add(-time.Duration(s.r.IntN(10_000)) * time.Second)
	to := from.Add(time.Duration(s.r.IntN(10_000)) * time.Second)
	if s.r.IntN(4) == 0 {
		from, to = Start().Add(-24*time.Hour), s.now
	}
	o := id(s.r.IntN(objects))
	got, err := s.keeper.Read(s.Context(), s.layer.ID, o, from, to)
	if want := s.model(o, from, to); err != nil || !slices.Equal(got, want) {
		s.Fatalf("%s from %v to %v: %d fixes, want %d: %v", o, from, to, len(got), len(want), err)
	}
}

// passers asks who was in a box: nobody who was is missing.
func (s *suite) passers() {
	from := s.now.Add(-time.Duration(s.r.IntN(10_000)) * time.Second)
	to := from.Add(time.Duration(s.r.IntN(10_000)) * time.Second)
	p := s.spot()
	box := orb.Bound{Min: p, Max: orb.Point{p[0] + .003, p[1] + .003}}
	boxes := []orb.Bound{box}
	if s.r.IntN(5) == 0 {
		boxes = nil
	}
	got, err := s.keeper.Passers(s.Context(), s.layer.ID, boxes, from, to)
	if err != nil || !slices.IsSorted(got) {
		s.Fatal(got, err)
	}
	for i := range objects {
		fixes := s.model(id(i), from, to)
		in := boxes == nil && len(fixes) > 0
		for j, f := range fixes {
			if boxes == nil {
				break
			}
			in = in || box.Contains(f.Point())
			if j > 0 && f.T-fixes[j-1].T <= track.LeadMs {
				way := orb.LineString{fixes[j-1].Point(), f.Point()}
				in = in || box.Intersects(way.Bound())
			}
		}
		if in && !slices.Contains(got, id(i)) {
			s.Fatalf("%s in %v from %v to %v is missing", id(i), boxes, from, to)
		}
	}
}

// settle moves every position that waits.
func (s *suite) settle() {
	for range objects {
		s.now = s.now.Add(3 * time.Second)
		if err := s.keeper.MoveNow(s.Context()); err != nil {
			s.Fatal(err)
		}
	}
}

// placed waits until every position has moved: features show the newest fix, and
// what was edited.
func (s *suite) placed() {
	s.settle()
	for i := range objects {
		f, newest := s.feature(id(i)), s.newest[id(i)]
		if newest == 0 {
			continue
		}
		at := f.Value(s.layer.FieldIndex(model.FixedAt))
		if at.IsNull() || at.Time().UnixMilli() != newest || f.Value(s.layer.FieldIndex(model.Plate)).Str() != fmt.Sprint("plate ", i) {
			s.Errorf("%s is of %v, not of %v", id(i), at, time.UnixMilli(newest).UTC())
		}
		if x, ok := s.fixes[id(i)][newest]; ok && f.Shape != x.Point() {
			s.Errorf("%s is at %v, not at %v", id(i), f.Shape, x.Point())
		}
	}
	if err := s.keeper.Fold(context.WithoutCancel(s.Context())); err != nil {
		s.Fatal(err)
	}
	for b, err := range s.store.Blocks(s.Context()) {
		s.Errorf("block %d is left behind: %v", b.Number, err)
	}
}

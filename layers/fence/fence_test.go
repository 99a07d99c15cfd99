package fence_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/fence"
)

// model follows every pair of object and fence by itself, with distances in place
// of prepared polygons and no index.
type model struct {
	rules   fence.Rules
	fences  map[string]orb.Geometry
	objects map[string]*modelObject
}

type modelObject struct {
	at       time.Time
	point    orb.Point
	accuracy float64
	visits   uint64
	inside   map[string]*modelVisit
}

type modelVisit struct {
	number uint64
	since  time.Time
	dwelt  bool
}

func (m *model) told(list []fence.Transition) []fence.Transition {
	list = slices.DeleteFunc(list, func(t fence.Transition) bool { return !m.rules.Kinds.Has(t.Kind) })
	slices.SortFunc(list, func(a, b fence.Transition) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Fence, b.Fence))
	})
	return list
}

func (m *model) stand(id string, o *modelObject, p orb.Point, at time.Time, margin float64, changed string) (out []fence.Transition) {
	names := slices.Sorted(maps.Keys(m.fences))
	tell := func(k fence.Kind, name string, v *modelVisit) {
		out = append(out, fence.Transition{Object: id, Fence: name, Kind: k, Visit: v.number, At: at, Since: v.since, Point: p, Changed: changed != ""})
	}
	for _, name := range slices.Sorted(maps.Keys(o.inside)) {
		if changed != "" && name != changed {
			continue
		}
		g, v := m.fences[name], o.inside[name]
		if g == nil || m.far(p, g, margin) {
			tell(fence.Leave, name, v)
			delete(o.inside, name)
		} else {
			tell(fence.Inside, name, v)
		}
	}
	for _, name := range names {
		if o.inside[name] != nil || changed != "" && name != changed || m.far(p, m.fences[name], 0) {
			continue
		}
		o.visits++
		o.inside[name] = &modelVisit{number: o.visits, since: at}
		tell(fence.Enter, name, o.inside[name])
	}
	return out
}

// far reports whether p is more than d metres from g.
func (m *model) far(p orb.Point, g orb.Geometry, d float64) bool {
	return !measure.Pad(g.Bound(), d+10).Contains(p) || measure.DistanceTo(p, g) > d
}

func (m *model) move(f fence.Fix) []fence.Transition {
	o := m.objects[f.Object]
	if m.rules.MaxAccuracyM > 0 && f.AccuracyM > m.rules.MaxAccuracyM || o != nil && !f.At.After(o.at) {
		return nil
	}
	var before map[string]bool
	first := o == nil
	if first {
		o = &modelObject{inside: map[string]*modelVisit{}}
		m.objects[f.Object] = o
	} else {
		before = map[string]bool{}
		for name := range o.inside {
			before[name] = true
		}
	}
	out := m.stand(f.Object, o, f.Point, f.At, max(f.AccuracyM, m.rules.HysteresisM), "")
	if m.rules.Kinds.Has(fence.Cross) && !first && o.point != f.Point && (m.rules.MaxGap == 0 || f.At.Sub(o.at) <= m.rules.MaxGap) {
		for _, name := range slices.Sorted(maps.Keys(m.fences)) {
			if !before[name] && o.inside[name] == nil && predicate.Intersects(orb.LineString{o.point, f.Point}, m.fences[name]) {
				o.visits++
				out = append(out, fence.Transition{Object: f.Object, Fence: name, Kind: fence.Cross, Visit: o.visits, At: f.At, Point: f.Point})
			}
		}
	}
	o.at, o.point, o.accuracy = f.At, f.Point, f.AccuracyM
	return m.told(append(out, m.dwell(f.Object, f.At)...))
}

func (m *model) dwell(id string, now time.Time) (out []fence.Transition) {
	o := m.objects[id]
	if m.rules.DwellTime == 0 {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(o.inside)) {
		if v := o.inside[name]; !v.dwelt && now.Sub(v.since) >= m.rules.DwellTime {
			v.dwelt = true
			out = append(out, fence.Transition{Object: id, Fence: name, Kind: fence.Dwell, Visit: v.number, At: v.since.Add(m.rules.DwellTime), Since: v.since, Point: o.point})
		}
	}
	return out
}

var city = orb.Bound{Min: orb.Point{111.2, 30.6}, Max: orb.Point{111.4, 30.8}}

func shape(rng *rand.Rand) orb.Geometry {
	switch rng.IntN(4) {
	case 0:
		return geotest.Line(rng, city, 4, 0.01)
	case 1:
		return geotest.MultiPolygon(rng, city, 8)
	}
	return orb.Polygon{geotest.Star(rng, geotest.Point(rng, city), 0.005+rng.Float64()*0.05, 5+rng.IntN(60))}
}

// Fixes, fences that change, time that passes, restarts from stored states and
// fixes sent twice: what is told equals the model, batch by batch, whatever is
// begun and given up in between.
func TestTrackerAgainstModel(t *testing.T) {
	seed := uint64(geotest.Seed(t))
	for round := range 6 {
		rng := rand.New(rand.NewPCG(seed, uint64(round)))
		rules := fence.Rules{Kinds: fence.Kinds(rng.IntN(32)), HysteresisM: float64(rng.IntN(3)) * 100}
		if rng.IntN(2) == 0 {
			rules.DwellTime, rules.MaxGap, rules.MaxAccuracyM = 3*time.Minute, 2*time.Minute, 400
		}
		if round%3 == 0 {
			rules.Kinds = fence.KindsOf(fence.Enter, fence.Leave, fence.Cross, fence.Dwell)
		}
		m := &model{rules: rules, fences: map[string]orb.Geometry{}, objects: map[string]*modelObject{}}
		fences := fence.NewFences()
		tracker := fence.NewTracker(fences, rules)
		stored := map[string][]byte{}
		keep := func(b *fence.Batch) {
			for _, id := range b.Objects() {
				stored[id] = b.State(id)
			}
			b.Commit()
		}
		check := func(what string, got, want []fence.Transition) {
			t.Helper()
			if !slices.Equal(got, want) {
				t.Fatalf("round %d, %s:\ngot  %v\nwant %v", round, what, got, want)
			}
		}
		now := time.Unix(1_700_000_000, 0).UTC()
		places := map[string]orb.Point{}
		var sent []fence.Fix
		for step := range 300 {
			if rng.IntN(10) == 0 {
				fences.Settle()
			}
			now = now.Add(time.Duration(rng.IntN(60)) * time.Second)
			switch k := rng.IntN(20); {
			case step < 25 || k == 0: // a fence comes, changes or goes
				name := fmt.Sprintf("fence%02d", rng.IntN(30))
				g := shape(rng)
				if step >= 25 && rng.IntN(3) == 0 {
					delete(m.fences, name)
					g = nil
				} else {
					m.fences[name] = g
				}
				fences.Put(name, g)
				var want []fence.Transition
				for _, id := range slices.Sorted(maps.Keys(m.objects)) {
					o := m.objects[id]
					list := m.stand(id, o, o.point, now, max(rules.HysteresisM, o.accuracy), name)
					want = append(want, m.told(slices.DeleteFunc(list, func(t fence.Transition) bool { return t.Kind == fence.Inside }))...)
				}
				b := tracker.Begin()
				if rng.IntN(3) == 0 {
					check("any fence may have changed", b.ReconsiderAll(now), want)
				} else {
					check("a fence changes", b.Reconsider(now, name), want)
				}
				keep(b)
			case k == 1: // restart
				tracker = fence.NewTracker(fences, rules)
				for id, state := range stored {
					if err := tracker.Restore(id, state); err != nil {
						t.Fatal(err)
					}
				}
			case k == 2:
				var want []fence.Transition
				for _, id := range slices.Sorted(maps.Keys(m.objects)) {
					want = append(want, m.told(m.dwell(id, now))...)
				}
				b := tracker.Begin()
				check("time passes", b.Tick(now), want)
				keep(b)
			default:
				var fixes []fence.Fix
				for range []int{1, 3, 300}[rng.IntN(3)] {
					id := fmt.Sprint("car", rng.IntN(12))
					p, ok := places[id]
					if !ok || rng.IntN(30) == 0 {
						p = geotest.Point(rng, city)
					}
					p = orb.Point{p[0] + rng.NormFloat64()*0.003, p[1] + rng.NormFloat64()*0.003}
					places[id] = p
					now = now.Add(time.Duration(rng.IntN(3)) * time.Second)
					f := fence.Fix{Object: id, At: now, Point: p, AccuracyM: float64(rng.IntN(5)) * rng.Float64() * 150}
					if len(sent) > 0 && rng.IntN(10) == 0 {
						f = sent[rng.IntN(len(sent))]
					}
					if rng.IntN(50) == 0 {
						f.Point[0] = math.NaN()
						fixes = append(fixes, f)
						continue
					}
					sent = append(sent, f)
					fixes = append(fixes, f)
				}
				given := tracker.Begin()
				given.Move(fixes) // given up: nothing of it may stay
				var want []fence.Transition
				for _, f := range fixes {
					if !math.IsNaN(f.Point[0]) {
						want = append(want, m.move(f)...)
					}
				}
				b := tracker.Begin()
				half := len(fixes) / 2
				got, _ := b.Move(fixes[:half])
				rest, _ := b.Move(fixes[half:])
				check("fixes", append(got, rest...), want)
				keep(b)
			}
		}
	}
}

func TestOneVisitOnAJitteringBorder(t *testing.T) {
	fences := fence.NewFences()
	fences.Put("yard", orb.Bound{Min: orb.Point{111.3, 30.7}, Max: orb.Point{111.31, 30.71}}.ToPolygon())
	tracker := fence.NewTracker(fences, fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave), HysteresisM: 20})
	at := time.Unix(1_700_000_000, 0)
	var told []string
	for i, metres := range []float64{-100, -5, 3, -3, 15, -19, 5, 18, -21, -500} { // east of the western border
		p := measure.Destination(orb.Point{111.3, 30.705}, 90, metres)
		b := tracker.Begin()
		list, taken := b.Move([]fence.Fix{{Object: "car", At: at.Add(time.Duration(i) * time.Second), Point: p}})
		b.Commit()
		if taken != 1 {
			t.Fatal("not taken")
		}
		for _, x := range list {
			told = append(told, fmt.Sprint(i, " ", x.Kind, " ", x.Visit))
		}
	}
	if want := []string{"2 enter 1", "8 leave 1"}; !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

func FuzzRestore(f *testing.F) {
	fences := fence.NewFences()
	fences.Put("yard", orb.Bound{Min: orb.Point{111.3, 30.7}, Max: orb.Point{111.31, 30.71}}.ToPolygon())
	tracker := fence.NewTracker(fences, fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave), DwellTime: time.Minute})
	b := tracker.Begin()
	b.Move([]fence.Fix{{Object: "car", At: time.Unix(1_700_000_000, 0), Point: orb.Point{111.305, 30.705}}})
	f.Add(b.State("car"))
	f.Add([]byte{1, 0xff})
	f.Fuzz(func(t *testing.T, state []byte) {
		tracker := fence.NewTracker(fences, fence.Rules{Kinds: fence.KindsOf(fence.Leave), DwellTime: time.Minute})
		if err := tracker.Restore("car", state); err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		b := tracker.Begin()
		b.Move([]fence.Fix{{Object: "car", At: time.Unix(1_800_000_000, 0), Point: orb.Point{111.305, 30.705}}})
		b.Tick(time.Unix(1_900_000_000, 0))
	})
}

// TestAWayAcrossANotchIsOneVisit: a way that leaves a fence and comes back within one
// step ends inside, one that crosses an arm from side to side ends outside.
func TestAWayAcrossANotchIsOneVisit(t *testing.T) {
	// Two arms of 20 m, 20 m apart, joined in the south.
	at := func(eastM, northM float64) orb.Point {
		return measure.Destination(measure.Destination(orb.Point{111.3, 30.7}, 90, eastM), 0, northM)
	}
	fences := fence.NewFences()
	fences.Put("quay", orb.Polygon{{at(0, 0), at(60, 0), at(60, 100), at(40, 100), at(40, 20), at(20, 20), at(20, 100), at(0, 100), at(0, 0)}})
	tracker := fence.NewTracker(fences, fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave, fence.Cross)})
	var told []string
	for i, p := range []orb.Point{
		at(-60, 60), at(-30, 60), at(10, 60), // into the western arm
		at(50, 60), at(10, 61), // to the eastern and back, over the notch
		at(30, 60), at(10, 60), // into the notch and back
		at(90, 60), at(30, 60), at(90, 61), // out over the notch and the eastern arm, through it into the notch, out again
	} {
		b := tracker.Begin()
		list, _ := b.Move([]fence.Fix{{Object: "car", At: time.Unix(1_700_000_000+int64(i), 0), Point: p}})
		b.Commit()
		for _, x := range list {
			told = append(told, fmt.Sprint(i, " ", x.Kind, " ", x.Visit))
		}
	}
	want := []string{"2 enter 1", "5 leave 1", "6 enter 2", "7 leave 2", "8 cross 3", "9 cross 4"}
	if !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

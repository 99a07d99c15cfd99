package fence_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/fence"
)

// Batches are stored or given up, objects dropped, programs ended at any moment: what
// the journal has is always what the tracker had, and it does not grow beyond its
// bound.
func TestJournalHoldsTheTracker(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 11))
	fences := fence.NewFences()
	for i := range 20 {
		fences.Put(fmt.Sprint("f", i), orb.Polygon{geotest.Star(rng, geotest.Point(rng, city), 0.05, 12)})
	}
	rules := fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave), DwellTime: time.Hour}
	stored := map[uint64][]byte{}
	load := func() *fence.Tracker {
		t.Helper()
		tracker := fence.NewTracker(fences, rules)
		var numbers []uint64
		for n := range stored {
			numbers = append(numbers, n)
		}
		slices.Sort(numbers)
		for _, n := range numbers {
			if err := tracker.Load(fence.Segment{Number: n, Data: stored[n]}); err != nil {
				t.Fatal(err)
			}
		}
		return tracker
	}
	// states are those of all objects, as a batch that looks at them all says.
	states := func(tracker *fence.Tracker) map[string][]byte {
		b := tracker.Begin()
		b.ReconsiderAll(time.Unix(2_000_000_000, 0))
		out := map[string][]byte{}
		for _, id := range b.Objects() {
			out[id] = b.State(id)
		}
		return out
	}
	tracker, at := load(), time.Unix(1_700_000_000, 0)
	most := 0
	for round := range 400 {
		b := tracker.Begin()
		var fixes []fence.Fix
		for range 1 + rng.IntN(200) {
			at = at.Add(time.Second)
			n := rng.IntN(100)
			if rng.IntN(10) == 0 {
				n = rng.IntN(300)
			}
			fixes = append(fixes, fence.Fix{Object: fmt.Sprint("o", n), At: at, Point: geotest.Point(rng, city)})
		}
		b.Move(fixes)
		for range rng.IntN(4) {
			b.Drop(fmt.Sprint("o", rng.IntN(300)), at)
		}
		if rng.IntN(5) == 0 {
			b.Segment()
			continue // given up
		}
		add, drop := b.Segment()
		if add.Number > 0 {
			stored[add.Number] = add.Data
		}
		for _, n := range drop {
			if _, ok := stored[n]; !ok {
				t.Fatalf("segment %d is dropped, but was not there", n)
			}
			delete(stored, n)
		}
		b.Commit()
		total := 0
		for n := range stored {
			total += len(stored[n])
		}
		most = max(most, total)
		if round%20 == 0 {
			again := load()
			got, want := states(again), states(tracker)
			if len(got) != len(want) {
				t.Fatalf("round %d: %d objects, want %d", round, len(got), len(want))
			}
			for id := range want {
				if !bytes.Equal(got[id], want[id]) {
					t.Fatalf("round %d: %s is %x, want %x", round, id, got[id], want[id])
				}
			}
			if rng.IntN(2) == 0 {
				tracker = again // the program begins anew
			}
		}
	}
	if most > 300_000 { // some 300 objects of some 100 bytes, twice, and a thousand more
		t.Errorf("the journal has grown to %d bytes", most)
	}
	if len(stored) > 200 {
		t.Errorf("%d segments are kept", len(stored))
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte("\x03car\x00"))
	f.Add([]byte("\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tracker := fence.NewTracker(fence.NewFences(), fence.Rules{})
		if err := tracker.Load(fence.Segment{Number: 1, Data: data}); err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		if err := tracker.Load(fence.Segment{Number: 1}); layers.KindOf(err) != layers.Invalid {
			t.Fatal("a number came twice")
		}
	})
}

package main

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/fence"
	"wutu/layers/live"
	"wutu/layers/model"
	watches "wutu/server/fence"
)

// fencesBench is the fences that objects move among, by their number: buffers of
// points, of 65 vertices, so dense that a place lies in 8.3 of them. The area grows
// with their number, and the objects stay where the fences are as dense as in its
// middle, so that a fix means the same among few and among many: what fixes tell is
// reported beside their rate.
type fencesBench struct {
	inProcess map[int]*fenceWorld
}

const (
	benchFences   = 23_000
	benchMovers   = 10_000
	benchSpan     = 0.4    // degrees that benchFences take
	benchRadius   = 0.0043 // degrees
	benchStep     = 0.0001 // degrees, standard deviation of a step: some ten metres
	fewFences     = 1000
	manyFences    = 100_000
	durableAtOnce = 8192 // changes the city shows at a time
)

func fencesSuite() *benchSuite {
	b := &fencesBench{inProcess: map[int]*fenceWorld{}}
	return &benchSuite{name: "fences", short: "Measure geofences: fixes of moving objects among many fences",
		long: "10,000 objects make steps of some ten metres among overlapping fences of 65 vertices, 8.3 around each place\n" +
			"whatever their number. In process: what the fixes mean. Durable: the feed of the city, the watch, its states\n" +
			"and transitions in the store, flushed.",
		data:  b.data,
		round: b.round,
	}
}

// wanderers are objects that move at random in an area, and turn back at its border.
type wanderers struct {
	rng    *rand.Rand
	area   orb.Bound
	places []orb.Point
}

// move moves object i.
func (w *wanderers) move(i int) orb.Point {
	for axis := range 2 {
		x := w.places[i][axis] + w.rng.NormFloat64()*benchStep
		if low := w.area.Min[axis]; x < low {
			x = 2*low - x
		}
		if high := w.area.Max[axis]; x > high {
			x = 2*high - x
		}
		w.places[i][axis] = x
	}
	return w.places[i]
}

// among is a number of fences and objects among them. The objects and their steps are
// the same whatever the number, at places in proportion to the area.
func among(fences int) (shapes []orb.Polygon, w *wanderers) {
	side := benchSpan * math.Sqrt(float64(fences)/benchFences)
	rng := rand.New(rand.NewPCG(20, uint64(fences)))
	for range fences {
		c, ring := orb.Point{116 + rng.Float64()*side, 39.5 + rng.Float64()*side}, make(orb.Ring, 65)
		for i := range ring {
			sin, cos := math.Sincos(2 * math.Pi * float64(i%64) / 64)
			ring[i] = orb.Point{c[0] + benchRadius*cos, c[1] + benchRadius*sin}
		}
		shapes = append(shapes, orb.Polygon{ring})
	}
	w = &wanderers{rng: rand.New(rand.NewPCG(20, 26)),
		area: orb.Bound{Min: orb.Point{116 + benchRadius, 39.5 + benchRadius}, Max: orb.Point{116 + side - benchRadius, 39.5 + side - benchRadius}}}
	for range benchMovers {
		x, y := w.rng.Float64(), w.rng.Float64()
		w.places = append(w.places, orb.Point{w.area.Min[0] + x*(w.area.Max[0]-w.area.Min[0]), w.area.Min[1] + y*(w.area.Max[1]-w.area.Min[1])})
	}
	return shapes, w
}

// fenceWorld is fences in process, with objects that move.
type fenceWorld struct {
	*wanderers
	tracker *fence.Tracker
	fixes   []fence.Fix
	at      time.Time
}

func newFenceWorld(fences int) *fenceWorld {
	shapes, objects := among(fences)
	w := &fenceWorld{wanderers: objects, at: time.Unix(1_790_000_000, 0)}
	set := fence.NewFences()
	for i, s := range shapes {
		set.Put(fmt.Sprint("f", i), s)
	}
	w.tracker = fence.NewTracker(set, fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave, fence.Cross, fence.Dwell), DwellTime: time.Hour})
	for i := range objects.places {
		w.fixes = append(w.fixes, fence.Fix{Object: fmt.Sprint("o", i)})
	}
	w.step() // all enter; the fences are indexed
	return w
}

// step moves every object once and returns how long its fixes took, and what they told.
func (w *fenceWorld) step() (time.Duration, int) {
	w.at = w.at.Add(time.Second)
	for i := range w.fixes {
		w.fixes[i].At, w.fixes[i].Point = w.at, w.move(i)
	}
	began := time.Now()
	b := w.tracker.Begin()
	told, _ := b.Move(w.fixes)
	b.Commit()
	return time.Since(began), len(told)
}

// rate is the fixes a second over a time, and how much a fix told.
func (w *fenceWorld) rate(length time.Duration) (rate, told float64) {
	var spent time.Duration
	n, all := 0, 0
	for spent < length {
		took, list := w.step()
		spent, n, all = spent+took, n+len(w.fixes), all+list
	}
	return float64(n) / spent.Seconds(), float64(all) / float64(n)
}

func (b *fencesBench) data(ctx context.Context, r *suiteRun) error {
	r.dir = filepath.Join(r.out, "city-fences")
	r.s.Data = fmt.Sprintf("%d objects among %d, %d and %d fences of 65 vertices, 8.3 around each place", benchMovers, fewFences, r.scaled(benchFences), r.scaled(manyFences))
	return errors.Join(os.RemoveAll(r.dir), os.RemoveAll(r.dir+".keys"))
}

func (b *fencesBench) round(ctx context.Context, r *suiteRun, _ int) error {
	rates := map[int]float64{}
	for _, n := range []int{fewFences, r.scaled(benchFences), r.scaled(manyFences)} {
		if b.inProcess[n] == nil {
			b.inProcess[n] = newFenceWorld(n)
		}
		var told float64
		rates[n], told = b.inProcess[n].rate(r.length())
		set := want(100_000, 0, false)
		if n != r.scaled(benchFences) {
			set = nil
		}
		r.s.line(fmt.Sprintf("fixes in process, %d fences", n), "fixes/s", set).Ours.add(rates[n])
		r.s.line(fmt.Sprintf("told by a fix, %d fences", n), "transitions", nil).Ours.add(told)
	}
	r.s.line("many fences against few", "×", want(0.7, 0, false)).Ours.add(rates[r.scaled(manyFences)] / rates[fewFences])
	rate, err := b.durable(ctx, r)
	if err != nil {
		return err
	}
	r.s.line("fixes durable, from the feed to the store", "fixes/s", want(40_000, 0, false)).Ours.add(rate)
	return nil
}

// moving is a store whose movers move without being stored: what is measured is what
// the watch does with their changes.
type moving struct {
	*gpkg.Store
	mu   sync.Mutex
	base uint64
	list []layers.Change // of numbers from base+1 on
}

func (m *moving) Changes(_ context.Context, since uint64) iter.Seq2[layers.Change, error] {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.list[min(since-min(since, m.base), uint64(len(m.list))):]
	return func(yield func(layers.Change, error) bool) {
		for _, c := range list {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// put appends changes and forgets those that came before them.
func (m *moving) put(list []layers.Change) (last uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.base += uint64(len(m.list))
	m.list = list
	for i := range list {
		list[i].Seq = m.base + uint64(i) + 1
	}
	return m.base + uint64(len(list))
}

// durable runs a watch over a city for some time and returns its fixes a second.
func (b *fencesBench) durable(ctx context.Context, r *suiteRun) (rate float64, err error) {
	dir := r.dir + "-durable"
	if err := errors.Join(os.RemoveAll(dir), os.RemoveAll(dir+".keys")); err != nil {
		return 0, err
	}
	there := &program{stdout: r.stdout, stderr: r.stderr, dir: dir}
	store, err := there.create(ctx, gpkg.Options{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close(), os.RemoveAll(dir), os.RemoveAll(dir+".keys")) }()
	shapes, objects := among(r.scaled(benchFences))
	grids, movers := model.Lookup(model.Grids), model.Lookup(model.Movers)
	at := time.Unix(1_790_000_000, 0).UTC()
	batch := layers.Batch{Actor: "bench", At: at, Layers: []*layers.Layer{grids, movers},
		Records: []layers.Record{{Bucket: watches.WatchBucket, Key: "bench", Data: []byte(`{"id":"bench","fences":{"layer":"grids"},"objects":{"layer":"movers"},"kinds":["enter","leave","cross"]}`)}}}
	for i, s := range shapes {
		f := &layers.Feature{Key: fmt.Sprint("f", i), Shape: orb.MultiPolygon{s}, Values: make([]layers.Value, len(grids.Fields))}
		batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: grids.ID, ID: f.Key, Feature: f})
	}
	kind, fixed := movers.FieldIndex(model.Kind), movers.FieldIndex(model.FixedAt)
	moved := func(i int) layers.Change {
		f := &layers.Feature{Key: fmt.Sprint("o", i), Shape: objects.places[i], Values: make([]layers.Value, len(movers.Fields))}
		f.Values[kind], f.Values[fixed] = layers.Text("patrol"), layers.Instant(at)
		return layers.Change{Op: layers.Put, Layer: movers.ID, ID: f.Key, At: at, Feature: f}
	}
	for i := range objects.places {
		batch.Changes = append(batch.Changes, moved(i))
	}
	seq, err := store.Apply(ctx, batch)
	if err != nil {
		return 0, err
	}
	source := &moving{Store: store, base: seq}
	city, err := live.Open(ctx, source, live.Options{Backlog: 4 * durableAtOnce})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, city.Close()) }()
	own, stop := context.WithCancel(ctx)
	office := watches.New(watches.Options{City: city, Records: store, Now: now, Log: slog.New(slog.NewTextHandler(r.stderr, nil))})
	var group sync.WaitGroup
	group.Go(func() { office.Run(own) })
	defer group.Wait()
	defer stop()
	follow := func(to uint64) error { // until the watch has stored what it made of a change
		for {
			m, err := office.Followed(ctx, "bench")
			if err != nil || m >= to {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			time.Sleep(time.Millisecond)
		}
	}
	if err := follow(seq); err != nil {
		return 0, err
	}
	began, n, last := time.Now(), 0, seq
	for next := 0; time.Since(began) < r.length(); {
		list := make([]layers.Change, 0, durableAtOnce)
		for range durableAtOnce {
			if next == 0 {
				at = at.Add(time.Second)
			}
			objects.move(next)
			list = append(list, moved(next))
			next = (next + 1) % len(objects.places)
		}
		before := last
		last = source.put(list)
		if err := city.Sync(ctx); err != nil {
			return 0, err
		}
		n += len(list)
		if err := follow(before); err != nil { // one chunk ahead at most
			return 0, err
		}
	}
	if err := follow(last); err != nil {
		return 0, err
	}
	return float64(n) / time.Since(began).Seconds(), nil
}

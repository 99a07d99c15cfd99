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
// with their number, so that a fix means the same among few and among many.
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

// around is the fences and objects of a number of fences.
func around(rng *rand.Rand, fences int) (shapes []orb.Polygon, objects []orb.Point) {
	side := benchSpan * math.Sqrt(float64(fences)/benchFences)
	point := func() orb.Point { return orb.Point{116 + rng.Float64()*side, 39.5 + rng.Float64()*side} }
	for range fences {
		c, ring := point(), make(orb.Ring, 65)
		for i := range ring {
			sin, cos := math.Sincos(2 * math.Pi * float64(i%64) / 64)
			ring[i] = orb.Point{c[0] + benchRadius*cos, c[1] + benchRadius*sin}
		}
		shapes = append(shapes, orb.Polygon{ring})
	}
	for range benchMovers {
		objects = append(objects, point())
	}
	return shapes, objects
}

func step(rng *rand.Rand, p orb.Point) orb.Point {
	return orb.Point{p[0] + rng.NormFloat64()*benchStep, p[1] + rng.NormFloat64()*benchStep}
}

// fenceWorld is fences in process, with objects that move.
type fenceWorld struct {
	rng     *rand.Rand
	tracker *fence.Tracker
	fixes   []fence.Fix
	at      time.Time
}

func newFenceWorld(fences int) *fenceWorld {
	w := &fenceWorld{rng: rand.New(rand.NewPCG(20, uint64(fences))), at: time.Unix(1_790_000_000, 0)}
	set := fence.NewFences()
	shapes, objects := around(w.rng, fences)
	for i, s := range shapes {
		set.Put(fmt.Sprint("f", i), s)
	}
	w.tracker = fence.NewTracker(set, fence.Rules{Kinds: fence.KindsOf(fence.Enter, fence.Leave, fence.Cross, fence.Dwell), DwellTime: time.Hour})
	for i, p := range objects {
		w.fixes = append(w.fixes, fence.Fix{Object: fmt.Sprint("o", i), Point: p})
	}
	w.move() // all enter; the fences are indexed
	return w
}

// move moves every object once and returns how long its fixes took.
func (w *fenceWorld) move() time.Duration {
	w.at = w.at.Add(time.Second)
	for i := range w.fixes {
		w.fixes[i].At, w.fixes[i].Point = w.at, step(w.rng, w.fixes[i].Point)
	}
	began := time.Now()
	b := w.tracker.Begin()
	b.Move(w.fixes)
	b.Commit()
	return time.Since(began)
}

// rate is the fixes a second over a time.
func (w *fenceWorld) rate(length time.Duration) float64 {
	var spent time.Duration
	n := 0
	for spent < length {
		spent += w.move()
		n += len(w.fixes)
	}
	return float64(n) / spent.Seconds()
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
		rates[n] = b.inProcess[n].rate(r.length())
		set := want(100_000, 0, false)
		if n != r.scaled(benchFences) {
			set = nil
		}
		r.s.line(fmt.Sprintf("fixes in process, %d fences", n), "fixes/s", set).Ours.add(rates[n])
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
	rng := rand.New(rand.NewPCG(20, 26))
	shapes, objects := around(rng, r.scaled(benchFences))
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
		f := &layers.Feature{Key: fmt.Sprint("o", i), Shape: objects[i], Values: make([]layers.Value, len(movers.Fields))}
		f.Values[kind], f.Values[fixed] = layers.Text("patrol"), layers.Instant(at)
		return layers.Change{Op: layers.Put, Layer: movers.ID, ID: f.Key, At: at, Feature: f}
	}
	for i := range objects {
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
			objects[next] = step(rng, objects[next])
			list = append(list, moved(next))
			next = (next + 1) % len(objects)
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

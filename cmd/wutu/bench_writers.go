package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/layers"
)

// writersSuite measures what writing costs those who read.
func writersSuite() *benchSuite {
	w := &writersBench{}
	return &benchSuite{name: "writers", rounds: 3, seconds: 8,
		short: "Measure readers while 10,000 points a second are written",
		long: "A million points. A program beside the server writes 10,000 of them a second into the city's file, durably, 500 at\n" +
			"a time; the server shows them as it shows its own. First what a write costs each of the two, then for each kind of\n" +
			"question: its greatest rate, and its latency at half of that rate, alone and under the writes. Latencies count from\n" +
			"when a question was due. Tiles that change have to be drawn, so they are drawn without writes, too: each is asked\n" +
			"for with a condition of its own, which all points fulfil.",
		data: w.data, round: w.round}
}

const (
	writersRate  = 10_000 // changes a second
	writersBatch = 500
)

type writersBench struct{ live liveBench }

func (b *writersBench) data(ctx context.Context, r *suiteRun) error { return b.live.data(ctx, r) }

func (b *writersBench) round(ctx context.Context, r *suiteRun, round int) error {
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	server.settled(ctx)
	if err := b.cost(ctx, r, server, uint64(round)); err != nil {
		return err
	}
	mix := tileMix(mixSize)
	var drawn atomic.Int64
	for _, l := range []struct {
		name string
		next func(rng *rand.Rand, buf []byte) []byte
	}{
		{"10 nearest points", func(rng *rand.Rand, buf []byte) []byte {
			x, y := benchPlace(rng)
			return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=points&lon=%f&lat=%f&k=10", x, y), "Accept-Encoding: gzip")
		}},
		{"tiles of buildings from the cache", func(rng *rand.Rand, buf []byte) []byte {
			return getRequest(buf, mix[rng.IntN(len(mix))].path("blocks"), "Accept-Encoding: gzip")
		}},
		{"tiles of points z16, each drawn", func(rng *rand.Rand, buf []byte) []byte {
			x, y := benchPlace(rng)
			return getRequest(buf, fmt.Sprintf("%s?filter=size%%3E-%d", benchTile(16, x, y).path("points"), drawn.Add(1)), "Accept-Encoding: gzip")
		}},
	} {
		load := wireLoad{addr: server.addr(), conns: r.conns, length: r.length(), seed: uint64(round), next: l.next}
		most, err := load.run(ctx, l.name)
		if err != nil {
			return err
		}
		r.s.line(l.name+", greatest rate", "req/s", nil).Ours.addLoad(most)
		// half asks at half of the rate, and says what the server takes for a question.
		half := func(how string) (loadResult, error) {
			used := server.processor()
			res, err := paced(ctx, load, most.PerSecond/2)
			used = server.processor() - used
			r.s.line(l.name+", half of it, "+how, "req/s", nil).Ours.addLoad(res)
			r.s.line("processor of the server for each of them, "+l.name+", "+how, "µs", nil).Ours.add(float64(used.Microseconds()) / max(float64(res.Requests), 1))
			return res, err
		}
		alone, err := half("alone")
		if err != nil {
			return err
		}
		writing, stop := context.WithCancel(ctx)
		done := make(chan error, 1)
		written := new(atomic.Int64)
		began := time.Now()
		go func() { done <- b.write(writing, r, uint64(round), written) }()
		under, err := half("under writes")
		rate := float64(written.Load()) / time.Since(began).Seconds()
		stop()
		if err := errors.Join(err, <-done); err != nil {
			return err
		}
		r.s.line(l.name+", p99 under writes", "times that alone", want(2, 0, true)).Ours.add(under.P99 / alone.P99)
		r.s.line("points written beside "+l.name, "changes/s", want(0.99*writersRate, 0, false)).Ours.add(rate)
	}
	return nil
}

// cost measures what a write costs the writer and the server, while nobody reads.
func (b *writersBench) cost(ctx context.Context, r *suiteRun, server *benchServer, seed uint64) error {
	writing, stop := context.WithTimeout(ctx, r.length())
	defer stop()
	written := new(atomic.Int64)
	began, ours, theirs := time.Now(), ownProcessor(), server.processor()
	if err := b.write(writing, r, seed, written); err != nil {
		return err
	}
	n, took := float64(written.Load()), time.Since(began)
	ours = ownProcessor() - ours
	server.settled(ctx) // merges of what was written belong to it
	r.s.line("points written while nobody reads", "changes/s", want(0.99*writersRate, 0, false)).Ours.add(n / took.Seconds())
	r.s.line("processor of the writer for a change", "µs", nil).Ours.add(float64(ours.Microseconds()) / n)
	r.s.line("processor of the server for a change", "µs", nil).Ours.add(float64((server.processor() - theirs).Microseconds()) / n)
	return ctx.Err()
}

// paced sends the requests of a load at a rate, whether or not those before are
// answered, as long as a connection is free. Latencies count from when a request was
// due.
func paced(ctx context.Context, l wireLoad, rate float64) (loadResult, error) {
	var (
		number atomic.Int64
		work   sync.WaitGroup
		mu     sync.Mutex
		all    []float64
		res    loadResult
		failed error
	)
	began := time.Now()
	for i := range 2 * l.conns {
		work.Go(func() {
			var times []float64
			errs := 0
			err := func() error {
				w, err := dial(ctx, l.addr)
				if err != nil {
					return err
				}
				defer w.conn.Close()
				rng := rand.New(rand.NewPCG(l.seed, uint64(100+i)))
				var buf []byte
				for ctx.Err() == nil {
					due := began.Add(time.Duration(float64(number.Add(1)-1) / rate * float64(time.Second)))
					if due.Sub(began) >= l.length || !pause(ctx, time.Until(due)) {
						return ctx.Err()
					}
					buf = l.next(rng, buf[:0])
					a, err := w.send(buf, nil)
					if err != nil {
						return err
					}
					if a.status >= 400 {
						errs++
					}
					times = append(times, time.Since(due).Seconds()*1000)
				}
				return ctx.Err()
			}()
			mu.Lock()
			defer mu.Unlock()
			all, res.Errors, failed = append(all, times...), res.Errors+errs, errors.Join(failed, err)
		})
	}
	work.Wait()
	res.PerSecond = float64(len(all)) / time.Since(began).Seconds()
	res.Requests = len(all)
	if slices.Sort(all); len(all) > 0 {
		q := quantilesOf(all)
		res.P50, res.P95, res.P99 = q.P50, q.P95, q.P99
	}
	return res, failed
}

// write moves points in the city's file at the rate, 500 in a batch, each batch
// durable before the next, and counts them.
func (b *writersBench) write(ctx context.Context, r *suiteRun, seed uint64, written *atomic.Int64) (err error) {
	there := &program{stdout: r.stdout, stderr: r.stderr, dir: r.dir}
	store, err := there.open(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	const layer = "points"
	list, err := store.Layers(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(list, func(l *layers.Layer) bool { return l.ID == layer })
	if at < 0 {
		return fmt.Errorf("the city has no layer %s", layer)
	}
	rng := rand.New(rand.NewPCG(seed, 0x3717))
	batch := layers.Batch{Actor: "bench", Changes: make([]layers.Change, writersBatch)}
	for began, n := time.Now(), 0; ; n++ {
		if !pause(ctx, time.Until(began.Add(time.Duration(n)*time.Second*writersBatch/writersRate))) {
			return nil
		}
		for i := range batch.Changes {
			id := fmt.Sprintf("p%07d", rng.IntN(r.city.npoints))
			x, y := benchPlace(rng)
			f := &layers.Feature{Key: id, Shape: orb.Point{x, y}, Values: make([]layers.Value, len(list[at].Fields))}
			for j := range list[at].Fields {
				switch field := &list[at].Fields[j]; {
				case field.Type == layers.Integer:
					f.Values[j] = layers.Int(int64(rng.IntN(1000)))
				case field.Name == "kind":
					f.Values[j] = layers.Text(benchKinds[rng.IntN(len(benchKinds))])
				case field.Name == "name":
					f.Values[j] = layers.Text(benchNames[rng.IntN(len(benchNames))])
				}
			}
			batch.Changes[i] = layers.Change{Op: layers.Put, Layer: layer, ID: id, Feature: f}
		}
		if _, err := store.Apply(context.WithoutCancel(ctx), batch); err != nil {
			return err
		}
		written.Add(writersBatch)
	}
}

package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/spf13/pflag"
)

// eventsBench is what `wutu bench events` was asked for.
type eventsBench struct {
	events, listeners, rate int
	compressed              bool
	seconds                 float64

	cases []workCase // to be reported, as many for each round
}

func eventsSuite() *benchSuite {
	var b eventsBench
	return &benchSuite{name: "events", seconds: 20, short: "Measure steps of cases while many streams follow them",
		long: "Fills a city with cases, opens streams that follow all of them and a few that follow one district, and takes\n" +
			"steps at a steady rate. Nothing may be missing on any stream.",
		flags: func(flags *pflag.FlagSet) {
			flags.IntVar(&b.events, "events", 1_000_000, "cases in the city, of which --share is taken")
			flags.IntVar(&b.listeners, "listeners", 1000, "streams that follow all cases; one more in 25 follows a district")
			flags.IntVar(&b.rate, "rate", 200, "steps per second")
			flags.BoolVar(&b.compressed, "gzip", false, "streams ask for compression")
		},
		data:  func(ctx context.Context, r *suiteRun) error { return b.data(ctx, r) },
		round: func(ctx context.Context, r *suiteRun, round int) error { return b.round(ctx, r, round) },
	}
}

// perRound is how many cases a round works on.
func (b *eventsBench) perRound() int {
	return max(1, int(float64(b.rate)*b.seconds)/len(benchSteps)*11/10)
}

func (b *eventsBench) data(ctx context.Context, r *suiteRun) error {
	b.events, b.seconds = r.scaled(b.events), r.seconds
	size := "city"
	if b.events < 100_000 {
		size = "small"
	}
	r.dir = filepath.Join(r.out, "city-events-"+size)
	if _, err := os.Stat(filepath.Join(r.dir, "city.gpkg")); err != nil || !r.reuse {
		for _, old := range []string{r.dir, r.dir + ".keys"} {
			if err := os.RemoveAll(old); err != nil {
				return err
			}
		}
		r.say("generating a city")
		if _, err := runShown(ctx, r.self, "generate", "--data", r.dir, "--size", size, "--seed", "1"); err != nil {
			return err
		}
	}
	r.say("filling it up to %d cases", b.events)
	var err error
	b.cases, err = r.fillEvents(ctx, r.dir, b.events, r.rounds*b.perRound())
	r.s.Data = fmt.Sprintf("synthetic city of size %s with %d cases; %d streams of all and %d of a district, compressed %v, %d steps a second for %v s",
		size, b.events, b.listeners, b.listeners/25, b.compressed, b.rate, b.seconds)
	return err
}

func (b *eventsBench) round(ctx context.Context, r *suiteRun, round int) error {
	l := &eventsLoad{bench: b, cases: b.cases[round*b.perRound() : (round+1)*b.perRound()]}
	for role, key := range map[string]*string{"dispatcher": &l.dispatcher, "supervisor": &l.supervisor} {
		var err error
		if *key, err = roleKey(ctx, r.self, r.dir, role); err != nil {
			return err
		}
	}
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	l.url = server.url
	r.s.line("memory after loading", "MiB", func(l *suiteLine) { l.Least = true }).Ours.add(float64(server.memory("VmRSS") >> 20))
	r.say("reporting %d cases", len(l.cases))
	if err := l.report(ctx); err != nil {
		return err
	}
	server.settled(ctx)
	r.say("%d streams, %d steps a second for %v s", b.listeners, b.rate, b.seconds)
	return l.run(ctx, r.s, server)
}

// run takes the steps while the streams are open and adds what came of it to s.
func (l *eventsLoad) run(ctx context.Context, s *suite, server *benchServer) error {
	listening, stop := context.WithCancel(ctx)
	defer stop()
	streams, wait, err := l.open(listening)
	if err != nil {
		return err
	}
	serverBefore, loadBefore, began := server.processor(), ownProcessor(), time.Now()
	l.work(ctx)
	took := time.Since(began).Seconds()
	serverAfter, loadAfter := server.processor(), ownProcessor()
	pause(ctx, 3*time.Second) // the last messages
	stop()
	wait()
	if err := ctx.Err(); err != nil {
		return err
	}
	for _, stream := range streams {
		if stream.err != nil {
			return stream.err
		}
	}
	var times []float64
	for _, step := range l.steps {
		times = append(times, step.done.Sub(step.due).Seconds()*1000)
	}
	least := func(l *suiteLine) { l.Least = true }
	taken := s.line("steps, from when they were due until they were durable", "steps/s", nil)
	q := quantilesOf(times)
	taken.Ours.addLoad(loadResult{PerSecond: float64(len(l.steps)) / took, Errors: l.fails, P50: q.P50, P99: q.P99})
	if l.err != nil {
		taken.Note = "the first failure: " + l.err.Error()
	}
	c := l.compare(streams)
	q = quantilesOf(c.delays)
	s.line("changes told, from when the step was sent until a stream had it", "changes/s", nil).Ours.addLoad(loadResult{PerSecond: float64(c.told) / took, P50: q.P50, P99: q.P99})
	s.line("changes missing on a stream", "changes", want(0, 0, true)).Ours.add(float64(c.want - c.told))
	s.line("streams reset", "streams", want(0, 0, true)).Ours.add(float64(c.resets))
	s.line("messages a second and stream, the busiest", "messages/s", want(20.5, 0, true)).Ours.add(c.mostRate)
	s.line("all streams, uncompressed", "MB/s", nil).Ours.add(float64(c.bytes) / took / 1e6)
	s.line("processors, server", "cores", least).Ours.add((serverAfter - serverBefore).Seconds() / took)
	s.line("processors, load", "cores", least).Ours.add((loadAfter - loadBefore).Seconds() / took)
	s.line("memory at the end", "MiB", least).Ours.add(float64(server.memory("VmRSS") >> 20))
	s.line("memory at most", "MiB", least).Ours.add(float64(server.memory("VmHWM") >> 20))
	return nil
}

// comparison is what the streams were told, held against what was done.
type comparison struct {
	want, told, resets, bytes int
	mostRate                  float64   // messages a second on the busiest stream, from its first to its last
	delays                    []float64 // milliseconds, on a sample of the streams
}

// compare holds what every listener was told against what was done: for each step
// in its filter a change of the case with at least its sequence.
func (l *eventsLoad) compare(streams []*listener) (c comparison) {
	byCase := map[string][]int{}
	order := make([]int, len(l.steps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(l.steps[a].seq) - int(l.steps[b].seq) })
	for _, i := range order {
		byCase[l.steps[i].of.id] = append(byCase[l.steps[i].of.id], i)
	}
	for n, s := range streams {
		seen := make(map[string]int, len(byCase))
		for _, m := range s.got {
			if m.what.reset {
				c.resets++
			}
			c.bytes += m.what.bytes
			for _, change := range m.what.changes {
				list := byCase[change.id]
				at := seen[change.id]
				for at < len(list) && l.steps[list[at]].seq <= change.seq {
					if n%10 == 0 || s.district != "" {
						c.delays = append(c.delays, m.at.Sub(l.steps[list[at]].sent).Seconds()*1000)
					}
					at++
					c.told++
				}
				seen[change.id] = at
			}
		}
		for i := range l.steps {
			if s.district == "" || l.steps[i].of.district == s.district {
				c.want++
			}
		}
		if n := len(s.got); n > 1 {
			c.mostRate = max(c.mostRate, float64(n-1)/s.got[n-1].at.Sub(s.got[0].at).Seconds())
		}
	}
	return c
}

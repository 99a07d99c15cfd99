package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"
)

// readyBench is what `wutu bench ready` was asked for.
type readyBench struct{ size, city string }

func readySuite() *benchSuite {
	var b readyBench
	return &benchSuite{name: "ready", short: "Measure how soon a city is served and how much memory it takes",
		long: "Generates a city of a size, or takes one that is there, and starts the server on it: the first round as after a\n" +
			"change of the file by another program, later ones as after a stop; and imports a million points.",
		flags: func(flags *pflag.FlagSet) {
			flags.StringVar(&b.size, "size", "", "small, city or prefecture; city if not given, small with a small --share")
			flags.StringVar(&b.city, "city", "", "the folder of a city that is there, instead of making one")
		},
		data:  func(ctx context.Context, r *suiteRun) error { return b.data(ctx, r) },
		round: func(ctx context.Context, r *suiteRun, round int) error { return b.round(ctx, r, round) },
		once:  readyImport,
	}
}

func (b *readyBench) data(ctx context.Context, r *suiteRun) error {
	if b.city != "" {
		r.dir, r.s.Data = b.city, "the city in "+filepath.Base(b.city)
		return nil
	}
	took, err := r.sampleData(ctx, b.size)
	if err == nil && took > 0 {
		r.s.line("city generated", "s", func(l *suiteLine) { l.Least = true }).Ours.add(took.Seconds())
	}
	return err
}

// readyTargets are what a city of a size may take: gibibytes after loading and at
// most, seconds from start to ready.
var readyTargets = map[string][3]float64{"prefecture": {5, 8, 60}}

func (b *readyBench) round(ctx context.Context, r *suiteRun, round int) error {
	server, err := startServer(ctx, r.self, r.dir)
	if err != nil {
		return err
	}
	r.running = append(r.running, server)
	var body struct {
		Layers []struct{ Count int }
	}
	if err := server.ask(ctx, "", http.MethodGet, "/api/v1/layers", "", &body); err != nil {
		return err
	}
	n := 0
	for _, l := range body.Layers {
		n += l.Count
	}
	info, err := os.Stat(filepath.Join(r.dir, "city.gpkg"))
	if err != nil {
		return err
	}
	peak := server.memory("VmHWM")
	server.settled(ctx)
	rss := server.memory("VmRSS")
	least := func(i int) func(*suiteLine) {
		if t, ok := readyTargets[b.size]; ok {
			return want(t[i], 0, true)
		}
		return func(l *suiteLine) { l.Least = true }
	}
	name := "ready after start"
	if round == 0 {
		name = "ready after the first start"
	}
	r.s.line(name, "s", least(2)).Ours.add(server.ready.Seconds())
	r.s.line("memory after loading", "GiB", least(0)).Ours.add(float64(rss) / (1 << 30))
	r.s.line("memory at most while loading", "GiB", least(1)).Ours.add(float64(peak) / (1 << 30))
	r.s.line("memory per feature", "bytes", func(l *suiteLine) { l.Least = true }).Ours.add(float64(rss) / float64(max(n, 1)))
	r.s.line("features that everybody may count", "features", nil).Ours.add(float64(n))
	r.s.line("file", "MB", func(l *suiteLine) { l.Least = true }).Ours.add(float64(info.Size()) / 1e6)
	return nil
}

// readyImport imports the points and buildings of the hubs into a city of their own.
func readyImport(ctx context.Context, r *suiteRun) error {
	city, err := r.makeBenchCity(ctx, r.self, r.out, r.share, false)
	if err != nil {
		return err
	}
	l := r.s.line("import of points and buildings", "features/s", nil)
	l.Ours.add(city.features)
	l.Note = fmt.Sprintf("%d points from CSV with eight columns, %d polygons from GeoJSON; SET of a million points in tile38: 53,800 a second", city.npoints, city.nbuilding)
	return nil
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"
)

// dayBench is what `wutu bench day` was asked for.
type dayBench struct {
	minutes                              float64
	size                                 string
	desks, phones, fixes, heavy, imports int
	importEvery                          time.Duration
}

func daySuite() *benchSuite {
	var b dayBench
	return &benchSuite{name: "day", rounds: 1, short: "Measure a city day: everything at once",
		long: "Open desks with their streams, tiles, lists and boards, phones outside, fixes, heavy region queries and an import\n" +
			"of another process at once, under keys of many roles and areas. Latencies count from when a request was due.\n" +
			"One import runs at a time: the same source comes again and again, and every feature has another value each\n" +
			"time. --share takes fewer of everybody, not a smaller city (--size).",
		flags: func(flags *pflag.FlagSet) {
			flags.Float64Var(&b.minutes, "minutes", 10, "length of the day, after half a minute or a tenth of it")
			flags.StringVar(&b.size, "size", "city", "small, city or prefecture")
			flags.IntVar(&b.desks, "desks", 500, "open maps, each with a stream")
			flags.IntVar(&b.phones, "phones", 300, "people outside")
			flags.IntVar(&b.fixes, "fixes", 1000, "fixes a second")
			flags.IntVar(&b.heavy, "heavy", 5, "heavy region queries at once")
			flags.IntVar(&b.imports, "imports", 50_000, "features of an import; 0: none")
			flags.DurationVar(&b.importEvery, "import-every", 30*time.Second, "from the beginning of one import to that of the next, which waits for its end")
		},
		data: func(ctx context.Context, r *suiteRun) error {
			_, err := r.sampleData(ctx, b.size)
			b.desks, b.phones, b.fixes, b.imports = r.scaled(b.desks), r.scaled(b.phones), r.scaled(b.fixes), int(float64(b.imports)*r.share)
			r.s.Data += fmt.Sprintf("; %d desks, %d phones, %d fixes a second, %d heavy queries at once, an import of %d features every %v, one at a time, %v minutes",
				b.desks, b.phones, b.fixes, b.heavy, b.imports, b.importEvery, b.minutes)
			return err
		},
		round: b.round,
	}
}

// round is a day on a copy of the city: what a day adds does not stay.
func (b *dayBench) round(ctx context.Context, r *suiteRun, _ int) (err error) {
	city := r.dir
	defer func() { r.dir = city }()
	r.dir = filepath.Join(r.out, "city-day")
	defer func() { err = errors.Join(err, os.RemoveAll(r.dir), os.RemoveAll(r.dir+".keys")) }()
	if err := copyCity(city, r.dir); err != nil {
		return err
	}
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	defer server.stop() // before the copy goes
	d := &day{bench: b, run: r, server: server, cases: &dayCases{}, told: &dayTold{}}
	if err := d.people(ctx); err != nil {
		return err
	}
	return d.live(ctx)
}

// copyCity copies the city's files and keys.
func copyCity(from, to string) error {
	if err := errors.Join(os.RemoveAll(to), os.RemoveAll(to+".keys"), os.MkdirAll(to, 0o750)); err != nil {
		return err
	}
	for _, name := range []string{"/city.gpkg", ".keys"} {
		in, err := os.Open(from + name)
		if err != nil {
			return err
		}
		defer in.Close()
		out, err := os.OpenFile(to+name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		if _, err := io.Copy(out, in); err != nil {
			return errors.Join(err, out.Close())
		}
		if err := out.Close(); err != nil {
			return err
		}
	}
	return nil
}

// day is a day under way.
type day struct {
	bench  *dayBench
	run    *suiteRun
	server *benchServer
	cases  *dayCases
	told   *dayTold
	begin  time.Duration // everybody arrives

	desks, outside []*dayKey // by turns
	dispatch       *dayKey
	moves          *dayKey
	region         *dayKey
	classes        []string
	movers         []string
}

// people makes the keys: roles that see all of the city and some that see a
// district or a community of it.
func (d *day) people(ctx context.Context) error {
	district, err := districtAt(ctx, d.server, cityLon, cityLat)
	if err != nil {
		return err
	}
	inside, err := placesIn(ctx, d.server, district)
	if err != nil {
		return err
	}
	var departments struct{ Features []struct{ ID string } }
	if err := d.server.ask(ctx, "", http.MethodGet, "/ogc/collections/departments/items?f=json&limit=5", "", &departments); err != nil {
		return err
	}
	if len(departments.Features) == 0 {
		return errors.New("the city has no departments")
	}
	key := func(role string, places [][2]float64, scope ...string) (*dayKey, error) {
		secret, err := roleKey(ctx, d.run.self, d.run.dir, role, scope...)
		return &dayKey{role: role, header: "Authorization: Bearer " + secret, places: places}, err
	}
	limited := []string{"--region", district}
	for _, k := range []struct {
		role   string
		places [][2]float64
		scope  []string
		into   *[]*dayKey
	}{
		{"planner", nil, nil, &d.desks}, {"dispatcher", nil, nil, &d.desks}, {"supervisor", nil, nil, &d.desks}, {"commander", nil, nil, &d.desks},
		{"planner", inside, limited, &d.desks}, {"dispatcher", inside, limited, &d.desks},
		{"department", nil, []string{"--department", departments.Features[0].ID}, &d.desks}, {"themeowner", nil, nil, &d.desks},
		{"gridworker", inside, limited, &d.outside}, {"gridworker", nil, nil, &d.outside}, {publicRole, nil, nil, &d.outside},
	} {
		made, err := key(k.role, k.places, k.scope...)
		if err != nil {
			return err
		}
		*k.into = append(*k.into, made)
	}
	d.dispatch, d.region = d.desks[1], d.desks[3]
	if d.moves, err = key("api", nil, "--layers", "movers"); err != nil {
		return err
	}
	return d.things(ctx)
}

// things finds the classes of cases that are reported and the objects that move.
func (d *day) things(ctx context.Context) error {
	var movers struct{ Features []struct{ ID string } }
	if err := d.server.ask(ctx, strings.TrimPrefix(d.moves.header, "Authorization: Bearer "), http.MethodGet,
		fmt.Sprintf("/ogc/collections/movers/items?f=json&limit=%d", d.bench.fixes), "", &movers); err != nil {
		return err
	}
	for _, f := range movers.Features {
		d.movers = append(d.movers, f.ID)
	}
	var events struct {
		Features []struct {
			Properties struct{ Class string }
		}
	}
	if err := d.server.ask(ctx, "", http.MethodGet, "/ogc/collections/events/items?f=json&limit=200", "", &events); err != nil {
		return err
	}
	for _, f := range events.Features {
		d.classes = append(d.classes, f.Properties.Class)
	}
	if len(d.movers) == 0 || len(d.classes) == 0 {
		return fmt.Errorf("%d movers and %d cases in the city: a day needs some", len(d.movers), len(d.classes))
	}
	return nil
}

// live lets the day pass and adds what came of it to the suite.
func (d *day) live(ctx context.Context) error {
	length := time.Duration(d.bench.minutes * float64(time.Minute))
	begin := min(30*time.Second, length/10)
	d.begin = begin
	start := time.Now()
	c := &crowd{addr: d.server.addr(), from: start.Add(begin), until: start.Add(begin + length), kinds: map[string]*tally{}}
	d.arrive(c, start, begin)
	d.run.say("%d clients for %v", len(c.due), begin+length)
	stop := d.importing(ctx, start.Add(begin), c.until)
	w := watch(ctx, d.server, c.from, c.until)
	err := c.run(ctx)
	imports, importErr := stop()
	w.end()
	if err = errors.Join(err, importErr); err != nil {
		return err
	}
	d.report(c, w, imports)
	return nil
}

// arrive adds everybody to the crowd, spread over the beginning.
func (d *day) arrive(c *crowd, start time.Time, begin time.Duration) {
	r := rand.New(rand.NewPCG(4, 2))
	some := func() time.Time { return start.Add(time.Duration(r.Float64() * float64(begin))) }
	for i := range d.bench.desks {
		key := d.desks[i%len(d.desks)]
		c.add(&desk{key: key, tags: map[tileAt]string{}}, some())
		c.add(&follower{key: key, told: d.told, layers: []string{"events", "events,movers"}[i%2]}, some())
		if i%25 == 0 { // one desk in 25 dispatches too
			c.add(&dispatcher{key: d.dispatch, cases: d.cases}, some())
		}
	}
	for i := range d.bench.phones {
		c.add(&phone{key: d.outside[i%len(d.outside)], number: i, classes: d.classes, cases: d.cases}, some())
	}
	for i := range d.bench.heavy {
		c.add(&heavy{key: d.region, number: i}, some())
	}
	// Ten senders share the objects; where they are few, each moves more often.
	const senders = 10
	every := time.Duration(float64(time.Second) * float64(len(d.movers)) / float64(d.bench.fixes))
	for i, objects := range slices.Collect(slices.Chunk(d.movers, (len(d.movers)+senders-1)/senders)) {
		c.add(&tracker{key: d.moves, objects: objects, every: every, told: d.told}, start.Add(time.Duration(i)*every/senders))
	}
}

// report adds what was measured to the suite.
func (d *day) report(c *crowd, w *watcher, imports *dayImports) {
	s, seconds := d.run.s, c.until.Sub(c.from).Seconds()
	targets := map[string]float64{dayTile: 50, dayNear: 50}
	failed := 0
	for _, kind := range c.names() {
		t := c.kinds[kind]
		beside := imports.beside(t) // before the times are sorted
		failed += t.errors
		set := func(*suiteLine) {}
		if ms := targets[kind]; ms > 0 {
			set = wantP99(ms)
		}
		l := s.line(kind, "req/s", set)
		q := quantilesOf(t.times)
		l.Ours.addLoad(loadResult{PerSecond: float64(len(t.times)) / seconds, Errors: t.errors, P50: q.P50, P99: q.P99})
		l.Note = fmt.Sprintf("%d answers, the slowest after %s ms", len(t.times), number(q.Max))
		if t.first != "" {
			l.Note += "; the first error: " + strings.Join(strings.Fields(t.first), " ")
		}
		if targets[kind] > 0 && len(beside) > 0 {
			q := quantilesOf(beside)
			l := s.line(kind+" while an import runs", "req/s", set)
			l.Ours.addLoad(loadResult{PerSecond: float64(len(beside)) / imports.seconds(c.from, c.until), P50: q.P50, P99: q.P99})
			l.Note = fmt.Sprintf("%d of those answers, the slowest after %s ms", len(beside), number(q.Max))
		}
	}
	least := func(l *suiteLine) { l.Least = true }
	s.line("errors", "answers", want(0, 0, true)).Ours.add(float64(failed))
	s.line("streams reset", "streams", want(0, 0, true)).Ours.add(float64(d.told.resets))
	s.line("fixes taken", "fixes/s", want(0.99*float64(d.bench.fixes), 0, false)).Ours.add(float64(d.told.fixes) / c.until.Sub(c.from.Add(-d.begin)).Seconds())
	s.line("messages on streams", "messages/s", nil).Ours.add(float64(d.told.messages) / seconds)
	if n := len(imports.took); n > 0 {
		l := s.line("an import beside it", "s", least)
		l.Ours.add(median(imports.took))
		q := quantilesOf(imports.took)
		l.Note = fmt.Sprintf("the median of %d, one after the other, %d features each; the longest %s s", n, d.bench.imports, number(q.Max))
		s.line("processors, imports", "cores", least).Ours.add(imports.processor.Seconds() / seconds)
	}
	// In the first minutes caches fill: tiles up to 128 MiB, pages of the store up to 64 and
	// 8 for each of four readers, the feed up to 20,000 changes. Later only what is kept
	// for ever would grow.
	growth, mean := w.growth()
	l := s.line("growth of memory over the second half", "%", want(5, 0, true))
	l.Ours.add(100 * growth / mean)
	l.Note = fmt.Sprintf("%+.0f of %.0f MiB, by the slope of the samples of each second, %+.1f MiB a minute; by minutes", growth/(1<<20), mean/(1<<20), growth/(1<<20)/(seconds/120))
	for _, m := range w.minutes() {
		l.Note += fmt.Sprintf(" %.0f", m/(1<<20))
	}
	s.line("memory at most", "MiB", least).Ours.add(float64(d.server.memory("VmHWM") >> 20))
	s.line("processors, server", "cores", least).Ours.add(w.serverCores)
	s.line("processors, load", "cores", least).Ours.add(w.loadCores)
	q := quantilesOf(c.late)
	l = s.line("requests sent late by the load itself", "ms", least)
	l.Ours.add(q.P99)
	l.Note = "p99; a part of every latency above"
}

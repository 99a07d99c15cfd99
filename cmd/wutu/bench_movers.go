package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"
	"github.com/spf13/pflag"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/track"
)

// moversBench is what `wutu bench movers` was asked for.
type moversBench struct {
	movers int
	sent   atomic.Int64 // fixes made so far
	from   time.Time    // of the month that is read
}

// The month that is read: fixes of one object, ten seconds apart.
const (
	monthObject = "month"
	monthEvery  = 10 * time.Second
	monthDays   = 30
)

func moversSuite() *benchSuite {
	b := &moversBench{}
	return &benchSuite{name: "movers", seconds: 5, short: "Measure moving objects: fixes stored durably, and a month of a track read",
		long: "Objects spread over a city send fixes, in batches from one client and from several, while somebody asks for\n" +
			"what is near; then a month of one object with a fix every ten seconds is read.",
		flags: func(flags *pflag.FlagSet) {
			flags.IntVar(&b.movers, "movers", 10_000, "objects, of which --share is taken")
		},
		data: b.data, round: b.round}
}

// benchWay is the way of an object in a city: straight ahead at the speed of traffic
// with turns and pauses, and what a receiver makes of it.
func benchWay(r *rand.Rand, from time.Time, every time.Duration, n int) []track.Fix {
	out := make([]track.Fix, 0, n)
	p, heading, speed := orb.Point{116 + r.Float64()*.3, 39.8 + r.Float64()*.3}, r.Float64()*2*math.Pi, 0.0
	for i := range n {
		switch r.IntN(30) {
		case 0:
			heading += math.Pi / 2 * float64(r.IntN(3)-1)
		case 1:
			speed = float64(r.IntN(4)) * 15
		}
		metres := speed / 3.6 * every.Seconds()
		p[0] += metres * math.Sin(heading) / 85_000
		p[1] += metres * math.Cos(heading) / 111_000
		seen := orb.Point{p[0] + r.NormFloat64()*3/85_000, p[1] + r.NormFloat64()*3/111_000}
		accuracy, v := float64(3+r.IntN(6)), math.Round(speed+math.Abs(r.NormFloat64()))
		deg := math.Round(math.Mod(heading*180/math.Pi+720, 360))
		f, err := track.NewFix(from.Add(time.Duration(i)*every), seen, &accuracy, &v, &deg)
		if err == nil {
			out = append(out, f)
		}
	}
	return out
}

func (b *moversBench) data(ctx context.Context, r *suiteRun) (err error) {
	b.movers = r.scaled(b.movers)
	r.dir = filepath.Join(r.out, "city-movers")
	days := r.scaled(monthDays)
	r.s.Data = fmt.Sprintf("%d objects that send, and %d days of one with a fix every %v", b.movers, days, monthEvery)
	if err := errors.Join(os.RemoveAll(r.dir), os.RemoveAll(r.dir+".keys")); err != nil {
		return err
	}
	there := &program{stdout: r.stdout, stderr: r.stderr, dir: r.dir}
	store, err := there.create(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	l := model.Lookup(model.Movers)
	batch := layers.Batch{Actor: "bench", Layers: []*layers.Layer{l}}
	rng := rand.New(rand.NewPCG(3, 8))
	for i := range b.movers + 1 {
		id := b.mover(i)
		if i == b.movers {
			id = monthObject
		}
		f := &layers.Feature{Key: id, Shape: orb.Point{116 + rng.Float64()*.3, 39.8 + rng.Float64()*.3}, Values: make([]layers.Value, len(l.Fields))}
		f.Values[l.FieldIndex(model.Kind)] = layers.Text("bus")
		f.Values[l.FieldIndex(model.Plate)] = layers.Text(fmt.Sprintf("岚A·%05d", i))
		batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: l.ID, ID: id, Feature: f})
	}
	if _, err := store.Apply(ctx, batch); err != nil {
		return err
	}
	return b.month(ctx, r, store, days)
}

// month writes the track that is read, and says what it takes.
func (b *moversBench) month(ctx context.Context, r *suiteRun, store *gpkg.Store, days int) error {
	b.from = now().UTC().Truncate(time.Hour).Add(-time.Duration(days) * 24 * time.Hour)
	fixes := benchWay(rand.New(rand.NewPCG(4, 4)), b.from, monthEvery, days*int(24*time.Hour/monthEvery))
	size := func() (int64, error) {
		if err := store.Flush(ctx); err != nil {
			return 0, err
		}
		info, err := os.Stat(store.Path())
		if err != nil {
			return 0, err
		}
		return info.Size(), nil
	}
	before, err := size()
	if err != nil {
		return err
	}
	packed, parts := 0, []track.Part(nil)
	for rest := fixes; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].Hour() == rest[0].Hour() {
			n++
		}
		parts, rest = append(parts, track.Part{Object: monthObject, Hour: rest[0].Hour(), Fixes: rest[:n]}), rest[n:]
		packed += len(track.AppendChunk(nil, parts[len(parts)-1].Fixes))
	}
	if err := store.Fold(ctx, model.Movers, parts, 0); err != nil {
		return err
	}
	after, err := size()
	if err != nil {
		return err
	}
	least := func(l *suiteLine) { l.Least = true }
	r.s.line("a fix, packed", "bytes", want(8, 0, true)).Ours.add(float64(packed) / float64(len(fixes)))
	r.s.line("a fix in the file, with indexes", "bytes", least).Ours.add(float64(after-before) / float64(len(fixes)))
	return nil
}

func (b *moversBench) mover(i int) string { return fmt.Sprintf("m%05d", i) }

// batch appends a request with the next fixes: every object in turn, at this moment.
func (b *moversBench) batch(r *rand.Rand, buf []byte, size int, header ...string) []byte {
	body := make([]byte, 0, 110*size)
	body = append(body, '[')
	first := b.sent.Add(int64(size)) - int64(size)
	ms := time.Now().UnixMilli()
	for i := range size {
		if i > 0 {
			body = append(body, ',')
		}
		n := int(first) + i
		at := rand.New(rand.NewPCG(uint64(n%b.movers), 7))
		body = append(append(append(body, `{"id":"`...), b.mover(n%b.movers)...), `","lon":`...)
		body = strconv.AppendFloat(body, 116+at.Float64()*.3+r.Float64()*.001, 'f', 7, 64)
		body = append(body, `,"lat":`...)
		body = strconv.AppendFloat(body, 39.8+at.Float64()*.3+r.Float64()*.001, 'f', 7, 64)
		body = append(body, `,"time":`...)
		body = strconv.AppendInt(body, ms, 10)
		body = append(body, `,"accuracy":5,"speed":`...)
		body = strconv.AppendInt(body, int64(r.IntN(60)), 10)
		body = append(body, `,"heading":`...)
		body = append(strconv.AppendInt(body, int64(r.IntN(360)), 10), '}')
	}
	return postRequest(buf, "/api/v1/movers/fixes", string(append(body, ']')), header...)
}

func (b *moversBench) round(ctx context.Context, r *suiteRun, round int) error {
	key, err := roleKey(ctx, r.self, r.dir, "api", "--layers", model.Movers)
	if err != nil {
		return err
	}
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	auth, seed := "Authorization: Bearer "+key, uint64(round)
	least := func(l *suiteLine) { l.Least = true }
	// The first load fills what stays filled: objects, caches, connections.
	if _, err := b.ingest(ctx, r, server, r.conns, 1000, seed, auth); err != nil {
		return err
	}
	settled := server.memory("VmRSS")
	for _, clients := range []int{1, r.conns} {
		for _, size := range []int{100, 1000} {
			before := server.processor()
			res, err := b.ingest(ctx, r, server, clients, size, seed, auth)
			if err != nil {
				return err
			}
			used := server.processor() - before
			r.s.line(fmt.Sprintf("fixes, durable, %d clients with batches of %d", clients, size), "fixes/s", want(10_000, 0, false)).Ours.addLoad(res)
			r.s.line(fmt.Sprintf("processor time of a fix, %d clients with batches of %d", clients, size), "µs", least).Ours.add(used.Seconds() * 1e6 / float64(res.Requests*size))
		}
	}
	if err := b.serving(ctx, r, server, seed, auth); err != nil {
		return err
	}
	r.s.line("memory after the first load", "MiB", least).Ours.add(float64(settled >> 20))
	r.s.line("memory after all, against after the first load", "x", want(1.5, 0, true)).Ours.add(float64(server.memory("VmRSS")) / float64(settled))
	return b.read(ctx, r, server, seed, auth)
}

// ingest sends batches for the suite's time.
func (b *moversBench) ingest(ctx context.Context, r *suiteRun, server *benchServer, clients, size int, seed uint64, header string) (loadResult, error) {
	w := wireLoad{addr: server.addr(), conns: clients, length: r.length(), seed: seed,
		next: func(rng *rand.Rand, buf []byte) []byte { return b.batch(rng, buf, size, header) }}
	res, err := w.run(ctx, "fixes")
	if err == nil && (res.Requests == 0 || res.Errors > 0) {
		err = fmt.Errorf("%d of %d batches were refused", res.Errors, res.Requests)
	}
	res.PerSecond *= float64(size)
	return res, err
}

// serving asks for the nearest while 10,000 fixes a second come.
func (b *moversBench) serving(ctx context.Context, r *suiteRun, server *benchServer, seed uint64, header string) error {
	near := load{"10 nearest", func(rng *rand.Rand, buf []byte, header []string) []byte {
		return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=%s&lon=%f&lat=%f&k=10", model.Movers, 116+rng.Float64()*.3, 39.8+rng.Float64()*.3), header...)
	}}
	alone, err := r.load(ctx, server, near, seed, header)
	if err != nil {
		return err
	}
	r.s.line("10 nearest, nothing comes", "req/s", nil).Ours.addLoad(alone)
	sending, stop := context.WithCancel(ctx)
	done := make(chan error, 1)
	var taken atomic.Int64
	began := time.Now()
	go func() { done <- b.steadily(sending, server, header, &taken) }()
	beside, err := r.load(ctx, server, near, seed, header)
	took := time.Since(began).Seconds()
	stop()
	if err = errors.Join(err, <-done); err != nil {
		return err
	}
	r.s.line("10 nearest, 10,000 fixes a second come", "req/s", wantP99(50)).Ours.addLoad(beside)
	r.s.line("fixes taken beside", "fixes/s", want(9_000, 0, false)).Ours.add(float64(taken.Load()) / took)
	return nil
}

// steadily sends a thousand fixes every tenth of a second.
func (b *moversBench) steadily(ctx context.Context, server *benchServer, header string, taken *atomic.Int64) error {
	const size = 1000
	w, err := dial(ctx, server.addr())
	if err != nil {
		return err
	}
	defer w.conn.Close()
	rng := rand.New(rand.NewPCG(1, 9))
	var buf []byte
	for next := time.Now(); ; next = next.Add(100 * time.Millisecond) {
		if !pause(ctx, time.Until(next)) {
			return nil
		}
		buf = b.batch(rng, buf[:0], size, header)
		a, err := w.send(buf, nil)
		if err != nil {
			return err
		}
		if a.status != 200 {
			return fmt.Errorf("a batch was answered %d", a.status)
		}
		taken.Add(size)
	}
}

// read asks for tracks of the month, one at a time: they are long.
func (b *moversBench) read(ctx context.Context, r *suiteRun, server *benchServer, seed uint64, header string) error {
	span := func(rng *rand.Rand, d time.Duration) string {
		month := now().UTC().Truncate(time.Hour).Sub(b.from)
		from := b.from
		if d < month {
			from = from.Add(time.Duration(rng.Int64N(int64(month - d))))
		} else {
			d = month
		}
		return "from=" + from.Format(time.RFC3339) + "&to=" + from.Add(d).Format(time.RFC3339)
	}
	base := "/api/v1/movers/" + monthObject + "/"
	for _, q := range []struct {
		name, path string
		d          time.Duration
		p99        float64
	}{
		{"track, an hour", "track?", time.Hour, 10},
		{"track, a day", "track?", 24 * time.Hour, 25},
		{"track, a month, every fix", "track?", 31 * 24 * time.Hour, 1000},
		{"track, a month, to 10 m", "track?simplify=10&", 31 * 24 * time.Hour, 500},
		{"trips and stops, a month", "trips?simplify=10&", 31 * 24 * time.Hour, 1000},
	} {
		l := load{q.name, func(rng *rand.Rand, buf []byte, header []string) []byte {
			return getRequest(buf, base+q.path+span(rng, q.d), header...)
		}}
		one := *r
		one.conns = 1
		res, err := one.load(ctx, server, l, seed, header)
		if err != nil {
			return err
		}
		if res.Errors > 0 {
			return fmt.Errorf("%s: %d errors", q.name, res.Errors)
		}
		r.s.line(q.name, "req/s", wantP99(q.p99)).Ours.addLoad(res)
	}
	return nil
}

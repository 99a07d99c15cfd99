package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/spf13/pflag"

	"wutu/data/gpkg"
	"wutu/layers"
)

// pastBench is what `wutu bench past` was asked for.
type pastBench struct{ features, versions int }

func pastSuite() *benchSuite {
	var b pastBench
	return &benchSuite{name: "past", short: "Measure questions about the past of a city with much history",
		long: "Fills a city with features that changed every few months and with unit grids whose borders moved once, and\n" +
			"asks as of random instants.",
		flags: func(flags *pflag.FlagSet) {
			flags.IntVar(&b.features, "features", 1_000_000, "features in the city, of which --share is taken")
			flags.IntVar(&b.versions, "versions", 10, "versions of each feature, the current one among them")
		},
		data:  func(ctx context.Context, r *suiteRun) error { return b.data(ctx, r) },
		round: func(ctx context.Context, r *suiteRun, round int) error { return b.round(ctx, r, uint64(round)) },
	}
}

func (b *pastBench) data(ctx context.Context, r *suiteRun) error {
	b.features = r.scaled(b.features)
	r.dir = filepath.Join(r.out, fmt.Sprintf("city-past-%d-%d", b.features, b.versions))
	r.s.Data = fmt.Sprintf("%d features of %d versions each", b.features, b.versions)
	if _, err := os.Stat(filepath.Join(r.dir, "done")); err == nil && r.reuse {
		return nil
	}
	if err := errors.Join(os.RemoveAll(r.dir), os.RemoveAll(r.dir+".keys")); err != nil {
		return err
	}
	r.say("filling a city with %s", r.s.Data)
	rate, err := r.fillPast(ctx, r.dir, b)
	if err != nil {
		return err
	}
	r.s.line("versions replaced", "versions/s", nil).Ours.add(rate)
	return os.WriteFile(filepath.Join(r.dir, "done"), nil, 0o600)
}

func (b *pastBench) round(ctx context.Context, r *suiteRun, round uint64) error {
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	r.s.line("memory after loading", "MiB", func(l *suiteLine) { l.Least = true }).Ours.add(float64(server.memory("VmRSS") >> 20))
	for _, l := range pastLoads(b.features) {
		r.say("load: %s", l.name)
		line := r.s.line(l.name+", as of random instants", "req/s", wantP99(200))
		res, err := r.load(ctx, server, l, round)
		if err != nil {
			return err
		}
		line.Ours.addLoad(res)
	}
	return nil
}

// The city of the past: features spread evenly over some 30 by 30 km, each of
// which changed at a random moment of every half year from pastStart on; grids of
// 1 km whose borders moved by a quarter in the middle of that time.
const (
	pastWest, pastSouth = 116.2, 39.8
	pastSpan            = 0.3
	pastGrids           = 30
	pastHalfYear        = 182 * 24 * time.Hour
)

func pastStart() time.Time { return time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC) }

// fillPast makes the city, and returns how many versions were replaced per second.
func (p *program) fillPast(ctx context.Context, dir string, b *pastBench) (rate float64, err error) {
	there := &program{stdout: p.stdout, stderr: p.stderr, dir: dir}
	store, err := there.create(ctx, gpkg.Options{Bulk: true})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	text := func(name string) layers.Field { return layers.Field{Name: name, Type: layers.String} }
	assets := &layers.Layer{ID: "assets", Element: layers.Object, Geometry: layers.Point, Access: layers.PublicAccess, KindField: "kind",
		Fields: []layers.Field{text("kind"), text("state"), text("owner"), text("name"), {Name: "size", Type: layers.Integer, Measure: true},
			{Name: "weight", Type: layers.Number, Measure: true}, {Name: "works", Type: layers.Boolean}, {Name: "checked", Type: layers.DateTime}}}
	grids := &layers.Layer{ID: "grids", Element: layers.Frame, Geometry: layers.Polygon, Access: layers.PublicAccess, Level: layers.Grid}
	middle := pastStart().Add(time.Duration(b.versions) * pastHalfYear / 2)
	for i, shift := range []float64{0, pastSpan / pastGrids / 4} {
		batch := layers.Batch{Actor: "bench", At: pastStart(), Layers: []*layers.Layer{assets, grids}, Changes: pastBorders(shift)}
		if i == 1 {
			for j := range batch.Changes {
				batch.Changes[j].Feature.ValidFrom = middle
			}
		}
		if _, err := store.Apply(ctx, batch); err != nil {
			return 0, err
		}
	}
	r := rand.New(rand.NewPCG(20, 26))
	var began time.Time
	const chunk = 20_000
	for version := range b.versions {
		if version == 1 {
			began = time.Now()
		}
		for first := 0; first < b.features; first += chunk {
			batch := layers.Batch{Actor: "bench", At: pastStart().Add(time.Duration(version) * pastHalfYear)}
			for n := first; n < min(first+chunk, b.features); n++ {
				f := pastAsset(n, version, r)
				batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: "assets", ID: f.Key, Feature: f})
			}
			if _, err := store.Apply(ctx, batch); err != nil {
				return 0, err
			}
		}
		p.say("version %d of %d", version+1, b.versions)
	}
	return float64(b.features*(b.versions-1)) / time.Since(began).Seconds(), nil
}

func pastBorders(shift float64) []layers.Change {
	const step = pastSpan / pastGrids
	var out []layers.Change
	for i := range pastGrids * pastGrids {
		x, y := pastWest+float64(i%pastGrids)*step+shift, pastSouth+float64(i/pastGrids)*step+shift
		f := &layers.Feature{Key: fmt.Sprintf("g%03d", i), Shape: orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + step, y + step}}.ToPolygon()}
		out = append(out, layers.Change{Op: layers.Put, Layer: "grids", ID: f.Key, Feature: f})
	}
	return out
}

// pastAsset is a version of a feature. Its place depends on its number alone but
// for one in ten, which moves a little.
func pastAsset(n, version int, r *rand.Rand) *layers.Feature {
	at := rand.New(rand.NewPCG(uint64(n), 1))
	x, y := pastWest+at.Float64()*pastSpan, pastSouth+at.Float64()*pastSpan
	if n%10 == 0 {
		x, y = x+r.Float64()*0.002, y+r.Float64()*0.002
	}
	since := pastStart().Add(time.Duration(version)*pastHalfYear + time.Duration(r.Int64N(int64(pastHalfYear))))
	return &layers.Feature{Key: fmt.Sprintf("a%07d", n), Shape: orb.Point{x, y}, ValidFrom: since.Truncate(time.Second), Values: []layers.Value{
		layers.Text([]string{"lamp", "bench", "cover", "tree", "sign"}[n%5]), layers.Text([]string{"good", "worn", "broken"}[r.IntN(3)]),
		layers.Text(fmt.Sprintf("d%02d", r.IntN(40))), layers.Text(fmt.Sprintf("asset %d", n)), layers.Int(int64(r.IntN(100))),
		layers.Float(r.Float64()), layers.Bool(r.IntN(9) > 0), layers.Instant(since)}}
}

// pastLoads ask as of random instants.
func pastLoads(features int) []load {
	when := func(r *rand.Rand) string {
		return pastStart().Add(pastHalfYear + time.Duration(r.Int64N(int64(9*pastHalfYear)))).Format(time.RFC3339) // each has begun
	}
	place := func(r *rand.Rand) (x, y float64) {
		return pastWest + pastSpan*(0.05+0.9*r.Float64()), pastSouth + pastSpan*(0.05+0.9*r.Float64())
	}
	square := func(r *rand.Rand) string {
		x, y := place(r)
		return benchSquare(x, y, 0.005)
	}
	return []load{
		{"one feature", func(r *rand.Rand, buf []byte, header []string) []byte {
			return getRequest(buf, fmt.Sprintf("/ogc/collections/assets/items/a%07d?f=json&datetime=%s", r.IntN(features), when(r)), header...)
		}},
		{"100 of a neighbourhood (1 km)", func(r *rand.Rand, buf []byte, header []string) []byte {
			x, y := place(r)
			return getRequest(buf, fmt.Sprintf("/ogc/collections/assets/items?f=json&limit=100&bbox=%f,%f,%f,%f&datetime=%s", x-0.005, y-0.005, x+0.005, y+0.005, when(r)), header...)
		}},
		{"count in a polygon (1 km)", func(r *rand.Rand, buf []byte, header []string) []byte {
			return postRequest(buf, "/api/v1/within", fmt.Sprintf(`{"layers":["assets"],"geometry":%s,"datetime":%q}`, square(r), when(r)), header...)
		}},
		{"10 nearest", func(r *rand.Rand, buf []byte, header []string) []byte {
			x, y := place(r)
			return getRequest(buf, fmt.Sprintf("/api/v1/near?layer=assets&lon=%f&lat=%f&k=10&datetime=%s", x, y, when(r)), header...)
		}},
		{"count by the grids of then (1 km)", func(r *rand.Rand, buf []byte, header []string) []byte {
			return postRequest(buf, "/api/v1/stats", fmt.Sprintf(`{"layers":["assets"],"geometry":%s,"by":"grid","measures":["sum:size"],"datetime":%q}`, square(r), when(r)), header...)
		}},
		{"tile z15", func(r *rand.Rand, buf []byte, header []string) []byte {
			x, y := place(r)
			return getRequest(buf, benchTile(15, x, y).path("assets")+"?datetime="+when(r), header...)
		}},
		{"100 by id", func(r *rand.Rand, buf []byte, header []string) []byte {
			return getRequest(buf, fmt.Sprintf("/ogc/collections/assets/items?f=json&limit=100&ids=%s&datetime=%s", pastIDs(r, features), when(r)), header...)
		}},
	}
}

func pastIDs(r *rand.Rand, features int) string {
	ids := make([]string, 100)
	for i := range ids {
		ids[i] = fmt.Sprintf("a%07d", r.IntN(features))
	}
	return strings.Join(ids, ",")
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers"
)

// pastReport is what `wutu bench past` measured; past.json holds it whole.
type pastReport struct {
	At       time.Time    `json:"at"`
	Machine  machine      `json:"machine"`
	Features int          `json:"features"`
	Versions int          `json:"versions"`
	Fill     float64      `json:"versions_per_second"` // written, all but the first
	File     int64        `json:"file_bytes"`
	Ready    float64      `json:"ready_s"`
	LoadRSS  int64        `json:"rss_after_load_bytes"`
	PeakRSS  int64        `json:"rss_peak_bytes"`
	Loads    []loadResult `json:"loads"`
}

type pastBench struct {
	out                string
	features, versions int
	seconds, clients   int
	keep               bool
}

func (p *program) benchPastCmd() *cobra.Command {
	var b pastBench
	cmd := &cobra.Command{
		Use:   "past",
		Short: "Measure questions about the past of a city with much history",
		Long: "Fills a city with features that changed every few months and with unit grids whose borders moved once, starts\n" +
			"the server on it, and asks as of random instants. Writes past.json and past.txt into --out.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := p.benchPast(cmd.Context(), b)
			if err == nil && p.asJSON {
				return p.printJSON(r)
			}
			return err
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&b.out, "out", "bin/bench", "folder for the results and the city")
	flags.IntVar(&b.features, "features", 1_000_000, "features in the city")
	flags.IntVar(&b.versions, "versions", 10, "versions of each feature, the current one among them")
	flags.IntVar(&b.seconds, "seconds", 10, "length of each load")
	flags.IntVar(&b.clients, "clients", 8, "clients that wait for their answers")
	flags.BoolVar(&b.keep, "keep", false, "use the city of an earlier run if it is there")
	return cmd
}

func (p *program) benchPast(ctx context.Context, b pastBench) (*pastReport, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	r := &pastReport{At: now(), Machine: thisMachine(), Features: b.features, Versions: b.versions}
	dir := filepath.Join(b.out, fmt.Sprintf("city-past-%d-%d", b.features, b.versions))
	if _, err := os.Stat(filepath.Join(dir, "done")); err != nil || !b.keep {
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		p.say("filling a city with %d features of %d versions", b.features, b.versions)
		if r.Fill, err = p.fillPast(ctx, dir, b); err != nil {
			return nil, err
		}
		if err := os.WriteFile(filepath.Join(dir, "done"), nil, 0o600); err != nil {
			return nil, err
		}
	}
	if info, err := os.Stat(filepath.Join(dir, "city.gpkg")); err == nil {
		r.File = info.Size()
	}
	p.say("starting the server on it")
	server, err := startServer(ctx, self, dir)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	r.Ready, r.LoadRSS = server.ready.Seconds(), server.memory("VmRSS")
	for _, l := range pastLoads(b.features) {
		p.say("load: %s", l.name)
		res, err := l.run(ctx, server.url, "", b.clients, time.Duration(b.seconds)*time.Second)
		if err != nil {
			return nil, err
		}
		r.Loads = append(r.Loads, res)
	}
	r.PeakRSS = server.memory("VmHWM")
	return r, p.writePast(b, r)
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
func (p *program) fillPast(ctx context.Context, dir string, b pastBench) (rate float64, err error) {
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
		return pastStart().Add(time.Duration(r.Int64N(int64(10 * pastHalfYear)))).Format(time.RFC3339)
	}
	place := func(r *rand.Rand) (x, y float64) {
		return pastWest + pastSpan*(0.05+0.9*r.Float64()), pastSouth + pastSpan*(0.05+0.9*r.Float64())
	}
	square := func(r *rand.Rand) string {
		x, y := place(r)
		const half = 0.005
		return fmt.Sprintf(`{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}`,
			x-half, y-half, x+half, y-half*1.1, x+half*0.9, y+half, x-half*1.1, y+half*0.8, x-half, y-half)
	}
	get := func(url string) (string, string, string) { return http.MethodGet, url, "" }
	return []load{
		{"one feature", func(r *rand.Rand, base string) (string, string, string) {
			return get(fmt.Sprintf("%s/ogc/collections/assets/items/a%07d?f=json&datetime=%s", base, r.IntN(features), "2025-06-01T00:00:00Z"))
		}},
		{"100 of a neighbourhood (1 km)", func(r *rand.Rand, base string) (string, string, string) {
			x, y := place(r)
			return get(fmt.Sprintf("%s/ogc/collections/assets/items?f=json&limit=100&bbox=%f,%f,%f,%f&datetime=%s", base, x-0.005, y-0.005, x+0.005, y+0.005, when(r)))
		}},
		{"count in a polygon (1 km)", func(r *rand.Rand, base string) (string, string, string) {
			return http.MethodPost, base + "/api/v1/within", fmt.Sprintf(`{"layers":["assets"],"geometry":%s,"datetime":%q}`, square(r), when(r))
		}},
		{"10 nearest", func(r *rand.Rand, base string) (string, string, string) {
			x, y := place(r)
			return get(fmt.Sprintf("%s/api/v1/near?layer=assets&lon=%f&lat=%f&k=10&datetime=%s", base, x, y, when(r)))
		}},
		{"count by the grids of then (1 km)", func(r *rand.Rand, base string) (string, string, string) {
			return http.MethodPost, base + "/api/v1/stats", fmt.Sprintf(`{"layers":["assets"],"geometry":%s,"by":"grid","measures":["sum:size"],"datetime":%q}`, square(r), when(r))
		}},
		{"tile z15", func(r *rand.Rand, base string) (string, string, string) {
			x, y := place(r)
			tx, ty := pastTile(x, y, 15)
			return get(fmt.Sprintf("%s/tiles/assets/15/%d/%d.mvt?datetime=%s", base, tx, ty, when(r)))
		}},
		{"100 by id", func(r *rand.Rand, base string) (string, string, string) {
			return get(fmt.Sprintf("%s/ogc/collections/assets/items?f=json&limit=100&ids=%s&datetime=%s", base, pastIDs(r, features), when(r)))
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

func (p *program) writePast(b pastBench, r *pastReport) error {
	var s strings.Builder
	fmt.Fprintf(&s, "%d features of %d versions, file %d MB, %.0f versions/s replaced\n", r.Features, r.Versions, r.File>>20, r.Fill)
	fmt.Fprintf(&s, "ready %.1f s   memory after load %d MiB, peak %d MiB\n", r.Ready, r.LoadRSS>>20, r.PeakRSS>>20)
	fmt.Fprintf(&s, "%-36s %10s %9s %9s %9s\n", fmt.Sprintf("as of random instants, %d clients", b.clients), "req/s", "p50 ms", "p95 ms", "p99 ms")
	for _, l := range r.Loads {
		fmt.Fprintf(&s, "%-36s %10.0f %9.2f %9.2f %9.2f\n", l.Name, l.PerSecond, l.P50, l.P95, l.P99)
	}
	p.say("%s", s.String())
	js, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(b.out, "past.txt"), []byte(s.String()), 0o644),
		os.WriteFile(filepath.Join(b.out, "past.json"), append(js, '\n'), 0o644))
}

// pastTile is the tile of zoom z that holds a place.
func pastTile(lon, lat float64, z uint) (x, y int) {
	t := maptile.At(orb.Point{lon, lat}, maptile.Zoom(z))
	return int(t.X), int(t.Y)
}

package render_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/tiles"
	"wutu/tiles/cache"
	"wutu/tiles/render"
)

// The city of the cold benchmarks has the shape of that of `wutu bench tiles`: a
// million points around forty hubs and 200,000 buildings of eight corners.
// WUTU_COLD is the share of it that is made, 0.05 unless it is set: densities, and
// with them what a tile costs, are right at 1 only.
const (
	coldWest, coldSouth = 116.25, 39.725
	coldWidth, coldHigh = 0.5, 0.35
)

var coldPoints = sync.OnceValues(func() (render.Source, error) { return loadCold(true) })

var coldBlocks = sync.OnceValues(func() (render.Source, error) { return loadCold(false) })

// loadCold makes the tables of one of the layers.
func loadCold(ofPoints bool) (render.Source, error) {
	share := 0.05
	if s := os.Getenv("WUTU_COLD"); s != "" {
		var err error
		if share, err = strconv.ParseFloat(s, 64); err != nil {
			return nil, err
		}
	}
	rng := rand.New(rand.NewPCG(1, 0xc17))
	hubs := make([]orb.Point, 40)
	for i := range hubs {
		hubs[i] = orb.Point{coldWest + rng.Float64()*coldWidth, coldSouth + rng.Float64()*coldHigh}
	}
	near := func() orb.Point {
		for {
			h := hubs[rng.IntN(len(hubs))]
			p := orb.Point{h[0] + rng.NormFloat64()*0.02, h[1] + rng.NormFloat64()*0.02}
			if p[0] > coldWest && p[0] < coldWest+coldWidth && p[1] > coldSouth && p[1] < coldSouth+coldHigh {
				return orb.Point{math.Round(p[0]*1e7) / 1e7, math.Round(p[1]*1e7) / 1e7}
			}
		}
	}
	text := func(name string) layers.Field { return layers.Field{Name: name, Type: layers.String} }
	whole := func(name string) layers.Field { return layers.Field{Name: name, Type: layers.Integer} }
	points := &layers.Layer{ID: "points", Element: layers.Object, Geometry: layers.Point, Access: layers.PublicAccess, Title: layers.Title{ZH: "点", EN: "points"},
		Fields: []layers.Field{text("kind"), text("name"), {Name: "ts", Type: layers.DateTime}, whole("size")}}
	blocks := &layers.Layer{ID: "blocks", Element: layers.Land, Geometry: layers.Polygon, Access: layers.PublicAccess, Title: layers.Title{ZH: "楼", EN: "blocks"},
		Fields: []layers.Field{text("kind"), whole("levels")}}
	kinds := []string{"lamp", "manhole", "bench", "tree", "hydrant", "camera", "sign", "bin"}
	names := []string{"解放路", "夷陵大道", "沿江大道", "东山大道", "西陵一路", "胜利四路"}
	batch := layers.Batch{Layers: []*layers.Layer{points, blocks}}
	npoints, nblocks := int(1e6*share), 0
	if !ofPoints {
		npoints, nblocks = 0, int(2e5*share)
	}
	put := func(layer, key string, g orb.Geometry, values ...layers.Value) {
		batch.Changes = append(batch.Changes, layers.Change{Op: layers.Put, Layer: layer, ID: key,
			Feature: &layers.Feature{Key: key, Shape: g, Values: values}})
	}
	for i := range npoints {
		p := near()
		put("points", fmt.Sprintf("p%07d", i), p, layers.Text(kinds[rng.IntN(len(kinds))]),
			layers.Text(fmt.Sprintf("%s %d", names[rng.IntN(len(names))], rng.IntN(100_000))),
			layers.InstantMicro((1_700_000_000+rng.Int64N(60_000_000))*1e6), layers.Int(int64(rng.IntN(1000))))
	}
	for i := range nblocks {
		p := near()
		radius, turn := (5+15*rng.Float64())/111_320, rng.Float64()
		var ring orb.Ring
		for k := range 9 {
			sin, cos := math.Sincos(2 * math.Pi * (float64(k%8) + turn) / 8)
			ring = append(ring, orb.Point{p[0] + radius*cos*1.3, p[1] + radius*sin})
		}
		put("blocks", fmt.Sprintf("b%06d", i), orb.Polygon{ring}, layers.Text(kinds[rng.IntN(len(kinds))]), layers.Int(int64(1+rng.IntN(30))))
	}
	store := memstore.NewWithClock(func() time.Time { return time.Unix(0, 0) })
	if _, err := store.Apply(context.Background(), batch); err != nil {
		return nil, err
	}
	c, err := live.Open(context.Background(), store, live.Options{})
	if err != nil {
		return nil, err
	}
	return render.FromView(c.View()), nil // the catalog lives as long as the process
}

// coldTiles draws n tiles of a zoom over the city, always the same.
func coldTiles(z tiles.Zoom, n int) []tiles.ID {
	rng := rand.New(rand.NewPCG(1, uint64(z)))
	out := make([]tiles.ID, n)
	for i := range out {
		out[i], _ = tiles.At(orb.Point{coldWest + rng.Float64()*coldWidth, coldSouth + rng.Float64()*coldHigh}, z)
	}
	return out
}

// coldMix is 999 different tiles of zooms 13 to 16, as `wutu bench tiles` asks for.
func coldMix() []tiles.ID {
	rng := rand.New(rand.NewPCG(1, 0x711e5))
	known := map[tiles.ID]bool{}
	var out []tiles.ID
	for len(out) < 999 {
		t, _ := tiles.At(orb.Point{coldWest + rng.Float64()*coldWidth, coldSouth + rng.Float64()*coldHigh}, tiles.Zoom(13+rng.IntN(4)))
		if !known[t] {
			known[t] = true
			out = append(out, t)
		}
	}
	return out
}

// BenchmarkCold draws and packs tiles, one after the other, none twice in a row. Its
// measure is the processor's time, which a busy machine does not change.
func BenchmarkCold(b *testing.B) {
	var r render.Renderer
	for _, layer := range []string{"blocks", "points"} {
		load := func(b *testing.B) render.Source {
			load := coldBlocks
			if layer == "points" {
				load = coldPoints
			}
			source, err := load()
			if err != nil {
				b.Fatal(err)
			}
			if _, err := r.Tile(b.Context(), source, render.Request{Subject: planner, Layers: []string{layer}}); err != nil { // what is worked out once
				b.Fatal(err)
			}
			return source
		}
		for _, z := range []tiles.Zoom{0, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17} {
			b.Run(fmt.Sprintf("%s/%d", layer, z), func(b *testing.B) { draw(b, &r, load(b), layer, coldTiles(z, 101)) })
		}
		b.Run(layer+"/mix", func(b *testing.B) {
			draw(b, &r, load(b), layer, coldMix())
		})
	}
}

func draw(b *testing.B, r *render.Renderer, s render.Source, layer string, list []tiles.ID) {
	b.ReportAllocs()
	var packer cache.Packer
	raw, packed, n := 0, 0, 0
	b.ResetTimer()
	before := processor()
	for b.Loop() {
		out, err := r.Tile(b.Context(), s, render.Request{Subject: planner, Layers: []string{layer}, Tile: list[n%len(list)]})
		if err != nil {
			b.Fatal(err)
		}
		e, err := packer.NewEntry(cache.Tile{Plain: out})
		if err != nil {
			b.Fatal(err)
		}
		identity, gzip := e.Size()
		raw, packed, n = raw+identity, packed+gzip, n+1
	}
	b.ReportMetric(float64((processor()-before).Microseconds())/float64(n), "cpu-µs/op")
	b.ReportMetric(float64(raw)/float64(n), "raw-B/tile")
	b.ReportMetric(float64(packed)/float64(n), "gz-B/tile")
}

// processor is the processor time the process has used.
func processor() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkWorst draws every tile of zooms 0 to 16 over the city, in the order of a
// map that zooms in, and reports the dearest and the largest.
func BenchmarkWorst(b *testing.B) {
	for _, layer := range []string{"blocks", "points"} {
		b.Run(layer, func(b *testing.B) {
			load := coldBlocks
			if layer == "points" {
				load = coldPoints
			}
			source, err := load()
			if err != nil {
				b.Fatal(err)
			}
			var r render.Renderer
			var packer cache.Packer
			draw := func(id tiles.ID) (spent time.Duration, size int) {
				runtime.LockOSThread()
				defer runtime.UnlockOSThread()
				before := threadTime()
				out, err := r.Tile(b.Context(), source, render.Request{Subject: planner, Layers: []string{layer}, Tile: id})
				if err != nil {
					b.Fatal(err)
				}
				e, err := packer.NewEntry(cache.Tile{Plain: out})
				if err != nil {
					b.Fatal(err)
				}
				_, size = e.Size()
				return threadTime() - before, size
			}
			for b.Loop() {
				draw(tiles.ID{}) // what is worked out once
				var dearest, largest tiles.ID
				most, size, n, all := time.Duration(0), 0, 0, time.Duration(0)
				for z := tiles.Zoom(0); z <= 16; z++ {
					lo, _ := tiles.At(orb.Point{coldWest, coldSouth + coldHigh}, z)
					hi, _ := tiles.At(orb.Point{coldWest + coldWidth, coldSouth}, z)
					for x := lo.X; x <= hi.X; x++ {
						for y := lo.Y; y <= hi.Y; y++ {
							id := tiles.ID{Z: z, X: x, Y: y}
							spent, bytes := draw(id)
							if n, all = n+1, all+spent; spent > most {
								most, dearest = spent, id
							}
							if bytes > size {
								size, largest = bytes, id
							}
						}
					}
				}
				again := most
				for range 4 { // the least of five: what the machine does besides is not the tile's
					spent, _ := draw(dearest)
					again = min(again, spent)
				}
				b.Logf("%d tiles; dearest %v, %v at its best; largest %v", n, dearest, again, largest)
				b.ReportMetric(float64(most.Microseconds())/1000, "worst-cpu-ms")
				b.ReportMetric(float64(size)/1000, "worst-gz-kB")
				b.ReportMetric(float64(all.Microseconds())/float64(n), "cpu-µs/tile")
			}
		})
	}
}

// threadTime is the processor time the thread has used.
func threadTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(1, &u) != nil { // RUSAGE_THREAD
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

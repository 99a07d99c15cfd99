package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/sync/errgroup"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/render"
	"wutu/tiles/shape"
)

// proofFeatures is how many random features the proof of the encoder draws;
// WUTU_FEATURES asks for another number. `make conformance` takes a million.
func proofFeatures(t *testing.T) int {
	n := 5000
	if s := os.Getenv("WUTU_FEATURES"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal("WUTU_FEATURES: ", err)
		}
	}
	return n
}

// portion is how many features are drawn with random numbers of their own, so that
// they are the same whoever draws them.
const portion = 25_000

// Random features, the awkward kinds most of all, become tiles that break no rule of
// the specification, and map clients read from them what was written: the other
// reader is @mapbox/vector-tile, and earcut cuts the polygons into triangles. Nine in
// ten features are drawn one by one (tiles/shape) and written (tiles/mvt) with random
// attributes; the last tenth is drawn by tiles/render from the layers of cities. Each
// processor takes portions, with a reader of its own; nothing is kept of a tile.
func TestMapClientsReadEveryFeature(t *testing.T) {
	n, seed := proofFeatures(t), uint64(geotest.Seed(t))
	portions := make(chan int, n/portion+1)
	for i := 0; i*portion < n; i++ {
		portions <- i
	}
	close(portions)
	crew := make([]proof, min(len(portions), runtime.GOMAXPROCS(0)))
	group, ctx := errgroup.WithContext(t.Context())
	for i := range crew {
		p := &crew[i]
		p.reader = startReader(t)
		group.Go(func() error {
			for i := range portions {
				p.number, p.rng = i, rand.New(rand.NewPCG(seed, uint64(i)))
				if err := p.portion(ctx, min(portion, n-i*portion)); err != nil {
					return fmt.Errorf("portion %d: %w", i, err)
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		t.Error(err)
	}
	var all proofCount
	var read readerCount
	for i := range crew {
		all.add(&crew[i].proofCount)
		read.add(crew[i].reader.end(t))
	}
	for _, s := range all.faults[:min(len(all.faults), maxFaults)] {
		t.Error(s)
	}
	if all.broken > 0 {
		t.Errorf("%d rules broken", all.broken)
	}
	if read.Tiles != all.tiles || read.Features != all.features || read.Differ > 0 || read.Rough > 0 {
		t.Errorf("the other reader: %+v, written %d tiles of %d features", read, all.tiles, all.features)
	}
	if read.Lost > 1+read.Polygons/1_000_000 {
		t.Errorf("earcut loses triangles of %d of %d polygons", read.Lost, read.Polygons)
	}
	if all.features < n || read.Polygons < n/3 || all.drawn < all.asked/3 {
		t.Errorf("%d features, %d polygons, %d of %d have a picture: too few to prove anything", all.features, read.Polygons, all.drawn, all.asked)
	}
	t.Logf("%d features in %d tiles: %d rules broken, %d features read differently; %d polygons, of %d of which earcut loses a triangle, but not in a mirror, largest deviation %.2g",
		all.features, all.tiles, all.broken, read.Differ, read.Polygons, read.Lost, read.Deviation)
}

// proof makes tiles, checks them and hands them on.
type proof struct {
	number int // of the portion
	rng    *rand.Rand
	reader *tileReader
	said   said
	proofCount
}

// proofCount is what a proof has seen.
type proofCount struct {
	asked, drawn, features, tiles, broken int
	faults                                []string // the first of them
}

const maxFaults = 20

func (c *proofCount) add(d *proofCount) {
	c.asked += d.asked
	c.drawn += d.drawn
	c.features += d.features
	c.tiles += d.tiles
	c.broken += d.broken
	c.faults = append(c.faults, d.faults...)
}

// portion draws n features and, to make a city whole, some more.
func (p *proof) portion(ctx context.Context, n int) error {
	from := p.features
	for p.features-from < n*9/10 {
		if err := p.draw(); err != nil {
			return err
		}
	}
	p.drawn += p.features - from
	for p.features-from < n {
		if err := p.city(ctx); err != nil {
			return err
		}
	}
	return nil
}

// draw makes a tile of features that are drawn around it.
func (p *proof) draw() error {
	r := p.rng
	z := tiles.Zoom(r.IntN(23))
	id := tiles.ID{Z: z, X: r.Uint32N(z.Side()), Y: r.Uint32N(z.Side())}
	switch r.IntN(8) {
	case 0:
		id.X = 0 // at the antimeridian
	case 1:
		id.X = z.Side() - 1
	case 2:
		id.Y = 0 // at a pole
	case 3:
		id.Y = z.Side() - 1
	}
	frame := shape.NewFrame(id, 1<<r.IntN(5), []int{0, shape.DefaultBuffer, 256, shape.MaxBuffer}[r.IntN(4)])
	var w mvt.Writer
	var g mvt.Geometry
	p.said.reset()
	for k := range 1 + r.IntN(3) {
		name := []string{"points", "地块", "x"}[k]
		if err := w.Layer(name); err != nil {
			return err
		}
		p.said.layer(name)
		for i := range 1 + r.IntN(40) {
			p.asked++
			if !frame.Draw(&g, awkward(r, id.Bound(), false)) {
				continue
			}
			tags, want := p.tags()
			number := uint64(i)*uint64(mvt.MaxID/64) + r.Uint64N(mvt.MaxID/64) // distinct, up to the largest
			if w.Feature(number, &g, tags) {
				p.said.feature(number, want, &g)
			}
		}
	}
	return p.hand(w.Bytes())
}

// tags are random attributes and what a reader in JavaScript makes of them.
func (p *proof) tags() (tags []mvt.Tag, want map[string]any) {
	want = map[string]any{}
	for _, key := range []string{"a", "name", "名称", "__proto", "0", ""}[:p.rng.IntN(7)] {
		var v mvt.Value
		switch p.rng.IntN(7) {
		case 0:
			v = mvt.Str([]string{"", "x", "解放路 1", "\x00\u2028\U0001F3D9"}[p.rng.IntN(4)])
		case 1:
			v = mvt.Int(p.rng.Int64N(1<<53) >> p.rng.IntN(53))
		case 2:
			v = mvt.Int(-(p.rng.Int64N(1<<52) >> p.rng.IntN(52)))
		case 3:
			v = mvt.Double(p.rng.NormFloat64() * math.Pow(10, float64(p.rng.IntN(600)-300)))
		case 4:
			v = mvt.Double([]float64{0, math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.NaN()}[p.rng.IntN(6)])
		case 5:
			v = mvt.Bool(p.rng.IntN(2) == 0)
		} // else no value, which is left out
		tags = append(tags, mvt.Tag{Key: key, Value: v})
		if any := v.Any(); any != nil {
			want[key] = any
		}
	}
	return tags, want
}

// city makes tiles of a city of random features.
func (p *proof) city(ctx context.Context) (err error) {
	r := p.rng
	center := []orb.Point{{cityLon, cityLat}, {179.99, 10}, {-179.99, -60}, {20, 85}, {-70, -84.9}}[r.IntN(5)]
	text := func(name string) layers.Field { return layers.Field{Name: name, Type: layers.String} }
	b := layers.Batch{Actor: "proof"}
	names := []string{"spots", "ways", "grounds"}
	for i, g := range []layers.GeometryType{layers.Point, layers.AnyGeometry, layers.AnyGeometry} {
		b.Layers = append(b.Layers, &layers.Layer{ID: names[i], Element: layers.Object, Geometry: g, Access: layers.PublicAccess, KindField: "kind", TitleField: "name",
			Fields: []layers.Field{text("kind"), text("name"), {Name: "size", Type: layers.Number}}})
	}
	spread := math.Pow(10, -3*r.Float64())
	box := orb.Bound{Min: orb.Point{max(-180, center[0]-spread), max(-90, center[1]-spread)}, Max: orb.Point{min(180, center[0]+spread), min(90, center[1]+spread)}}
	place := func() orb.Point {
		return orb.Point{box.Min[0] + r.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + r.Float64()*(box.Max[1]-box.Min[1])}
	}
	for i := range 400 {
		for k, name := range names {
			g := awkward(r, box, true)
			if k == 0 {
				g = place()
			}
			if b := g.Bound(); b.Min[0] < -180 || b.Max[0] > 180 {
				continue // no store takes it
			}
			f := &layers.Feature{Key: fmt.Sprintf("%s-%d", name, i), Shape: g, Values: []layers.Value{layers.Text(benchKinds[r.IntN(8)]), layers.Text(benchNames[r.IntN(6)]), layers.Float(r.NormFloat64())}}
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: name, ID: f.Key, Feature: f})
		}
	}
	store := memstore.New()
	defer func() { err = errors.Join(err, store.Close()) }()
	if _, err := store.Apply(ctx, b); err != nil {
		return err
	}
	city, err := live.Open(ctx, store, live.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, city.Close()) }()
	source := render.FromView(city.View())
	var renderer render.Renderer
	request := render.Request{Subject: layers.Subject{Role: layers.Planner}}
	for z := tiles.Zoom(0); z < 20; z += tiles.Zoom(1 + r.IntN(4)) {
		for range 2 {
			var ok bool
			if request.Tile, ok = tiles.Mercator.At(place(), z); !ok {
				continue
			}
			request.Layers = [][]string{names, names[:1], names[1:2], names[2:]}[r.IntN(4)]
			tile, err := renderer.Tile(ctx, source, request)
			if err == nil {
				err = p.read(tile)
			}
			if err != nil {
				return err
			}
			request.Layers = names[:1]
			if tile, err = renderer.Hex(ctx, source, request); err == nil {
				err = p.read(tile)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// read hands on a tile with what our own reader finds in it.
func (p *proof) read(tile []byte) error {
	decoded, err := mvt.Decode(tile)
	if err != nil {
		return err
	}
	p.said.reset()
	for i := range decoded {
		p.said.layer(decoded[i].Name)
		for j := range decoded[i].Features {
			f := &decoded[i].Features[j]
			tags := map[string]any{}
			for _, tag := range f.Tags {
				tags[tag.Key] = tag.Value.Any()
			}
			p.said.feature(f.ID, tags, &f.Geometry)
		}
	}
	return p.hand(tile)
}

// hand checks a tile and gives it to the other reader.
func (p *proof) hand(tile []byte) error {
	if len(tile) == 0 {
		return nil
	}
	p.said.Tile = fmt.Sprintf("portion %d tile %d", p.number, p.tiles)
	for _, v := range mvt.Verify(tile) {
		if p.broken++; len(p.faults) < maxFaults {
			p.faults = append(p.faults, fmt.Sprintf("%s: %v", p.said.Tile, v))
		}
	}
	p.said.Layers = slices.DeleteFunc(p.said.Layers, func(l saidLayer) bool { return len(l.Features) == 0 })
	p.tiles++
	for i := range p.said.Layers {
		p.features += len(p.said.Layers[i].Features)
	}
	return p.reader.put(tile, &p.said)
}

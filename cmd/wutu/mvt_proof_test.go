package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/geotest/outside"
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

// Random features, the awkward kinds most of all, become tiles that break no rule of
// the specification, and map clients read from them what was written: the other
// reader is @mapbox/vector-tile, and earcut cuts the polygons into triangles. Nine in
// ten features are drawn one by one (tiles/shape) and written (tiles/mvt) with random
// attributes; the last tenth is drawn by tiles/render from the layers of cities.
func TestMapClientsReadEveryFeature(t *testing.T) {
	n := proofFeatures(t)
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 6))
	reader := startReader(t)
	p := &proof{t: t, rng: rng, out: reader.in}
	for p.features < n*9/10 {
		p.drawn()
	}
	drawn := p.features
	for p.features < n {
		p.city()
	}
	got := reader.end(t)
	if p.broken > 0 {
		t.Errorf("%d rules broken", p.broken)
	}
	if got.Tiles != p.tiles || got.Features != p.features || got.Differ > 0 || got.Rough > 0 {
		t.Errorf("the other reader: %+v, written %d tiles of %d features", got, p.tiles, p.features)
	}
	if got.Polygons < n/3 || drawn < p.asked/3 {
		t.Errorf("%d polygons, %d of %d features have a picture: too few to prove anything", got.Polygons, drawn, p.asked)
	}
	t.Logf("%d features in %d tiles: %d polygons, largest deviation of their triangles %.2g; %d rules broken", p.features, p.tiles, got.Polygons, got.Deviation, p.broken)
}

// proof makes tiles, checks them and hands them on.
type proof struct {
	t   *testing.T
	rng *rand.Rand
	out *bufio.Writer

	asked, features, tiles, broken int
}

// said is a layer as the other reader is told of it.
type said struct {
	Name     string        `json:"name"`
	Features []saidFeature `json:"features"`
}

type saidFeature struct {
	ID    uint64         `json:"id"`
	Type  mvt.GeomType   `json:"type"`
	Tags  map[string]any `json:"tags"`
	Parts [][]int32      `json:"parts"`
}

// drawn makes a tile of features that are drawn around it.
func (p *proof) drawn() {
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
	var told []said
	var g mvt.Geometry
	for k := range 1 + r.IntN(3) {
		layer := said{Name: []string{"points", "地块", "x"}[k]}
		if err := w.Layer(layer.Name); err != nil {
			p.t.Fatal(err)
		}
		for i := range 1 + r.IntN(40) {
			p.asked++
			if !frame.Draw(&g, awkward(r, id.Bound(), false)) {
				continue
			}
			tags, want := p.tags()
			number := uint64(i)*uint64(mvt.MaxID/64) + r.Uint64N(mvt.MaxID/64) // distinct, up to the largest
			if w.Feature(number, &g, tags) {
				layer.Features = append(layer.Features, saidFeature{number, g.Type, want, partsOf(&g)})
			}
		}
		if len(layer.Features) > 0 {
			told = append(told, layer)
		}
	}
	p.hand(w.Bytes(), told)
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
func (p *proof) city() {
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
	for i := range 400 {
		for k, name := range names {
			g := awkward(r, box, true)
			if k == 0 {
				g = orb.Point{box.Min[0] + r.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + r.Float64()*(box.Max[1]-box.Min[1])}
			}
			if b := g.Bound(); b.Min[0] < -180 || b.Max[0] > 180 {
				continue // no store takes it
			}
			f := &layers.Feature{Key: fmt.Sprintf("%s-%d", name, i), Shape: g, Values: []layers.Value{layers.Text(benchKinds[r.IntN(8)]), layers.Text(benchNames[r.IntN(6)]), layers.Float(r.NormFloat64())}}
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: name, ID: f.Key, Feature: f})
		}
	}
	store := memstore.New()
	if _, err := store.Apply(p.t.Context(), b); err != nil {
		p.t.Fatal(err)
	}
	city, err := live.Open(p.t.Context(), store, live.Options{})
	if err != nil {
		p.t.Fatal(err)
	}
	defer store.Close()
	defer city.Close()
	source := render.FromView(city.View())
	var renderer render.Renderer
	request := render.Request{Subject: layers.Subject{Role: layers.Planner}}
	for z := tiles.Zoom(0); z < 20; z += tiles.Zoom(1 + r.IntN(4)) {
		for range 2 {
			var ok bool
			if request.Tile, ok = tiles.Mercator.At(orb.Point{box.Min[0] + r.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + r.Float64()*(box.Max[1]-box.Min[1])}, z); !ok {
				continue
			}
			request.Layers = [][]string{names, names[:1], names[1:2], names[2:]}[r.IntN(4)]
			tile, err := renderer.Tile(p.t.Context(), source, request)
			if err != nil {
				p.t.Fatal(err)
			}
			p.read(tile)
			request.Layers = names[:1]
			if tile, err = renderer.Hex(p.t.Context(), source, request); err != nil {
				p.t.Fatal(err)
			}
			p.read(tile)
		}
	}
}

// read hands on a tile with what our own reader finds in it.
func (p *proof) read(tile []byte) {
	decoded, err := mvt.Decode(tile)
	if err != nil {
		p.t.Fatal(err)
	}
	var told []said
	for i := range decoded {
		layer := said{Name: decoded[i].Name}
		for j := range decoded[i].Features {
			f := &decoded[i].Features[j]
			tags := map[string]any{}
			for _, tag := range f.Tags {
				tags[tag.Key] = tag.Value.Any()
			}
			layer.Features = append(layer.Features, saidFeature{f.ID, f.Geometry.Type, tags, partsOf(&f.Geometry)})
		}
		told = append(told, layer)
	}
	p.hand(tile, told)
}

func partsOf(g *mvt.Geometry) [][]int32 {
	var out [][]int32
	for i := range g.Ends {
		var flat []int32
		for _, at := range g.Part(i) {
			flat = append(flat, at.X, at.Y)
		}
		out = append(out, flat)
	}
	return out
}

// hand checks a tile and gives it to the other reader.
func (p *proof) hand(tile []byte, told []said) {
	if len(tile) == 0 {
		return
	}
	for i, v := range mvt.Verify(tile) {
		if p.broken++; i < 3 && p.broken < 20 {
			p.t.Errorf("tile %d: %v", p.tiles, v)
		}
	}
	p.tiles++
	for _, l := range told {
		p.features += len(l.Features)
	}
	text, err := json.Marshal(told)
	if err != nil {
		p.t.Fatal(err)
	}
	for _, b := range [][]byte{tile, text} {
		if err := binary.Write(p.out, binary.LittleEndian, uint32(len(b))); err != nil {
			p.t.Fatal(err)
		}
		if _, err := p.out.Write(b); err != nil {
			p.t.Fatal(err)
		}
	}
}

// tileReader is @mapbox/vector-tile in a process of its own.
type tileReader struct {
	cmd  *exec.Cmd
	pipe io.Closer
	in   *bufio.Writer
	said strings.Builder
}

func startReader(t *testing.T) *tileReader {
	t.Helper()
	node := outside.Program(t, "node", "nodejs")
	web, err := filepath.Abs("../../frontend")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(web, "node_modules", "@mapbox", "vector-tile")); err != nil {
		outside.Missing(t, "the web app's packages (make ui-test)")
	}
	r := &tileReader{cmd: exec.CommandContext(t.Context(), node, filepath.Join(web, "build", "tiles.mjs"))}
	r.cmd.Stdout, r.cmd.Stderr = &r.said, &r.said
	pipe, err := r.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.pipe, r.in = pipe, bufio.NewWriterSize(pipe, 1<<20)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// readerCount is what the other reader counted.
type readerCount struct {
	Tiles, Features, Polygons, Differ, Rough int
	Deviation                                float64
}

func (r *tileReader) end(t *testing.T) (c readerCount) {
	t.Helper()
	if err := r.in.Flush(); err != nil {
		t.Error(err)
	}
	if err := r.pipe.Close(); err != nil {
		t.Error(err)
	}
	err := r.cmd.Wait()
	lines := strings.Split(strings.TrimSpace(r.said.String()), "\n")
	if json.Unmarshal([]byte(lines[len(lines)-1]), &c) != nil || err != nil {
		t.Errorf("the other reader: %v\n%.6000s", err, r.said.String())
	}
	return c
}

// awkward makes what real and broken data contain, around a box: stars, slivers,
// rings that cross or touch themselves, holes that touch, cross or lie outside,
// combs, spirals, repeated points and spikes, the tiny and the huge, the poles, both
// sides of the antimeridian, collections, and, unless a store is to take it, what is
// empty or no place.
func awkward(r *rand.Rand, box orb.Bound, stored bool) orb.Geometry {
	size := math.Pow(10, -6+7*r.Float64()) // of the box
	cx, cy := r.Float64()*1.4-0.2, r.Float64()*1.4-0.2
	snap := 0.0
	if r.IntN(3) == 0 { // touches, and edges that lie on each other
		snap = size / float64(1+r.IntN(8))
	}
	place := func(x, y float64) orb.Point {
		if snap > 0 {
			x, y = math.Round(x/snap)*snap, math.Round(y/snap)*snap
		}
		return orb.Point{box.Min[0] + x*(box.Max[0]-box.Min[0]), max(-90, min(90, box.Max[1]-y*(box.Max[1]-box.Min[1])))}
	}
	point := func() orb.Point { return place(cx+(r.Float64()-0.5)*size, cy+(r.Float64()-0.5)*size) }
	line := func(n int) (l orb.LineString) {
		for range n {
			l = append(l, point())
		}
		if r.IntN(4) == 0 {
			l = append(l, l[len(l)-1], l[0])
		}
		return l
	}
	ring := func() orb.Ring {
		var out orb.Ring
		n := 3 + r.IntN(14)
		switch turn := r.Float64() * 7; r.IntN(6) {
		case 0, 1: // any points
			out = orb.Ring(line(n))
		case 2: // a spiral
			for i := range 3 * n {
				a, d := turn+2.4*float64(i), size*float64(i)/float64(3*n)
				out = append(out, place(cx+d*math.Cos(a), cy+d*math.Sin(a)))
			}
		case 3: // a comb
			for i := range 2 * n {
				out = append(out, place(cx+size*float64(i)/float64(2*n), cy+size*float64(i%2)*r.Float64()))
			}
		default: // a star
			for i := range n {
				a, d := turn+2*math.Pi*float64(i)/float64(n), size*(0.05+r.Float64())
				out = append(out, place(cx+d*math.Cos(a), cy+d*math.Sin(a)))
			}
		}
		if r.IntN(5) == 0 { // a spike
			i := r.IntN(len(out))
			out = append(out[:i:i], append(orb.Ring{out[i], point()}, out[i:]...)...)
		}
		if r.IntN(8) == 0 { // the other way round
			for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
				out[i], out[j] = out[j], out[i]
			}
		}
		return append(out, out[0])
	}
	polygon := func() orb.Polygon {
		out := orb.Polygon{ring()}
		for range max(0, r.IntN(7)-3) {
			out = append(out, ring())
		}
		return out
	}
	switch r.IntN(24) {
	case 0:
		return point()
	case 1:
		return orb.MultiPoint{point(), point(), point()}
	case 2, 3:
		return line(2 + r.IntN(12))
	case 4:
		return orb.MultiLineString{line(2), line(3), line(1 + r.IntN(3))}
	case 5, 6:
		return orb.MultiPolygon{polygon(), polygon(), polygon()}
	case 7, 8: // a sliver
		a, b := point(), point()
		return orb.Polygon{{a, b, {b[0] + (b[0]-a[0])*1e-5, b[1]}, a}}
	case 9: // around the world, over a pole
		return orb.Polygon{{{-180 - r.Float64()*40, -90}, {180 + r.Float64()*40, -90}, {180, 90 * r.Float64()}, {-180, 90}, {-180, -90}}}
	case 10: // on both sides of the antimeridian
		y := -80 + 160*r.Float64()
		return orb.Polygon{{{179.9, y}, {180.1 + r.Float64(), y}, {180.1, y + r.Float64()}, {179.9, y + 1}, {179.9, y}}}
	case 11:
		return orb.Collection{point(), line(3), polygon(), orb.Collection{polygon(), orb.MultiPoint{point()}}}
	case 12:
		return orb.Collection{point(), line(2), nil, orb.MultiPoint{point(), point()}}
	case 13:
		if stored {
			break
		}
		bad := []float64{math.NaN(), math.Inf(1), 1e300, -541}[r.IntN(4)]
		return []orb.Geometry{orb.Point{bad, 0}, orb.LineString{point(), {0, bad}, point()}, orb.Polygon{{point(), {bad, bad}, point(), point()}},
			orb.Polygon{}, orb.MultiPolygon{{}, polygon()}, orb.Ring{}, orb.LineString{}}[r.IntN(7)]
	case 14:
		return ring()
	case 15:
		return orb.Bound{Min: point(), Max: point()}
	}
	return polygon()
}

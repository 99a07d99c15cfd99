package tiles_test

import (
	"math"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"wutu/layers"
	"wutu/tiles"
)

func random(t *testing.T) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// Numbers from the PMTiles specification, version 3, section "Tile ID".
func TestNumbersOfThePMTilesSpecification(t *testing.T) {
	for _, c := range []struct {
		id tiles.ID
		n  uint64
	}{
		{tiles.ID{}, 0}, {tiles.ID{Z: 1}, 1}, {tiles.ID{Z: 1, Y: 1}, 2}, {tiles.ID{Z: 1, X: 1, Y: 1}, 3},
		{tiles.ID{Z: 1, X: 1}, 4}, {tiles.ID{Z: 2}, 5}, {tiles.ID{Z: 12, X: 3423, Y: 1763}, 19078479},
	} {
		if got := c.id.Number(); got != c.n {
			t.Errorf("%v is number %d, want %d", c.id, got, c.n)
		}
	}
}

func TestNumbersReadBackAndNeighbours(t *testing.T) {
	rng := random(t)
	for range 20000 {
		z := tiles.Zoom(rng.IntN(int(tiles.MaxZoom) + 1))
		id := tiles.ID{Z: z, X: rng.Uint32N(z.Side()), Y: rng.Uint32N(z.Side())}
		n := id.Number()
		if back, ok := tiles.FromNumber(n); !ok || back != id {
			t.Fatalf("%v is number %d, which is %v", id, n, back)
		}
		if next, ok := tiles.FromNumber(n + 1); ok && next.Z == z {
			dx, dy := int64(next.X)-int64(id.X), int64(next.Y)-int64(id.Y)
			if dx*dx+dy*dy != 1 {
				t.Fatalf("%v and %v follow each other but are no neighbours", id, next)
			}
		}
		if p, ok := id.Parent(); ok {
			children, _ := p.Children()
			found := false
			for _, c := range children {
				found = found || c == id
			}
			if !found || !p.Contains(id) || id.Contains(p) {
				t.Fatalf("%v is not among the children of %v: %v", id, p, children)
			}
		}
	}
}

// orb/maptile is the oracle for owners and bounds.
func TestOwnerAndBounds(t *testing.T) {
	rng := random(t)
	for range 20000 {
		p := orb.Point{rng.Float64()*360 - 180, rng.Float64()*170 - 85}
		z := tiles.Zoom(rng.IntN(20))
		id, ok := tiles.At(p, z)
		want := maptile.At(p, maptile.Zoom(z))
		if !ok || !id.Valid() {
			t.Fatalf("no tile for %v", p)
		}
		b := id.Bound()
		const rounding = 1e-9
		if !b.Pad(rounding).Contains(p) {
			t.Fatalf("%v is not in %v of its tile %v", p, b, id)
		}
		if (id.X != want.X || id.Y != want.Y) && math.Min(math.Abs(p[0]-b.Min[0]), math.Abs(p[1]-b.Max[1])) > rounding {
			t.Fatalf("%v at %d: %v, orb says %v", p, z, id, want)
		}
		w := maptile.New(id.X, id.Y, maptile.Zoom(z)).Bound()
		if math.Abs(w.Min[0]-b.Min[0])+math.Abs(w.Min[1]-b.Min[1])+math.Abs(w.Max[0]-b.Max[0])+math.Abs(w.Max[1]-b.Max[1]) > 1e-9 {
			t.Fatalf("%v: %v, orb says %v", id, b, w)
		}
	}
}

func TestBordersBelongToOneTile(t *testing.T) {
	for _, c := range []struct {
		p    orb.Point
		z    tiles.Zoom
		want string
	}{
		{orb.Point{0, 0}, 1, "1/1/1"}, {orb.Point{-180, 0}, 1, "1/0/1"}, {orb.Point{180, 0}, 1, "1/0/1"},
		{orb.Point{0, 90}, 1, "1/1/0"}, {orb.Point{0, -90}, 1, "1/1/1"}, {orb.Point{90, 0}, 2, "2/3/2"},
	} {
		if id, ok := tiles.At(c.p, c.z); !ok || id.String() != c.want {
			t.Errorf("%v is in %v, want %s", c.p, id, c.want)
		}
	}
	for _, p := range []orb.Point{{math.NaN(), 0}, {181, 0}, {0, 91}, {0, math.Inf(1)}} {
		if id, ok := tiles.At(p, 3); ok {
			t.Errorf("%v is in %v", p, id)
		}
	}
}

func TestAddresses(t *testing.T) {
	for _, c := range []struct {
		z, x, y string
		want    layers.Kind
	}{
		{"3", "-1", "0", layers.Invalid}, {"", "0", "0", layers.Invalid}, {"1", "a", "0", layers.Invalid},
		{"01", "0", "0", layers.Invalid}, {"1", "1.5", "0", layers.Invalid}, {"+1", "0", "0", layers.Invalid},
		{"25", "0", "0", layers.NotFound}, {"1", "2", "0", layers.NotFound}, {"1", "0", "2", layers.NotFound},
		{"1", "99999999999999999999", "0", layers.NotFound},
	} {
		id, err := tiles.Parse(c.z, c.x, c.y)
		if err == nil || layers.KindOf(err) != c.want {
			t.Errorf("%s/%s/%s: %v, %v, want %v", c.z, c.x, c.y, id, err, c.want)
		}
	}
	if id, err := tiles.Parse("14", "13497", "6209"); err != nil || id.String() != "14/13497/6209" {
		t.Errorf("%v, %v", id, err)
	}
}

// Values of OGC 17-083r4, annex D.1 and D.2. For the Chinese grid: resolutions in
// degrees as its users publish them, 1.40625 at zoom 0 halved at each.
func TestMatrixSets(t *testing.T) {
	sets := map[string]tiles.MatrixSet{}
	for _, s := range tiles.MatrixSets() {
		sets[s.ID] = s
	}
	for id, want := range map[string]map[int]float64{
		"WebMercatorQuad": {0: 559082264.028717, 1: 279541132.014358, 18: 2132.72958384978, 24: 33.3238997476529},
		"WorldCRS84Quad":  {0: 279541132.014358, 1: 139770566.007179, 17: 2132.72958384978},
	} {
		for z, scale := range want {
			if got := sets[id].Matrices[z].ScaleDenominator; math.Abs(got/scale-1) > 1e-11 {
				t.Errorf("%s: scale of zoom %d is %v, want %v", id, z, got, scale)
			}
		}
	}
	if n := len(sets["WebMercatorQuad"].Matrices); n != 25 {
		t.Errorf("%d matrices", n)
	}
	china := sets["CGCS2000Quad"]
	for _, m := range china.Matrices {
		n, _ := strconv.Atoi(m.ID)
		if m.CellSize != 1.40625/math.Exp2(float64(n)) || m.Width != 1<<n || m.Height != 1<<(n-1) || m.Origin != [2]float64{90, -180} {
			t.Errorf("%+v", m)
		}
	}
	// Tiles of the two geographic sets are the same places under other names.
	world := sets["WorldCRS84Quad"]
	a, err := world.Tile("9", "827", "168")
	b, err2 := china.Tile("10", "827", "168")
	if err != nil || err2 != nil || a != b || a.Grid != tiles.Geographic {
		t.Errorf("%v %v, %v %v", a, err, b, err2)
	}
	for _, z := range []string{"0", "25"} {
		if _, err := china.Tile(z, "0", "0"); layers.KindOf(err) != layers.NotFound {
			t.Errorf("zoom %s: %v", z, err)
		}
	}
}

// The owner of a place in the geographic grid, by arithmetic in degrees alone.
func TestGeographicGrid(t *testing.T) {
	rng := random(t)
	for range 20000 {
		p := orb.Point{rng.Float64()*360 - 180, rng.Float64()*180 - 90}
		z := tiles.Zoom(rng.IntN(20))
		id, ok := tiles.Geographic.At(p, z)
		if !ok || !id.Valid() {
			t.Fatalf("no tile for %v", p)
		}
		side := 180 / math.Exp2(float64(z))
		b := id.Bound()
		west, north := float64(id.X)*side-180, 90-float64(id.Y)*side
		const rounding = 1e-9
		if math.Abs(b.Min[0]-west)+math.Abs(b.Max[1]-north)+math.Abs(b.Max[0]-west-side)+math.Abs(b.Min[1]-north+side) > rounding {
			t.Fatalf("%v: %v, its corner is %v %v", id, b, west, north)
		}
		if !b.Pad(rounding).Contains(p) {
			t.Fatalf("%v is not in %v of its tile %v", p, b, id)
		}
		children, _ := id.Children()
		if parent, ok := children[rng.IntN(4)].Parent(); !ok || parent != id || !id.Contains(children[0]) {
			t.Fatalf("%v is not the parent of its children", id)
		}
	}
}

// The projection agrees with its formula, written another way, to 2e-15 at every
// latitude, and falls from north to south without a step back wider than that.
func TestProjectionAgreesWithItsFormula(t *testing.T) {
	last := 1.0
	for i := range 400_000 {
		lat := -85.06 + float64(i)*(2*85.06/400_000)
		x, y := tiles.Project(orb.Point{lat, lat})
		clamped := max(-tiles.MaxLatitude, min(tiles.MaxLatitude, lat)) * math.Pi / 180
		if want := 0.5 - math.Asinh(math.Tan(clamped))/(2*math.Pi); math.Abs(y-want) > 2e-15 || x != lat/360+0.5 {
			t.Fatalf("latitude %v lies at %v, want %v", lat, y, want)
		}
		if y > last+2e-15 {
			t.Fatalf("latitude %v lies at %v, south of %v", lat, y, last)
		}
		last = y
	}
	for _, c := range []struct{ lat, y float64 }{{90, 0}, {-90, 1}, {tiles.MaxLatitude, 0}, {-tiles.MaxLatitude, 1}, {0, 0.5}, {math.Inf(1), 0}} {
		if _, y := tiles.Project(orb.Point{0, c.lat}); math.Abs(y-c.y) > 1e-15 {
			t.Errorf("latitude %v lies at %v, want %v", c.lat, y, c.y)
		}
	}
	if _, y := tiles.Project(orb.Point{0, math.NaN()}); !math.IsNaN(y) {
		t.Errorf("no latitude lies at %v", y)
	}
}

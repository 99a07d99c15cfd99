package shape_test

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
	orbmvt "github.com/paulmach/orb/encoding/mvt"

	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

func random(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// rounds is how many random features a test draws; WUTU_ROUNDS raises it for a
// long run.
func rounds(n int) int {
	if s := os.Getenv("WUTU_ROUNDS"); s != "" {
		if m, err := strconv.Atoi(s); err == nil {
			return m
		}
	}
	return n
}

// at is the place at the fractions x and y of a box, y from the north.
func at(b orb.Bound, x, y float64) orb.Point {
	return orb.Point{b.Min[0] + x*(b.Max[0]-b.Min[0]), b.Max[1] - y*(b.Max[1]-b.Min[1])}
}

// randomGeometry makes what real and broken data contain, around the tile:
// stars, slivers, self-crossing and self-touching rings, holes that touch, cross
// or lie outside, zigzags, repeated points, poles and the antimeridian.
func randomGeometry(rng *rand.Rand, b orb.Bound) orb.Geometry {
	size := math.Pow(10, -4+4.5*rng.Float64())
	cx, cy := rng.Float64()*1.4-0.2, rng.Float64()*1.4-0.2
	snap := 0.0
	if rng.IntN(3) == 0 {
		snap = size / float64(1+rng.IntN(6))
	}
	point := func() orb.Point {
		x, y := cx+(rng.Float64()-0.5)*size, cy+(rng.Float64()-0.5)*size
		if snap > 0 {
			x, y = math.Round(x/snap)*snap, math.Round(y/snap)*snap
		}
		return at(b, x, y)
	}
	ring := func() orb.Ring {
		n := 3 + rng.IntN(12)
		var r orb.Ring
		if rng.IntN(2) == 0 { // any points: crosses itself
			for range n {
				r = append(r, point())
			}
		} else { // a star
			turn := rng.Float64() * 7
			for i := range n {
				a, d := turn+2*math.Pi*float64(i)/float64(n), size*(0.05+rng.Float64())
				r = append(r, at(b, cx+d*math.Cos(a), cy+d*math.Sin(a)))
			}
		}
		if rng.IntN(4) == 0 {
			i := rng.IntN(len(r))
			r = slices.Insert(r, i, r[i])
		}
		return append(r, r[0])
	}
	polygon := func() orb.Polygon {
		p := orb.Polygon{ring()}
		for range max(0, rng.IntN(6)-3) {
			p = append(p, ring())
		}
		return p
	}
	switch rng.IntN(12) {
	case 0:
		return point()
	case 1, 2:
		var l orb.LineString
		for range 2 + rng.IntN(10) {
			l = append(l, point())
		}
		return l
	case 3:
		return orb.MultiPolygon{polygon(), polygon()}
	case 4: // a sliver
		p, q := point(), point()
		return orb.Polygon{{p, q, {q[0] + (q[0]-p[0])*1e-5, q[1]}, p}}
	case 5: // around the world
		return orb.Polygon{{{-180 - rng.Float64()*40, -90}, {180 + rng.Float64()*40, -90}, {180, 90 * rng.Float64()}, {-180, 90}, {-180, -90}}}
	case 6:
		return orb.Collection{point(), orb.LineString{point(), point()}, orb.MultiPoint{point(), point()}}
	}
	return polygon()
}

// Every picture of any input obeys every rule of the specification, and two
// decoders read the same.
func TestPicturesObeyTheSpecification(t *testing.T) {
	rng := random(t)
	n := rounds(200_000)
	const perTile = 100
	drawn := 0
	for done := 0; done < n; done += perTile {
		z := tiles.Zoom(rng.IntN(20))
		id := tiles.ID{Z: z, X: rng.Uint32N(z.Side()), Y: rng.Uint32N(z.Side())}
		if rng.IntN(3) == 0 { // the edges of the world
			id.X = []uint32{0, z.Side() - 1}[rng.IntN(2)]
			id.Y = []uint32{0, z.Side() - 1}[rng.IntN(2)]
		}
		b := id.Bound()
		frame := shape.NewFrame(id, 1<<rng.IntN(5), []int{0, 1, 64, 128, 4095}[rng.IntN(5)])
		var w mvt.Writer
		var g mvt.Geometry
		if err := w.Layer("random"); err != nil {
			t.Fatal(err)
		}
		var inputs []orb.Geometry
		for i := range perTile {
			in := randomGeometry(rng, b)
			if frame.Draw(&g, in) {
				if !w.Feature(uint64(i+1), &g, []mvt.Tag{{Key: "n", Value: mvt.Int(int64(i))}}) {
					t.Fatalf("%v at %v: a picture that cannot be written: %+v", in, id, g)
				}
				inputs = append(inputs, in)
			}
		}
		drawn += len(inputs)
		bytes := w.Bytes()
		for _, v := range mvt.Verify(bytes) {
			t.Fatalf("%v: %v; input %#v", id, v, inputs[max(0, v.Feature)])
		}
		if len(inputs) == 0 {
			continue
		}
		other, err := orbmvt.Unmarshal(bytes)
		if err != nil {
			t.Fatalf("orb reads %v: %v", id, err)
		}
		mine, err := mvt.Decode(bytes)
		if err != nil || len(other) != 1 || len(other[0].Features) != len(mine[0].Features) {
			t.Fatalf("orb reads other features of %v: %v", id, err)
		}
		for i, f := range mine[0].Features {
			o := other[0].Features[i]
			var theirs []mvt.XY
			collect(o.Geometry, &theirs)
			if !slices.Equal(theirs, f.Geometry.Coords) || o.Properties["n"] != float64(f.Get("n").Any().(int64)) {
				t.Fatalf("orb reads %v, we %v", o, f)
			}
		}
	}
	if drawn < n/4 {
		t.Errorf("only %d of %d features were seen", drawn, n)
	}
}

func collect(g orb.Geometry, out *[]mvt.XY) {
	switch g := g.(type) {
	case orb.Point:
		*out = append(*out, mvt.XY{X: int32(g[0]), Y: int32(g[1])})
	case orb.MultiPoint:
		for _, p := range g {
			collect(p, out)
		}
	case orb.LineString:
		for _, p := range g {
			collect(p, out)
		}
	case orb.MultiLineString:
		for _, l := range g {
			collect(l, out)
		}
	case orb.Polygon:
		for _, r := range g {
			collect(orb.LineString(r[:len(r)-1]), out)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			collect(p, out)
		}
	}
}

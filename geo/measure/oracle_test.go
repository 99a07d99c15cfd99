package measure

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
)

// Values of GeographicLib's GeodSolve -i -p 9 and, with --, of its Planimeter.
func TestGeographicLib(t *testing.T) {
	for _, c := range []struct {
		lat1, lon1, lat2, lon2 float64
		want                   float64
	}{
		{31.5, 111.2, 31.6, 111.35, 18049.861537422},
		{30, 100, 30.01, 100.02, 2225.375424646},
		{30, 100, 31, 101, 146647.199419353},
		{-30, 0, 29.9, 179.8, 19989832.827609532},
		{0, 0, 0.5, 179.7, 19944127.420750458},
		{45, 0, 45, 179.99, 10034042.654062791},
		{89, 0, 89, 180, 223387.729828400},
		{30.7, 111.28, 30.7, 111.30, 1916.038732624},
		{0, 10, 0, 10.05, 5565.974539664},
		{10, 20, 10.1, 20, 11060.809772892},
	} {
		a, b := orb.Point{c.lon1, c.lat1}, orb.Point{c.lon2, c.lat2}
		if got := Distance(a, b); math.Abs(got-c.want) > 2e-8 {
			t.Errorf("Distance(%v, %v) = %.9f, want %.9f", a, b, got, c.want)
		}
		if got, back := Distance(a, b), Distance(b, a); math.Abs(got-back) > 1e-8 {
			t.Errorf("Distance(%v, %v) differs by %g backwards", a, b, got-back)
		}
	}
	for _, c := range []struct {
		b            orb.Bound
		length, area float64
	}{
		{orb.Bound{Min: orb.Point{111.2, 30.6}, Max: orb.Point{111.21, 30.61}}, 4135.167069, 1063125.1},
		{orb.Bound{Min: orb.Point{111, 30}, Max: orb.Point{111.001, 30.001}}, 414.676495, 10695.7},
	} {
		if got := Area(c.b); math.Abs(got-c.area) > 0.06+1e-7*c.area {
			t.Errorf("Area(%v) = %.3f, want %.1f", c.b, got, c.area)
		}
		if got := Length(c.b); math.Abs(got-c.length) > 1e-5 {
			t.Errorf("Length(%v) = %.6f, want %.6f", c.b, got, c.length)
		}
	}
	// The whole ellipsoid: 510,065,621.724 km².
	earth := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	if got := Area(earth); math.Abs(got/510065621724089-1) > 1e-12 {
		t.Errorf("the Earth has %.0f m²", got)
	}
}

// The two methods of Distance must agree where both apply, and Destination must
// undo them.
func TestMethodsAgree(t *testing.T) {
	r := geotest.Rand(t)
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for range 20_000 {
		p := geotest.Point(r, world)
		d := math.Pow(10, 7.3*r.Float64())
		azimuth := 360 * r.Float64()
		q := Destination(p, azimuth, d)
		if got := Distance(p, q); math.Abs(got-d) > 5e-8 {
			if d > 1.9e7 { // beyond the antipode a shorter way may exist
				continue
			}
			t.Fatalf("%.9f m from %v at %v is %v, %.9f m away", d, p, azimuth, q, got)
		}
		if d < shortLimit && d > 100 && math.Abs(p[1]) < 89 {
			long := longDistance(p[1], q[1], math.Abs(degreesBetween(p[0], q[0])))
			if math.Abs(long-d) > 3e-8 {
				t.Fatalf("from %v to %v long way %.9f, short %.9f", p, q, long, d)
			}
		}
	}
}

func TestBoundDistance(t *testing.T) {
	r := geotest.Rand(t)
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for i := range 5000 {
		area, share := geotest.City, 0.3
		if i%2 == 0 {
			area, share = world, 0.5
		}
		p, b := geotest.Point(r, area), geotest.Box(r, area, share)
		if i%4 == 0 { // across the antimeridian
			b.Min[0], b.Max[0] = b.Min[0]-360, b.Max[0]-360
		}
		low := BoundDistance(p, b)
		least := math.Inf(1)
		const n = 12
		for x := range n + 1 {
			for y := range n + 1 {
				q := orb.Point{b.Min[0] + float64(x)/n*(b.Max[0]-b.Min[0]), b.Min[1] + float64(y)/n*(b.Max[1]-b.Min[1])}
				least = min(least, Distance(p, q))
			}
		}
		if low > least {
			t.Fatalf("BoundDistance(%v, %v) = %v, but %v is in the box", p, b, low, least)
		}
		if i%2 == 1 && i%4 != 0 && low > 0 && low < 0.97*DistanceTo(p, b) {
			t.Fatalf("BoundDistance(%v, %v) = %v, the box is %v away", p, b, low, DistanceTo(p, b))
		}
	}
	if d := BoundDistance(orb.Point{1, 1}, orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{-1, -1}}); !math.IsInf(d, 1) {
		t.Errorf("an empty box is %v away", d)
	}
}

// A pole is one place under every longitude, and no box is farther than a point in it.
func TestPolesAreOnePlace(t *testing.T) {
	r := geotest.Rand(t)
	for range 2000 {
		lat := []float64{90, -90}[r.IntN(2)]
		a, b := orb.Point{360*r.Float64() - 180, lat}, orb.Point{360*r.Float64() - 180, lat}
		if d := Distance(a, b); d != 0 {
			t.Fatalf("%v and %v are %g m apart", a, b, d)
		}
		if d := BoundDistance(a, orb.Bound{Min: b, Max: b}); d != 0 {
			t.Fatalf("a box at %v is %g m from %v", b, d, a)
		}
		q := orb.Point{360*r.Float64() - 180, lat - math.Copysign(math.Pow(10, -12*r.Float64()), lat)}
		if d, other := Distance(q, a), Distance(q, b); d != other {
			t.Fatalf("from %v to one pole: %v and %v", q, d, other)
		}
		if low, d := BoundDistance(q, orb.Bound{Min: b, Max: b}), Distance(q, b); low > d {
			t.Fatalf("from %v to %v: at least %g, but %g", q, b, low, d)
		}
	}
}

// −180° and 180° are one meridian, to the last bit.
func TestAntimeridianIsOneLine(t *testing.T) {
	r := geotest.Rand(t)
	for range 20_000 {
		p := geotest.Point(r, orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}})
		lat := 180*r.Float64() - 90
		if a, b := Distance(p, orb.Point{-180, lat}), Distance(p, orb.Point{180, lat}); a != b {
			t.Fatalf("from %v to latitude %v on the antimeridian: %v and %v", p, lat, a, b)
		}
	}
}

func TestCircleHoldsItsPoints(t *testing.T) {
	r := geotest.Rand(t)
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for range 20_000 {
		c := geotest.Point(r, world)
		radius := math.Pow(10, 7*r.Float64())
		b := Circle(c, radius)
		p := Destination(c, 360*r.Float64(), radius)
		if !b.Contains(p) {
			t.Fatalf("Circle(%v, %v) = %v lacks %v", c, radius, b, p)
		}
	}
	c := Circle(orb.Point{111, 30}, 1000)
	if w := (c.Max[0] - c.Min[0]) * 96486; w > 2*1000*1.01 {
		t.Errorf("a circle of 1 km is %.1f m wide", w)
	}
}

// sampled is the distance by brute force: many places on each edge, refined.
func sampled(p, a, b orb.Point) float64 {
	lo, hi := 0.0, 1.0
	best := math.Inf(1)
	for range 9 {
		at := lo
		const n = 40
		for i := range n + 1 {
			t := lo + (hi-lo)*float64(i)/n
			if d := Distance(p, orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}); d < best {
				best, at = d, t
			} else if i == 0 {
				at = lo
			}
		}
		w := (hi - lo) / n * 2
		if at == lo && best < math.Inf(1) {
			at = bestAt(p, a, b, lo, hi)
		}
		lo, hi = max(0, at-w), min(1, at+w)
	}
	return best
}

func bestAt(p, a, b orb.Point, lo, hi float64) float64 {
	best, at := math.Inf(1), lo
	for i := range 41 {
		t := lo + (hi-lo)*float64(i)/40
		if d := Distance(p, orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}); d < best {
			best, at = d, t
		}
	}
	return at
}

func TestDistanceToLines(t *testing.T) {
	r := geotest.Rand(t)
	for i := range 700 {
		step := math.Pow(10, -4+4.5*r.Float64()) // 10 m to 300 km
		l := geotest.Line(r, geotest.City, 2+r.IntN(5), step)
		p := geotest.Point(r, geotest.City)
		if i%2 == 0 {
			p = Destination(l[0], 360*r.Float64(), math.Pow(10, 6*r.Float64()))
		}
		want := math.Inf(1)
		for j := 1; j < len(l); j++ {
			want = min(want, sampled(p, l[j-1], l[j]))
		}
		got, place := Nearest(p, l)
		if math.Abs(got-want) > 1e-3 {
			t.Fatalf("DistanceTo(%v, %v) = %.6f, sampled %.6f", p, l, got, want)
		}
		if d := Distance(p, place); d != got {
			t.Fatalf("the nearest place %v is %v away, not %v", place, d, got)
		}
	}
}

// Edges may go round the Earth: every tenth of a degree is looked at, then the
// nearest place more closely.
func TestDistanceToLongEdges(t *testing.T) {
	r := geotest.Rand(t)
	world := orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	for range 60 {
		a, b, p := geotest.Point(r, world), geotest.Point(r, world), geotest.Point(r, world)
		at := func(t float64) float64 {
			return Distance(p, orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])})
		}
		const n = 3600
		best := 0
		for i := range n + 1 {
			if at(float64(i)/n) < at(float64(best)/n) {
				best = i
			}
		}
		lo, hi := max(0, float64(best-1)/n), min(1, float64(best+1)/n)
		for range 60 {
			if u, v := lo+(hi-lo)/3, hi-(hi-lo)/3; at(u) < at(v) {
				hi = v
			} else {
				lo = u
			}
		}
		want := min(at(lo), at(0), at(1))
		tolerance := 1e-3
		if want > 1e6 {
			tolerance = 2e-5 * want
		}
		if got := DistanceTo(p, orb.LineString{a, b}); math.Abs(got-want) > tolerance {
			t.Fatalf("from %v to the edge %v %v: %.6f, looked for %.6f", p, a, b, got, want)
		}
	}
}

func TestDistanceToAreas(t *testing.T) {
	square := orb.Polygon{
		{{111, 30}, {111.1, 30}, {111.1, 30.1}, {111, 30.1}, {111, 30}},
		{{111.04, 30.04}, {111.06, 30.04}, {111.06, 30.06}, {111.04, 30.06}, {111.04, 30.04}},
	}
	for _, c := range []struct {
		p    orb.Point
		want float64
	}{
		{orb.Point{111.02, 30.02}, 0},
		{orb.Point{111, 30.05}, 0},
		{orb.Point{111.05, 30.05}, Distance(orb.Point{111.05, 30.05}, orb.Point{111.04, 30.05})},
		{orb.Point{110.9, 29.9}, Distance(orb.Point{110.9, 29.9}, orb.Point{111, 30})},
	} {
		if got := DistanceTo(c.p, square); math.Abs(got-c.want) > 1e-3 {
			t.Errorf("DistanceTo(%v) = %v, want %v", c.p, got, c.want)
		}
	}
	if d := DistanceTo(orb.Point{179.999, 10}, orb.LineString{{-179.999, 9}, {-179.999, 11}}); math.Abs(d-219.29) > 0.1 {
		t.Errorf("over the antimeridian: %v", d)
	}
	for _, g := range []orb.Geometry{nil, orb.MultiPoint{}, orb.Polygon{}, orb.Collection{}} {
		if d := DistanceTo(orb.Point{}, g); !math.IsInf(d, 1) {
			t.Errorf("%#v is %v away", g, d)
		}
	}
}

func TestAreaIsAdditive(t *testing.T) {
	r := geotest.Rand(t)
	for range 200 {
		b := geotest.Box(r, geotest.China, 0.5)
		cut := b.Min[1] + r.Float64()*(b.Max[1]-b.Min[1])
		low, high := b, b
		low.Max[1], high.Min[1] = cut, cut
		if whole, sum := Area(b), Area(low)+Area(high); math.Abs(whole-sum) > 1e-9*whole+1e-6 {
			t.Fatalf("%v: %v whole, %v in parts", b, whole, sum)
		}
	}
	for range 200 {
		l := geotest.Line(r, geotest.City, 10, 0.02)
		sum := 0.0
		for i := 1; i < len(l); i++ {
			sum += Distance(l[i-1], l[i])
		}
		if got := Length(l); math.Abs(got-sum) > 1e-7*sum {
			t.Fatalf("Length %v, sum of distances %v", got, sum)
		}
	}
}

func ExampleDistance() {
	canton, tower := orb.Point{113.2644, 23.1291}, orb.Point{113.32452, 23.10648}
	fmt.Printf("%.4f m\n", Distance(canton, tower))
	// Output: 6648.3035 m
}

func ExampleNearest() {
	road := orb.LineString{{111.28, 30.70}, {111.30, 30.70}}
	d, place := Nearest(orb.Point{111.29, 30.71}, road)
	fmt.Printf("%.2f m to %.4f %.4f\n", d, place[0], place[1])
	// Output: 1108.64 m to 111.2900 30.7000
}

func BenchmarkDistanceShort(b *testing.B) {
	for b.Loop() {
		Distance(orb.Point{113.2644, 23.1291}, orb.Point{113.32452, 23.10648})
	}
}

func BenchmarkDistanceLong(b *testing.B) {
	for b.Loop() {
		Distance(orb.Point{113.2644, 23.1291}, orb.Point{116.397428, 39.90923})
	}
}

func BenchmarkBoundDistance(b *testing.B) {
	box := orb.Bound{Min: orb.Point{111.3, 30.7}, Max: orb.Point{111.4, 30.8}}
	for b.Loop() {
		BoundDistance(orb.Point{111.2, 30.6}, box)
	}
}

func BenchmarkDistanceToPolygon1000(b *testing.B) {
	g := orb.Polygon{geotest.Star(rand.New(rand.NewPCG(1, 1)), orb.Point{111.3, 30.7}, 0.05, 1000)}
	for b.Loop() {
		DistanceTo(orb.Point{111.2, 30.6}, g)
	}
}

package predicate_test

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/predicate"
)

// The plain crossing count in exact rationals is the oracle for Locate.
func TestLocateOnFloats(t *testing.T) {
	r := geotest.Rand(t)
	rat := func(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }
	side := func(a, b, c orb.Point) int {
		l := new(big.Rat).Mul(new(big.Rat).Sub(rat(b[0]), rat(a[0])), new(big.Rat).Sub(rat(c[1]), rat(a[1])))
		m := new(big.Rat).Mul(new(big.Rat).Sub(rat(b[1]), rat(a[1])), new(big.Rat).Sub(rat(c[0]), rat(a[0])))
		return l.Cmp(m)
	}
	border := 0
	for range 300 {
		p := geotest.Polygon(r, geotest.City, 12)
		prepared := predicate.Prepare(p)
		for range 20 {
			ring := p[r.IntN(len(p))]
			i := r.IntN(len(ring) - 1)
			a, b := ring[i], ring[i+1]
			f := r.Float64()
			// A place beside an edge, on it or an ulp away, or a vertex.
			q := orb.Point{a[0] + f*(b[0]-a[0]), a[1] + f*(b[1]-a[1])}
			switch r.IntN(4) {
			case 0:
				q = a
			case 1:
				q[1] = a[1]
			case 2:
				q[0] = math.Nextafter(q[0], 200)
			}
			want, on := predicate.Outside, false
			for _, ring := range p {
				for j := 1; j < len(ring); j++ {
					u, v := ring[j-1], ring[j]
					if u[1] > v[1] {
						u, v = v, u
					}
					s := side(u, v, q)
					if s == 0 && q[1] >= u[1] && q[1] <= v[1] && q[0] >= min(u[0], v[0]) && q[0] <= max(u[0], v[0]) {
						on = true
					}
					if u[1] <= q[1] && q[1] < v[1] && s > 0 {
						want = predicate.Inside - want
					}
				}
			}
			if on {
				want = predicate.Border
				border++
			}
			if got := prepared.Locate(q); got != want {
				t.Fatalf("%v in %v is %v, want %v", q, p, got, want)
			}
		}
	}
	if border < 500 {
		t.Errorf("only %d places on the border", border)
	}
}

func TestRelateBox(t *testing.T) {
	r := geotest.Rand(t)
	var seen [3]int
	for range 300 {
		g := orb.Geometry(geotest.MultiPolygon(r, geotest.City, 20))
		if r.IntN(4) == 0 {
			g = geotest.Line(r, geotest.City, 10, 0.02)
		}
		p := predicate.Prepare(g)
		for range 50 {
			b := geotest.Box(r, p.Bound().Pad(0.001), 0.2)
			relation := p.RelateBox(b)
			seen[relation]++
			meets := predicate.Intersects(b, g)
			if meets != (relation != predicate.BoxOutside) {
				t.Fatalf("%v is %v of %v, which it meets: %v", b, relation, g, meets)
			}
			if inside := predicate.Prepare(g).Contains(b); inside != (relation == predicate.BoxInside) {
				t.Fatalf("%v is %v of %v, which contains it: %v", b, relation, g, inside)
			}
		}
	}
	for relation, n := range seen {
		if n < 30 { // about 150 are expected of the rarest
			t.Errorf("%v came %d times only", predicate.BoxRelation(relation), n)
		}
	}
}

func TestInteriorAndLabelPoints(t *testing.T) {
	r := geotest.Rand(t)
	for range 500 {
		g := geotest.MultiPolygon(r, geotest.City, 15)
		p := predicate.Prepare(g)
		for name, point := range map[string]orb.Point{"interior": predicate.InteriorPoint(g), "label": predicate.LabelPoint(g)} {
			if at := p.Locate(point); at != predicate.Inside {
				t.Fatalf("the %s point %v is %v of %v", name, point, at, g)
			}
		}
		if predicate.InteriorPoint(g) != predicate.InteriorPoint(orb.Clone(g)) {
			t.Fatal("the interior point is not stable")
		}
	}
	for _, g := range []orb.Geometry{nil, orb.MultiPoint{}, orb.LineString{}, orb.Polygon{}, orb.MultiPolygon{{}}, orb.Collection{orb.MultiPoint{}}} {
		if p := predicate.InteriorPoint(g); !math.IsNaN(p[0]) {
			t.Errorf("the empty %#v has the point %v", g, p)
		}
		if p := predicate.LabelPoint(g); !math.IsNaN(p[0]) {
			t.Errorf("the empty %#v has the label %v", g, p)
		}
	}
	thin := orb.Polygon{{{111, 30}, {111.2, 30.1}, {111.2, 30.1 + 1e-13}, {111, 30}}}
	if p := predicate.InteriorPoint(thin); predicate.Prepare(thin).Locate(p) == predicate.Outside {
		t.Errorf("the point %v of a sliver is outside", p)
	}
	u := orb.Polygon{{{0, 0}, {10, 0}, {10, 10}, {8, 10}, {8, 2}, {2, 2}, {2, 10}, {0, 10}, {0, 0}}}
	if p := predicate.LabelPoint(u); predicate.Prepare(u).Locate(p) != predicate.Inside || p[1] > 3 {
		t.Errorf("the label of a U is at %v", p)
	}
}

func TestEmptyAndCollections(t *testing.T) {
	square := orb.Polygon{{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}}
	beside := orb.Polygon{{{4, 0}, {8, 0}, {8, 4}, {4, 4}, {4, 0}}}
	both := orb.Collection{square, beside}
	across := orb.LineString{{1, 1}, {7, 1}}
	for _, c := range []struct {
		name       string
		got, wants bool
	}{
		{"nil meets", predicate.Intersects(nil, square), false},
		{"empty meets", predicate.Intersects(square, orb.MultiPoint{}), false},
		{"empty within", predicate.Within(orb.MultiPoint{}, square), false},
		{"zero point meets empty", predicate.Intersects(orb.Point{0, 0}, orb.Polygon{}), false},
		{"border meets", predicate.Intersects(square, orb.Point{4, 2}), true},
		{"border within", predicate.Within(orb.Point{4, 2}, square), false},
		{"border covered", predicate.Prepare(square).Covers(orb.Point{4, 2}), true},
		{"collection meets", predicate.Intersects(both, across), true},
		{"collection contains", predicate.Within(across, both), true},
		{"within one", predicate.Within(orb.LineString{{1, 1}, {2, 2}}, both), true},
		{"collection within", predicate.Within(both, orb.Bound{Max: orb.Point{9, 9}}), true},
		{"neighbours touch", predicate.Relate(predicate.Touches, square, beside), true},
		{"neighbours overlap", predicate.Relate(predicate.Overlaps, square, beside), false},
		{"equals", predicate.Relate(predicate.Equals, square, orb.Bound{Max: orb.Point{4, 4}}), true},
		{"crosses", predicate.Relate(predicate.Crosses, across, square), true},
	} {
		if c.got != c.wants {
			t.Errorf("%s: %v", c.name, c.got)
		}
	}
}

func ExamplePrepare() {
	park := predicate.Prepare(orb.Polygon{{{111.28, 30.70}, {111.30, 30.70}, {111.30, 30.72}, {111.28, 30.72}, {111.28, 30.70}}})
	fmt.Println(park.Locate(orb.Point{111.29, 30.71}), park.Locate(orb.Point{111.28, 30.71}))
	fmt.Println(park.RelateBox(orb.Bound{Min: orb.Point{111.285, 30.705}, Max: orb.Point{111.295, 30.715}}))
	fmt.Println(park.Contains(orb.LineString{{111.28, 30.70}, {111.28, 30.72}}))
	// Output:
	// inside border
	// inside
	// false
}

func ExampleLabelPoint() {
	fmt.Println(predicate.LabelPoint(orb.Polygon{{{0, 0}, {2, 0}, {2, 2}, {0, 2}, {0, 0}}}))
	// Output: [1 1]
}

func star(n int) orb.Polygon {
	return orb.Polygon{geotest.Star(rand.New(rand.NewPCG(1, 1)), orb.Point{111.3, 30.7}, 0.1, n)}
}

// ring10k is a smooth outline, as of a district, of 10,000 vertices.
func ring10k() orb.Polygon {
	var ring orb.Ring
	for i := range 10_000 {
		a := 2 * math.Pi * float64(i) / 10_000
		d := 0.1 * (1 + 0.3*math.Sin(5*a) + 0.02*math.Sin(200*a))
		ring = append(ring, orb.Point{111.3 + d*math.Cos(a), 30.7 + d*math.Sin(a)})
	}
	return orb.Polygon{append(ring, ring[0])}
}

func BenchmarkLocate10k(b *testing.B) {
	p := predicate.Prepare(ring10k())
	r := rand.New(rand.NewPCG(1, 1))
	points := geotest.Points(r, p.Bound(), 1024)
	for i := 0; b.Loop(); i++ {
		p.Locate(points[i%len(points)])
	}
}

func BenchmarkRelateBox10k(b *testing.B) {
	p := predicate.Prepare(ring10k())
	r := rand.New(rand.NewPCG(1, 1))
	var boxes []orb.Bound
	for range 256 {
		boxes = append(boxes, geotest.Box(r, p.Bound(), 0.05))
	}
	for i := 0; b.Loop(); i++ {
		p.RelateBox(boxes[i%len(boxes)])
	}
}

func BenchmarkPrepare10k(b *testing.B) {
	g := ring10k()
	for b.Loop() {
		predicate.Prepare(g)
	}
}

func BenchmarkIntersectsBuildings(b *testing.B) {
	p := predicate.Prepare(star(100))
	g := orb.Polygon{{{111.3, 30.7}, {111.301, 30.7}, {111.301, 30.701}, {111.3, 30.701}, {111.3, 30.7}}}
	for b.Loop() {
		p.Intersects(g)
	}
}

func BenchmarkLabelPoint100(b *testing.B) {
	g := star(100)
	for b.Loop() {
		predicate.LabelPoint(g)
	}
}

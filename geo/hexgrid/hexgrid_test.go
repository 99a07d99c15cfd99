package hexgrid_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"

	"wutu/geo/hexgrid"
)

// Golden values made with h3-js 4 (standards.md section 6).
func TestGoldenCells(t *testing.T) {
	canton, tiananmen, chengdu := orb.Point{113.32452, 23.10648}, orb.Point{116.397428, 39.90923}, orb.Point{104.0657, 30.5728}
	for _, c := range []struct {
		p    orb.Point
		res  int
		want string
	}{
		{canton, 8, "88411d4d25fffff"}, {canton, 9, "89411d4d243ffff"}, {canton, 10, "8a411d4d2417fff"},
		{canton, 11, "8b411d4d2414fff"}, {tiananmen, 9, "8931aa42803ffff"}, {chengdu, 9, "8940e3c46abffff"},
	} {
		if got := hexgrid.At(c.p, c.res).String(); got != c.want {
			t.Errorf("cell of %v at %d is %s, want %s", c.p, c.res, got, c.want)
		}
	}
}

// The H3 library is the oracle for the hierarchy made of bit operations.
func TestParentsEqualTheLibrarys(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		p := orb.Point{rng.Float64()*360 - 180, rng.Float64()*180 - 90}
		res := rng.IntN(16)
		c := hexgrid.At(p, res)
		if c.Resolution() != res {
			t.Fatalf("%s has resolution %d, want %d", c, c.Resolution(), res)
		}
		for up := range res + 1 {
			if got, want := c.Parent(up), hexgrid.Cell(h3.Cell(c).Parent(up)); got != want {
				t.Fatalf("parent of %s at %d is %s, want %s", c, up, got, want)
			}
		}
		if back, err := hexgrid.Parse(c.String()); err != nil || back != c {
			t.Fatalf("%s reads back as %s, %v", c, back, err)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for _, s := range []string{"", "0", "xyz", "ffffffffffffffff", "88411d4d25fffff0", "8b411d4d2414fffff"} {
		if c, err := hexgrid.Parse(s); err == nil {
			t.Errorf("%q was read as %s", s, c)
		}
	}
}

// Every cell that holds a point of the box must be in the cover.
func TestCoverMissesNothing(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for range 60 {
		x, y := rng.Float64()*340-170, rng.Float64()*160-80
		b := orb.Bound{Min: orb.Point{x, y}, Max: orb.Point{x + rng.Float64()*0.2, y + rng.Float64()*0.2}}
		res := 5 + rng.IntN(4)
		cells, err := hexgrid.Cover(b, res, 10000)
		if err != nil {
			t.Fatal(err)
		}
		if !slices.IsSorted(cells) {
			t.Fatal("not in order")
		}
		for i := range 300 {
			p := orb.Point{b.Min[0] + rng.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rng.Float64()*(b.Max[1]-b.Min[1])}
			if i < 4 {
				p = []orb.Point{b.Min, b.Max, {b.Min[0], b.Max[1]}, {b.Max[0], b.Min[1]}}[i]
			}
			if _, ok := slices.BinarySearch(cells, hexgrid.At(p, res)); !ok {
				t.Fatalf("the cell of %v at %d is missing from the cover of %v", p, res, b)
			}
		}
	}
	if _, err := hexgrid.Cover(orb.Bound{Min: orb.Point{0, 0}, Max: orb.Point{10, 10}}, 9, 1000); err == nil {
		t.Error("a cover of millions of cells was made")
	}
}

func TestBoundaryHoldsTheCentre(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	for range 500 {
		c := hexgrid.At(orb.Point{rng.Float64()*360 - 180, rng.Float64()*160 - 80}, rng.IntN(14))
		ring := c.Boundary()
		if ring[0] != ring[len(ring)-1] || ring.Orientation() != orb.CCW {
			t.Fatalf("%s: outline %v is not a counter-clockwise ring", c, ring)
		}
		b, m := ring.Bound(), c.Center()
		if !(b.Contains(m) || b.Contains(orb.Point{m[0] + 360, m[1]}) || b.Contains(orb.Point{m[0] - 360, m[1]})) {
			t.Fatalf("%s: centre %v outside of %v", c, m, b)
		}
	}
}

func ExampleAt() {
	c := hexgrid.At(orb.Point{113.32452, 23.10648}, 9)
	fmt.Println(c, c.Resolution(), c.Parent(8))
	// Output: 89411d4d243ffff 9 88411d4d25fffff
}

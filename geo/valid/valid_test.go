package valid_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/valid"
)

func square(x, y, s float64) orb.Ring {
	return orb.Ring{{x, y}, {x + s, y}, {x + s, y + s}, {x, y + s}, {x, y}}
}

func TestRules(t *testing.T) {
	deep := orb.Geometry(orb.Point{1, 2})
	for range 9 {
		deep = orb.Collection{deep}
	}
	for _, c := range []struct {
		name string
		g    orb.Geometry
		rule valid.Rule // "" if valid
		text string
	}{
		{"nil", nil, "", ""},
		{"point", orb.Point{180, -90}, "", ""},
		{"latitude", orb.Point{10, 95}, valid.Range, "latitude 95 is out of range"},
		{"longitude", orb.LineString{{0, 0}, {181, 0}}, valid.Range, "longitude 181 is out of range"},
		{"nan", orb.Point{math.NaN(), 1}, valid.Finite, "coordinate NaN 1 is not a finite number"},
		{"inf", orb.MultiPoint{{1, 1}, {1, math.Inf(1)}}, valid.Finite, "coordinate 1 +Inf is not a finite number"},
		{"short line", orb.LineString{{1, 1}}, valid.LinePoints, "a line needs two different points at 1 1"},
		{"still line", orb.MultiLineString{{{1, 1}, {2, 2}}, {{1, 1}, {1, 1}}}, valid.LinePoints, "part 1: a line needs two different points at 1 1"},
		{"triangle of three", orb.Polygon{{{0, 0}, {1, 0}, {0, 0}}}, valid.RingPoints, "ring 0: the ring has 3 points, a ring needs 4 at 0 0"},
		{"open", orb.Polygon{{{0, 0}, {1, 0}, {1, 1}, {0, 1}}}, valid.RingClosed, "ring 0: the ring is not closed at 0 1"},
		{"flat", orb.Polygon{{{0, 0}, {1, 0}, {1, 0}, {0, 0}}}, valid.RingArea, "ring 0: the ring encloses no area at 0 0"},
		{"bow tie", orb.Polygon{{{0, 0}, {2, 2}, {2, 0}, {0, 2}, {0, 0}}}, valid.SelfCross, "ring 0: the ring crosses or touches itself at 1 1"},
		{"spike", orb.Polygon{{{0, 0}, {2, 0}, {2, 2}, {2, 3}, {2, 2}, {0, 2}, {0, 0}}}, valid.SelfCross, ""},
		{"hole", orb.Polygon{square(0, 0, 9), square(1, 1, 2)}, "", ""},
		{"hole outside", orb.Polygon{square(0, 0, 3), square(5, 5, 1)}, valid.HoleOutside, "ring 1: the hole does not lie in its shell at 5 5"},
		{"hole over", orb.Polygon{square(0, 0, 3), square(2, 2, 4)}, valid.RingsCross, ""},
		{"hole on edge", orb.Polygon{square(0, 0, 3), square(0, 1, 1)}, valid.RingsCross, ""},
		{"hole in hole", orb.Polygon{square(0, 0, 9), square(1, 1, 5), square(2, 2, 1)}, valid.HoleNested, "ring 2: the hole lies in hole 1 at 2 2"},
		{"cut in two", orb.Polygon{square(0, 0, 4), {{0, 2}, {2, 1}, {4, 2}, {2, 3}, {0, 2}}}, valid.Connected, ""},
		{"parts touch", orb.MultiPolygon{{square(0, 0, 1)}, {square(1, 1, 1)}}, "", ""},
		{"parts share edge", orb.MultiPolygon{{square(0, 0, 1)}, {square(1, 0, 1)}}, valid.PartsOverlap, ""},
		{"part in part", orb.MultiPolygon{{square(0, 0, 9)}, {square(1, 1, 1)}}, valid.PartsOverlap, "part 1: the polygon overlaps part 0 at 1 1"},
		{"part in hole", orb.MultiPolygon{{square(0, 0, 9), square(1, 1, 5)}, {square(2, 2, 1)}}, "", ""},
		{"deep", deep, valid.Depth, "part 0: collections are nested deeper than 8"},
	} {
		err := valid.Check(c.g)
		if c.rule == "" {
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			continue
		}
		var e *valid.Error
		if !errors.As(err, &e) || e.Rule != c.rule || c.text != "" && e.Error() != c.text {
			t.Errorf("%s: %v, want %s %q", c.name, err, c.rule, c.text)
		}
	}
	if err := (valid.Limits{Vertices: 3}).Check(orb.Polygon{square(0, 0, 1)}); err == nil || !strings.Contains(err.Error(), "more than 3 vertices") {
		t.Errorf("vertex limit: %v", err)
	}
}

// A comb of long teeth is the worst case of the sweep; it must end.
func TestLargeRings(t *testing.T) {
	r := geotest.Rand(t)
	if err := valid.Check(orb.Polygon{geotest.Star(r, orb.Point{111, 30}, 1, 10_000)}); err != nil {
		t.Error(err)
	}
	var comb orb.Ring
	for i := range 5000 {
		x := float64(i) / 100
		comb = append(comb, orb.Point{x, 0}, orb.Point{x + 0.005, 50})
	}
	comb = append(comb, orb.Point{60, 60}, orb.Point{60, -1}, comb[0])
	if err := valid.Check(orb.Polygon{comb}); err != nil {
		t.Error(err)
	}
}

func ExampleCheck() {
	fmt.Println(valid.Check(orb.Point{113.2644, 95}))
	fmt.Println(valid.Check(orb.Polygon{{{0, 0}, {2, 2}, {2, 0}, {0, 2}, {0, 0}}}))
	// Output:
	// latitude 95 is out of range
	// ring 0: the ring crosses or touches itself at 1 1
}

func BenchmarkCheckRing10k(b *testing.B) {
	p := orb.Polygon{geotest.Star(rand.New(rand.NewPCG(1, 1)), orb.Point{111, 30}, 1, 10_000)}
	for b.Loop() {
		if err := valid.Check(p); err != nil {
			b.Fatal(err)
		}
	}
}

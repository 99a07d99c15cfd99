package spatial

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/measure"
	"wutu/layers"
)

// nearestOf is the least distance from p to the edges of a path and the metres to
// that place, edge by edge.
func nearestOf(path orb.LineString, p orb.Point) (off, along float64) {
	off, run := math.Inf(1), 0.0
	for i := 1; i < len(path); i++ {
		d, at := measure.Nearest(p, path[i-1:i+1])
		if d < off {
			off, along = d, run+measure.Length(orb.LineString{path[i-1], at})
		}
		run += measure.Length(path[i-1 : i+1])
	}
	return off, along
}

func TestCorridorAgainstLoops(t *testing.T) {
	c := newCity(t, 180)
	v := c.cat.View()
	for range 6 {
		path := geotest.Line(c.r, geotest.City, 2+c.r.IntN(40), 0.02)
		width := c.r.Float64() * 2000
		p := NewPath(path)
		if want := measure.Length(path); math.Abs(p.LengthM()-want) > 1e-6 {
			t.Fatalf("%v is %v m long, not %v", path, p.LengthM(), want)
		}
		got, err := Corridor(t.Context(), v, c.query("things"), p, width)
		if err != nil {
			t.Fatal(err)
		}
		want := map[string]*layers.Feature{}
		for i := range c.all["things"] {
			if f := &c.all["things"][i]; f.Shape != nil && far(path, f.Shape) <= width {
				want[f.Key] = f
			}
		}
		last := 0.0
		for _, x := range got {
			f := want[x.ID()]
			if f == nil || x.AlongM < last {
				t.Fatalf("%s at %v after %v: outside, twice or out of order", x.ID(), x.AlongM, last)
			}
			last = x.AlongM
			delete(want, x.ID())
			if d := far(path, f.Shape); math.Abs(d-x.DistanceM) > 1e-6 {
				t.Fatalf("%s is %v m off, not %v", x.ID(), x.DistanceM, d)
			}
			if q, ok := f.Shape.(orb.Point); ok {
				off, along := nearestOf(path, q)
				if math.Abs(off-x.DistanceM) > 1e-6 || math.Abs(along-x.AlongM) > 1e-3 {
					t.Fatalf("%s is %v m off at %v, want %v at %v", x.ID(), x.DistanceM, x.AlongM, off, along)
				}
				if len(x.Crossings) != 0 {
					t.Fatalf("a point crosses: %+v", x)
				}
			}
			if d := measure.DistanceTo(x.Place, path); d > 1e-3 {
				t.Fatalf("the place %v of %s is %v m off the path", x.Place, x.ID(), d)
			}
			if d := measure.DistanceTo(x.Place, f.Shape); math.Abs(d-x.DistanceM) > 1e-3 {
				t.Fatalf("the place %v of %s is %v m from it, not %v", x.Place, x.ID(), d, x.DistanceM)
			}
			if len(x.Crossings) > 0 && (x.Side != On || x.DistanceM != 0) {
				t.Fatalf("%s crosses and is off: %+v", x.ID(), x)
			}
		}
		if len(want) > 0 {
			t.Fatalf("%d features are missing within %v m of %v", len(want), width, path)
		}
		c.checkReversed(path, width, got)
	}
}

// checkReversed goes the path back: what was left is right, and what was at the
// beginning is at the end.
func (c *city) checkReversed(path orb.LineString, width float64, there []Passed) {
	c.t.Helper()
	back := slices.Clone(path)
	slices.Reverse(back)
	p := NewPath(back)
	list, err := Corridor(c.t.Context(), c.cat.View(), c.query("things"), p, width)
	if err != nil || len(list) != len(there) {
		c.t.Fatalf("back: %d of %d, %v", len(list), len(there), err)
	}
	byID := map[string]*Passed{}
	for i := range list {
		byID[list[i].ID()] = &list[i]
	}
	for _, x := range there {
		y := byID[x.ID()]
		if y == nil || math.Abs(x.DistanceM-y.DistanceM) > 1e-9 || y.Side != -x.Side {
			c.t.Fatalf("%+v there, %+v back", x, y)
		}
		if len(x.Crossings) == 0 && x.DistanceM > 0 && math.Abs(x.AlongM+y.AlongM-p.LengthM()) > 1e-2 {
			if d := measure.Distance(x.Place, y.Place); d < 1 { // another place may be as near
				c.t.Fatalf("%s at %v there and %v back, of %v", x.ID(), x.AlongM, y.AlongM, p.LengthM())
			}
		}
		if len(x.Crossings) != len(y.Crossings) {
			c.t.Fatalf("%s: %v there, %v back", x.ID(), x.Crossings, y.Crossings)
		}
		for i, a := range x.Crossings {
			b := y.Crossings[len(y.Crossings)-1-i]
			if math.Abs(a.AlongM+b.AlongM-p.LengthM()) > 1e-5 || a.Right == b.Right {
				c.t.Fatalf("%s crosses %+v there, %+v back", x.ID(), a, b)
			}
		}
	}
}

func TestSideByHand(t *testing.T) {
	path := NewPath(orb.LineString{{0, 0}, {1, 0}, {1, 0}, {1, 1}, {0.9, 0}}) // east, north, and sharply back
	for _, c := range []struct {
		p    orb.Point
		want Side
	}{
		{orb.Point{0.5, 0.1}, Left}, {orb.Point{0.5, -0.1}, Right}, {orb.Point{0.5, 0}, On},
		{orb.Point{1.1, -0.1}, Right}, {orb.Point{1.1, 0.5}, Right}, // around the turn to the left
		{orb.Point{1, 1.2}, Right}, {orb.Point{1.02, 1.3}, Right}, {orb.Point{0.9, 1.2}, Right}, // beyond the sharp turn
		{orb.Point{-0.1, 0.1}, Left}, {orb.Point{-0.1, 0}, On}, {orb.Point{-0.1, -0.1}, Right},
		{orb.Point{0.97, 0.5}, Left},
	} {
		if _, _, got := path.Locate(c.p); got != c.want {
			t.Errorf("%v is %s of the path, want %s", c.p, got, c.want)
		}
	}
	for _, s := range []Side{Left, Right, On} {
		if s.String() == "" {
			t.Errorf("side %d has no name", s)
		}
	}
}

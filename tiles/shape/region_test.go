package shape_test

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// The picture of a polygon covers what the even-odd rule says of its rings,
// except within two units of an edge, where rounding decides. The oracle works
// in floats on the unrounded, uncut rings.
func TestPicturesCoverTheirPolygons(t *testing.T) {
	rng := random(t)
	id := tiles.ID{Z: 14, X: 13497, Y: 6209}
	b := id.Bound()
	frame := shape.NewFrame(id, 1, 64)
	var g mvt.Geometry
	probes, inside := 0, 0
	for range rounds(8_000) {
		p, ok := randomGeometry(rng, b).(orb.Polygon)
		if !ok || p.Bound().Max[0] > 179 {
			continue
		}
		frame.Draw(&g, p)
		var rings [][][2]float64
		for _, r := range p {
			var units [][2]float64
			for _, q := range r {
				x, y := tiles.Project(q)
				scale := float64(id.Z.Side()) * mvt.Extent
				units = append(units, [2]float64{x*scale - float64(id.X)*mvt.Extent, y*scale - float64(id.Y)*mvt.Extent})
			}
			rings = append(rings, units)
		}
		for range 20 {
			// Near the first ring's points, where there is something to see.
			v := rings[0][rng.IntN(len(rings[0]))]
			spread := []float64{20, 300, 3000}[rng.IntN(3)]
			x, y := v[0]+rng.NormFloat64()*spread, v[1]+rng.NormFloat64()*spread
			if x < -60 || y < -60 || x > 4156 || y > 4156 {
				continue
			}
			want, near := false, false
			for _, r := range rings {
				for i := 1; i < len(r); i++ {
					a, c := r[i-1], r[i]
					near = near || distance(x, y, a, c) < 2.5
					if (a[1] > y) != (c[1] > y) && x < a[0]+(y-a[1])/(c[1]-a[1])*(c[0]-a[0]) {
						want = !want
					}
				}
			}
			if near {
				continue
			}
			got := false
			for i := range g.Ends {
				r := g.Part(i)
				for j := range r {
					a, c := r[j], r[(j+1)%len(r)]
					ax, ay, cx, cy := float64(a.X), float64(a.Y), float64(c.X), float64(c.Y)
					if (ay > y) != (cy > y) && x < ax+(y-ay)/(cy-ay)*(cx-ax) {
						got = !got
					}
				}
			}
			probes++
			if want {
				inside++
			}
			// Holes outside their shell are dropped when nothing touches and cut out when
			// something does; only the shell alone is certain then.
			if got != want && len(p) == 1 {
				t.Fatalf("%v, %v: drawn %v, want %v; %#v; %v", x, y, got, want, p, g)
			}
		}
	}
	if inside < probes/20 || probes == 0 {
		t.Errorf("only %d of %d probes lie inside", inside, probes)
	}
}

func distance(x, y float64, a, b [2]float64) float64 {
	dx, dy := b[0]-a[0], b[1]-a[1]
	s := 0.0
	if l := dx*dx + dy*dy; l > 0 {
		s = max(0, min(1, ((x-a[0])*dx+(y-a[1])*dy)/l))
	}
	return math.Hypot(x-a[0]-s*dx, y-a[1]-s*dy)
}

// A mosaic of parcels keeps its borders: every inner edge is drawn by exactly
// two of them, in opposite directions, whatever the rounding; and the picture of
// a ring does not depend on where it starts or which way it runs.
func TestSharedBordersStayShared(t *testing.T) {
	rng := random(t)
	for _, z := range []tiles.Zoom{12, 14, 16, 18} {
		center := orb.Point{111.29, 30.69}
		id, _ := tiles.At(center, z)
		b := id.Bound()
		const n = 12
		var nodes [n + 1][n + 1]orb.Point
		for i := range nodes {
			for j := range nodes[i] {
				jitter := func() float64 { return (rng.Float64() - 0.5) * 0.8 / n }
				nodes[i][j] = at(b, 0.1+0.8*float64(i)/n+jitter()*0.8, 0.1+0.8*float64(j)/n+jitter()*0.8)
			}
		}
		frame := shape.NewFrame(id, 4, 64)
		edges := map[[2]mvt.XY]int{}
		var area, whole int64
		var g, h mvt.Geometry
		for i := range n {
			for j := range n {
				ring := orb.Ring{nodes[i][j], nodes[i+1][j], nodes[i+1][j+1], nodes[i][j+1]}
				k := rng.IntN(4)
				turned := append(slices.Clone(ring[k:]), ring[:k]...)
				if rng.IntN(2) == 0 {
					slices.Reverse(turned)
				}
				frame.Draw(&g, orb.Polygon{append(slices.Clone(ring), ring[0])})
				frame.Draw(&h, orb.Polygon{append(turned, turned[0])})
				if !sameEdges(&g, &h) {
					t.Fatalf("start or direction changes the picture: %v, %v", g, h)
				}
				for r := range g.Ends {
					part := g.Part(r)
					area += mvt.Area2(part)
					for e := range part {
						edges[[2]mvt.XY{part[e], part[(e+1)%len(part)]}]++
					}
				}
			}
		}
		var outer []orb.Point
		for i := range n {
			outer = append(outer, nodes[i][0])
		}
		for i := range n {
			outer = append(outer, nodes[n][i])
		}
		for i := range n {
			outer = append(outer, nodes[n-i][n])
		}
		for i := range n {
			outer = append(outer, nodes[0][n-i])
		}
		frame.Draw(&g, orb.Polygon{append(outer, outer[0])})
		for r := range g.Ends {
			whole += mvt.Area2(g.Part(r))
		}
		if area != whole {
			t.Errorf("zoom %d: parcels cover %d half units, their outline %d", z, area, whole)
		}
		single := 0
		for e, count := range edges {
			if count > 1 {
				t.Errorf("edge %v drawn %d times in one direction", e, count)
			}
			if edges[[2]mvt.XY{e[1], e[0]}] == 0 {
				single++
			}
		}
		// Where a common corner lies on a straight line for one parcel only, that one
		// leaves it out: the edges differ, the border does not.
		if single > 4*n+n {
			t.Errorf("zoom %d: %d edges have no partner, the outline has %d", z, single, 4*n)
		}
	}
}

func sameEdges(a, b *mvt.Geometry) bool {
	set := func(g *mvt.Geometry) map[[2]mvt.XY]bool {
		out := map[[2]mvt.XY]bool{}
		for i := range g.Ends {
			p := g.Part(i)
			for j := range p {
				out[[2]mvt.XY{p[j], p[(j+1)%len(p)]}] = true
			}
		}
		return out
	}
	x, y := set(a), set(b)
	for e := range x {
		if !y[e] {
			return false
		}
	}
	return len(x) == len(y)
}

// Tiles that touch draw the same line where both see it.
func TestNoSeamBetweenTiles(t *testing.T) {
	rng := random(t)
	left := tiles.ID{Z: 14, X: 13497, Y: 6209}
	right := tiles.ID{Z: 14, X: 13498, Y: 6209}
	a, b := shape.NewFrame(left, 2, 64), shape.NewFrame(right, 2, 64)
	var g, h mvt.Geometry
	for range 5000 {
		bound := left.Bound()
		line := orb.LineString{at(bound, 0.9+0.2*rng.Float64(), rng.Float64()), at(bound, 0.9+0.2*rng.Float64(), rng.Float64())}
		a.Draw(&g, line)
		b.Draw(&h, line)
		x, okX := crossingAt(&g, 4096)
		y, okY := crossingAt(&h, 0)
		if okX != okY || okX && math.Abs(x-y) > 1 {
			t.Fatalf("%v crosses the border at %v %v and %v %v", line, x, okX, y, okY)
		}
	}
}

func crossingAt(g *mvt.Geometry, x float64) (float64, bool) {
	for i := range g.Ends {
		p := g.Part(i)
		for j := 1; j < len(p); j++ {
			ax, ay, bx, by := float64(p[j-1].X), float64(p[j-1].Y), float64(p[j].X), float64(p[j].Y)
			if (ax < x) != (bx < x) {
				return ay + (x-ax)/(bx-ax)*(by-ay), true
			}
		}
	}
	return 0, false
}

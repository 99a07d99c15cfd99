package render_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/model"
	"wutu/tiles"
	"wutu/tiles/mvt"
)

// town makes n buildings of 4 to 25 m, turned any way, on the places of a square of
// side degrees, a fifth of which they cover.
func town(rng *rand.Rand, center orb.Point, n int) (s *fixture, box orb.Bound) {
	s = city(rng, center, 0)
	const perDegree = 111_320.0
	narrow := math.Cos(center[1] * math.Pi / 180)
	plots := int(math.Ceil(math.Sqrt(float64(n))))
	const plot = 34 / perDegree
	at := func(x, y float64) orb.Point { return orb.Point{center[0] + x/narrow, center[1] + y} }
	for i := range n {
		x, y := (float64(i%plots)+0.3+0.4*rng.Float64())*plot, (float64(i/plots)+0.3+0.4*rng.Float64())*plot
		w, h, turn := (4+21*rng.Float64())/perDegree/2, (4+21*rng.Float64())/perDegree/2, rng.Float64()*7
		var ring orb.Ring
		for _, k := range [][2]float64{{-1, -1}, {1, -1}, {1, 1}, {-1, 1}, {-1, -1}} {
			sin, cos := math.Sincos(turn)
			ring = append(ring, at(x+k[0]*w*cos-k[1]*h*sin, y+k[0]*w*sin+k[1]*h*cos))
		}
		s.features[model.Buildings] = append(s.features[model.Buildings], &layers.Feature{Key: fmt.Sprintf("b%d", i), Shape: orb.Polygon{ring}})
	}
	side := float64(plots) * plot
	return s, orb.Bound{Min: at(0, 0), Max: at(side, side)}
}

// units are a ring in units of the whole square of a zoom.
func units(r orb.Ring, z tiles.Zoom) [][2]float64 {
	out := make([][2]float64, len(r))
	for i, p := range r {
		x, y := tiles.Project(p)
		scale := float64(z.Side()) * mvt.Extent
		out[i] = [2]float64{x * scale, y * scale}
	}
	return out
}

func areaOf(r [][2]float64) (sum float64) {
	for i := range r {
		p, q := r[i], r[(i+1)%len(r)]
		sum += (p[0]-r[0][0])*(q[1]-r[0][1]) - (q[0]-r[0][0])*(p[1]-r[0][1])
	}
	return math.Abs(sum) / 2
}

// within cuts a ring to a box by Sutherland and Hodgman's method.
func within(r [][2]float64, x0, y0, x1, y1 float64) [][2]float64 {
	for _, s := range []struct {
		axis  int
		limit float64
		sign  float64
	}{{0, x0, 1}, {0, x1, -1}, {1, y0, 1}, {1, y1, -1}} {
		var out [][2]float64
		for i, q := range r {
			p := r[(i+len(r)-1)%len(r)]
			inP, inQ := (p[s.axis]-s.limit)*s.sign >= 0, (q[s.axis]-s.limit)*s.sign >= 0
			if inP != inQ {
				t := (s.limit - p[s.axis]) / (q[s.axis] - p[s.axis])
				out = append(out, [2]float64{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
			}
			if inQ {
				out = append(out, q)
			}
		}
		r = out
	}
	return r
}

// At every zoom the buildings of a town and of each ninth of it cover as much as they
// do, drawn one by one or not: the town to three hundredths, its parts to ten and what
// a cell more or less at their edge comes to.
func TestAreasAreConserved(t *testing.T) {
	rng := random(t)
	s, box := town(rng, centers[0], 4000)
	for z := tiles.Zoom(7); z <= 17; z++ {
		scale := float64(z.Side()) * mvt.Extent
		x0, y1 := tiles.Project(box.Min)
		x1, y0 := tiles.Project(box.Max)
		x0, y0, x1, y1 = x0*scale, y0*scale, x1*scale, y1*scale
		const parts = 3
		var want, got [parts][parts]float64
		wantAll, gotAll := 0.0, 0.0
		add := func(sums *[parts][parts]float64, ring [][2]float64) {
			for i := range parts {
				for j := range parts {
					w, h := (x1-x0)/parts, (y1-y0)/parts
					sums[i][j] += areaOf(within(ring, x0+float64(i)*w, y0+float64(j)*h, x0+float64(i+1)*w, y0+float64(j+1)*h))
				}
			}
		}
		for _, f := range s.features[model.Buildings] {
			ring := units(f.Shape.(orb.Polygon)[0][:4], z)
			wantAll += areaOf(ring)
			add(&want, ring)
		}
		alone, standIns := 0, 0
		for _, id := range over(s, z) {
			ox, oy := float64(id.X)*mvt.Extent, float64(id.Y)*mvt.Extent
			for _, l := range tile(t, s, id, model.Buildings) {
				for _, f := range l.Features {
					if f.Get("point_count").Any() == nil {
						alone++
					} else {
						standIns++
					}
					for i := range f.Geometry.Ends {
						var ring [][2]float64
						for _, p := range f.Geometry.Part(i) {
							ring = append(ring, [2]float64{float64(p.X) + ox, float64(p.Y) + oy})
						}
						ring = within(ring, ox, oy, ox+mvt.Extent, oy+mvt.Extent) // without the buffer
						gotAll += areaOf(ring)
						add(&got, ring)
					}
				}
			}
		}
		// At low zooms all is a few squares of a few units.
		tolerance := 0.03 + 3*math.Sqrt(math.Max(1, float64(standIns)))/math.Max(wantAll, 1)
		if math.Abs(gotAll-wantAll) > tolerance*wantAll && math.Abs(gotAll-wantAll) > 3 {
			t.Errorf("zoom %d: %.0f units squared drawn, the town has %.0f (%d alone, %d stand-ins)", z, gotAll, wantAll, alone, standIns)
		}
		if (x1-x0)/parts < 4*64 { // parts of fewer than four cells across
			continue
		}
		for i := range parts {
			for j := range parts {
				edge := 4 * 64 * (x1 - x0) / parts * 0.2 // half a cell on each side, a fifth of it covered
				if math.Abs(got[i][j]-want[i][j]) > 0.1*want[i][j]+edge/2 {
					t.Errorf("zoom %d, part %d %d: %.0f units squared drawn, it has %.0f", z, i, j, got[i][j], want[i][j])
				}
			}
		}
		t.Logf("zoom %d: %.0f of %.0f, %d alone, %d stand-ins", z, gotAll, wantAll, alone, standIns)
		if z < 12 && alone > 0 || z < 13 && standIns == 0 || z > 15 && alone == 0 {
			t.Errorf("zoom %d: %d alone and %d stand-ins: the test tests nothing", z, alone, standIns)
		}
	}
}

// Where all polygons are left out, each cell of eight pixels counts those whose
// interior point lies in it, exactly, and shows their area in a rectangle within it.
func TestCellsCountWhatTheyLeaveOut(t *testing.T) {
	rng := random(t)
	for _, center := range []orb.Point{centers[0], centers[1], {179.98, -10}} {
		s, _ := town(rng, center, 1500)
		const z, side = 10, 64
		type sum struct {
			count int64
			area  float64
		}
		want := map[[2]int64]sum{}
		for _, f := range s.features[model.Buildings] {
			u, v := tiles.Project(predicate.InteriorPoint(f.Shape))
			scale := float64(tiles.Zoom(z).Side()) * mvt.Extent
			cell := [2]int64{int64(u * scale / side), int64(v * scale / side)}
			k := want[cell]
			want[cell] = sum{k.count + 1, k.area + areaOf(units(f.Shape.(orb.Polygon)[0][:4], z))}
		}
		seen := map[[2]int64]int64{}
		for _, id := range over(s, z) {
			for _, l := range tile(t, s, id, model.Buildings) {
				for _, f := range l.Features {
					p := f.Geometry.Part(0)
					lo, hi := p[0], p[2]
					columns := int64(tiles.Zoom(z).Side()) * mvt.Extent / side
					floor := func(v int32) int64 { return int64(math.Floor(float64(v) / side)) }
					cell := [2]int64{(int64(id.X)*mvt.Extent/side + floor(lo.X) + columns) % columns, int64(id.Y)*mvt.Extent/side + floor(lo.Y)}
					if floor(lo.X) != floor(hi.X-1) || floor(lo.Y) != floor(hi.Y-1) {
						t.Fatalf("%v: a rectangle from %v to %v lies in several cells", id, lo, hi)
					}
					k := want[cell]
					count, area := f.Get("point_count").Any().(int64), float64(hi.X-lo.X)*float64(hi.Y-lo.Y)
					if count != k.count || math.Abs(area-k.area) > math.Sqrt(k.area)+1 {
						t.Errorf("%v: cell %v shows %d polygons and %.0f units squared, it has %d and %.1f", id, cell, count, area, k.count, k.area)
					}
					if old, twice := seen[cell]; twice && old != count {
						t.Errorf("cell %v counts %d and %d", cell, old, count)
					}
					seen[cell] = count
				}
			}
		}
		for cell, k := range want {
			if _, ok := seen[cell]; !ok && k.area >= 1 {
				t.Errorf("cell %v with %d polygons of %.1f units squared shows none", cell, k.count, k.area)
			}
		}
	}
}

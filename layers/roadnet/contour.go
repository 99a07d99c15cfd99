package roadnet

import (
	"context"
	"math"

	"github.com/paulmach/orb"
)

const (
	// leastStep is the finest lattice in metres, mostPoints how many points one has.
	leastStep  = 15.0
	mostPoints = 150_000
	// bufferSteps is how far from a road the area reaches, in steps of the lattice.
	// More than the diagonal of a cell, so that a reached road lies inside.
	bufferSteps = 3
	// HoleM2 is the size in square metres from which a gap in an area is kept: a
	// square of 500 m. Smaller ones are blocks between roads that are reached.
	HoleM2 = 250_000
	// keepOff is the share of a step that contours keep off the lattice's points.
	keepOff = 0.02
)

// sheet is a lattice over a part of the ground, on which distances from roads are
// entered and contours drawn by marching squares. Distances are plane, with the
// scale of the middle of the sheet; over the size of a city they are right to
// half a percent.
type sheet struct {
	corner         orb.Point
	perLon, perLat float64 // metres
	step, buffer   float64 // metres
	w, h           int     // points
	far            []float32
}

func newSheet(b orb.Bound) *sheet {
	r := newRuler(b.Center())
	s := &sheet{perLon: r.perLon, perLat: r.perLat, step: leastStep}
	width, height := (b.Max[0]-b.Min[0])*s.perLon, (b.Max[1]-b.Min[1])*s.perLat
	const around = 2 * (bufferSteps + 2)
	for (width/s.step+around+1)*(height/s.step+around+1) > mostPoints {
		s.step *= 1.25
	}
	s.buffer = bufferSteps * s.step
	pad := (bufferSteps + 2) * s.step
	s.corner = orb.Point{b.Min[0] - pad/s.perLon, b.Min[1] - pad/s.perLat}
	s.w, s.h = int(width/s.step)+around+2, int(height/s.step)+around+2
	s.far = make([]float32, s.w*s.h)
	return s
}

// around returns the area within the buffer of lines that lie on the sheet.
func (s *sheet) around(ctx context.Context, lines []orb.LineString) (orb.MultiPolygon, error) {
	most := float32(s.buffer + 2*s.step)
	for i := range s.far {
		s.far[i] = most * most // squares until all roads are entered
	}
	for i, l := range lines {
		if i%lookEvery == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
		}
		for j := 1; j < len(l); j++ {
			s.enter(l[j-1], l[j])
		}
	}
	near, off := float32(s.buffer), float32(keepOff*s.step)
	for i, d2 := range s.far {
		d := float32(math.Sqrt(float64(d2)))
		if d < near {
			s.far[i] = min(d, near-off)
		} else {
			s.far[i] = max(d, near+off)
		}
	}
	return s.assemble(s.rings()), nil
}

// enter notes the square of the distance from a segment at the points around it.
func (s *sheet) enter(a, b orb.Point) {
	ax, ay := (a[0]-s.corner[0])*s.perLon, (a[1]-s.corner[1])*s.perLat
	dx, dy := (b[0]-a[0])*s.perLon, (b[1]-a[1])*s.perLat
	reach := s.buffer + 2*s.step
	inv := 0.0
	if l2 := dx*dx + dy*dy; l2 > 0 {
		inv = 1 / l2
	}
	y0, y1 := s.range1(ay, ay+dy, reach, s.h)
	for y := y0; y <= y1; y++ {
		py := float64(y) * s.step
		// Of a long slanting segment only what is near the row matters.
		lo, hi := 0.0, 1.0
		if math.Abs(dy) > 1e-9 {
			t0, t1 := (py-reach-ay)/dy, (py+reach-ay)/dy
			lo, hi = max(0, min(t0, t1)), min(1, max(t0, t1))
		}
		row := s.far[y*s.w : (y+1)*s.w]
		x0, x1 := s.range1(ax+lo*dx, ax+hi*dx, reach, s.w)
		for x := x0; x <= x1; x++ {
			px := float64(x) * s.step
			t := min(1, max(0, ((px-ax)*dx+(py-ay)*dy)*inv))
			ex, ey := ax+t*dx-px, ay+t*dy-py
			if d2 := float32(ex*ex + ey*ey); d2 < row[x] {
				row[x] = d2
			}
		}
	}
}

// range1 is the range of lattice lines within reach of an interval.
func (s *sheet) range1(a, b, reach float64, n int) (lo, hi int) {
	return max(0, int(math.Ceil((min(a, b)-reach)/s.step))), min(n-1, int(math.Floor((max(a, b)+reach)/s.step)))
}

// rings follows the contours, the area on their left.
func (s *sheet) rings() []orb.Ring {
	// A crossing is named by the lattice edge it is on: twice the number of the
	// edge's first point, plus 1 for edges that go up.
	next := make(map[int32]int32)
	var order []int32
	near := float32(s.buffer)
	for y := range s.h - 1 {
		for x := range s.w - 1 {
			at := y*s.w + x
			a, b, c, d := s.far[at], s.far[at+1], s.far[at+s.w+1], s.far[at+s.w] // anticlockwise from the lower left
			code := 0
			for i, v := range [4]float32{a, b, c, d} {
				if v < near {
					code |= 1 << i
				}
			}
			if code == 0 || code == 15 {
				continue
			}
			south, east, north, west := int32(2*at), int32(2*(at+1)+1), int32(2*(at+s.w)), int32(2*at+1)
			put := func(from, to int32) {
				next[from] = to
				order = append(order, from)
			}
			joined := a+b+c+d < 4*near
			switch code {
			case 1:
				put(south, west)
			case 2:
				put(east, south)
			case 3:
				put(east, west)
			case 4:
				put(north, east)
			case 5:
				if joined {
					put(south, east)
					put(north, west)
				} else {
					put(south, west)
					put(north, east)
				}
			case 6:
				put(north, south)
			case 7:
				put(north, west)
			case 8:
				put(west, north)
			case 9:
				put(south, north)
			case 10:
				if joined {
					put(west, south)
					put(east, north)
				} else {
					put(east, south)
					put(west, north)
				}
			case 11:
				put(east, north)
			case 12:
				put(west, east)
			case 13:
				put(south, east)
			case 14:
				put(west, south)
			}
		}
	}
	var out []orb.Ring
	for _, first := range order {
		if _, ok := next[first]; !ok {
			continue
		}
		var ring orb.Ring
		for at := first; ; {
			to, ok := next[at]
			if !ok {
				break
			}
			ring = append(ring, s.crossing(at))
			delete(next, at)
			at = to
		}
		out = append(out, append(ring, ring[0]))
	}
	return out
}

// crossing is where a contour crosses an edge of the lattice, in steps.
func (s *sheet) crossing(edge int32) orb.Point {
	at := int(edge / 2)
	to := at + 1
	if edge%2 == 1 {
		to = at + s.w
	}
	v, w := float64(s.far[at]), float64(s.far[to])
	t := (s.buffer - v) / (w - v)
	p := orb.Point{float64(at % s.w), float64(at / s.w)}
	p[edge%2] += t
	return p
}

// assemble makes polygons of rings: those around an area, and gaps.
func (s *sheet) assemble(rings []orb.Ring) orb.MultiPolygon {
	var outer, gaps, filled []orb.Ring
	for _, r := range rings {
		switch area := shoelace(r); {
		case area > 0:
			outer = append(outer, r)
		case -area*s.step*s.step < HoleM2:
			filled = append(filled, r)
		default:
			gaps = append(gaps, r)
		}
	}
	var polygons []orb.Polygon
	var sizes []float64
	for _, r := range outer {
		if in(filled, r[0]) < 0 { // otherwise what is around it covers it
			polygons, sizes = append(polygons, orb.Polygon{r}), append(sizes, shoelace(r))
		}
	}
	for _, r := range gaps {
		best := -1
		for i, p := range polygons {
			if inside(p[0], r[0]) && (best < 0 || sizes[i] < sizes[best]) {
				best = i
			}
		}
		if best >= 0 {
			polygons[best] = append(polygons[best], r)
		}
	}
	for _, p := range polygons {
		for _, r := range p {
			for i := range r {
				r[i] = orb.Point{round6(s.corner[0] + r[i][0]*s.step/s.perLon), round6(s.corner[1] + r[i][1]*s.step/s.perLat)}
			}
		}
	}
	return polygons
}

func round6(x float64) float64 { return math.Round(x*1e6) / 1e6 }

// shoelace is the area of a ring, negative when it goes clockwise.
func shoelace(r orb.Ring) float64 {
	sum := 0.0
	for i := 1; i < len(r); i++ {
		sum += (r[i-1][0]-r[0][0])*(r[i][1]-r[0][1]) - (r[i][0]-r[0][0])*(r[i-1][1]-r[0][1])
	}
	return sum / 2
}

// in returns the first ring around p, -1 for none.
func in(rings []orb.Ring, p orb.Point) int {
	for i, r := range rings {
		if inside(r, p) {
			return i
		}
	}
	return -1
}

func inside(r orb.Ring, p orb.Point) bool {
	odd := false
	for i := 1; i < len(r); i++ {
		a, b := r[i-1], r[i]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])*(b[0]-a[0])/(b[1]-a[1]) {
			odd = !odd
		}
	}
	return odd
}

package sample

import (
	"github.com/paulmach/orb"
)

// contours are the areas of the plan where height is above level, as polygons in
// degrees; step is the distance of the samples. It is the marching squares
// method; values between samples are linear.
func (g *terrain) contours(height func(pt) float64, level, step float64) orb.MultiPolygon {
	w, h := int(2*g.halfLength/step)+1, int((g.north+g.south)/step)+1
	at := func(i, j int) pt {
		return pt{-g.halfLength + 2*g.halfLength*float64(i)/float64(w-1), -g.south + (g.north+g.south)*float64(j)/float64(h-1)}
	}
	value := make([]float64, w*h)
	for j := range h {
		for i := range w {
			value[j*w+i] = height(at(i, j)) - level
			if i == 0 || j == 0 || i == w-1 || j == h-1 {
				value[j*w+i] = min(value[j*w+i], -0.02) // close the rings at the edge of the map
			}
		}
	}
	// An edge is named by its lower left sample: 2k to the right, 2k+1 upwards.
	next := map[int]int{}
	var starts []int
	for j := range h - 1 {
		for i := range w - 1 {
			k := j*w + i
			bottom, right, top, left := 2*k, 2*(k+1)+1, 2*(k+w), 2*k+1
			bits := 0
			for b, v := range [4]float64{value[k], value[k+1], value[k+w+1], value[k+w]} {
				if v >= 0 {
					bits |= 1 << b
				}
			}
			for _, s := range squareSegments(bits, bottom, right, top, left) {
				next[s[0]] = s[1]
				starts = append(starts, s[0])
			}
		}
	}
	cross := func(edge int) orb.Point {
		k := edge / 2
		l := k + 1
		if edge%2 == 1 {
			l = k + w
		}
		u := value[k] / (value[k] - value[l])
		return g.degrees(g.ground(at(k%w, k/w).toward(at(l%w, l/w), u)))
	}
	var outer, holes []orb.Ring
	for _, s := range starts {
		var ring orb.Ring
		for e, ok := s, true; ; {
			n, found := next[e]
			if ok = found; !ok {
				break
			}
			delete(next, e)
			if p := cross(e); len(ring) == 0 || ring[len(ring)-1] != p {
				ring = append(ring, p)
			}
			e = n
		}
		if len(ring) < 4 {
			continue
		}
		if ring[0] != ring[len(ring)-1] {
			ring = append(ring, ring[0])
		}
		if ringArea(ring) > 0 {
			outer = append(outer, ring)
		} else {
			holes = append(holes, ring)
		}
	}
	return nest(outer, holes)
}

// squareSegments are the border pieces in a square whose corners above the level
// are the bits (counter-clockwise from the lower left), with the inside on the
// left. In the two ambiguous cases the corners stay apart.
func squareSegments(bits, bottom, right, top, left int) [][2]int {
	switch bits {
	case 1:
		return [][2]int{{bottom, left}}
	case 2:
		return [][2]int{{right, bottom}}
	case 3:
		return [][2]int{{right, left}}
	case 4:
		return [][2]int{{top, right}}
	case 5:
		return [][2]int{{bottom, left}, {top, right}}
	case 6:
		return [][2]int{{top, bottom}}
	case 7:
		return [][2]int{{top, left}}
	case 8:
		return [][2]int{{left, top}}
	case 9:
		return [][2]int{{bottom, top}}
	case 10:
		return [][2]int{{right, bottom}, {left, top}}
	case 11:
		return [][2]int{{right, top}}
	case 12:
		return [][2]int{{left, right}}
	case 13:
		return [][2]int{{bottom, right}}
	case 14:
		return [][2]int{{left, bottom}}
	}
	return nil
}

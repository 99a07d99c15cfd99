package hexgrid

import (
	"fmt"
	"math"
	"slices"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Cover returns the cells of resolution res that meet the box b (lon/lat
// degrees, within ±180), borders included, in ascending order. It refuses a box
// that would need more than limit cells. A cell is found by its outline's box, so a few
// cells whose corner regions only come near b may be among them; none is
// missing. It costs O(cells).
func Cover(b orb.Bound, res, limit int) ([]Cell, error) {
	if !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) || res < 0 || res > MaxResolution {
		return nil, fmt.Errorf("no cells of resolution %d cover %v", res, b)
	}
	const metresPerDegree = 111195.0 // of latitude, mean
	shrink := math.Cos(min(math.Abs(b.Min[1]), math.Abs(b.Max[1])) * math.Pi / 180)
	area := (b.Max[0] - b.Min[0]) * metresPerDegree * shrink * (b.Max[1] - b.Min[1]) * metresPerDegree
	if estimate := area / h3.HexagonAreaAvgM2(res); estimate > 2*float64(limit)+16 {
		return nil, fmt.Errorf("a box of about %.0f cells of resolution %d, at most %d", estimate, res, limit)
	}
	// Walk outward from the cell in the middle of the box: cells that meet the box
	// are connected, because the box is.
	middle := At(b.Center(), res)
	seen := map[Cell]bool{middle: true}
	queue := []Cell{middle}
	var out []Cell
	for len(queue) > 0 {
		c := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		if !nearBox(c, b) {
			continue
		}
		if out = append(out, c); len(out) > limit {
			return nil, fmt.Errorf("a box of more than %d cells of resolution %d", limit, res)
		}
		for _, n := range h3.GridDisk(h3.Cell(c), 1) {
			if n := Cell(n); n != 0 && !seen[n] {
				seen[n] = true
				queue = append(queue, n)
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// nearBox reports whether the box of c's outline meets b, or its wrapped copy
// does.
func nearBox(c Cell, b orb.Bound) bool {
	o := c.Boundary().Bound()
	for _, shift := range [...]float64{0, -360, 360} {
		if o.Min[0]+shift <= b.Max[0] && b.Min[0] <= o.Max[0]+shift && o.Min[1] <= b.Max[1] && b.Min[1] <= o.Max[1] {
			return true
		}
	}
	return false
}

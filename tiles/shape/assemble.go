package shape

import (
	"cmp"
	"slices"

	"wutu/tiles/mvt"
)

// assemble adds simple rings that do not cross as polygons: each positive ring
// followed by the negative ones directly inside it, in order of their points.
func assemble(dst *mvt.Geometry, rings [][]XY) {
	slices.SortFunc(rings, func(a, b []XY) int { return slices.CompareFunc(a, b, before) })
	var shells, holes []loop
	for _, r := range rings {
		switch area := Area2(r); {
		case area > 0:
			shells = append(shells, loop{ring: r, area: area})
		case area < 0:
			holes = append(holes, loop{ring: r, area: -area})
		}
	}
	for i := range holes {
		h := &holes[i]
		// Rings touch at points only, so the middle of an edge decides; in half units
		// it is a whole number.
		middle := XY{X: h.ring[0].X + h.ring[1].X, Y: h.ring[0].Y + h.ring[1].Y}
		var best *loop
		for j := range shells {
			s := &shells[j]
			if s.area >= h.area && (best == nil || s.area < best.area) && locateHalf(middle, s.ring) > 0 {
				best = s
			}
		}
		if best != nil {
			best.holes = append(best.holes, h.ring)
		}
	}
	slices.SortStableFunc(shells, func(a, b loop) int { return cmp.Compare(b.area, a.area) })
	for _, s := range shells {
		dst.Add(clean(s.ring))
		for _, h := range s.holes {
			dst.Add(clean(h))
		}
	}
}

type loop struct {
	ring  []XY
	area  int64
	holes [][]XY
}

// locateHalf is locate for a place in half units.
func locateHalf(p XY, ring []XY) int {
	doubled := make([]XY, len(ring))
	for i, q := range ring {
		doubled[i] = XY{X: 2 * q.X, Y: 2 * q.Y}
	}
	return locate(p, doubled)
}

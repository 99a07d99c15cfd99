package sample

import "math"

// footprint is the outline of a building.
type footprint uint8

const (
	slab  footprint = iota // rectangle
	angle                  // L
	court                  // U
)

// layout says how a kind of quarter is built: in rows, parallel to the street or
// facing south, with buildings of a size between two bounds. Lengths are metres.
type layout struct {
	kind    string
	lot     float64    // area of a lot, m2
	setback float64    // free edge of a lot
	length  [2]float64 // along the row
	depth   [2]float64
	gap     float64    // between neighbours in a row
	space   [2]float64 // between rows
	floors  [2]int
	storey  float64
	shape   footprint
	mixed   float64 // share of buildings that are L-shaped
	skip    float64 // share of places left free
	south   bool    // rows face south, as flats do, rather than the street
	most    int     // buildings in a lot, 0 for any number
	sun     float64 // more distance between rows per metre of height
}

// layoutOf is the layout of a use; density between 0 and 1 raises the heights of
// the centre.
func layoutOf(u faceUse, r *stream, density float64) layout {
	switch u {
	case useOldTown:
		return layout{kind: "house", lot: 5200, setback: 2.5, length: [2]float64{9, 19}, depth: [2]float64{8, 12}, gap: 1.6, space: [2]float64{3, 6}, floors: [2]int{2, 4}, storey: 3.1, mixed: 0.2, skip: 0.06}
	case useSlabs:
		l := layout{kind: "residential", lot: 15000, setback: 4, length: [2]float64{32, 58}, depth: [2]float64{11, 13.5}, gap: 7, space: [2]float64{4, 6}, floors: [2]int{5, 7}, storey: 2.9, skip: 0.03, south: true, sun: 0.6}
		if r.chance(0.25) {
			l.floors = [2]int{8, 11}
		}
		return l
	case useTowers:
		top := 20 + int(14*density)
		return layout{kind: "residential", lot: 19000, setback: 6, length: [2]float64{24, 34}, depth: [2]float64{16, 20}, gap: 15, space: [2]float64{18, 26}, floors: [2]int{max(11, top-9), top}, storey: 2.95, skip: 0.06, south: true, mixed: 0.15, sun: 0.06}
	case useShops:
		return layout{kind: "commercial", lot: 5200, setback: 4, length: [2]float64{28, 62}, depth: [2]float64{16, 30}, gap: 9, space: [2]float64{12, 18}, floors: [2]int{3, 6 + int(6*density)}, storey: 4, mixed: 0.4, skip: 0.05}
	case useOffices:
		top := 10 + int(34*density*density)
		return layout{kind: "office", lot: 6800, setback: 7, length: [2]float64{28, 46}, depth: [2]float64{26, 36}, gap: 18, space: [2]float64{18, 26}, floors: [2]int{max(7, top/2), top}, storey: 3.9, mixed: 0.12, most: 3}
	case useFactory:
		return layout{kind: "industrial", lot: 24000, setback: 7, length: [2]float64{48, 108}, depth: [2]float64{24, 42}, gap: 14, space: [2]float64{12, 18}, floors: [2]int{1, 3}, storey: 5.4, mixed: 0.08, skip: 0.1}
	case useStorage:
		return layout{kind: "warehouse", lot: 26000, setback: 8, length: [2]float64{70, 130}, depth: [2]float64{30, 46}, gap: 18, space: [2]float64{22, 30}, floors: [2]int{1, 1}, storey: 10, skip: 0.08}
	case useSchool:
		return layout{kind: "school", lot: 40000, setback: 8, length: [2]float64{44, 64}, depth: [2]float64{22, 30}, gap: 16, space: [2]float64{24, 34}, floors: [2]int{4, 5}, storey: 3.8, shape: court, mixed: 0.3, most: 4}
	case useHospital:
		return layout{kind: "hospital", lot: 40000, setback: 8, length: [2]float64{50, 74}, depth: [2]float64{22, 28}, gap: 14, space: [2]float64{20, 28}, floors: [2]int{4, 14}, storey: 4, mixed: 0.4, most: 6, south: true}
	case useCivic:
		return layout{kind: "government", lot: 14000, setback: 9, length: [2]float64{46, 70}, depth: [2]float64{18, 26}, gap: 16, space: [2]float64{24, 30}, floors: [2]int{4, 9 + int(8*density)}, storey: 3.8, mixed: 0.3, most: 3, south: true}
	case useCollege:
		return layout{kind: "school", lot: 40000, setback: 8, length: [2]float64{54, 78}, depth: [2]float64{16, 24}, gap: 16, space: [2]float64{22, 30}, floors: [2]int{5, 8}, storey: 3.7, mixed: 0.35}
	case useMarket:
		return layout{kind: "commercial", lot: 16000, setback: 5, length: [2]float64{50, 90}, depth: [2]float64{14, 20}, gap: 10, space: [2]float64{10, 14}, floors: [2]int{2, 3}, storey: 4.2}
	case useUtility:
		return layout{kind: "utility", lot: 16000, setback: 9, length: [2]float64{16, 34}, depth: [2]float64{12, 22}, gap: 20, space: [2]float64{20, 30}, floors: [2]int{1, 3}, storey: 4.2, skip: 0.4}
	case useStation:
		return layout{kind: "transport", lot: 40000, setback: 8, length: [2]float64{80, 120}, depth: [2]float64{34, 46}, gap: 30, space: [2]float64{46, 60}, floors: [2]int{1, 3}, storey: 7, most: 2}
	case useVillage:
		return layout{kind: "house", lot: 60000, setback: 5, length: [2]float64{9, 15}, depth: [2]float64{8, 11}, gap: 6, space: [2]float64{9, 16}, floors: [2]int{1, 3}, storey: 3.2, mixed: 0.3, skip: 0.34, most: 34}
	case useFarm:
		return layout{kind: "house", lot: 1e9, setback: 6, length: [2]float64{9, 14}, depth: [2]float64{8, 11}, gap: 7, space: [2]float64{12, 16}, floors: [2]int{1, 2}, storey: 3.2, mixed: 0.3, skip: 0.45, most: 9}
	case useWater, useForest, usePark, useVacant:
	}
	return layout{}
}

// narrow is the layout for a lot that is too small for the usual buildings.
func (l layout) narrow() layout {
	l.length, l.depth = [2]float64{12, 30}, [2]float64{8, 13}
	l.setback, l.shape, l.skip, l.most = 2.5, slab, 0, 4
	l.floors = [2]int{min(2, l.floors[0]), min(6, l.floors[1])}
	return l
}

// plotted is a building as laid out: its outline on the ground and its size.
type plotted struct {
	ring          []pt
	length, depth float64
	floors        int
}

// place fills a lot with buildings. Each lies wholly inside the lot inset by the
// setback, because a rectangle lies in a convex polygon when its two long sides
// do.
func (l *layout) place(lot convex, r *stream) []plotted {
	yard := lot.inset(l.setback)
	if yard == nil || l.kind == "" {
		return nil
	}
	axis := lot.longest()
	if l.south && math.Abs(axis.y) > math.Abs(axis.x) {
		axis = axis.left()
	}
	fr := newFrame(lot[0], axis)
	local := fr.convexTo(yard)
	y0, y1 := extent(local, pt{0, 1})
	var out []plotted
	floors := r.span(l.floors[0], l.floors[1])
	for y := y0; ; {
		depth := r.between(l.depth[0], l.depth[1])
		if y+depth > y1 {
			break
		}
		a0, a1 := local.reach(y + 0.01)
		b0, b1 := local.reach(y + depth - 0.01)
		lo, hi := max(a0, b0), min(a1, b1)
		for x := lo; x < hi; {
			length := r.between(l.length[0], l.length[1])
			if hi-x < length*1.6 { // the last one takes what is left, within bounds
				length = min(hi-x, l.length[1]*1.1)
			}
			if length < l.length[0]*0.7 {
				break
			}
			if !r.chance(l.skip) && (l.most == 0 || len(out) < l.most) {
				n := floors
				if r.chance(0.3) {
					n = r.span(l.floors[0], l.floors[1])
				}
				out = append(out, plotted{l.outline(fr, x, y, length, depth, r), length, depth, n})
			}
			x += length + l.gap*r.between(0.8, 1.4)
		}
		y += depth + r.between(l.space[0], l.space[1]) + l.sun*float64(floors)*l.storey
	}
	return out
}

// outline draws the building in the box at x, y.
func (l *layout) outline(fr frame, x, y, length, depth float64, r *stream) []pt {
	shape := l.shape
	if r.chance(l.mixed) {
		shape = angle
	}
	var box []pt
	wing := min(depth*0.55, 14)
	switch {
	case shape == court && length > 3*wing && depth > wing*1.4:
		box = []pt{{0, 0}, {length, 0}, {length, depth}, {length - wing, depth}, {length - wing, wing}, {wing, wing}, {wing, depth}, {0, depth}}
	case shape == angle && length > 1.7*wing:
		cut := r.between(0.35, 0.6) * length
		box = []pt{{0, 0}, {length, 0}, {length, wing}, {cut, wing}, {cut, depth}, {0, depth}}
	default:
		box = []pt{{0, 0}, {length, 0}, {length, depth}, {0, depth}}
	}
	for i, p := range box {
		box[i] = fr.from(pt{x + p.x, y + p.y})
	}
	return box
}

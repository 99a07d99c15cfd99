package mvt

// Extent is the number of units along a side of every tile this program writes:
// an eighth of a pixel on tiles of 512 pixels.
const Extent = 4096

// GeomType is the geometry type of a feature, with the numbers of the
// specification (section 4.3.4.1).
type GeomType uint8

// The geometry types. Unknown is never written.
const (
	Unknown GeomType = iota
	Points
	Lines
	Polygons
)

var geomNames = [...]string{"unknown", "points", "lines", "polygons"}

// String names the type for messages.
func (t GeomType) String() string {
	if int(t) < len(geomNames) {
		return geomNames[t]
	}
	return "unknown"
}

// XY is a place in tile units, y down.
type XY struct{ X, Y int32 }

// Geometry is a geometry in tile units, kept flat so that one value can be used
// again and again without allocating. Part i is Coords[Ends[i-1]:Ends[i]].
//
// Points: one part with every point. Lines: a part per line. Polygons: a part
// per ring without the closing point; an exterior ring has positive Area2, the
// interior rings that follow it negative.
type Geometry struct {
	Type   GeomType
	Coords []XY
	Ends   []int
}

// Reset empties g, keeps its memory and sets the type.
func (g *Geometry) Reset(t GeomType) {
	g.Type, g.Coords, g.Ends = t, g.Coords[:0], g.Ends[:0]
}

// Empty reports whether g has no part.
func (g *Geometry) Empty() bool { return len(g.Ends) == 0 }

// Len is the number of parts.
func (g *Geometry) Len() int { return len(g.Ends) }

// Part returns part i; it belongs to g.
func (g *Geometry) Part(i int) []XY {
	from := 0
	if i > 0 {
		from = g.Ends[i-1]
	}
	return g.Coords[from:g.Ends[i]:g.Ends[i]]
}

// Add appends a copy of part.
func (g *Geometry) Add(part []XY) {
	g.Coords = append(g.Coords, part...)
	g.Ends = append(g.Ends, len(g.Coords))
}

// Area2 is twice the signed area of an unclosed ring by the surveyor's formula
// in tile coordinates: positive for exterior rings (section 4.3.4.4).
func Area2(ring []XY) int64 {
	if len(ring) == 0 {
		return 0
	}
	var sum int64
	p := ring[len(ring)-1]
	for _, q := range ring {
		sum += int64(p.X)*int64(q.Y) - int64(q.X)*int64(p.Y)
		p = q
	}
	return sum
}

package hexgrid

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// Finder finds the cells of many points and boxes of one resolution that lie
// near one another, faster than At and with the same answers. It remembers the
// last cells as the planes of their sides: H3 cells that lie on one face of the
// icosahedron are bounded by great circles, because H3 lays its grid on the
// gnomonic projection of the face. What lies well inside of all planes of a cell
// is in it; everything else is asked of At. Not safe for concurrent use.
type Finder struct {
	res    int
	recent [recentCells]cellPlanes // the last used first
	n      int
}

// recentCells is how many cells a Finder remembers: those that meet in a corner,
// and one.
const recentCells = 4

// certain is how far inside a plane a point must lie, in radians (2.5 cm): H3
// works out a point's place on its face to better than 1e-9 rad, worst within a
// metre of the face's centre, where it takes the arc cosine of nearly one.
const certain = 4e-9

// vector is a direction from the middle of the Earth, taken as a sphere.
type vector [3]float64

// cellPlanes are the inward normals of a cell's sides.
type cellPlanes struct {
	cell  Cell
	sides [6]vector
}

// NewFinder returns a Finder of resolution res (0–15).
func NewFinder(res int) *Finder { return &Finder{res: res} }

// At is the cell that contains p, as At(p, res).
func (f *Finder) At(p orb.Point) Cell {
	if f.n == 0 || !onEarth(p) {
		return f.learn(p)
	}
	v := direction(p[0], p[1])
	for i := range f.n {
		if f.recent[i].depth(v) > certain {
			f.use(i)
			return f.recent[0].cell
		}
	}
	return f.learn(p)
}

// Box is the cell that contains every point of the box b (lon/lat degrees), if
// there is one for certain; ok is false otherwise, and may be false for a box
// that comes within centimetres of a cell's side, or whose cell lies on more
// than one face of the icosahedron.
func (f *Finder) Box(b orb.Bound) (c Cell, ok bool) {
	if !onEarth(b.Min) || !onEarth(b.Max) || !(b.Min[0] <= b.Max[0] && b.Min[1] <= b.Max[1]) {
		return 0, false
	}
	c = f.At(b.Center())
	if f.n == 0 || f.recent[0].cell != c {
		return 0, false
	}
	// The height above a plane, over longitude and latitude in radians, has second
	// derivatives of at most 1. So it lies nowhere in the box lower than at the
	// corners by more than an eighth of the squares of the box's sides (the error
	// of bilinear interpolation).
	w, h := (b.Max[0]-b.Min[0])*math.Pi/180, (b.Max[1]-b.Min[1])*math.Pi/180
	least := certain + (w*w+h*h)/8
	for _, corner := range [...]orb.Point{b.Min, b.Max, {b.Min[0], b.Max[1]}, {b.Max[0], b.Min[1]}} {
		if !(f.recent[0].depth(direction(corner[0], corner[1])) > least) {
			return 0, false
		}
	}
	return c, true
}

// learn asks At and remembers the cell, if its sides are great circles.
func (f *Finder) learn(p orb.Point) Cell {
	c := At(p, f.res)
	if c == 0 {
		return 0
	}
	for i := range f.n {
		if f.recent[i].cell == c { // p is near its side
			f.use(i)
			return c
		}
	}
	planes, ok := planesOf(c)
	if !ok {
		return c
	}
	f.n = min(f.n+1, recentCells)
	f.recent[f.n-1] = planes
	f.use(f.n - 1)
	return c
}

// use moves a remembered cell to the front.
func (f *Finder) use(i int) {
	if i == 0 {
		return
	}
	used := f.recent[i]
	copy(f.recent[1:i+1], f.recent[:i])
	f.recent[0] = used
}

// planesOf returns the planes of a hexagon that lies on one face.
func planesOf(c Cell) (cellPlanes, bool) {
	cell := h3.Cell(c)
	corners := h3.CellToBoundary(cell)
	if len(corners) != 6 || cell.IsPentagon() || len(cell.IcosahedronFaces()) != 1 {
		return cellPlanes{}, false
	}
	p := cellPlanes{cell: c}
	for i := range p.sides {
		a, b := corners[i], corners[(i+1)%6] // counter-clockwise
		p.sides[i] = cross(direction(a.Lng, a.Lat), direction(b.Lng, b.Lat)).unit()
	}
	middle := h3.CellToLatLng(cell)
	return p, p.depth(direction(middle.Lng, middle.Lat)) > certain
}

// depth is the sine of the angle by which v lies inside the nearest side,
// negative outside.
func (p *cellPlanes) depth(v vector) float64 {
	least := 2.0
	for i := range p.sides {
		n := &p.sides[i]
		if d := n[0]*v[0] + n[1]*v[1] + n[2]*v[2]; d < least {
			least = d
		}
	}
	return least
}

func direction(lon, lat float64) vector {
	sinLon, cosLon := math.Sincos(lon * math.Pi / 180)
	sinLat, cosLat := math.Sincos(lat * math.Pi / 180)
	return vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

func cross(a, b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func (v vector) unit() vector {
	r := 1 / math.Sqrt(v[0]*v[0]+v[1]*v[1]+v[2]*v[2])
	return vector{v[0] * r, v[1] * r, v[2] * r}
}

// onEarth reports whether p has a cell.
func onEarth(p orb.Point) bool {
	return p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90
}

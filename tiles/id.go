package tiles

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Zoom is a level of the pyramid, 0 for the single tile of the whole Earth.
type Zoom uint8

// MaxZoom is the deepest level: WebMercatorQuad of OGC 17-083r4 annex D ends at 24.
const MaxZoom Zoom = 24

// ID names a tile. The zero ID is the Mercator tile of the whole Earth.
type ID struct {
	Z    Zoom
	X, Y uint32
	Grid Grid
}

// Parse reads the three parts of an address in the grid Mercator, all decimal
// digits without sign or superfluous zeros. A number that is no number is
// Invalid, a tile outside the grid NotFound; both name the part.
func Parse(z, x, y string) (ID, error) { return parse(Mercator, 0, MaxZoom, z, x, y) }

// parse is Parse for a set whose zooms are numbered from first and end at last.
func parse(g Grid, first, last Zoom, z, x, y string) (ID, error) {
	var n [3]uint64
	for i, part := range [3]struct{ name, text string }{{"z", z}, {"x", x}, {"y", y}} {
		v, err := strconv.ParseUint(part.text, 10, 32)
		if err != nil && allDigits(part.text) {
			return ID{}, outside(part.name, fmt.Sprintf("%.20s is outside the matrix set", part.text))
		}
		if err != nil || part.text[0] == '0' && len(part.text) > 1 || !allDigits(part.text) {
			return ID{}, layers.Invalidf("tile", part.name, fmt.Sprintf("%.20q is not a tile number", part.text))
		}
		n[i] = v
	}
	if n[0] < uint64(first) || n[0] > uint64(last) {
		return ID{}, outside("z", fmt.Sprintf("zoom %d is not between %d and %d", n[0], first, last))
	}
	id := ID{Z: Zoom(n[0]) - first, X: uint32(n[1]), Y: uint32(n[2]), Grid: g}
	columns, rows := g.Columns(id.Z), g.Rows(id.Z)
	switch {
	case id.X >= columns:
		return ID{}, outside("x", fmt.Sprintf("column %d is outside zoom %d, which has %d", id.X, n[0], columns))
	case id.Y >= rows:
		return ID{}, outside("y", fmt.Sprintf("row %d is outside zoom %d, which has %d", id.Y, n[0], rows))
	}
	return id, nil
}

func allDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func outside(field, message string) error {
	return &layers.Error{Kind: layers.NotFound, Op: "tile", Field: field, Err: fmt.Errorf("%s", message)}
}

// Side is the number of tiles along each side of the grid Mercator at z.
func (z Zoom) Side() uint32 { return 1 << min(z, MaxZoom) }

// String is the address of the tile, "z/x/y", with "geographic/" in front of those
// of that grid.
func (t ID) String() string {
	prefix := ""
	if t.Grid == Geographic {
		prefix = t.Grid.String() + "/"
	}
	return prefix + strconv.Itoa(int(t.Z)) + "/" + strconv.FormatUint(uint64(t.X), 10) + "/" + strconv.FormatUint(uint64(t.Y), 10)
}

// Valid reports whether t is a tile of its grid.
func (t ID) Valid() bool {
	return t.Z <= MaxZoom && t.Grid < grids && t.X < t.Grid.Columns(t.Z) && t.Y < t.Grid.Rows(t.Z)
}

// Parent is the tile one zoom up that holds t; ok is false at zoom 0.
func (t ID) Parent() (p ID, ok bool) {
	if t.Z == 0 {
		return t, false
	}
	return ID{t.Z - 1, t.X / 2, t.Y / 2, t.Grid}, true
}

// Children are the four tiles one zoom down: north-west, north-east, south-west,
// south-east. ok is false at MaxZoom.
func (t ID) Children() (c [4]ID, ok bool) {
	if t.Z >= MaxZoom {
		return c, false
	}
	for i := range c {
		c[i] = ID{t.Z + 1, 2*t.X + uint32(i&1), 2*t.Y + uint32(i>>1), t.Grid}
	}
	return c, true
}

// Contains reports whether u is t or lies below it in the pyramid.
func (t ID) Contains(u ID) bool {
	if u.Z < t.Z || u.Grid != t.Grid {
		return false
	}
	d := u.Z - t.Z
	return u.X>>d == t.X && u.Y>>d == t.Y
}

// Bound is the tile's box in lon/lat degrees. Its west and north sides belong to
// the tile, its east and south sides to the neighbours.
func (t ID) Bound() orb.Bound { return t.Buffered(0) }

// Buffered is the tile's box widened on each side by the given fraction of the
// tile, in lon/lat degrees. Longitudes may go beyond ±180; latitudes end where
// the grid does.
func (t ID) Buffered(fraction float64) orb.Bound {
	columns, rows := float64(t.Grid.Columns(t.Z)), float64(t.Grid.Rows(t.Z))
	west, north := t.Grid.Unproject((float64(t.X)-fraction)/columns, max(0, (float64(t.Y)-fraction)/rows))
	east, south := t.Grid.Unproject((float64(t.X)+1+fraction)/columns, min(1, (float64(t.Y)+1+fraction)/rows))
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
}

// At is Mercator.At.
func At(p orb.Point, z Zoom) (t ID, ok bool) { return Mercator.At(p, z) }

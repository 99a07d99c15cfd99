package tiles

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Zoom is a level of the pyramid, 0 for the single tile of the whole Earth.
type Zoom uint8

// MaxZoom is the deepest level: WebMercatorQuad of OGC 17-083r4 annex D ends at 24.
const MaxZoom Zoom = 24

// ID names a tile. The zero ID is the tile of the whole Earth.
type ID struct {
	Z    Zoom
	X, Y uint32
}

// Parse reads the three parts of an address, all decimal digits without sign or
// superfluous zeros. A number that is no number is Invalid, a tile outside the
// matrix set NotFound; both name the part.
func Parse(z, x, y string) (ID, error) {
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
	if n[0] > uint64(MaxZoom) {
		return ID{}, outside("z", fmt.Sprintf("zoom %d is deeper than %d", n[0], MaxZoom))
	}
	id := ID{Z: Zoom(n[0]), X: uint32(n[1]), Y: uint32(n[2])}
	side := id.Z.Side()
	switch {
	case id.X >= side:
		return ID{}, outside("x", fmt.Sprintf("column %d is outside zoom %d, which has %d", id.X, id.Z, side))
	case id.Y >= side:
		return ID{}, outside("y", fmt.Sprintf("row %d is outside zoom %d, which has %d", id.Y, id.Z, side))
	}
	return id, nil
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

func outside(field, message string) error {
	return &layers.Error{Kind: layers.NotFound, Op: "tile", Field: field, Err: fmt.Errorf("%s", message)}
}

// Side is the number of tiles along each side of the pyramid at z.
func (z Zoom) Side() uint32 { return 1 << min(z, MaxZoom) }

// String is the address of the tile, "z/x/y".
func (t ID) String() string {
	return strconv.Itoa(int(t.Z)) + "/" + strconv.FormatUint(uint64(t.X), 10) + "/" + strconv.FormatUint(uint64(t.Y), 10)
}

// Valid reports whether t is a tile of the matrix set.
func (t ID) Valid() bool { return t.Z <= MaxZoom && t.X < t.Z.Side() && t.Y < t.Z.Side() }

// Parent is the tile one zoom up that holds t; ok is false at zoom 0.
func (t ID) Parent() (p ID, ok bool) {
	if t.Z == 0 {
		return t, false
	}
	return ID{t.Z - 1, t.X / 2, t.Y / 2}, true
}

// Children are the four tiles one zoom down: north-west, north-east, south-west,
// south-east. ok is false at MaxZoom.
func (t ID) Children() (c [4]ID, ok bool) {
	if t.Z >= MaxZoom {
		return c, false
	}
	for i := range c {
		c[i] = ID{t.Z + 1, 2*t.X + uint32(i&1), 2*t.Y + uint32(i>>1)}
	}
	return c, true
}

// Contains reports whether u is t or lies below it in the pyramid.
func (t ID) Contains(u ID) bool {
	if u.Z < t.Z {
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
// the Mercator square does.
func (t ID) Buffered(fraction float64) orb.Bound {
	n := float64(t.Z.Side())
	west, north := Unproject((float64(t.X)-fraction)/n, max(0, (float64(t.Y)-fraction)/n))
	east, south := Unproject((float64(t.X)+1+fraction)/n, min(1, (float64(t.Y)+1+fraction)/n))
	return orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{east, north}}
}

// At is the tile of zoom z that owns p (lon/lat degrees): the half-open box
// [min, max) in unit coordinates. Latitudes beyond the square belong to the row
// next to the pole, longitude 180 to the first column like -180. ok is false
// for places that are not on Earth.
func At(p orb.Point, z Zoom) (t ID, ok bool) {
	if !(p[0] >= -180 && p[0] <= 180 && p[1] >= -90 && p[1] <= 90) || z > MaxZoom {
		return ID{}, false
	}
	x, y := Project(p)
	side := z.Side()
	col, row := uint32(x*float64(side)), uint32(y*float64(side))
	if col >= side {
		col = 0
	}
	return ID{z, col, min(row, side-1)}, true
}

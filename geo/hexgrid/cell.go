package hexgrid

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/uber/h3-go/v4"
)

// MaxResolution is the finest resolution; 0 is the coarsest.
const MaxResolution = 15

// Cell is an H3 cell. The zero Cell is none.
type Cell uint64

// At returns the cell of resolution res (0–15) that contains p (lon/lat
// degrees), 0 when p is not on Earth or res is out of range.
func At(p orb.Point, res int) Cell {
	if !onEarth(p) || res < 0 || res > MaxResolution {
		return 0
	}
	return Cell(h3.LatLngToCell(h3.NewLatLng(p[1], p[0]), res))
}

// Parse reads the hexadecimal form of String and checks that it names a cell.
func Parse(s string) (Cell, error) {
	n, err := strconv.ParseUint(s, 16, 64)
	if err != nil || len(s) > 16 || !h3.Cell(n).IsValid() {
		return 0, fmt.Errorf("%.40q is not an H3 cell", s)
	}
	return Cell(n), nil
}

// String is the cell's index in lower-case hexadecimal, as H3 writes it; "" for
// the zero Cell.
func (c Cell) String() string {
	if c == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(c), 16)
}

// Bits of the index: 4 bits of resolution from bit 52, then 3 bits for each of
// 15 digits, finest last; unused digits are 7. Source: h3geo.org, "Bit layout of
// H3Index".
const (
	resolutionShift = 52
	resolutionMask  = Cell(15) << resolutionShift
	digitBits       = 3
)

// Resolution is the cell's resolution, 0–15.
func (c Cell) Resolution() int { return int(c & resolutionMask >> resolutionShift) }

// Parent is the cell of the coarser resolution res in the H3 hierarchy: c
// itself at its own resolution, 0 when res is finer or negative.
func (c Cell) Parent(res int) Cell {
	own := c.Resolution()
	if c == 0 || res > own || res < 0 {
		return 0
	}
	unused := Cell(1)<<(digitBits*(MaxResolution-res)) - 1
	return c&^resolutionMask | Cell(res)<<resolutionShift | unused
}

// Center is the cell's centre in lon/lat degrees.
func (c Cell) Center() orb.Point {
	ll := h3.CellToLatLng(h3.Cell(c))
	return orb.Point{ll.Lng, ll.Lat}
}

// Boundary is the cell's outline as a closed counter-clockwise ring in lon/lat
// degrees. The ring of a cell over the antimeridian goes beyond ±180 so that it
// stays in one piece; a cell that contains a pole has no true ring.
func (c Cell) Boundary() orb.Ring {
	corners := h3.CellToBoundary(h3.Cell(c))
	ring := make(orb.Ring, 0, len(corners)+1)
	for i, ll := range corners {
		lon := ll.Lng
		if i > 0 {
			for lon-ring[0][0] > 180 {
				lon -= 360
			}
			for lon-ring[0][0] < -180 {
				lon += 360
			}
		}
		ring = append(ring, orb.Point{lon, ll.Lat})
	}
	return append(ring, ring[0])
}

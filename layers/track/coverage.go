package track

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/measure"
)

// PieceM is how long the pieces are at most into which lines are cut for coverage, in
// metres.
const PieceM = 10

// MaxUnits bounds the units of a coverage.
const MaxUnits = 2_000_000

// unit is what is visited or not: a piece of a line, by its middle, or a shape.
type unit struct {
	shape orb.Geometry
	owner int     // number of the feature
	size  float64 // metres of a piece, 1 for a shape
}

// Coverage finds out what of some features tracks came near: of lines how much of
// their length, of other features how many. A line is cut at its vertices and further
// into equal pieces of at most PieceM; a piece is visited when a way or a fix is at most
// the margin from its middle. Any other feature is visited when one is at most the
// margin from it. It is for one goroutine.
type Coverage struct {
	marginM float64
	units   []unit
	tree    *index.Packed
	rows    []unit // in the order of the tree
	sizes   []float64
}

// NewCoverage makes an empty coverage with a margin in metres.
func NewCoverage(marginM float64) *Coverage { return &Coverage{marginM: marginM} }

// Features is how many were put.
func (c *Coverage) Features() int { return len(c.sizes) }

// Put adds a feature and returns its number; ok is false when there are too many units.
// All are put before the first track.
func (c *Coverage) Put(g orb.Geometry) (number int, ok bool) {
	number = len(c.sizes)
	c.sizes = append(c.sizes, 0)
	var lines []orb.LineString
	switch g := g.(type) {
	case orb.LineString:
		lines = []orb.LineString{g}
	case orb.MultiLineString:
		lines = g
	default:
		c.add(unit{shape: g, owner: number, size: 1})
	}
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			a, b := line[i-1], line[i]
			long := measure.Distance(a, b)
			if long == 0 {
				continue
			}
			n := math.Ceil(long / PieceM)
			if n > MaxUnits {
				return number, false
			}
			for k := range int(n) {
				t := (float64(k) + 0.5) / n
				c.add(unit{shape: orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])}, owner: number, size: long / n})
			}
			if len(c.units) > MaxUnits {
				return number, false
			}
		}
	}
	return number, len(c.units) <= MaxUnits
}

func (c *Coverage) add(u unit) {
	c.units = append(c.units, u)
	c.sizes[u.owner] += u.size
}

// Size is that of a feature: metres of a line, 1 of another.
func (c *Coverage) Size(number int) float64 { return c.sizes[number] }

// Seen is which units were visited.
type Seen []bool

// Begin returns the state before any visit.
func (c *Coverage) Begin() Seen {
	if c.tree == nil {
		tree, order := index.Build(len(c.units), func(i int) orb.Bound { return c.units[i].shape.Bound() })
		c.rows = make([]unit, len(order))
		for i, from := range order {
			c.rows[i] = c.units[from]
		}
		c.tree = tree
	}
	return make(Seen, len(c.units))
}

// Visit notes in seen what a part of a track comes near.
func (c *Coverage) Visit(seen Seen, part []Fix) {
	for i := range part {
		p := part[i].Point()
		var way orb.Geometry = p
		if i > 0 {
			if q := part[i-1].Point(); q != p && math.Abs(q[0]-p[0]) <= 180 {
				way = orb.LineString{q, p}
			} else if q == p {
				continue // the way before ends here
			}
		}
		c.tree.Search(measure.Pad(way.Bound(), c.marginM), func(row uint32) bool {
			if !seen[row] {
				if middle, ok := c.rows[row].shape.(orb.Point); ok {
					seen[row] = measure.Within(middle, way, c.marginM)
				} else {
					seen[row] = measure.Near(way, c.rows[row].shape, c.marginM)
				}
			}
			return true
		})
	}
}

// Join adds what other has seen.
func (s Seen) Join(other Seen) {
	for i, v := range other {
		s[i] = s[i] || v
	}
}

// Sum is how much of each feature was visited, in the measure of Size.
func (c *Coverage) Sum(seen Seen) []float64 {
	out := make([]float64, len(c.sizes))
	for row, v := range seen {
		if v {
			out[c.rows[row].owner] += c.rows[row].size
		}
	}
	return out
}

package live

import (
	"context"
	"math"

	"github.com/paulmach/orb"
)

// Lattice places points on a plane of 2^32 × 2^32 whole numbers, as maps do: steps
// from west to east and from north to south. Places must grow with longitude alone
// and fall with latitude alone; two lattices of one name place alike. What a segment
// knows by lattice (sums of places, extents of shapes) is worked out when first
// asked for and kept: 1 byte a row of points, 6.8 bytes a row of shapes.
type Lattice struct {
	Name    string
	Place   func(p orb.Point) (x, y uint32)  // lon/lat degrees; rounded down
	Project func(p orb.Point) (x, y float64) // the same place from 0 to 1
	Aspect  float64                          // a square is Aspect times as many steps high as it is wide
}

// blockRows is how many rows are summed up together: a leaf of the tree.
const blockRows = 16

// Sums are of the places of rows on a lattice and, for shapes, of their areas in
// steps squared. They are whole numbers modulo 2^64: the same in whatever order.
type Sums struct{ X, Y, Area uint64 }

// placeSums are sums of the places of the rows before each block; they wrap
// around, differences do not care.
type placeSums struct {
	lattice Lattice
	x, y    []uint64
}

// sums returns the segment's sums on l. The first call costs O(rows).
func (s *segment) sums(l *Lattice) *placeSums {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.placed[l.Name]; ok {
		return p
	}
	p := s.sumPlaces(l)
	if s.placed == nil {
		s.placed = make(map[string]*placeSums)
	}
	s.placed[l.Name] = p
	return p
}

func (s *segment) sumPlaces(l *Lattice) *placeSums {
	blocks := s.shaped/blockRows + 2
	p := &placeSums{lattice: *l, x: make([]uint64, 1, blocks), y: make([]uint64, 1, blocks)}
	var sumX, sumY uint64
	for row := range s.shaped { // rows without geometry are the last
		x, y := l.Place(s.points[row])
		sumX, sumY = sumX+uint64(x), sumY+uint64(y)
		if (row+1)%blockRows == 0 || row+1 == s.shaped {
			p.x, p.y = append(p.x, sumX), append(p.y, sumY)
		}
	}
	return p
}

// between sums up the rows [lo, hi), which begin and end with a block, or end with
// the last row that has a place.
func (p *placeSums) between(lo, hi uint32) (x, y uint64) {
	a, b := lo/blockRows, (hi+blockRows-1)/blockRows
	return p.x[b] - p.x[a], p.y[b] - p.y[a]
}

// extents are the extents of a segment's rows, and what is known of them by node of
// the tree.
type extents struct {
	size   []float32
	side   []uint8 // flat beside Extent.Side
	levels [][]float32
	area   []uint64 // of the rows before each block
	places *placeSums
}

// flat marks sides of rows without area. Sides are at most 33.
const flat = 1 << 7

// extents returns the extents of the segment's rows on l. The first call costs
// O(vertices).
func (s *segment) extents(l *Lattice) *extents {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e, ok := s.sized[l.Name]; ok {
		return e
	}
	e := &extents{size: make([]float32, s.n), side: make([]uint8, s.n), area: make([]uint64, 1, s.shaped/blockRows+2), places: s.sumPlaces(l)}
	var sum uint64
	for row := range s.shaped {
		x := l.Extent(s.geometry(uint32(row)))
		e.size[row], e.side[row] = x.Size, min(x.Side, flat-1)
		if x.Flat {
			e.side[row] |= flat
		}
		sum += x.area()
		if (row+1)%blockRows == 0 || row+1 == s.shaped {
			e.area = append(e.area, sum)
		}
	}
	e.climb(s.shaped)
	if s.sized == nil {
		s.sized = make(map[string]*extents)
	}
	s.sized[l.Name] = e
	return e
}

// area is the area in whole steps squared.
func (e Extent) area() uint64 {
	if e.Flat {
		return 0
	}
	return uint64(e.Size)
}

// climb fills levels: the largest size below each node, from the leaves on. Below a
// node with rows that have no area it is infinite.
func (e *extents) climb(rows int) {
	var level []float32
	for lo := 0; lo < rows; lo += blockRows {
		top := float32(0)
		for row := lo; row < min(lo+blockRows, rows); row++ {
			if e.side[row]&flat != 0 {
				top = float32(math.Inf(1))
			}
			top = max(top, e.size[row])
		}
		level = append(level, top)
	}
	for e.levels = append(e.levels, level); len(level) > 1; e.levels = append(e.levels, level) {
		var up []float32
		for i := 0; i < len(level); i += blockRows {
			top := level[i]
			for _, x := range level[i:min(i+blockRows, len(level))] {
				top = max(top, x)
			}
			up = append(up, top)
		}
		level = up
	}
}

func (e *extents) of(row uint32) Extent {
	return Extent{Size: e.size[row], Side: e.side[row] &^ flat, Flat: e.side[row]&flat != 0}
}

// largest is the largest size among the rows [lo, hi) of a node.
func (e *extents) largest(lo, hi uint32) float32 {
	level, span := 0, uint32(blockRows)
	for level+1 < len(e.levels) && hi-lo > span {
		level, span = level+1, span*blockRows
	}
	return e.levels[level][lo/span]
}

// between sums up the rows [lo, hi) of a node.
func (e *extents) between(lo, hi uint32) Sums {
	x, y := e.places.between(lo, hi)
	a, b := lo/blockRows, (hi+blockRows-1)/blockRows
	return Sums{X: x, Y: y, Area: e.area[b] - e.area[a]}
}

// prepare works out what tiles need of the segment on l.
func (s *segment) prepare(l *Lattice) {
	if s.geoms == nil {
		s.sums(l)
	} else {
		s.extents(l)
	}
}

// lattices are those on which something is known of the segment.
func (s *segment) lattices() (out []Lattice) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, p := range s.placed {
		out = append(out, p.lattice)
	}
	for _, e := range s.sized {
		out = append(out, e.places.lattice)
	}
	return out
}

// prepare works out of a merged segment what was known of the table's others, so that
// no tile waits for it.
func (p *mergePlan) prepare(merged *segment) {
	known := make(map[string]Lattice)
	for i := range p.table.parts {
		for _, l := range p.table.parts[i].seg.lattices() {
			known[l.Name] = l
		}
	}
	for _, l := range known {
		merged.prepare(&l)
	}
	for i := range p.table.parts {
		for _, field := range p.table.parts[i].seg.summed() {
			merged.measured(field)
		}
	}
}

// Prepare works out what Clumps and Sift need to know of all layers on l: otherwise
// the first to ask waits for it. Later states of the tables follow by themselves. It
// costs O(rows + vertices) once. The error is that of ctx.
func (v *View) Prepare(ctx context.Context, l Lattice) error {
	for _, layer := range v.Layers() {
		for i := range v.tables[layer.ID].parts {
			if err := ctx.Err(); err != nil {
				return err
			}
			v.tables[layer.ID].parts[i].seg.prepare(&l)
		}
	}
	return nil
}

func (s *segment) latticeBytes() int {
	n := 0
	for _, p := range s.placed {
		n += 8 * (len(p.x) + len(p.y))
	}
	for _, e := range s.sized {
		n += 5*len(e.size) + 8*(len(e.area)+len(e.places.x)+len(e.places.y))
		for _, level := range e.levels {
			n += 4 * len(level)
		}
	}
	return n
}

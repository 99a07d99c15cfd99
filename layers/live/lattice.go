package live

import (
	"math"

	"github.com/paulmach/orb"
)

// Lattice places points on a plane of 2^32 × 2^32 whole numbers, as maps do.
// Place must grow, or fall, with longitude alone and with latitude alone; two
// lattices of one name place alike. What a segment knows by lattice (sums of
// places, sizes of boxes) is worked out when first asked for and kept: about
// 1.4 bytes a row.
type Lattice struct {
	Name  string
	Place func(p orb.Point) (x, y uint32) // lon/lat degrees
}

// blockRows is how many rows are summed up together: a leaf of the tree.
const blockRows = 16

// placeSums are sums of the places of the rows before each block; they wrap
// around, differences do not care.
type placeSums struct{ x, y []uint64 }

// sums returns the segment's sums on l. The first call costs O(rows).
func (s *segment) sums(l *Lattice) *placeSums {
	s.mu.Lock()
	defer s.mu.Unlock()
	if p, ok := s.placed[l.Name]; ok {
		return p
	}
	blocks := s.shaped/blockRows + 2
	p := &placeSums{x: make([]uint64, 1, blocks), y: make([]uint64, 1, blocks)}
	var sumX, sumY uint64
	for row := range s.shaped { // rows without geometry are the last
		x, y := l.Place(s.points[row])
		sumX, sumY = sumX+uint64(x), sumY+uint64(y)
		if (row+1)%blockRows == 0 || row+1 == s.shaped {
			p.x, p.y = append(p.x, sumX), append(p.y, sumY)
		}
	}
	if s.placed == nil {
		s.placed = make(map[string]*placeSums)
	}
	s.placed[l.Name] = p
	return p
}

// between sums up the rows [lo, hi), which begin and end with a block, or end with
// the last row that has a place.
func (p *placeSums) between(lo, hi uint32) (x, y uint64) {
	a, b := lo/blockRows, (hi+blockRows-1)/blockRows
	return p.x[b] - p.x[a], p.y[b] - p.y[a]
}

// boxSizes are, for each node of the tree by level from the leaves on, the
// largest area of the boxes of its rows, in lattice units squared.
type boxSizes [][]float32

// sizes returns the segment's box sizes on l. The first call costs O(rows).
func (s *segment) sizes(l *Lattice) boxSizes {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b, ok := s.sized[l.Name]; ok {
		return b
	}
	var out boxSizes
	for row := 0; row < s.n; row += blockRows {
		top := float32(0)
		for i := row; i < min(row+blockRows, s.n); i++ {
			top = max(top, boxSize(l, s.geometry(uint32(i))))
		}
		if row == 0 {
			out = append(out, nil)
		}
		out[0] = append(out[0], top)
	}
	for len(out) > 0 && len(out[len(out)-1]) > 1 {
		below := out[len(out)-1]
		var level []float32
		for i := 0; i < len(below); i += blockRows {
			top := below[i]
			for _, x := range below[i:min(i+blockRows, len(below))] {
				top = max(top, x)
			}
			level = append(level, top)
		}
		out = append(out, level)
	}
	if s.sized == nil {
		s.sized = make(map[string]boxSizes)
	}
	s.sized[l.Name] = out
	return out
}

// boxSize is the area of g's box, rounded up; a unit more each way, since places
// are whole numbers.
func boxSize(l *Lattice, g orb.Geometry) float32 {
	if g == nil {
		return 0
	}
	b := g.Bound()
	if b.IsEmpty() {
		return 0
	}
	x0, y0 := l.Place(b.Min)
	x1, y1 := l.Place(b.Max)
	side := func(a, b uint32) float64 { return math.Abs(float64(a)-float64(b)) + 1 }
	return math.Nextafter32(float32(side(x0, x1)*side(y0, y1)), math.MaxFloat32)
}

// of is the largest box among the rows [lo, hi) of a node.
func (b boxSizes) of(lo, hi uint32) float32 {
	level, span := 0, uint32(blockRows)
	for level+1 < len(b) && hi-lo > span {
		level, span = level+1, span*blockRows
	}
	return b[level][lo/span]
}

func (s *segment) latticeBytes() int {
	n := 0
	for _, p := range s.placed {
		n += 8 * (len(p.x) + len(p.y))
	}
	for _, b := range s.sized {
		for _, level := range b {
			n += 4 * len(level)
		}
	}
	return n
}

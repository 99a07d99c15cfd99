package live

import (
	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/geo/index"
)

// cellColumn holds the H3 cell of every row of a segment at one resolution, as
// positions in cells; 0 is the row without a cell. It is immutable.
type cellColumn struct {
	cells []hexgrid.Cell // cells[0] is none
	code  ordinals
}

// cellRun is an interval of rows in one cell.
type cellRun struct {
	lo, hi uint32
	cell   hexgrid.Cell
}

// cellsOf returns the cells of the segment's rows at resolution res, computed
// once. Nodes of the tree that lie certainly in one cell are answered as
// intervals, and near points share what is known of their cells' sides (see
// hexgrid.Finder); cells do not nest, so no resolution is made from another. The
// first call costs O(cells × log rows + rows near their sides).
func (s *segment) cellsOf(res int) *cellColumn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.cells[res]; c != nil {
		return c
	}
	branches := s.tree.Branches(branchRows)
	runs := make([][]cellRun, len(branches))
	share(len(branches), func(_, i int) { runs[i] = s.cellRuns(branches[i], res) })
	c := &cellColumn{cells: []hexgrid.Cell{0}}
	known := make(map[hexgrid.Cell]uint32)
	for _, list := range runs {
		for _, run := range list {
			if _, ok := known[run.cell]; !ok {
				known[run.cell] = uint32(len(c.cells))
				c.cells = append(c.cells, run.cell)
			}
		}
	}
	c.code = newOrdinals(s.n, len(c.cells))
	share(len(runs), func(_, i int) {
		for _, run := range runs[i] {
			c.code.fill(run.lo, run.hi, known[run.cell])
		}
	})
	if s.cells == nil {
		s.cells = make(map[int]*cellColumn)
	}
	s.cells[res] = c
	return c
}

// knownCells is cellsOf if it has been computed, nil otherwise.
func (s *segment) knownCells(res int) *cellColumn {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cells[res]
}

// cellRuns lists the cells of the rows below a node, in order of rows.
func (s *segment) cellRuns(branch index.Branch, res int) []cellRun {
	var out []cellRun
	add := func(lo, hi uint32, c hexgrid.Cell) {
		if n := len(out); n > 0 && out[n-1].cell == c && out[n-1].hi == lo {
			out[n-1].hi = hi
		} else if lo < hi && c != 0 {
			out = append(out, cellRun{lo, hi, c})
		}
	}
	find := hexgrid.NewFinder(res)
	s.tree.Walk(branch, func(_ int, box orb.Bound, lo, hi uint32) bool {
		one, certain := find.Box(box)
		if certain && s.geoms == nil { // the box holds the points of all rows that have one
			add(lo, min(hi, uint32(s.shaped)), one)
			return false
		}
		if hi-lo > 16 && !certain {
			return true
		}
		for row := lo; row < hi; row++ {
			switch p := s.points[row]; {
			case !hasPoint(p):
			case certain && box.Contains(p):
				add(row, row+1, one)
			default:
				add(row, row+1, find.At(p))
			}
		}
		return false
	})
	return out
}

func (c *cellColumn) bytes() int { return 8*len(c.cells) + c.code.bytes() }

// cell is the row's cell at resolution res, 0 without a place.
func (r *Row) cell(res int) hexgrid.Cell {
	if r.seg != nil {
		c := r.seg.cellsOf(res)
		return c.cells[c.code.at(r.row)]
	}
	return cellAt(r.delta.point, res)
}

func cellAt(p orb.Point, res int) hexgrid.Cell {
	if hasPoint(p) {
		return hexgrid.At(p, res)
	}
	return 0
}

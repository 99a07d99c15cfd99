package live

import (
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
	"wutu/layers"
)

// ownerColumn holds the owner of every row of a segment at one level: 0 for
// none, otherwise the position in an area set and one. It is immutable.
type ownerColumn struct {
	version uint64
	area    ordinals
}

// branchRows is how many rows one goroutine takes at a time when a column is
// worked out: a level of the tree from 4096 rows on.
const branchRows = 4096

// ownersOf returns the owners of the segment's rows, computed once per version
// of the level's areas. Nodes of the tree that lie wholly inside one area, or
// outside all, are answered as intervals; only rows near borders are tested. The
// first call costs O(areas × log rows + rows near borders).
func (s *segment) ownersOf(level layers.Level, set *areaSet) *ownerColumn {
	s.mu.Lock()
	defer s.mu.Unlock()
	owners := &s.owners
	if set.version&formerVersion != 0 { // the present ones are kept
		owners = &s.former
	}
	if c := (*owners)[level]; c != nil && c.version == set.version {
		return c
	}
	c := &ownerColumn{version: set.version, area: newOrdinals(s.n, len(set.areas))}
	branches := s.tree.Branches(branchRows)
	share(len(branches), func(_, i int) { c.fill(s, set, branches[i]) })
	if *owners == nil {
		*owners = make(map[layers.Level]*ownerColumn)
	}
	(*owners)[level] = c
	return c
}

// suitor is an area that may own rows of a node.
type suitor struct {
	area uint32
	all  bool // it contains the whole node
}

// fill works out the owners of the rows below one node of the tree.
func (c *ownerColumn) fill(s *segment, set *areaSet, branch index.Branch) {
	stack := [][]suitor{nil} // by depth + 1: the suitors of the nodes above
	s.tree.Walk(branch, func(depth int, box orb.Bound, lo, hi uint32) bool {
		if depth == 0 {
			stack[0] = stack[0][:0]
			set.tree.Search(box, func(row uint32) bool {
				stack[0] = append(stack[0], suitor{area: set.order[row]})
				return true
			})
			slices.SortFunc(stack[0], func(a, b suitor) int { return int(a.area) - int(b.area) })
		}
		if len(stack) < depth+2 {
			stack = append(stack, nil)
		}
		own := stack[depth+1][:0]
		for _, a := range stack[depth] {
			if !a.all {
				switch set.shapes[a.area].RelateBox(box) {
				case predicate.BoxOutside:
					continue
				case predicate.BoxInside:
					a.all = true
				case predicate.BoxCrosses:
				}
			}
			own = append(own, a)
			if a.all {
				break // it comes before those behind it
			}
		}
		stack[depth+1] = own
		if len(own) == 0 {
			return false
		}
		if own[0].all && s.geoms == nil { // the box holds the points of all rows that have one
			c.area.fill(lo, min(hi, uint32(s.shaped)), own[0].area+1)
			return false
		}
		if hi-lo > 16 && !own[0].all {
			return true
		}
		for row := lo; row < hi; row++ {
			if p := s.points[row]; hasPoint(p) {
				c.area.fill(row, row+1, set.firstOf(own, p, box)+1)
			}
		}
		return false
	})
}

// firstOf is the first of the suitors of a node that contains p.
func (s *areaSet) firstOf(suitors []suitor, p orb.Point, box orb.Bound) uint32 {
	if !box.Contains(p) { // an interior point beside its geometry's box
		return s.owner(p)
	}
	for _, a := range suitors {
		if a.all || s.shapes[a.area].Locate(p) != predicate.Outside {
			return a.area
		}
	}
	return noArea
}

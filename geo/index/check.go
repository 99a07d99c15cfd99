package index

import (
	"fmt"
)

// Check verifies the structure of the tree: the number of nodes of each level,
// that every node's box is the union of its children's, and that rows without a
// box come last. O(n). It returns the first defect.
func (t *Packed) Check() error {
	if t.n == 0 {
		return nil
	}
	size := t.n
	for level := range len(t.levels) - 1 {
		if t.size(level) != size {
			return fmt.Errorf("level %d has %d nodes, not %d", level, t.size(level), size)
		}
		if level == 0 {
			for i := uint32(1); int(i) < size; i++ {
				if t.nowhere(i-1) && !t.nowhere(i) {
					return fmt.Errorf("row %d comes after one without a box", i)
				}
			}
		} else {
			for i, b := range t.boxes[t.levels[level]:t.levels[level+1]] {
				union := noBox()
				for c := i * nodeSize; c < min((i+1)*nodeSize, t.size(level-1)); c++ {
					union = union.union(t.box(level-1, c))
				}
				if union != b {
					return fmt.Errorf("node %d of level %d is %v, its children span %v", i, level, b, union)
				}
			}
		}
		size = (size + nodeSize - 1) / nodeSize
	}
	if last := t.size(t.top()); last != 1 {
		return fmt.Errorf("the tree has %d roots", last)
	}
	return nil
}

// Check verifies that the tree holds as many rows as it counts and that each
// can be found by its own box. O(n log n). It returns the first defect.
func (d *Delta) Check() error {
	n := 0
	var defect error
	d.tree.Scan(func(lo, hi [2]float32, row uint32) bool {
		n++
		if !(lo[0] <= hi[0] && lo[1] <= hi[1]) {
			defect = fmt.Errorf("row %d has the box %v %v", row, lo, hi)
			return false
		}
		found := false
		d.tree.Search(lo, hi, func(_, _ [2]float32, other uint32) bool {
			found = other == row
			return !found
		})
		if !found {
			defect = fmt.Errorf("row %d is not found by its own box", row)
		}
		return found
	})
	if defect == nil && n != d.Len() {
		return fmt.Errorf("the tree counts %d rows and holds %d", d.Len(), n)
	}
	return defect
}

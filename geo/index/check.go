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
		start, end := t.levels[level], t.levels[level+1]
		if end-start != size {
			return fmt.Errorf("level %d has %d nodes, not %d", level, end-start, size)
		}
		if level == 0 {
			for i := 1; i < size; i++ {
				if t.boxes[i-1].empty() && !t.boxes[i].empty() {
					return fmt.Errorf("row %d comes after one without a box", i)
				}
			}
		} else {
			below := t.boxes[t.levels[level-1]:start]
			for i, b := range t.boxes[start:end] {
				union := noBox()
				for _, c := range below[i*nodeSize : min((i+1)*nodeSize, len(below))] {
					union = union.union(c)
				}
				if union != b {
					return fmt.Errorf("node %d of level %d is %v, its children span %v", i, level, b, union)
				}
			}
		}
		size = (size + nodeSize - 1) / nodeSize
	}
	if last := t.levels[len(t.levels)-1] - t.levels[len(t.levels)-2]; last != 1 {
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

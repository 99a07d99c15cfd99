package live

import "context"

// MergeForTest merges every delta into segments now, whatever its size.
func (c *Catalog) MergeForTest() {
	v := c.View()
	for _, l := range v.Layers() {
		t := v.tables[l.ID]
		p := mergePlan{table: t, rows: len(t.delta.rows)}
		if len(t.parts) > 1 { // also merge the smallest segment
			p.parts = []int{len(t.parts) - 1}
		}
		seg, from := p.merged()
		c.mu.Lock()
		c.tables[l.ID].install(&p, seg, from)
		c.tables[l.ID].merged = true
		c.publish()
		c.mu.Unlock()
	}
}

// MergedForTest does the work of merging a layer's delta, and the segments of at most
// so many rows, without showing what it makes, and says of how many rows it is.
func (c *Catalog) MergedForTest(layer string, most int) int {
	t := c.View().tables[layer]
	p := mergePlan{table: t, rows: len(t.delta.rows)}
	for i := range t.parts {
		if t.parts[i].seg.n <= most {
			p.parts = append(p.parts, i)
		}
	}
	seg, _ := p.merged()
	return seg.n
}

// Merging reports whether a merge is due or may be under way.
func (c *Catalog) Merging() bool {
	v := c.View()
	for _, t := range v.tables {
		if _, due := planMerge(t); due {
			return true
		}
	}
	return false
}

// ForgetColumns drops the computed columns of a layer's segments.
func (v *View) ForgetColumns(layer string) {
	for i := range v.tables[layer].parts {
		s := v.tables[layer].parts[i].seg
		s.mu.Lock()
		s.cells, s.owners = nil, nil
		s.mu.Unlock()
	}
}

// KeepSnapshotForTest writes the snapshot file now, if there is to be one.
func (c *Catalog) KeepSnapshotForTest() {
	if c.snap != nil {
		c.snap.mu.Lock()
		c.snap.stale = true
		c.snap.mu.Unlock()
		c.snap.keep(context.Background(), c)
	}
}

// VerifyForTest compares a layer with the store and returns the features that differ.
func (c *Catalog) VerifyForTest(ctx context.Context, layer string) (string, error) {
	_, _, wrong, err := c.verifySome(ctx, layer, "")
	return wrong, err
}

// ReplayLeast is how many changes are replayed over a snapshot at least.
const ReplayLeast = replayLeast

package live

import (
	"context"
	"slices"
)

// Merge policy: a delta becomes a segment when it has a sixteenth of the
// settled rows, but at least minDelta and at most maxDelta; segments less than
// twice as large as what is merged join it, so that their number stays
// logarithmic; a segment most of whose rows are dead is rewritten.
const (
	minDelta = 8192
	maxDelta = 65536
)

// mergePlan is the work of one merge of one layer: which segments and how many
// rows of the delta go into the new segment.
type mergePlan struct {
	table *table
	parts []int // indexes into table.parts, ascending
	rows  int   // rows of table.delta, 0 to leave the delta alone
}

// planMerge says what to merge, ok is false when nothing needs it.
func planMerge(t *table) (p mergePlan, ok bool) {
	p.table = t
	settled := 0
	for i := range t.parts {
		settled += t.parts[i].rows()
	}
	size := 0
	if n := len(t.delta.rows); n >= min(max(minDelta, settled/16), maxDelta) {
		p.rows, size = n, t.delta.byID.Len()
	}
	for i := len(t.parts) - 1; i >= 0; i-- {
		part := &t.parts[i]
		if sparse := part.gone > part.seg.n/2; sparse || size > 0 && part.rows() < 2*size {
			p.parts = append(p.parts, i)
			size += part.rows()
		}
	}
	slices.Sort(p.parts)
	return p, p.rows > 0 || len(p.parts) > 0
}

// origin says where a row of a merged segment came from.
type origin struct {
	part int // index into table.parts, -1 for the delta
	row  uint32
}

// mergeRun is what one segment, or the delta, gives to a merge: its current rows in
// order of id.
type mergeRun struct {
	part *part // nil: the delta
	from int   // as in origin
	rows []uint32
	row  uint32 // at which the run stands
	id   string // of it
	read Row    // the same, to read values from
}

// next moves to the next row, false at the end.
func (r *mergeRun) next(d *delta) bool {
	for len(r.rows) > 0 {
		r.row, r.rows = r.rows[0], r.rows[1:]
		switch {
		case r.part == nil:
			r.id = d.rows[r.row].feature.Key
		case r.part.dead.has(r.row):
			continue
		default:
			r.id = r.part.seg.ids.id(r.row)
		}
		return true
	}
	return false
}

// runs are what goes into the new segment, each at its first row.
func (p *mergePlan) runs() []mergeRun {
	var all []mergeRun
	begin := func(r mergeRun) {
		if r.next(p.table.delta) {
			all = append(all, r)
		}
	}
	for _, i := range p.parts {
		part := &p.table.parts[i]
		begin(mergeRun{part: part, from: i, rows: part.seg.ids.order})
	}
	if p.rows > 0 {
		r := mergeRun{from: -1, rows: make([]uint32, 0, p.table.delta.byID.Len())}
		p.table.delta.byID.Scan(func(_ string, row uint32) bool {
			r.rows = append(r.rows, row)
			return true
		})
		begin(r)
	}
	return all
}

// least is the run that stands at the lowest id, and the lowest of the others.
func least(runs []mergeRun) (first *mergeRun, others string) {
	first = &runs[0]
	for i := 1; i < len(runs); i++ {
		r := &runs[i]
		if r.id < first.id {
			r, first = first, r
		}
		if others == "" || r.id < others {
			others = r.id
		}
	}
	return first, others
}

// merged builds the new segment and the origin of each of its rows. It reads
// only the immutable table, so it runs without a lock. Rows come in order of id,
// which saves the segment sorting them. It costs O(n log n).
func (p *mergePlan) merged() (*segment, []origin) {
	size := 0
	for _, i := range p.parts {
		size += p.table.parts[i].rows()
	}
	b := newSegmentBuilder(p.table.layer, size+p.rows)
	from := make([]origin, 0, size+p.rows)
	for runs := p.runs(); len(runs) > 0; {
		r, others := least(runs)
		for more := true; more; {
			p.add(b, r)
			from = append(from, origin{part: r.from, row: r.row})
			if more = r.next(p.table.delta); !more {
				over := r.from
				runs = slices.DeleteFunc(runs, func(q mergeRun) bool { return q.from == over })
			} else if len(runs) > 1 {
				more = r.id < others
			}
		}
	}
	seg, order := b.build()
	return seg, permute(from, order)
}

// add adds the row at which a run stands.
func (p *mergePlan) add(b *segmentBuilder, r *mergeRun) {
	if r.part == nil {
		d := &p.table.delta.rows[r.row]
		f := d.feature
		b.addRow(f.Key, f.Shape, d.point, f.Version, f.ValidFrom, f.ValidTo, f)
		return
	}
	seg := r.part.seg
	r.read.seg, r.read.row = seg, r.row
	from, to := seg.validAt(r.row)
	b.addRow(r.id, seg.geometry(r.row), seg.points[r.row], seg.versions.at(r.row), from, to, &r.read)
}

// install puts a merged segment into the writer's state, which may have moved
// on since the plan was made: rows replaced or deleted meanwhile are dead in
// the new segment too. It costs O(rows merged), a few bit tests each. It does
// nothing when another merge has replaced a segment of the plan.
func (w *writer) install(p *mergePlan, seg *segment, from []origin) {
	replaced := make(map[*segment]*part, len(p.parts))
	for _, i := range p.parts {
		old := p.table.parts[i].seg
		for j := range w.parts {
			if w.parts[j].seg == old {
				replaced[old] = &w.parts[j]
			}
		}
	}
	if len(replaced) < len(p.parts) || p.rows > len(w.delta.rows) {
		return
	}
	now, dead := part{seg: seg}, newBitset(seg.n)
	for row, o := range from {
		var alive bool
		if o.part >= 0 {
			alive = !replaced[p.table.parts[o.part].seg].dead.has(o.row)
		} else {
			at, ok := w.delta.find[seg.ids.id(uint32(row))]
			alive = ok && at == o.row
		}
		if !alive {
			dead.set(uint32(row))
			now.gone++
		}
	}
	if now.gone > 0 {
		now.dead = deadOf(dead, seg.n)
	}
	w.parts = slices.DeleteFunc(slices.Clone(w.parts), func(q part) bool { return replaced[q.seg] != nil })
	if p.rows > 0 {
		w.delta = w.delta.since(p.rows)
	}
	if now.rows() > 0 {
		w.addSegment(now)
	} else {
		w.owned = make([]bool, len(w.parts))
	}
}

// since returns a new delta with the live rows from position n on.
func (d *delta) since(n int) *delta {
	next := newDelta()
	for row := n; row < len(d.rows); row++ {
		f := d.rows[row].feature
		if at, ok := d.find[f.Key]; ok && int(at) == row {
			next.put(f)
		}
	}
	return next
}

// mergeLoop merges whenever a change says that something may be due.
func (c *Catalog) mergeLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.mergeNow:
		}
		for c.mergeOne() && ctx.Err() == nil {
		}
	}
}

// mergeOne does the first merge that is due, false when there is none.
func (c *Catalog) mergeOne() bool {
	v := c.View()
	for _, l := range v.Layers() {
		p, due := planMerge(v.tables[l.ID])
		if !due {
			continue
		}
		seg, from := p.merged()
		p.prepare(seg)
		c.mu.Lock()
		w := c.tables[l.ID]
		w.install(&p, seg, from)
		w.merged = true
		c.publish()
		c.mu.Unlock()
		return true
	}
	return false
}

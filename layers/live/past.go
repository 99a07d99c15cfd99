package live

import (
	"context"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// A question about the past runs on a table made for it: the resident rows that
// were true already, those that were not being taken for dead, and beside them a
// segment of the versions from history that the question can meet. Everything
// behind a plan then works as it does for the present.

// AsOf returns the city as of an instant, as it is known to have been: areas and
// the regions of subjects have their borders of then, and every query has this
// instant for its At unless it says otherwise. Definitions of layers, rights and
// what describes a layer as a whole are those of v. The zero time is the present:
// v itself. It costs O(areas) when borders of then are first asked for, otherwise
// next to nothing. Errors are those of the store and of ctx.
func (v *View) AsOf(ctx context.Context, at time.Time) (*View, error) {
	at = at.UTC().Truncate(time.Microsecond)
	if at.Equal(v.at) || at.IsZero() && v.now == nil {
		return v, nil
	}
	if v.now != nil {
		v = v.now
	}
	if at.IsZero() {
		return v, nil
	}
	past := &View{seq: v.seq, tables: v.tables, watch: v.watch, versions: v.versions, releases: v.releases, areas: v.areas, at: at, now: v}
	for _, level := range layers.Levels() {
		set, err := v.areas.former(ctx, v, level, at)
		if err != nil {
			return nil, err
		}
		past.sets[level].Store(set)
	}
	return past, nil
}

// At is the instant as of which the view answers, zero for the present.
func (v *View) At() time.Time { return v.at }

// extract says which rows of the past a question can meet.
type extract struct {
	boxes []orb.Bound // nil: everywhere
	ids   []string    // nil: all
	after string      // a page in order of id
	limit int         // of versions from history; 0: no page
}

// recall gives the plan the table of its instant.
func (p *plan) recall(ctx context.Context) error {
	if p.never {
		return nil
	}
	t, _, err := p.view.tableAt(ctx, p.now, extract{boxes: p.search, ids: p.query.IDs})
	p.table = t
	return err
}

// tableAt makes the table of a layer as of the view's instant, as far as an extract
// goes. A page that did not end ends with the id horizon: the table is whole up to
// there.
func (v *View) tableAt(ctx context.Context, t *table, want extract) (past *table, horizon string, err error) {
	m := memory{table: t, at: v.at.UnixMicro(), builder: newSegmentBuilder(t.layer, 0)}
	reader, ok := v.releases.city.store.(layers.PastReader)
	if !ok {
		return v.readAt(ctx, t, want)
	}
	q := layers.Past{Layer: t.layer.ID, At: v.at, IDs: want.ids, Boxes: want.boxes, AfterID: want.after, Limit: want.limit,
		Known: v.seq, Changed: m.change}
	n := 0
	for f, err := range reader.Past(ctx, q) {
		if err != nil {
			return nil, "", err
		}
		m.add(&f)
		horizon = f.Key
		n++
	}
	if want.limit == 0 || n < want.limit {
		horizon = ""
	}
	m.addDelta(&want, horizon)
	return m.build(), horizon, nil
}

// readAt is tableAt for a store without an index of its past: it reads all that
// was true, the present included.
func (v *View) readAt(ctx context.Context, t *table, want extract) (*table, string, error) {
	b := newSegmentBuilder(t.layer, 0)
	q := layers.Query{Subject: layers.SystemSubject(), Layer: t.layer.ID, At: v.at, Boxes: want.boxes, IDs: want.ids, Limit: want.limit}
	if want.after != "" {
		q.After = &layers.Cursor{ID: want.after}
	}
	horizon := ""
	for f, err := range v.releases.city.store.Read(ctx, q) {
		if err != nil {
			return nil, "", err
		}
		b.add(&f)
		horizon = f.Key
	}
	if want.limit == 0 || b.rows() < want.limit {
		horizon = ""
	}
	past := &table{layer: t.layer, delta: newDelta(), seq: t.seq, updated: t.updated}
	if seg, _ := b.build(); seg.n > 0 {
		past.parts = []part{{seg: seg}}
	}
	return past, horizon, nil
}

// memory is a table of the past in the making.
type memory struct {
	table   *table
	at      int64
	builder *segmentBuilder
	changed map[string]bool // not resident as they are: the store has said what was true of them
}

func (m *memory) change(id string, now *layers.Feature) {
	if m.changed == nil {
		m.changed = make(map[string]bool)
	}
	m.changed[id] = true
	if now != nil {
		m.builder.add(now)
	}
}

// add takes a version from history. A resident row that another program wrote has
// not ended the truth of those before it, and goes first.
func (m *memory) add(f *layers.Feature) {
	if !m.changed[f.Key] {
		if ref, ok := m.table.lookup(f.Key); ok {
			var r Row
			m.table.at(ref, &r)
			if from, to := r.Validity(); trueAt(micro(from), micro(to), m.at) {
				return
			}
		}
	}
	m.builder.add(f)
}

// addDelta takes the rows of the delta that were true.
func (m *memory) addDelta(want *extract, horizon string) {
	d := m.table.delta
	take := func(row uint32) {
		f := d.rows[row].feature
		if trueAt(micro(f.ValidFrom), micro(f.ValidTo), m.at) && !m.changed[f.Key] {
			m.builder.addRow(f.Key, f.Shape, d.rows[row].point, f.Version, f.ValidFrom, f.ValidTo, f)
		}
	}
	switch {
	case want.ids != nil:
		seen := make(map[string]bool, len(want.ids))
		for _, id := range want.ids {
			if row, ok := d.byID.Get(id); ok && !seen[id] {
				seen[id] = true
				take(row)
			}
		}
	case want.limit > 0:
		d.byID.Ascend(want.after, func(id string, row uint32) bool {
			if horizon != "" && id > horizon {
				return false
			}
			if id != want.after {
				take(row)
			}
			return true
		})
	case want.boxes == nil:
		d.byID.Scan(func(_ string, row uint32) bool { take(row); return true })
	default:
		seen := make(map[uint32]bool)
		for _, box := range want.boxes {
			d.tree.Search(box, func(row uint32) bool {
				if !seen[row] {
					seen[row] = true
					take(row)
				}
				return true
			})
		}
	}
}

// build makes the table: the resident segments without what was not true, and one
// of all that was added.
func (m *memory) build() *table {
	t := &table{layer: m.table.layer, delta: newDelta(), seq: m.table.seq, updated: m.table.updated}
	t.parts = make([]part, 0, len(m.table.parts)+1)
	for _, p := range m.table.parts {
		dead := p.dead.flat(p.seg.n)
		for i, word := range p.seg.untrueAt(m.at) {
			dead[i] |= word
		}
		for id := range m.changed {
			if row, ok := p.seg.ids.find(id); ok {
				dead.set(row)
			}
		}
		p.dead, p.gone = deadOf(dead, p.seg.n), dead.countRange(0, uint32(p.seg.n))
		t.parts = append(t.parts, p)
	}
	if seg, _ := m.builder.build(); seg.n > 0 {
		t.parts = append(t.parts, part{seg: seg})
	}
	return t
}

// trueAt reports whether a validity in microseconds, 0 for no bound, holds an
// instant.
func trueAt(from, to, at int64) bool { return (from == 0 || from <= at) && (to == 0 || at < to) }

// untruths are the rows of a segment that were not true at an instant.
type untruths struct {
	at   int64
	rows bitset
}

// keptUntruths is how many instants a segment remembers: those of the requests of
// one page of a client that looks at one instant.
const keptUntruths = 4

// untrueAt returns the rows that were not true at an instant, nil for none. It
// costs O(rows) when the instant is not one of the last.
func (s *segment) untrueAt(at int64) bitset {
	if s.valid == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, u := range s.untrue {
		if u.at == at {
			return u.rows
		}
	}
	rows := newBitset(s.n)
	for i, from := range s.valid.from {
		if !trueAt(from, s.valid.to[i], at) {
			rows.set(uint32(i))
		}
	}
	if len(s.untrue) == keptUntruths {
		s.untrue = s.untrue[1:]
	}
	s.untrue = append(s.untrue[:len(s.untrue):len(s.untrue)], untruths{at, rows})
	return rows
}

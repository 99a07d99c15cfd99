package live

import (
	"math"
	"slices"
	"sync"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
)

// Marks are kept on a pyramid of squares of degrees: level n divides 360° × 180°
// into 2^n × 2^n cells.
const (
	markDepth = 15      // at the equator the finest cells are 1.2 km wide
	markWidth = 4       // a box wider than so many cells marks the level above
	maxMarks  = 1 << 15 // beyond it all is forgotten: everything has changed
)

type markCell struct{ x, y uint32 }

// marks remembers when the features near a place changed last. It is safe for
// concurrent use. What it says may be too late a change, never too early a one.
type marks struct {
	mu   sync.RWMutex
	base uint64 // nothing is known of changes up to here
	// last change of a feature in a cell, by level
	at [markDepth + 1]map[markCell]uint64
	// last change of a feature too wide for the levels below: it may touch any cell
	// in this one
	wide [markDepth + 1]map[markCell]uint64
	size int
}

func newMarks(base uint64) *marks { return &marks{base: base} }

// forget lets everything have changed at seq.
func (m *marks) forget(seq uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reset(seq)
}

func (m *marks) reset(seq uint64) {
	m.base, m.size = seq, 0
	for i := range m.at {
		m.at[i], m.wide[i] = nil, nil
	}
}

// take takes note of a change.
func (m *marks) take(d *Delta) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.note(d, d.Seq)
}

// markRun is how many changes are noted before those who wait to read have their turn.
const markRun = 64

// takeAll takes note of the changes of one layer among some, all as of the last: what
// many of them mark is marked once.
func (m *marks) takeAll(deltas []Delta, layer string) {
	last := len(deltas) - 1
	for last >= 0 && deltas[last].Layer != layer {
		last--
	}
	if last < 0 {
		return
	}
	seq := deltas[last].Seq
	for run := range slices.Chunk(deltas[:last+1], markRun) {
		m.mu.Lock()
		for i := range run {
			if run[i].Layer == layer {
				m.note(&run[i], seq)
			}
		}
		m.mu.Unlock()
	}
}

// note takes note of a change as one of seq. The caller holds mu.
func (m *marks) note(d *Delta, seq uint64) {
	if d.Op == layers.Define {
		m.reset(seq)
		return
	}
	for _, f := range [...]*layers.Feature{d.Old, d.New} {
		if f == nil || f.Shape == nil {
			continue
		}
		if b := f.Shape.Bound(); !b.IsEmpty() {
			m.mark(seq, b)
		}
	}
	if m.size > maxMarks {
		m.reset(seq)
	}
}

func (m *marks) mark(seq uint64, b orb.Bound) {
	span := spanOf(b)
	level := span.finest()
	low, high := span.at(level)
	if level < markDepth {
		m.put(&m.wide[level], seq, low, high)
	}
	for m.put(&m.at[level], seq, low, high) && level > 0 { // else so are those above
		level--
		low, high = span.at(level)
	}
}

// put sets the cells from low to high, and reports whether some were not set to it.
func (m *marks) put(to *map[markCell]uint64, seq uint64, low, high markCell) bool {
	if *to == nil {
		*to = make(map[markCell]uint64)
	}
	before, some := len(*to), false
	for x := low.x; x <= high.x; x++ {
		for y := low.y; y <= high.y; y++ {
			c := markCell{x, y}
			if (*to)[c] != seq {
				(*to)[c], some = seq, true
			}
		}
	}
	m.size += len(*to) - before
	return some
}

// last is the newest change that may touch one of the boxes.
func (m *marks) last(boxes func() []orb.Bound) uint64 {
	m.mu.RLock()
	defer m.mu.RUnlock()
	seq := m.base
	if m.size == 0 {
		return seq
	}
	for _, b := range boxes() {
		span := spanOf(b)
		finest := span.finest()
		for level := 0; level <= finest; level++ {
			if level < finest && len(m.wide[level]) == 0 {
				continue
			}
			low, high := span.at(level)
			for x := low.x; x <= high.x; x++ {
				for y := low.y; y <= high.y; y++ {
					c := markCell{x, y}
					seq = max(seq, m.wide[level][c])
					if level == finest {
						seq = max(seq, m.at[level][c])
					}
				}
			}
		}
	}
	return seq
}

// markSpan is the cells that a box meets, at the finest level.
type markSpan struct{ low, high markCell }

func spanOf(b orb.Bound) markSpan {
	const side = 1 << markDepth
	cell := func(x, from, width float64) uint32 {
		return uint32(min(max(math.Floor((x-from)/width*side), 0), side-1))
	}
	return markSpan{markCell{cell(b.Min[0], -180, 360), cell(b.Min[1], -90, 180)}, markCell{cell(b.Max[0], -180, 360), cell(b.Max[1], -90, 180)}}
}

// at is the cells of a level, from low to high.
func (s *markSpan) at(level int) (low, high markCell) {
	up := markDepth - level
	return markCell{s.low.x >> up, s.low.y >> up}, markCell{s.high.x >> up, s.high.y >> up}
}

// finest is the last level at which the box is not too wide, 0 if there is none.
func (s *markSpan) finest() int {
	for level := range markDepth {
		if low, high := s.at(level + 1); high.x-low.x >= markWidth || high.y-low.y >= markWidth {
			return level
		}
	}
	return markDepth
}

// VersionOf is Version, of a decision whose Scope is known, for those features of the
// layer that meet one of the boxes (lon/lat degrees): the sequence of a change since
// which nothing near them has changed that shows under the decision. It may be a later
// change than the last. The boxes are asked for when something has changed at all; nil:
// everywhere.
func (v *View) VersionOf(d *access.Decision, scope, layer string, boxes func() []orb.Bound) uint64 {
	version := v.version(d, scope, layer)
	if boxes == nil || version == 0 || version >= unnamedVersion || d.Mode != access.List {
		return version
	}
	m := v.watch.marksOf(watchedScope{layer, scope}, version)
	if m == nil {
		return version
	}
	// Marks run ahead of views: a change that the view does not have yet says
	// nothing about what it shows.
	if last := m.last(boxes); last < version {
		return last
	}
	return version
}

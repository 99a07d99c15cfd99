package live

import (
	"math"
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
	if d.Op == layers.Define {
		m.forget(d.Seq)
		return
	}
	var shapes []orb.Geometry
	for _, f := range []*layers.Feature{d.Old, d.New} {
		if f != nil {
			shapes = append(shapes, f.Shape)
		}
	}
	m.note(d.Seq, shapes...)
}

// note takes note of a change of seq to features with these shapes; nil for none.
func (m *marks) note(seq uint64, shapes ...orb.Geometry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, g := range shapes {
		if g == nil {
			continue
		}
		b := g.Bound()
		if b.IsEmpty() {
			continue
		}
		m.mark(seq, b)
	}
	if m.size > maxMarks {
		m.reset(seq)
	}
}

func (m *marks) mark(seq uint64, b orb.Bound) {
	for level := 0; level <= markDepth; level++ {
		low, high := markCells(b, level)
		m.put(&m.at[level], seq, low, high)
		if level < markDepth {
			if l, h := markCells(b, level+1); h.x-l.x >= markWidth || h.y-l.y >= markWidth {
				m.put(&m.wide[level], seq, low, high)
				return
			}
		}
	}
}

// put sets the cells from low to high.
func (m *marks) put(to *map[markCell]uint64, seq uint64, low, high markCell) {
	if *to == nil {
		*to = make(map[markCell]uint64)
	}
	before := len(*to)
	for x := low.x; x <= high.x; x++ {
		for y := low.y; y <= high.y; y++ {
			(*to)[markCell{x, y}] = seq
		}
	}
	m.size += len(*to) - before
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
		for level := 0; level <= markDepth; level++ {
			low, high := markCells(b, level)
			finest := level == markDepth
			if !finest {
				l, h := markCells(b, level+1)
				finest = h.x-l.x >= markWidth || h.y-l.y >= markWidth
			}
			if !finest && len(m.wide[level]) == 0 {
				continue
			}
			for x := low.x; x <= high.x; x++ {
				for y := low.y; y <= high.y; y++ {
					c := markCell{x, y}
					seq = max(seq, m.wide[level][c])
					if finest {
						seq = max(seq, m.at[level][c])
					}
				}
			}
			if finest {
				break
			}
		}
	}
	return seq
}

// markCells are the cells of a level that the box meets, from low to high.
func markCells(b orb.Bound, level int) (low, high markCell) {
	side := float64(uint32(1) << level)
	cell := func(x, from, width float64) uint32 {
		return uint32(min(max(math.Floor((x-from)/width*side), 0), side-1))
	}
	return markCell{cell(b.Min[0], -180, 360), cell(b.Min[1], -90, 180)}, markCell{cell(b.Max[0], -180, 360), cell(b.Max[1], -90, 180)}
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

package live

import (
	"sync/atomic"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// View is the city at one sequence number: an immutable snapshot, safe for any
// number of goroutines, valid as long as it is referred to. A request takes one
// View and answers everything from it, so its numbers agree.
type View struct {
	seq      uint64
	tables   map[string]*table
	watch    *watch                       // whom to ask for versions of scopes this view does not have
	versions map[string]map[string]uint64 // last change that shows, by layer and scope
	releases *releases
	areas    *areaIndex                               // shared by all views of a catalog
	sets     [layers.Grid + 1]atomic.Pointer[areaSet] // what areas answered for this view, by level

	at  time.Time // as of which it answers; zero: as of now
	now *View     // that this is the past of, nil for the present
}

// Seq is the sequence of the last change the view shows.
func (v *View) Seq() uint64 { return v.seq }

// Layer returns the definition of a layer.
func (v *View) Layer(id string) (*layers.Layer, bool) {
	t, ok := v.tables[id]
	if !ok {
		return nil, false
	}
	return t.layer, true
}

// LayerSeq is the sequence of the last change to a layer, 0 for none and for
// unknown layers: what is drawn from the layer is the same as long as it is.
// Answers that depend on areas or on a subject's region change with those too:
// see FrameSeq.
func (v *View) LayerSeq(id string) uint64 {
	if t, ok := v.tables[id]; ok {
		return t.seq
	}
	return 0
}

// FrameSeq is the sequence of the last change to any area layer.
func (v *View) FrameSeq() uint64 {
	var seq uint64
	for _, t := range v.tables {
		if t.layer.Level != layers.NoLevel {
			seq = max(seq, t.seq)
		}
	}
	return seq
}

// TableStats describes a resident layer.
type TableStats struct {
	Rows      int
	Extent    orb.Bound // lon/lat; meaningful only if HasExtent. May be too large after deletions
	HasExtent bool
	Updated   time.Time // of the last change since the start of the program; zero if there was none
	Bytes     int64     // estimated memory
}

// Stats describes a layer, whoever asks: callers apply access.Decide. It costs
// O(rows changed since the last merge).
func (v *View) Stats(id string) TableStats {
	t, ok := v.tables[id]
	if !ok {
		return TableStats{}
	}
	s := TableStats{Rows: t.rowCount(), Updated: t.updated, Bytes: t.bytes()}
	s.Extent, s.HasExtent = t.extent()
	return s
}

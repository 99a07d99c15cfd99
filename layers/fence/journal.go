package fence

import (
	"fmt"

	"wutu/layers"
)

// Segment is a piece of a tracker's journal: the states that one batch left. The
// journal is how states are kept: a batch of thousands of fixes is one record to
// write, not thousands. Read in order of number, the last state of an object is the
// one that counts.
type Segment struct {
	Number uint64 // from 1, growing
	Data   []byte
}

// journal knows which segments are kept, and where the state of each object is. It
// is changed by Commit and Load only.
type journal struct {
	last     uint64
	segments []kept
	entries  int // in all segments
	objects  int // that are in some
}

// kept is a segment that is stored.
type kept struct {
	number  uint64
	objects []*entry // whose states are in it, or were
	entries int      // with those that say that an object is gone
}

// writing is a segment that is not stored yet.
type writing struct {
	kept
	drops int // how many of the first segments go
}

// slack is how many entries the journal may have beyond two for each object.
const slack = 1024

// Segment is what has to be stored for what the batch changed, before it is
// committed: a segment (none when Number is 0) to add, and the numbers of segments
// that are no longer needed, in the same transaction. The oldest segments are
// written anew in it when more than half of the journal is out of date, so that it
// stays in proportion to the objects, for at most as many states as the batch
// changed and a few.
func (b *Batch) Segment() (add Segment, drop []uint64) {
	t := b.tracker
	b.sort()
	f := t.fences
	f.mu.RLock()
	defer f.mu.RUnlock()
	j := &t.journal
	w := &writing{kept: kept{number: j.last + 1}}
	var data, state []byte
	put := func(e *entry, o *object) {
		if state = state[:0]; o != nil {
			state = f.appendState(state, o)
			w.objects = append(w.objects, e)
		}
		data = appendText(appendText(data, e.id), state)
		w.entries++
	}
	for _, e := range b.changed {
		switch {
		case e.keeps:
			put(e, &e.next)
		case e.segment != 0:
			put(e, nil) // gone
		}
	}
	if w.entries == 0 {
		b.writing = nil
		return Segment{}, nil
	}
	over, work := j.entries+w.entries-2*(j.objects+len(w.objects))-slack, w.entries+slack
	for _, old := range j.segments {
		if over <= 0 || work <= 0 {
			break
		}
		for _, e := range old.objects {
			if e.segment == old.number && e.batch != b {
				put(e, &e.now)
				over++
			}
		}
		over -= old.entries
		work -= old.entries
		drop = append(drop, old.number)
		w.drops++
	}
	b.writing = w
	return Segment{Number: w.number, Data: data}, drop
}

// wrote notes that a segment is stored, after the states of its batch are the
// tracker's.
func (j *journal) wrote(w *writing) {
	for _, old := range j.segments[:w.drops] {
		j.entries -= old.entries
	}
	j.segments = append(j.segments[w.drops:], w.kept)
	j.last, j.entries = w.number, j.entries+w.entries
	for _, e := range w.objects {
		if e.segment == 0 {
			j.objects++
		}
		e.segment = w.number
	}
}

// Load restores the objects of a segment. Segments are loaded in order of number,
// before anything moves and after the fences are put. The error is Invalid.
func (t *Tracker) Load(s Segment) error {
	f := t.fences
	f.mu.RLock()
	defer f.mu.RUnlock()
	j := &t.journal
	if s.Number <= j.last {
		return layers.Invalidf("fence", "segment", fmt.Sprintf("%d comes after %d", s.Number, j.last))
	}
	w := &writing{kept: kept{number: s.Number}}
	r := stateReader{b: s.Data}
	for len(r.b) > 0 {
		id, state := string(r.text()), r.text()
		if r.bad || id == "" {
			return layers.Invalidf("fence", "segment", fmt.Sprintf("%d cannot be read", s.Number))
		}
		w.entries++
		if len(state) > 0 {
			e, err := t.restore(id, state)
			if err != nil {
				return err
			}
			w.objects = append(w.objects, e)
		} else if e := t.find(t.shardOf(id), id, false); e != nil {
			j.gone(e)
			t.set(e, nil)
		}
	}
	j.wrote(w)
	return nil
}

// gone notes that an object is no longer.
func (j *journal) gone(e *entry) {
	if e.segment != 0 {
		j.objects--
		e.segment = 0
	}
}

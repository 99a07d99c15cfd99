package fence

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"wutu/layers"
)

// stateVersion is the first byte of a state.
const stateVersion = 2

// maxVisits bounds the visits of a state that is read.
const maxVisits = 1 << 16

// State is the new state of an object of the batch, nil for an object that is not in
// it or was dropped.
func (b *Batch) State(id string) []byte {
	t := b.tracker
	e := t.find(t.shardOf(id), id, false)
	if e == nil || e.batch != b || !e.keeps {
		return nil
	}
	t.fences.mu.RLock()
	defer t.fences.mu.RUnlock()
	return t.fences.appendState(nil, &e.next)
}

// appendState appends what is kept of an object. f.mu is held.
func (f *Fences) appendState(out []byte, o *object) []byte {
	out = append(out, stateVersion)
	out = binary.AppendVarint(out, o.at)
	for _, x := range [...]float64{o.point[0], o.point[1], o.accuracy} {
		out = binary.LittleEndian.AppendUint64(out, math.Float64bits(x))
	}
	out = binary.AppendUvarint(out, o.visits)
	out = binary.AppendUvarint(out, uint64(len(o.inside)))
	for i := range o.inside {
		v := &o.inside[i]
		out = appendText(out, f.names[v.slot])
		out = binary.AppendUvarint(out, v.number)
		out = binary.AppendVarint(out, o.at-v.since)
		dwelt := byte(0)
		if v.dwelt {
			dwelt = 1
		}
		out = append(out, dwelt)
	}
	return out
}

func appendText[T string | []byte](out []byte, text T) []byte {
	return append(binary.AppendUvarint(out, uint64(len(text))), text...)
}

// Restore sets an object to a state. Fences that are gone since are left without a
// word; put the fences first. The error is Invalid.
func (t *Tracker) Restore(id string, state []byte) error {
	f := t.fences
	f.mu.RLock()
	defer f.mu.RUnlock()
	_, err := t.restore(id, state)
	return err
}

func (t *Tracker) restore(id string, state []byte) (*entry, error) {
	r := stateReader{b: state}
	if v := r.byte(); v != stateVersion {
		return nil, layers.Invalidf("fence", "state", fmt.Sprintf("of %.80q has version %d", id, v))
	}
	o := object{at: r.varint(), reach: usual}
	o.point[0], o.point[1], o.accuracy = r.float(), r.float(), r.float()
	o.visits = r.uvarint()
	n := r.uvarint()
	if n > maxVisits || n > uint64(len(r.b)) {
		return nil, layers.Invalidf("fence", "state", fmt.Sprintf("of %.80q has %d visits in %d bytes", id, n, len(r.b)))
	}
	for range n {
		name := r.text()
		v := visit{number: r.uvarint(), since: o.at - r.varint(), dwelt: r.byte() == 1}
		if slot, ok := t.fences.byID[string(name)]; ok {
			v.slot = slot
			o.inside = append(o.inside, v)
		}
	}
	placed := Fix{Object: "x", At: time.UnixMicro(1), Point: o.point, AccuracyM: o.accuracy}
	if r.bad || len(r.b) > 0 || !placed.valid() {
		return nil, layers.Invalidf("fence", "state", fmt.Sprintf("of %.80q cannot be read", id))
	}
	slices.SortFunc(o.inside, func(a, b visit) int { return cmp.Compare(a.slot, b.slot) })
	o.due = t.rules.due(o.inside)
	e := t.find(t.shardOf(id), id, true)
	t.set(e, &o)
	return e, nil
}

// stateReader reads a state; bad says that it ended too early.
type stateReader struct {
	b   []byte
	bad bool
}

func (r *stateReader) take(n uint64) []byte {
	if n > uint64(len(r.b)) {
		r.b, r.bad = nil, true
		return nil
	}
	out := r.b[:n]
	r.b = r.b[n:]
	return out
}

func (r *stateReader) byte() byte {
	if b := r.take(1); b != nil {
		return b[0]
	}
	return 0
}

func (r *stateReader) float() float64 {
	if b := r.take(8); b != nil {
		return math.Float64frombits(binary.LittleEndian.Uint64(b))
	}
	return 0
}

func (r *stateReader) text() []byte { return r.take(r.uvarint()) }

func (r *stateReader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

func (r *stateReader) varint() int64 {
	v, n := binary.Varint(r.b)
	if n <= 0 {
		r.b, r.bad = nil, true
		return 0
	}
	r.b = r.b[n:]
	return v
}

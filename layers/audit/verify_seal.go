package audit

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// seal judges a seal, and what lies between it and the one before.
func (v *Verifier) seal(s *Seal) {
	name := fmt.Sprintf("the seal of %.20q (number %d)", s.Day, s.K)
	err := checkSignature(v.checks.Keys, s.Bytes(), s.Signature)
	if err != nil {
		v.report(s.First, "%s does not fit: %s", name, cause(err))
	} else {
		v.signer(s.Signature.KeyID)
	}
	if !v.follows(s, name) {
		return
	}
	switch end := v.next - 1; {
	case end > s.Last || s.Last < s.First:
		v.report(s.Last, "%s stands behind line %d, not behind line %d", name, end, s.Last)
		return
	case end < s.Last && !v.begun && !v.checks.Part && s.First == v.next && err == nil:
		v.leading = s.Last // removed when their time was over: a line must say so
		v.next = s.Last + 1
		v.from(s.Chain)
		v.last = s.clone()
		return
	case end < s.Last:
		v.short(s.Last)
	case bytes.Equal(v.anchor, s.Chain):
	case !v.dirty:
		sp := span{from: v.first, to: s.Last}
		v.report(sp.from, "%s does not fit %s: %s changed, and the chain from there on was made anew", name, sp, sp.verb("it was", "one of them was"))
	}
	v.last = s.clone()
	if err != nil {
		v.dirty = true
		return
	}
	had, broken := v.before, v.broken
	v.from(s.Chain)
	if broken { // the line behind may follow from what stands there
		v.before = append(v.before, had...)
		v.broken = true
	} else if had != nil && !bytes.Equal(had[0], s.Chain) {
		v.before = append(v.before, had[0])
	}
}

// short notes that lines are missing before a seal or the end. Whoever can make
// the chain anew may have taken out earlier ones and given their numbers to those
// behind.
func (v *Verifier) short(to uint64) {
	clean := v.next > v.first && !v.dirty && v.checks.Mark == nil
	v.gap(to)
	if n := len(v.missing); clean && n > 0 {
		v.missing[n-1].since = v.first
	}
}

// signer notes a key whose signature fits.
func (v *Verifier) signer(id string) {
	if !slices.Contains(v.found.Signers, id) {
		v.found.Signers = append(v.found.Signers, id)
	}
}

// follows reports whether the seal stands behind the one before it, and says so
// when seals are missing between them.
func (v *Verifier) follows(s *Seal, name string) bool {
	b := v.last
	switch {
	case b == nil && v.checks.Part:
		return true
	case b == nil && s.K == 1 && s.First == 1 && len(s.Before) == 0:
		return true
	case b == nil:
		v.report(1, "the seals before %s are missing", name)
		return true
	case s.K <= b.K:
		v.report(s.First, "%s stands behind seal number %d", name, b.K)
		return false
	case s.K > b.K+1:
		v.report(b.Last+1, "%d seals between number %d and number %d are missing", s.K-b.K-1, b.K, s.K)
	case !bytes.Equal(s.Before, b.Hash()) || s.First != b.Last+1:
		v.report(s.First, "%s does not follow from the seal before it", name)
	}
	return true
}

func (s *Seal) clone() *Seal { c := *s; return &c }

// cause is the innermost text of an error of the keyring.
func cause(err error) string {
	if e, ok := err.(*layers.Error); ok && e.Err != nil {
		return e.Err.Error()
	}
	return err.Error()
}

// End is where a trail, or a part of one, ends: what makes it noticed that lines
// were taken off.
type End struct {
	At        time.Time // when it was written
	Head      []byte    // hash of the header of a file, nil in a store
	Part      bool
	First     uint64 // number of the first line it could hold
	Before    []byte // chain value before that line
	Last      uint64 // number of the last line
	Chain     []byte // chain value of the last line
	Seals     uint64 // how many seals there are
	Signature keyring.Signature
}

// Bytes returns what is signed: every part but the signature.
func (e *End) Bytes() []byte {
	var b []byte
	for _, t := range [...]string{"wutu audit end 1", string(e.Head), string(e.Before), string(e.Chain)} {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(t))), t...)
	}
	part := uint64(0)
	if e.Part {
		part = 1
	}
	for _, n := range [...]uint64{uint64(e.At.UnixMicro()), part, e.First, e.Last, e.Seals} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// End compares the trail with where it should end. vouched is nil when the end
// is known to be genuine; otherwise it says why not. Call it once, before
// Finish.
func (v *Verifier) End(e *End, vouched error) {
	v.advance(nil)
	if vouched != nil {
		v.report(e.Last, "nobody vouches for the end of the trail at line %d: %s", e.Last, cause(vouched))
	}
	last := v.next - 1
	switch {
	case last < e.Last:
		v.short(e.Last)
	case last > e.Last:
		sp := span{from: e.Last + 1, to: last}
		v.report(sp.from, "%s %s added behind the end", sp, sp.verb("was", "were"))
	case e.Last >= v.first && !v.dirty && !bytes.Equal(v.anchor, e.Chain):
		sp := span{from: v.first, to: e.Last}
		v.report(sp.from, "%s %s not those for which the end vouches: %s changed, and the chain from there on was made anew",
			sp, sp.verb("is", "are"), sp.verb("it was", "one of them was"))
	case e.Last < v.first && !v.dirty && !bytes.Equal(v.anchor, e.Chain):
		v.report(e.Last, "the end of the trail does not fit line %d", e.Last)
	}
	if v.found.Seals != e.Seals {
		v.report(e.Last, "there are %d seals, and %d belong to the trail", v.found.Seals, e.Seals)
	}
}

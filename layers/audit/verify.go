package audit

import (
	"bytes"
	"fmt"
	"slices"

	"wutu/layers/keyring"
)

// Checks says what a Verifier judges by.
type Checks struct {
	Keys []keyring.Public // that may sign seals and ends

	// Mark verifies the mark of a line, where the store that holds the trail
	// makes marks; nil: marks are not looked at.
	Mark func(l *Line) error

	// A part begins in the middle of a trail with line First, behind the chain
	// value Before.
	Part   bool
	First  uint64
	Before []byte
}

// Verifier judges a trail that is handed to it line by line, each seal behind
// its last line, and Finish at the end. Its memory does not grow with the trail.
// Not safe for concurrent use. Make one with NewVerifier.
type Verifier struct {
	checks Checks
	found  Report
	sum    chainer

	held  *Line  // the line that waits for the one behind it
	seals []Seal // behind the held line

	next   uint64   // number that the next line should have
	before [][]byte // chain values the line before may rightly have; none: unknown
	broken bool     // the line before was reported, or is missing
	anchor []byte   // chain value computed from the last anchor on, whatever lines carry
	dirty  bool     // something since the last anchor was reported
	first  uint64   // first line behind the last anchor

	begun   bool   // a line was placed
	last    *Seal  // the seal before
	leading uint64 // last of the lines that are missing before the first, behind an anchor
	said    uint64 // last line of which the trail says that it was removed
	missing []span
	strays  []stray
}

// NewVerifier begins a verification.
func NewVerifier(c Checks) *Verifier {
	v := &Verifier{checks: c, next: 1}
	if c.Part {
		v.next = max(c.First, 1)
	}
	v.from(c.Before)
	return v
}

// from makes a chain value the anchor: what follows is judged from there.
func (v *Verifier) from(chain []byte) {
	v.before, v.anchor = [][]byte{chain}, chain
	v.broken, v.dirty, v.first = false, false, v.next
}

func (v *Verifier) report(n uint64, format string, args ...any) {
	v.dirty = true
	if len(v.found.Problems) < maxProblems {
		v.found.Problems = append(v.found.Problems, Problem{N: n, What: fmt.Sprintf(format, args...)})
	}
}

// Line takes the next line. The verifier keeps l until the call after the next.
func (v *Verifier) Line(l *Line) {
	v.found.Lines++
	v.advance(l)
	v.held = l
}

// Seal takes a seal that stands behind the lines handed over so far.
func (v *Verifier) Seal(s Seal) {
	v.found.Seals++
	v.seals = append(v.seals, s)
}

// advance judges the held line, now that the line behind it is known (nil at the
// end), and the seals between the two.
func (v *Verifier) advance(behind *Line) {
	if v.held != nil {
		v.place(v.held, behind)
	}
	for i := range v.seals {
		v.seal(&v.seals[i])
	}
	v.held, v.seals = nil, v.seals[:0]
}

// place finds out what a line is that does not have the expected number.
func (v *Verifier) place(l, behind *Line) {
	v.begun = true
	switch {
	case l.N == v.next:
	case behind != nil && behind.N == v.next+1 && l.N != v.next-1:
		v.misnumbered(l)
		return
	case l.N < v.next:
		v.stray(l, "line %d stands once more, behind line %d")
		return
	case behind != nil && behind.N == v.next:
		v.stray(l, "a line with the number %d was inserted behind line %d")
		return
	default:
		v.gap(l.N - 1)
	}
	v.judge(l)
}

// misnumbered judges a line that stands where another belongs: only its number
// was changed when it fits there otherwise.
func (v *Verifier) misnumbered(l *Line) {
	own := *l
	own.N = v.next
	for _, b := range v.before {
		if c := v.sum.sum(b, &own); c != nil && bytes.Equal(c, l.Chain) {
			v.report(v.next, "line %d was changed: it has the number %d", v.next, l.N)
			v.step(l, nil)
			return
		}
	}
	v.report(v.next, "in the place of line %d stands a line with the number %d", v.next, l.N)
	v.step(l, nil)
	v.before = nil
}

func (v *Verifier) stray(l *Line, format string) {
	v.dirty = true
	if len(v.strays) < maxProblems {
		v.strays = append(v.strays, stray{l.N, v.next - 1, fmt.Sprintf(format, l.N, v.next-1)})
	}
}

// gap notes that the lines up to the number to are missing.
func (v *Verifier) gap(to uint64) {
	if v.dirty = true; len(v.missing) < maxProblems {
		v.missing = append(v.missing, span{from: v.next, to: to})
	}
	v.next, v.before, v.broken = to+1, nil, true
}

// judge asserts that a line in its place is what it was, and follows from the
// line before.
func (v *Verifier) judge(l *Line) {
	v.note(l)
	authentic := false
	if v.checks.Mark != nil {
		if err := v.checks.Mark(l); err != nil {
			v.report(l.N, "line %d was changed: %v", l.N, err)
			v.step(l, nil)
			return
		}
		authentic = len(l.Mark) > 0
	}
	var computed []byte
	for _, b := range v.before {
		computed = v.sum.sum(b, l)
		if computed != nil && bytes.Equal(computed, l.Chain) {
			v.stepOn(l, computed, bytes.Equal(b, v.anchor))
			return
		}
	}
	if v.before != nil && !(v.broken && authentic) {
		switch {
		case computed == nil:
			v.report(l.N, "line %d was changed: no line is chained in this way", l.N)
		case authentic:
			v.report(l.N, "line %d does not follow from line %d", l.N, l.N-1)
		case v.broken:
			v.report(l.N, "line %d was changed, or the chain value of line %d before it", l.N, l.N-1)
		default:
			v.report(l.N, "line %d was changed", l.N)
		}
		v.step(l, computed)
		return
	}
	v.stepOn(l, nil, false)
}

// stepOn goes on behind a line that is in order. same says that chain is also
// what the anchor leads to.
func (v *Verifier) stepOn(l *Line, chain []byte, same bool) {
	if same {
		v.anchor = chain
	} else {
		v.anchor = v.sum.sum(v.anchor, l)
	}
	v.before = append(v.before[:0], l.Chain)
	v.broken = false
	v.next++
}

// step goes on behind a line that is not: the line behind it may follow from
// the chain value that it carries, or from the one that it should carry.
func (v *Verifier) step(l *Line, computed []byte) {
	v.anchor = v.sum.sum(v.anchor, l)
	v.before = append(v.before[:0], l.Chain)
	if computed != nil {
		v.before = append(v.before, computed)
	}
	v.broken = true
	v.next++
}

// Finish ends the verification. The report belongs to the caller.
func (v *Verifier) Finish() Report {
	v.advance(nil)
	if v.said < v.leading {
		gone := span{from: v.said + 1, to: v.leading}
		v.report(gone.from, "%s %s missing, and no line says that %s removed when the time to keep them was over",
			gone, gone.verb("is", "are"), gone.verb("it was", "they were"))
	}
	v.settle()
	slices.SortStableFunc(v.found.Problems, func(a, b Problem) int { return cmpN(a.N, b.N) })
	out := v.found
	out.Problems = slices.Clone(out.Problems)
	return out
}

package audit

import (
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"time"

	"wutu/layers"
	"wutu/layers/keyring"
)

// Seal vouches for all lines up to Last.
type Seal struct {
	K         uint64 // its number, from 1
	Day       string // "2026-11-21", in the city's time zone
	First     uint64 // the lines it adds to those of the seals before
	Last      uint64
	Chain     []byte // of line Last
	Before    []byte // hash of the seal before, nil for the first
	Rule      Rule   // the hash that the next seal holds of this one
	Signature keyring.Signature
}

// Signer signs; *keyring.Ring is one.
type Signer interface {
	Sign(b []byte) (keyring.Signature, error)
	Publics() []keyring.Public
	Suite() keyring.Suite
}

// Bytes returns what is signed: every part but the signature, as in Line.Bytes.
func (s *Seal) Bytes() []byte {
	var b []byte
	for _, t := range [...]string{"wutu audit seal 1", s.Day, string(s.Chain), string(s.Before), string(s.Rule)} {
		b = append(binary.BigEndian.AppendUint64(b, uint64(len(t))), t...)
	}
	for _, n := range [...]uint64{s.K, s.First, s.Last} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	return b
}

// Hash is what the next seal holds of this one; nil for an unknown rule. The
// signature is not part of it.
func (s *Seal) Hash() []byte {
	h := s.Rule.hash()
	if h == nil {
		return nil
	}
	h.Write(s.Bytes())
	return h.Sum(nil)
}

// checkSignature verifies b against the key that s names. The error is Invalid.
func checkSignature(keys []keyring.Public, b []byte, s keyring.Signature) error {
	i := slices.IndexFunc(keys, func(k keyring.Public) bool { return k.KeyID == s.KeyID && k.Alg == s.Alg })
	if i < 0 {
		return layers.Invalidf("audit", "signature", fmt.Sprintf("the key %.20q is not one of those that may sign", s.KeyID))
	}
	return keyring.Verify(keys[i], b, s)
}

// sealer makes the seals of finished days from the lines that no seal covers.
type sealer struct {
	zone  *time.Location
	today time.Time // begin of the day that is not over
	last  *Seal     // the newest seal, nil for none
	runs  []run
}

// run is the last line that is dated on a day or before it. The runs of a trail
// have ascending days and lines.
type run struct {
	day   time.Time
	last  uint64
	chain []byte
}

// dayOf is the begin of the day of t in a time zone.
func dayOf(t time.Time, zone *time.Location) time.Time {
	y, m, d := t.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// covered is the last line that a seal covers.
func (s *sealer) covered() uint64 {
	if s.last == nil {
		return 0
	}
	return s.last.Last
}

// line takes the next line. Lines of later days that it comes behind join it.
func (s *sealer) line(l *Line) {
	day := dayOf(l.At, s.zone)
	for len(s.runs) > 0 && !s.runs[len(s.runs)-1].day.Before(day) {
		s.runs = s.runs[:len(s.runs)-1]
	}
	s.runs = append(s.runs, run{day, l.N, l.Chain})
}

// finish makes the seals of the days that are over.
func (s *sealer) finish(by Signer) ([]Seal, error) {
	var out []Seal
	rule := RuleOf(by.Suite())
	for _, r := range s.runs {
		if !r.day.Before(s.today) {
			break
		}
		seal := Seal{K: 1, First: s.covered() + 1, Last: r.last, Day: r.day.Format(time.DateOnly), Chain: r.chain, Rule: rule}
		if b := s.last; b != nil {
			seal.K, seal.Before = b.K+1, b.Hash()
			seal.Day = max(seal.Day, b.Day) // of lines that came after their day was sealed
		}
		var err error
		if seal.Signature, err = by.Sign(seal.Bytes()); err != nil {
			return nil, err
		}
		out = append(out, seal)
		s.last = &seal
	}
	return out, nil
}

// SealDays makes the seals of all days that are over at now, in the time zone
// of the city, and adds them to the trail. It returns the new ones. A trail with
// problems behind its last seal is not sealed: nobody vouches for it. mark judges
// the marks of lines as in Checks, and may be nil. Errors: Conflict for such a
// trail, and when somebody else sealed at the same time; those of the keeper.
// Cost: linear in the lines that no seal covers.
func SealDays(ctx context.Context, k Keeper, by Signer, mark func(*Line) error, now time.Time, zone *time.Location) ([]Seal, error) {
	seals, err := k.AuditSeals(ctx)
	if err != nil {
		return nil, err
	}
	s := sealer{zone: zone, today: dayOf(now, zone)}
	if n := len(seals); n > 0 {
		s.last = &seals[n-1]
	}
	checks := Checks{Mark: mark, Part: true, First: s.covered() + 1}
	if s.last != nil {
		checks.Before = s.last.Chain
	}
	v := NewVerifier(checks)
	for l, err := range k.Audit(ctx, Query{After: s.covered()}) {
		if err != nil {
			return nil, err
		}
		v.Line(&l)
		s.line(&l)
	}
	if r := v.Finish(); len(r.Problems) > 0 {
		return nil, &layers.Error{Kind: layers.Conflict, Op: "audit.Seal",
			Err: fmt.Errorf("the trail is not sealed, it has %d problems: %s", len(r.Problems), r.Problems[0])}
	}
	made, err := s.finish(by)
	if err != nil || len(made) == 0 {
		return nil, err
	}
	return made, k.AddAuditSeals(ctx, made)
}

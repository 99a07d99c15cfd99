package audit

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	crand "crypto/rand"

	"wutu/layers"
	"wutu/layers/keyring"
)

// book is the plainest keeper: two slices.
type book struct {
	rule  Rule
	lines []Line
	seals []Seal
}

func (b *book) add(a layers.AuditLine, salt []byte) {
	l := Line{N: 1, Rule: b.rule, Salt: salt, AuditLine: Complete(a, "", time.Time{})}
	var before []byte
	if n := len(b.lines); n > 0 {
		l.N, before = b.lines[n-1].N+1, b.lines[n-1].Chain
	}
	l.Chain = Chain(before, &l)
	b.lines = append(b.lines, l)
}

func (b *book) Audit(_ context.Context, q Query) iter.Seq2[Line, error] {
	return func(yield func(Line, error) bool) {
		for _, l := range b.lines {
			if q.Match(&l) && !yield(l, nil) {
				return
			}
		}
	}
}

func (b *book) AuditSeals(context.Context) ([]Seal, error) { return slices.Clone(b.seals), nil }

func (b *book) AddAuditSeals(_ context.Context, s []Seal) error {
	b.seals = append(b.seals, s...)
	return nil
}

func (b *book) RemoveAudit(_ context.Context, to uint64, line layers.AuditLine) error {
	b.add(line, nil)
	b.lines = slices.DeleteFunc(b.lines, func(l Line) bool { return l.N <= to })
	return nil
}

var firstDay = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func seeded(t testing.TB) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

func newRing(t testing.TB, suite keyring.Suite) *keyring.Ring {
	t.Helper()
	r, err := keyring.New(suite, firstDay, crand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func randomLine(r *rand.Rand, at time.Time) layers.AuditLine {
	pick := func(s ...string) string { return s[r.IntN(len(s))] }
	return layers.AuditLine{At: at, Actor: pick("zhang", "li", "key-1a2b", ""), Role: pick("planner", "auditor", "gridworker"),
		From: pick("10.0.0.1", "::1", ""), Action: pick("read.items", "events.close", "session.open"), Object: pick("persons", "events/1", "张三<&>\u2028"),
		Filter: pick("", "age > 60 AND name LIKE '王%'", "a\"b\\c\x00d"), Rows: r.IntN(1000), Result: pick("done", "refused", "failed"),
		Purpose: pick("", "case 7"), Detail: pick("", `{"a":1}`)}
}

// randomBook makes a trail of several days, the last of which is not sealed.
func randomBook(t testing.TB, r *rand.Rand, ring *keyring.Ring, days, most int) *book {
	t.Helper()
	b := &book{rule: RuleOf(ring.Suite())}
	for day := range days {
		for range 3 + r.IntN(most) {
			at := firstDay.AddDate(0, 0, day).Add(time.Duration(r.Int64N(int64(24 * time.Hour))))
			if r.IntN(20) == 0 {
				at = at.AddDate(0, 0, -r.IntN(2)) // late
			}
			var salt []byte
			if r.IntN(2) == 0 {
				salt = []byte(fmt.Sprintf("%016x", r.Uint64()))
			}
			b.add(randomLine(r, at), salt)
		}
	}
	for day := range days { // as a server does, day by day
		if _, err := SealDays(t.Context(), b, ring, nil, firstDay.AddDate(0, 0, day).Add(time.Hour), time.UTC); err != nil {
			t.Fatal(err)
		}
	}
	return b
}

func write(t testing.TB, b *book, ring *keyring.Ring, x Extract) []byte {
	t.Helper()
	x.City, x.At = "某市", firstDay.AddDate(1, 0, 0)
	var out bytes.Buffer
	if _, err := Write(t.Context(), &out, b, ring, x); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func verify(t testing.TB, file []byte, trusted ...keyring.Public) Report {
	t.Helper()
	r, err := Verify(t.Context(), bytes.NewReader(file), trusted)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// An untouched file verifies: whole, in parts, after a removal.
func TestUntouchedVerifies(t *testing.T) {
	r := seeded(t)
	for _, suite := range keyring.Suites() {
		ring := newRing(t, suite)
		for range 20 {
			b := randomBook(t, r, ring, 1+r.IntN(6), 20)
			if r.IntN(2) == 0 {
				if err := ring.Rotate(firstDay, crand.Reader); err != nil {
					t.Fatal(err)
				}
			}
			for round := range 2 {
				file := write(t, b, ring, Extract{})
				got := verify(t, file, ring.Publics()...)
				if len(got.Problems) > 0 || got.Lines != uint64(len(b.lines)) || got.Seals != uint64(len(b.seals)) {
					t.Fatalf("%s round %d: %+v, of %d lines and %d seals", suite, round, got, len(b.lines), len(b.seals))
				}
				from := firstDay.Add(time.Duration(r.Int64N(int64(7*24*time.Hour)))).AddDate(0, 0, -1)
				to := from.Add(time.Duration(r.Int64N(int64(5 * 24 * time.Hour))))
				part := write(t, b, ring, Extract{From: from, To: to})
				if got := verify(t, part, ring.Publics()...); len(got.Problems) > 0 {
					t.Fatalf("%s round %d, a part of %d lines: %v", suite, round, got.Lines, got.Problems)
				}
				if _, err := Retain(t.Context(), b, firstDay.AddDate(0, 0, 185), 0, "me"); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

func TestEmptyTrail(t *testing.T) {
	ring := newRing(t, keyring.Standard)
	for _, x := range []Extract{{}, {From: firstDay}} {
		if got := verify(t, write(t, &book{rule: SHA256}, ring, x)); len(got.Problems) > 0 || got.Lines != 0 {
			t.Errorf("%+v", got)
		}
	}
}

package storetest

import (
	"bytes"
	"crypto/rand"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/audit"
	"wutu/layers/keyring"
)

// keeper is the store as the keeper of its audit trail, which every store is.
func (s *suite) keeper() audit.Keeper {
	s.Helper()
	k, ok := s.store.(audit.Keeper)
	if !ok {
		s.Fatalf("a %T keeps no audit trail", s.store)
	}
	return k
}

func (s *suite) trail(q audit.Query) []audit.Line {
	s.Helper()
	var out []audit.Line
	for l, err := range s.keeper().Audit(s.ctx, q) {
		if err != nil {
			s.Fatalf("audit: %v", err)
		}
		out = append(out, l)
	}
	return out
}

// sound asserts that the trail is in order.
func (s *suite) sound(keys ...keyring.Public) {
	s.Helper()
	r, err := audit.Judge(s.ctx, s.keeper(), audit.Checks{Keys: keys}, nil, nil)
	if err != nil || len(r.Problems) > 0 {
		s.Errorf("the audit trail: %v, %v", r.Problems, err)
	}
}

func testAudit(t *testing.T, s *suite) {
	s.define(things())
	full := layers.AuditLine{At: day(3).Add(1234567 * time.Microsecond), Actor: "zhang", Role: "dispatcher", From: "10.0.0.7", Action: "events.dispatch",
		Object: "events/1", Filter: "size > 3 AND name = '张\x00三'", Rows: 12, Result: layers.AuditRefused, Purpose: "case 7", Detail: `{"to":"d1"}`}
	s.apply(layers.Batch{Actor: "li", At: day(2), Changes: []layers.Change{put("things", thing("a", 1))},
		Audit: []layers.AuditLine{full, {Action: "bare"}}})
	s.refused(layers.NotFound, layers.Batch{Changes: []layers.Change{put("nowhere", thing("b", 1))}, Audit: []layers.AuditLine{{Action: "never"}}})
	s.apply(layers.Batch{Audit: []layers.AuditLine{{Actor: "\xff", Filter: strings.Repeat("界", 40000), Rows: -1}}})
	got := s.trail(audit.Query{})
	if len(got) != 3 {
		t.Fatalf("%d lines, expected 3: a line moves with its batch", len(got))
	}
	if !reflect.DeepEqual(got[0].AuditLine, full) {
		t.Errorf("read %+v, wrote %+v", got[0].AuditLine, full)
	}
	if want := (layers.AuditLine{At: day(2), Actor: "li", Action: "bare", Result: layers.AuditDone}); got[1].AuditLine != want {
		t.Errorf("read %+v, expected %+v", got[1].AuditLine, want)
	}
	if l := got[2]; l.Actor != "\ufffd" || l.Rows != 0 || len(l.Filter) > 64<<10 || !strings.HasSuffix(l.Filter, "界 …(cut)") || l.At.IsZero() {
		t.Errorf("a line that does not fit: actor %q, %d rows, filter of %d bytes, at %s", l.Actor, l.Rows, len(l.Filter), l.At)
	}
	for i, l := range got {
		if l.N != uint64(i+1) {
			t.Errorf("line %d has the number %d", i+1, l.N)
		}
	}
	s.sound()
}

func testAuditQueries(t *testing.T, s *suite) {
	for i := range 40 {
		s.apply(layers.Batch{Audit: []layers.AuditLine{{At: day(i / 4).Add(time.Duration(i%2) * time.Nanosecond), Actor: fmt.Sprint("a", i%3),
			Action: []string{"session.open", "session.close", "read_items", "read*items"}[i%4], Object: fmt.Sprint("persons/", i%5)}}})
	}
	all := s.trail(audit.Query{})
	if len(all) != 40 {
		t.Fatalf("%d lines", len(all))
	}
	for _, q := range []audit.Query{
		{}, {From: day(3)}, {To: day(3)}, {From: day(2), To: day(5)}, {From: day(3).Add(1)}, {To: day(3).Add(1)}, {From: day(50)}, {Actor: "a1"}, {Actor: "a*"},
		{Action: "session.*"}, {Action: "session"}, {Action: "read_items"}, {Action: "read*items"}, {Action: "*"}, {Object: "persons/2"},
		{Object: "persons/*", Actor: "a2", From: day(4)}, {After: 10}, {After: 40}, {Actor: "a0", Action: "session.*", After: 7},
	} {
		for _, newest := range []bool{false, true} {
			for _, limit := range []int{0, 1, 7, 100} {
				q := q
				q.Newest, q.Limit = newest, limit
				var want []audit.Line
				for _, l := range all {
					if q.Match(&l) {
						want = append(want, l)
					}
				}
				if newest {
					slices.Reverse(want)
				}
				if limit > 0 {
					want = want[:min(limit, len(want))]
				}
				if got := s.trail(q); !reflect.DeepEqual(got, want) {
					t.Errorf("%+v: %d lines, expected %d", q, len(got), len(want))
				}
			}
		}
	}
	var paged []audit.Line
	for q := (audit.Query{Newest: true, Limit: 7, Actor: "a*"}); ; q.After = paged[len(paged)-1].N {
		page := s.trail(q)
		if len(page) == 0 {
			break
		}
		paged = append(paged, page...)
	}
	slices.Reverse(paged)
	if !reflect.DeepEqual(paged, all) {
		t.Errorf("%d lines in pages, %d at once", len(paged), len(all))
	}
}

func testAuditSeals(t *testing.T, s *suite) {
	ring, err := keyring.New(keyring.Standard, day(0), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k := s.keeper()
	line := func(at time.Time) {
		s.apply(layers.Batch{Audit: []layers.AuditLine{{At: at, Actor: "me", Action: "test"}}})
	}
	seal := func(now time.Time, want ...uint64) {
		t.Helper()
		made, err := audit.SealDays(s.ctx, k, ring, nil, now, time.UTC)
		var got []uint64
		for i := range made {
			got = append(got, made[i].Last)
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("sealed up to %v, %v; expected %v", got, err, want)
		}
	}
	seal(day(1))
	for _, at := range []time.Time{day(0), day(0), day(1), day(0), day(2), day(900), day(1), day(3), day(3)} {
		line(at)
	}
	seal(day(3), 4, 7)
	seal(day(3))
	seal(day(4), 9)
	seals, err := k.AuditSeals(s.ctx)
	if err != nil || len(seals) != 3 || seals[1].First != 5 || seals[2].K != 3 || !bytes.Equal(seals[2].Before, seals[1].Hash()) {
		t.Fatalf("seals %+v, %v", seals, err)
	}
	if err := k.AddAuditSeals(s.ctx, seals[:1]); layers.KindOf(err) != layers.Conflict || err == nil {
		t.Errorf("a seal for the second time: %v", err)
	}
	s.sound(ring.Public())

	if _, err := audit.Retain(s.ctx, k, day(100), 30, "me"); layers.KindOf(err) != layers.Invalid {
		t.Errorf("30 days of retention: %v", err)
	}
	for _, c := range []struct {
		now  time.Time
		gone uint64
	}{{day(184), 0}, {day(185), 4}, {day(185), 0}, {day(400), 0}} { // line 6 is dated far ahead: its seal stays
		if n, err := audit.Retain(s.ctx, k, c.now, 0, "me"); n != c.gone || err != nil {
			t.Errorf("on %s %d lines removed, %v; expected %d", c.now, n, err, c.gone)
		}
	}
	left := s.trail(audit.Query{})
	if len(left) != 6 || left[0].N != 5 || left[5].Action != audit.ActionRemove || left[5].Rows != 4 || left[5].Object != "audit/lines/1-4" {
		t.Errorf("left is %+v", left)
	}
	s.sound(ring.Public())
	if err := k.RemoveAudit(s.ctx, 6, layers.AuditLine{}); layers.KindOf(err) != layers.Conflict || err == nil {
		t.Errorf("a removal up to a line that no seal ends with: %v", err)
	}
}

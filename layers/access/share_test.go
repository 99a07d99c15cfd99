package access_test

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/access"
)

// TestPolicyRemembersOnlyWhatIsSo asks one policy many times, in any order, and
// compares with policies that are asked once.
func TestPolicyRemembersOnlyWhatIsSo(t *testing.T) {
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 7))
	day := 24 * time.Hour
	start := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	lines := access.Standard()
	for i := range 130 - len(lines) {
		g := layers.Grant{ID: "line-" + string(rune('a'+i%26)) + string(rune('a'+i/26)), Mode: layers.GrantList}
		switch rng.IntN(4) {
		case 0:
			g.NotBefore = start.Add(time.Duration(rng.IntN(20)) * day)
		case 1:
			g.NotAfter = start.Add(time.Duration(rng.IntN(20)) * day)
		case 2:
			g.Cleared = true
		case 3:
			g.Accounts = []string{"u" + string(rune('0'+rng.IntN(4)))}
		}
		if rng.IntN(20) == 0 {
			g.Days = 1 + rng.IntN(9)
		}
		lines = append(lines, g)
	}
	for _, n := range []int{8, 20, 128, 130} {
		policy, err := access.NewPolicy(lines[:n])
		if err != nil {
			t.Fatal(err)
		}
		for range 1500 {
			s := layers.Subject{ID: "u" + string(rune('0'+rng.IntN(6))), Role: layers.Planner, Cleared: rng.IntN(2) == 0}
			at := start.Add(time.Duration(rng.IntN(22*24)) * time.Hour)
			fresh, err := access.NewPolicy(lines[:n])
			if err != nil {
				t.Fatal(err)
			}
			got, want := policy.For(&s, at), fresh.For(&s, at)
			if got == nil || !reflect.DeepEqual(got, want) {
				t.Fatalf("%d lines speak of %+v at %v, not %d", len(got), s, at, len(want))
			}
			var ids []string
			for i := range lines[:n] {
				g := &lines[i]
				if (g.Roles == nil || slices.Contains(g.Roles, s.Role)) && (g.Accounts == nil || slices.Contains(g.Accounts, s.ID)) && (!g.Cleared || s.Cleared) &&
					(g.Purposes == nil || slices.Contains(g.Purposes, s.Purpose)) && !at.Before(g.NotBefore) && (g.NotAfter.IsZero() || at.Before(g.NotAfter)) {
					ids = append(ids, g.ID)
				}
			}
			for i := range got {
				if i >= len(ids) || got[i].ID != ids[i] || (got[i].Days > 0) != !got[i].Since.IsZero() {
					t.Fatalf("line %d is %s (since %v), of %v", i, got[i].ID, got[i].Since, ids)
				}
			}
			if len(got) != len(ids) {
				t.Fatalf("%d lines, not %v", len(got), ids)
			}
		}
	}
}

package live_test

import (
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/live"
)

// Whoever may only count is told groups by several keys that add up to those by
// each, every combination that can be listed is there, and none lies between zero
// and the threshold.
func TestGroupsOfAReleaseBySeveralKeys(t *testing.T) {
	c, _, _ := populate(t, 3_000)
	v := c.View()
	q := layers.Query{Subject: planner, Layer: "persons"}
	grid, sex, cell := live.By{Level: layers.Grid}, live.By{Field: "sex"}, live.By{Cells: true, Res: 6}
	for _, by := range [][]live.By{{grid, sex}, {sex, grid}, {cell, sex}, {grid, cell}, {grid, sex, cell}} {
		groups, err := v.GroupBy(t.Context(), q, by, []live.Measure{{Op: live.Sum, Field: "members"}})
		if err != nil {
			t.Fatal(err)
		}
		listable := 1
		for _, b := range by {
			switch {
			case b.Cells:
				listable = 0
			case b.Field != "":
				listable *= 2
			default:
				listable *= 100
			}
		}
		if listable > 0 && len(groups) != listable {
			t.Errorf("by %+v: %d groups, want all %d", by, len(groups), listable)
		}
		for i := range by {
			sums := map[string]int{}
			for _, g := range groups {
				if g.N > 0 && g.N < layers.DefaultMinCount || (g.N == 0) != (g.Below == layers.DefaultMinCount) {
					t.Errorf("by %+v: %+v", by, g)
				}
				sums[g.Keys[i].Text] += g.N
			}
			alone, _ := groupsOf(t, v, q, by[i])
			for key, n := range alone {
				if sums[key] != n.N {
					t.Errorf("by %+v: %q adds up to %d, alone it is %d", by, key, sums[key], n.N)
				}
			}
		}
	}
}

func TestMeasuresThatAReleaseRefuses(t *testing.T) {
	c, _, _ := populate(t, 200)
	q := layers.Query{Subject: planner, Layer: "persons"}
	for _, s := range []string{"min:members", "max:members", "count:members", "distinct:members", "distinct:building", "median:members", "q:1:members",
		"histogram:3:members", "histogram:0,1,2:members", "distinct:name"} {
		m, err := live.ParseMeasure(s)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.View().Group(t.Context(), q, live.By{}, []live.Measure{m}); layers.KindOf(err) != layers.Forbidden {
			t.Errorf("%s: %v", s, err)
		}
	}
	q.At = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	if _, err := c.View().Group(t.Context(), q, live.By{}, nil); layers.KindOf(err) != layers.Forbidden {
		t.Errorf("the past: %v", err)
	}
}

package live_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/geotest/outside"
	"wutu/layers"
	"wutu/layers/live"
)

// PostgreSQL's aggregates are a second opinion: the same rows, the same groups.
func TestGroupsAgainstPostgreSQL(t *testing.T) {
	db := outside.PostGIS(t)
	rng := rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 9))
	store, city, _ := groupCity(t, rng, 12_000)
	var rows strings.Builder
	for f, err := range store.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "sightings"}) {
		if err != nil {
			t.Fatal(err)
		}
		cells := make([]string, 0, len(f.Values)+2)
		if p, ok := f.Shape.(orb.Point); ok {
			cells = append(cells, strconv.FormatFloat(p[0], 'g', -1, 64), strconv.FormatFloat(p[1], 'g', -1, 64))
		} else {
			cells = append(cells, `\N`, `\N`)
		}
		for i := range sightingsLayer.Fields {
			if v := f.Value(i); v.IsNull() {
				cells = append(cells, `\N`)
			} else {
				cells = append(cells, v.String())
			}
		}
		rows.WriteString(strings.Join(cells, "\t") + "\n")
	}
	if _, err := db.Query(t.Context(), `CREATE TABLE sightings (x float8, y float8, kind text, note text, count bigint, large bigint,
		mass float8, whole float8, seen timestamptz, sure bool, empty float8)`); err != nil {
		t.Fatal(err)
	}
	if err := db.Copy(t.Context(), "sightings", strings.NewReader(rows.String())); err != nil {
		t.Fatal(err)
	}
	china, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	keys := []struct {
		by  live.By
		sql string
	}{
		{live.By{Field: "kind"}, `coalesce(kind, '')`},
		{live.By{Field: "count"}, `coalesce(count::text, '')`},
		{live.By{Field: "sure"}, `coalesce(sure::text, '')`},
		{live.By{Field: "seen", Unit: live.Day, Zone: china}, `coalesce(to_char(seen AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD'), '')`},
		{live.By{Field: "seen", Unit: live.Week, Zone: china}, `coalesce(to_char(seen AT TIME ZONE 'Asia/Shanghai', 'IYYY-"W"IW'), '')`},
		{live.By{Field: "seen", Unit: live.Month, Zone: china}, `coalesce(to_char(seen AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM'), '')`},
		{live.By{Field: "seen", Unit: live.Hour, Zone: china}, `coalesce(to_char(seen AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD"T"HH24":00+08:00"'), '')`},
		{live.By{Level: layers.Grid}, `coalesce(CASE WHEN x BETWEEN 0 AND 1 AND y BETWEEN 0 AND 1 THEN
			'g' || least(9, floor(x * 10)) || (9 - least(9, floor(y * 10))) END, '')`}, // no random point lies on a border
	}
	measures := []struct{ name, sql string }{
		{"count:mass", "count(mass)"}, {"sum:count", "sum(count)"}, {"sum:large", "sum(large)"}, {"mean:mass", "avg(mass)"}, {"min:mass", "min(mass)"}, {"max:mass", "max(mass)"},
		{"sum:whole", "sum(whole)"}, {"distinct:note", "count(distinct note)"}, {"distinct:mass", "count(distinct mass)"}, {"distinct:kind", "count(distinct kind)"},
		{"min:seen", "extract(epoch from min(seen)) * 1000000"}, {"max:seen", "extract(epoch from max(seen)) * 1000000"},
		{"median:mass", "percentile_cont(0.5) within group (order by mass)"}, {"p90:count", "percentile_cont(0.9) within group (order by count)"},
		{"q:0.123:mass", "percentile_cont(0.123) within group (order by mass)"},
		{"histogram:-40,0,7,100:count", `array_to_string(array(select count(*) filter (where b = i) from unnest(array_agg(width_bucket(count, array[-40,0,7,101]::bigint[]))) b, generate_series(0, 4) i group by i order by i), ' ')`},
	}
	var asked []live.Measure
	var columns []string
	for _, m := range measures {
		one, err := live.ParseMeasure(m.name)
		if err != nil {
			t.Fatal(err)
		}
		asked, columns = append(asked, one), append(columns, "coalesce(("+m.sql+")::text, '')")
	}
	for _, k := range keys {
		answer, err := db.Query(t.Context(), "SET extra_float_digits = 3; SELECT "+k.sql+", count(*), "+strings.Join(columns, ", ")+" FROM sightings GROUP BY 1")
		if err != nil {
			t.Fatal(err)
		}
		want := map[string][]string{}
		for _, row := range answer {
			if cells := strings.Split(row, "\t"); len(cells) == len(measures)+2 {
				want[cells[0]] = cells[1:]
			}
		}
		groups, err := city.View().Group(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "sightings"}, k.by, asked)
		if err != nil {
			t.Fatal(err)
		}
		if len(groups) != len(want) {
			t.Fatalf("by %+v: %d groups, PostgreSQL has %d", k.by, len(groups), len(want))
		}
		for _, g := range groups {
			row := want[g.Key]
			if row == nil || row[0] != strconv.Itoa(g.N) {
				t.Fatalf("by %+v: %q has %d rows, PostgreSQL says %v", k.by, g.Key, g.N, row)
			}
			for i, m := range measures {
				if asked[i].Op == live.Bins {
					if got := bucketsOf(g.Bins[i]); got != row[i+1] {
						t.Errorf("by %+v: %s of %q is %q, PostgreSQL says %q", k.by, m.name, g.Key, got, row[i+1])
					}
					continue
				}
				x, err := strconv.ParseFloat(row[i+1], 64)
				if row[i+1] == "" {
					x, err = math.NaN(), nil
				}
				got, most := g.Measures[i], 0.0
				if asked[i].Op == live.Avg || asked[i].Op == live.Quantile { // PostgreSQL rounds on the way
					most = 1e-12 * max(200, math.Abs(g.Measures[4]), math.Abs(g.Measures[5]))
				}
				if err != nil || math.IsNaN(got) != math.IsNaN(x) || math.Abs(got-x) > most {
					t.Errorf("by %+v: %s of %q is %v, PostgreSQL says %v, %v", k.by, m.name, g.Key, got, x, err)
				}
			}
		}
	}
}

// bucketsOf is a histogram as width_bucket counts. Its last edge, which bins of
// ours hold, is the next whole number there.
func bucketsOf(h *live.Histogram) string {
	return strings.Trim(fmt.Sprint(append(append([]int{h.Under}, h.Counts...), h.Over)), "[]")
}

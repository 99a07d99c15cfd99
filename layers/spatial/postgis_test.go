package spatial

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/ewkb"

	"wutu/geo/geotest/outside"
)

// TestAgainstPostGIS asks PostGIS for joins, a difference and an overlay of the same
// rows: the same pairs, and areas to a ten-millionth.
func TestAgainstPostGIS(t *testing.T) {
	db := outside.PostGIS(t)
	c := newCity(t, 80)
	v := c.cat.View()
	query := func(script string) []string {
		t.Helper()
		rows, err := db.Query(t.Context(), script)
		if err != nil {
			t.Fatal(err)
		}
		return rows
	}
	for _, layer := range []string{"things", "sites", "zones", "grids"} {
		var b strings.Builder
		for _, f := range c.all[layer] {
			if f.Shape != nil {
				fmt.Fprintf(&b, "%s\t%s\t%s\n", f.Key, f.Value(0).String(), ewkb.MustMarshalToHex(f.Shape, 4326))
			}
		}
		query(fmt.Sprintf("CREATE TABLE %s (id text PRIMARY KEY, kind text, g geometry)", layer))
		if err := db.Copy(t.Context(), layer, strings.NewReader(b.String())); err != nil {
			t.Fatal(err)
		}
	}
	pairs := 0
	for _, x := range []struct {
		left, right string
		link        Link
		sql         string
	}{
		{"things", "zones", Link{Relation: Intersects}, "ST_Intersects(a.g, b.g)"},
		{"things", "zones", Link{Relation: Within}, "ST_Within(a.g, b.g)"},
		{"sites", "grids", Link{Relation: Within}, "ST_Within(a.g, b.g)"},
		{"grids", "sites", Link{Relation: Contains}, "ST_Contains(a.g, b.g)"},
		{"grids", "grids", Link{Relation: Touches}, "ST_Touches(a.g, b.g)"},
		{"sites", "grids", Link{Relation: Touches}, "ST_Touches(a.g, b.g)"},
		{"things", "grids", Link{Relation: Crosses}, "ST_Crosses(a.g, b.g)"},
		{"zones", "grids", Link{Relation: Overlaps}, "ST_Overlaps(a.g, b.g)"},
		{"sites", "sites", Link{Relation: Equals}, "ST_Equals(a.g, b.g)"},
		{"sites", "sites", Link{Relation: DWithin, DistM: 700}, "ST_DWithin(a.g::geography, b.g::geography, 700)"},
	} {
		j := &Join{Left: Part{Query: c.query(x.left)}, Right: Part{Query: c.query(x.right)}, Link: x.link}
		var got, without []string
		for l, err := range j.Pairs(t.Context(), v) {
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range l.Pairs {
				got = append(got, l.Left.ID()+"\t"+p.Row.ID())
			}
		}
		for r, err := range j.Difference(t.Context(), v, false) {
			if err != nil {
				t.Fatal(err)
			}
			if r.Geometry() != nil {
				without = append(without, r.ID())
			}
		}
		pairs += len(got)
		want := query(fmt.Sprintf(`SELECT a.id, b.id FROM %s a, %s b WHERE %s ORDER BY 1, 2`, x.left, x.right, x.sql))
		if !slices.Equal(got, want) {
			t.Errorf("%s %s %s: %d pairs, PostGIS has %d", x.left, x.link.Relation, x.right, len(got), len(want))
		}
		want = query(fmt.Sprintf(`SELECT a.id FROM %s a WHERE NOT EXISTS (SELECT 1 FROM %s b WHERE %s) ORDER BY 1`, x.left, x.right, x.sql))
		if !slices.Equal(without, want) {
			t.Errorf("%s without %s %s: %d, PostGIS has %d", x.left, x.link.Relation, x.right, len(without), len(want))
		}
	}
	if pairs < 300 {
		t.Errorf("only %d pairs", pairs)
	}
	// Edges of geography are geodesics; cut into pieces they follow ours.
	const area = "ST_Area(ST_Segmentize(%s, 0.0005)::geography)"
	o := &Overlay{A: Part{Query: c.query("grids")}, B: Part{Query: c.query("zones")}, ByB: "use"}
	got, err := o.Run(t.Context(), v, 100)
	if err != nil {
		t.Fatal(err)
	}
	near := func(a float64, text string) bool {
		b, err := strconv.ParseFloat(text, 64)
		return err == nil && math.Abs(a-b) <= 1e-7*b
	}
	rows := query("SELECT b.kind, count(*), sum(" + fmt.Sprintf(area, "ST_Intersection(a.g, b.g)") +
		") FROM grids a JOIN zones b ON ST_Intersects(a.g, b.g) AND NOT ST_Touches(a.g, b.g) GROUP BY 1 ORDER BY 1")
	if len(rows) != len(got.Shared) {
		t.Fatalf("%v, PostGIS has %v", got.Shared, rows)
	}
	for i, s := range got.Shared {
		f := strings.Split(rows[i], "\t")
		if s.B != f[0] || strconv.Itoa(s.Pairs) != f[1] || !near(s.SquareM, f[2]) {
			t.Errorf("%+v, PostGIS has %v", s, f)
		}
	}
	covered := query("SELECT sum(" + fmt.Sprintf(area, "ST_Intersection(a.g, (SELECT ST_Union(g) FROM zones))") + ") FROM grids a")
	whole := query("SELECT sum(" + fmt.Sprintf(area, "g") + ") FROM grids")
	if g := got.Ground[0]; !near(g.Covered, covered[0]) || !near(g.Whole, whole[0]) {
		t.Errorf("%+v, PostGIS has %s of %s", g, covered[0], whole[0])
	}
}

package live_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/ewkb"
	"github.com/paulmach/orb/encoding/wkt"

	"wutu/geo/geotest"
	"wutu/geo/geotest/cluster"
	"wutu/geo/geotest/outside"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/memstore"
)

// The differential test: the same rows in a catalog and in PostGIS, the same
// random questions to both. `make postgis` asks 20,000 of them.

// postgisQuestions is how many questions are asked: 2,000, or WUTU_POSTGIS.
func postgisQuestions(t *testing.T) int {
	if text := os.Getenv("WUTU_POSTGIS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatalf("WUTU_POSTGIS: %v", err)
		}
		return n
	}
	return 2000
}

// peers is a catalog and PostGIS with the same rows: layer and table "shapes" for
// the plane, "small" for distances.
type peers struct {
	t      *testing.T
	ctx    context.Context
	world  *world
	db     *cluster.Cluster
	live   *live.Catalog
	shapes map[string]orb.Geometry
	small  map[string]orb.Geometry
}

func newPeers(t *testing.T) *peers {
	t.Helper()
	p := &peers{t: t, ctx: t.Context(), shapes: map[string]orb.Geometry{}, small: map[string]orb.Geometry{}}
	p.world = newWorld(rand.New(rand.NewPCG(uint64(geotest.Seed(t)), 0x9015)))
	p.db = outside.PostGIS(t, "work_mem=64MB")
	store := memstore.New()
	for _, id := range []string{"shapes", "small"} {
		l := &layers.Layer{ID: id, Element: layers.Object, Geometry: layers.AnyGeometry, Fields: []layers.Field{{Name: "kind", Type: layers.String}}}
		if _, err := store.Apply(p.ctx, layers.Batch{Layers: []*layers.Layer{l}}); err != nil {
			t.Fatal(err)
		}
	}
	var err error
	if p.live, err = live.Open(p.ctx, store, live.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.live.Close() })
	p.fill()
	return p
}

// fill makes 500 rows of each, most of them settled in a segment, some replaced
// or deleted since.
func (p *peers) fill() {
	const rows = 500
	for round := range 2 {
		var b layers.Batch
		put := func(layer, id string, g orb.Geometry, all map[string]orb.Geometry) {
			b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: layer, ID: id,
				Feature: &layers.Feature{Key: id, Shape: g, Values: []layers.Value{layers.Text("x")}}})
			all[id] = g
		}
		for i := range rows {
			if round == 1 && i%5 != 0 {
				continue
			}
			id, g := p.world.row(i)
			put("shapes", id, g, p.shapes)
			put("small", fmt.Sprintf("s%05d", i), p.world.small(), p.small)
		}
		if round == 1 {
			for i := 1; i < rows; i += 17 {
				id := fmt.Sprintf("s%05d", i)
				b.Changes = append(b.Changes, layers.Change{Op: layers.Delete, Layer: "small", ID: id})
				delete(p.small, id)
			}
			ids := slices.Sorted(maps.Keys(p.small))
			for i := range 20 { // some lie at the very same place
				put("small", fmt.Sprintf("t%05d", i), p.small[ids[i*7]], p.small)
			}
		}
		if _, err := p.live.Apply(p.ctx, b); err != nil {
			p.t.Fatal(err)
		}
		if round == 0 {
			p.live.MergeForTest()
		}
	}
	p.query(`CREATE TABLE shapes (id text COLLATE "C", geom geometry);
		CREATE TABLE small (id text COLLATE "C", geom geometry);
		CREATE TABLE q (id int, kind text, geom geometry, geom2 geometry, r float8, geog geography);` + tries())
	for name, all := range map[string]map[string]orb.Geometry{"shapes": p.shapes, "small": p.small} {
		var rows strings.Builder
		for _, id := range slices.Sorted(maps.Keys(all)) {
			fmt.Fprintf(&rows, "%s\t%s\n", id, p.hex(all[id]))
		}
		p.copy(name, rows.String())
	}
	// Edges here are straight in degrees, those of geography are not: pieces of
	// 33 m are both to a fiftieth of a millimetre.
	p.query(`ALTER TABLE small ADD geog geography, ADD corner geography;
		UPDATE small SET geog = ST_Segmentize(geom, 0.0003)::geography, corner = (SELECT d.geom FROM ST_DumpPoints(small.geom) d LIMIT 1)::geography;
		CREATE TABLE plain AS SELECT * FROM shapes WHERE id NOT LIKE 'gc%';
		CREATE INDEX ON shapes USING gist (geom); CREATE INDEX ON plain USING gist (geom); CREATE INDEX ON small USING gist (geog); ANALYZE`)
}

func (p *peers) query(script string) []string {
	p.t.Helper()
	rows, err := p.db.Query(p.ctx, script)
	if err != nil {
		p.t.Fatal(err)
	}
	return rows
}

func (p *peers) copy(table, rows string) {
	p.t.Helper()
	if err := p.db.Copy(p.ctx, table, strings.NewReader(rows)); err != nil {
		p.t.Fatal(err)
	}
}

// hex is a geometry for COPY, to the last bit.
func (p *peers) hex(g orb.Geometry) string {
	p.t.Helper()
	if g == nil {
		return `\N`
	}
	text, err := ewkb.MarshalToHex(g, 4326)
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// planar is a kind of question of the plane: the condition in SQL on a row r and
// a question q, 2 where PostGIS fails, and what it is here.
type planar struct {
	name  string
	sql   string
	table string
	ask   func(g, g2 orb.Geometry, q *layers.Query)
	truth func(row, asked orb.Geometry) bool // by the matrix in rational numbers
}

func region(within bool) func(g, _ orb.Geometry, q *layers.Query) {
	return func(g, _ orb.Geometry, q *layers.Query) { q.Region = &layers.Region{Geometry: g, Within: within} }
}

// spatialKinds are the predicates of CQL2, with the property on either side, and
// denied.
func spatialKinds() []planar {
	var out []planar
	for _, op := range []layers.SpatialOp{layers.SIntersects, layers.SEquals, layers.SDisjoint, layers.STouches,
		layers.SWithin, layers.SOverlaps, layers.SCrosses, layers.SContains} {
		function := "try_" + strings.TrimPrefix(op.String(), "S_")
		apart := 0 // the answer when the boxes do not meet
		if op == layers.SDisjoint {
			apart = 1
		}
		for _, form := range []struct {
			name, sql string
			turned    bool
			denied    bool
		}{
			{"%s(geometry, g)", "%s(r.geom, q.geom)", false, false},
			{"%s(g, geometry)", "%s(q.geom, r.geom)", true, false},
			{"NOT %s(geometry, g)", "CASE %s(r.geom, q.geom) WHEN 0 THEN 1 WHEN 1 THEN 0 ELSE 2 END", false, true},
		} {
			condition := fmt.Sprintf(form.sql, function)
			if apart == 1 == form.denied {
				condition = "CASE WHEN r.geom && q.geom THEN " + condition + " ELSE 0 END"
			} else {
				condition = "CASE WHEN r.geom IS NULL THEN 0 WHEN r.geom && q.geom THEN " + condition + " ELSE 1 END"
			}
			out = append(out, planar{name: fmt.Sprintf(form.name, op), sql: condition, table: "plain",
				ask: func(g, _ orb.Geometry, q *layers.Query) {
					s := layers.Spatial{Op: op, Left: layers.Property{Name: layers.GeometryName}, Right: layers.Shape{Geometry: g}}
					if form.turned {
						s.Left, s.Right = s.Right, s.Left
					}
					q.Filter = s
					if form.denied {
						q.Filter = layers.Not{Arg: s}
					}
				},
				truth: func(row, asked orb.Geometry) bool {
					if form.turned {
						return related(op, asked, row)
					}
					return related(op, row, asked) != form.denied
				}})
		}
	}
	return out
}

func planarKinds() []planar {
	return append(spatialKinds(),
		planar{name: "box", sql: "(ST_Intersects(r.geom, q.geom) OR coalesce(ST_Intersects(r.geom, q.geom2), false))::int", table: "shapes",
			ask: func(g, g2 orb.Geometry, q *layers.Query) {
				for _, b := range []orb.Geometry{g, g2} {
					if b != nil {
						q.Boxes = append(q.Boxes, b.Bound())
					}
				}
			}, truth: meets},
		planar{name: "region", sql: "try_INTERSECTS(r.geom, q.geom)", table: "shapes", ask: region(false), truth: meets},
		planar{name: "region within", sql: "try_WITHIN(r.geom, q.geom)", table: "plain", ask: region(true),
			truth: func(row, asked orb.Geometry) bool { return related(layers.SWithin, row, asked) }},
	)
}

// tries makes functions of PostGIS's predicates that answer 0, 1 or, where they
// raise an error, 2: its relations of polygons that nearly touch can fail with
// "side location conflict". Two empty shapes, which it calls equal against the
// standard's pattern T*F**FFF*, never get here: their boxes do not meet.
func tries() string {
	var b strings.Builder
	for _, name := range []string{"INTERSECTS", "EQUALS", "DISJOINT", "TOUCHES", "WITHIN", "OVERLAPS", "CROSSES", "CONTAINS"} {
		fmt.Fprintf(&b, `CREATE FUNCTION try_%[1]s(a geometry, b geometry) RETURNS int LANGUAGE plpgsql AS
			$$ BEGIN RETURN ST_%[1]s(a, b)::int; EXCEPTION WHEN internal_error THEN RETURN 2; END $$;`, name)
	}
	return b.String()
}

// askedColumns are filled with the questions; the geography is made of the geometry.
const askedColumns = "q (id, kind, geom, geom2, r)"

type question struct {
	kind  int
	g, g2 orb.Geometry
}

func TestAgainstPostGIS(t *testing.T) {
	p := newPeers(t)
	for _, part := range []struct {
		name string
		ask  func(*testing.T, *peers)
	}{{"plane", planeAgainstPostGIS}, {"distances", distancesAgainstPostGIS}, {"validity", validityAgainstPostGIS}} {
		t.Run(part.name, func(t *testing.T) {
			outer := p.t
			p.t, p.ctx = t, t.Context()
			defer func() { p.t, p.ctx = outer, outer.Context() }()
			p.query("TRUNCATE q")
			part.ask(t, p)
		})
	}
}

func planeAgainstPostGIS(t *testing.T, p *peers) {
	kinds := planarKinds()
	var questions []question
	var rows strings.Builder
	for i := range postgisQuestions(t) * 3 / 5 {
		q := question{kind: i % len(kinds), g: p.world.shape()}
		k := kinds[q.kind]
		switch {
		case k.name == "box":
			q.g = boxed(q.g)
			if p.world.rng.IntN(3) == 0 {
				q.g2 = boxed(p.world.shape())
			}
		case k.table == "shapes" && p.world.rng.IntN(6) == 0:
			q.g = orb.Collection{q.g, p.world.shape()}
		case p.world.rng.IntN(4) == 0: // the shape of a row itself
			if g := p.shapes[fmt.Sprintf("r%05d", p.world.rng.IntN(500))]; g != nil {
				q.g = g
			}
		}
		questions = append(questions, q)
		fmt.Fprintf(&rows, "%d\t%s\t%s\t%s\t\\N\n", i, k.name, p.hex(q.g), p.hex(q.g2))
	}
	p.copy(askedColumns, rows.String())
	p.query("ANALYZE q")
	want := make([][]string, len(questions))
	given := make([][]string, len(questions)) // where PostGIS gives up
	for _, k := range kinds {
		for _, line := range p.query(fmt.Sprintf(`SELECT id, string_agg(row, ',' ORDER BY row) FILTER (WHERE found = 1), string_agg(row, ',' ORDER BY row) FILTER (WHERE found = 2)
			FROM (SELECT q.id, r.id AS row, %s AS found FROM q, %s r WHERE q.kind = '%s') AS pair GROUP BY id`, k.sql, k.table, k.name)) {
			fields := strings.Split(line, "\t")
			i, _ := strconv.Atoi(fields[0])
			want[i], given[i] = split(fields[1]), split(fields[2])
		}
	}
	found, rounded, gaveUp := 0, 0, 0
	for i, q := range questions {
		k := kinds[q.kind]
		got := p.ask("shapes", func(query *layers.Query) { k.ask(q.g, q.g2, query) })
		if k.table == "plain" {
			got = slices.DeleteFunc(got, func(id string) bool { return strings.HasPrefix(id, "gc") })
		}
		found += len(got)
		gaveUp += len(given[i])
		for _, id := range slices.Compact(slices.Sorted(slices.Values(append(differing(got, want[i]), given[i]...)))) {
			row := p.shapes[id]
			asked := q.g
			if q.g2 != nil {
				asked = orb.Collection{q.g, q.g2}
			}
			if k.truth(row, asked) != slices.Contains(got, id) {
				t.Errorf("%s of %s: row %s %s, ours %v, which is wrong", k.name, text(asked), id, text(row), slices.Contains(got, id))
				continue
			}
			if slices.Contains(given[i], id) {
				continue
			}
			if rounded++; rounded <= 20 {
				t.Logf("PostGIS is wrong: %s of %s and %s is %v", k.name, text(asked), text(row), slices.Contains(got, id))
			}
		}
		if t.Failed() {
			t.FailNow()
		}
	}
	t.Logf("%d questions, %d rows found; PostGIS is wrong in %d and gives up in %d (both proven in rational numbers)", len(questions), found, rounded, gaveUp)
	if found < len(questions) {
		t.Errorf("only %d rows were found", found)
	}
}

// ask returns the sorted ids of an answer. A filter goes through text and back.
func (p *peers) ask(layer string, set func(*layers.Query)) []string {
	p.t.Helper()
	q := layers.Query{Subject: layers.SystemSubject(), Layer: layer}
	set(&q)
	if q.Filter != nil && !hasEmpty(q.Filter) {
		text := cql2.Format(q.Filter)
		again, err := cql2.Parse(text)
		if err != nil {
			p.t.Fatalf("%s: %v", text, err)
		}
		q.Filter = again
	}
	var ids []string
	for r, err := range p.live.View().Select(p.ctx, q) {
		if err != nil {
			p.t.Fatalf("%+v: %v", q, err)
		}
		ids = append(ids, r.ID())
	}
	if n, err := p.live.View().Count(p.ctx, q); err != nil || n.N != len(ids) {
		p.t.Fatalf("%+v counts %d and lists %d: %v", q, n.N, len(ids), err)
	}
	return ids
}

func hasEmpty(e layers.Expr) bool {
	switch e := e.(type) {
	case layers.Not:
		return hasEmpty(e.Arg)
	case layers.Spatial:
		for _, term := range []layers.Term{e.Left, e.Right} {
			if s, ok := term.(layers.Shape); ok && isEmpty(s.Geometry) {
				return true
			}
		}
	}
	return false
}

func isEmpty(g orb.Geometry) bool {
	for range edgesOf(g) {
		return false
	}
	return true
}

func boxed(g orb.Geometry) orb.Geometry {
	b := g.Bound()
	switch {
	case isEmpty(g) || b.Min == b.Max:
		return orb.Point{b.Max[0], b.Max[1]}
	case b.Min[0] == b.Max[0] || b.Min[1] == b.Max[1]:
		return orb.LineString{b.Min, b.Max}
	}
	return b.ToPolygon()
}

func split(ids string) []string {
	if ids == "" {
		return nil
	}
	return strings.Split(ids, ",")
}

// differing are the elements of only one of two lists.
func differing(a, b []string) []string {
	in := map[string]int{}
	for _, id := range a {
		in[id]++
	}
	for _, id := range b {
		in[id]--
	}
	maps.DeleteFunc(in, func(_ string, n int) bool { return n == 0 })
	return slices.Sorted(maps.Keys(in))
}

func text(g orb.Geometry) string {
	if g == nil {
		return "-"
	}
	return wkt.MarshalString(g)
}

// meets reports whether some part of a meets one of b.
func meets(a, b orb.Geometry) bool {
	if a, many := a.(orb.Collection); many {
		return slices.ContainsFunc(a, func(part orb.Geometry) bool { return meets(part, b) })
	}
	if b, many := b.(orb.Collection); many {
		return slices.ContainsFunc(b, func(part orb.Geometry) bool { return meets(a, part) })
	}
	return related(layers.SIntersects, a, b)
}

// related is what the standard says of the matrix of a and b.
func related(op layers.SpatialOp, a, b orb.Geometry) bool {
	m := geotest.Matrix(a, b)
	is := func(patterns ...string) bool {
		return slices.ContainsFunc(patterns, func(pattern string) bool {
			for i, want := range []byte(pattern) {
				if want != '*' && want != m[i] && (want != 'T' || m[i] == 'F') {
					return false
				}
			}
			return true
		})
	}
	meet := is("T********", "*T*******", "***T*****", "****T****")
	da, db := a.Dimensions(), b.Dimensions()
	switch op {
	case layers.SIntersects:
		return meet
	case layers.SDisjoint:
		return !meet
	case layers.SEquals:
		return is("T*F**FFF*")
	case layers.STouches:
		return is("FT*******", "F**T*****", "F***T****")
	case layers.SWithin:
		return is("T*F**F***")
	case layers.SContains:
		return is("T*****FF*")
	case layers.SOverlaps:
		return da == db && (da != 1 && is("T*T***T**") || da == 1 && is("1*T***T**"))
	case layers.SCrosses:
		return da < db && is("T*T******") || da > db && is("T*****T**") || da == 1 && db == 1 && is("0********")
	}
	return false
}

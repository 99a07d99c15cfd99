package cql2

import (
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// lampLayer has a field of every type.
func lampLayer() *layers.Layer {
	return &layers.Layer{ID: "lamps", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "name", Type: layers.String},
		{Name: "floors", Type: layers.Integer},
		{Name: "height", Type: layers.Number},
		{Name: "lit", Type: layers.Boolean},
		{Name: "built", Type: layers.DateTime},
		{Name: "removed", Type: layers.DateTime},
		{Name: "名称", Type: layers.String},
		{Name: "date", Type: layers.String},
		{Name: "odd \"name\"", Type: layers.Integer},
	}}
}

func at(text string) layers.Value {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return layers.Instant(t)
}

// lamp fills every field but removed.
func lamp() *layers.Feature {
	return &layers.Feature{Key: "L1", Shape: orb.Point{111.29, 30.69}, Values: []layers.Value{
		layers.Text("O'Brien 50%"), layers.Int(7), layers.Float(2.5), layers.Bool(true), at("2026-11-20T10:00:00Z"),
		{}, layers.Text("路灯Ä"), layers.Text("soon"), layers.Int(3),
	}}
}

// constructs lists every construct with its canonical text ("" when it is the
// text itself) and what it is of lamp.
var constructs = []struct {
	text, canonical string
	want            truth
}{
	{"floors = 7", "", yes},
	{"floors=7.0", "floors = 7.0", yes},
	{"floors <> 7", "", no},
	{"floors < 8", "", yes},
	{"floors <= 6", "", no},
	{"floors > 6.999", "", yes},
	{"floors >= +8", "floors >= 8", no},
	{"7 = floors", "", yes},
	{"8 > floors", "", yes},
	{"8 <= floors", "", no},
	{"height = 25e-1", "height = 2.5", yes},
	{"height = .25E+1", "height = 2.5", yes},
	{"height < floors", "", yes},
	{"floors = floors", "", yes},
	{"removed = removed", "", unknown},
	{"removed > built", "", unknown},
	{"floors = 9223372036854775807", "", no},
	{"floors < 9223372036854775808", "floors < 9.223372036854776e+18", yes},
	{"floors > -9223372036854775808", "", yes},
	{"name = 'O''Brien 50%'", "", yes},
	{"name > 'O'", "", yes},
	{"name <> ''", "", yes},
	{"lit = TRUE", "", yes},
	{"lit = false", "lit = FALSE", no},
	{"TRUE <> lit", "", no},
	{"lit", "", yes},
	{"not lit", "NOT lit", no},
	{"(lit)", "lit", yes},
	{"TRUE", "", yes},
	{"false", "FALSE", no},
	{"NOT NOT TRUE", "", yes},
	{"1 = 1 AND 'a' < 'b'", "", yes},

	{"lit AND floors = 7", "", yes},
	{"lit AND removed = built", "", unknown},
	{"FALSE AND removed = built", "", no},
	{"lit OR removed = built", "", yes},
	{"FALSE OR removed = built", "", unknown},
	{"NOT removed = built", "", unknown},
	{"lit and floors=1 or height>1", "lit AND floors = 1 OR height > 1", yes},
	{"lit AND (floors = 1 OR height > 1)", "", yes},
	{"(lit AND floors = 1) AND height > 1", "", no},
	{"lit AND (floors = 1 AND height > 1)", "", no},
	{"(lit OR floors = 1) OR height > 1", "", yes},
	{"NOT (lit AND floors = 1)", "", yes},
	{"NOT (lit) AND floors = 7", "NOT lit AND floors = 7", no},
	{"((((lit))))", "lit", yes},

	{"name LIKE 'O''B%'", "", yes},
	{"name LIKE '%50\\%'", "", yes},
	{"name LIKE 'O_Brien%'", "", yes},
	{"名称 LIKE '路灯_'", "", yes},
	{"名称 LIKE '路_'", "", no},
	{"name NOT LIKE '%z%'", "", yes},
	{"NOT name LIKE '%z%'", "name NOT LIKE '%z%'", yes},
	{"casei(name) like casei('o''brien%')", "CASEI(name) LIKE CASEI('o''brien%')", yes},
	{"floors BETWEEN 7 AND 9", "", yes},
	{"floors NOT BETWEEN 7 AND 9", "", no},
	{"floors BETWEEN 1 AND 6 OR lit", "", yes},
	{"height BETWEEN floors - 5 AND floors", "", yes},
	{"built BETWEEN DATE('2026-11-20') AND DATE('2026-11-21')",
		"built BETWEEN TIMESTAMP('2026-11-20T00:00:00Z') AND TIMESTAMP('2026-11-21T00:00:00Z')", yes},
	{"removed BETWEEN built AND built", "", unknown},
	{"floors IN (1,7)", "", yes},
	{"floors in ( 1 , 7.0 )", "floors IN (1,7.0)", yes},
	{"floors IN (1,2,3,4,5,6,8,9,10,11)", "", no},
	{"floors IN (1,2,3,4,5,6,7.0,8,9,10)", "", yes},
	{"name NOT IN ('a','b')", "", yes},
	{"NOT name IN ('a')", "name NOT IN ('a')", yes},
	{"floors IN (height,floors)", "", yes},
	{"removed IN (built)", "", unknown},
	{"built IN (removed,TIMESTAMP('2026-11-20T10:00:00Z'))", "", yes},
	{"built IN (removed)", "", unknown},
	{"removed IS NULL", "", yes},
	{"built IS NULL", "", no},
	{"removed IS NOT NULL", "", no},
	{"NOT removed IS NULL", "removed IS NOT NULL", no},
	{"geometry IS NOT NULL", "", yes},
	{"geom IS NULL", "", no},
	{"id IS NULL", "", no},
	{"floors + height IS NOT NULL", "", yes},
	{"floors / 0 IS NULL", "", yes},
	{"INTERVAL(built,removed) IS NULL", "", yes},

	{"floors + 1 = 8", "", yes},
	{"1 + floors * 2 = 15", "", yes},
	{"(1 + floors) * 2 = 16", "", yes},
	{"floors - 1 - 1 = 5", "", yes},
	{"floors - (1 - 1) = 7", "", yes},
	{"floors / 2 = 3.5", "", yes},
	{"floors DIV 2 = 3", "", yes},
	{"-7 div 2 = -3", "-7 DIV 2 = -3", yes},
	{"floors % 4 = 3", "", yes},
	{"2 ^ 3 ^ 2 = 512", "", yes},
	{"(2 ^ 3) ^ 2 = 64", "", yes},
	{"floors*2^2=28", "floors * 2 ^ 2 = 28", yes},
	{"-floors = -7", "-1 * floors = -7", yes},
	{"- floors ^ 2 = 49", "(-1 * floors) ^ 2 = 49", yes},
	{"floors-1 = 6", "floors - 1 = 6", yes},
	{"floors - -1 = 8", "", yes},
	{"9223372036854775807 + 1 > 9223372036854775807", "", yes},
	{"floors = (height + 4.5)", "floors = height + 4.5", yes},

	{"CASEI(name) = CASEI('O''BRIEN 50%')", "", yes},
	{"CASEI(name) IN (CASEI('x'),CASEI('o''BRIEN 50%'))", "", yes},
	{"ACCENTI(名称) = '路灯A'", "", yes},
	{"ACCENTI(CASEI(名称)) = ACCENTI(CASEI('路灯a'))", "", yes},

	{"S_INTERSECTS(geometry,POINT(111.29 30.69))", "", yes},
	{"s_intersects(geom,bbox(111,30,112,31))", "S_INTERSECTS(geom,BBOX(111,30,112,31))", yes},
	{"S_INTERSECTS(geometry,BBOX(111,30,0,112,31,90))", "S_INTERSECTS(geometry,BBOX(111,30,112,31))", yes},
	{"S_INTERSECTS(geometry,ENVELOPE(111,30,112,31))", "S_INTERSECTS(geometry,BBOX(111,30,112,31))", yes},
	{"S_INTERSECTS(geometry,BBOX(170,30,112,31))",
		"S_INTERSECTS(geometry,MULTIPOLYGON(((170 30,180 30,180 31,170 31,170 30)),((-180 30,112 30,112 31,-180 31,-180 30))))", yes},
	{"S_INTERSECTS(geometry,BBOX(111.29,30.69,111.29,30.69))", "", yes},
	{"S_INTERSECTS(geometry,BBOX(111.29,30,111.29,31))", "", yes},
	{"S_WITHIN(geometry,POLYGON((111 30,112 30,112 31,111 31,111 30)))", "", yes},
	{"S_WITHIN(geometry,POLYGON((111 30,112 30,112 31,111 31,111 30),(111.2 30.6,111.4 30.6,111.4 30.8,111.2 30.8,111.2 30.6)))", "", no},
	{"S_WITHIN(geometry,POLYGON Z ((111 30 5,112 30 5,112 31 5,111 30 5)))",
		"S_WITHIN(geometry,POLYGON((111 30,112 30,112 31,111 30)))", no},
	{"S_CONTAINS(POLYGON((111 30,112 30,112 31,111 31,111 30)),geometry)", "", yes},
	{"S_DISJOINT(geometry,MULTIPOINT((1 2),(3 4)))", "", yes},
	{"S_DISJOINT(geometry,MULTIPOINT(1 2,3 4))", "S_DISJOINT(geometry,MULTIPOINT((1 2),(3 4)))", yes},
	{"S_EQUALS(geometry,POINT(111.29 30.69))", "", yes},
	{"S_TOUCHES(geometry,LINESTRING(111.29 30.69,112 31))", "", yes},
	{"S_CROSSES(geometry,MULTILINESTRING((111 30,112 31),(1 1,2 2)))", "", no},
	{"S_OVERLAPS(geometry,POINT(111.29 30.69))", "", no},
	{"S_INTERSECTS(geometry,MULTIPOLYGON(((1 1,2 1,2 2,1 1)),((111 30,112 30,112 31,111 31,111 30))))", "", yes},
	{"S_INTERSECTS(geometry,GEOMETRYCOLLECTION(POINT(1 1),LINESTRING(111 30.69,112 30.69)))", "", yes},
	{"S_INTERSECTS(geometry,POLYGON EMPTY)", "", no},
	{"S_DISJOINT(geometry,POINT EMPTY)", "S_DISJOINT(geometry,MULTIPOINT EMPTY)", yes},
	{"S_INTERSECTS(geometry,GEOMETRYCOLLECTION EMPTY)", "", no},
	{"S_INTERSECTS(POINT(1 1),BBOX(0,0,2,2))", "", yes},
	{"S_EQUALS(geometry,geometry)", "", yes},

	{"T_AFTER(built,DATE('2026-11-20'))", "T_AFTER(built,TIMESTAMP('2026-11-20T00:00:00Z'))", yes},
	{"T_BEFORE(built,TIMESTAMP('2026-11-20T10:00:00.000001Z'))", "", yes},
	{"T_BEFORE(built,TIMESTAMP('2026-11-20T18:00:01+08:00'))", "T_BEFORE(built,TIMESTAMP('2026-11-20T10:00:01Z'))", yes},
	{"T_DURING(built,INTERVAL('2026-11-01','2026-11-20'))",
		"T_DURING(built,INTERVAL('2026-11-01T00:00:00Z','2026-11-20T23:59:59.999999Z'))", yes},
	{"T_DURING(built,INTERVAL('..','2026-11-20T10:00:00Z'))", "", yes},
	{"T_DURING(built,INTERVAL('2026-11-20T10:00:01Z','..'))", "", no},
	{"T_DURING(removed,INTERVAL('..','..'))", "", unknown},
	{"T_DURING(INTERVAL(built,'..'),INTERVAL('2026-01-01','..'))",
		"T_DURING(INTERVAL(built,'..'),INTERVAL('2026-01-01T00:00:00Z','..'))", no},
	{"T_INTERSECTS(INTERVAL(built,'2026-12-01'),INTERVAL('2026-11-30','..'))",
		"T_INTERSECTS(INTERVAL(built,'2026-12-01T23:59:59.999999Z'),INTERVAL('2026-11-30T00:00:00Z','..'))", yes},
	{"T_INTERSECTS(INTERVAL(built,removed),INTERVAL('2026-11-30','..'))",
		"T_INTERSECTS(INTERVAL(built,removed),INTERVAL('2026-11-30T00:00:00Z','..'))", unknown},
	{"T_CONTAINS(INTERVAL('2026-11-01T00:00:00Z','..'),built)", "", yes},
	{"T_EQUALS(built,TIMESTAMP('2026-11-20T10:00:00Z'))", "", yes},
	{"T_DISJOINT(built,INTERVAL('2026-11-20T10:00:00Z','..'))", "", no},

	{"A_CONTAINS((1,2,'a'),(2.0))", "", yes},
	{"a_contains(('a','b'),('a','c'))", "A_CONTAINS(('a','b'),('a','c'))", no},
	{"A_CONTAINEDBY(name,('x','O''Brien 50%'))", "", yes},
	{"A_EQUALS((1,2,2),(2,1))", "", yes},
	{"A_EQUALS((),())", "", yes},
	{"A_EQUALS((),(1))", "", no},
	{"A_OVERLAPS((),(1))", "", no},
	{"A_OVERLAPS((1,2),(2,3))", "", yes},
	{"A_EQUALS((1),('1'))", "", no},
	{"A_EQUALS((TRUE,DATE('2026-11-20')),(lit,TIMESTAMP('2026-11-20T00:00:00Z')))",
		"A_EQUALS((TRUE,TIMESTAMP('2026-11-20T00:00:00Z')),(lit,TIMESTAMP('2026-11-20T00:00:00Z')))", yes},
	{"A_CONTAINS((floors + 1,height),(8))", "", yes},
	{"A_CONTAINS((floors = 7 AND lit,NOT lit),(FALSE,TRUE))", "", yes},
	{"A_CONTAINS((removed = built),(TRUE))", "", unknown},
	{"A_CONTAINS((removed,1),(1))", "", yes},
	{"A_CONTAINS((removed,1),(2))", "", unknown},
	{"A_CONTAINEDBY((removed,1),(2))", "", no},
	{"A_CONTAINEDBY(removed,(DATE('2026-11-20')))", "A_CONTAINEDBY(removed,(TIMESTAMP('2026-11-20T00:00:00Z')))", unknown},
	{"A_EQUALS(((1,2),(3)),((3),(2,1)))", "", yes},
	{"A_EQUALS(((1,2),((3))),((3),(2,1)))", "", no},
	{"A_EQUALS(((1 + 2) * 3,4),(9,4))", "", yes},
	{"A_CONTAINS((POINT(1 2),geometry),(POINT(111.29 30.69)))", "", yes},
	{"A_CONTAINS((INTERVAL('..','2026-11-20T00:00:00Z'),INTERVAL(built,'..')),(INTERVAL('2026-11-20T10:00:00Z','..')))", "", yes},
	{"A_CONTAINS((INTERVAL(removed,'..')),(INTERVAL('2026-11-20T10:00:00Z','..')))", "", unknown},
	{"A_CONTAINS(split(name,' '),('50%'))", "", yes},
	{"A_OVERLAPS(SPLIT(date,';'),('now','soon'))", "A_OVERLAPS(split(date,';'),('now','soon'))", yes},
	{"split(name,'x') IS NULL", "", no},
	{"(floors = 7) IS NULL", "", no},
	{"(removed = built) IS NULL", "", yes},
	{"NOT (removed = built) IS NULL", "(removed = built) IS NOT NULL", no},
	{"S_INTERSECTS(geometry,POINT(1 1)) IS NULL", "", no},
	{"(lit) IS NULL", "lit IS NULL", no},

	{"lower(name) = 'o''brien 50%'", "", yes},
	{"UPPER((name)) = 'O''BRIEN 50%'", "upper((name)) = 'O''BRIEN 50%'", yes},
	{"length(name) = 11", "", yes},
	{"length(名称) = 3", "", yes},
	{"length(LINESTRING(111 30,111 31)) BETWEEN 110000 AND 111000", "", yes},
	{"length(geometry) = 0", "", yes},
	{"area(geometry) = 0", "", yes},
	{"area(BBOX(111,30,111.001,30.001)) BETWEEN 10000 AND 11000", "", yes},
	{"concat(name,'-',date) = 'O''Brien 50%-soon'", "", yes},
	{"coalesce(removed,built) = built", "", yes},
	{"coalesce(removed,removed) IS NULL", "", yes},
	{"abs(-7) = floors AND abs(height - 5) = 2.5", "", yes},
	{"abs(-9223372036854775808) = 9223372036854775808", "abs(-9223372036854775808) = 9.223372036854776e+18", yes},
	{"floor(height) = 2 AND ceil(height) = 3 AND round(height) = 3 AND round(-2.5) = -3", "", yes},
	{"round(2.346,2) = 2.35 AND round(1234,-2) = 1200 AND round(1e300,9) = 1e300", "round(2.346,2) = 2.35 AND round(1234,-2) = 1200 AND round(1e+300,9) = 1e+300", yes},
	{"sqrt(floors + 2) = 3", "", yes},
	{"sqrt(-1) IS NULL", "", yes},
	{"min(floors,height,3) = height AND max(floors,height,3) = floors", "", yes},
	{"max(built,removed) IS NULL", "", yes},
	{"max(name,date) = 'soon'", "", yes},
	{"distance(geometry,POINT(111.29 30.69)) = 0", "", yes},
	{"distance(geometry,POINT(111.29 30.70)) BETWEEN 1100 AND 1120", "distance(geometry,POINT(111.29 30.7)) BETWEEN 1100 AND 1120", yes},
	{"distance(POINT(111.29 30.7),geometry) > 1100", "", yes},
	{"distance(geometry,POINT EMPTY) IS NULL", "distance(geometry,MULTIPOINT EMPTY) IS NULL", yes},
	{"distance(BBOX(0,0,2,2),BBOX(1,1,3,3)) = 0", "", yes},
	{"dwithin(geometry,POINT(111.29 30.7),1200)", "", yes},
	{"NOT dwithin(geometry,POINT(111.29 30.7),1000)", "", yes},
	{"dwithin(geometry,POINT(111.29 30.7),height) = FALSE", "", yes},
	{"S_EQUALS(bounds(geometry),geometry)", "", yes},
	{"S_WITHIN(interiorPoint(BBOX(1,1,2,2)),BBOX(1,1,2,2))", "", yes},
	{"S_INTERSECTS(BBOX(111,30,112,31),interiorPoint(geometry))", "", yes},
	{"S_EQUALS(bounds(geometry),interiorPoint(geometry))", "", yes},
	{"bounds(geometry) IS NULL", "", no},
	{"T_AFTER(addSeconds(built,1),built)", "", yes},
	{"addSeconds(built,-0.5) = TIMESTAMP('2026-11-20T09:59:59.5Z')", "", yes},
	{"addSeconds(built,1e300) IS NULL", "addSeconds(built,1e+300) IS NULL", yes},
	{"seconds(built,addSeconds(built,90)) = 90", "", yes},

	{`'\t' = 'x' OR name = 'O\'Brien 50\%'`, "'\t' = 'x' OR name = 'O''Brien 50\\%'", no},
	{`name LIKE 'O\'B%50\%'`, `name LIKE 'O''B%50\%'`, yes},
	{`'a\\b' < 'a\nb'`, "'a\\\\b' < 'a\nb'", no},
	{`'\\' = 'C:\\'`, "", no},
	{`"name" = 'x'`, "name = 'x'", no},
	{`"odd ""name""" = 3`, "", yes},
	{"date = 'soon'", "", yes},
	{"id = 'L1'", "", yes},
	{"id LIKE 'L%'", "", yes},
	{" \t\nlit\u3000", "lit", yes},
}

func TestConstructs(t *testing.T) {
	layer, row := lampLayer(), lamp()
	for _, c := range constructs {
		e, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		want := c.canonical
		if want == "" {
			want = c.text
		}
		if got := Format(e); got != want {
			t.Errorf("%s\n is written %s\n not         %s", c.text, got, want)
		}
		p, err := Compile(e, layer)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if got := p.match(row); got != c.want {
			t.Errorf("%s is %d, not %d", c.text, got, c.want)
		}
		if p.Match(row) != (c.want == yes) {
			t.Errorf("%s: Match disagrees with the truth value", c.text)
		}
	}
}

func TestNothingIsUnknownWithoutGeometry(t *testing.T) {
	row := lamp()
	row.Shape = nil
	for op := layers.SIntersects; op <= layers.SContains; op++ {
		for _, right := range []layers.Term{layers.Shape{Geometry: orb.Point{1, 1}}, layers.Property{Name: "geometry"}} {
			p, err := Compile(layers.Spatial{Op: op, Left: layers.Property{Name: "geometry"}, Right: right}, lampLayer())
			if err != nil {
				t.Fatal(err)
			}
			if got := p.match(row); got != unknown {
				t.Errorf("%s without geometry is %d", op, got)
			}
		}
	}
}

func TestNamesOfGeometryAndID(t *testing.T) {
	own := &layers.Layer{ID: "own", Element: layers.Object, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "geom", Type: layers.String}, {Name: "id", Type: layers.Integer}}}
	f := &layers.Feature{Key: "k", Shape: orb.Point{1, 1}, Values: []layers.Value{layers.Text("g"), layers.Int(4)}}
	for text, want := range map[string]bool{
		"geom = 'g'": true, "id = 4": true, "S_INTERSECTS(geometry,POINT(1 1))": true,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := Compile(e, own)
		if err != nil {
			t.Fatal(err)
		}
		if p.Match(f) != want {
			t.Errorf("%s: a declared field does not come first", text)
		}
	}
}

func TestFieldsAreThoseRead(t *testing.T) {
	e, err := Parse("name = 'a' OR height > floors AND NOT (id = 'x' OR T_AFTER(INTERVAL(built,removed),built)) AND S_INTERSECTS(geometry,POINT(1 1)) AND name LIKE 'b'")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(e, lampLayer())
	if err != nil {
		t.Fatal(err)
	}
	want := []int{0, 1, 2, 4, 5}
	got := p.Fields()
	if len(got) != len(want) {
		t.Fatalf("fields %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("fields %v, want %v", got, want)
		}
	}
}

func TestNilAdmitsAll(t *testing.T) {
	p, err := Compile(nil, lampLayer())
	if err != nil || !p.Match(lamp()) || Format(nil) != "" || len(p.Fields()) != 0 {
		t.Fatalf("a missing filter: %v", err)
	}
}

func TestMatchDoesNotAllocate(t *testing.T) {
	e, err := Parse("floors > 3 AND name LIKE '%B_ien%' AND height + 1 BETWEEN 2 AND 9 AND floors IN (1,2,3,4,5,6,7,8,9,10) " +
		"AND name NOT IN ('a','b','c','d','e','f','g','h','i') AND T_DURING(built,INTERVAL('2026-01-01','..')) AND lit AND removed IS NULL AND id <> 'x' " +
		"AND S_WITHIN(geometry,POLYGON((111 30,112 30,112 31,111 31,111 30))) AND CASEI(date) = 'soon'")
	if err != nil {
		t.Fatal(err)
	}
	p, err := Compile(e, lampLayer())
	if err != nil {
		t.Fatal(err)
	}
	var row layers.Row = lamp()
	if !p.Match(row) {
		t.Fatal("the filter should match")
	}
	if n := testing.AllocsPerRun(100, func() { p.Match(row) }); n != 0 {
		t.Errorf("%v allocations per row", n)
	}
}

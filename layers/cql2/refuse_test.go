package cql2

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
)

func TestParseRefuses(t *testing.T) {
	deepest := strings.Repeat("(", MaxDepth+1) + "lit" + strings.Repeat(")", MaxDepth+1)
	cases := []struct {
		text string
		kind layers.Kind
		at   string
		part string
	}{
		{"", layers.Invalid, "offset 0", "empty"},
		{"  ", layers.Invalid, "offset 0", "empty"},
		{"floors >", layers.Invalid, "offset 8", "expected a value, found the end"},
		{"floors > AND lit", layers.Invalid, "offset 9", "expected a value, found AND"},
		{"floors = 7 8", layers.Invalid, "offset 11", "expected an operator or the end, found the number 8"},
		{"floors = NULL", layers.Invalid, "offset 9", "IS NULL"},
		{"floors != 7", layers.Invalid, "offset 7", "<>"},
		{"floors == 7", layers.Invalid, "offset 7", "write <> or ="},
		{"name = 'abc", layers.Invalid, "offset 7", "never closed"},
		{`"name = 1`, layers.Invalid, "offset 0", "never closed"},
		{`"" = 1`, layers.Invalid, "offset 0", "empty"},
		{"名称 = 1 #", layers.Invalid, "offset 11", "unexpected character '#'"},
		{"a = \xff", layers.Invalid, "offset 4", "UTF-8"},
		{"7", layers.Invalid, "offset 0", "expected a predicate"},
		{"'a' AND lit", layers.Invalid, "offset 0", "expected a predicate"},
		{"lit AND 7 + 1", layers.Invalid, "offset 8", "expected a predicate"},
		{"(lit", layers.Invalid, "offset 4", "')'"},
		{"lit)", layers.Invalid, "offset 3", "found )"},
		{"floors BETWEEN 1 OR 2", layers.Invalid, "offset 17", "AND of BETWEEN"},
		{"floors NOT 7", layers.Invalid, "offset 11", "LIKE, IN or BETWEEN"},
		{"floors IN ()", layers.Invalid, "offset 0", "empty"},
		{"floors IN 7", layers.Invalid, "offset 10", "'('"},
		{"floors IN (7,", layers.Invalid, "offset 13", "found the end"},
		{"floors IS 7", layers.Invalid, "offset 10", "expected NULL"},
		{"floors = 1e999", layers.Invalid, "offset 9", "out of range"},
		{"floors = +height", layers.Invalid, "offset 9", "expected a value"},
		{"built > DATE('2026-13-01')", layers.Invalid, "offset 13", "neither a date"},
		{"built > DATE('2026-11-01T00:00:00Z')", layers.Invalid, "offset 13", "expected date"},
		{"built > TIMESTAMP('2026-11-01')", layers.Invalid, "offset 18", "expected time"},
		{"built > DATE(7)", layers.Invalid, "offset 13", "quoted date"},
		{"T_DURING(built,INTERVAL('2026-11-02','2026-11-01'))", layers.Invalid, "offset 15", "ends before it begins"},
		{"T_DURING(built,INTERVAL('2026-11-02'))", layers.Invalid, "offset 36", "','"},
		{"T_DURING(built)", layers.Invalid, "offset 14", "','"},
		{"S_INTERSECTS(geometry,POINT(1))", layers.Invalid, "offset 29", "a number"},
		{"S_INTERSECTS(geometry,LINESTRING(1 1))", layers.Invalid, "offset 32", "two points"},
		{"S_INTERSECTS(geometry,POLYGON((1 1,2 2,1 1)))", layers.Invalid, "offset 30", "four points"},
		{"S_INTERSECTS(geometry,POLYGON((1 1,2 2,3 1,1 2)))", layers.Invalid, "offset 30", "not closed"},
		{"S_INTERSECTS(geometry,BBOX(1,2,3))", layers.Invalid, "offset 26", "4 or 6"},
		{"S_INTERSECTS(geometry,BBOX(1,9,3,4))", layers.Invalid, "offset 26", "exceeds its north"},
		{"S_INTERSECTS(geometry,BBOX EMPTY)", layers.Invalid, "offset 22", "cannot be empty"},
		{"S_INTERSECTS(geometry,GEOMETRYCOLLECTION(7))", layers.Invalid, "offset 41", "a geometry"},
		{"A_CONTAINS(tags,('a','b'", layers.Invalid, "offset 24", "',' or ')'"},
		{"A_CONTAINS(tags)", layers.Invalid, "offset 15", "','"},
		{"A_CONTAINS(tags,('a',))", layers.Invalid, "offset 21", "expected a value"},
		{"tags = ('a','b')", layers.Invalid, "offset 7", "A_CONTAINS"},
		{"tags = ()", layers.Invalid, "offset 7", "A_CONTAINS"},
		{"tags = ['a']", layers.Invalid, "offset 7", "parentheses"},
		{"('a','b')", layers.Invalid, "offset 0", "expected a predicate"},
		{"('a','b') IS NULL", layers.Invalid, "offset 0", "never null"},
		{"S_WITHIN(geometry,(POINT(1 1),POINT(2 2)))", layers.Invalid, "offset 18", "array"},
		{"name = 'abc\\'", layers.Invalid, "offset 7", "never closed"},
		{"(floors > 1) = TRUE", layers.Unsupported, "offset 0", "predicate"},
		{"floors IN (floors > 1)", layers.Invalid, "offset 18", "',' or ')'"},
		{deepest, layers.TooLarge, "offset 200", "nested"},
		{strings.Repeat("NOT ", MaxDepth+1) + "lit", layers.TooLarge, "offset 800", "nested"},
		{"floors = 1" + strings.Repeat("+1", MaxDepth+1), layers.TooLarge, "offset 9", "nested"},
		{"floors = 1" + strings.Repeat("^1", MaxDepth+1), layers.TooLarge, "", "nested"},
		{"S_INTERSECTS(geometry," + strings.Repeat("GEOMETRYCOLLECTION(", MaxDepth+1), layers.TooLarge, "", "nested"},
		{strings.Repeat("lit OR ", MaxText/7) + "lit", layers.TooLarge, "offset 65536", "65536"},
	}
	for _, c := range cases {
		_, err := Parse(c.text)
		var e *layers.Error
		if !errors.As(err, &e) {
			t.Errorf("%.60s: %v", c.text, err)
			continue
		}
		if e.Kind != c.kind || c.at != "" && e.At != c.at || !strings.Contains(e.Error(), c.part) {
			t.Errorf("%.60s\n got  %s %s: %v\n want %s %s: …%s…", c.text, e.Kind, e.At, e, c.kind, c.at, c.part)
		}
	}
}

func TestDeepestThatIsRead(t *testing.T) {
	for _, text := range []string{
		strings.Repeat("(", MaxDepth) + "lit" + strings.Repeat(")", MaxDepth),
		strings.Repeat("NOT ", MaxDepth-1) + "lit",
		"lit" + strings.Repeat(" AND lit", 5000),
		"floors = 1" + strings.Repeat("+1", MaxDepth-3),
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%.40s: %v", text, err)
			continue
		}
		if _, err := Compile(e, lampLayer()); err != nil {
			t.Error(err)
		}
	}
}

func TestCompileRefuses(t *testing.T) {
	cases := []struct {
		text  string
		kind  layers.Kind
		field string
		part  string
	}{
		{"heigth > 3", layers.Invalid, "heigth", "did you mean height?"},
		{"Floors = 3", layers.Invalid, "Floors", "did you mean floors?"},
		{"geometri IS NULL", layers.Invalid, "geometri", "did you mean geometry?"},
		{"colour = 'red'", layers.Invalid, "colour", "no such property; there are name, floors"},
		{"floors = '7'", layers.Invalid, "floors", "a number cannot be compared with a text"},
		{"'7' = floors", layers.Invalid, "floors", "a text cannot be compared with a number"},
		{"name = 7", layers.Invalid, "name", "single quotes"},
		{"built > '2026-11-01'", layers.Invalid, "built", "TIMESTAMP("},
		{"built = 7", layers.Invalid, "built", "a time cannot be compared with a number"},
		{"lit = 1", layers.Invalid, "lit", "boolean"},
		{"lit BETWEEN FALSE AND TRUE", layers.Invalid, "lit", "no order"},
		{"floors IN (1,'a')", layers.Invalid, "floors", "compared"},
		{"floors BETWEEN 1 AND 'a'", layers.Invalid, "floors", "compared"},
		{"name + 1 = 2", layers.Invalid, "name", "computed"},
		{"floors LIKE '7'", layers.Invalid, "floors", "LIKE compares texts"},
		{"name LIKE name", layers.Invalid, "name", "pattern"},
		{"name LIKE 7", layers.Invalid, "name", "pattern"},
		{"name", layers.Invalid, "name", "predicate is expected"},
		{"CASEI(floors) = 'a'", layers.Invalid, "floors", "CASEI takes a text"},
		{"CASEI(name,name) = 'a'", layers.Invalid, "CASEI", "one text"},
		{"buffer(geometry,10) IS NULL", layers.Unsupported, "buffer", "no such function"},
		{"S_WITHIN(geometry,BUFFER(geometry,10))", layers.Unsupported, "BUFFER", "no such function"},
		{"Foo(floors)", layers.Unsupported, "Foo", "no such function"},
		{"distence(geometry,POINT(1 1)) < 3", layers.Unsupported, "distence", "did you mean distance?"},
		{"lower(floors) = 'a'", layers.Invalid, "floors", "lower takes a string as text, not a number"},
		{"lower(geometry) = 'a'", layers.Invalid, "lower", "not a geometry"},
		{"area(name) > 1", layers.Invalid, "name", "takes a geometry"},
		{"abs() > 1", layers.Invalid, "abs", "takes 1 arguments, not 0"},
		{"round(1,2,3) > 1", layers.Invalid, "round", "takes 1 to 2 arguments, not 3"},
		{"round(height,floors) > 1", layers.Invalid, "round", "whole number"},
		{"round(height,99) > 1", layers.Invalid, "round", "whole number"},
		{"max(floors,name) > 1", layers.Invalid, "floors", "compared"},
		{"built < now()", layers.Unsupported, "now", "no time here"},
		{"split(name,',') = 'a'", layers.Invalid, "split", "makes an array"},
		{"A_CONTAINS(split(name,''),('a'))", layers.Invalid, "split", "separator"},
		{"A_CONTAINS((split(name,','),1),('a'))", layers.Unsupported, "filter", "array"},
		{"bounds(geometry) = 7", layers.Invalid, "bounds", "makes a geometry"},
		{"S_WITHIN(geometry,lower(name))", layers.Invalid, "name", "a geometry is expected"},
		{"T_AFTER(lower(name),built)", layers.Invalid, "name", "a time or an interval"},
		{"A_EQUALS((" + strings.Repeat("floors,", 199) + "1),(" + strings.Repeat("floors,", 199) + "1))", layers.TooLarge, "A_EQUALS", "comparisons"},
		{"A_EQUALS(" + strings.Repeat("(", 60) + "floors,1" + strings.Repeat(",1)", 60) + "," + strings.Repeat("(", 60) + "floors,1" + strings.Repeat(",1)", 60) + ")", layers.TooLarge, "A_EQUALS", "comparisons"},
		{"geometry = 7", layers.Invalid, "geometry", "is the geometry"},
		{"POINT(1 1) = 7", layers.Invalid, "filter", "spatial function"},
		{"INTERVAL('..','..') = 7", layers.Invalid, "filter", "temporal function"},
		{"S_INTERSECTS(name,POINT(1 1))", layers.Invalid, "name", "a geometry is expected"},
		{"S_INTERSECTS(geometry,'POINT(1 1)')", layers.Invalid, "filter", "a geometry is expected"},
		{"S_INTERSECTS(geometry,POINT(200 1))", layers.Invalid, "filter", "200 1"},
		{"S_INTERSECTS(geometry,POINT(111 95))", layers.Invalid, "filter", "111 95"},
		{"T_AFTER(floors,DATE('2026-11-01'))", layers.Invalid, "floors", "a time or an interval is expected"},
		{"T_AFTER(INTERVAL(floors,'..'),DATE('2026-11-01'))", layers.Invalid, "floors", "end of INTERVAL"},
		{"T_MEETS(built,INTERVAL('..','..'))", layers.Invalid, "T_MEETS", "needs an interval"},
		{"T_DURING(built,removed)", layers.Invalid, "T_DURING", "needs an interval"},
		{"T_CONTAINS(built,removed)", layers.Invalid, "T_CONTAINS", "needs an interval"},
	}
	for _, c := range cases {
		e, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		_, err = Compile(e, lampLayer())
		var le *layers.Error
		if !errors.As(err, &le) {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if le.Kind != c.kind || le.Field != c.field || le.Layer != "lamps" || !strings.Contains(le.Error(), c.part) {
			t.Errorf("%s\n got  %s %s: %v\n want %s %s: …%s…", c.text, le.Kind, le.Field, le, c.kind, c.field, c.part)
		}
	}
}

// Trees made by other code than Parse may hold anything.
func TestCompileRefusesForeignTrees(t *testing.T) {
	geometry := layers.Property{Name: "geometry"}
	big := make(orb.LineString, MaxVertices+1)
	day := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		e    layers.Expr
		kind layers.Kind
	}{
		"nil argument":    {layers.And{Args: []layers.Expr{nil, nil}}, layers.Invalid},
		"nil term":        {layers.IsNull{}, layers.Invalid},
		"nil geometry":    {layers.Spatial{Op: layers.SWithin, Left: geometry, Right: layers.Shape{}}, layers.Invalid},
		"no spatial op":   {layers.Spatial{Left: geometry, Right: geometry}, layers.Invalid},
		"no temporal op":  {layers.Temporal{Left: layers.Property{Name: "built"}, Right: layers.Property{Name: "built"}}, layers.Invalid},
		"no comparison":   {layers.Compare{Left: layers.Property{Name: "name"}, Right: layers.Property{Name: "name"}}, layers.Invalid},
		"no arithmetic":   {layers.IsNull{Term: layers.Arith{Left: layers.Property{Name: "floors"}, Right: layers.Property{Name: "floors"}}}, layers.Invalid},
		"empty IN":        {layers.In{Term: layers.Property{Name: "floors"}}, layers.Invalid},
		"one-ended":       {layers.IsNull{Term: layers.Call{Name: "INTERVAL"}}, layers.Invalid},
		"backward":        {layers.IsNull{Term: layers.Interval{From: day, To: day.Add(-time.Hour)}}, layers.Invalid},
		"vertices":        {layers.Spatial{Op: layers.SWithin, Left: geometry, Right: layers.Shape{Geometry: big}}, layers.TooLarge},
		"vertices in sum": {layers.And{Args: []layers.Expr{halfOf(big), halfOf(big)}}, layers.TooLarge},
	} {
		if _, err := Compile(c.e, lampLayer()); err == nil || layers.KindOf(err) != c.kind {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A name of any length gives a short message.
func TestMessagesAreShort(t *testing.T) {
	long := strings.Repeat("名", MaxText/4)
	for _, text := range []string{long + " = 1", long + "(1)", `"` + long + `" = 1`, "lit AND " + long + " 1", "built > DATE('" + long + "')", "lit = " + strings.Repeat("9", MaxText/2)} {
		e, err := Parse(text)
		if err == nil {
			_, err = Compile(e, lampLayer())
		}
		if err == nil || len(err.Error()) > 1000 {
			t.Errorf("%.40s: a message of %d bytes", text, len(err.Error()))
		}
	}
}

func halfOf(l orb.LineString) layers.Expr {
	return layers.Spatial{Op: layers.SDisjoint, Left: layers.Property{Name: "geometry"},
		Right: layers.Shape{Geometry: orb.MultiPoint(l[:len(l)/2+1])}}
}

// The null literal exists in trees only; comparing with it is unknown.
func TestNullLiteral(t *testing.T) {
	null := layers.Literal{}
	name := layers.Property{Name: "name"}
	for i, e := range []layers.Expr{
		layers.Compare{Op: layers.Eq, Left: name, Right: null},
		layers.Compare{Op: layers.Ne, Left: null, Right: null},
		layers.In{Term: name, List: []layers.Term{null}},
		layers.Not{Arg: layers.In{Term: name, List: []layers.Term{null, layers.Literal{Value: layers.Text("x")}}}},
		layers.Like{Term: null, Pattern: layers.Literal{Value: layers.Text("x")}},
		layers.Between{Term: layers.Property{Name: "floors"}, Low: null, High: null},
	} {
		p, err := Compile(e, lampLayer())
		if err != nil {
			t.Errorf("%d: %v", i, err)
			continue
		}
		if got := p.match(lamp()); got != unknown {
			t.Errorf("%d: %d, not unknown", i, got)
		}
	}
}

package cql2

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"wutu/layers"
)

// Every construct of the text form has the same tree in JSON.
func TestConstructsInJSON(t *testing.T) {
	for _, c := range constructs {
		e := parsed(t, c.text)
		src := FormatJSON(e)
		if !json.Valid(src) {
			t.Errorf("%s: %s is not JSON", c.text, src)
			continue
		}
		back, err := ParseJSON(src)
		if err != nil {
			t.Errorf("%s: %s: %v", c.text, src, err)
			continue
		}
		if got, want := Format(back), Format(e); got != want {
			t.Errorf("%s\n becomes %s\n through %s", want, got, src)
		}
	}
}

func TestJSON(t *testing.T) {
	for src, want := range map[string]string{
		`true`: "TRUE",
		`{"args":[{"property":"lit"}],"op":"not"}`:                                                              "NOT lit",
		` { "op" : "and" , "args" : [ true , {"property":"lit"}, {"op":"f","args":[]} ] } `:                     "TRUE AND lit AND f()",
		`{"op":"=","args":[{"property":"odd \"name\""},1.50]}`:                                                  `"odd ""name""" = 1.5`,
		`{"op":"<>","args":[{"property":"a"},"\u8def\ud83d\ude00"]}`:                                            "a <> '路😀'",
		`{"op":"in","args":[{"property":"a"},[]]}`:                                                              "FALSE",
		`{"op":"in","args":[{"property":"a"},[1,-2e3]]}`:                                                        "a IN (1,-2000.0)",
		`{"op":"between","args":[{"property":"a"},1,9223372036854775808]}`:                                      "a BETWEEN 1 AND 9.223372036854776e+18",
		`{"op":"like","args":[{"op":"casei","args":[{"property":"a"}]},{"op":"casei","args":["B%"]}]}`:          "CASEI(a) LIKE CASEI('B%')",
		`{"op":"isNull","args":[{"op":"=","args":[{"property":"a"},1]}]}`:                                       "(a = 1) IS NULL",
		`{"op":"isNull","args":[true]}`:                                                                         "TRUE IS NULL",
		`{"op":"s_within","args":[{"property":"g"},{"bbox":[1,2,0,3,4,9]}]}`:                                    "S_WITHIN(g,BBOX(1,2,3,4))",
		`{"op":"s_within","args":[{"property":"g"},{"bbox":[170,2,-170,4]}]}`:                                   "S_WITHIN(g,MULTIPOLYGON(((170 2,180 2,180 4,170 4,170 2)),((-180 2,-170 2,-170 4,-180 4,-180 2))))",
		`{"op":"s_within","args":[{"bbox":[0,0,1,1],"type":"Point","coordinates":[1,2,3]},{"bbox":[1,2,3,4]}]}`: "S_WITHIN(POINT(1 2),BBOX(1,2,3,4))",
		`{"op":"s_equals","args":[{"type":"GeometryCollection","geometries":[{"type":"Point","coordinates":[1,2]},{"type":"MultiPoint","coordinates":[]}]},{"property":"g"}]}`: "S_EQUALS(GEOMETRYCOLLECTION(POINT(1 2),MULTIPOINT EMPTY),g)",
		`{"op":"t_metBy","args":[{"interval":["..",{"property":"a"}]},{"interval":["2026-11-21","2026-11-21"]}]}`:                                                              "T_METBY(INTERVAL('..',a),INTERVAL('2026-11-21T00:00:00Z','2026-11-21T23:59:59.999999Z'))",
		`{"op":"t_after","args":[{"date":"2026-11-21"},{"timestamp":"2026-11-21T08:00:00+08:00"}]}`:                                                                            "T_AFTER(TIMESTAMP('2026-11-21T00:00:00Z'),TIMESTAMP('2026-11-21T00:00:00Z'))",
		`{"op":"a_containedBy","args":[{"property":"a"},[[],["b",["c"]],{"op":"not","args":[false]}]]}`:                                                                        "A_CONTAINEDBY(a,((),('b',('c')),NOT FALSE))",
		`{"op":"=","args":[{"op":"div","args":[{"op":"^","args":[2,3]},{"op":"-","args":[5,1]}]},2]}`:                                                                          "2 ^ 3 DIV (5 - 1) = 2",
		`{"op":"Area","args":[{"property":"a"}]}`: "area(a)",
	} {
		e, err := ParseJSON([]byte(src))
		if err != nil {
			t.Errorf("%s: %v", src, err)
			continue
		}
		if got := Format(e); got != want {
			t.Errorf("%s is %s, not %s", src, got, want)
		}
	}
}

func TestParseJSONRefuses(t *testing.T) {
	deepest := strings.Repeat(`{"op":"not","args":[`, MaxDepth) + "true" + strings.Repeat("]}", MaxDepth)
	for _, c := range []struct {
		src  string
		kind layers.Kind
		at   string
		part string
	}{
		{``, layers.Invalid, "offset 0", "empty"},
		{`  `, layers.Invalid, "offset 2", "too early"},
		{`{"op":"not"`, layers.Invalid, "offset 11", "too early"},
		{`{"op":}`, layers.Invalid, "offset 6", "not JSON"},
		{`{"op":1,"op":2}`, layers.Invalid, "offset 8", "twice"},
		{`true false`, layers.Invalid, "offset 5", "behind"},
		{`{"a` + "\xff" + `":1}`, layers.Invalid, "offset 3", "UTF-8"},
		{`7`, layers.Invalid, "offset 0", "expected a predicate, found a number"},
		{`null`, layers.Invalid, "offset 0", "found null"},
		{`[]`, layers.Invalid, "offset 0", "found an array"},
		{`{}`, layers.Invalid, "offset 0", "op and args"},
		{`{"op":"and","args":[true]}`, layers.Invalid, "offset 19, /args", "at least 2 arguments, not 1"},
		{`{"op":"AND","args":[true,true]}`, layers.Invalid, "offset 6, /op", "neither"},
		{`{"op":"my func","args":[]}`, layers.Invalid, "offset 6, /op", "neither"},
		{`{"op":"","args":[]}`, layers.Invalid, "offset 6, /op", "neither"},
		{`{"op":"INTERVAL","args":[]}`, layers.Invalid, "offset 6, /op", "neither"},
		{`{"op":7,"args":[]}`, layers.Invalid, "offset 6, /op", "name of an operation"},
		{`{"op":"not"}`, layers.Invalid, "offset 0", "no args"},
		{`{"op":"not","args":true}`, layers.Invalid, "offset 19, /args", "expected an array"},
		{`{"op":"not","args":[{"op":"=","args":[1]}]}`, layers.Invalid, "offset 37, /args/0/args", "2 arguments, not 1"},
		{`{"op":"=","args":[{"property":""},1]}`, layers.Invalid, "offset 30, /args/0/property", "empty"},
		{`{"op":"=","args":[{"property":1},1]}`, layers.Invalid, "offset 30, /args/0/property", "name of a property"},
		{`{"op":"=","args":[{"property":"a"},null]}`, layers.Invalid, "offset 35, /args/1", "isNull"},
		{`{"op":"=","args":[{"property":"a"},[1]]}`, layers.Invalid, "offset 35, /args/1", "a_contains"},
		{`{"op":"=","args":[{"property":"a"},{"op":"=","args":[1,1]}]}`, layers.Unsupported, "offset 35, /args/1", "predicate"},
		{`{"op":"=","args":[{"property":"a"},1e999]}`, layers.Invalid, "offset 35, /args/1", "out of range"},
		{`{"op":"=","args":[{"property":"a"},{"x/y":1}]}`, layers.Invalid, "offset 35, /args/1", "expected an object with"},
		{`{"op":"in","args":[{"property":"a"},1]}`, layers.Invalid, "offset 36, /args/1", "array of values"},
		{`{"op":"isNull","args":[[1]]}`, layers.Invalid, "offset 23, /args/0", "a_contains"},
		{`{"op":"t_after","args":[{"property":"a"},{"date":"2026-11-31"}]}`, layers.Invalid, "offset 49, /args/1/date", "expected a date"},
		{`{"op":"t_after","args":[{"property":"a"},{"timestamp":"2026-11-30"}]}`, layers.Invalid, "offset 54, /args/1/timestamp", "expected a time"},
		{`{"op":"t_during","args":[{"property":"a"},{"interval":["2026-11-30"]}]}`, layers.Invalid, "offset 54, /args/1/interval", "two ends"},
		{`{"op":"t_during","args":[{"property":"a"},{"interval":["2026-11-30","x"]}]}`, layers.Invalid, "offset 68, /args/1/interval/1", "neither a date"},
		{`{"op":"t_during","args":[{"property":"a"},{"interval":["2026-11-30","2026-11-29"]}]}`, layers.Invalid, "offset 54, /args/1/interval", "ends before"},
		{`{"op":"s_within","args":[{"property":"a"},{"type":"Circle","coordinates":[]}]}`, layers.Invalid, "offset 50", "no type of geometry"},
		{`{"op":"s_within","args":[{"property":"a"},{"type":"Point"}]}`, layers.Invalid, "offset 42, /args/1", "array coordinates"},
		{`{"op":"s_within","args":[{"property":"a"},{"type":"Point","coordinates":[1]}]}`, layers.Invalid, "offset 72, /args/1/coordinates", "two numbers"},
		{`{"op":"s_within","args":[{"property":"a"},{"type":"LineString","coordinates":[[1,2]]}]}`, layers.Invalid, "offset 77, /args/1/coordinates", "two points"},
		{`{"op":"s_within","args":[{"property":"a"},{"type":"Polygon","coordinates":[[[1,2],[2,3],[3,1],[1,1]]]}]}`, layers.Invalid, "offset 75, /args/1/coordinates/0", "not closed"},
		{`{"op":"s_within","args":[{"property":"a"},{"type":"MultiPoint","coordinates":[[1,"2"]]}]}`, layers.Invalid, "offset 81, /args/1/coordinates/0/1", "expected a number"},
		{`{"op":"s_within","args":[{"property":"a"},{"bbox":[1,2,3]}]}`, layers.Invalid, "offset 50, /args/1/bbox", "4 or 6"},
		{`{"op":"not","args":[` + deepest + `]}`, layers.TooLarge, "", "nested"},
		{"{" + strings.Repeat(`"":0,`, 2) + "}", layers.Invalid, "offset 6", "twice"},
		{manyMembers(maxMembers + 1), layers.TooLarge, "", "members"},
		{strings.Repeat("[", 100000), layers.TooLarge, "offset 410", "nested"},
		{strings.Repeat(" ", MaxJSON+1), layers.TooLarge, "offset 262144", "262144"},
	} {
		_, err := ParseJSON([]byte(c.src))
		e, ok := errors.AsType[*layers.Error](err)
		if !ok {
			t.Errorf("%.60s: %v", c.src, err)
			continue
		}
		if e.Kind != c.kind || c.at != "" && e.At != c.at || !strings.Contains(e.Error(), c.part) {
			t.Errorf("%.90s\n got  %s %s: %v\n want %s %s: …%s…", c.src, e.Kind, e.At, e, c.kind, c.at, c.part)
		}
	}
	if _, err := ParseJSON([]byte(deepest[len(`{"op":"not","args":[`) : len(deepest)-2])); err != nil {
		t.Errorf("the deepest that is allowed: %v", err)
	}
}

// manyMembers is an object of n members.
func manyMembers(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"m%d":0`, i)
	}
	return "{" + b.String()[1:] + "}"
}

// Hand-made trees that no form can say are refused when they come back.
func TestJSONOfForeignTrees(t *testing.T) {
	for _, e := range []layers.Expr{nil, layers.Not{}, layers.IsNull{}, layers.IsNull{Term: layers.Literal{}}, layers.IsNull{Term: layers.Shape{}}} {
		if back, err := ParseJSON(FormatJSON(e)); err == nil {
			t.Errorf("%#v becomes %#v", e, back)
		}
	}
	one := layers.And{Args: []layers.Expr{layers.Truth(true)}}
	if got := string(FormatJSON(layers.Or{Args: []layers.Expr{one, layers.Or{}}})); got != `{"op":"or","args":[true,false]}` {
		t.Error(got)
	}
}

// FuzzParseJSON feeds any bytes: what is read has a text that reads back as the
// same tree, and so has its JSON.
func FuzzParseJSON(f *testing.F) {
	for _, c := range constructs {
		if e, err := Parse(c.text); err == nil {
			f.Add(FormatJSON(e))
		}
	}
	for _, s := range []string{"", "{", `{"op":"f","args":[[1],[[]],{"type":"Point","coordinates":[]}]}`, `{"interval":["..",".."]}`, `{"property":"a","op":"x"}`} {
		f.Add([]byte(s))
	}
	layer := lampLayer()
	f.Fuzz(func(t *testing.T, src []byte) {
		e, err := ParseJSON(src)
		if err != nil {
			le, ok := errors.AsType[*layers.Error](err)
			if !ok || le.Kind == layers.Internal || le.At == "" {
				t.Fatalf("%q: %v", src, err)
			}
			return
		}
		text, again := Format(e), FormatJSON(e)
		if len(again) <= MaxJSON {
			back, err := ParseJSON(again)
			if err != nil || string(FormatJSON(back)) != string(again) {
				t.Fatalf("%q: %s: %v", src, again, err)
			}
		}
		if len(text) <= MaxText {
			back, err := Parse(text)
			if err != nil {
				t.Fatalf("%q: text %q: %v", src, text, err)
			}
			if got := Format(back); got != text {
				t.Fatalf("%q: text %q becomes %q", src, text, got)
			}
			// Empty lists may be nil or not, so trees are compared by their JSON.
			if !reflect.DeepEqual(FormatJSON(back), again) && !strings.Contains(string(again), "INTERVAL") {
				t.Fatalf("%q: through text it becomes %s, not %s", src, FormatJSON(back), again)
			}
		}
		if _, err := Compile(e, layer); err != nil && layers.KindOf(err) == layers.Internal {
			t.Fatalf("%q: %v", src, err)
		}
	})
}

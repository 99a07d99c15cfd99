package cql2

import (
	"fmt"
	"strings"
	"testing"
)

func TestBoxes(t *testing.T) {
	many := "MULTIPOINT(" + strings.TrimSuffix(strings.Repeat("1 1,5 7,", mostBoxes), ",") + ")"
	for _, c := range []struct {
		text  string
		want  string
		known bool
	}{
		{"S_INTERSECTS(geometry,BBOX(1,2,3,4))", "[{[1 2] [3 4]}]", true},
		{"S_WITHIN(POINT(1 2),geom)", "[{[1 2] [1 2]}]", true},
		{"S_DISJOINT(geometry,BBOX(1,2,3,4))", "[]", false},
		{"NOT S_INTERSECTS(geometry,BBOX(1,2,3,4))", "[]", false},
		{"lit AND S_INTERSECTS(geometry,BBOX(1,2,3,4))", "[{[1 2] [3 4]}]", true},
		{"lit OR S_INTERSECTS(geometry,BBOX(1,2,3,4))", "[]", false},
		{"S_INTERSECTS(geometry,BBOX(0,0,9,9)) AND S_TOUCHES(geometry,BBOX(1,2,3,4))", "[{[1 2] [3 4]}]", true},
		{"S_WITHIN(geometry,POINT(1 1)) OR S_WITHIN(geometry,POINT(2 2))", "[{[1 1] [1 1]} {[2 2] [2 2]}]", true},
		{"S_INTERSECTS(geometry,BBOX(170,1,-170,2))", "[{[170 1] [180 2]} {[-180 1] [-170 2]}]", true},
		{"S_INTERSECTS(geometry," + many + ")", "[{[1 1] [5 7]}]", true},
		{"S_INTERSECTS(geometry,POLYGON EMPTY)", "[]", true},
		{"FALSE", "[]", true},
		{"TRUE", "[]", false},
		{"FALSE OR S_WITHIN(geometry,POINT(1 1))", "[{[1 1] [1 1]}]", true},
		{"S_EQUALS(geometry,geometry)", "[]", false},
		{"S_INTERSECTS(POINT(1 1),POINT(1 1))", "[]", false},
		{"dwithin(geometry,POINT(1 1),0)", "[{[1 1] [1 1]}]", true},
		{"dwithin(geometry,POINT(1 1),-1)", "[]", true},
		{"dwithin(geometry,POINT(1 1),height)", "[]", false},
		{"NOT dwithin(geometry,POINT(1 1),0)", "[]", false},
		{"distance(POINT(1 1),geometry) <= 0", "[{[1 1] [1 1]}]", true},
		{"0 >= distance(geom,MULTIPOINT((1 1),(2 2)))", "[{[1 1] [1 1]} {[2 2] [2 2]}]", true},
		{"distance(geometry,POINT(1 1)) > 0", "[]", false},
		{"distance(geometry,POLYGON EMPTY) < 5", "[]", true},
		{"distance(geometry,geometry) < 5", "[]", false},
		{"abs(floors) < 5", "[]", false},
		{"lit", "[]", false},
	} {
		e, err := Parse(c.text)
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		boxes, known := Boxes(e)
		if got := fmt.Sprintf("%.6g", boxes); got != c.want || known != c.known {
			t.Errorf("%.60s: %s %v, want %s %v", c.text, got, known, c.want, c.known)
		}
	}
	if _, known := Boxes(nil); known {
		t.Error("no filter has boxes")
	}
}

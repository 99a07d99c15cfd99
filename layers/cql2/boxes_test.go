package cql2

import (
	"fmt"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/layers"
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

// What is near a random geometry lies in the boxes, and both ways to say it
// agree.
func TestBoxesOfDistances(t *testing.T) {
	r := geotest.Rand(t)
	layer := lampLayer()
	near := 0
	for range 300 {
		area := orb.Bound{Min: orb.Point{111.2, 30.6}, Max: orb.Point{111.4, 30.8}}
		if r.IntN(4) == 0 {
			area = orb.Bound{Min: orb.Point{179.9, 60}, Max: orb.Point{180, 60.1}}
		}
		var shape orb.Geometry = geotest.Polygon(r, area, 8)
		if r.IntN(2) == 0 {
			shape = geotest.Line(r, area, 5, 0.02)
		}
		if _, bad := outOfRange(shape); bad {
			continue
		}
		call := []layers.Term{layers.Property{Name: "geometry"}, layers.Shape{Geometry: shape}}
		metres := layers.Literal{Value: layers.Float(float64(r.IntN(8000)))}
		within := layers.Holds{Term: layers.Call{Name: "dwithin", Args: append(call, metres)}}
		most := layers.Compare{Op: layers.Ge, Left: metres, Right: layers.Call{Name: "distance", Args: call}}
		boxes, known := Boxes(within)
		if !known {
			t.Fatalf("%s has no boxes", Format(within))
		}
		p, err := Compile(within, layer)
		if err != nil {
			t.Fatal(err)
		}
		q, err := Compile(most, layer)
		if err != nil {
			t.Fatal(err)
		}
		for range 20 {
			row := lamp()
			at := geotest.Point(r, area.Pad(0.1))
			if at[0] > 180 {
				at[0] -= 360
			}
			row.Shape = at
			if p.Match(row) != q.Match(row) {
				t.Fatalf("%s and %s differ at %v", Format(within), Format(most), at)
			}
			if p.Match(row) {
				near++
				if !meetsAny(at, boxes) {
					t.Fatalf("%s holds at %v outside of %v", Format(within), at, boxes)
				}
			}
		}
	}
	if near < 300 {
		t.Errorf("only %d were near", near)
	}
}

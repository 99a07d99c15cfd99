package cql2

import (
	"math"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// BenchmarkMatch measures one row against filters of the usual kinds.
func BenchmarkMatch(b *testing.B) {
	circle := make(orb.Ring, 0, 101)
	for i := range 100 {
		sin, cos := math.Sincos(float64(i) * math.Pi / 50)
		circle = append(circle, orb.Point{111.29 + 0.01*cos, 30.69 + 0.01*sin})
	}
	circle = append(circle, circle[0])
	for _, c := range []struct {
		name string
		e    layers.Expr
	}{
		{"number", parsed(b, "floors > 3")},
		{"text", parsed(b, "name = 'x'")},
		{"and3", parsed(b, "floors > 3 AND height < 9 AND lit")},
		{"in10", parsed(b, "floors IN (11,12,13,14,15,16,17,18,19,20)")},
		{"like", parsed(b, "name LIKE '%rien%'")},
		{"during", parsed(b, "T_DURING(built,INTERVAL('2026-11-01','2026-11-30'))")},
		{"array", parsed(b, "A_CONTAINEDBY(floors,(11,12,13,14,15,7))")},
		{"function", parsed(b, "abs(height - floors) > 3")},
		{"dwithin", parsed(b, "dwithin(geometry,POINT(111.29 30.7),2000)")},
		{"bbox", parsed(b, "S_INTERSECTS(geometry,BBOX(111,30,112,31))")},
		{"polygon100", layers.Spatial{Op: layers.SIntersects, Left: layers.Property{Name: "geometry"}, Right: layers.Shape{Geometry: orb.Polygon{circle}}}},
	} {
		p, err := Compile(c.e, lampLayer())
		if err != nil {
			b.Fatal(err)
		}
		var row layers.Row = lamp()
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Match(row)
			}
		})
	}
}

func parsed(tb testing.TB, text string) layers.Expr {
	tb.Helper()
	e, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	return e
}

func BenchmarkParseJSON(b *testing.B) {
	src := FormatJSON(parsed(b, "floors > 3 AND name LIKE 'a%' AND S_INTERSECTS(geometry,POLYGON((111 30,112 30,112 31,111 31,111 30)))"))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ParseJSON(src); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	const text = "floors > 3 AND name LIKE 'a%' AND S_INTERSECTS(geometry,POLYGON((111 30,112 30,112 31,111 31,111 30)))"
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Parse(text); err != nil {
			b.Fatal(err)
		}
	}
}

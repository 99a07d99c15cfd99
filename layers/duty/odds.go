package duty

import (
	"encoding/json"
	"iter"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// Odds say how likely cases are in dedicated grids, to places just outside of
// them, by the kind of department that keeps the grid: street trading hardly
// happens on a river, but does in a park. They are learned from past cases
// (LearnOdds) and count for classes that are not that kind's own. nil and missing
// kinds are even odds, 1.
type Odds map[string]float64

// of returns the odds for a class in a grid of a department of the kind.
func (o Odds) of(c *Class, kind string) float64 {
	if x := o[kind]; x > 0 && kind != c.Department {
		return x
	}
	return 1
}

// Past is a case whose place is known well.
type Past struct {
	Class Class
	Point orb.Point
}

// The learning of odds.
const (
	besideGridM = 12   // where this side and that are mistaken for each other
	evenCases   = 10   // so many cases are added on both sides
	leastOdds   = 0.01 // nothing is impossible
)

// LearnOdds learns from past cases: of those within 12 m of a border of a
// dedicated grid, how many lie inside to how many outside. Ten cases on each side
// are added, so that a few say little. It costs a Ground.Around per case.
func LearnOdds(g Ground, cases iter.Seq[Past]) Odds {
	type sides struct{ in, out float64 }
	by := map[string]*sides{}
	for past := range cases {
		scene := g.Around(past.Point, besideGridM)
		s := NewSpread(past.Point, 0)
		for i := range scene.Areas {
			a := &scene.Areas[i]
			if a.Level != layers.Grid || !a.Dedicated {
				continue
			}
			border, _ := s.inside(a.Geometry, a.Holds)
			d, ok := g.Department(a.Department)
			if !ok || border > besideGridM || d.Kind == past.Class.Department {
				continue
			}
			if by[d.Kind] == nil {
				by[d.Kind] = &sides{}
			}
			if a.Holds {
				by[d.Kind].in++
			} else {
				by[d.Kind].out++
			}
		}
	}
	out := Odds{}
	for kind, s := range by {
		out[kind] = tenThousandths(max(leastOdds, min(1/leastOdds, (s.in+evenCases)/(s.out+evenCases))))
	}
	return out
}

// ParseOdds reads the JSON form, an object of numbers by kind. The error is
// Invalid.
func ParseOdds(data []byte) (Odds, error) {
	var o Odds
	if len(data) > 1<<16 {
		return nil, layers.Invalidf("odds", "", "is larger than 64 KiB")
	}
	if err := json.Unmarshal(data, &o); err != nil {
		return nil, layers.Invalidf("odds", "", err.Error())
	}
	for kind, x := range o {
		if !(x >= leastOdds && x <= 1/leastOdds) {
			return nil, layers.Invalidf("odds", kind, "is not from 0.01 to 100")
		}
	}
	return o, nil
}

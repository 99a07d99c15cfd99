package spatial

import (
	"math"
	"math/big"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/predicate"
	"wutu/geo/valid"
)

// rational is an exact point.
type rational struct{ x, y *big.Rat }

func exact(p orb.Point) rational {
	return rational{new(big.Rat).SetFloat64(p[0]), new(big.Rat).SetFloat64(p[1])}
}

func (p rational) minus(q rational) rational {
	return rational{new(big.Rat).Sub(p.x, q.x), new(big.Rat).Sub(p.y, q.y)}
}

func cross(p, q rational) *big.Rat {
	return new(big.Rat).Sub(new(big.Rat).Mul(p.x, q.y), new(big.Rat).Mul(p.y, q.x))
}

func dot(p, q rational) *big.Rat {
	return new(big.Rat).Add(new(big.Rat).Mul(p.x, q.x), new(big.Rat).Mul(p.y, q.y))
}

func on(a, b, t rational) bool {
	ab, at := b.minus(a), t.minus(a)
	return cross(ab, at).Sign() == 0 && dot(at, ab).Sign() >= 0 && dot(at, ab).Cmp(dot(ab, ab)) <= 0
}

// where is +1 inside the polygon, 0 on its outline, -1 outside, by the even-odd rule
// in exact numbers.
func where(g orb.Polygon, t rational) int {
	inside := -1
	for _, r := range g {
		for i := 1; i < len(r); i++ {
			a, b := exact(r[i-1]), exact(r[i])
			if r[i-1] == r[i] {
				continue
			}
			if on(a, b, t) {
				return 0
			}
			if (a.y.Cmp(t.y) > 0) == (b.y.Cmp(t.y) > 0) {
				continue
			}
			if a.y.Cmp(b.y) > 0 {
				a, b = b, a
			}
			if cross(b.minus(a), t.minus(a)).Sign() > 0 {
				inside = -inside
			}
		}
	}
	return inside
}

// entries follows a path in exact numbers, piece by piece between its contacts with
// the outline, and lists the changes: +1 into the polygon, -1 out of it.
func entries(path orb.LineString, g orb.Polygon) []int {
	state, out := 0, []int(nil)
	for i := 1; i < len(path); i++ {
		a, b := exact(path[i-1]), exact(path[i])
		ab := b.minus(a)
		cuts := []*big.Rat{new(big.Rat), big.NewRat(1, 1)}
		for _, r := range g {
			for j := 1; j < len(r); j++ {
				c, d := exact(r[j-1]), exact(r[j])
				if det := cross(ab, d.minus(c)); det.Sign() != 0 {
					cuts = append(cuts, new(big.Rat).Quo(cross(c.minus(a), d.minus(c)), det))
				}
				for _, q := range []rational{c, d} {
					if cross(ab, q.minus(a)).Sign() == 0 {
						cuts = append(cuts, new(big.Rat).Quo(dot(q.minus(a), ab), dot(ab, ab)))
					}
				}
			}
		}
		one := big.NewRat(1, 1)
		cuts = slices.DeleteFunc(cuts, func(t *big.Rat) bool { return t.Sign() < 0 || t.Cmp(one) > 0 })
		slices.SortFunc(cuts, func(a, b *big.Rat) int { return a.Cmp(b) })
		for k := 1; k < len(cuts); k++ {
			if cuts[k].Cmp(cuts[k-1]) == 0 {
				continue
			}
			mid := new(big.Rat).Mul(new(big.Rat).Add(cuts[k], cuts[k-1]), big.NewRat(1, 2))
			at := where(g, rational{new(big.Rat).Add(a.x, new(big.Rat).Mul(mid, ab.x)), new(big.Rat).Add(a.y, new(big.Rat).Mul(mid, ab.y))})
			if at == 0 {
				continue
			}
			if state != 0 && at != state {
				out = append(out, at)
			}
			state = at
		}
	}
	return out
}

// lattice is a path of up to eight edges on the lattice.
func lattice(r *rand.Rand) orb.LineString {
	l := orb.LineString{geotest.LatticePoint(r, 5)}
	for n := 1 + r.IntN(7); len(l) <= n; {
		if p := geotest.LatticePoint(r, 5); p != l[len(l)-1] {
			l = append(l, p)
		}
	}
	return l
}

// On a lattice paths run along outlines, through corners and back: a ring is entered
// and left where the exact walk says, in that order.
func TestCrossingsAgainstAnExactWalk(t *testing.T) {
	r := geotest.Rand(t)
	tried, some := 0, 0
	for tried < 1200 {
		g, ok := geotest.Lattice(r, 5).(orb.Polygon)
		if !ok || valid.Check(g) != nil || len(g) == 0 {
			continue
		}
		tried++
		path := lattice(r)
		p := NewPath(path)
		for i, ring := range g {
			var got, want []int
			eachChain(orb.Polygon{ring}, func(c []orb.Point) {
				for _, x := range crossings(p.shape, p.at, c) {
					if x.Right {
						got = append(got, 1)
					} else {
						got = append(got, -1)
					}
				}
			})
			want = entries(path, orb.Polygon{ring})
			if path[0] == path[len(path)-1] && len(got) != len(want) { // the exact walk does not see what is at the beginning
				continue
			}
			if some += len(want); !slices.Equal(got, want) {
				t.Fatalf("path %v over ring %d of %v: %v, the exact walk says %v", path, i, g, got, want)
			}
		}
	}
	if some < tried/2 {
		t.Errorf("only %d crossings in %d cases", some, tried)
	}
}

// Among random floats every pair of edges crosses or not: a plain double loop is
// the oracle, with places by solving two equations.
func TestCrossingsOfLinesAgainstPairs(t *testing.T) {
	r := geotest.Rand(t)
	for range 150 {
		path, line := geotest.Line(r, geotest.City, 2+r.IntN(60), 0.02), geotest.Line(r, geotest.City, 2+r.IntN(60), 0.02)
		p := NewPath(path)
		got := crossings(p.shape, p.at, line)
		var want []Crossing
		along := 0.0
		for i := 1; i < len(path); i++ {
			a, b := path[i-1], path[i]
			for j := 1; j < len(line); j++ {
				c, d := line[j-1], line[j]
				det := (b[0]-a[0])*(d[1]-c[1]) - (b[1]-a[1])*(d[0]-c[0])
				s := ((c[0]-a[0])*(d[1]-c[1]) - (c[1]-a[1])*(d[0]-c[0])) / det
				u := ((c[0]-a[0])*(b[1]-a[1]) - (c[1]-a[1])*(b[0]-a[0])) / det
				if s < 0 || s > 1 || u < 0 || u > 1 {
					continue
				}
				at := orb.Point{a[0] + s*(b[0]-a[0]), a[1] + s*(b[1]-a[1])}
				want = append(want, Crossing{AlongM: along + edgeLength(a, at), Place: at, Right: predicate.Side(a, b, c) > 0})
			}
			along += edgeLength(a, b)
		}
		slices.SortFunc(want, func(a, b Crossing) int { return int(math.Copysign(1, a.AlongM-b.AlongM)) })
		if len(got) != len(want) {
			t.Fatalf("%v and %v: %d crossings, want %d", path, line, len(got), len(want))
		}
		for i := range want {
			if math.Abs(got[i].AlongM-want[i].AlongM) > 1e-5 || got[i].Right != want[i].Right {
				t.Fatalf("%v and %v: crossing %d is %+v, want %+v", path, line, i, got[i], want[i])
			}
		}
	}
}

func TestCrossingsByHand(t *testing.T) {
	path := orb.LineString{{0, 0}, {2, 0}, {4, 0}}
	for name, c := range map[string]struct {
		chain orb.LineString
		right []bool
	}{
		"across":                {orb.LineString{{1, 1}, {1, -1}}, []bool{true}},
		"back":                  {orb.LineString{{1, -1}, {1, 1}}, []bool{false}},
		"through the vertex":    {orb.LineString{{2, 1}, {2, -1}}, []bool{true}},
		"its vertex on it":      {orb.LineString{{1, 1}, {1, 0}, {1, -1}}, []bool{true}},
		"touches and goes back": {orb.LineString{{1, 1}, {1, 0}, {2, 1}}, nil},
		"ends on it":            {orb.LineString{{1, 1}, {1, 0}}, nil},
		"begins on it":          {orb.LineString{{1, 0}, {1, -1}}, nil},
		"runs along and over":   {orb.LineString{{1, 1}, {1, 0}, {3, 0}, {3, -1}}, []bool{true}},
		"runs along and back":   {orb.LineString{{1, 1}, {1, 0}, {3, 0}, {3, 1}}, nil},
		"begins along it":       {orb.LineString{{1, 0}, {3, 0}, {3, 1}}, nil},
		"at the path's end":     {orb.LineString{{4, 1}, {4, -1}}, nil},
		"there and back":        {orb.LineString{{1, 1}, {1, -1}, {3, -1}, {3, 1}}, []bool{true, false}},
		"apart":                 {orb.LineString{{5, 1}, {5, -1}}, nil},
	} {
		p := NewPath(path)
		var got []bool
		for _, x := range crossings(p.shape, p.at, c.chain) {
			got = append(got, x.Right)
		}
		if !slices.Equal(got, c.right) {
			t.Errorf("%s: %v, want %v", name, got, c.right)
		}
	}
}

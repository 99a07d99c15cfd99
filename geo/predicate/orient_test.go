package predicate

import (
	"math"
	"math/big"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
)

// exactSide is orient in rationals; d, if not nil, stands with c for the
// midpoint of both.
func exactSide(a, b, c orb.Point, d *orb.Point) int {
	rat := func(f float64) *big.Rat { return new(big.Rat).SetFloat64(f) }
	cx, cy := rat(c[0]), rat(c[1])
	if d != nil {
		cx.Quo(cx.Add(cx, rat(d[0])), big.NewRat(2, 1))
		cy.Quo(cy.Add(cy, rat(d[1])), big.NewRat(2, 1))
	}
	l := new(big.Rat).Mul(new(big.Rat).Sub(rat(b[0]), rat(a[0])), cy.Sub(cy, rat(a[1])))
	r := new(big.Rat).Mul(new(big.Rat).Sub(rat(b[1]), rat(a[1])), cx.Sub(cx, rat(a[0])))
	return l.Cmp(r)
}

// Points a few ulps beside a diagonal, where plain floats give wrong signs.
func TestOrientIsExact(t *testing.T) {
	r := geotest.Rand(t)
	near := func(x float64) orb.Point {
		u := math.Ldexp(1, -52)
		return orb.Point{x + float64(r.IntN(40)-20)*u, x + float64(r.IntN(40)-20)*u}
	}
	wrong := 0
	for range 20_000 {
		a, b, c, d := near(0.5), near(12+r.Float64()), near(24), near(0.5+r.Float64())
		if r.IntN(2) == 0 {
			a, c = c, a
		}
		want := exactSide(a, b, c, nil)
		if got := orient(a, b, c); got != want {
			t.Fatalf("orient(%v, %v, %v) = %d, want %d", a, b, c, got, want)
		}
		if got := compare((a[0]-c[0])*(b[1]-c[1])-(a[1]-c[1])*(b[0]-c[0]), 0); got != want {
			wrong++
		}
		if got, want := orientMid(a, b, c, d), exactSide(a, b, c, &d); got != want {
			t.Fatalf("orientMid(%v, %v, %v, %v) = %d, want %d", a, b, c, d, got, want)
		}
		sum := new(big.Rat).Add(new(big.Rat).SetFloat64(c[0]), new(big.Rat).SetFloat64(d[0]))
		if got, want := compareMid(c[0], d[0], b[0]), sum.Cmp(new(big.Rat).SetFloat64(2*b[0])); got != want {
			t.Fatalf("compareMid(%v, %v, %v) = %d, want %d", c[0], d[0], b[0], got, want)
		}
	}
	if wrong < 100 {
		t.Errorf("plain floats were wrong %d times only: the cases are too easy", wrong)
	}
}

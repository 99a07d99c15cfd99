package measure

import "math"

// sineSeries is scale·(sigma + Σ c[l]·sin 2l·sigma), the shape that all the
// geodesic integrals take.
type sineSeries struct {
	scale float64
	c     [6]float64
}

func (s *sineSeries) at(sigma float64) float64 {
	// Clenshaw's summation.
	sin, cos := math.Sincos(sigma)
	ar := 2 * (cos - sin) * (cos + sin)
	y0, y1 := 0.0, 0.0
	for k := 5; k >= 0; k-- {
		y0, y1 = ar*y0-y1+s.c[k], y0
	}
	return s.scale * (sigma + 2*sin*cos*y0)
}

// newArcSeries gives distance/b along a geodesic (Karney 2013, eqs. 17, 18).
func newArcSeries(eps float64) sineSeries {
	e2 := eps * eps
	e3, e4 := e2*eps, e2*e2
	e5, e6 := e4*eps, e4*e2
	return sineSeries{
		scale: (1 + e2/4 + e4/64 + e6/256) / (1 - eps),
		c: [6]float64{
			-eps/2 + 3*e3/16 - e5/32,
			-e2/16 + e4/32 - 9*e6/2048,
			-e3/48 + 3*e5/256,
			-5*e4/512 + 3*e6/512,
			-7 * e5 / 1280,
			-7 * e6 / 2048,
		},
	}
}

// newReducedSeries gives the second integral of the reduced length (eqs. 42, 43).
func newReducedSeries(eps float64) sineSeries {
	e2 := eps * eps
	e3, e4 := e2*eps, e2*e2
	e5, e6 := e4*eps, e4*e2
	return sineSeries{
		scale: (1 - eps) * (1 + e2/4 + 9*e4/64 + 25*e6/256),
		c: [6]float64{
			eps/2 + e3/16 + e5/32,
			3*e2/16 + e4/32 + 35*e6/2048,
			5*e3/48 + 5*e5/256,
			35*e4/512 + 7*e6/512,
			63 * e5 / 1280,
			77 * e6 / 2048,
		},
	}
}

// newLonSeries gives the difference between spherical and ellipsoidal
// longitude, without the factor f·sin alpha0 (eqs. 24, 25).
func newLonSeries(eps float64) sineSeries {
	const n, n2 = thirdFlat, thirdFlat * thirdFlat
	e2 := eps * eps
	e3, e4 := e2*eps, e2*e2
	e5 := e4 * eps
	return sineSeries{
		scale: 1 - (1-n)/2*eps - (1.0/4+n/8-3*n2/8)*e2 - (1.0/16+3*n/16+n2/16)*e3 -
			(3.0/64+n/32)*e4 - 3*e5/128,
		c: [6]float64{
			(1-n)/4*eps + (1-n2)/8*e2 + (3.0/64+3*n/64-n2/64)*e3 + (5.0/128+n/64)*e4 + 3*e5/128,
			(1.0/16-3*n/32+n2/32)*e2 + (3.0/64-n/32-3*n2/64)*e3 + (3.0/128+n/128)*e4 + 5*e5/256,
			(5.0/192-3*n/64+5*n2/192)*e3 + (3.0/128-5*n/192)*e4 + 7*e5/512,
			(7.0/512-7*n/256)*e4 + 7*e5/512,
			21 * e5 / 2560,
			0,
		},
	}
}

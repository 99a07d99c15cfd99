package crs

import "math"

// transverse is the transverse Mercator projection of an ellipsoid on a central
// meridian, scale 1, by Krüger's series in the third flattening n to order 6
// (L. Krüger 1912; coefficients as in C. F. F. Karney, "Transverse Mercator with
// an accuracy of a few nanometers", J. Geodesy 85 (2011), equations 35 and 36).
// Error below 5 nm within 30° of the meridian.
type transverse struct {
	ecc         float64
	rectifying  float64 // radius of the circle as long as the meridian
	alpha, beta [6]float64
}

// krueger is the projection of CGCS2000: a = 6378137 m, 1/f = 298.257222101.
var krueger = newTransverse(6378137, 1/298.257222101)

func newTransverse(a, f float64) *transverse {
	n := f / (2 - f)
	n2 := n * n
	n3, n4 := n2*n, n2*n2
	n5, n6 := n4*n, n4*n2
	return &transverse{
		ecc:        math.Sqrt(f * (2 - f)),
		rectifying: a / (1 + n) * (1 + n2/4 + n4/64 + n6/256),
		alpha: [6]float64{
			n/2 - 2*n2/3 + 5*n3/16 + 41*n4/180 - 127*n5/288 + 7891*n6/37800,
			13*n2/48 - 3*n3/5 + 557*n4/1440 + 281*n5/630 - 1983433*n6/1935360,
			61*n3/240 - 103*n4/140 + 15061*n5/26880 + 167603*n6/181440,
			49561*n4/161280 - 179*n5/168 + 6601661*n6/7257600,
			34729*n5/80640 - 3418889*n6/1995840,
			212378941 * n6 / 319334400,
		},
		beta: [6]float64{
			n/2 - 2*n2/3 + 37*n3/96 - n4/360 - 81*n5/512 + 96199*n6/604800,
			n2/48 + n3/15 - 437*n4/1440 + 46*n5/105 - 1118711*n6/3870720,
			17*n3/480 - 37*n4/840 - 209*n5/4480 + 5569*n6/90720,
			4397*n4/161280 - 11*n5/504 - 830251*n6/7257600,
			4583*n5/161280 - 108847*n6/3991680,
			20648693 * n6 / 638668800,
		},
	}
}

// forward projects a place dLon degrees east of the meridian; x and y in metres
// from the meridian and the equator.
func (t *transverse) forward(dLon, lat float64) (x, y float64) {
	sinLon, cosLon := math.Sincos(dLon * math.Pi / 180)
	tau := math.Tan(lat * math.Pi / 180)
	tauC := t.conformal(tau)
	xi := math.Atan2(tauC, cosLon)
	eta := math.Asinh(sinLon / math.Hypot(tauC, cosLon))
	x, y = eta, xi
	for j := range t.alpha {
		k := float64(2 * (j + 1))
		sin, cos := math.Sincos(k * xi)
		x += t.alpha[j] * cos * math.Sinh(k*eta)
		y += t.alpha[j] * sin * math.Cosh(k*eta)
	}
	return x * t.rectifying, y * t.rectifying
}

// inverse is the inverse of forward.
func (t *transverse) inverse(x, y float64) (dLon, lat float64) {
	eta, xi := x/t.rectifying, y/t.rectifying
	eta0, xi0 := eta, xi
	for j := range t.beta {
		k := float64(2 * (j + 1))
		sin, cos := math.Sincos(k * xi)
		eta0 -= t.beta[j] * cos * math.Sinh(k*eta)
		xi0 -= t.beta[j] * sin * math.Cosh(k*eta)
	}
	sinXi, cosXi := math.Sincos(xi0)
	sinhEta := math.Sinh(eta0)
	tauC := sinXi / math.Hypot(sinhEta, cosXi)
	return math.Atan2(sinhEta, cosXi) * 180 / math.Pi, math.Atan(t.geographic(tauC)) * 180 / math.Pi
}

// conformal turns the tangent of a latitude into that of the conformal latitude.
func (t *transverse) conformal(tau float64) float64 {
	h := math.Hypot(1, tau)
	sigma := math.Sinh(t.ecc * math.Atanh(t.ecc*tau/h))
	return math.Hypot(1, sigma)*tau - sigma*h
}

// geographic inverts conformal by Newton's method.
func (t *transverse) geographic(tauC float64) float64 {
	ecc2 := t.ecc * t.ecc
	tau := tauC / (1 - ecc2)
	for range 8 {
		c := t.conformal(tau)
		step := (tauC - c) / math.Hypot(1, c) * (1 + (1-ecc2)*tau*tau) / ((1 - ecc2) * math.Hypot(1, tau))
		tau += step
		if !(math.Abs(step) > 1e-16*math.Abs(tau)) {
			break
		}
	}
	return tau
}

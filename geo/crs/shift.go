package crs

import "math"

// GCJ-02 as published in open implementations since 2010: the Krasovsky 1940
// ellipsoid and a sum of sines, applied inside a box around China only.
const (
	gcjMajor = 6378245.0
	gcjEcc2  = 0.00669342162296594323
	bdPi     = math.Pi * 3000 / 180
)

func outsideChina(lon, lat float64) bool {
	return lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271
}

func wgsToGCJ(lon, lat float64) (float64, float64) {
	if outsideChina(lon, lat) {
		return lon, lat
	}
	dLon, dLat := gcjOffset(lon, lat)
	return lon + dLon, lat + dLat
}

// gcjOffset is the shift in degrees at a WGS 84 place.
func gcjOffset(lon, lat float64) (dLon, dLat float64) {
	x, y := lon-105, lat-35
	root := math.Sqrt(math.Abs(x))
	ripple := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)
	dLat = -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root +
		(ripple+20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi)+
			160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))*2/3
	dLon = 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root +
		(ripple+20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi)+
			150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))*2/3
	sin, cos := math.Sincos(lat / 180 * math.Pi)
	w := 1 - gcjEcc2*sin*sin
	root = math.Sqrt(w)
	dLat = dLat * 180 / (gcjMajor * (1 - gcjEcc2) / (w * root) * math.Pi)
	dLon = dLon * 180 / (gcjMajor / root * cos * math.Pi)
	return dLon, dLat
}

// gcjToWGS inverts wgsToGCJ by fixed-point iteration, which gains two to three
// digits a step. A place whose preimage would lie outside the box is its own.
func gcjToWGS(lon, lat float64) (float64, float64) {
	w, v, ok := invert(lon, lat, wgsToGCJ)
	if !ok && outsideChina(lon, lat) {
		return lon, lat
	}
	return w, v
}

func gcjToBD(lon, lat float64) (float64, float64) {
	z := math.Sqrt(lon*lon+lat*lat) + 0.00002*math.Sin(lat*bdPi)
	theta := math.Atan2(lat, lon) + 0.000003*math.Cos(lon*bdPi)
	sin, cos := math.Sincos(theta)
	return z*cos + 0.0065, z*sin + 0.006
}

func bdToGCJ(lon, lat float64) (float64, float64) {
	x, y, _ := invert(lon, lat, gcjToBD)
	return x, y
}

func bdToWGS(lon, lat float64) (float64, float64) { return gcjToWGS(bdToGCJ(lon, lat)) }

// invert finds the place that shift carries to (lon, lat); ok is false when the
// iteration does not settle, as on the edge of the shifted area.
func invert(lon, lat float64, shift func(lon, lat float64) (float64, float64)) (x, y float64, ok bool) {
	x, y = lon, lat
	for range 30 {
		sx, sy := shift(x, y)
		ex, ey := lon-sx, lat-sy
		x, y = x+ex, y+ey
		if math.Abs(ex) < 3e-14 && math.Abs(ey) < 3e-14 {
			return x, y, true
		}
	}
	sx, sy := shift(x, y)
	return x, y, math.Abs(lon-sx) < 1e-12 && math.Abs(lat-sy) < 1e-12
}

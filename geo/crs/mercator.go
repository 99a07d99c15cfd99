package crs

import "math"

// Web Mercator (EPSG:3857): the sphere of the ellipsoid's semi-major axis.
const (
	mercatorRadius = 6378137.0
	mercatorEdge   = math.Pi * mercatorRadius
	// mercatorMargin admits coordinates rounded just over the edge of the square.
	mercatorMargin = 1e-3
)

func mercatorFromWGS84(lon, lat float64) (x, y float64, err error) {
	x = lon * math.Pi / 180 * mercatorRadius
	y = math.Asinh(math.Tan(lat*math.Pi/180)) * mercatorRadius
	if math.Abs(y) > mercatorEdge+10_000 {
		return 0, 0, WebMercator.fail(lon, lat, "latitude "+number(lat)+" is beyond the map", "")
	}
	return x, y, nil
}

func mercatorToWGS84(x, y float64) (lon, lat float64, err error) {
	if math.Abs(x) > mercatorEdge+mercatorMargin || math.Abs(y) > mercatorEdge+10_000+mercatorMargin {
		return 0, 0, WebMercator.fail(x, y, "outside the map", "")
	}
	lon = min(180, max(-180, x/mercatorRadius*180/math.Pi))
	return lon, math.Atan(math.Sinh(y/mercatorRadius)) * 180 / math.Pi, nil
}

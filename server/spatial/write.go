package spatial

import (
	"github.com/paulmach/orb"

	"wutu/layers/geojson"
)

// appendPosition appends a GeoJSON position.
func appendPosition(b []byte, p orb.Point) []byte {
	b = append(b, '[')
	b = geojson.AppendCoordinate(b, p[0])
	b = append(b, ',')
	b = geojson.AppendCoordinate(b, p[1])
	return append(b, ']')
}

package param

import (
	"errors"
	"fmt"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"

	"wutu/geo/valid"
	"wutu/layers"
	"wutu/server/geojson"
)

// Geometry reads a GeoJSON geometry of a body and checks that it is valid:
// ranges, closed rings of four positions or more that do not cross themselves.
// Errors name the JSON pointer, and the place for crossings.
func Geometry(pointer string, data []byte) (orb.Geometry, error) {
	g, err := geojson.Parse(data, pointer)
	if err != nil {
		return nil, err
	}
	return g, check(pointer, g)
}

// WKT reads a geometry in Well-Known Text, two numbers a position, and checks
// it like Geometry.
func WKT(field, text string) (orb.Geometry, error) {
	g, err := wkt.Unmarshal(strings.TrimSpace(text))
	if err != nil || g == nil {
		return nil, layers.Invalidf("request", field, fmt.Sprintf("%.60q is not a WKT geometry", text))
	}
	return g, check(field, g)
}

func check(field string, g orb.Geometry) error {
	err := valid.Check(g)
	if err == nil {
		return nil
	}
	var e *valid.Error
	if errors.As(err, &e) && e.Rule == valid.Size {
		return &layers.Error{Kind: layers.TooLarge, Op: "geometry", Field: field, Err: err}
	}
	return &layers.Error{Kind: layers.Invalid, Op: "geometry", Field: field, Err: err}
}

package csvfile

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// appendQuoted appends what write does as a cell in quotes; it writes none itself.
func appendQuoted(dst []byte, write func([]byte) []byte) []byte {
	from := len(dst)
	if dst = write(append(dst, '"')); len(dst) == from+1 {
		return dst[:from] // an empty cell
	}
	return append(dst, '"')
}

// appendWKT appends the well-known text of g in the shortest plain decimals that read back, nothing for nil.
// to gives the coordinates to write, nil: as they are.
func appendWKT(dst []byte, g orb.Geometry, to func(orb.Point) (x, y float64)) []byte {
	point := func(dst []byte, p orb.Point) []byte {
		x, y := p[0], p[1]
		if to != nil {
			x, y = to(p)
		}
		dst = strconv.AppendFloat(dst, x, 'f', -1, 64)
		return strconv.AppendFloat(append(dst, ' '), y, 'f', -1, 64)
	}
	line := func(dst []byte, l orb.LineString) []byte { return appendMembers(dst, l, point) }
	ring := func(dst []byte, r orb.Ring) []byte { return appendMembers(dst, r, point) }
	polygon := func(dst []byte, p orb.Polygon) []byte { return appendMembers(dst, p, ring) }
	switch t := g.(type) {
	case nil:
		return dst
	case orb.Ring:
		g = orb.Polygon{t}
	case orb.Bound:
		g = t.ToPolygon()
	}
	if _, ok := g.(orb.Collection); !ok {
		dst = append(dst, strings.ToUpper(g.GeoJSONType())...)
	}
	switch g := g.(type) {
	case orb.Point:
		return append(point(append(dst, '('), g), ')')
	case orb.MultiPoint:
		return appendMembers(dst, g, func(dst []byte, p orb.Point) []byte { return append(point(append(dst, '('), p), ')') })
	case orb.LineString:
		return line(dst, g)
	case orb.MultiLineString:
		return appendMembers(dst, g, line)
	case orb.Polygon:
		return polygon(dst, g)
	case orb.MultiPolygon:
		return appendMembers(dst, g, polygon)
	case orb.Collection:
		return appendMembers(append(dst, "GEOMETRYCOLLECTION"...), g, func(dst []byte, m orb.Geometry) []byte { return appendWKT(dst, m, to) })
	}
	return dst
}

func appendMembers[T any](dst []byte, list []T, one func([]byte, T) []byte) []byte {
	if len(list) == 0 {
		return append(dst, " EMPTY"...)
	}
	dst = append(dst, '(')
	for i := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = one(dst, list[i])
	}
	return append(dst, ')')
}

package cql2

import (
	"fmt"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// geometry makes a GeoJSON geometry. Third and further coordinates are dropped.
func (b builder) geometry(n *node, at *path, level int) (orb.Geometry, error) {
	if err := b.level(n, at, level); err != nil {
		return nil, err
	}
	if n.kind != nodeObject {
		return nil, jsonFault(layers.Invalid, n, at, "expected a geometry, found %s", n.kind)
	}
	tag := n.member("type")
	if tag == nil || tag.kind != nodeText {
		return nil, jsonFault(layers.Invalid, n, at, "a geometry needs the text type")
	}
	name := "coordinates"
	if tag.text == "GeometryCollection" {
		name = "geometries"
	}
	content := n.member(name)
	if content == nil || content.kind != nodeArray {
		return nil, jsonFault(layers.Invalid, n, at, "a %s needs the array %s", clip(tag.text), name)
	}
	at = at.member(name)
	switch tag.text {
	case "Point":
		if len(content.items) == 0 { // there is no empty orb.Point
			return orb.MultiPoint{}, nil
		}
		return b.point(content, at)
	case "MultiPoint":
		pts, err := b.points(content, at)
		return orb.MultiPoint(pts), err
	case "LineString":
		l, err := b.line(content, at, len(content.items) == 0)
		return l, err
	case "MultiLineString":
		ls, err := each(content, at, func(n *node, at *path) (orb.LineString, error) { return b.line(n, at, false) })
		return orb.MultiLineString(ls), err
	case "Polygon":
		p, err := b.polygon(content, at)
		return p, err
	case "MultiPolygon":
		ps, err := each(content, at, func(n *node, at *path) (orb.Polygon, error) {
			if n.kind == nodeArray && len(n.items) == 0 {
				return nil, jsonFault(layers.Invalid, n, at, "a polygon within others needs a ring")
			}
			return b.polygon(n, at)
		})
		return orb.MultiPolygon(ps), err
	case "GeometryCollection":
		parts, err := each(content, at, func(n *node, at *path) (orb.Geometry, error) { return b.geometry(n, at, level+1) })
		if parts == nil {
			parts = []orb.Geometry{}
		}
		return orb.Collection(parts), err
	}
	return nil, jsonFault(layers.Invalid, tag, nil, "%q is no type of geometry", clip(tag.text))
}

// each reads the items of an array, nil for an empty one.
func each[T any](n *node, at *path, read func(*node, *path) (T, error)) ([]T, error) {
	if n.kind != nodeArray {
		return nil, jsonFault(layers.Invalid, n, at, "expected an array, found %s", n.kind)
	}
	if len(n.items) == 0 {
		return nil, nil
	}
	out := make([]T, len(n.items))
	for i := range n.items {
		var err error
		if out[i], err = read(&n.items[i], at.item(i)); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (b builder) points(n *node, at *path) ([]orb.Point, error) { return each(n, at, b.point) }

func (b builder) point(n *node, at *path) (orb.Point, error) {
	xs, err := each(n, at, b.number)
	if err == nil && len(xs) < 2 {
		err = jsonFault(layers.Invalid, n, at, "a position needs two numbers, this has %d", len(xs))
	}
	if err != nil {
		return orb.Point{}, err
	}
	return orb.Point{xs[0], xs[1]}, nil
}

func (b builder) number(n *node, at *path) (float64, error) {
	if n.kind != nodeNumber {
		return 0, jsonFault(layers.Invalid, n, at, "expected a number, found %s", n.kind)
	}
	v, ok := numberOf(n.text)
	if !ok {
		return 0, jsonFault(layers.Invalid, n, at, "the number %s is out of range", clip(n.text))
	}
	return v.Float(), nil
}

func (b builder) line(n *node, at *path, empty bool) (orb.LineString, error) {
	pts, err := b.points(n, at)
	if err == nil && len(pts) < 2 && !empty {
		err = jsonFault(layers.Invalid, n, at, "a line needs two points, this has %d", len(pts))
	}
	return pts, err
}

func (b builder) polygon(n *node, at *path) (orb.Polygon, error) {
	return each(n, at, func(n *node, at *path) (orb.Ring, error) {
		pts, err := b.points(n, at)
		if err == nil {
			if fault := ringFault(pts); fault != nil {
				err = jsonFault(layers.Invalid, n, at, "%w", fault)
			}
		}
		return pts, err
	})
}

// box makes the geometry of a bbox.
func (b builder) box(n *node, at *path, _ int) (layers.Term, error) {
	xs, err := each(n, at, b.number)
	if err != nil {
		return nil, err
	}
	g, err := boxOf(xs)
	if err != nil {
		return nil, jsonFault(layers.Invalid, n, at, "%w", err)
	}
	return layers.Shape{Geometry: g}, nil
}

// appendGeometry appends g as GeoJSON, a Bound as a bbox.
func appendGeometry(b []byte, g orb.Geometry) []byte {
	tagged := func(tag string, coordinates func([]byte) []byte) []byte {
		b = append(b, `{"type":"`...)
		b = append(b, tag...)
		b = append(b, `","coordinates":`...)
		return append(coordinates(b), '}')
	}
	switch g := g.(type) {
	case orb.Point:
		return tagged("Point", func(b []byte) []byte { return appendPoint(b, g) })
	case orb.MultiPoint:
		return tagged("MultiPoint", func(b []byte) []byte { return appendList(b, g, appendPoint) })
	case orb.LineString:
		return tagged("LineString", func(b []byte) []byte { return appendLine(b, g) })
	case orb.MultiLineString:
		return tagged("MultiLineString", func(b []byte) []byte { return appendList(b, g, appendLine) })
	case orb.Ring:
		return appendGeometry(b, orb.Polygon{g})
	case orb.Polygon:
		return tagged("Polygon", func(b []byte) []byte { return appendPolygon(b, g) })
	case orb.MultiPolygon:
		return tagged("MultiPolygon", func(b []byte) []byte { return appendList(b, g, appendPolygon) })
	case orb.Collection:
		b = append(b, `{"type":"GeometryCollection","geometries":`...)
		return append(appendList(b, g, appendGeometry), '}')
	case orb.Bound:
		return fmt.Appendf(b, `{"bbox":[%s,%s,%s,%s]}`, coordinate(g.Min[0]), coordinate(g.Min[1]), coordinate(g.Max[0]), coordinate(g.Max[1]))
	}
	return append(b, "null"...)
}

func appendList[T any](b []byte, list []T, item func([]byte, T) []byte) []byte {
	b = append(b, '[')
	for i, x := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = item(b, x)
	}
	return append(b, ']')
}

func appendPoint(b []byte, p orb.Point) []byte {
	return fmt.Appendf(b, "[%s,%s]", coordinate(p[0]), coordinate(p[1]))
}

func appendLine(b []byte, l orb.LineString) []byte { return appendList(b, l, appendPoint) }

func appendPolygon(b []byte, p orb.Polygon) []byte {
	return appendList(b, p, func(b []byte, r orb.Ring) []byte { return appendList(b, r, appendPoint) })
}

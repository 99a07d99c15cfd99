package layers

import "fmt"

// Element says which of the five maps a layer belongs to, or that it is part of
// the frame they share, or that it holds events.
type Element uint8

// The elements. The zero value is none of them and is refused by Layer.Check.
const (
	_          Element = iota
	People             // 人
	Enterprise         // 企
	Land               // 地
	Object             // 物
	Government         // 政
	Frame              // areas, roads, addresses, water, green
	Event              // 事
)

var elementNames = [...]string{"", "people", "enterprise", "land", "object", "government", "frame", "event"}

// Elements lists every element in the order in which maps show them.
func Elements() []Element {
	return []Element{People, Enterprise, Land, Object, Government, Frame, Event}
}

// String is the lower-case name used in commands and documents.
func (e Element) String() string { return nameOf(elementNames[:], int(e)) }

// ParseElement is the inverse of String. The error is Invalid.
func ParseElement(s string) (Element, error) {
	n, err := parseName(elementNames[:], "element", s)
	return Element(n), err
}

// Level is an area level, from the largest to the smallest area.
type Level uint8

// The area levels; NoLevel is a layer that is no area layer.
const (
	NoLevel   Level = iota
	District        // 区
	Street          // 街道
	Community       // 社区
	Grid            // 单元网格
)

var levelNames = [...]string{"", "district", "street", "community", "grid"}

// Levels lists the area levels from district to grid.
func Levels() []Level { return []Level{District, Street, Community, Grid} }

// String is the name used in queries; "" for NoLevel.
func (l Level) String() string { return nameOf(levelNames[:], int(l)) }

// ParseLevel is the inverse of String for the four levels. The error is Invalid.
func ParseLevel(s string) (Level, error) {
	n, err := parseName(levelNames[:], "level", s)
	return Level(n), err
}

// Access is who may know of a layer's features at all.
type Access uint8

// The access classes, from open to closed. The zero value is Internal, so that
// a layer is never public by omission.
const (
	InternalAccess Access = iota // signed-in subjects
	PublicAccess                 // everybody
	PersonalAccess               // cleared subjects; others get suppressed counts only
)

var accessNames = [...]string{"internal", "public", "personal"}

// String is the name used in documents.
func (a Access) String() string { return nameOf(accessNames[:], int(a)) }

// ParseAccess is the inverse of String. The error is Invalid.
func ParseAccess(s string) (Access, error) {
	n, err := parseName(accessNames[:], "access", s)
	return Access(n), err
}

// GeometryType is the declared kind of geometry of a layer.
type GeometryType uint8

// The geometry types. AnyGeometry admits every kind; NoGeometry none.
const (
	NoGeometry GeometryType = iota
	Point
	LineString
	Polygon
	MultiPoint
	MultiLineString
	MultiPolygon
	AnyGeometry
)

var geometryNames = [...]string{"none", "Point", "LineString", "Polygon", "MultiPoint",
	"MultiLineString", "MultiPolygon", "Geometry"}

// String is the OGC Simple Features name ("Geometry" for any, "none" for none).
func (t GeometryType) String() string { return nameOf(geometryNames[:], int(t)) }

// ParseGeometryType is the inverse of String. The error is Invalid.
func ParseGeometryType(s string) (GeometryType, error) {
	n, err := parseName(geometryNames[:], "geometry type", s)
	return GeometryType(n), err
}

// Dimension is 0 for points, 1 for lines, 2 for polygons, -1 for NoGeometry and
// AnyGeometry.
func (t GeometryType) Dimension() int {
	switch t {
	case Point, MultiPoint:
		return 0
	case LineString, MultiLineString:
		return 1
	case Polygon, MultiPolygon:
		return 2
	case NoGeometry, AnyGeometry:
	}
	return -1
}

func nameOf(names []string, i int) string {
	if i < 0 || i >= len(names) {
		return fmt.Sprintf("invalid(%d)", i)
	}
	return names[i]
}

func parseName(names []string, what, s string) (int, error) {
	for i, n := range names {
		if n == s && n != "" {
			return i, nil
		}
	}
	return 0, &Error{Kind: Invalid, Op: "parse", Field: what, Err: fmt.Errorf("%q is not a known %s", s, what)}
}

package flatgeobuf

import "wutu/layers"

// magic opens every file: the format's name and major version twice; readers do not
// look at the last byte, a patch version.
const magic = "fgb\x03fgb\x00"

// Types of columns (ColumnType of the specification).
const (
	colByte = iota
	colUByte
	colBool
	colShort
	colUShort
	colInt
	colUInt
	colLong
	colULong
	colFloat
	colDouble
	colString
	colJSON
	colDateTime
	colBinary
)

// Types of geometries (GeometryType of the specification).
const (
	geoUnknown = iota
	geoPoint
	geoLineString
	geoPolygon
	geoMultiPoint
	geoMultiLineString
	geoMultiPolygon
	geoCollection
)

// Fields of the tables, in the order of the specification.
const (
	headName = iota
	headEnvelope
	headGeometryType
	headHasZ
	headHasM
	headHasT
	headHasTM
	headColumns
	headCount
	headNodeSize
	headCRS
	headTitle

	colName       = 0
	colType       = 1
	colTitle      = 2
	colNullable   = 7
	colUnique     = 8
	colPrimaryKey = 9

	crsOrg  = 0
	crsCode = 1

	featGeometry   = 0
	featProperties = 1
	featColumns    = 2

	geoEnds  = 0
	geoXY    = 1
	geoType  = 6
	geoParts = 7
)

func columnType(t layers.FieldType) uint64 {
	switch t {
	case layers.Integer:
		return colLong
	case layers.Number:
		return colDouble
	case layers.Boolean:
		return colBool
	case layers.DateTime:
		return colDateTime
	case layers.String:
	}
	return colString
}

func geometryType(t layers.GeometryType) uint64 {
	switch t {
	case layers.Point:
		return geoPoint
	case layers.LineString:
		return geoLineString
	case layers.Polygon:
		return geoPolygon
	case layers.MultiPoint:
		return geoMultiPoint
	case layers.MultiLineString:
		return geoMultiLineString
	case layers.MultiPolygon:
		return geoMultiPolygon
	case layers.NoGeometry, layers.AnyGeometry:
	}
	return geoUnknown
}

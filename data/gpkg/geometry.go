package gpkg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// GeoPackage binary geometry (OGC 12-128r19, 2.1.3): "GP", version 0, flags, the
// number of the reference system, an envelope unless the geometry is a point or
// empty, then well-known binary. We write little-endian; the big-endian member
// of a multi-geometry marks a single geometry stored as one of many.

const (
	srsWGS84      = 4326
	flagLittle    = 0x01
	flagEnvelope  = 0x02 // minx, maxx, miny, maxy
	flagEmpty     = 0x10
	headerBytes   = 8
	envelopeBytes = 32
)

const (
	wkbPoint = iota + 1
	wkbLineString
	wkbPolygon
	wkbMultiPoint
	wkbMultiLineString
	wkbMultiPolygon
	wkbCollection
)

// maxNesting bounds collections within collections, in both directions.
const maxNesting = 32

// appendGeometry appends the binary form of g, and returns its envelope. A
// single geometry becomes a multi-geometry if the layer's type is one. Errors
// are Invalid: a coordinate that is not finite, nesting that is too deep.
func appendGeometry(b []byte, g orb.Geometry, declared layers.GeometryType) ([]byte, envelope, error) {
	e := emptyEnvelope()
	if err := e.add(g, 0); err != nil {
		return nil, e, err
	}
	flags := byte(flagLittle)
	_, point := g.(orb.Point)
	switch {
	case e.empty():
		flags |= flagEmpty
	case !point:
		flags |= flagEnvelope
	}
	b = append(b, 'G', 'P', 0, flags)
	b = binary.LittleEndian.AppendUint32(b, srsWGS84)
	if flags&flagEnvelope != 0 {
		for _, v := range [...]float64{e.minX, e.maxX, e.minY, e.maxY} {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(v))
		}
	}
	if multi := promoted(g, declared); multi != 0 {
		b = binary.LittleEndian.AppendUint32(append(b, 1), multi)
		b = binary.LittleEndian.AppendUint32(b, 1)
		return appendWKB(b, bigEndian, g), e, nil
	}
	return appendWKB(b, littleEndian, g), e, nil
}

// promoted returns the type of the multi-geometry that has to stand for g in a
// layer of the declared type, 0 if g can stand for itself.
func promoted(g orb.Geometry, declared layers.GeometryType) uint32 {
	switch g.(type) {
	case orb.Point:
		if declared == layers.MultiPoint {
			return wkbMultiPoint
		}
	case orb.LineString:
		if declared == layers.MultiLineString {
			return wkbMultiLineString
		}
	case orb.Polygon, orb.Ring, orb.Bound:
		if declared == layers.MultiPolygon {
			return wkbMultiPolygon
		}
	}
	return 0
}

// order is a byte order with its mark in well-known binary.
type order struct {
	mark byte
	binary.AppendByteOrder
}

var (
	bigEndian    = order{0, binary.BigEndian}
	littleEndian = order{1, binary.LittleEndian}
)

func appendWKB(b []byte, o order, g orb.Geometry) []byte {
	head := func(typ, n int) {
		b = o.AppendUint32(append(b, o.mark), uint32(typ))
		b = o.AppendUint32(b, uint32(n))
	}
	switch g := g.(type) {
	case orb.Point:
		b = o.AppendUint32(append(b, o.mark), wkbPoint)
		return appendPoint(b, o, g)
	case orb.LineString:
		head(wkbLineString, len(g))
		return appendPoints(b, o, g)
	case orb.Ring:
		return appendWKB(b, o, orb.Polygon{g})
	case orb.Bound:
		return appendWKB(b, o, g.ToPolygon())
	case orb.Polygon:
		head(wkbPolygon, len(g))
		for _, r := range g {
			b = appendPoints(o.AppendUint32(b, uint32(len(r))), o, r)
		}
	case orb.MultiPoint:
		head(wkbMultiPoint, len(g))
		for _, p := range g {
			b = appendWKB(b, o, p)
		}
	case orb.MultiLineString:
		head(wkbMultiLineString, len(g))
		for _, l := range g {
			b = appendWKB(b, o, l)
		}
	case orb.MultiPolygon:
		head(wkbMultiPolygon, len(g))
		for _, p := range g {
			b = appendWKB(b, o, p)
		}
	case orb.Collection:
		head(wkbCollection, len(g))
		for _, m := range g {
			b = appendWKB(b, o, m)
		}
	}
	return b
}

func appendPoint(b []byte, o order, p orb.Point) []byte {
	b = o.AppendUint64(b, math.Float64bits(p[0]))
	return o.AppendUint64(b, math.Float64bits(p[1]))
}

func appendPoints(b []byte, o order, ps []orb.Point) []byte {
	for _, p := range ps {
		b = appendPoint(b, o, p)
	}
	return b
}

// envelope is the box of coordinates.
type envelope struct{ minX, minY, maxX, maxY float64 }

func emptyEnvelope() envelope {
	return envelope{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
}

func (e *envelope) empty() bool { return e.minX > e.maxX }

func (e *envelope) join(f envelope) {
	e.minX, e.minY = min(e.minX, f.minX), min(e.minY, f.minY)
	e.maxX, e.maxY = max(e.maxX, f.maxX), max(e.maxY, f.maxY)
}

func (e *envelope) point(p orb.Point) error {
	if d := p[0] - p[0] + p[1] - p[1]; d != 0 { // NaN for NaN and infinities
		return fmt.Errorf("holds the coordinate %v %v, which is not finite", p[0], p[1])
	}
	e.join(envelope{p[0], p[1], p[0], p[1]})
	return nil
}

func (e *envelope) points(ps []orb.Point) error {
	for _, p := range ps {
		if err := e.point(p); err != nil {
			return err
		}
	}
	return nil
}

// add widens the envelope by g.
func (e *envelope) add(g orb.Geometry, depth int) error {
	if depth > maxNesting {
		return fmt.Errorf("nests collections deeper than %d", maxNesting)
	}
	switch g := g.(type) {
	case orb.Point:
		return e.point(g)
	case orb.MultiPoint:
		return e.points(g)
	case orb.LineString:
		return e.points(g)
	case orb.Ring:
		return e.points(g)
	case orb.Polygon:
		return addEach(e, g, depth)
	case orb.MultiLineString:
		return addEach(e, g, depth)
	case orb.MultiPolygon:
		return addEach(e, g, depth)
	case orb.Collection:
		return addEach(e, g, depth)
	case orb.Bound:
		return e.points([]orb.Point{g.Min, g.Max})
	}
	return errors.New("is of no known type")
}

func addEach[G orb.Geometry](e *envelope, gs []G, depth int) error {
	for _, g := range gs {
		if err := e.add(g, depth+1); err != nil {
			return err
		}
	}
	return nil
}

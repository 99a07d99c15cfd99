package gpkg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

var errShort = errors.New("the geometry is cut off")

// decodeGeometry reads a GeoPackage binary geometry of any byte order. The
// result shares nothing with b. A nil result without error is an empty point.
func decodeGeometry(b []byte) (orb.Geometry, error) { return new(slab).decode(b) }

// slab is memory for the geometries of many features, so that each does not take
// allocations of its own for every ring. Whatever is kept of a slab keeps it whole,
// so it is small. The zero slab is ready.
type slab struct {
	many   bool // memory is taken for more geometries than the one
	points []orb.Point
	rings  []orb.Ring
}

const (
	slabPoints = 2048
	slabRings  = 1024
)

// pointsFor returns n points.
func (s *slab) pointsFor(n int) []orb.Point {
	if !s.many || n > slabPoints/8 {
		return make([]orb.Point, n)
	}
	if len(s.points) < n {
		s.points = make([]orb.Point, slabPoints)
	}
	out := s.points[:n:n]
	s.points = s.points[n:]
	return out
}

// ringsFor returns n rings.
func (s *slab) ringsFor(n int) []orb.Ring {
	if !s.many || n > slabRings/8 {
		return make([]orb.Ring, n)
	}
	if len(s.rings) < n {
		s.rings = make([]orb.Ring, slabRings)
	}
	out := s.rings[:n:n]
	s.rings = s.rings[n:]
	return out
}

// decode is decodeGeometry with the memory of the slab.
func (s *slab) decode(b []byte) (orb.Geometry, error) {
	body, _, _, err := splitGeometry(b)
	if err != nil {
		return nil, err
	}
	d := wkbReader{b: body, slab: s}
	g, single, err := d.geometry(0)
	if err == nil && len(d.b) > 0 {
		err = fmt.Errorf("%d bytes follow the geometry", len(d.b))
	}
	if err != nil {
		return nil, err
	}
	if single {
		switch m := g.(type) {
		case orb.MultiPoint:
			return m[0], nil
		case orb.MultiLineString:
			return m[0], nil
		case orb.MultiPolygon:
			return m[0], nil
		}
	}
	if p, ok := g.(orb.Point); ok && math.IsNaN(p[0]) && math.IsNaN(p[1]) {
		return nil, nil
	}
	return g, nil
}

// splitGeometry checks the header, and returns the well-known binary behind it
// and the envelope; ok is false when there is none.
func splitGeometry(b []byte) (body []byte, e envelope, ok bool, err error) {
	if len(b) < headerBytes || b[0] != 'G' || b[1] != 'P' {
		return nil, e, false, errors.New("is no GeoPackage geometry")
	}
	if b[2] != 0 || b[3]&0x20 != 0 {
		return nil, e, false, errors.New("is a geometry of an extension that is not known")
	}
	flags := b[3]
	o := binary.ByteOrder(binary.BigEndian)
	if flags&flagLittle != 0 {
		o = binary.LittleEndian
	}
	sizes := [...]int{0, 32, 48, 48, 64}
	kind := int(flags>>1) & 7
	if kind >= len(sizes) {
		return nil, e, false, fmt.Errorf("its envelope is of the invalid kind %d", kind)
	}
	size := sizes[kind]
	if len(b) < headerBytes+size {
		return nil, e, false, errShort
	}
	if kind > 0 {
		at := func(i int) float64 { return math.Float64frombits(o.Uint64(b[headerBytes+8*i:])) }
		e, ok = envelope{minX: at(0), maxX: at(1), minY: at(2), maxY: at(3)}, true
	}
	return b[headerBytes+size:], e, ok, nil
}

// wkbReader takes well-known binary apart from the front.
type wkbReader struct {
	b    []byte
	slab *slab
}

func (d *wkbReader) uint32(o binary.ByteOrder) (uint32, error) {
	if len(d.b) < 4 {
		return 0, errShort
	}
	v := o.Uint32(d.b)
	d.b = d.b[4:]
	return v, nil
}

// count reads a number of things that need at least size bytes each, and checks
// that the rest can hold them.
func (d *wkbReader) count(o binary.ByteOrder, size int) (int, error) {
	n, err := d.uint32(o)
	if err == nil && int64(n)*int64(size) > int64(len(d.b)) {
		err = errShort
	}
	return int(n), err
}

// head reads byte order and type.
func (d *wkbReader) head() (binary.ByteOrder, uint32, error) {
	if len(d.b) < 5 {
		return nil, 0, errShort
	}
	var o binary.ByteOrder
	switch d.b[0] {
	case 0:
		o = binary.BigEndian
	case 1:
		o = binary.LittleEndian
	default:
		return nil, 0, fmt.Errorf("%d is no byte order", d.b[0])
	}
	typ := o.Uint32(d.b[1:])
	d.b = d.b[5:]
	return o, typ, nil
}

func (d *wkbReader) points(o binary.ByteOrder, n int) ([]orb.Point, error) {
	if len(d.b) < 16*n {
		return nil, errShort
	}
	ps := d.slab.pointsFor(n)
	for i := range ps {
		ps[i] = orb.Point{math.Float64frombits(o.Uint64(d.b[16*i:])), math.Float64frombits(o.Uint64(d.b[16*i+8:]))}
	}
	d.b = d.b[16*n:]
	return ps, nil
}

// geometry reads one geometry. single reports a multi-geometry that stands for
// its one member.
func (d *wkbReader) geometry(depth int) (g orb.Geometry, single bool, err error) {
	o, typ, err := d.head()
	if err != nil {
		return nil, false, err
	}
	switch typ {
	case wkbPoint:
		ps, err := d.points(o, 1)
		if err != nil {
			return nil, false, err
		}
		return ps[0], false, nil
	case wkbLineString:
		n, err := d.count(o, 16)
		if err != nil {
			return nil, false, err
		}
		ps, err := d.points(o, n)
		return orb.LineString(ps), false, err
	case wkbPolygon:
		p, err := d.rings(o)
		return p, false, err
	case wkbMultiPoint, wkbMultiLineString, wkbMultiPolygon:
		return d.multi(o, typ)
	case wkbCollection:
		c, err := d.collection(o, depth)
		return c, false, err
	}
	return nil, false, fmt.Errorf("%d is no type of plane geometry", typ)
}

func (d *wkbReader) rings(o binary.ByteOrder) (orb.Polygon, error) {
	n, err := d.count(o, 4)
	if err != nil {
		return nil, err
	}
	p := orb.Polygon(d.slab.ringsFor(n))
	for i := range p {
		m, err := d.count(o, 16)
		if err != nil {
			return nil, err
		}
		r, err := d.points(o, m)
		if err != nil {
			return nil, err
		}
		p[i] = r
	}
	return p, nil
}

// multi reads the members of a multi-geometry.
func (d *wkbReader) multi(o binary.ByteOrder, typ uint32) (orb.Geometry, bool, error) {
	n, err := d.count(o, 9) // the least a member takes: byte order, type, count
	if err != nil {
		return nil, false, err
	}
	single := n == 1 && o == binary.ByteOrder(binary.LittleEndian) && d.b[0] == bigEndian.mark
	switch typ {
	case wkbMultiPoint:
		g, err := members[orb.Point](d, n)
		return orb.MultiPoint(g), single, err
	case wkbMultiLineString:
		g, err := members[orb.LineString](d, n)
		return orb.MultiLineString(g), single, err
	}
	g, err := members[orb.Polygon](d, n)
	return orb.MultiPolygon(g), single, err
}

func members[G orb.Geometry](d *wkbReader, n int) ([]G, error) {
	out := make([]G, n)
	for i := range out {
		g, _, err := d.geometry(maxNesting)
		if err != nil {
			return nil, err
		}
		member, ok := g.(G)
		if !ok {
			return nil, fmt.Errorf("a %s is a member of a multi-geometry of another type", g.GeoJSONType())
		}
		out[i] = member
	}
	return out, nil
}

func (d *wkbReader) collection(o binary.ByteOrder, depth int) (orb.Collection, error) {
	if depth >= maxNesting {
		return nil, fmt.Errorf("nests collections deeper than %d", maxNesting)
	}
	n, err := d.count(o, 9)
	if err != nil {
		return nil, err
	}
	c := make(orb.Collection, n)
	for i := range c {
		if c[i], _, err = d.geometry(depth + 1); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// plainPoint reads a point in the form we write.
func plainPoint(b []byte) (orb.Point, bool) {
	const size = headerBytes + 5 + 16
	if len(b) != size || b[0] != 'G' || b[1] != 'P' || b[2] != 0 || b[3] != flagLittle || b[8] != 1 ||
		binary.LittleEndian.Uint32(b[9:]) != wkbPoint {
		return orb.Point{}, false
	}
	return orb.Point{math.Float64frombits(binary.LittleEndian.Uint64(b[13:])), math.Float64frombits(binary.LittleEndian.Uint64(b[21:]))}, true
}

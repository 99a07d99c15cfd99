package ingest

import (
	"encoding/binary"
	"fmt"
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
)

// hasher makes ids of records without one.
type hasher struct {
	d   *xxhash.Digest
	buf []byte
}

func newHasher() *hasher { return &hasher{d: xxhash.New()} }

// id is the record number in eight hexadecimal digits and 48 bits of the hash of
// the record's names, values and coordinates.
func (h *hasher) id(r *Raw) string {
	h.d.Reset()
	for i, name := range r.Names {
		h.buf = append(append(h.buf[:0], name...), 0, byte(r.Values[i].Type()))
		h.buf = append(append(h.buf, r.Values[i].String()...), 0)
		h.add()
	}
	h.shape(r.Shape)
	return fmt.Sprintf("%08x-%012x", r.Record, h.d.Sum64()>>16)
}

func (h *hasher) add() {
	h.d.Write(h.buf) //nolint:errcheck // a hash never fails
}

func (h *hasher) shape(g orb.Geometry) {
	if g == nil {
		return
	}
	h.buf = append(append(h.buf[:0], g.GeoJSONType()...), 0)
	h.add()
	switch g := g.(type) {
	case orb.Point:
		h.points([]orb.Point{g})
	case orb.MultiPoint:
		h.points(g)
	case orb.LineString:
		h.points(g)
	case orb.Ring:
		h.points(g)
	case orb.MultiLineString:
		for _, l := range g {
			h.points(l)
		}
	case orb.Polygon:
		for _, r := range g {
			h.points(r)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			h.shape(p)
		}
	case orb.Collection:
		for _, m := range g {
			h.shape(m)
		}
	}
}

func (h *hasher) points(ps []orb.Point) {
	h.buf = binary.LittleEndian.AppendUint64(h.buf[:0], uint64(len(ps)))
	for _, p := range ps {
		h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(p[0]))
		h.buf = binary.LittleEndian.AppendUint64(h.buf, math.Float64bits(p[1]))
	}
	h.add()
}

// formatID is what a format's own id member is called (GeoJSON).
const formatID = "id"

// identify returns the feature id of r. field is the source field that holds
// it, "" for none; "id" also names the format's own id where no field is called
// so.
func (h *hasher) identify(r *Raw, field string) (string, error) {
	if field != "" {
		for i, name := range r.Names {
			if name == field && r.Values[i].String() != "" {
				return r.Values[i].String(), nil
			}
		}
		if field == formatID && r.ID != "" && !slices.Contains(r.Names, field) {
			return r.ID, nil
		}
		return "", &layers.Error{Kind: layers.Invalid, Field: field, Err: fmt.Errorf("the id field is empty")}
	}
	if r.ID != "" {
		return r.ID, nil
	}
	return h.id(r), nil
}

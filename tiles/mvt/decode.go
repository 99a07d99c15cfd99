package mvt

import (
	"encoding/binary"
	"fmt"
	"math"
	"unicode/utf8"

	"wutu/layers"
)

// Layer is a decoded layer.
type Layer struct {
	Name     string
	Version  uint32
	Extent   uint32
	Keys     []string
	Values   []Value
	Features []Feature
}

// Feature is a decoded feature.
type Feature struct {
	ID       uint64
	HasID    bool
	Tags     []Tag
	Geometry Geometry
}

// Get returns the value of the tag called key, no value when there is none.
func (f *Feature) Get(key string) Value {
	for _, t := range f.Tags {
		if t.Key == key {
			return t.Value
		}
	}
	return Value{}
}

// MaxTileSize bounds what Decode reads, in bytes.
const MaxTileSize = 64 << 20

// Decode reads a tile strictly: every command, index and type must be as the
// specification demands, every layer have a name and version 2, every text be
// UTF-8. Unknown fields are skipped. The error is Invalid (TooLarge beyond
// MaxTileSize) and gives the offset. Memory is in proportion to b.
func Decode(b []byte) ([]Layer, error) {
	if len(b) > MaxTileSize {
		return nil, &layers.Error{Kind: layers.TooLarge, Op: "mvt.Decode", Err: fmt.Errorf("%d bytes, at most %d", len(b), MaxTileSize)}
	}
	r := &reader{all: b, b: b}
	var out []Layer
	for r.more() {
		field, wire := r.key()
		if field != tileLayers {
			r.skip(wire)
			continue
		}
		block := r.block(wire)
		if r.err != nil {
			break
		}
		out = append(out, block.layer())
		r.err = block.err
	}
	if r.err != nil {
		return nil, r.err
	}
	return out, nil
}

// reader is a cursor that remembers its first error; after it everything reads
// as zero.
type reader struct {
	all  []byte // the whole tile
	from int    // offset of the block in it
	b    []byte // the block
	pos  int
	err  error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = &layers.Error{Kind: layers.Invalid, Op: "mvt.Decode", At: fmt.Sprintf("offset %d", r.from+r.pos), Err: fmt.Errorf(format, args...)}
	}
	r.pos = len(r.b)
}

func (r *reader) more() bool { return r.err == nil && r.pos < len(r.b) }

func (r *reader) uvarint() uint64 {
	v, n := binary.Uvarint(r.b[r.pos:])
	if n <= 0 {
		r.fail("a varint is cut off or too long")
		return 0
	}
	r.pos += n
	return v
}

func (r *reader) key() (field uint64, wire uint64) {
	k := r.uvarint()
	if k>>3 == 0 && r.err == nil {
		r.fail("field number 0")
	}
	return k >> 3, k & 7
}

func (r *reader) block(wire uint64) *reader {
	if wire != wireBytes {
		r.fail("wire type %d where a block is expected", wire)
		return &reader{err: r.err}
	}
	n := r.uvarint()
	if n > uint64(len(r.b)-r.pos) {
		r.fail("a block of %d bytes, %d are left", n, len(r.b)-r.pos)
		return &reader{err: r.err}
	}
	sub := &reader{all: r.all, from: r.from + r.pos, b: r.b[r.pos : r.pos+int(n)]}
	r.pos += int(n)
	return sub
}

func (r *reader) text(wire uint64) string {
	sub := r.block(wire)
	if !utf8.Valid(sub.b) {
		r.fail("a text that is not UTF-8")
	}
	return string(sub.b)
}

func (r *reader) number(wire uint64) uint64 {
	if wire != wireVarint {
		r.fail("wire type %d where a number is expected", wire)
		return 0
	}
	return r.uvarint()
}

func (r *reader) fixed(wire, want uint64, size int) []byte {
	if wire != want || len(r.b)-r.pos < size {
		r.fail("a number of %d bytes is missing", size)
		return make([]byte, size)
	}
	r.pos += size
	return r.b[r.pos-size : r.pos]
}

func (r *reader) skip(wire uint64) {
	switch wire {
	case wireVarint:
		r.uvarint()
	case wire64:
		r.fixed(wire, wire64, 8)
	case wireBytes:
		r.block(wire)
	case wire32:
		r.fixed(wire, wire32, 4)
	default:
		r.fail("wire type %d", wire)
	}
}

func (r *reader) layer() Layer {
	l := Layer{Extent: Extent}
	var features []*reader
	named := false
	for r.more() {
		field, wire := r.key()
		switch field {
		case layerVersion:
			l.Version = r.uint32(wire)
		case layerName:
			l.Name, named = r.text(wire), true
		case layerFeatures:
			features = append(features, r.block(wire))
		case layerKeys:
			l.Keys = append(l.Keys, r.text(wire))
		case layerValues:
			sub := r.block(wire)
			l.Values = append(l.Values, sub.value())
			if r.err == nil {
				r.err = sub.err
			}
		case layerExtent:
			l.Extent = r.uint32(wire)
		default:
			r.skip(wire)
		}
	}
	switch {
	case r.err != nil:
		return l
	case !named:
		r.fail("a layer without a name")
	case l.Version != 2:
		r.fail("layer %.40q has version %d", l.Name, l.Version)
	case l.Extent == 0:
		r.fail("layer %.40q has extent 0", l.Name)
	}
	for _, f := range features {
		if r.err != nil {
			break
		}
		l.Features = append(l.Features, f.feature(&l))
		r.err = f.err
	}
	return l
}

func (r *reader) uint32(wire uint64) uint32 {
	v := r.number(wire)
	if v > math.MaxUint32 {
		r.fail("%d needs more than 32 bits", v)
	}
	return uint32(v)
}

func (r *reader) value() (v Value) {
	n := 0
	for r.more() {
		field, wire := r.key()
		n++
		switch v.Kind = ValueKind(field); {
		case field == uint64(StringValue):
			v.str = r.text(wire)
		case field == uint64(FloatValue):
			v.num = uint64(binary.LittleEndian.Uint32(r.fixed(wire, wire32, 4)))
		case field == uint64(DoubleValue):
			v.num = binary.LittleEndian.Uint64(r.fixed(wire, wire64, 8))
		case field == uint64(SintValue):
			v.num = uint64(unzigzag(r.number(wire)))
		case field == uint64(IntValue), field == uint64(UintValue), field == uint64(BoolValue):
			v.num = r.number(wire)
		default:
			n--
			v.Kind = 0
			r.skip(wire)
		}
	}
	if n != 1 && r.err == nil {
		r.fail("a value with %d contents", n)
	}
	return v
}

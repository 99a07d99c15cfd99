package mvt

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// MaxID is the largest feature id written: JavaScript numbers hold whole
// numbers below 2^53 exactly.
const MaxID = 1<<53 - 1

// Writer makes one tile after another, layer by layer. The same calls make the
// same bytes. It is for one goroutine at a time; Reset makes it ready for the
// next tile and keeps its memory. The zero Writer is ready.
type Writer struct {
	out   []byte
	names []string

	open     bool
	name     string
	features []byte
	count    int
	keys     interner[string]
	values   interner[Value]
	feature  []byte
	packed   []byte
	tags     []Tag
}

// interner numbers the distinct values of a layer in order of first use.
type interner[T comparable] struct {
	number map[T]int
	list   []T
}

func (n *interner[T]) of(v T) uint64 {
	if i, ok := n.number[v]; ok {
		return uint64(i)
	}
	if n.number == nil {
		n.number = make(map[T]int)
	}
	i := len(n.list)
	n.number[v] = i
	n.list = append(n.list, v)
	return uint64(i)
}

func (n *interner[T]) reset() {
	clear(n.number)
	clear(n.list)
	n.list = n.list[:0]
}

// Reset forgets everything written.
func (w *Writer) Reset() {
	w.out, w.names, w.open = w.out[:0], w.names[:0], false
	w.closeLayer()
}

// Layer begins a layer and ends the one before. A layer without features is
// left out of the tile. The error says that the name is empty, not UTF-8 or
// used already in this tile.
func (w *Writer) Layer(name string) error {
	w.endLayer()
	switch {
	case name == "":
		return errors.New("mvt: a layer needs a name")
	case !utf8.ValidString(name):
		return fmt.Errorf("mvt: layer name %.40q is not UTF-8", name)
	case slices.Contains(w.names, name):
		return fmt.Errorf("mvt: two layers called %.40q", name)
	}
	w.names = append(w.names, name)
	w.name, w.open = name, true
	return nil
}

// Feature adds a feature to the open layer and reports whether it did: false
// when no layer is open or nothing of g can be written. Id 0 means none; ids
// above MaxID are cut to their low 53 bits. Tags are written in order of key;
// the first of two with the same key counts; no values and texts that are not
// UTF-8 are left out. Repeated points of lines and rings are written once, lines
// of fewer than two and rings of fewer than three points not at all; winding
// and validity are the caller's. Neither g nor tags are kept.
func (w *Writer) Feature(id uint64, g *Geometry, tags []Tag) bool {
	if !w.open {
		return false
	}
	w.packed = appendGeometry(w.packed[:0], g)
	if len(w.packed) == 0 {
		return false
	}
	geometry := len(w.packed)
	w.tags = append(w.tags[:0], tags...)
	slices.SortStableFunc(w.tags, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	for i, t := range w.tags {
		if t.Value.Kind == 0 || i > 0 && w.tags[i-1].Key == t.Key || !utf8.ValidString(t.Key) || !utf8.ValidString(t.Value.str) {
			continue
		}
		w.packed = binary.AppendUvarint(w.packed, w.keys.of(t.Key))
		w.packed = binary.AppendUvarint(w.packed, w.values.of(t.Value))
	}
	f := w.feature[:0]
	if id &= MaxID; id != 0 {
		f = appendUint(f, featureID, id)
	}
	if len(w.packed) > geometry {
		f = appendBlock(f, featureTags, w.packed[geometry:])
	}
	f = appendUint(f, featureType, uint64(g.Type))
	f = appendBlock(f, featureGeometry, w.packed[:geometry])
	w.feature = f
	w.features = appendBlock(w.features, layerFeatures, f)
	w.count++
	return true
}

// Features is the number of features of the open layer so far.
func (w *Writer) Features() int { return w.count }

// Bytes ends the open layer and returns the tile; it belongs to the Writer and
// is good until Reset. A tile without features has no bytes.
func (w *Writer) Bytes() []byte {
	w.endLayer()
	return w.out
}

func (w *Writer) endLayer() {
	if w.open && w.count > 0 {
		b := w.feature[:0]
		b = appendUint(b, layerVersion, 2)
		b = appendBlock(b, layerName, w.name)
		b = append(b, w.features...)
		for _, k := range w.keys.list {
			b = appendBlock(b, layerKeys, k)
		}
		for _, v := range w.values.list {
			w.packed = appendValue(w.packed[:0], v)
			b = appendBlock(b, layerValues, w.packed)
		}
		b = appendUint(b, layerExtent, Extent)
		w.feature = b
		w.out = appendBlock(w.out, tileLayers, b)
	}
	w.closeLayer()
}

func (w *Writer) closeLayer() {
	w.open, w.name, w.count, w.features = false, "", 0, w.features[:0]
	w.keys.reset()
	w.values.reset()
}

func appendValue(b []byte, v Value) []byte {
	switch v.Kind {
	case StringValue:
		return appendBlock(b, uint64(StringValue), v.str)
	case FloatValue:
		return binary.LittleEndian.AppendUint32(appendKey(b, uint64(FloatValue), wire32), uint32(v.num))
	case DoubleValue:
		return binary.LittleEndian.AppendUint64(appendKey(b, uint64(DoubleValue), wire64), v.num)
	case SintValue:
		return appendUint(b, uint64(SintValue), zigzag64(int64(v.num)))
	case IntValue, UintValue, BoolValue:
		return appendUint(b, uint64(v.Kind), v.num)
	}
	return b
}

// pen writes commands relative to a cursor.
type pen struct {
	b  []byte
	at XY
}

func (p *pen) to(q XY) {
	p.b = binary.AppendUvarint(p.b, zigzag32(q.X-p.at.X))
	p.b = binary.AppendUvarint(p.b, zigzag32(q.Y-p.at.Y))
	p.at = q
}

func (p *pen) command(id, count int) { p.b = binary.AppendUvarint(p.b, command(id, count)) }

func appendGeometry(b []byte, g *Geometry) []byte {
	p := pen{b: b}
	switch g.Type {
	case Points:
		if n := len(g.Coords); n > 0 && n <= math.MaxUint32>>3 {
			p.command(cmdMoveTo, n)
			for _, q := range g.Coords {
				p.to(q)
			}
		}
	case Lines:
		for i := range g.Ends {
			p.path(g.Part(i), 2)
		}
	case Polygons:
		whole := false // the exterior ring was written
		for i := range g.Ends {
			ring := g.Part(i)
			for len(ring) > 1 && ring[0] == ring[len(ring)-1] {
				ring = ring[:len(ring)-1]
			}
			if exterior := Area2(ring) > 0; exterior {
				whole = p.path(ring, 3)
			} else if whole {
				p.path(ring, 3)
			}
		}
	case Unknown:
	}
	return p.b
}

// path writes a line, or a ring when atLeast is 3, and reports whether enough
// distinct points were there.
func (p *pen) path(points []XY, atLeast int) bool {
	n := 0
	for i, q := range points {
		if i == 0 || q != points[i-1] {
			n++
		}
	}
	if n < atLeast || n > math.MaxUint32>>3 {
		return false
	}
	p.command(cmdMoveTo, 1)
	p.to(points[0])
	p.command(cmdLineTo, n-1)
	for i, q := range points {
		if i > 0 && q != points[i-1] {
			p.to(q)
		}
	}
	if atLeast == 3 {
		p.command(cmdClosePath, 1)
	}
	return true
}

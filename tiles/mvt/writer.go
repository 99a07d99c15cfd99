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
	keys     []string // in order of first use; layers have few
	values   interner
	body     []byte
	geometry []byte
	packed   []byte
	tags     []Tag
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
// and validity are the caller's. Neither g nor tags are kept. It is quickest with
// tags in order of key, the same keys each time.
func (w *Writer) Feature(id uint64, g *Geometry, tags []Tag) bool {
	if !w.open {
		return false
	}
	w.geometry = appendGeometry(w.geometry[:0], g)
	if len(w.geometry) == 0 {
		return false
	}
	w.packTags(tags)
	id &= MaxID
	size := 2 + blockSize(len(w.geometry))
	if id != 0 {
		size += 1 + uvarintSize(id)
	}
	if len(w.packed) > 0 {
		size += blockSize(len(w.packed))
	}
	b := appendUint(appendKey(w.features, layerFeatures, wireBytes), uint64(size))
	if id != 0 {
		b = appendField(b, featureID, id)
	}
	if len(w.packed) > 0 {
		b = appendBlock(b, featureTags, w.packed)
	}
	b = appendField(b, featureType, uint64(g.Type))
	w.features = appendBlock(b, featureGeometry, w.geometry)
	w.count++
	return true
}

// packTags puts the tags to be written into w.packed.
func (w *Writer) packTags(tags []Tag) {
	w.packed = w.packed[:0]
	byKey := func(a, b Tag) int { return strings.Compare(a.Key, b.Key) }
	if !slices.IsSortedFunc(tags, byKey) {
		w.tags = append(w.tags[:0], tags...)
		slices.SortStableFunc(w.tags, byKey)
		tags = w.tags
	}
	next := 0 // where the key stands if it is the one after the last
	for i := range tags {
		t := &tags[i]
		if t.Value.Kind == 0 || i > 0 && tags[i-1].Key == t.Key || t.Value.Kind == StringValue && !utf8.ValidString(t.Value.str) {
			continue
		}
		key := w.key(next, t.Key)
		if key < 0 {
			continue
		}
		next = key + 1
		w.packed = appendUint(w.packed, uint64(key))
		w.packed = appendUint(w.packed, w.values.of(&t.Value))
	}
}

// key is the number of a key, which is guess more often than not; -1 when it is not
// UTF-8.
func (w *Writer) key(guess int, k string) int {
	if guess < len(w.keys) && w.keys[guess] == k {
		return guess
	}
	if i := slices.Index(w.keys, k); i >= 0 {
		return i
	}
	if !utf8.ValidString(k) {
		return -1
	}
	w.keys = append(w.keys, k)
	return len(w.keys) - 1
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
		b := appendField(w.body[:0], layerVersion, 2)
		b = appendBlock(b, layerName, w.name)
		b = append(b, w.features...)
		for _, k := range w.keys {
			b = appendBlock(b, layerKeys, k)
		}
		for i := range w.values.list {
			w.packed = appendValue(w.packed[:0], &w.values.list[i])
			b = appendBlock(b, layerValues, w.packed)
		}
		b = appendField(b, layerExtent, Extent)
		w.body = b
		w.out = appendBlock(w.out, tileLayers, b)
	}
	w.closeLayer()
}

func (w *Writer) closeLayer() {
	w.open, w.name, w.count, w.features = false, "", 0, w.features[:0]
	clear(w.keys)
	w.keys = w.keys[:0]
	w.values.reset()
}

func appendValue(b []byte, v *Value) []byte {
	switch v.Kind {
	case StringValue:
		return appendBlock(b, uint64(StringValue), v.str)
	case FloatValue:
		return binary.LittleEndian.AppendUint32(appendKey(b, uint64(FloatValue), wire32), uint32(v.num))
	case DoubleValue:
		return binary.LittleEndian.AppendUint64(appendKey(b, uint64(DoubleValue), wire64), v.num)
	case SintValue:
		return appendField(b, uint64(SintValue), zigzag64(int64(v.num)))
	case IntValue, UintValue, BoolValue:
		return appendField(b, uint64(v.Kind), v.num)
	}
	return b
}

// pen writes commands relative to a cursor.
type pen struct {
	b  []byte
	at XY
}

func (p *pen) to(q XY) {
	p.b = appendUint(p.b, zigzag32(q.X-p.at.X))
	p.b = appendUint(p.b, zigzag32(q.Y-p.at.Y))
	p.at = q
}

func (p *pen) command(id, count int) { p.b = appendUint(p.b, command(id, count)) }

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

package live

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/layers"
)

// TestSnapshotKnowsEveryField: whoever adds a field to what the file keeps decides
// here, and in snapshot_segment.go, how it comes back. A change of what is kept raises
// snapshotFormat.
func TestSnapshotKnowsEveryField(t *testing.T) {
	for _, c := range []struct {
		of   any
		want string
	}{
		{part{}, "seg *live.segment, dead live.deadRows, gone int"},
		{segment{}, "n int, ids live.idTable, columns []live.column, points []orb.Point, geoms []orb.Geometry, versions live.versions, " +
			"valid *live.validity, tree *index.Packed, extent orb.Bound, shaped int, geomSize int"},
		{validity{}, "from []int64, to []int64"},
		{versions{}, "base uint64, narrow []uint32, wide []uint64"},
		{idTable{}, "texts live.texts, slots []uint32, order []uint32"},
		{texts{}, "data []uint8, off []uint32, width uint32"},
		{nullColumn{}, ""},
		{dictColumn{}, "dict []layers.Value, narrow []uint8, middle []uint16, plain bool"},
		{sharedColumn{}, "texts live.texts, codes []uint32, plain bool"},
		{textColumn{}, "texts live.texts, nulls live.bitset, plain bool"},
		{idColumn{}, "textColumn live.textColumn"},
		{numberColumn{}, "typ layers.FieldType, narrow []int32, packed *live.packing, wide []uint64, nulls live.bitset"},
		{packing{}, "base int64, step int64, div float64, codes live.ordinals"},
		{ordinals{}, "narrow []uint16, wide []uint32"},
		{index.Packed{}, "n int, points []orb.Point, boxes []index.box, levels []int, spans []uint32"},
	} {
		of := reflect.TypeOf(c.of)
		var have []string
		for i := range of.NumField() {
			if of.Field(i).Name == "mu" { // what follows is worked out when first asked for, and not kept
				break
			}
			have = append(have, of.Field(i).Name+" "+of.Field(i).Type.String())
		}
		if got := strings.Join(have, ", "); got != c.want {
			t.Errorf("%s has the fields\n%s\nthe snapshot knows\n%s", of, got, c.want)
		}
	}
}

var sampleLayer = &layers.Layer{ID: "samples", Element: layers.Object, Geometry: layers.AnyGeometry, Fields: []layers.Field{
	{Name: "few", Type: layers.String}, {Name: "many", Type: layers.String}, {Name: "none", Type: layers.String},
	{Name: "small", Type: layers.Integer}, {Name: "large", Type: layers.Integer}, {Name: "number", Type: layers.Number},
	{Name: "yes", Type: layers.Boolean}, {Name: "at", Type: layers.DateTime},
	{Name: "code", Type: layers.String}, {Name: "shared", Type: layers.String}, {Name: "tenths", Type: layers.Number}}}

// samplePart is a part with every kind of column and geometry, points only or not.
func samplePart(t testing.TB, rows int, points bool) part {
	l := *sampleLayer
	if points {
		l.Geometry = layers.Point
	}
	b := newSegmentBuilder(&l, 0)
	for i := range rows {
		x := float64(i)
		line := orb.LineString{{x, 0}, {x + 1, 1}}
		polygon := orb.Polygon{{{x, 0}, {x + 2, 0}, {x + 2, 2}, {x, 2}, {x, 0}}, {{x + 0.5, 0.5}, {x + 1, 0.5}, {x + 1, 1}, {x + 0.5, 0.5}}}
		shapes := []orb.Geometry{orb.Point{x, 1}, nil, line, polygon, orb.MultiPoint(line), orb.MultiLineString{line, line}, orb.MultiPolygon{polygon, polygon},
			orb.Collection{orb.Point{x, 2}, line, orb.Collection{polygon}}}
		g := shapes[i%len(shapes)]
		if points {
			g = shapes[i%2]
		}
		f := layers.Feature{Key: fmt.Sprintf("id-%03d", (i*37)%rows), Shape: g, Version: uint64(i), Values: []layers.Value{
			layers.Text([]string{"a", "树\"", ""}[i%3]), layers.Text(fmt.Sprint("text ", i)), {}, layers.Int(int64(i)), layers.Int(int64(i) << 40),
			layers.Float(x / 7), layers.Bool(i%2 == 0), layers.Instant(time.Unix(int64(i)*1e6, 0)), {}, layers.Text(fmt.Sprint("树", i/3)), layers.Float(x*1e5 + x/10)}}
		f.Values[8] = layers.Text(f.Key)
		if i%5 == 0 {
			f.Values[i%8] = layers.Value{}
		}
		if i%4 == 0 {
			f.ValidFrom, f.ValidTo = time.Unix(int64(i)+1, 0), time.Unix(int64(i)+100, 0)
		}
		b.add(&f)
	}
	seg, _ := b.build()
	p := part{seg: seg, dead: deadRows(nil).clone(rows)}
	p.dead.add(uint32(rows / 2))
	p.gone = 1
	if _, ok := seg.columns[1].(*textColumn); !ok { // a dictionary, as long as there are few
		seg.columns[1] = textsOf(seg, 1)
	}
	seg.columns[8], seg.columns[9] = &idColumn{textColumn{texts: seg.ids.texts, plain: true}}, sharedOf(seg, 9)
	return p
}

// textsOf is column i as one of texts that hardly repeat.
func textsOf(s *segment, i int) column {
	var list texts
	nulls := newBitset(s.n)
	for row := range uint32(s.n) {
		list.append(s.columns[i].value(row).Str())
		if s.columns[i].value(row).IsNull() {
			nulls.set(row)
		}
	}
	return &textColumn{texts: list, nulls: nulls}
}

// sharedOf is column i as one of texts that repeat.
func sharedOf(s *segment, i int) column {
	var words lexicon
	c := &sharedColumn{codes: make([]uint32, s.n)}
	for row := range uint32(s.n) {
		if v := s.columns[i].value(row); !v.IsNull() {
			c.codes[row] = words.number(v.Str())
		}
	}
	c.texts = words.permuted(upTo(words.len()))
	return c
}

// encodePart returns the plain bytes of the blocks of a part.
func encodePart(p part) [][]byte {
	var out [][]byte
	for _, block := range (&partCode{layer: sampleLayer, part: &p}).blocks() {
		var c coder
		block(&c)
		out = append(out, bytes.Join(c.out, nil))
	}
	return out
}

// decodePart reads them.
func decodePart(rows int, blocks [][]byte) (*part, error) {
	p := newPartCode(sampleLayer, rows)
	for i, block := range p.blocks() {
		b := alignedBytes(len(blocks[i]))
		copy(b, blocks[i])
		c := coder{reading: true, left: b}
		block(&c)
		if c.wants(len(c.left) == 0, "a block holds more than it should"); c.err != nil {
			return nil, c.err
		}
	}
	return p.part, p.finish()
}

// useAll does with a part what queries do.
func useAll(p *part, say func(string, ...any)) {
	s := p.seg
	say("%d rows %d gone %d shaped %v\n", s.n, p.gone, s.shaped, s.extent)
	for row := range uint32(s.n) {
		from, to := s.validAt(row)
		at, found := s.ids.find(s.ids.id(row))
		say("%s %d %v %d %v %v %v %v", s.ids.id(row), at, found, s.versions.at(row), s.points[row], s.geometry(row), from, to)
		say(" %v\n", p.dead.has(row))
		for _, c := range s.columns {
			say(" %v %s", c.value(row), c.appendJSON(nil, row))
		}
	}
	_, found := s.ids.find("nobody")
	m := Memory{Columns: make([]int64, len(s.columns))}
	s.addTo(&m)
	say("%v %d %v\n", found, s.ids.after("id-005"), m.Total() > 0)
	for _, row := range s.ids.order {
		say("%s ", s.ids.id(row))
	}
	s.tree.Search(orb.Bound{Min: orb.Point{-10, -10}, Max: orb.Point{1e6, 1e6}}, func(row uint32) bool {
		say("%d ", row)
		return true
	})
}

func TestSnapshotKeepsParts(t *testing.T) {
	for _, rows := range []int{1, 2, 15, 16, 17, 63, 64, 65, 300} {
		for _, points := range []bool{false, true} {
			p := samplePart(t, rows, points)
			blocks := encodePart(p)
			again, err := decodePart(rows, blocks)
			if err != nil {
				t.Fatalf("%d rows: %v", rows, err)
			}
			var want, got strings.Builder
			useAll(&p, func(f string, args ...any) { fmt.Fprintf(&want, f, args...) })
			useAll(again, func(f string, args ...any) { fmt.Fprintf(&got, f, args...) })
			if want.String() != got.String() {
				t.Fatalf("%d rows, points %v:\n%s\n%s", rows, points, want.String(), got.String())
			}
			if twice := encodePart(*again); !slices.EqualFunc(blocks, twice, bytes.Equal) {
				t.Fatalf("%d rows: what was read is written otherwise", rows)
			}
		}
	}
}

// FuzzSnapshotBlocks bends blocks whose checksums are right: no panic, no index out
// of range, no loop for ever, whatever a block says.
func FuzzSnapshotBlocks(f *testing.F) {
	const rows = 40
	blocks := [2][][]byte{encodePart(samplePart(f, rows, false)), encodePart(samplePart(f, rows, true))}
	f.Add(false, uint8(0), uint32(0), []byte{1})
	f.Add(true, uint8(3), uint32(8), []byte{255, 255, 255, 255})
	for i := range uint8(12) {
		f.Add(i%2 == 0, i, uint32(i)*16, []byte{0, 0, 0, 0, 0, 0, 0, 128})
	}
	f.Fuzz(func(t *testing.T, points bool, block uint8, at uint32, with []byte) {
		list := blocks[0]
		if points {
			list = blocks[1]
		}
		list = slices.Clone(list)
		n := int(block) % len(list)
		bent := bytes.Clone(list[n])
		switch {
		case len(with) == 0:
			bent = bent[:int(at)%(len(bent)+1)]
		case len(bent) > 0:
			copy(bent[int(at)%len(bent):], with)
		}
		list[n] = bent
		if p, err := decodePart(rows, list); err == nil {
			useAll(p, func(string, ...any) {})
		}
	})
}

// TestSnapshotBlocksBent runs the fuzz target's property over every word of every
// block, with the values that bend most.
func TestSnapshotBlocksBent(t *testing.T) {
	const rows = 40
	refused := 0
	for _, points := range []bool{false, true} {
		blocks := encodePart(samplePart(t, rows, points))
		for n, block := range blocks {
			for at := 0; at+4 <= len(block); at += 4 * (1 + at/256) { // counts stand at the beginning of arrays, and elsewhere too
				for _, with := range [][]byte{{255, 255, 255, 255}, {0, 0, 0, 0}, {41, 0, 0, 0}, {1, 0, 0, 128}} {
					bent := slices.Clone(blocks)
					bent[n] = bytes.Clone(block)
					copy(bent[n][at:], with)
					p, err := decodePart(rows, bent)
					if err != nil {
						refused++
						continue
					}
					useAll(p, func(string, ...any) {})
				}
			}
			if _, err := decodePart(rows, slices.Concat(blocks[:n], [][]byte{block[:len(block)/16*8]}, blocks[n+1:])); err == nil && len(block) > 0 {
				t.Errorf("half of block %d is enough", n)
			}
		}
	}
	if refused < 1000 {
		t.Errorf("%d bent blocks were refused", refused)
	}
}

// FuzzSnapshotDirectory takes any text for the directory of a file whose blocks and
// checksums are right: an error, or parts that can be used.
func FuzzSnapshotDirectory(f *testing.F) {
	const rows = 40
	parts := encodePart(samplePart(f, rows, false))
	var blocks []byte
	d := directory{Name: "n", Seq: 7, Layers: []layerEntry{{Parts: []partEntry{{Rows: rows}}}}}
	d.Layers[0].Definition, _ = json.Marshal(sampleLayer) //nolint:errcheck // it is a layer
	for i, b := range parts {
		b = append(bytes.Clone(b), make([]byte, checksumBytes)...)
		if err := (closer{}).close(blockContext("n", 0, 0, i), b); err != nil {
			f.Fatal(err)
		}
		d.Layers[0].Parts[0].Blocks = append(d.Layers[0].Parts[0].Blocks, blockEntry{At: preludeBytes + int64(len(blocks)), Size: int64(len(b))})
		blocks = append(blocks, b...)
	}
	text, err := json.Marshal(d)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	for _, change := range [][2]string{{`"rows":40`, `"rows":41`}, {`"rows":40`, `"rows":2147483000`}, {`"rows":40`, `"rows":-1`}, {`"size":`, `"size":-`},
		{`"at":64`, `"at":9223372036854775807`}, {`"parts":[`, `"parts":[null,`}, {`"blocks":[`, `"blocks":[],"x":[`}, {`"name":"n"`, `"name":"m"`}} {
		f.Add(bytes.Replace(text, []byte(change[0]), []byte(change[1]), 1))
	}
	f.Fuzz(func(t *testing.T, given []byte) {
		closed := append(bytes.Clone(given), make([]byte, checksumBytes)...)
		if err := (closer{}).close(directoryContext, closed); err != nil {
			t.Fatal(err)
		}
		p := prelude{order: orderMark, format: snapshotFormat, at: preludeBytes + uint64(len(blocks)), size: uint64(len(closed))}
		p.length = p.at + p.size
		copy(p.magic[:], snapshotMagic)
		p.sum = xxhash.Sum64(p.bytes()[:preludeBytes-8])
		file := slices.Concat(p.bytes(), blocks, closed)
		r, err := openDirectory(bytes.NewReader(file), int64(len(file)), nil)
		if err != nil {
			return
		}
		s := newSnapshots(&Snapshot{})
		k, err := s.readLayers(t.Context(), r, []*layers.Layer{sampleLayer})
		if err != nil {
			return
		}
		used := false
		for _, w := range k.writers {
			for i := range w.parts {
				used = true
				useAll(&w.parts[i], func(string, ...any) {})
			}
		}
		if !used && bytes.Equal(given, text) {
			t.Error("the directory as it was written is not used")
		}
	})
}

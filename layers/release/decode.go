package release

import (
	"encoding/binary"
	"fmt"
	"math"
	"strconv"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
)

// Decode reads what Encode wrote. It trusts nothing: a state whose checksum,
// sizes or sums do not fit is refused with an Invalid error that names the byte.
func Decode(b []byte) (*State, error) {
	d := decoder{b: b}
	if len(b) < len(magic)+1+8 || string(b[:len(magic)]) != magic {
		d.fail("it is no state of a release")
	} else if v := b[len(magic)]; v != version {
		d.fail("version %d, this program reads %d", v, version)
	} else if sum := binary.LittleEndian.Uint64(b[len(b)-8:]); sum != xxhash.Sum64(b[:len(b)-8]) {
		d.fail("the checksum does not fit: the state is damaged")
	}
	if d.err != nil {
		return nil, d.err
	}
	d.b, d.at = b[:len(b)-8], len(magic)+1
	s := &State{layer: d.text()}
	s.k = d.int32("k", 1)
	s.seq = d.uint()
	d.schema(s)
	d.baseCells(s)
	d.blocks(s)
	if d.err == nil && d.at != len(d.b) {
		d.fail("%d bytes behind the end", len(d.b)-d.at)
	}
	d.check(s)
	if d.err != nil {
		return nil, d.err
	}
	return s, nil
}

// schema reads dimensions and measures.
func (d *decoder) schema(s *State) {
	s.schema = &schema{}
	combinations := 1
	names := make(map[string]bool)
	name := func() string {
		n := d.text()
		if names[n] {
			d.fail("the field %.80q twice", n)
		}
		names[n] = true
		return n
	}
	for range d.count("dimensions", 3) {
		dim := newDimension(-1, name(), d.texts("codes"))
		if len(dim.index) != len(dim.codes) {
			d.fail("a code twice")
		}
		if combinations *= len(dim.codes) + 1; combinations > MaxCombinations {
			d.fail("more than %d combinations", MaxCombinations)
		}
		if d.err != nil {
			return
		}
		s.schema.dims = append(s.schema.dims, dim)
	}
	for range d.count("measures", 9) {
		m := measure{field: -1, name: name(), scale: d.float()}
		if m.scale != 1 && m.scale != numberScale {
			d.fail("a measure of scale %v", m.scale)
		}
		s.schema.measures = append(s.schema.measures, m)
	}
}

// baseCells reads areas, places and base cells.
func (d *decoder) baseCells(s *State) {
	for level := range s.codes {
		s.codes[level] = d.texts("area codes")
		for i := 1; i < len(s.codes[level]); i++ {
			if s.codes[level][i-1] >= s.codes[level][i] {
				d.fail("area codes are not in order")
			}
		}
	}
	for i := range d.count("places", 1+levels) {
		p := place{has: d.bool()}
		for level := range p.areas {
			p.areas[level] = uint32(d.below("area", uint64(len(s.codes[level]))+1)) - 1
		}
		if i > 0 && s.places[i-1].compare(&p) >= 0 {
			d.fail("places are not in order")
		}
		if !p.has && p.areas != noAreas() {
			d.fail("an area without a place")
		}
		if d.err != nil {
			return
		}
		s.places = append(s.places, p)
	}
	m, cell := len(s.schema.measures), uint64(0)
	combinations := uint64(s.schema.combinations())
	n := d.count("base cells", 4+2*m)
	s.keys = make([]baseKey, 0, n)
	s.n = make([]int32, 0, n)
	s.sums, s.with = make([]int64, 0, n*m), make([]int32, 0, n*m)
	for i := range n {
		cell += d.uint()
		k := baseKey{cell: hexgrid.Cell(cell), place: uint32(d.below("place", uint64(len(s.places)))),
			comb: uint32(d.below("combination", combinations))}
		s.n = append(s.n, int32(d.int32("rows", 0)))
		for range m {
			s.sums = append(s.sums, d.int())
			s.with = append(s.with, int32(d.within("values")))
		}
		if d.err != nil {
			return
		}
		if i > 0 && s.keys[i-1].compare(k) >= 0 {
			d.fail("base cells are not in order")
		}
		if (cell != 0) != s.places[k.place].has {
			d.fail("a base cell that is not of its place")
		}
		if cell != 0 && !isCell(hexgrid.Cell(cell)) {
			d.fail("%x is no base cell", cell)
		}
		s.keys = append(s.keys, k)
	}
}

// isCell reports whether c is a cell of Resolution.
func isCell(c hexgrid.Cell) bool {
	_, err := hexgrid.Parse(strconv.FormatUint(uint64(c), 16))
	return err == nil && c.Resolution() == Resolution
}

func (d *decoder) blocks(s *State) {
	m := len(s.schema.measures)
	for range d.count("blocks", 3+2*m) {
		b := block{has: d.bool()}
		if b.has {
			b.anchor = orb.Point{d.float(), d.float()}
			if !(math.Abs(b.anchor[0]) <= 180 && math.Abs(b.anchor[1]) <= 90) {
				d.fail("an anchor at %v", b.anchor)
			}
		}
		b.comb = uint32(d.below("combination", uint64(s.schema.combinations())))
		b.n = d.int32("rows of a block", int64(s.k))
		b.sums, b.with = make([]int64, m), make([]int, m)
		for j := range m {
			b.sums[j], b.with[j] = d.int(), d.within("values")
		}
		if d.err != nil {
			return
		}
		s.blocks = append(s.blocks, b)
	}
}

// check compares the rows of the blocks with those of the base cells.
func (d *decoder) check(s *State) {
	rows, blocks := int64(0), int64(0)
	for _, n := range s.n {
		rows += int64(n)
	}
	for i := range s.blocks {
		blocks += int64(s.blocks[i].n)
	}
	if rows > math.MaxInt32 {
		d.fail("%d rows", rows)
	}
	if rows != blocks {
		d.fail("blocks of %d rows account for %d", blocks, rows)
	}
}

// decoder reads with a sticky error: after the first everything reads as zero.
type decoder struct {
	b   []byte
	at  int
	err error
}

func (d *decoder) fail(format string, args ...any) {
	if d.err == nil {
		d.err = &layers.Error{Kind: layers.Invalid, Op: "release.Decode", At: "byte " + strconv.Itoa(d.at),
			Err: fmt.Errorf(format, args...)}
	}
}

// take returns the next n bytes, nil behind the end.
func (d *decoder) take(n int) []byte {
	if d.err == nil && n > len(d.b)-d.at {
		d.fail("the state is cut off")
	}
	if d.err != nil {
		return nil
	}
	d.at += n
	return d.b[d.at-n : d.at]
}

func (d *decoder) uint() uint64 {
	if d.err != nil {
		return 0
	}
	v, n := binary.Uvarint(d.b[d.at:])
	if n <= 0 {
		d.fail("no number")
		return 0
	}
	d.at += n
	return v
}

func (d *decoder) int() int64 {
	if d.err != nil {
		return 0
	}
	v, n := binary.Varint(d.b[d.at:])
	if n <= 0 {
		d.fail("no number")
		return 0
	}
	d.at += n
	return v
}

// below reads a number less than limit.
func (d *decoder) below(what string, limit uint64) uint64 {
	v := d.uint()
	if v >= limit {
		d.fail("%s %d of %d", what, v, limit)
		return 0
	}
	return v
}

// int32 reads a number from least to the largest int32.
func (d *decoder) int32(what string, least int64) int {
	v := d.uint()
	if v > math.MaxInt32 || int64(v) < least {
		d.fail("%d %s", v, what)
		return 0
	}
	return int(v)
}

// within reads a signed number that fits an int32.
func (d *decoder) within(what string) int {
	v := d.int()
	if v < math.MinInt32 || v > math.MaxInt32 {
		d.fail("%d %s", v, what)
		return 0
	}
	return int(v)
}

// count reads a number of things of at least size bytes each.
func (d *decoder) count(what string, size int) int {
	v := d.uint()
	if v > uint64(len(d.b)-d.at)/uint64(size) {
		d.fail("%d %s in %d bytes", v, what, len(d.b)-d.at)
		return 0
	}
	return int(v)
}

func (d *decoder) float() float64 {
	b := d.take(8)
	if b == nil {
		return 0
	}
	return math.Float64frombits(binary.LittleEndian.Uint64(b))
}

func (d *decoder) bool() bool {
	b := d.take(1)
	if b == nil {
		return false
	}
	if b[0] > 1 {
		d.fail("%d is neither yes nor no", b[0])
	}
	return b[0] == 1
}

func (d *decoder) text() string {
	return string(d.take(d.count("bytes", 1)))
}

func (d *decoder) texts(what string) []string {
	n := d.count(what, 1)
	out := make([]string, 0, n)
	for range n {
		out = append(out, d.text())
	}
	return out
}

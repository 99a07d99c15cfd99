package live

import (
	"errors"
	"math"
	"math/bits"
	"unsafe"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/layers"
)

// How a part is kept: its blocks, in this order. Each is read, checked and made into
// columns by itself, so that all processors do it.
//
// Checks are for the program's sake: whatever a block says, no index made from it
// leads outside an array and no loop runs for ever. That it says what is true is the
// business of checksums and seals.
//
// TestSnapshotKnowsEveryField fails when a structure gains a field that is not told
// of here.

// partCode is a part on its way to or from its blocks.
type partCode struct {
	layer *layers.Layer
	part  *part
}

// blocks returns the codes of the blocks of a part of n rows of the layer.
func (p *partCode) blocks() []func(*coder) {
	out := []func(*coder){p.rows, p.places, p.shapes, p.names}
	for i := range p.layer.Fields {
		out = append(out, func(c *coder) { p.column(c, i) })
	}
	return out
}

// newPartCode prepares a part of n rows to be read.
func newPartCode(l *layers.Layer, n int) *partCode {
	s := &segment{n: n, columns: make([]column, len(l.Fields))}
	return &partCode{layer: l, part: &part{seg: s}}
}

// rows are the versions, validities and dead rows.
func (p *partCode) rows(c *coder) {
	s := p.part.seg
	n := s.n
	codeWord(c, &n)
	s.versions.keep(c)
	valid := s.valid
	if valid == nil {
		valid = new(validity)
	}
	codeArray(c, &valid.from)
	codeArray(c, &valid.to)
	var dead bitset
	if p.part.dead != nil {
		dead = p.part.dead.flat(n)
	}
	codeArray(c, (*[]uint64)(&dead))
	if !c.checking() {
		return
	}
	if valid.from != nil || valid.to != nil {
		c.wants(len(valid.from) == n && len(valid.to) == n, "validities are missing")
		s.valid = valid
	}
	c.wants(n == s.n && len(s.versions.narrow)+len(s.versions.wide) == n && max(len(s.versions.narrow), len(s.versions.wide)) == n, "versions are missing")
	if p.part.gone = checkBits(c, dead, n); p.part.gone > 0 {
		p.part.dead = deadOf(dead, n)
	}
}

func (v *versions) keep(c *coder) {
	codeWord(c, &v.base)
	codeArray(c, &v.narrow)
	codeArray(c, &v.wide)
}

// checkBits checks a bitset of n rows and counts what is in it.
func checkBits(c *coder, b bitset, n int) int {
	if b == nil || !c.wants(len(b) == (n+63)/64, "a bitset has the wrong length") {
		return 0
	}
	if last := n & 63; last != 0 {
		c.wants(b[len(b)-1]>>last == 0, "a bitset has rows beyond the last")
	}
	count := 0
	for _, w := range b {
		count += bits.OnesCount64(w)
	}
	return count
}

// places are the points and the tree over the boxes.
func (p *partCode) places(c *coder) {
	s := p.part.seg
	codeArray(c, &s.points)
	codeWord(c, &s.shaped)
	extent := []orb.Point{s.extent.Min, s.extent.Max}
	codeArray(c, &extent)
	var tree []float32
	var ofPoints bool
	if !c.reading {
		tree, ofPoints = s.tree.Memory(), s.tree.Points() != nil
	}
	codeBool(c, &ofPoints)
	codeArray(c, &tree)
	if !c.checking() || !c.wants(len(s.points) == s.n && len(extent) == 2 && s.shaped <= s.n && s.shaped >= 0, "points are missing") {
		return
	}
	s.extent = orb.Bound{Min: extent[0], Max: extent[1]}
	if ofPoints {
		s.tree, c.err = index.RestorePoints(s.points, tree)
	} else {
		s.tree, c.err = index.Restore(s.n, tree)
	}
	if c.err != nil {
		return
	}
	for _, at := range s.points {
		if hasPoint(at) && !(math.Abs(at[0]) <= math.MaxFloat32 && math.Abs(at[1]) <= math.MaxFloat32) {
			c.fail("a point is out of range")
			return
		}
	}
}

// names are the ids.
func (p *partCode) names(c *coder) {
	s := p.part.seg
	s.ids.keep(c, s.n)
}

func (t *idTable) keep(c *coder, n int) {
	t.texts.keep(c, n)
	codeArray(c, &t.slots)
	codeArray(c, &t.order)
	if !c.checking() {
		return
	}
	used := 0
	for _, s := range t.slots {
		if s > 0 {
			used++
		}
	}
	c.wants(used == n && used < len(t.slots) && below(t.slots, n+1), "the hash of ids is damaged")
	c.wants(len(t.order) == n && below(t.order, n), "the order of ids is damaged")
}

// keep writes or reads n texts.
func (t *texts) keep(c *coder, n int) {
	width := int(t.width)
	codeWord(c, &width)
	codeArray(c, &t.off)
	codeArray(c, &t.data)
	if !c.checking() {
		return
	}
	if t.off != nil {
		checkOffsets(c, t.off, n, len(t.data))
	} else if c.wants(n > 0 && width > 0 && len(t.data)/width == n && len(t.data)%width == 0, "texts are missing") {
		t.width = uint32(width)
	}
}

func (c *textColumn) keep(x *coder, n int) {
	c.texts.keep(x, n)
	codeArray(x, (*[]uint64)(&c.nulls))
	codeBool(x, &c.plain)
	if x.checking() {
		checkBits(x, c.nulls, n)
	}
}

func (c *sharedColumn) keep(x *coder, n int) {
	different := 0
	if !x.reading {
		different = c.different()
	}
	codeWord(x, &different)
	c.texts.keep(x, different)
	codeArray(x, &c.codes)
	codeBool(x, &c.plain)
	if x.checking() {
		x.wants(len(c.codes) == n && below(c.codes, different+1), "codes of texts are damaged")
	}
}

// checkOffsets checks the n+1 ends of n pieces of something of a size.
func checkOffsets(c *coder, off []uint32, n, size int) {
	if !c.wants(len(off) == n+1 && int(off[n]) <= size, "offsets are missing") {
		return
	}
	last, ordered := uint32(0), true
	for _, o := range off {
		ordered = ordered && last <= o
		last = o
	}
	c.wants(ordered, "offsets are out of order")
}

// The kinds of columns.
const (
	kindNull = iota
	kindDict
	kindText
	kindNumber
	kindShared
	kindID
)

// column writes or reads field i.
func (p *partCode) column(c *coder, i int) {
	s := p.part.seg
	var col column = nullColumn{}
	if i < len(s.columns) && s.columns[i] != nil { // older segments may have fewer
		col = s.columns[i]
	}
	kind := kindNull
	switch col.(type) {
	case *dictColumn:
		kind = kindDict
	case *textColumn:
		kind = kindText
	case *numberColumn:
		kind = kindNumber
	case *sharedColumn:
		kind = kindShared
	case *idColumn:
		kind = kindID
	}
	codeWord(c, &kind)
	if c.reading {
		col = newColumn(kind, p.layer.Fields[i].Type)
	}
	switch col := col.(type) {
	case nullColumn:
	case *dictColumn:
		col.keep(c, s.n)
	case *textColumn:
		col.keep(c, s.n)
	case *numberColumn:
		col.keep(c, s.n)
	case *sharedColumn:
		col.keep(c, s.n)
	case *idColumn: // its texts are the ids: see finish
		codeBool(c, &col.plain)
	default:
		c.fail("a column of kind %d in a field of type %s", kind, p.layer.Fields[i].Type)
	}
	if c.reading {
		s.columns[i] = col
	}
}

// newColumn returns an empty column to be read, nil for a kind that the type of the
// field does not have.
func newColumn(kind int, typ layers.FieldType) column {
	switch {
	case kind == kindNull:
		return nullColumn{}
	case kind == kindDict && typ == layers.String:
		return new(dictColumn)
	case kind == kindText && typ == layers.String:
		return new(textColumn)
	case kind == kindShared && typ == layers.String:
		return new(sharedColumn)
	case kind == kindID && typ == layers.String:
		return new(idColumn)
	case kind == kindNumber && typ != layers.String:
		return &numberColumn{typ: typ}
	}
	return nil
}

func (c *dictColumn) keep(x *coder, n int) {
	off, data := []uint32{0}, []byte(nil)
	if !x.reading {
		for _, v := range c.dict {
			data = append(data, v.Str()...)
			off = append(off, uint32(len(data)))
		}
	}
	codeArray(x, &off)
	codeArray(x, &data)
	codeArray(x, &c.narrow)
	codeArray(x, &c.middle)
	codeBool(x, &c.plain)
	if !x.checking() || !x.wants(len(off) > 0, "a dictionary is missing") {
		return
	}
	size := len(off) - 1
	checkOffsets(x, off, size, len(data))
	x.wants(len(c.narrow)+len(c.middle) == n && max(len(c.narrow), len(c.middle)) == n &&
		below(c.narrow, size+1) && below(c.middle, size+1), "a dictionary's codes are damaged")
	if x.err != nil {
		return
	}
	c.dict = make([]layers.Value, size)
	for i := range c.dict {
		c.dict[i] = layers.Text(stringIn(data, off[i], off[i+1]))
	}
}

// stringIn is data[lo:hi] as a string over the same memory, which is never written
// again.
func stringIn(data []byte, lo, hi uint32) string {
	if lo == hi {
		return ""
	}
	return unsafe.String(&data[lo], hi-lo)
}

func (c *numberColumn) keep(x *coder, n int) {
	codeArray(x, &c.narrow)
	codeArray(x, &c.wide)
	codeArray(x, (*[]uint64)(&c.nulls))
	packed := c.packed != nil
	codeBool(x, &packed)
	if packed {
		if x.reading {
			c.packed = new(packing)
		}
		c.packed.keep(x)
	}
	if !x.checking() {
		return
	}
	codes := 0
	if packed {
		codes = c.packed.codes.rows()
	}
	x.wants(len(c.narrow)+len(c.wide)+codes == n && max(len(c.narrow), len(c.wide), codes) == n, "numbers are missing")
	checkBits(x, c.nulls, n)
}

func (p *packing) keep(c *coder) {
	base, step, div := []int64{p.base}, []int64{p.step}, []float64{p.div}
	codeArray(c, &base)
	codeArray(c, &step)
	codeArray(c, &div)
	codeArray(c, &p.codes.narrow)
	codeArray(c, &p.codes.wide)
	if c.checking() && c.wants(len(base) == 1 && len(step) == 1 && len(div) == 1 && div[0] >= 1, "how numbers are packed is missing") {
		p.base, p.step, p.div = base[0], step[0], div[0]
	}
}

// samplesOfPart is how many points of a part are worked out again, so that a file
// from before interior points were found otherwise is not used.
const samplesOfPart = 8

// finish puts together what the blocks gave.
func (p *partCode) finish() error {
	s := p.part.seg
	for _, col := range s.columns {
		if col, ok := col.(*idColumn); ok {
			col.texts = s.ids.texts
		}
	}
	if s.geoms == nil {
		return nil
	}
	if s.tree.Points() != nil {
		return errors.New("its features are more than their points")
	}
	for i := range samplesOfPart {
		row := i * (s.n - 1) / (samplesOfPart - 1)
		if is, was := pointOf(s.geoms[row]), s.points[row]; is != was && (hasPoint(is) || hasPoint(was)) {
			return errors.New("its features have other points than they should")
		}
	}
	return nil
}

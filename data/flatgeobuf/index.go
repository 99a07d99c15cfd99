package flatgeobuf

import (
	"bufio"
	"cmp"
	"context"
	"encoding/binary"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// The packed Hilbert R-tree: 16 entries a node, as other writers do.
const (
	nodeSize  = 16
	nodeBytes = 40 // four doubles of a box, and an offset
	// maxIndexed bounds the features of an index that is read over: more do not fit
	// into any file.
	maxIndexed = 1 << 40
)

// indexSize is the length of the index of n features in bytes, false when it is
// none.
func indexSize(n uint64, node int) (int64, bool) {
	if node < 2 || n == 0 || n > maxIndexed {
		return 0, false
	}
	total := n
	for {
		n = (n + uint64(node) - 1) / uint64(node)
		total += n
		if n == 1 {
			return int64(total) * nodeBytes, true
		}
	}
}

// entry is a feature on its way into an indexed file.
type entry struct {
	box    [4]float64 // minimum x, y, maximum x, y
	key    uint32     // its place on the Hilbert curve
	size   uint32
	offset int64 // in the scratch file
}

// WriteIndexed writes all features to out as an indexed file, by way of scratch,
// which is a file of its own and empty. Options.Count is not used. It returns the
// number of features. Errors: those of rows and ctx, Unavailable when a file fails.
func WriteIndexed(ctx context.Context, out io.Writer, scratch io.ReadWriteSeeker, l *layers.Layer, o Options, rows iter.Seq2[layers.Row, error], progress func(int64)) (int64, error) {
	w := NewWriter(l, o)
	entries, err := w.lay(ctx, scratch, rows, progress)
	if err != nil {
		return 0, err
	}
	all := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	for i := range entries {
		if e := &entries[i]; e.box[0] <= e.box[2] {
			all = all.Union(orb.Bound{Min: orb.Point{e.box[0], e.box[1]}, Max: orb.Point{e.box[2], e.box[3]}})
		}
	}
	arrange(entries, all)
	buffered := bufio.NewWriterSize(out, 1<<16)
	envelope, node := &all, uint64(nodeSize)
	if all.Min[0] > all.Max[0] || len(entries) == 0 { // nothing to search for
		envelope, node = nil, 0
	}
	if _, err := buffered.Write(w.head(nil, len(entries), envelope, node)); err != nil {
		return 0, unavailable(err)
	}
	if node > 0 {
		if err := writeIndex(buffered, entries); err != nil {
			return 0, unavailable(err)
		}
	}
	var b []byte
	for i := range entries {
		if i%1024 == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		b = slices.Grow(b[:0], int(entries[i].size))[:entries[i].size]
		if _, err := scratch.Seek(entries[i].offset, io.SeekStart); err != nil {
			return 0, unavailable(err)
		}
		if _, err := io.ReadFull(scratch, b); err != nil {
			return 0, unavailable(err)
		}
		if _, err := buffered.Write(b); err != nil {
			return 0, unavailable(err)
		}
	}
	if err := buffered.Flush(); err != nil {
		return 0, unavailable(err)
	}
	return int64(len(entries)), nil
}

func unavailable(err error) error {
	return &layers.Error{Kind: layers.Unavailable, Op: "flatgeobuf", Err: err}
}

// lay writes the features to the scratch file in the order they come.
func (w *Writer) lay(ctx context.Context, scratch io.Writer, rows iter.Seq2[layers.Row, error], progress func(int64)) ([]entry, error) {
	var entries []entry
	var offset int64
	buffered := bufio.NewWriterSize(scratch, 1<<16)
	var b []byte
	for row, err := range rows {
		if err != nil {
			return nil, err
		}
		box := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
		w.bound = &box
		if b, err = w.Append(b[:0], row); err != nil {
			return nil, err
		}
		if _, err := buffered.Write(b); err != nil {
			return nil, unavailable(err)
		}
		entries = append(entries, entry{box: [4]float64{box.Min[0], box.Min[1], box.Max[0], box.Max[1]}, size: uint32(len(b)), offset: offset})
		offset += int64(len(b))
		if progress != nil && len(entries)%1024 == 0 {
			progress(int64(len(entries)))
		}
	}
	w.bound = nil
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if err := buffered.Flush(); err != nil {
		return nil, unavailable(err)
	}
	return entries, nil
}

// arrange sorts the features along the Hilbert curve through the middles of their
// boxes; those without a place come last, in the order they came.
func arrange(entries []entry, all orb.Bound) {
	const cells = math.MaxUint16
	scale := func(x, from, to float64) uint32 {
		if !(to > from) {
			return 0
		}
		return uint32(cells * min(1, max(0, (x-from)/(to-from))))
	}
	for i := range entries {
		e := &entries[i]
		if e.box[0] > e.box[2] {
			e.key = math.MaxUint32
			continue
		}
		e.key = hilbert(scale((e.box[0]+e.box[2])/2, all.Min[0], all.Max[0]), scale((e.box[1]+e.box[3])/2, all.Min[1], all.Max[1]))
	}
	slices.SortStableFunc(entries, func(a, b entry) int { return cmp.Compare(a.key, b.key) })
}

// hilbert is the place of a cell of a 65536 × 65536 grid on the Hilbert curve
// (the curve's own recursion: rotate the quadrant, go on in the next smaller one).
func hilbert(x, y uint32) uint32 {
	var d uint32
	for s := uint32(1 << 15); s > 0; s >>= 1 {
		var rx, ry uint32
		if x&s != 0 {
			rx = 1
		}
		if y&s != 0 {
			ry = 1
		}
		d += s * s * ((3 * rx) ^ ry)
		if ry == 0 {
			if rx == 1 {
				x, y = math.MaxUint16-x, math.MaxUint16-y
			}
			x, y = y, x
		}
	}
	return d
}

// writeIndex writes the tree, its root first. A leaf's offset is where its feature
// begins behind the index, an inner node's the number of its first child.
func writeIndex(out io.Writer, entries []entry) error {
	type node struct {
		box    [4]float64
		offset uint64
	}
	sizes := []int{len(entries)}
	for n := len(entries); ; {
		n = (n + nodeSize - 1) / nodeSize
		sizes = append(sizes, n)
		if n == 1 {
			break
		}
	}
	starts := make([]int, len(sizes)) // number of the first node of each level, leaves first
	total := 0
	for i := len(sizes) - 1; i >= 0; i-- {
		starts[i] = total
		total += sizes[i]
	}
	level := make([]node, len(entries))
	var at uint64
	for i := range entries {
		level[i] = node{entries[i].box, at}
		at += uint64(entries[i].size)
	}
	levels := [][]node{level}
	for i := 1; i < len(sizes); i++ {
		below := levels[i-1]
		level := make([]node, 0, sizes[i])
		for from := 0; from < len(below); from += nodeSize {
			n := node{box: below[from].box, offset: uint64(starts[i-1] + from)}
			for _, child := range below[from:min(from+nodeSize, len(below))] {
				n.box = [4]float64{min(n.box[0], child.box[0]), min(n.box[1], child.box[1]), max(n.box[2], child.box[2]), max(n.box[3], child.box[3])}
			}
			level = append(level, n)
		}
		levels = append(levels, level)
	}
	var b [nodeBytes]byte
	for i := len(levels) - 1; i >= 0; i-- {
		for _, n := range levels[i] {
			for k, x := range n.box {
				binary.LittleEndian.PutUint64(b[8*k:], math.Float64bits(x))
			}
			binary.LittleEndian.PutUint64(b[32:], n.offset)
			if _, err := out.Write(b[:]); err != nil {
				return err
			}
		}
	}
	return nil
}

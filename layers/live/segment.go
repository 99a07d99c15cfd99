package live

import (
	"math"
	"sync"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/index"
	"wutu/geo/predicate"
	"wutu/layers"
)

// segment is an immutable set of rows of one layer, in Hilbert order. Only the
// lazily computed columns at the end change, each once, under their own lock.
type segment struct {
	n        int
	ids      idTable
	columns  []column
	points   []orb.Point    // each row's own or interior point; NaN without geometry
	geoms    []orb.Geometry // nil when every geometry is its point
	versions []uint64
	valid    *validity // nil when every row is valid for ever
	tree     *index.Packed
	extent   orb.Bound
	shaped   int // rows with geometry
	geomSize int // bytes of geoms

	mu     sync.Mutex
	cells  map[int]*cellColumn           // by resolution
	owners map[layers.Level]*ownerColumn // by area level
	former map[layers.Level]*ownerColumn // by area level, with borders of the past
	untrue []untruths                    // the latest asked for
	placed map[string]*placeSums         // by lattice
	sized  map[string]*extents           // by lattice
}

// validity holds the validity intervals in microseconds; 0 is unbounded.
type validity struct{ from, to []int64 }

var nowhere = orb.Point{math.NaN(), math.NaN()}

func hasPoint(p orb.Point) bool { return p[0] == p[0] }

// segmentBuilder collects features in any order.
type segmentBuilder struct {
	layer    *layers.Layer
	ids      []string
	columns  []columnBuilder
	geoms    []orb.Geometry
	points   []orb.Point
	versions []uint64
	from, to []int64
	mixed    bool // some geometry is not a point
	timed    bool // some row has a validity
}

func newSegmentBuilder(l *layers.Layer, size int) *segmentBuilder {
	b := &segmentBuilder{layer: l, columns: make([]columnBuilder, len(l.Fields)),
		ids: make([]string, 0, size), points: make([]orb.Point, 0, size), versions: make([]uint64, 0, size)}
	for i := range l.Fields {
		b.columns[i].typ = l.Fields[i].Type
	}
	b.mixed = l.Geometry != layers.Point && l.Geometry != layers.NoGeometry
	return b
}

// add appends a feature; the builder keeps its geometry and id.
func (b *segmentBuilder) add(f *layers.Feature) {
	b.addRow(f.Key, f.Shape, pointOf(f.Shape), f.Version, f.ValidFrom, f.ValidTo, f)
}

func (b *segmentBuilder) addRow(id string, g orb.Geometry, p orb.Point, version uint64, from, to time.Time, r layers.Row) {
	b.ids = append(b.ids, id)
	b.points = append(b.points, p)
	b.versions = append(b.versions, version)
	b.from = append(b.from, micro(from))
	b.to = append(b.to, micro(to))
	b.timed = b.timed || !from.IsZero() || !to.IsZero()
	if _, isPoint := g.(orb.Point); g != nil && !isPoint && !b.mixed {
		b.becomeMixed()
	}
	if b.mixed {
		b.geoms = append(b.geoms, g)
	}
	for i := range b.columns {
		b.columns[i].add(r.Value(i))
	}
}

// becomeMixed gives the rows before the first non-point their geometries.
func (b *segmentBuilder) becomeMixed() {
	b.mixed = true
	for _, p := range b.points[:len(b.points)-1] {
		if hasPoint(p) {
			b.geoms = append(b.geoms, p)
		} else {
			b.geoms = append(b.geoms, nil)
		}
	}
}

// build makes the segment and the place in it of every added row: order[i] is
// the position at which row i was added. The builder must not be used again.
func (b *segmentBuilder) build() (*segment, []uint32) {
	n := len(b.ids)
	s := &segment{n: n, extent: emptyBound()}
	boxOf := func(i int) orb.Bound {
		if b.mixed {
			if g := b.geoms[i]; g != nil {
				return g.Bound()
			}
			return emptyBound()
		}
		if p := b.points[i]; hasPoint(p) {
			return orb.Bound{Min: p, Max: p}
		}
		return emptyBound()
	}
	tree, order := index.Build(n, boxOf)
	s.tree = tree
	for i := range n {
		if box := boxOf(i); !boundEmpty(box) {
			s.extent = s.extent.Union(box)
			s.shaped++
		}
	}
	s.ids = buildIDs(b.ids, order)
	b.ids = nil
	s.points = permute(b.points, order)
	s.versions = permute(b.versions, order)
	if b.mixed {
		s.geoms = permute(b.geoms, order)
		for _, g := range s.geoms {
			s.geomSize += geometryBytes(g)
		}
		b.geoms = nil
	}
	if b.timed {
		s.valid = &validity{from: permute(b.from, order), to: permute(b.to, order)}
	}
	s.columns = make([]column, len(b.columns))
	for i := range b.columns {
		s.columns[i] = b.columns[i].build(order)
		b.columns[i] = columnBuilder{}
	}
	return s, order
}

func permute[T any](in []T, order []uint32) []T {
	out := make([]T, len(order))
	for i, from := range order {
		out[i] = in[from]
	}
	return out
}

func (s *segment) geometry(row uint32) orb.Geometry {
	if s.geoms != nil {
		return s.geoms[row]
	}
	if p := s.points[row]; hasPoint(p) {
		return p
	}
	return nil
}

func (s *segment) value(row uint32, field int) layers.Value {
	if field < 0 || field >= len(s.columns) { // the layer gained fields since
		return layers.Value{}
	}
	return s.columns[field].value(row)
}

func (s *segment) validAt(row uint32) (from, to time.Time) {
	if s.valid == nil {
		return time.Time{}, time.Time{}
	}
	return fromMicro(s.valid.from[row]), fromMicro(s.valid.to[row])
}

// bytes estimates the memory the segment holds.
func (s *segment) bytes() int {
	n := s.ids.bytes() + 16*len(s.points) + 8*len(s.versions) + s.geomSize + s.tree.Bytes()
	if s.valid != nil {
		n += 8 * (len(s.valid.from) + len(s.valid.to))
	}
	for _, c := range s.columns {
		n += c.bytes()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.cells {
		n += c.bytes()
	}
	for _, o := range s.owners {
		n += o.area.bytes()
	}
	return n + s.latticeBytes()
}

// pointOf is the one point by which g is counted: the point itself, an interior
// point of lines and polygons, nowhere for none.
func pointOf(g orb.Geometry) orb.Point {
	switch g := g.(type) {
	case nil:
		return nowhere
	case orb.Point:
		return g
	}
	return predicate.InteriorPoint(g)
}

func micro(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

func fromMicro(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

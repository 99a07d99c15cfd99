package live

import (
	"math"
	"slices"
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
	points   []orb.Point    // each row's own or interior point; NaN without geometry. The tree's where geoms is nil
	geoms    []orb.Geometry // nil when every geometry is its point
	versions versions
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
	totals map[int]*measured             // by field; nil for one whose values are not summed up so
}

// validity holds the validity intervals in microseconds; 0 is unbounded.
type validity struct{ from, to []int64 }

var nowhere = orb.Point{math.NaN(), math.NaN()}

func hasPoint(p orb.Point) bool { return p[0] == p[0] }

// segmentBuilder collects features in any order. It copies what it is given but
// geometries, and can be used again after reset.
type segmentBuilder struct {
	layer    *layers.Layer
	ids      texts
	columns  []columnBuilder
	geoms    []orb.Geometry
	points   []orb.Point
	versions []uint64
	from, to []int64
	mixed    bool // some geometry is not a point
	timed    bool // some row has a validity: from and to are there
}

func newSegmentBuilder(l *layers.Layer, size int) *segmentBuilder {
	b := &segmentBuilder{}
	b.reset(l, size)
	return b
}

// reset empties the builder and makes it ready for size rows of a layer. It keeps
// its room.
func (b *segmentBuilder) reset(l *layers.Layer, size int) {
	b.layer = l
	b.ids.reset()
	b.points, b.versions, b.from, b.to = b.points[:0], b.versions[:0], b.from[:0], b.to[:0]
	clear(b.geoms)
	b.geoms = b.geoms[:0]
	b.mixed, b.timed = l.Geometry != layers.Point && l.Geometry != layers.NoGeometry, false
	b.ids.off = slices.Grow(b.ids.off, size+1)
	b.points, b.versions = slices.Grow(b.points, size), slices.Grow(b.versions, size)
	if b.mixed {
		b.geoms = slices.Grow(b.geoms, size)
	}
	b.columns = slices.Grow(b.columns[:0], len(l.Fields))[:len(l.Fields)]
	for i := range b.columns {
		b.columns[i].reset(l.Fields[i].Type)
		b.columns[i].grow(size)
	}
}

// rows is the number of rows added.
func (b *segmentBuilder) rows() int { return len(b.points) }

// full reports whether a segment should be made of the rows.
func (b *segmentBuilder) full() bool {
	if b.rows() >= segmentRows {
		return true
	}
	for i := range b.columns {
		if b.columns[i].total > segmentText {
			return true
		}
	}
	return false
}

// add appends a feature; the builder keeps its geometry.
func (b *segmentBuilder) add(f *layers.Feature) {
	b.addRow(f.Key, f.Shape, pointOf(f.Shape), f.Version, f.ValidFrom, f.ValidTo, f)
}

func (b *segmentBuilder) addRow(id string, g orb.Geometry, p orb.Point, version uint64, from, to time.Time, r layers.Row) {
	b.ids.append(id)
	b.points = append(b.points, p)
	b.versions = append(b.versions, version)
	if !b.timed && !(from.IsZero() && to.IsZero()) {
		b.timed = true
		b.from, b.to = make([]int64, len(b.points)-1, cap(b.points)), make([]int64, len(b.points)-1, cap(b.points))
	}
	if b.timed {
		b.from, b.to = append(b.from, micro(from)), append(b.to, micro(to))
	}
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
// the position at which row i was added. The builder is done until its reset.
func (b *segmentBuilder) build() (*segment, []uint32) {
	s := &segment{n: b.rows(), extent: emptyBound()}
	var order []uint32
	if b.mixed {
		s.tree, order = index.Build(s.n, func(i int) orb.Bound { return boundOf(b.geoms[i]) })
		s.points, s.geoms = permute(b.points, order), permute(b.geoms, order)
		together(s.geoms)
		for _, g := range s.geoms {
			s.geomSize += geometryBytes(g)
			if box := boundOf(g); !boundEmpty(box) {
				s.extent = s.extent.Union(box)
				s.shaped++
			}
		}
	} else {
		s.tree, order = index.BuildPoints(b.points)
		s.points = s.tree.Points()
		for _, p := range s.points {
			if hasPoint(p) {
				s.extent = s.extent.Union(orb.Bound{Min: p, Max: p})
				s.shaped++
			}
		}
	}
	s.ids = buildIDs(&b.ids, order)
	s.versions = buildVersions(b.versions, order)
	if b.timed {
		s.valid = &validity{from: permute(b.from, order), to: permute(b.to, order)}
	}
	s.columns = make([]column, len(b.columns))
	ids := &idsBuilt{table: &s.ids, came: &b.ids}
	for i := range b.columns {
		s.columns[i] = b.columns[i].build(order, ids)
	}
	return s, order
}

// boundOf is the box of a geometry, empty without one.
func boundOf(g orb.Geometry) orb.Bound {
	if g == nil {
		return emptyBound()
	}
	return g.Bound()
}

// versions are the versions of a segment's rows, as distances from the lowest
// where four bytes hold them.
type versions struct {
	base   uint64
	narrow []uint32
	wide   []uint64
}

func (v *versions) at(row uint32) uint64 {
	if v.narrow != nil {
		return v.base + uint64(v.narrow[row])
	}
	return v.wide[row]
}

func (v *versions) bytes() int { return 4*len(v.narrow) + 8*len(v.wide) }

// buildVersions makes them with row i holding came[order[i]].
func buildVersions(came []uint64, order []uint32) versions {
	if len(came) == 0 {
		return versions{}
	}
	low, high := slices.Min(came), slices.Max(came)
	if high-low > math.MaxUint32 {
		return versions{wide: permute(came, order)}
	}
	v := versions{base: low, narrow: make([]uint32, len(order))}
	for i, from := range order {
		v.narrow[i] = uint32(came[from] - low)
	}
	return v
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

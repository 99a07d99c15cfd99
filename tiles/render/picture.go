package render

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// picture is what one layer shows in one tile: gathered row by row, then written.
// Its memory is used again for other tiles.
type picture struct {
	layer    *layers.Layer
	tile     tiles.ID
	columns  []column
	measures []column // that points standing for several carry sums of
	frame    shape.Frame
	scratch  mvt.Geometry
	seed     uint64    // of the layer's cells
	unit     float32   // area of a square of one unit, in steps squared
	least    float32   // polygons of less are left out
	own      orb.Bound // of the tile, a unit wider
	cached   *labelCache

	class   int            // field that ranks lines, -1 for none
	classes map[string]int // its values
	title   int            // field that labels polygons, -1 for none

	rows     rows
	crowds   crowds
	contests contests
	specks   specks
	large    []large

	squares list // of specks
	shapes  list
	points  []item // in order
	labels  list

	// Pictures of shapes, one after the other; ends count from an item's own start.
	coords []mvt.XY
	ends   []int

	texts []byte // of instants; what is written stays as it is until clear
}

// column is an attribute that features carry.
type column struct {
	name   string
	field  int  // -1: the id
	brief  bool // shown when space is short
	always bool // shown however short it is, so that sums add up
}

// item is one feature to be written.
type item struct {
	key   uint64
	row   int32 // of picture.rows; none for one that stands for several
	class int32 // rank of its class, 0 first
	count int32 // of rows, when it stands for several; of a label its rank
	cell  int32 // of points, when it stands for several
	size  float32
	at    mvt.XY // of a point
	kind  mvt.GeomType

	coords, ends [2]int32 // of a shape: from, to
}

// list is items and, once sorted, their order.
type list struct {
	items []item
	order []ranked
}

// ranked is where an item stands; rank decides nearly always what comes first.
type ranked struct {
	rank uint64
	at   int32
}

func (l *list) add(it *item) { l.items = append(l.items, *it) }

func (l *list) clear() { l.items, l.order = l.items[:0], l.order[:0] }

// none is no row.
const none = -1

// start makes the picture ready for a layer in a tile.
func (p *picture) start(l *layers.Layer, t tiles.ID) {
	p.layer, p.tile = l, t
	p.frame.Aim(t, gridOf(t.Z), shape.DefaultBuffer)
	p.own = t.Buffered(1.0 / mvt.Extent)
	p.seed, p.unit, p.least = xxhash.Sum64String(l.ID), unitArea(t), 0
	if t.Z < detailZoom && l.Level == layers.NoLevel {
		p.least = minPolygonPixels * pixel * pixel * p.unit
	}
	p.columns = columns(p.columns[:0], l, t.Z)
	p.measures = p.measures[:0]
	for _, c := range p.columns {
		if c.always {
			p.measures = append(p.measures, column{name: sumKey + c.name, field: c.field})
		}
	}
	p.class, p.classes, p.title = -1, nil, -1
	if i := l.FieldIndex(classField); i >= 0 && len(l.Fields[i].Codes) > 0 {
		p.class, p.classes = i, make(map[string]int)
		for n, code := range l.Fields[i].Codes {
			p.classes[code.Value] = n
		}
	}
	if i := l.FieldIndex(l.TitleField); i >= 0 && !l.Fields[i].Personal {
		p.title = i
	}
}

// clear forgets all but memory.
func (p *picture) clear() {
	p.rows.clear()
	p.crowds.clear()
	p.contests.clear()
	p.specks.clear()
	p.squares.clear()
	p.shapes.clear()
	p.labels.clear()
	p.points, p.large = p.points[:0], p.large[:0]
	p.coords, p.ends, p.texts = p.coords[:0], p.ends[:0], p.texts[:0]
}

// columns appends the attributes of a layer at a zoom in order of name.
func columns(out []column, l *layers.Layer, z tiles.Zoom) []column {
	out = append(out, column{name: idKey, field: -1, brief: true})
	brief := shown(l, z, true)
	for _, f := range shown(l, z, false) {
		out = append(out, column{name: l.Fields[f].Name, field: f, brief: slices.Contains(brief, f), always: summed(l, f)})
	}
	slices.SortFunc(out, func(a, b column) int { return strings.Compare(a.name, b.name) })
	return out
}

// finish turns what was gathered into items.
func (p *picture) finish() {
	p.decide()
	p.drawLarge()
	p.giveBack()
	p.gather()
	p.sort(&p.squares)
	p.sort(&p.shapes)
	p.sort(&p.labels)
}

// order is the total order in which items are important.
func (p *picture) order(a, b *item) int {
	switch {
	case a.class != b.class:
		return cmp.Compare(a.class, b.class)
	case a.size != b.size:
		return cmp.Compare(b.size, a.size)
	case a.key != b.key:
		return cmp.Compare(a.key, b.key)
	}
	return strings.Compare(p.rows.id(a.row), p.rows.id(b.row))
}

// importance is a number by which items are in order, as far as class and size decide. Sizes
// are not negative, so that their bits are in their order.
func importance(class int32, size float32) uint64 {
	return uint64(class)<<32 | uint64(^math.Float32bits(size))
}

// sort puts the items of a list into order.
func (p *picture) sort(l *list) {
	for i := range l.items {
		it := &l.items[i]
		l.order = append(l.order, ranked{importance(it.class, it.size), int32(i)})
	}
	slices.SortFunc(l.order, func(a, b ranked) int {
		if a.rank != b.rank {
			return cmp.Compare(a.rank, b.rank)
		}
		return p.order(&l.items[a.at], &l.items[b.at])
	})
}

// shape is an item of the picture just drawn.
func (p *picture) shape(row int32, class int, size float32) item {
	it := item{row: row, class: int32(class), size: size, kind: p.scratch.Type}
	it.coords[0], it.ends[0] = int32(len(p.coords)), int32(len(p.ends))
	p.coords, p.ends = append(p.coords, p.scratch.Coords...), append(p.ends, p.scratch.Ends...)
	it.coords[1], it.ends[1] = int32(len(p.coords)), int32(len(p.ends))
	if row != none {
		it.key = xxhash.Sum64String(p.rows.id(row))
	}
	return it
}

// geometry is the picture of an item, which belongs to p.
func (p *picture) geometry(it *item) mvt.Geometry {
	if it.kind == mvt.Points {
		p.scratch.Reset(mvt.Points)
		p.scratch.Add([]mvt.XY{it.at})
		return p.scratch
	}
	return mvt.Geometry{Type: it.kind, Coords: p.coords[it.coords[0]:it.coords[1]], Ends: p.ends[it.ends[0]:it.ends[1]]}
}

// rows are the rows that may be written. Those of tables are remembered by where
// they are, others are copied.
type rows struct {
	refs   []live.Ref
	one    live.Row // the latest looked at
	view   live.Row // any of the layer
	others []layers.Feature
}

func (r *rows) clear() {
	clear(r.refs)
	clear(r.others)
	*r = rows{refs: r.refs[:0], others: r.others[:0]}
}

// add remembers a row.
func (r *rows) add(row layers.Row, l *layers.Layer) int32 {
	if of, ok := row.(*live.Row); ok {
		r.view = *of
		r.refs = append(r.refs, of.Ref())
		return int32(len(r.refs) - 1)
	}
	f := layers.Feature{Key: row.ID(), Shape: row.Geometry(), Values: make([]layers.Value, len(l.Fields))}
	for i := range f.Values {
		f.Values[i] = row.Value(i)
	}
	r.others = append(r.others, f)
	return int32(len(r.others) - 1)
}

// at is the row, good until the next call.
func (r *rows) at(i int32) layers.Row {
	if len(r.others) > 0 {
		return &r.others[i]
	}
	r.one = r.view.At(r.refs[i])
	return &r.one
}

// id is the id of a row, "" of none.
func (r *rows) id(i int32) string {
	if i == none {
		return ""
	}
	return r.at(i).ID()
}

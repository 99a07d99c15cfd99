package render

import (
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/tiles"
	"wutu/tiles/mvt"
	"wutu/tiles/shape"
)

// picture is what one layer shows in one tile: gathered row by row, then written.
// Its memory is used again for other tiles.
type picture struct {
	layer   *layers.Layer
	tile    tiles.ID
	columns []column
	frame   shape.Frame
	scratch mvt.Geometry
	seed    uint64  // of the layer's cells
	unit    float32 // area of a square of one unit, in steps squared
	least   float32 // polygons of less are left out
	cached  *labelCache

	class   int            // field that ranks lines, -1 for none
	classes map[string]int // its values
	title   int            // field that labels polygons, -1 for none

	rows     rows
	crowds   crowds
	contests contests
	specks   specks

	squares []item // of specks
	shapes  []item
	points  []item
	labels  []item

	// Pictures of shapes, one after the other; ends count from an item's own start.
	coords []mvt.XY
	ends   []int

	texts []byte // of instants; what is written stays as it is until clear
}

// column is an attribute that features carry.
type column struct {
	name  string
	field int  // -1: the id
	brief bool // shown when space is short
}

// item is one feature to be written.
type item struct {
	row   int // of picture.rows; none for one that stands for several
	class int // rank of its class, 0 first
	count int // of rows, when it stands for several; of a label its rank
	key   uint64
	size  float32
	kind  mvt.GeomType
	at    mvt.XY // of a point

	coords, ends [2]int // of a shape: from, to
}

// none is no row.
const none = -1

// start makes the picture ready for a layer in a tile.
func (p *picture) start(l *layers.Layer, t tiles.ID) {
	p.layer, p.tile = l, t
	p.frame.Aim(t, gridOf(t.Z), shape.DefaultBuffer)
	p.seed, p.unit, p.least = xxhash.Sum64String(l.ID), unitArea(t), 0
	if t.Z < detailZoom && l.Level == layers.NoLevel {
		p.least = minPolygonPixels * pixel * pixel * p.unit
	}
	p.columns = columns(p.columns[:0], l, t.Z)
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
	p.squares, p.shapes, p.points, p.labels = p.squares[:0], p.shapes[:0], p.points[:0], p.labels[:0]
	p.coords, p.ends, p.texts = p.coords[:0], p.ends[:0], p.texts[:0]
}

// columns appends the attributes of a layer at a zoom in order of name.
func columns(out []column, l *layers.Layer, z tiles.Zoom) []column {
	out = append(out, column{name: idKey, field: -1, brief: true})
	brief := shown(l, z, true)
	for _, f := range shown(l, z, false) {
		out = append(out, column{name: l.Fields[f].Name, field: f, brief: slices.Contains(brief, f)})
	}
	slices.SortFunc(out, func(a, b column) int { return strings.Compare(a.name, b.name) })
	return out
}

// finish turns what was gathered into items.
func (p *picture) finish() {
	p.decide()
	p.giveBack()
	p.gather()
	slices.SortFunc(p.squares, p.order)
	slices.SortFunc(p.shapes, p.order)
	slices.SortFunc(p.labels, p.order)
}

// order is the total order in which items are important.
func (p *picture) order(a, b item) int {
	switch {
	case a.class != b.class:
		return a.class - b.class
	case a.size != b.size:
		if a.size > b.size {
			return -1
		}
		return 1
	case a.key != b.key:
		if a.key < b.key {
			return -1
		}
		return 1
	}
	return strings.Compare(p.rows.id(a.row), p.rows.id(b.row))
}

// shape is an item of the picture just drawn.
func (p *picture) shape(row, class int, size float32) item {
	it := item{row: row, class: class, size: size, kind: p.scratch.Type,
		coords: [2]int{len(p.coords), len(p.coords) + len(p.scratch.Coords)}, ends: [2]int{len(p.ends), len(p.ends) + len(p.scratch.Ends)}}
	p.coords, p.ends = append(p.coords, p.scratch.Coords...), append(p.ends, p.scratch.Ends...)
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
func (r *rows) add(row layers.Row, l *layers.Layer) int {
	if of, ok := row.(*live.Row); ok {
		r.view = *of
		r.refs = append(r.refs, of.Ref())
		return len(r.refs) - 1
	}
	f := layers.Feature{Key: row.ID(), Shape: row.Geometry(), Values: make([]layers.Value, len(l.Fields))}
	for i := range f.Values {
		f.Values[i] = row.Value(i)
	}
	r.others = append(r.others, f)
	return len(r.others) - 1
}

// at is the row, good until the next call.
func (r *rows) at(i int) layers.Row {
	if len(r.others) > 0 {
		return &r.others[i]
	}
	r.one = r.view.At(r.refs[i])
	return &r.one
}

// id is the id of a row, "" of none.
func (r *rows) id(i int) string {
	if i == none {
		return ""
	}
	return r.at(i).ID()
}

package render

import (
	"slices"
	"time"
	"unsafe"

	"wutu/layers"
	"wutu/tiles/mvt"
)

// Cuts are steps by which a tile that is too large becomes smaller: 0 none, 1 short
// attributes, from 2 on half as many lines and polygons each time, and points
// with their id alone. Points themselves are never cut: their counts add up.
const lastCut = 9

// write writes the layer and its labels. asked are all layers of the tile: a
// label layer never takes the name of one of them.
func (p *picture) write(w *mvt.Writer, cut int, asked []string) error {
	if err := w.Layer(p.layer.ID); err != nil {
		return err
	}
	var tags []mvt.Tag
	put := func(it *item, bare bool) {
		tags = p.tags(tags[:0], it, cut, bare)
		g := p.geometry(it)
		w.Feature(it.key, &g, tags)
	}
	for _, r := range p.squares.order { // below all others
		put(&p.squares.items[r.at], cut > 1)
	}
	shapes := p.shapes.order
	shapes = shapes[:min(len(shapes), max(MaxFeatures-len(p.squares.items), 0)>>max(cut-1, 0))]
	for _, r := range shapes {
		if it := &p.shapes.items[r.at]; it.kind != mvt.Lines {
			put(it, false)
		}
	}
	for _, r := range slices.Backward(shapes) { // painted in file order: the most important last
		if it := &p.shapes.items[r.at]; it.kind == mvt.Lines {
			put(it, false)
		}
	}
	for i := range p.points {
		put(&p.points[i], cut > 1)
	}
	name := p.layer.ID + "_label"
	if len(p.labels.items) == 0 || slices.Contains(asked, name) {
		return nil
	}
	if err := w.Layer(name); err != nil {
		return err
	}
	for _, r := range p.labels.order {
		it := &p.labels.items[r.at]
		row := p.rows.at(it.row)
		tags = append(tags[:0], mvt.Tag{Key: idKey, Value: mvt.Str(row.ID())},
			mvt.Tag{Key: "name", Value: p.value(row.Value(p.title))}, mvt.Tag{Key: "rank", Value: mvt.Int(int64(it.count))})
		g := p.geometry(it)
		w.Feature(it.key, &g, tags)
	}
	return nil
}

func (p *picture) tags(tags []mvt.Tag, it *item, cut int, bare bool) []mvt.Tag {
	if it.row == none {
		tags = append(tags, mvt.Tag{Key: countKey, Value: mvt.Int(int64(it.count))})
		if it.kind == mvt.Points {
			tags = p.sums(tags, int(it.cell))
		}
		return tags
	}
	if it.count > 0 {
		tags = append(tags, mvt.Tag{Key: countKey, Value: mvt.Int(int64(it.count))})
	}
	row := p.rows.at(it.row)
	for i := range p.columns {
		c := &p.columns[i]
		switch {
		case c.field < 0:
			tags = append(tags, mvt.Tag{Key: c.name, Value: mvt.Str(row.ID())})
		case !bare && (cut == 0 || c.brief), c.always:
			tags = append(tags, mvt.Tag{Key: c.name, Value: p.value(row.Value(c.field))})
		}
	}
	return tags
}

// sums appends the sums of the measures of a cell of points, in order of name, without
// those of which no point has a value.
func (p *picture) sums(tags []mvt.Tag, cell int) []mvt.Tag {
	n := len(p.measures)
	for i, c := range p.measures {
		if sum, ok := p.crowds.totals[cell*n+i].Value(); ok {
			tags = append(tags, mvt.Tag{Key: c.name, Value: mvt.Double(sum)})
		}
	}
	return tags
}

// value is v as an attribute; instants are RFC 3339 text, which is good until the
// picture is cleared.
func (p *picture) value(v layers.Value) mvt.Value {
	switch v.Type() {
	case layers.String:
		return mvt.Str(v.Str())
	case layers.Integer:
		return mvt.Int(v.Int())
	case layers.Number:
		return mvt.Double(v.Float())
	case layers.Boolean:
		return mvt.Bool(v.Bool())
	case layers.DateTime:
		from := len(p.texts)
		p.texts = v.Time().AppendFormat(p.texts, time.RFC3339Nano)
		return mvt.Str(unsafe.String(&p.texts[from], len(p.texts)-from))
	}
	return mvt.Value{}
}

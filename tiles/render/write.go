package render

import (
	"io"
	"slices"
	"time"
	"unsafe"

	"github.com/klauspost/compress/gzip"

	"wutu/layers"
	"wutu/tiles/mvt"
)

// Cuts are steps by which a tile that is too large becomes smaller: 0 none, 1 short
// attributes, from 2 on half as many lines and polygons each time, and points
// with their id alone. Points themselves are never cut: their counts add up.
const lastCut = 9

// fits reports whether a tile is small enough.
func fits(b []byte) bool {
	if len(b) <= MaxBytes {
		return true
	}
	var n counter
	z, err := gzip.NewWriterLevel(&n, gzip.DefaultCompression)
	if err != nil {
		return false
	}
	if _, err := z.Write(b); err != nil || z.Close() != nil {
		return false
	}
	return n <= MaxBytes
}

type counter int

var _ io.Writer = (*counter)(nil)

func (c *counter) Write(b []byte) (int, error) {
	*c += counter(len(b))
	return len(b), nil
}

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
	for i := range p.squares { // below all others
		put(&p.squares[i], cut > 1)
	}
	shapes := p.shapes[:min(len(p.shapes), max(MaxFeatures-len(p.squares), 0)>>max(cut-1, 0))]
	for i := range shapes {
		if shapes[i].kind != mvt.Lines {
			put(&shapes[i], false)
		}
	}
	for i := len(shapes) - 1; i >= 0; i-- { // painted in file order: the most important last
		if shapes[i].kind == mvt.Lines {
			put(&shapes[i], false)
		}
	}
	for i := range p.points {
		put(&p.points[i], cut > 1)
	}
	name := p.layer.ID + "_label"
	if len(p.labels) == 0 || slices.Contains(asked, name) {
		return nil
	}
	if err := w.Layer(name); err != nil {
		return err
	}
	for i := range p.labels {
		it := &p.labels[i]
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
		return append(tags, mvt.Tag{Key: countKey, Value: mvt.Int(int64(it.count))})
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
		case !bare && (cut == 0 || c.brief):
			tags = append(tags, mvt.Tag{Key: c.name, Value: p.value(row.Value(c.field))})
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

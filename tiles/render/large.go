package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/paulmach/orb"

	"wutu/layers"
)

// large is a shape that competes for no cell's room: one longer than a cell, or an
// area.
type large struct {
	rank  uint64 // as of items
	row   int32
	class int32
	size  float32
}

func (p *picture) addLarge(row layers.Row, class int, size float32) {
	p.large = append(p.large, large{rank: importance(int32(class), size), row: p.rows.add(row, p.layer), class: int32(class), size: size})
}

// drawLarge draws the large shapes, the most important MaxFeatures if there are more:
// others could not be written. At low zooms those are few of a layer of small areas.
func (p *picture) drawLarge() {
	if len(p.large) > MaxFeatures {
		slices.SortFunc(p.large, p.larger)
	}
	drawn := 0
	for i := range p.large {
		l := &p.large[i]
		if p.frame.Draw(&p.scratch, p.rows.at(l.row).Geometry()) {
			it := p.shape(l.row, int(l.class), l.size)
			p.shapes.add(&it)
			if drawn++; drawn == MaxFeatures {
				return
			}
		}
	}
}

// larger is picture.order before anything is drawn.
func (p *picture) larger(a, b large) int {
	if a.rank != b.rank {
		return cmp.Compare(a.rank, b.rank)
	}
	idA, idB := p.rows.id(a.row), p.rows.id(b.row)
	return cmp.Or(cmp.Compare(xxhash.Sum64String(idA), xxhash.Sum64String(idB)), strings.Compare(idA, idB))
}

// skip finds out by their boxes which areas of a layer leave no picture; nil where those
// of others leave their area to the specks.
func (p *picture) skip() func(box orb.Bound) bool {
	if p.layer.Level == layers.NoLevel || p.layer.Geometry.Dimension() != 2 {
		return nil
	}
	return func(box orb.Bound) bool {
		box.Min[1], box.Max[1] = box.Min[1]-hair, box.Max[1]+hair
		return p.frame.Flattens(box) && !p.labelled(box)
	}
}

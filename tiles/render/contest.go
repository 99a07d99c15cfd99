package render

import (
	"cmp"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"
)

// contest holds the small lines and polygons of one cell that have room in it:
// the shapesPerCell most important of those seen so far, in order.
type contest struct{ best []entrant }

// entrant is a feature in a contest. item is nil when it is not seen in this
// tile: it takes its place all the same, as it does in the neighbour.
type entrant struct {
	class int
	size  float64
	id    string
	item  *item
}

// order is a total order of importance, the same in every tile: class, size, a
// hash of the id so that no id is preferred for its spelling, the id.
func (e *entrant) order(f *entrant) int {
	return cmp.Or(cmp.Compare(e.class, f.class), cmp.Compare(f.size, e.size),
		cmp.Compare(xxhash.Sum64String(e.id), xxhash.Sum64String(f.id)), strings.Compare(e.id, f.id))
}

// admits reports whether e has room.
func (k *contest) admits(e *entrant) bool {
	return len(k.best) < shapesPerCell || e.order(&k.best[len(k.best)-1]) < 0
}

func (k *contest) add(e entrant) {
	i, _ := slices.BinarySearchFunc(k.best, e, func(a, b entrant) int { return a.order(&b) })
	k.best = slices.Insert(k.best, i, e)
	if len(k.best) > shapesPerCell {
		k.best = k.best[:shapesPerCell]
	}
}

// order is the total order in which items are important.
func (it *item) order(other *item) int {
	return cmp.Or(cmp.Compare(it.class, other.class), cmp.Compare(other.size, it.size), cmp.Compare(other.count, it.count),
		cmp.Compare(it.key, other.key), strings.Compare(it.id, other.id))
}

// finish turns what was gathered into sorted items.
func (c *collector) finish() {
	c.gather()
	for _, k := range c.small { // in any order: sorted below
		for _, e := range k.best {
			if e.item != nil {
				c.shapes = append(c.shapes, *e.item)
			}
		}
	}
	for _, list := range [][]item{c.shapes, c.points, c.picture.labels} {
		slices.SortFunc(list, func(a, b item) int { return a.order(&b) })
	}
}

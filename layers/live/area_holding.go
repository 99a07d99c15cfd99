package live

import (
	"slices"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
)

// Holders lists the features of a layer that hold the point p (lon/lat degrees),
// borders included: their ids, in ascending order. It is for layers of some
// hundred large polygons, as jurisdictions are, whose shapes it keeps prepared as
// long as the layer does not change. ok is false for a view of the past, and for a
// layer of more than 4,096 features: ask with a Region there.
//
// No access is applied: ask for the features by these ids, as the subject. The
// first call after a change of the layer costs O(its vertices), others O(log
// features + holders × log vertices).
func (v *View) Holders(layer string, p orb.Point) (ids []string, ok bool) {
	t := v.tables[layer]
	if t == nil || v.now != nil || t.rowCount() > mostHolders {
		return nil, false
	}
	set := v.areas.holders(t)
	set.tree.Search(orb.Bound{Min: p, Max: p}, func(row uint32) bool {
		if i := set.order[row]; set.shapes[i].Locate(p) != predicate.Outside {
			ids = append(ids, set.areas[i].Code)
		}
		return true
	})
	slices.Sort(ids)
	return ids, true
}

// mostHolders bounds the layers whose shapes are kept prepared.
const mostHolders = 4096

// holders returns the prepared shapes of a table.
func (x *areaIndex) holders(t *table) *areaSet {
	x.mu.Lock()
	defer x.mu.Unlock()
	set := x.held[t.layer.ID]
	if set != nil && set.version == t.seq+1 {
		return set
	}
	fresh := newAreaSet(t.seq+1, []*table{t})
	if set == nil || set.version < fresh.version {
		if x.held == nil {
			x.held = make(map[string]*areaSet)
		}
		x.held[t.layer.ID] = fresh
	}
	return fresh
}

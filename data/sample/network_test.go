package sample

import (
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/model"
)

// From every road one can drive to every other; roads meet in nodes only; and
// they cross the river on bridges only.
func TestRoadsAreOneNetwork(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	parent := map[string]string{}
	var find func(string) string
	find = func(v string) string {
		if parent[v] == "" || parent[v] == v {
			return v
		}
		parent[v] = find(parent[v])
		return parent[v]
	}
	where, degree := map[string]orb.Point{}, map[string]int{}
	list := m.features[model.Roads]
	for i := range list {
		f := &list[i]
		ls := f.Shape.(orb.LineString)
		ends := [2]string{m.str(model.Roads, f, model.FromNode), m.str(model.Roads, f, model.ToNode)}
		for k, p := range [2]orb.Point{ls[0], ls[len(ls)-1]} {
			if q, ok := where[ends[k]]; ok && q != p {
				bad.add("road %s: node %s is at %v and %v", f.Key, ends[k], q, p)
			}
			where[ends[k]] = p
			degree[ends[k]]++
			if parent[ends[k]] == "" {
				parent[ends[k]] = ends[k]
			}
		}
		parent[find(ends[0])] = find(ends[1])
	}
	roots := map[string]bool{}
	for v := range parent {
		roots[find(v)] = true
	}
	if len(roots) != 1 {
		t.Errorf("the network falls into %d parts", len(roots))
	}
	byPlace := map[orb.Point]string{}
	for v, p := range where {
		if u, ok := byPlace[p]; ok {
			bad.add("nodes %s and %s are both at %v", u, v, p)
		}
		byPlace[p] = v
	}
	checkCrossings(m, &bad)
	checkBridges(m, &bad)
	bad.done()
}

// checkCrossings demands that two roads have nothing in common but end nodes.
func checkCrossings(m *made, bad *complaints) {
	list := m.features[model.Roads]
	index := indexOf(list)
	done := map[[2]string]bool{}
	for i := range list {
		f := &list[i]
		ls := f.Shape.(orb.LineString)
		eachCell(ls.Bound(), func(c [2]int) {
			for _, o := range index[c] {
				if o.Key <= f.Key || done[[2]string{f.Key, o.Key}] {
					continue
				}
				done[[2]string{f.Key, o.Key}] = true
				other := o.Shape.(orb.LineString)
				for a := 1; a < len(ls); a++ {
					for b := 1; b < len(other); b++ {
						meet, p := predicate.Contact(ls[a-1], ls[a], other[b-1], other[b])
						if meet == predicate.Apart {
							continue
						}
						ends := func(l orb.LineString) bool { return p == l[0] || p == l[len(l)-1] }
						if !ends(ls) || !ends(other) {
							bad.add("roads %s and %s meet at %v without a node", f.Key, o.Key, p)
						}
					}
				}
			}
		})
	}
}

func checkBridges(m *made, bad *complaints) {
	var river *layers.Feature
	for i := range m.features[model.Water] {
		if f := &m.features[model.Water][i]; m.str(model.Water, f, model.Kind) == "river" {
			river = f
		}
	}
	bridges := 0
	for i := range m.features[model.Roads] {
		f := &m.features[model.Roads][i]
		over := predicate.Intersects(f.Shape, river.Shape)
		if over && !m.value(model.Roads, f, model.Bridge).Bool() {
			bad.add("road %s swims through the river", f.Key)
		}
		if over {
			bridges++
		}
	}
	if bridges < 3 {
		bad.add("only %d bridges cross the river", bridges)
	}
}

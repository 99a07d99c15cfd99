package release

import (
	"reflect"
	"slices"
	"sync/atomic"
	"testing"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/layers"
)

// A first publication keeps what it promises, in every kind of city.
func TestFirst(t *testing.T) {
	r := geotest.Rand(t)
	for range 40 {
		for _, kind := range cityKinds {
			k := 1 + r.IntN(20)
			c := newCity(r, kind, r.IntN(1500))
			rel := New(c.config(k), c.seq())
			if len(rel.Blocks()) > 0 || rel.Due() != (len(c.rows) >= k) {
				t.Fatal("published or due before there is anything")
			}
			ok := publish(t, rel)
			if ok != (len(c.rows) >= k) {
				t.Fatalf("%d rows, k %d: published %v", len(c.rows), k, ok)
			}
			checkExact(t, c, rel, k)
			if _, missed := anchorsOf(t, c, k); missed == 0 && ok {
				checkAreas(t, c, rel.Blocks(), k)
			}
			if publish(t, rel) {
				t.Fatal("published twice without a change")
			}

			c.r.Shuffle(len(c.rows), func(i, j int) { c.rows[i], c.rows[j] = c.rows[j], c.rows[i] })
			again := New(c.config(k), c.seq())
			publish(t, again)
			if !reflect.DeepEqual(rel.Blocks(), again.Blocks()) {
				t.Fatal("another order of rows makes other blocks")
			}
		}
	}
	if n := exactAreas.Load(); n < 100 {
		t.Fatalf("only %d areas compared", n)
	}
}

// cellOf is a base cell as the tests compute it.
type cellOf struct {
	cell  hexgrid.Cell
	areas [4]uint32
	has   bool
	dims  [2]layers.Value
}

func keyOf(r *Row) cellOf {
	k := cellOf{has: r.Has, areas: [4]uint32{NoArea, NoArea, NoArea, NoArea},
		dims: [2]layers.Value{r.Values.Value(fieldSex), r.Values.Value(fieldKind)}}
	if r.Has {
		k.cell, k.areas = hexgrid.At(r.Point, 11), r.Areas
	}
	return k
}

// keyIn is the same of a base cell of a release.
func keyIn(r *Release, base uint32) cellOf {
	k := r.ledger.keys[base]
	p := r.ledger.places[k.place]
	return cellOf{cell: k.cell, areas: p.areas, has: p.has, dims: [2]layers.Value(r.schema.values(k.comb))}
}

// checkExact compares a first publication with the rows.
func checkExact(t *testing.T, c *city, rel *Release, k int) {
	t.Helper()
	blocks, total := rel.Blocks(), 0
	for i := range blocks {
		b := &blocks[i]
		total += b.N
		if b.N < k {
			t.Fatalf("block of %d rows, k is %d", b.N, k)
		}
		for m := range b.With {
			if w := b.With[m]; w > b.N || w > 0 && w < k || w < b.N && b.N-w < k {
				t.Fatalf("block tells of %d of %d rows, k is %d", w, b.N, k)
			}
		}
	}
	if len(blocks) > 0 && total != len(c.rows) {
		t.Fatalf("%d rows in blocks, %d in the city", total, len(c.rows))
	}
}

// area is an area of the test city; level -1 is the city.
type area struct {
	level int
	at    uint32
}

// nowhere stands for the areas of rows without geometry.
const nowhere = NoArea - 1

// ancestors lists the areas from the city down to the grid.
func ancestors(areas [4]uint32, has bool) (out [5]area) {
	out[0] = area{-1, 0}
	for level, a := range areas {
		out[level+1] = area{level, a}
		if !has {
			out[level+1].at = nowhere
		}
	}
	return out
}

// checkAreas compares the counts of areas with the rows. An area in which every
// combination has none or at least k rows is never short of any; its count is
// exact if the same is true of the areas beside it and beside its parents.
func checkAreas(t *testing.T, c *city, blocks []Block, k int) {
	t.Helper()
	type part struct {
		area
		dims [2]layers.Value
	}
	parts, truth, counts := make(map[part]int), make(map[area]int), make(map[area]int)
	parent := make(map[area]area)
	for i := range c.rows {
		key := keyOf(&c.rows[i])
		path := ancestors(key.areas, key.has)
		for j, a := range path {
			parts[part{a, key.dims}]++
			truth[a]++
			if j > 0 {
				parent[a] = path[j-1]
			}
		}
	}
	few, fewBelow := make(map[area]bool), make(map[area]bool)
	for p, n := range parts {
		if n < k {
			few[p.area] = true
			fewBelow[parent[p.area]] = true
		}
	}
	for i := range blocks {
		areas := [4]uint32{NoArea, NoArea, NoArea, NoArea}
		if blocks[i].Has {
			areas = c.owner(blocks[i].Anchor)
		}
		for _, a := range ancestors(areas, blocks[i].Has) {
			counts[a] += blocks[i].N
		}
	}
	for a, n := range truth {
		if few[a] {
			continue
		}
		if counts[a] < n {
			t.Fatalf("%v has %d rows in blocks, %d in truth, k %d", a, counts[a], n, k)
		}
		exact := true
		for up := a; up.level >= 0 && exact; up = parent[up] {
			exact = !fewBelow[parent[up]]
		}
		if !exact {
			continue
		}
		exactAreas.Add(1)
		if counts[a] != n {
			t.Fatalf("%v has %d rows in blocks, %d in truth, k %d", a, counts[a], n, k)
		}
	}
}

// exactAreas counts the comparisons, so that a test can tell that there were any.
var exactAreas atomic.Int64

// The groups of the first publication are a partition of the rows, each of at
// least k, and as low in the hierarchy as they can be.
func TestPartition(t *testing.T) {
	r := geotest.Rand(t)
	for range 30 {
		for _, kind := range cityKinds {
			k := 1 + r.IntN(20)
			c := newCity(r, kind, 30+r.IntN(1500))
			p := New(c.config(k), c.seq()).newPublication()
			if !p.found() {
				t.Fatal("nothing found")
			}
			left := make(map[cellOf]int)
			for i := range c.rows {
				left[keyOf(&c.rows[i])]++
			}
			for i := range p.came {
				n := 0
				for e := range p.came[i].all() {
					key := keyIn(p.Release, e.base)
					if left[key] != int(e.n) {
						t.Fatalf("%d rows of %v in a group, %d in the city", e.n, key, left[key])
					}
					delete(left, key)
					n += int(e.n)
				}
				if n < k || n != p.blocks[i].n {
					t.Fatalf("group of %d rows, block of %d, k is %d", n, p.blocks[i].n, k)
				}
			}
			if len(left) > 0 {
				t.Fatalf("%d base cells in no group", len(left))
			}
		}
	}
}

// Anchors stand in the areas of the rows they stand for, and on the centre of a
// cell: only slivers of areas, narrower than the smallest cells, may miss.
func TestAnchors(t *testing.T) {
	r := geotest.Rand(t)
	anchors, missed := 0, 0
	for range 30 {
		for _, kind := range cityKinds {
			n, m := anchorsOf(t, newCity(r, kind, 30+r.IntN(1500)), 10)
			anchors, missed = anchors+n, missed+m
		}
	}
	if missed*200 > anchors {
		t.Fatalf("%d of %d anchors stand elsewhere", missed, anchors)
	}
	t.Logf("%d of %d anchors stand elsewhere", missed, anchors)
}

// anchorsOf counts the anchors of a first publication and those that stand in
// other areas than the rows of their base cell.
func anchorsOf(t *testing.T, c *city, k int) (anchors, missed int) {
	t.Helper()
	p := New(c.config(k), c.seq()).newPublication()
	p.found()
	for i := range p.blocks {
		b := &p.blocks[i]
		if !b.has {
			for _, e := range p.came[i].entries {
				if e.cell != 0 {
					t.Fatal("block with geometry without anchor")
				}
			}
			continue
		}
		fine := []int{11, 12, 13, 14}
		if !slices.ContainsFunc(fine, func(res int) bool { return hexgrid.At(b.anchor, res).Center() == b.anchor }) {
			t.Fatalf("anchor %v is no cell's centre", b.anchor)
		}
		anchors++
		if !slices.ContainsFunc(p.came[i].entries, func(e entry) bool {
			return keyIn(p.Release, e.base).areas == c.owner(b.anchor)
		}) {
			missed++
		}
	}
	return anchors, missed
}

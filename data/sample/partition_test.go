package sample

import (
	"math"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"wutu/geo/measure"
	"wutu/geo/valid"
	"wutu/layers/model"
)

// border is a directed edge between two vertices.
type border [2]orb.Point

// The unit grids tile the city: every edge of a grid is either the reverse of
// exactly one edge of another grid, or on the outer rim, which is one ring; and
// all rings turn left. With equal areas this leaves no room for gaps or overlaps.
func TestGridsTileTheCity(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	edges := map[border]string{}
	sum := 0.0
	for i := range m.features[model.Grids] {
		f := &m.features[model.Grids][i]
		shape := f.Shape.(orb.MultiPolygon)
		if len(shape) != 1 || len(shape[0]) != 1 || ringArea(shape[0][0]) <= 0 {
			bad.add("grid %s is not one ring turning left", f.Key)
		}
		r := shape[0][0]
		for k := 1; k < len(r); k++ {
			e := border{r[k-1], r[k]}
			if other, dup := edges[e]; dup {
				bad.add("grids %s and %s are on the same side of %v", f.Key, other, e)
			}
			edges[e] = f.Key
		}
		sum += ringArea(r)
	}
	rim := map[orb.Point]orb.Point{}
	for e := range edges {
		if _, ok := edges[border{e[1], e[0]}]; !ok {
			if _, dup := rim[e[0]]; dup {
				bad.add("the rim passes %v twice", e[0])
			}
			rim[e[0]] = e[1]
		}
	}
	var start orb.Point
	for p := range rim {
		start = p
		break
	}
	outline := orb.Ring{start}
	for p := rim[start]; p != start && len(outline) <= len(rim); p = rim[p] {
		outline = append(outline, p)
	}
	if len(outline) != len(rim) {
		bad.add("the rim is not one ring: %d of %d vertices", len(outline), len(rim))
	}
	outline = append(outline, start)
	if whole := ringArea(outline); math.Abs(whole-sum) > 1e-9*whole {
		bad.add("grids cover %v of %v square degrees", sum, whole)
	}
	bad.done()
}

// Areas nest: the codes say of what an area is part, the borders of the larger
// consist of borders of the smaller, and the areas add up.
func TestAreasNest(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	chain := []string{model.Districts, model.Streets, model.Communities, model.Grids}
	digits := []int{6, 9, 12, 15}
	for n := range len(chain) - 1 {
		upper, lower := chain[n], chain[n+1]
		edges, sums := map[string]map[border]bool{}, map[string]float64{}
		for i := range m.features[lower] {
			f := &m.features[lower][i]
			up := f.Key[:digits[n]]
			if len(f.Key) != digits[n+1] || m.byID[upper][up] == nil {
				bad.add("%s %s lies in no %s", lower, f.Key, upper)
				continue
			}
			if edges[up] == nil {
				edges[up] = map[border]bool{}
			}
			for _, p := range f.Shape.(orb.MultiPolygon) {
				for _, r := range p {
					for k := 1; k < len(r); k++ {
						edges[up][border{r[k-1], r[k]}] = true
					}
				}
			}
			sums[up] += m.value(lower, f, model.Area).Float()
		}
		for i := range m.features[upper] {
			f := &m.features[upper][i]
			own := 0
			for _, p := range f.Shape.(orb.MultiPolygon) {
				for _, r := range p {
					for k := 1; k < len(r); k++ {
						if own++; !edges[f.Key][border{r[k-1], r[k]}] {
							bad.add("%s %s has a border of its own at %v", upper, f.Key, r[k])
						}
					}
				}
			}
			rim := 0
			for e := range edges[f.Key] {
				if !edges[f.Key][border{e[1], e[0]}] {
					rim++
				}
			}
			if rim != own {
				bad.add("%s %s has %d border edges, its parts have %d", upper, f.Key, own, rim)
			}
			if a := m.value(upper, f, model.Area).Float(); math.Abs(a-sums[f.Key]) > 1e-6*a+1 {
				bad.add("%s %s: area %v, its parts %v", upper, f.Key, a, sums[f.Key])
			}
		}
	}
	bad.done()
}

// Grids are numbered from 001 without gaps as one reads: the next one lies
// further east, or a row further south.
func TestNumbering(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	count := map[string]int{}
	var before orb.Point
	for i := range m.features[model.Grids] {
		f := &m.features[model.Grids][i]
		c := f.Key[:12]
		count[c]++
		if want := f.Key[12:]; want != pad3(count[c]) {
			bad.add("grid %s is number %d of its community", f.Key, count[c])
		}
		at, _ := planar.CentroidArea(f.Shape)
		const slack = 0.0003 // degrees; the middle of a bent grid is not the middle of its plan
		if count[c] > 1 && at[0] < before[0]-slack && at[1] > before[1]+slack {
			bad.add("grid %s lies north-west of the one before", f.Key)
		}
		before = at
	}
	bad.done()
}

func pad3(n int) string {
	return string([]byte{byte('0' + n/100), byte('0' + n/10%10), byte('0' + n%10)})
}

// In the dense city a unit grid has about 10,000 square metres.
func TestGridSizes(t *testing.T) {
	c := newCity(Options{Size: City, Seed: testSeed(t), Now: testNow()})
	var dense []float64
	for f := range c.m.faces {
		face := &c.m.faces[f]
		if face.use == land && c.g.density(polygonMiddle(c.m.corners(face))) > 0.5 {
			dense = append(dense, measure.Area(orb.Polygon{c.m.ring(face)}))
		}
	}
	slices.Sort(dense)
	if median := dense[len(dense)/2]; median < 7000 || median > 14000 {
		t.Errorf("the median of %d dense grids is %.0f m2", len(dense), median)
	}
}

func TestPlanOfInvertsGround(t *testing.T) {
	r := newStream(testSeed(t), 99)
	for _, size := range []Size{Small, City, Prefecture} {
		g := newTerrain(testSeed(t), scaleOf(size))
		for range 2000 {
			p := pt{r.between(-g.halfLength, g.halfLength), r.between(-g.south, g.north)}
			if q := g.planOf(g.ground(p)); q.sub(p).length() > 1 {
				t.Fatalf("%s: %v came back as %v", size, p, q)
			}
		}
	}
}

func TestDissolve(t *testing.T) {
	c := newCity(Options{Size: Small, Seed: testSeed(t), Now: testNow()})
	// A ring of faces around one: a hole appears.
	inner := int32(len(c.m.faces) / 2)
	around := map[int32]bool{}
	for range 2 {
		grow := []int32{inner}
		for f := range around {
			grow = append(grow, f)
		}
		for _, f := range grow {
			for _, a := range c.m.arcs {
				if a.left == f && a.right >= 0 {
					around[a.right] = true
				}
				if a.right == f && a.left >= 0 {
					around[a.left] = true
				}
			}
		}
	}
	delete(around, inner)
	var faces []int32
	sum := 0.0
	for f := range around {
		faces = append(faces, f)
		sum += ringArea(c.m.ring(&c.m.faces[f]))
	}
	slices.Sort(faces)
	shape := c.m.dissolve(faces)
	got, holes := 0.0, 0
	for _, p := range shape {
		holes += len(p) - 1
		for _, r := range p {
			got += ringArea(r)
		}
	}
	if holes < 1 || math.Abs(got-sum) > 1e-12 {
		t.Errorf("%d holes, area %v of %v", holes, got, sum)
	}
	if len(c.m.dissolve(nil)) != 0 {
		t.Error("nothing dissolves to nothing")
	}
}

// Two faces that touch in a corner, taken out of a group, leave two holes that
// touch: not one hole that touches itself.
func TestDissolveWhereFacesTouch(t *testing.T) {
	c := newCity(Options{Size: Small, Seed: testSeed(t), Now: testNow()})
	around := map[int32][]int32{} // arcs by node
	for i, a := range c.m.arcs {
		if a.left >= 0 && a.right >= 0 {
			around[a.from] = append(around[a.from], int32(i))
			around[a.to] = append(around[a.to], int32(i))
		}
	}
	tried := 0
	for node := range int32(len(c.m.nodes)) {
		arcs := around[node]
		if len(arcs) != 4 {
			continue
		}
		a := c.m.arcs[arcs[0]]
		first := a.left
		opposite := int32(-1)
		for _, i := range arcs[1:] {
			b := c.m.arcs[i]
			if b.left != first && b.right != first {
				for _, f := range []int32{b.left, b.right} {
					if f != a.right && f != a.left && !shareArc(c.m, arcs, f, first) {
						opposite = f
					}
				}
			}
		}
		if opposite < 0 {
			continue
		}
		tried++
		var rest []int32
		sum := 0.0
		for f := range int32(len(c.m.faces)) {
			if f != first && f != opposite {
				rest = append(rest, f)
				sum += ringArea(c.m.ring(&c.m.faces[f]))
			}
		}
		for _, group := range [][]int32{rest, {first, opposite}} {
			if err := valid.Check(c.m.dissolve(group)); err != nil {
				t.Fatalf("faces %d and %d at node %d: %v", first, opposite, node, err)
			}
		}
		got := 0.0
		for _, p := range c.m.dissolve(rest) {
			for _, r := range p {
				got += ringArea(r)
			}
		}
		if math.Abs(got-sum) > 1e-12 {
			t.Fatalf("node %d: area %v of %v", node, got, sum)
		}
		if tried == 12 {
			return
		}
	}
	if tried == 0 {
		t.Error("no node with four faces")
	}
}

func shareArc(m *plan, arcs []int32, f, g int32) bool {
	return slices.ContainsFunc(arcs, func(i int32) bool {
		a := &m.arcs[i]
		return a.left == f && a.right == g || a.left == g && a.right == f
	})
}

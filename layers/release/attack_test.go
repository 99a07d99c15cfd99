package release

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/layers"
)

// thing is what an answer counts: a row, or a block of rows at its anchor.
type thing struct {
	at    orb.Point
	has   bool
	areas [4]uint32
	dims  [2]layers.Value
	cells [16]hexgrid.Cell
	n     int
}

func (c *city) thing(at orb.Point, has bool, dims [2]layers.Value, n int) thing {
	x := thing{at: at, has: has, dims: dims, n: n, areas: [4]uint32{NoArea, NoArea, NoArea, NoArea}}
	if has {
		x.areas = c.owner(at)
		for res := range x.cells {
			x.cells[res] = hexgrid.At(at, res)
		}
	}
	return x
}

// exact are the rows themselves.
func (c *city) exact() []thing {
	out := make([]thing, len(c.rows))
	for i := range c.rows {
		r := &c.rows[i]
		out[i] = c.thing(r.Point, r.Has, keyOf(r).dims, 1)
	}
	return out
}

// released are the blocks.
func (c *city) released(blocks []Block) []thing {
	out := make([]thing, len(blocks))
	for i, b := range blocks {
		out[i] = c.thing(b.Anchor, b.Has, [2]layers.Value(b.Dims), b.N)
	}
	return out
}

// query is any condition an answer may be asked with.
type query func(*thing) bool

// oracle answers queries with counts; what is below k is not told.
type oracle struct {
	things []thing
	k      int
	asked  int
}

func (o *oracle) ask(q query) (n int, told bool) {
	o.asked++
	for i := range o.things {
		if q(&o.things[i]) {
			n += o.things[i].n
		}
	}
	return n, n == 0 || n >= o.k
}

// attacker knows the areas, the hexagons, the dimensions and how blocks are
// made. It looks for two or more answers whose difference is a group below k.
type attacker struct {
	r     *rand.Rand
	c     *city
	o     *oracle
	found int
	how   map[string]int
}

// nested asks for a chain of growing conditions and subtracts each answer from
// all behind it.
func (a *attacker) nested(how string, chain []query) {
	var answers []int
	for _, q := range chain {
		n, told := a.o.ask(q)
		if !told {
			continue
		}
		for _, before := range answers {
			a.judge(how, n-before)
		}
		answers = append(answers, n)
	}
}

// parts asks for a whole and for its parts and subtracts every part, and all
// parts but one, from the whole.
func (a *attacker) parts(how string, whole query, parts []query) {
	total, told := a.o.ask(whole)
	if !told {
		return
	}
	sum, hidden := 0, 0
	for _, q := range parts {
		n, told := a.o.ask(func(x *thing) bool { return whole(x) && q(x) })
		if !told {
			hidden++
			continue
		}
		sum += n
		a.judge(how, total-n)
	}
	if hidden > 0 {
		a.judge(how, total-sum)
	}
}

func (a *attacker) judge(how string, difference int) {
	if difference > 0 && difference < a.o.k {
		a.found++
		a.how[how]++
	}
}

// where is a place worth looking at: somewhere, or next to what was found.
func (a *attacker) where() orb.Point {
	if x := a.o.things[a.r.IntN(len(a.o.things))]; x.has && a.r.IntN(2) == 0 {
		return orb.Point{x.at[0] + a.r.NormFloat64()*0.0002, x.at[1] + a.r.NormFloat64()*0.0002}
	}
	return geotest.Point(a.r, a.c.bound())
}

// filter is a random condition on dimensions, most often none.
func (a *attacker) filter() query {
	sex := a.o.things[a.r.IntN(len(a.o.things))].dims[0]
	kind := a.o.things[a.r.IntN(len(a.o.things))].dims[1]
	switch a.r.IntN(6) {
	case 0:
		return func(x *thing) bool { return x.dims[0] == sex }
	case 1:
		return func(x *thing) bool { return x.dims[1] == kind }
	case 2:
		return func(x *thing) bool { return x.dims[0] == sex && x.dims[1] == kind }
	case 3:
		return func(x *thing) bool { return x.dims[0] != sex || x.dims[1] == kind }
	}
	return func(*thing) bool { return true }
}

// attack asks one family of queries.
func (a *attacker) attack() {
	f, p := a.filter(), a.where()
	and := func(q query) query { return func(x *thing) bool { return f(x) && q(x) } }
	located := func(q query) query { return and(func(x *thing) bool { return x.has && q(x) }) }
	var chain []query
	switch a.r.IntN(7) {
	case 0: // a circle that grows
		radius, step := 0.004*a.r.Float64(), 0.0005*a.r.Float64()
		for i := range 8 {
			d := radius + float64(i)*step
			chain = append(chain, located(func(x *thing) bool { return squared(x.at, p) <= d*d }))
		}
		a.nested("circle", chain)
	case 1: // a line that sweeps
		sin, cos := math.Sincos(2 * math.Pi * a.r.Float64())
		step := 0.0003 * a.r.Float64()
		for i := range 8 {
			chain = append(chain, located(func(x *thing) bool {
				return (x.at[0]-p[0])*cos+(x.at[1]-p[1])*sin <= float64(i)*step
			}))
		}
		a.nested("sweep", chain)
	case 2: // a polygon with a corner that moves
		ring := geotest.Star(a.r, p, 0.004*a.r.Float64(), 8)
		for i := range 6 {
			grown := ring.Clone()
			for j := range grown {
				for axis := range grown[j] {
					grown[j][axis] = p[axis] + (ring[j][axis]-p[axis])*(1+0.05*float64(i))
				}
			}
			chain = append(chain, located(func(x *thing) bool { return inRing(grown, x.at) }))
		}
		a.nested("polygon", chain)
	case 3: // a hexagon and its parents, all resolutions
		for res := 15; res >= 3; res-- {
			cell := hexgrid.At(p, res)
			chain = append(chain, located(func(x *thing) bool { return x.cells[res] == cell }))
			if res < 15 {
				var children []query
				for digit := range hexgrid.Cell(7) {
					small := child(cell, digit)
					children = append(children, func(x *thing) bool { return x.cells[res+1] == small })
				}
				// Children of H3 do not cover their parent: only what both hold is compared.
				whole := chain[len(chain)-1]
				a.parts("hexagons", func(x *thing) bool {
					return whole(x) && x.cells[res+1].Parent(res) == cell
				}, children)
			}
		}
	case 4: // an area and its parts, at every level
		areas := a.c.owner(p)
		for level := range areas {
			whole := located(func(x *thing) bool { return level == 0 || x.areas[level-1] == areas[level-1] })
			var parts []query
			for part := range uint32(len(a.c.codes()[level])) {
				parts = append(parts, func(x *thing) bool { return x.areas[level] == part })
			}
			a.parts("areas", whole, parts)
		}
	case 5: // a region by values of one dimension, and without one of them
		d := 0.006 * a.r.Float64()
		region := located(func(x *thing) bool { return squared(x.at, p) <= d*d })
		dim := a.r.IntN(2)
		var parts []query
		for _, v := range [][]string{{"", "male", "female"}, {"", "registered", "migrant", "foreign"}}[dim] {
			parts = append(parts, func(x *thing) bool { return x.dims[dim].Str() == v })
		}
		a.parts("filters", region, parts)
		for _, q := range parts {
			a.nested("complement", []query{func(x *thing) bool { return region(x) && !q(x) }, region})
		}
	case 6: // everything but a small hole
		d := 0.001 * a.r.Float64()
		hole := func(x *thing) bool { return x.has && squared(x.at, p) <= d*d }
		a.nested("hole", []query{and(func(x *thing) bool { return !hole(x) }), and(func(*thing) bool { return true })})
	}
}

// inRing is the even-odd rule.
func inRing(ring orb.Ring, p orb.Point) bool {
	in := false
	for i := range len(ring) - 1 {
		a, b := ring[i], ring[i+1]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}

// run attacks until so many queries were asked.
func (a *attacker) run(queries int) {
	for a.how = make(map[string]int); a.o.asked < queries; {
		a.attack()
	}
}

// Whoever asks a release learns of no group below the threshold, however many
// answers are subtracted from each other; the same attack on exact counts with
// small ones suppressed finds many.
func TestAttack(t *testing.T) {
	r := geotest.Rand(t)
	const k = 10
	for _, kind := range cityKinds {
		c := newCity(r, kind, 1200)
		rel := New(c.config(k), c.seq())
		publish(t, rel)

		a := &attacker{r: r, c: c, o: &oracle{things: c.released(rel.Blocks()), k: k}}
		a.run(200_000)
		if a.found > 0 {
			t.Fatalf("%s: %d groups below %d found: %v", kind, a.found, k, a.how)
		}
		b := &attacker{r: r, c: c, o: &oracle{things: c.exact(), k: k}}
		for n := 10_000; n == 10_000 || b.found == 0 && n <= 400_000; n *= 2 { // where few rows have a place, few ways lead to them
			b.run(n)
		}
		if b.found < 100 && kind != "nowhere" || b.found == 0 {
			t.Fatalf("%s: only %d groups found in exact counts: %v", kind, b.found, b.how)
		}
		t.Logf("%s: %d answers of the release: none; %d suppressed exact answers: %d groups, %v", kind, a.o.asked, b.o.asked, b.found, b.how)
	}
}

// Answers before and after fewer than k changes are the same, whatever is asked,
// also when the program was restarted in between; exact counts betray the change.
func TestAttackOverTime(t *testing.T) {
	r := geotest.Rand(t)
	const k = 10
	betrayed := 0
	for _, kind := range cityKinds {
		c := newCity(r, kind, 600)
		rel := New(c.config(k), c.seq())
		publish(t, rel)
		for round := range 10 {
			before, exactBefore := &oracle{things: c.released(rel.Blocks()), k: k}, &oracle{things: c.exact(), k: k}
			was := fmt.Sprint(c.released(rel.Blocks()))
			apply(t, rel, c.live(kind, r.IntN(k-rel.waiting())))
			if rel.Due() {
				publish(t, rel)
			}
			if round%2 == 0 {
				s, err := Decode(rel.State().Encode())
				if err != nil {
					t.Fatal(err)
				}
				if rel, err = Resume(c.config(k), s, c.seq()); err != nil {
					t.Fatal(err)
				}
			}
			after, exactAfter := &oracle{things: c.released(rel.Blocks()), k: k}, &oracle{things: c.exact(), k: k}
			a := &attacker{r: r, c: c, o: after}
			for range 200 {
				p, d := a.where(), 0.003*r.Float64()
				q := func(x *thing) bool { return x.has && squared(x.at, p) <= d*d }
				if n, _ := before.ask(q); true {
					if m, _ := after.ask(q); n != m {
						t.Fatalf("an answer changed from %d to %d", n, m)
					}
				}
				n, told := exactBefore.ask(q)
				m, toldAfter := exactAfter.ask(q)
				if told && toldAfter && n != m {
					betrayed++
				}
			}
			if was != fmt.Sprint(c.released(rel.Blocks())) {
				t.Fatal("blocks changed")
			}
			apply(t, rel, c.live(kind, 100)) // and now something may be published
			publish(t, rel)
		}
	}
	if betrayed == 0 {
		t.Fatal("exact counts betrayed no change")
	}
}

// waiting is how many rows came or left since they were last published, at most
// one less than k.
func (r *Release) waiting() int { return min(r.k-1, max(r.up, r.down)) }

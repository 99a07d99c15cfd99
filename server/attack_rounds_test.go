package server_test

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/geotest"
	"wutu/geo/hexgrid"
	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/layers/model"
)

// clause is a filter as the attacker writes it and as the test tries it.
type clause struct {
	text string
	in   inside
}

var anybody = clause{in: func(*victim) bool { return true }}

func isSex(s ...string) inside {
	return func(v *victim) bool {
		for _, x := range s {
			if v.sex == x {
				return true
			}
		}
		return false
	}
}

func isKind(s ...string) inside {
	return func(v *victim) bool {
		for _, x := range s {
			if v.kind == x {
				return true
			}
		}
		return false
	}
}

// clausesOf are pairs that do not meet: a filter and its complement, which
// leaves out whoever has no value.
func clausesOf(layer string) [][2]clause {
	if layer == model.Households {
		return [][2]clause{
			{{"kind='shared'", isKind("shared")}, {"kind<>'shared'", isKind("single", "couple", "family")}},
			{{"kind IN ('single','shared')", isKind("single", "shared")}, {"NOT kind IN ('single','shared')", isKind("couple", "family")}},
			{{"kind='couple' OR kind='shared'", isKind("couple", "shared")}, {"kind='family'", isKind("family")}},
		}
	}
	return [][2]clause{
		{{"sex='male'", isSex("male")}, {"NOT sex='male'", isSex("female")}},
		{{"kind='foreign'", isKind("foreign")}, {"kind<>'foreign'", isKind("registered", "migrant")}},
		{{"kind IN ('registered','migrant')", isKind("registered", "migrant")}, {"NOT kind IN ('registered','migrant')", isKind("foreign")}},
		{{"kind IS NULL", isKind("")}, {"kind IS NOT NULL", isKind("registered", "migrant", "foreign")}},
		{{"sex IS NULL AND kind='migrant'", isSex("").and(isKind("migrant"))}, {"sex='female' AND kind='migrant'", isSex("female").and(isKind("migrant"))}},
		{{"sex='female' AND NOT kind='registered'", isSex("female").and(isKind("migrant", "foreign"))},
			{"sex='male' OR kind='registered'", func(v *victim) bool { return v.sex == "male" || v.kind == "registered" }}},
	}
}

// drawn makes a drawn region with a buffer.
func drawn(g orb.Geometry, bufferM float64) *layers.Region {
	return &layers.Region{Geometry: g, BufferM: bufferM}
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

func disc(p orb.Point, radiusM float64) inside {
	return func(v *victim) bool { return v.has && measure.Distance(p, v.at) <= radiusM }
}

func ringed(ring orb.Ring) inside { return func(v *victim) bool { return v.has && inRing(ring, v.at) } }

// somewhere is a place in the city, most often near a victim: the attacker is
// given that.
func (a *attack) somewhere(layer string) orb.Point {
	rows := a.c.rows[layer]
	if v := &rows[a.r.IntN(len(rows))]; v.has && a.r.IntN(4) > 0 {
		return orb.Point{v.at[0] + a.r.NormFloat64()*0.0003, v.at[1] + a.r.NormFloat64()*0.0003}
	}
	return at(a.r.IntN(16), a.r.Float64(), a.r.Float64())
}

// round asks one family of questions.
func (a *attack) round() {
	layer := model.Persons
	if a.r.IntN(4) == 0 {
		layer = model.Households
	}
	p, who := a.somewhere(layer), &a.who[0]
	if a.r.IntN(4) == 0 {
		who = &a.who[a.r.IntN(len(a.who))]
	}
	may := inside(func(v *victim) bool { return who.area == nil || who.area.holds(v) })
	pairs := clausesOf(layer)
	pair := pairs[a.r.IntN(len(pairs))]
	f := anybody
	if a.r.IntN(2) == 0 {
		f = pair[a.r.IntN(2)]
	}
	q := layers.Query{Layer: layer, Filter: a.filter(f.text)}
	var sum []live.Measure
	if layer == model.Households && a.r.IntN(2) == 0 {
		sum = []live.Measure{{Op: live.Sum, Field: "members"}}
	}
	ask := func(region *layers.Region, in inside) link {
		q := q
		q.Region = region
		return link{said: a.ask(who, q, sum...), in: may.and(f.in).and(in)}
	}
	var chain []link
	switch a.r.IntN(9) {
	case 0: // a circle that grows
		radius, step := 600*a.r.Float64(), 60*a.r.Float64()
		for i := range 8 {
			d := radius + float64(i)*step
			chain = append(chain, ask(drawn(p, d), disc(p, d)))
		}
		a.nested("circle", layer, chain)
	case 1: // a line that sweeps over the city
		sin, cos := math.Sincos(2 * math.Pi * a.r.Float64())
		step := 0.0005 * a.r.Float64()
		for i := range 8 {
			d := float64(i) * step
			const far = 0.2 // degrees, beyond the city
			corner := func(along, across float64) orb.Point {
				return orb.Point{p[0] + along*cos - across*sin, p[1] + along*sin + across*cos}
			}
			ring := orb.Ring{corner(-far, -far), corner(d, -far), corner(d, far), corner(-far, far), corner(-far, -far)}
			chain = append(chain, ask(drawn(orb.Polygon{ring}, 0), ringed(ring)))
		}
		a.nested("sweep", layer, chain)
	case 2: // a polygon that grows
		ring := geotest.Star(a.r, p, 0.008*a.r.Float64(), 8)
		for i := range 6 {
			grown := ring.Clone()
			for j := range grown {
				for axis := range grown[j] {
					grown[j][axis] = p[axis] + (ring[j][axis]-p[axis])*(1+0.05*float64(i))
				}
			}
			chain = append(chain, ask(drawn(orb.Polygon{grown}, 0), ringed(grown)))
		}
		a.nested("polygon", layer, chain)
	case 3: // bisection on where the answer changes
		a.bisect(layer, p, ask)
	case 4: // an area and its parts at every level below
		a.hierarchy(layer, who, q, may.and(f.in), ask)
	case 5: // a region by hexagons of every resolution
		a.hexagons(layer, who, q, p, may.and(f.in), ask)
	case 6: // a region by a filter and its complement
		d := 900 * a.r.Float64()
		region, in := drawn(p, d), may.and(disc(p, d))
		whole := link{said: a.ask(who, layers.Query{Layer: layer, Region: region}), in: in}
		var parts []link
		for _, c := range pair {
			parts = append(parts, link{said: a.ask(who, layers.Query{Layer: layer, Region: region, Filter: a.filter(c.text)}), in: in.and(c.in)})
		}
		a.parts("complement", layer, whole, parts)
		field, is := "kind", func(s string) inside { return isKind(s) }
		if layer == model.Persons && a.r.IntN(2) == 0 {
			field, is = "sex", func(s string) inside { return isSex(s) }
		}
		parts = nil
		for key, said := range a.groups(who, layers.Query{Layer: layer, Region: region}, live.By{Field: field}) {
			parts = append(parts, link{said: said, in: in.and(is(key))})
		}
		a.parts("values", layer, whole, parts)
	case 7: // everything without a hole
		whole := ask(nil, anybody.in)
		for range 4 {
			d := 200 * a.r.Float64()
			hole := ask(drawn(p, d), disc(p, d))
			a.nested("hole", layer, []link{hole, whole})
		}
	case 8: // what one may ask of the city and others of a part of it
		d := 3000 * a.r.Float64()
		region := drawn(p, d)
		var all []link
		for i := range a.who {
			w := &a.who[i]
			in := disc(p, d).and(f.in)
			if w.area != nil {
				in = in.and(w.area.holds)
			}
			q := q
			q.Region = region
			all = append(all, link{said: a.ask(w, q), in: in})
		}
		all[0].covered = true
		a.parts("collusion", layer, all[0], all[1:3])
		all[1].covered = false
		a.parts("collusion", layer, all[1], []link{})
		a.less("collusion", layer, all[0].said, all[3].said, all[0].in.without(all[3].in))
	}
}

func (a *attack) filter(text string) layers.Expr {
	if text == "" {
		return nil
	}
	e, err := cql2.Parse(text)
	if err != nil {
		a.c.t.Fatal(err)
	}
	return e
}

// bisect looks for the radius at which the answer changes and takes it as narrow
// as a centimetre.
func (a *attack) bisect(layer string, p orb.Point, ask func(*layers.Region, inside) link) {
	near, far := 0.0, 20+1500*a.r.Float64()
	low, high := ask(drawn(p, near), disc(p, near)), ask(drawn(p, far), disc(p, far))
	chain := []link{low, high}
	for far-near > 0.01 && (low.lo != high.lo || low.hi != high.hi) {
		mid := (near + far) / 2
		m := ask(drawn(p, mid), disc(p, mid))
		if m.lo != low.lo || m.hi != low.hi {
			far, high = mid, m
		} else {
			near, low = mid, m
		}
		a.nested("bisection", layer, []link{low, high})
	}
	a.nested("bisection", layer, append([]link{chain[0], low, high}, chain[1]))
}

// hierarchy asks for an area, drawn, and for the areas of each level in it.
func (a *attack) hierarchy(layer string, who *colluder, q layers.Query, in inside, ask func(*layers.Region, inside) link) {
	region, holds := (*layers.Region)(nil), anybody.in
	if a.r.IntN(3) > 0 {
		area := &a.areas[a.r.IntN(len(a.areas))]
		region, holds = drawn(area.shape, 0), area.holds
	}
	whole := ask(region, holds)
	q.Region = region
	for _, level := range layers.Levels() {
		var parts []link
		answers := a.groups(who, q, live.By{Level: level})
		for i := range a.areas {
			area := &a.areas[i]
			if area.level != level {
				continue
			}
			s, ok := answers[area.code]
			if !ok && a.guard {
				continue // outside what was asked
			}
			s.sum = math.NaN()
			parts = append(parts, link{said: s, in: in.and(holds).and(area.holds)})
		}
		if s, ok := answers[""]; ok {
			parts = append(parts, link{said: s, in: in.and(func(v *victim) bool { return !v.has })})
		}
		w := whole
		w.covered = region != nil && !a.guard
		a.parts("areas", layer, w, parts)
		for i := range parts { // the area as a question of its own
			a.less("areas", layer, whole.said, parts[i].said, whole.in.without(parts[i].in))
		}
	}
}

// hexagons asks for a region by the cells of every resolution, and for the cell
// at a place as drawn region.
func (a *attack) hexagons(layer string, who *colluder, q layers.Query, p orb.Point, in inside, ask func(*layers.Region, inside) link) {
	d := 100 + 800*a.r.Float64()
	whole := ask(drawn(p, d), disc(p, d))
	q.Region = drawn(p, d)
	for res := 4; res <= hexgrid.MaxResolution; res++ {
		var parts []link
		for key, s := range a.groups(who, q, live.By{Cells: true, Res: res}) {
			cell, err := hexgrid.Parse(key)
			if err != nil {
				continue
			}
			s.sum = math.NaN()
			parts = append(parts, link{said: s, in: whole.in.and(func(v *victim) bool { return hexgrid.At(v.at, res) == cell })})
		}
		a.parts("hexagons", layer, whole, parts)
	}
	res := 6 + a.r.IntN(8)
	cell := hexgrid.At(p, res)
	own := a.groups(who, layers.Query{Layer: q.Layer, Filter: q.Filter, Region: drawn(cell.Boundary(), 2000)}, live.By{Cells: true, Res: res})[cell.String()]
	if own.lo == own.hi {
		own.sum = math.NaN()
		border := orb.Polygon{cell.Boundary()}
		buffer := 1 + 20*a.r.Float64()
		wide := ask(drawn(border, buffer), func(v *victim) bool { return v.has && measure.DistanceTo(v.at, border) <= buffer })
		a.nested("cell and border", layer, []link{{said: own, in: in.and(func(v *victim) bool { return v.has && hexgrid.At(v.at, res) == cell })}, wide})
	}
}

package sample

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers/model"
)

// The names of the waters.
const (
	riverName = "澜江"
	brookName = "青溪河"
)

func (c *city) makeWater(w *writer) {
	n := 0
	put := func(name, kind string, shape orb.Geometry) {
		n++
		r := w.feature(fmt.Sprintf("w%05d", n), shape)
		r.text(model.Name, name)
		r.text(model.Kind, kind)
		r.number(model.Area, measure.Area(shape), 1)
	}
	put(riverName, "river", orb.Polygon{c.g.riverRing(), reversed(c.g.islandRing())})
	put(brookName, "stream", orb.Polygon{c.g.brookRing(c.l.s[c.l.stream])})
	names := newNamer()
	for _, f := range c.a.order {
		if lake := c.lake(f); lake != nil {
			r := newStream(c.Seed, keyName, 2, uint64(f))
			put(names.name(&r, "湖"), "lake", orb.Polygon{c.g.toRing(lake)})
			continue
		}
		if pond := c.pond(f); pond != nil {
			put("", "pond", orb.Polygon{c.g.toRing(pond)})
		}
	}
}

// riverRing is the outline of the river from edge to edge of the map.
func (g *terrain) riverRing() orb.Ring {
	step := g.halfLength / math.Ceil(g.halfLength/55)
	var ring orb.Ring
	for s := -g.halfLength; s <= g.halfLength+1; s += step {
		_, south := g.waterHalf(s)
		ring = append(ring, g.degrees(g.ground(pt{s, -south})))
	}
	for s := g.halfLength; s >= -g.halfLength-1; s -= step {
		north, _ := g.waterHalf(s)
		ring = append(ring, g.degrees(g.ground(pt{s, north})))
	}
	return append(ring, ring[0])
}

// islandRing is the island in the river, a lens between two bridges.
func (g *terrain) islandRing() orb.Ring {
	const steps = 40
	from, to := g.ring*0.06, g.ring*0.06+3.4*g.river
	var lens []pt
	for i := range steps {
		u := float64(i) / steps
		lens = append(lens, pt{from + (to-from)*u, -0.16*g.river - 0.3*g.river*math.Sin(math.Pi*u)})
	}
	for i := range steps {
		u := 1 - float64(i)/steps
		lens = append(lens, pt{from + (to-from)*u, -0.16*g.river + 0.22*g.river*math.Sin(math.Pi*u)})
	}
	for i, p := range lens {
		lens[i] = g.ground(p)
	}
	return g.toRing(lens)
}

// brookRing is the tributary: from inside the river to the northern edge.
func (g *terrain) brookRing(west float64) orb.Ring {
	const step = 45
	mid := west + g.streamWide/2
	half := func(t float64) float64 { return g.streamWide * (0.27 + 0.07*g.bank.at(pt{0, t})) }
	start := g.river * 0.75
	var ring orb.Ring
	n := int((g.north - start) / step)
	for i := range n + 1 {
		t := start + (g.north-start)*float64(i)/float64(n)
		ring = append(ring, g.degrees(g.ground(pt{mid + half(t), t})))
	}
	for i := n; i >= 0; i-- {
		t := start + (g.north-start)*float64(i)/float64(n)
		ring = append(ring, g.degrees(g.ground(pt{mid - half(t), t})))
	}
	return append(ring, ring[0])
}

// lake is the water of a lakeside park, on the ground; nil for other faces.
func (c *city) lake(f int32) []pt {
	if c.m.faces[f].use != lakeside {
		return nil
	}
	site := c.site(f, 0)
	if site == nil {
		return nil
	}
	r := newStream(c.Seed, keyBlock, uint64(f))
	return site.inset(math.Sqrt(site.area()) * r.between(0.07, 0.12)).shore(&r)
}

// shore is a bay-like outline inside c, nil for nil: every edge is drawn inwards
// somewhere along it, then the corners are cut three times.
func (c convex) shore(r *stream) []pt {
	if c == nil {
		return nil
	}
	mid := pt(polygonMiddle(c))
	var out []pt
	for i, p := range c {
		q := c[(i+1)%len(c)]
		out = append(out, p.toward(mid, r.between(0, 0.1)))
		if q.sub(p).length() > 40 {
			out = append(out, p.toward(q, r.between(0.3, 0.7)).toward(mid, r.between(0, 0.2)))
		}
	}
	return softened(out)
}

// pond is a fish pond of a farming face; nil for most.
func (c *city) pond(f int32) []pt {
	r := newStream(c.Seed, keyBlock, 3, uint64(f))
	if c.uses[f] != useFarm || !r.chance(0.3) {
		return nil
	}
	site := c.site(f, 0)
	if site == nil || c.g.woods(polygonMiddle(c.m.corners(&c.m.faces[f]))) > treeLine-0.1 {
		return nil
	}
	return site.inset(math.Sqrt(site.area()) * r.between(0.3, 0.36)).shore(&r)
}

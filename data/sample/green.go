package sample

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers/model"
)

func (c *city) makeGreen(w *writer) {
	n := 0
	put := func(name, kind string, shape orb.Geometry) {
		n++
		r := w.feature(fmt.Sprintf("g%06d", n), shape)
		r.text(model.Name, name)
		r.text(model.Kind, kind)
		r.number(model.Area, measure.Area(shape), 1)
	}
	names := newNamer()
	r := newStream(c.Seed, keyName, 4)
	for _, p := range c.wooded(treeLine) {
		put(names.name(&r, "山"), "forest", p)
	}
	put(riverName+"洲", "wetland", orb.Polygon{c.g.islandRing()})
	for _, f := range c.a.order {
		if w.err != nil {
			return
		}
		r := newStream(c.Seed, keyName, 5, uint64(f))
		switch c.uses[f] {
		case useWater:
			if p := c.embankment(f); p != nil {
				put(riverName+"滨江绿带", "riverside", p)
			}
		case usePark:
			site := c.site(f, 0)
			if site == nil {
				continue
			}
			p := orb.Polygon{c.g.toRing(site)}
			name, kind := names.name(&r, "公园"), "park"
			if lake := c.lake(f); lake != nil {
				p = append(p, reversed(c.g.toRing(lake)))
			} else if site.area() < 5000 {
				name, kind = names.name(&r, "游园"), "garden"
			}
			put(name, kind, p)
		case useFarm:
			for _, field := range c.fields(f) {
				put("", "farmland", orb.Polygon{c.g.toRing(field)})
			}
		default:
		}
	}
}

// wooded are the hills above a height, as polygons of some size.
func (c *city) wooded(level float64) []orb.Polygon {
	step := math.Sqrt((c.g.north+c.g.south)*2*c.g.halfLength) / 130
	var out []orb.Polygon
	for _, p := range c.g.contours(c.g.woods, level, step) {
		if measure.Area(orb.Polygon{p[0]}) < 9*step*step {
			continue
		}
		big := orb.Polygon{p[0]}
		for _, hole := range p[1:] {
			if measure.Area(orb.Polygon{hole}) > 9*step*step {
				big = append(big, hole)
			}
		}
		out = append(out, big)
	}
	return out
}

// embankment is the green between the water and the riverside road, in town.
func (c *city) embankment(f int32) orb.Polygon {
	face := &c.m.faces[f]
	if face.use != river {
		return nil
	}
	corners := c.m.corners(face)
	mid := polygonMiddle(corners)
	bank := math.Copysign(c.g.strip, mid.y)
	if c.g.density(pt{mid.x, bank}) < 0.14 {
		return nil
	}
	s0, s1 := extent(corners, pt{1, 0})
	const step = 45
	n := int((s1-s0)/step) + 1
	var near, far []pt
	for i := range n + 1 {
		s := s0 + (s1-s0)*float64(i)/float64(n)
		north, south := c.g.waterHalf(s)
		edge := north + 5
		if bank < 0 {
			edge = -south - 5
		}
		near = append(near, c.g.ground(pt{s, edge}))
		far = append(far, c.g.ground(pt{s, bank - math.Copysign(20, bank)}))
	}
	if bank < 0 {
		near, far = far, near
	}
	ring := near
	for i := len(far) - 1; i >= 0; i-- {
		ring = append(ring, far[i])
	}
	return orb.Polygon{c.g.toRing(ring)}
}

// fields are the plots of a farming face, those under trees left out.
func (c *city) fields(f int32) []convex {
	site := c.site(f, 0)
	if site == nil {
		return nil
	}
	r := newStream(c.Seed, keyBlock, 4, uint64(f))
	var out []convex
	for _, p := range site.split(&r, 90000) {
		if p = p.inset(5); p != nil && c.g.woods(c.g.planOf(polygonMiddle(p))) < treeLine {
			out = append(out, p)
		}
	}
	return out
}

func (c *city) makePlanZones(w *writer) {
	n := 0
	put := func(kind, name string, shape orb.MultiPolygon) {
		if len(shape) == 0 {
			return
		}
		n++
		r := w.feature(fmt.Sprintf("z%04d", n), shape)
		r.text(model.Kind, kind)
		r.text(model.Name, name)
		r.text(model.Version, fmt.Sprintf("%d-%d", c.Now.Year()-6, c.Now.Year()+9))
		r.number(model.Area, measure.Area(shape), 1)
	}
	for i := range c.a.districts {
		d := &c.a.districts[i]
		var urban, farm, works []int32
		for _, f := range d.faces {
			switch u := c.uses[f]; u {
			case useFarm:
				farm = append(farm, f)
			case useFactory, useStorage:
				works = append(works, f)
				urban = append(urban, f)
			case useWater, useForest:
			default:
				urban = append(urban, f)
			}
		}
		put("urban_boundary", d.name+"城镇开发边界", c.m.dissolve(urban))
		put("farmland", d.name+"永久基本农田", c.m.dissolve(farm))
		put("industry", d.name+"工业用地控制线", c.m.dissolve(works))
	}
	var wet []int32
	for f := range c.m.faces {
		if c.uses[f] == useWater {
			wet = append(wet, int32(f))
		}
	}
	put("blue_line", cityName+"城市蓝线", c.m.dissolve(wet))
	for i, p := range c.wooded(0.32) {
		put("ecology", fmt.Sprintf("生态保护红线 %d 号", i+1), orb.MultiPolygon{p})
	}
	if old := c.oldest(); old >= 0 {
		put("heritage", c.a.communities[old].name+"历史文化街区", c.m.dissolve(c.a.communities[old].faces))
	}
}

// oldest is the community in the dense city with the largest share of old
// houses, -1 for none.
func (c *city) oldest() int {
	best, share := -1, 0.0
	for i := range c.a.communities {
		n := &c.a.communities[i]
		if c.a.streets[n.parent].kind != "subdistrict" || len(n.faces) < 6 {
			continue
		}
		old := 0.0
		for _, f := range n.faces {
			if c.uses[f] == useOldTown {
				old++
			}
		}
		if s := old / float64(len(n.faces)); s > share {
			best, share = i, s
		}
	}
	return best
}

package sample

import (
	"fmt"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers/model"
)

func (c *city) makeDistricts(w *writer) {
	for i := range c.a.districts {
		n := &c.a.districts[i]
		c.area(w, n)
	}
}

func (c *city) makeStreets(w *writer) {
	for i := range c.a.streets {
		n := &c.a.streets[i]
		r := c.area(w, n)
		r.text(model.Kind, n.kind)
		r.text(model.District, n.code[:6])
	}
}

func (c *city) makeCommunities(w *writer) {
	for i := range c.a.communities {
		n := &c.a.communities[i]
		r := c.area(w, n)
		r.text(model.Kind, n.kind)
		r.text(model.Street, n.code[:9])
	}
}

// area writes what all area layers share.
func (c *city) area(w *writer, n *areaNode) row {
	shape := c.m.dissolve(n.faces)
	r := w.feature(n.code, shape)
	r.text(model.CodeField, n.code)
	r.text(model.Name, n.name)
	r.number(model.Area, measure.Area(shape), 1)
	return r
}

func (c *city) makeGrids(w *writer) {
	for _, f := range c.a.order {
		if w.err != nil {
			return
		}
		face := &c.m.faces[f]
		shape := orb.MultiPolygon{{c.m.ring(face)}}
		home := &c.a.communities[c.a.home[f]]
		r := w.feature(face.code, shape)
		r.text(model.CodeField, face.code)
		r.text(model.Name, fmt.Sprintf("%s第%s网格", home.name, face.code[12:]))
		kind, owner := "basic", c.dedicated(f)
		if owner != "" {
			kind = "dedicated"
		}
		r.text(model.Department, owner)
		r.text(model.Kind, kind)
		r.text(model.Community, home.code)
		r.text(model.Worker, workerOf(home.code, face.code))
		r.number(model.Area, measure.Area(shape), 1)
	}
}

// workerOf is the number of the worker of a grid: one looks after about five.
func workerOf(community, grid string) string {
	n := int(grid[12]-'0')*100 + int(grid[13]-'0')*10 + int(grid[14]-'0')
	return fmt.Sprintf("W%s%02d", community[:12], (n-1)/5+1)
}

func (c *city) makeRoads(w *writer) {
	for i := range c.n.segments {
		if w.err != nil {
			return
		}
		s := &c.n.segments[i]
		shape := c.m.shape(s)
		t := s.class.traits()
		r := w.feature(fmt.Sprintf("r%06d", i+1), shape)
		name := c.roads[s.street]
		if s.bridge {
			name += "桥"
		}
		r.text(model.Name, name)
		r.text(model.Class, t.name)
		r.integer(model.Lanes, int(t.lanes))
		r.integer(model.MaxSpeed, int(t.maxSpeed))
		r.truth(model.Oneway, s.class == residential && c.l.streets[s.street].key%9 == 0)
		r.truth(model.Bridge, s.bridge)
		r.text(model.FromNode, fmt.Sprintf("n%06d", s.from+1))
		r.text(model.ToNode, fmt.Sprintf("n%06d", s.to+1))
		r.number(model.Length, measure.Length(shape), 1)
		r.text(model.Department, c.keeper(s))
	}
}

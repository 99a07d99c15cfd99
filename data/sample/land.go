package sample

import (
	"math"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers/model"
)

// eachLot calls fn for every lot of the city in order of the faces' codes, until
// the writer has failed.
func (c *city) eachLot(w *writer, fn func(f int32, l *lot)) {
	for _, f := range c.a.order {
		if w.err != nil {
			return
		}
		lots := c.stand(f)
		for i := range lots {
			fn(f, &lots[i])
		}
	}
}

func (c *city) makeParcels(w *writer) {
	c.eachLot(w, func(f int32, l *lot) {
		shape := orb.Polygon{c.g.toRing(l.shape)}
		area := measure.Area(shape)
		built := 0.0
		for i := range l.buildings {
			built += floorSpace(&l.buildings[i])
		}
		r := w.feature(l.code, shape)
		r.text(model.CodeField, l.code)
		r.text(model.LandUse, l.landUse)
		r.text(model.PlanUse, c.planned(f, l))
		r.text(model.Right, l.right)
		r.number(model.Area, area, 1)
		r.number(model.PlotRatio, built/area, 2)
		r.text(model.Address, l.address)
		r.text(model.Grid, c.m.faces[f].code)
	})
}

// planned is the use the plan foresees: vacant land becomes housing or works,
// some old quarters are to be rebuilt.
func (c *city) planned(f int32, l *lot) string {
	r := newStream(c.Seed, keyUse, 7, uint64(f))
	switch {
	case l.use == useVacant && r.chance(0.3):
		return "0505"
	case l.use == useVacant:
		return "0701"
	case l.use == useOldTown && r.chance(0.2):
		return "0501"
	}
	return l.landUse
}

func floorSpace(b *building) float64 { return math.Abs(polygonArea(b.ring)) * float64(b.floors) }

func (c *city) makeBuildings(w *writer) {
	c.eachLot(w, func(f int32, l *lot) {
		for i := range l.buildings {
			b := &l.buildings[i]
			r := w.feature(b.code, orb.Polygon{c.g.toRing(b.ring)})
			r.text(model.CodeField, b.code)
			r.text(model.Name, b.name)
			r.text(model.Kind, b.kind)
			r.integer(model.Floors, b.floors)
			r.number(model.Height, b.height(), 1)
			r.integer(model.Year, b.year)
			r.number(model.Area, floorSpace(b), 1)
			r.text(model.Address, b.address)
			r.text(model.Parcel, l.code)
			r.text(model.Grid, c.m.faces[f].code)
		}
	})
}

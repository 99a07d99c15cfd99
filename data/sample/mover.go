package sample

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/predicate"
	"wutu/layers/model"
)

// fleet is a kind of mover and how it moves.
type fleet struct {
	kind, operator string
	share          float64
	least          roadClass
	moving         float64 // share that moves
	speed          float64 // km/h
}

func fleets() []fleet {
	return []fleet{
		{"sanitation", "岚江环卫集团", 0.07, tertiary, 0.7, 18},
		{"patrol", "岚江城管巡查大队", 0.04, tertiary, 0.6, 24},
		{"police", "岚江公安", 0.05, tertiary, 0.5, 32},
		{"bus", "岚江公交集团", 0.14, tertiary, 0.8, 26},
		{"dump_truck", "岚江渣土运输公司", 0.06, secondary, 0.6, 34},
		{"bike", "岚江单车", 0.63, residential, 0.12, 11},
		{"drone", "岚江低空巡查中心", 0.01, tertiary, 0.8, 40},
	}
}

// makeMovers makes grid workers on their rounds, and spreads vehicles over the
// roads in town, on the right-hand side.
func (c *city) makeMovers(w *writer) {
	c.makeWorkers(w)
	n := 0
	for _, fl := range fleets() {
		arcs, sums := c.roadsFor(fl.least)
		if len(arcs) == 0 {
			continue
		}
		for k := range int(fl.share*float64(c.g.moversTotal) + 0.5) {
			if w.err != nil {
				return
			}
			n++
			r := newStream(c.Seed, keyMover, uint64(n))
			a := &c.m.arcs[arcs[min(len(arcs)-1, sort.SearchFloat64s(sums, r.float()*sums[len(sums)-1]))]]
			at, left := pointOn(c.g, a.shape, r.between(0.05, 0.95))
			heading := pt{left.y, -left.x} // along the road
			side := -2.5
			if r.chance(0.5) { // the other way
				heading, side = heading.times(-1), 2.5
			}
			if fl.kind == "bike" {
				side *= (a.class.traits().half - 2) / 2.5
			}
			x := w.feature(fmt.Sprintf("m%06d", n), c.g.degrees(at.add(left.times(side))))
			x.text(model.Kind, fl.kind)
			x.text(model.Plate, plateOf(&fl, k+1))
			x.text(model.Operator, fl.operator)
			state, speed := "idle", 0.0
			late := time.Duration(r.intn(60)) * time.Second
			switch {
			case r.chance(0.03):
				state, late = "offline", time.Duration(1+r.intn(72))*time.Hour
			case r.chance(fl.moving):
				state, speed = "moving", max(3, fl.speed*(1+0.3*r.normal()))
			}
			x.text(model.State, state)
			x.number(model.Speed, speed, 0)
			x.number(model.Heading, math.Mod(math.Atan2(heading.x, heading.y)*180/math.Pi+360, 360), 0)
			x.instant(model.FixedAt, c.Now.Add(-late))
		}
	}
}

// makeWorkers places every grid worker in one of the worker's grids, three of four
// on duty.
func (c *city) makeWorkers(w *writer) {
	for i := 0; i < len(c.a.order) && w.err == nil; {
		number := c.workerAt(i)
		end := i + 1
		for end < len(c.a.order) && c.workerAt(end) == number {
			end++
		}
		r := newStream(c.Seed, keyWorker, uint64(i))
		face := &c.m.faces[c.a.order[i+r.intn(end-i)]]
		i = end
		ring := c.m.ring(face)
		corner, middle := ring[r.intn(len(ring)-1)], predicate.InteriorPoint(orb.Polygon{ring})
		share := r.between(0.1, 0.9)
		at := orb.Point{rounded(corner[0]+share*(middle[0]-corner[0]), 7), rounded(corner[1]+share*(middle[1]-corner[1]), 7)}
		x := w.feature(number, at)
		x.text(model.Kind, "worker")
		x.text(model.Plate, number)
		x.text(model.Worker, number)
		x.text(model.Name, surname(&r)+givenName(&r, r.chance(0.4)))
		x.text(model.Department, face.code[:9]+"-street_office")
		duty := r.chance(0.75)
		state, speed, late := "idle", 0.0, time.Duration(r.intn(240))*time.Second
		switch {
		case !duty:
			state, late = "offline", time.Duration(1+r.intn(14))*time.Hour
		case r.chance(0.4):
			state, speed = "moving", r.between(2, 14)
		}
		x.truth(model.OnDuty, duty)
		x.text(model.State, state)
		x.number(model.Speed, speed, 0)
		x.instant(model.FixedAt, c.Now.Add(-late))
	}
}

// workerAt is the number of the worker of the i-th grid.
func (c *city) workerAt(i int) string {
	f := c.a.order[i]
	return workerOf(c.a.communities[c.a.home[f]].code, c.m.faces[f].code)
}

// plateOf is a plate of a province that does not exist, or a fleet number.
func plateOf(f *fleet, n int) string {
	switch f.kind {
	case "bike", "drone":
		return fmt.Sprintf("%s-%06d", f.kind[:2], n)
	}
	return fmt.Sprintf("岚%c·%05d", 'A'+rune(len(f.kind)%6), n)
}

// roadsFor lists the roads in town of at least a class, with running sums of
// their lengths weighted by density.
func (c *city) roadsFor(least roadClass) (arcs []int32, sums []float64) {
	total := 0.0
	for i := range c.m.arcs {
		a := &c.m.arcs[i]
		if a.class < least || a.bridge {
			continue
		}
		l := &c.m.lines[a.line]
		at := slices.IndexFunc(l.stops, func(s stop) bool { return s.node == a.from })
		d := c.g.density(l.at(l.stops[at].t))
		if d < 0.08 {
			continue
		}
		total += d * c.g.metres(a.shape[len(a.shape)-1]).sub(c.g.metres(a.shape[0])).length()
		arcs, sums = append(arcs, int32(i)), append(sums, total)
	}
	return arcs, sums
}

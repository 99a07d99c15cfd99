package sample

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"wutu/layers/code"
	"wutu/layers/model"
)

// spacing says how a kind of street furniture stands along roads.
type spacing struct {
	every float64   // metres along one side of a road
	least roadClass // smallest class of road
	off   float64   // metres in from the edge of the road's space
	rural bool      // also outside of town
}

// spacingOf is the plan for a kind of model.ComponentKinds.
func spacingOf(kind string) spacing {
	switch kind {
	case "lamp":
		return spacing{46, residential, 2, false}
	case "tree":
		return spacing{58, residential, 1.5, false}
	case "bin":
		return spacing{125, residential, 1, false}
	case "manhole_sewer":
		return spacing{80, residential, 4, false}
	case "manhole_rain":
		return spacing{105, residential, 4.5, false}
	case "rain_grate":
		return spacing{75, residential, 3, false}
	case "manhole_power":
		return spacing{170, residential, 2.5, false}
	case "manhole_telecom":
		return spacing{190, residential, 2.2, false}
	case "hydrant":
		return spacing{210, residential, 1.2, false}
	case "traffic_sign":
		return spacing{230, tertiary, 1.8, true}
	case "road_sign":
		return spacing{330, residential, 1.6, true}
	case "cabinet":
		return spacing{420, residential, 0.8, false}
	case "bus_stop":
		return spacing{620, tertiary, 1.5, true}
	case "traffic_light":
		return spacing{300, secondary, 2.4, false}
	case "guardrail":
		return spacing{260, primary, 4.2, true}
	case "billboard":
		return spacing{900, tertiary, 0.6, true}
	case "bench":
		return spacing{520, residential, 0.7, false}
	case "toilet":
		return spacing{2400, residential, 0.2, false}
	case "waste_station":
		return spacing{7000, residential, 0.1, false}
	case "old_tree":
		return spacing{6000, residential, 0.3, true}
	}
	return spacing{every: 1e9, least: expressway}
}

// spot is a place of furniture beside a road.
type spot struct {
	at  orb.Point
	arc int32
}

// along calls fn for the places of a kind of furniture on the edges of face f, in
// order. Every place lies inside f.
func (c *city) along(f int32, kind string, fn func(spot)) {
	plan := spacingOf(kind)
	face := &c.m.faces[f]
	open := c.uses[f] == useFarm || c.uses[f] == useForest
	if open && !plan.rural || face.use == river || face.use == brook {
		return
	}
	var ring orb.Ring
	c.m.eachArc(face, func(i int32, forward bool) {
		a := &c.m.arcs[i]
		if a.class < plan.least || a.class == noRoad || a.bridge || a.class == expressway {
			return
		}
		p, q := c.g.metres(a.shape[0]), c.g.metres(a.shape[len(a.shape)-1])
		length := q.sub(p).length()
		r := newStream(c.Seed, keyFurniture, keyOf(kind), uint64(i), uint64(f))
		expected := length / plan.every * c.g.furniture
		if open {
			expected *= 0.3
		}
		n := int(expected + r.float())
		off := max(2.5, a.class.traits().half-plan.off)
		if !forward {
			off = -off
		}
		for k := range n {
			at, across := pointOn(c.g, a.shape, 0.08+0.84*(float64(k)+r.between(0.3, 0.7))/float64(n))
			spotAt := c.g.degrees(at.add(across.times(off)))
			if ring == nil {
				ring = c.m.ring(face)
			}
			if ringContains(ring, spotAt) {
				fn(spot{spotAt, i})
			}
		}
	})
}

// pointOn is the place at a share of a course, and the unit vector to its left.
func pointOn(g *terrain, shape []orb.Point, share float64) (at, across pt) {
	total := 0.0
	for i := 1; i < len(shape); i++ {
		total += g.metres(shape[i]).sub(g.metres(shape[i-1])).length()
	}
	rest := share * total
	for i := 1; i < len(shape); i++ {
		p, q := g.metres(shape[i-1]), g.metres(shape[i])
		e := q.sub(p)
		l := e.length()
		if rest <= l || i == len(shape)-1 {
			return p.add(e.unitOr(pt{1, 0}).times(math.Min(rest, l))), e.left().unitOr(pt{0, 1})
		}
		rest -= l
	}
	return g.metres(shape[0]), pt{0, 1}
}

// eachComponent calls fn for all street furniture in order of its 16-digit code.
func (c *city) eachComponent(w *writer, fn func(f int32, kind *model.ComponentKind, id string, s spot)) {
	kinds := model.ComponentKinds()
	from := 0
	for d := range c.a.districts {
		to := from
		for to < len(c.a.order) && c.m.faces[c.a.order[to]].code[:6] == c.a.districts[d].code {
			to++
		}
		for k := range kinds {
			serial := 0
			for _, f := range c.a.order[from:to] {
				if w.err != nil {
					return
				}
				c.along(f, kinds[k].Kind, func(s spot) {
					serial++
					id, err := code.MakeComponent(code.Component{District: c.a.districts[d].code, Major: kinds[k].Major, Minor: kinds[k].Minor, Sequence: serial})
					if err != nil {
						w.err = err
						return
					}
					fn(f, &kinds[k], id, s)
				})
			}
		}
		from = to
	}
}

func (c *city) makeComponents(w *writer) {
	c.eachComponent(w, func(f int32, kind *model.ComponentKind, id string, s spot) {
		draw := newStream(c.Seed, keyFurniture, keyOf(id))
		r := w.feature(id, s.at)
		r.text(model.CodeField, id)
		r.text(model.Kind, kind.Kind)
		street := ""
		if n := c.m.lines[c.m.arcs[s.arc].line].street; n >= 0 {
			street = c.roads[n]
		}
		r.text(model.Name, fmt.Sprintf("%s%s%s", street, kind.Title.ZH, id[12:]))
		r.text(model.State, []string{"good", "damaged", "missing", "retired"}[draw.choose([]float64{0.962, 0.028, 0.005, 0.005})])
		owner, _ := c.departmentFor(kind.Duty, id[:6])
		r.text(model.Department, owner)
		r.instant(model.Installed, c.Now.Truncate(dayLong).AddDate(0, 0, -30-int(draw.decay(2600))%7000))
		r.text(model.Grid, c.m.faces[f].code)
	})
}

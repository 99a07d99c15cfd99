package sample

import (
	"fmt"
	"math"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers/code"
	"wutu/layers/model"
)

const dayLong = 24 * time.Hour

// gauge is a kind of sensor: what it reads and how.
type gauge struct {
	kind, model, unit string
	name              string
	typical, spread   float64
	decimals          int
	alarm             float64 // readings above it are an alarm, 0 for never
}

func gaugeOf(kind string) gauge {
	switch kind {
	case "water_level":
		return gauge{kind, "WL-200", "m", "水位站", 41.6, 1.1, 2, 44.5}
	case "rain":
		return gauge{kind, "RG-12", "mm/h", "雨量站", 0.4, 0.8, 1, 16}
	case "air":
		return gauge{kind, "AQ-6", "ug/m3", "空气监测站", 46, 18, 0, 100}
	case "noise":
		return gauge{kind, "NS-3", "dB", "噪声监测点", 57, 6, 1, 72}
	case "manhole":
		return gauge{kind, "MH-1", "deg", "智能井盖", 1, 0.8, 1, 4}
	case "lamp_control":
		return gauge{kind, "LC-7", "W", "单灯控制器", 92, 14, 1, 0}
	case "smoke":
		return gauge{kind, "SM-2", "%/m", "烟感", 0.2, 0.15, 2, 0.75}
	}
	return gauge{kind: kind}
}

// makeDevices writes stations at the river and in the streets, sensors on street
// furniture, and smoke detectors in large buildings.
func (c *city) makeDevices(w *writer) {
	n := 0
	put := func(kind string, at orb.Point, mount string, f int32) {
		n++
		g := gaugeOf(kind)
		draw := newStream(c.Seed, keyDevice, uint64(n))
		value := math.Max(0, g.typical+g.spread*draw.normal())
		state := "online"
		switch {
		case draw.chance(0.035):
			state = "offline"
		case g.alarm > 0 && value > g.alarm:
			state = "alarm"
		}
		r := w.feature(fmt.Sprintf("d%06d", n), at)
		r.text(model.Name, fmt.Sprintf("%s%05d", g.name, n))
		r.text(model.Kind, kind)
		r.text(model.Model, g.model)
		r.text(model.State, state)
		r.number(model.ValueField, value, g.decimals)
		r.text(model.Unit, g.unit)
		late := time.Duration(draw.intn(900)) * time.Second
		if state == "offline" {
			late += time.Duration(1+draw.intn(200)) * time.Hour
		}
		r.instant(model.Updated, c.Now.Add(-late))
		r.text(model.MountedOn, mount)
		r.text(model.Grid, c.m.faces[f].code)
	}
	for _, f := range c.a.order {
		if c.m.faces[f].use == river {
			if at, ok := c.quay(f); ok {
				put("water_level", at, "", f)
			}
		}
	}
	for i := range c.a.communities {
		f := c.a.communities[i].faces[0]
		r := newStream(c.Seed, keyDevice, 1<<40+uint64(i))
		c.along(f, "lamp", func(s spot) {
			if !r.chance(0.12) {
				return
			}
			put([]string{"air", "noise", "rain"}[r.choose([]float64{0.4, 0.45, 0.15})], s.at, "", f)
		})
	}
	c.eachComponent(w, func(f int32, kind *model.ComponentKind, id string, s spot) {
		r := newStream(c.Seed, keyDevice, keyOf(id))
		switch kind.Kind {
		case "lamp":
			if r.chance(c.g.smartShare) {
				put("lamp_control", s.at, model.Components+"/"+id, f)
			}
		case "manhole_sewer", "manhole_rain":
			if r.chance(c.g.smartShare * 1.6) {
				put("manhole", s.at, model.Components+"/"+id, f)
			}
		}
	})
	c.eachLot(w, func(f int32, l *lot) {
		for i := range l.buildings {
			b := &l.buildings[i]
			r := newStream(c.Seed, keyDevice, 2, keyOf(b.code))
			if (b.kind == "commercial" || b.kind == "office" || b.kind == "hospital" || b.kind == "school" || b.floors > 11) && r.chance(c.g.smartShare*5) {
				put("smoke", c.g.degrees(b.inside()), model.Buildings+"/"+b.code, f)
			}
		}
	})
}

// quay is a place on the embankment of a stretch of the river.
func (c *city) quay(f int32) (orb.Point, bool) {
	corners := c.m.corners(&c.m.faces[f])
	mid := polygonMiddle(corners)
	north, south := c.g.waterHalf(mid.x)
	at := pt{mid.x, north - 6}
	if mid.y < 0 {
		at.y = -south + 6
	}
	p := c.g.degrees(c.g.ground(at))
	return p, ringContains(c.m.ring(&c.m.faces[f]), p)
}

// makeCameras puts cameras at junctions, looking along the roads that meet.
func (c *city) makeCameras(w *writer) {
	seen := make([]bool, len(c.m.nodes))
	serial := map[string]int{}
	for _, f := range c.a.order {
		if w.err != nil {
			return
		}
		face := &c.m.faces[f]
		if face.use == river || face.use == brook {
			continue
		}
		ring := c.m.ring(face)
		middle := c.g.ground(polygonMiddle(c.m.corners(face)))
		c.m.eachArc(face, func(i int32, forward bool) {
			a := &c.m.arcs[i]
			node := a.from
			if !forward {
				node = a.to
			}
			if seen[node] || c.n.degree[node] < 3 || a.class == noRoad {
				return
			}
			seen[node] = true
			r := newStream(c.Seed, keyCamera, uint64(node))
			share := 0.25
			if a.class >= secondary {
				share = 0.9
			}
			if !r.chance(share) {
				return
			}
			p := c.g.metres(c.m.where[node])
			at := c.g.degrees(p.add(middle.sub(p).unitOr(pt{1, 0}).times(a.class.traits().half)))
			if !ringContains(ring, at) {
				return
			}
			q := c.g.metres(a.shape[1])
			if !forward {
				q = c.g.metres(a.shape[len(a.shape)-2])
			}
			along := q.sub(p)
			c.writeCamera(w, f, at, math.Atan2(along.x, along.y)*180/math.Pi, c.m.lines[a.line].street, serial, &r)
		})
	}
}

func (c *city) writeCamera(w *writer, f int32, at orb.Point, azimuth float64, street int32, serial map[string]int, r *stream) {
	district := c.m.faces[f].code[:6]
	serial[district]++
	id, err := code.MakeDevice(code.Device{Centre: district + "00", Industry: "00", Type: "132", Network: "0", Sequence: serial[district]})
	if err != nil {
		w.err = err
		return
	}
	x := w.feature(id, at)
	x.text(model.CodeField, id)
	name := ""
	if street >= 0 {
		name = c.roads[street]
	}
	x.text(model.Name, fmt.Sprintf("%s路口%s", name, id[16:]))
	kind, fov, reach := "fixed", r.between(48, 78), r.between(60, 120)
	switch {
	case r.chance(0.3):
		kind, fov, reach = "dome", r.between(56, 66), r.between(120, 220)
	case r.chance(0.08):
		kind, fov, reach = "panorama", 360, r.between(60, 90)
	}
	x.text(model.Kind, kind)
	x.number(model.Azimuth, math.Mod(azimuth+720, 360), 1)
	x.number(model.FOV, fov, 0)
	x.number(model.Range, reach, 0)
	x.number(model.Height, r.between(4.5, 12), 1)
	state := "online"
	if r.chance(0.03) {
		state = "offline"
	}
	x.text(model.State, state)
	x.text(model.Grid, c.m.faces[f].code)
}

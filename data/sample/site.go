package sample

import (
	"fmt"

	"wutu/layers/model"
)

// service is a kind of public service site.
type service struct {
	kind, word, hours string
	radius            float64
	capacity          [2]int
}

func serviceOf(kind string) service {
	const office = "周一至周五 08:30–12:00 14:00–17:30"
	switch kind {
	case "service_hall":
		return service{kind, "政务服务中心", office, 3000, [2]int{120, 400}}
	case "community_centre":
		return service{kind, "党群服务中心", office, 800, [2]int{30, 120}}
	case "police_station":
		return service{kind, "派出所", "全天", 2500, [2]int{20, 80}}
	case "fire_station":
		return service{kind, "消防救援站", "全天", 3000, [2]int{20, 50}}
	case "hospital":
		return service{kind, "医院", "全天", 5000, [2]int{200, 1500}}
	case "clinic":
		return service{kind, "社区卫生服务中心", "08:00–20:00", 1000, [2]int{20, 100}}
	case "school":
		return service{kind, "学校", "周一至周五 07:30–18:00", 1000, [2]int{600, 2400}}
	case "kindergarten":
		return service{kind, "幼儿园", "周一至周五 07:30–17:30", 500, [2]int{120, 450}}
	case "library":
		return service{kind, "图书馆", "09:00–21:00", 3000, [2]int{150, 800}}
	case "stadium":
		return service{kind, "体育馆", "08:00–22:00", 4000, [2]int{800, 8000}}
	case "elderly_care":
		return service{kind, "养老服务中心", "全天", 1000, [2]int{40, 200}}
	case "market":
		return service{kind, "农贸市场", "06:00–19:00", 1000, [2]int{60, 300}}
	case "bus_station":
		return service{kind, "客运站", "05:30–22:00", 6000, [2]int{500, 3000}}
	case "shelter":
		return service{kind, "应急避难场所", "全天", 1500, [2]int{500, 5000}}
	case "parking":
		return service{kind, "公共停车场", "全天", 500, [2]int{60, 500}}
	}
	return service{kind: kind}
}

// makeSites writes what stands on the public lots, and the small services that
// communities and streets house in ordinary buildings.
func (c *city) makeSites(w *writer) {
	n := 0
	put := func(kind, name string, f int32, b *building) {
		n++
		s := serviceOf(kind)
		draw := newStream(c.Seed, keySite, 2<<32+uint64(n))
		r := w.feature(fmt.Sprintf("s%05d", n), c.g.degrees(b.inside()))
		r.text(model.Kind, kind)
		r.text(model.Name, name)
		r.text(model.Address, b.address)
		r.text(model.Hours, s.hours)
		r.integer(model.Capacity, draw.span(s.capacity[0], s.capacity[1]))
		r.number(model.ServiceRadius, s.radius, 0)
		r.text(model.Phone, fmt.Sprintf("0000-%07d", 2_000_000+n))
		r.text(model.Building, b.code)
		r.text(model.Grid, c.m.faces[f].code)
	}
	c.eachLot(w, func(f int32, l *lot) {
		if len(l.buildings) == 0 {
			return
		}
		b := &l.buildings[0]
		r := newStream(c.Seed, keySite, 3, keyOf(b.code))
		place := placeName(c.a.communities[c.a.home[f]].name)
		switch l.use {
		case useSchool, useCollege:
			put("school", l.estate, f, b)
		case useHospital:
			put("hospital", l.estate, f, b)
		case useMarket:
			put("market", l.estate, f, b)
		case useStation:
			put("bus_station", l.estate, f, b)
		case useCivic:
			switch k := []string{"library", "stadium", "shelter", "parking"}[r.intn(4)]; {
			case b.kind == "culture":
				put(k, place+serviceOf(k).word, f, b)
			case r.chance(0.15):
				put("fire_station", place+"消防救援站", f, b)
			}
		default:
		}
	})
	for i := range c.a.communities {
		c.services(i, put)
	}
}

// services gives a community its own sites; the first community of a street also
// houses those of the street.
func (c *city) services(i int, put func(kind, name string, f int32, b *building)) {
	a := &c.a.communities[i]
	r := newStream(c.Seed, keySite, 4<<32+uint64(i))
	wanted := []string{"community_centre"}
	if len(a.faces) > 8 {
		wanted = append(wanted, "kindergarten")
		for _, k := range []string{"elderly_care", "parking", "clinic"} {
			if r.chance(0.4) {
				wanted = append(wanted, k)
			}
		}
	}
	first := i == 0 || c.a.communities[i-1].parent != a.parent
	if first {
		wanted = append(wanted, "service_hall", "police_station", "clinic")
	}
	for range 40 {
		if len(wanted) == 0 {
			return
		}
		f := pick(&r, a.faces)
		if !c.uses[f].housing() && c.uses[f] != useFarm && c.uses[f] != useOffices {
			continue
		}
		lots := c.stand(f)
		if len(lots) == 0 {
			continue
		}
		l := &lots[r.intn(len(lots))]
		if len(l.buildings) == 0 {
			continue
		}
		name := placeName(a.name)
		if k := wanted[0]; k == "service_hall" || k == "police_station" {
			name = placeName(c.a.streets[a.parent].name)
		}
		put(wanted[0], name+serviceOf(wanted[0]).word, f, &l.buildings[r.intn(len(l.buildings))])
		wanted = wanted[1:]
	}
}

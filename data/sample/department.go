package sample

import (
	"fmt"
	"strings"

	"github.com/paulmach/orb"

	"wutu/layers/code"
	"wutu/layers/duty"
	"wutu/layers/model"
)

// bureau is a kind of department and the word for it in a name.
type bureau struct {
	kind string
	word string
}

// districtBureaus exist once per district, cityBureaus once.
func districtBureaus() []bureau {
	return []bureau{
		{"government", "人民政府"}, {"urban_management", "城市管理执法局"}, {"sanitation", "环境卫生管理所"},
		{"lighting", "路灯管理所"}, {"parks", "园林绿化局"}, {"housing", "住房和城乡建设局"}, {"transport", "交通运输局"},
		{"traffic_police", "公安分局交警大队"}, {"police", "公安分局"}, {"water", "水利和湖泊局"}, {"environment", "生态环境分局"},
		{"market", "市场监督管理局"}, {"health", "卫生健康局"}, {"civil_affairs", "民政局"}, {"natural_resources", "自然资源和规划分局"},
	}
}

func cityBureaus() []bureau {
	return []bureau{
		{"emergency", "应急管理局"}, {"fire", "消防救援支队"}, {"power", "供电公司"}, {"telecom", "通信发展管理办公室"}, {"gas", "燃气集团"},
	}
}

// departmentFor is the id and name of the department of a kind that answers in
// a district: the district's own, or the city's.
func (c *city) departmentFor(kind, district string) (id, name string) {
	for _, b := range cityBureaus() {
		if b.kind == kind {
			return cityCode + "-" + kind, cityName + b.word
		}
	}
	for _, b := range districtBureaus() {
		if b.kind == kind {
			return district + "-" + kind, divisionName(district) + b.word
		}
	}
	return district + "-government", divisionName(district) + "人民政府"
}

// dutiesOf lists the event classes and kinds of street furniture a kind of
// department answers for.
func dutiesOf(kind string) string {
	var out []string
	for _, k := range duty.Classes() {
		if k.Department == kind {
			out = append(out, k.Code)
		}
	}
	for _, k := range model.ComponentKinds() {
		if k.Duty == kind {
			out = append(out, k.Kind)
		}
	}
	return strings.Join(out, " ")
}

func (c *city) makeDepartments(w *writer) {
	n := 0
	put := func(id, name, kind, level, address string, area orb.MultiPolygon) {
		n++
		org, err := code.MakeOrganisation(fmt.Sprintf("011%05d", n))
		if err != nil {
			w.err = err
			return
		}
		r := w.feature(id, area)
		r.text(model.CodeField, org)
		r.text(model.Name, name)
		r.text(model.Kind, kind)
		r.text(model.Duties, dutiesOf(kind))
		r.text(model.Level, level)
		r.text(model.Address, address)
		r.text(model.Phone, fmt.Sprintf("0000-%07d", 1000*n+345)) // no such area code
	}
	all := make([]int32, len(c.m.faces))
	for i := range all {
		all[i] = int32(i)
	}
	whole := c.m.dissolve(all)
	for _, b := range cityBureaus() {
		id, name := c.departmentFor(b.kind, "")
		put(id, name, b.kind, "city", c.seat(&c.a.districts[0]), whole.Clone())
	}
	for i := range c.a.districts {
		d := &c.a.districts[i]
		area, seat := c.m.dissolve(d.faces), c.seat(d)
		for _, b := range districtBureaus() {
			id, name := c.departmentFor(b.kind, d.code)
			put(id, name, b.kind, "district", seat, area.Clone())
		}
	}
	for i := range c.a.streets {
		s := &c.a.streets[i]
		put(s.code+"-street_office", c.officeName(s), "street_office", "street", c.seat(s), c.m.dissolve(s.faces))
	}
}

// officeName is the name of a street's office or a town's government.
func (c *city) officeName(s *areaNode) string {
	word := "办事处"
	if s.kind != "subdistrict" {
		word = "人民政府"
	}
	return c.a.districts[s.parent].name + s.name + word
}

// seat is the address of the first civic building of an area, or of any other.
func (c *city) seat(n *areaNode) string {
	for _, civic := range []bool{true, false} {
		for _, f := range n.faces {
			if civic && c.uses[f] != useCivic {
				continue
			}
			for _, l := range c.stand(f) {
				if len(l.buildings) > 0 {
					return l.buildings[0].address
				}
			}
		}
	}
	return n.name
}

// keeper is the department that maintains a road.
func (c *city) keeper(s *segment) string {
	a := &c.m.arcs[s.arcs[0]]
	face := &c.m.faces[max(a.left, a.right)]
	if s.class == residential {
		return face.code[:9] + "-street_office"
	}
	id, _ := c.departmentFor("transport", face.code[:6])
	return id
}

// dedicated is the department that alone answers for a face, "" for most faces.
func (c *city) dedicated(f int32) string {
	kind := ""
	switch c.uses[f] {
	case useWater:
		kind = "water"
	case usePark:
		kind = "parks"
	case useStation:
		kind = "transport"
	default:
		return ""
	}
	id, _ := c.departmentFor(kind, c.m.faces[f].code[:6])
	return id
}

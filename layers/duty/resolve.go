package duty

import (
	"cmp"
	"slices"

	"wutu/layers"
)

// resolver collects candidates from the best rung to the last.
type resolver struct {
	ground Ground
	class  *Class
	seen   map[string]bool
	found  []Choice
}

func (r *resolver) add(d Department, rung Rung, reason layers.Title) {
	if r.seen[d.ID] {
		return
	}
	r.seen[d.ID] = true
	r.found = append(r.found, Choice{Department: d.ID, Name: d.Name, Rung: rung, Reason: reason})
}

// owner adds the department that a thing names, if it exists.
func (r *resolver) owner(rung Rung, t Thing, reason layers.Title) {
	if t.Department == "" {
		return
	}
	if d, ok := r.ground.Department(t.Department); ok {
		r.add(d, rung, reason)
	}
}

func (r *resolver) object(ref string) {
	if ref == "" {
		return
	}
	if t, ok := r.ground.Object(ref); ok {
		r.owner(ByObject, t, layers.Title{
			ZH: "上报指明的对象“" + t.Name + "”由该部门权属或养护",
			EN: "the object named, " + t.Name + ", is owned or maintained by this department",
		})
	}
}

func roadReason(c *Class, road Thing) layers.Title {
	return layers.Title{
		ZH: "“" + c.Title.ZH + "”随道路权属，“" + road.Name + "”由该部门管养",
		EN: "for \"" + c.Title.EN + "\" the road's owner answers, and this department keeps " + road.Name,
	}
}

func gridReason(grid Area) layers.Title {
	return layers.Title{
		ZH: "该点位在专属网格“" + grid.Name + "”（" + grid.Code + "）内，由该部门负责",
		EN: "the place lies in the dedicated grid " + grid.Name + " (" + grid.Code + "), for which this department answers",
	}
}

// jurisdictions adds rungs 4 to 6 from the departments whose area holds the
// place.
func (r *resolver) jurisdictions(here []Department) {
	here = slices.Clone(here)
	slices.SortFunc(here, func(a, b Department) int {
		return cmp.Or(cmp.Compare(levelOrder(a.Level), levelOrder(b.Level)), cmp.Compare(a.ID, b.ID))
	})
	c := r.class
	for _, d := range here {
		if duty := listedDuty(d, c); duty != "" {
			r.add(d, ByJurisdiction, layers.Title{
				ZH: "该点位在“" + d.Name + "”辖区内，其职责清单列有“" + c.Title.ZH + "”（" + duty + "）",
				EN: "the place lies in the jurisdiction of " + d.Name + ", whose duties list \"" + c.Title.EN + "\" (" + duty + ")",
			})
		}
	}
	for _, d := range here {
		if d.Kind == c.Department {
			r.add(d, ByJurisdiction, layers.Title{
				ZH: "“" + c.Title.ZH + "”属该类部门职责，该点位在“" + d.Name + "”辖区内",
				EN: "\"" + c.Title.EN + "\" is a duty of departments of this kind, and the place lies in the jurisdiction of " + d.Name,
			})
		}
	}
	for _, d := range here {
		if d.Kind == "street_office" {
			r.add(d, ByStreet, layers.Title{
				ZH: "属地原则：该点位在“" + d.Name + "”辖区内",
				EN: "territorial rule: the place lies in the area of " + d.Name,
			})
		}
	}
	for _, d := range here {
		if d.Kind == "government" {
			r.add(d, ByDistrict, layers.Title{
				ZH: "兜底：“" + d.Name + "”负责辖区内无主事项",
				EN: "fallback: " + d.Name + " answers for what belongs to nobody else",
			})
		}
	}
}

// listedDuty returns the entry of d's duty list that covers c: its code or the
// kind of furniture it is about.
func listedDuty(d Department, c *Class) string {
	if slices.Contains(d.Duties, c.Code) {
		return c.Code
	}
	for _, k := range c.Components {
		if slices.Contains(d.Duties, k) {
			return k
		}
	}
	return ""
}

// levelOrder puts the nearest authority first; an unknown level is last.
func levelOrder(level string) int {
	i := slices.Index([]string{"street", "district", "city"}, level)
	if i < 0 {
		return 3
	}
	return i
}

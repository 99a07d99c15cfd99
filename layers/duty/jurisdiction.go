package duty

import (
	"slices"

	"wutu/layers"
)

// held is a department near the place, with the samples that lie in its
// jurisdiction.
type held struct {
	*Department
	in       []bool
	evidence Evidence
}

// jurisdictions are rungs 4 to 6, from the departments whose area holds the
// place or may hold it.
func (r *resolver) jurisdictions() {
	c := r.class
	var listed, kind, street, district []held
	for _, d := range r.here {
		if duty := listedDuty(d.Department, c); duty != "" {
			d.evidence.Duty = duty
			listed = append(listed, d)
		} else if d.Kind == c.Department {
			kind = append(kind, d)
		}
		if d.Kind == "street_office" {
			street = append(street, d)
		}
		if d.Kind == "government" {
			district = append(district, d)
		}
	}
	r.rung(ByJurisdiction, append(listed, kind...), func(d *held) layers.Title {
		if duty := d.evidence.Duty; duty != "" {
			return layers.Title{
				ZH: "该点位在“" + d.Name + "”辖区内，其职责清单列有“" + c.Title.ZH + "”（" + duty + "）",
				EN: "the place lies in the jurisdiction of " + d.Name + ", whose duties list \"" + c.Title.EN + "\" (" + duty + ")",
			}
		}
		return layers.Title{
			ZH: "“" + c.Title.ZH + "”属该类部门职责，该点位在“" + d.Name + "”辖区内",
			EN: "\"" + c.Title.EN + "\" is a duty of departments of this kind, and the place lies in the jurisdiction of " + d.Name,
		}
	})
	r.rung(ByStreet, street, func(d *held) layers.Title {
		return layers.Title{ZH: "属地原则：该点位在“" + d.Name + "”辖区内", EN: "territorial rule: the place lies in the area of " + d.Name}
	})
	r.rung(ByDistrict, district, func(d *held) layers.Title {
		return layers.Title{ZH: "兜底：“" + d.Name + "”负责辖区内无主事项", EN: "fallback: " + d.Name + " answers for what belongs to nobody else"}
	})
}

func (r *resolver) rung(rung Rung, list []held, reason func(*held) layers.Title) {
	outcome := Nothing
	var evidence []Evidence
	for i := range list {
		d := &list[i]
		r.add(*d.Department, rung, r.take(d.in), reason(d), &d.evidence)
		evidence, outcome = append(evidence, d.evidence), Answers
	}
	r.try(rung, outcome, evidence...)
}

// listedDuty returns the entry of d's duty list that covers c: its code or the
// kind of furniture it is about.
func listedDuty(d *Department, c *Class) string {
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

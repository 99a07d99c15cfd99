package server_test

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/server/auth"
)

// spec draws the key of an asker, nil for one who has none.
func (f *founder) spec() *auth.Spec {
	if f.chance(.1) {
		return nil
	}
	s := &auth.Spec{Role: pick(f.Rand, []layers.Role{layers.Planner, layers.Dispatcher, layers.Supervisor, layers.GridWorker, layers.Department,
		layers.Commander, layers.ThemeOwner, layers.API, layers.Public})} // administrators have the standard policy, whatever the city says
	if f.chance(.35) {
		s.Region = pick(f.Rand, areaCodes)
	}
	if f.chance(.25) {
		s.Layers = f.some(layerIDs(), 3, 14)
	}
	if f.chance(.15) {
		s.Fields = f.some([]string{"enterprises.legal_person", "enterprises.phone", "persons.name", "persons.address", "events.reporter"}, 1, 3)
	}
	if f.chance(.15) {
		s.Classes = f.some([]string{"1102", "03*", "0301"}, 1, 2)
	}
	if f.chance(.15) {
		s.From = now().Add(-time.Duration(10+f.IntN(40)) * 24 * time.Hour)
	}
	if f.chance(.1) {
		s.To = now().Add(-time.Duration(f.IntN(9)) * 24 * time.Hour)
	}
	if f.chance(.3) {
		s.Purpose = pick(f.Rand, []string{"census", "rescue"})
	}
	if f.chance(.5) {
		s.Department = fmt.Sprintf("dep-%d", f.IntN(7))
	}
	return s
}

func layerIDs() []string {
	var out []string
	for _, l := range model.Layers() {
		out = append(out, l.ID)
	}
	return out
}

// some picks between least and most of a list, in its order.
func (f *founder) some(list []string, least, most int) []string {
	n := min(least+f.IntN(most-least+1), len(list))
	var out []string
	for _, i := range f.Perm(len(list))[:n] {
		out = append(out, list[i])
	}
	slices.Sort(out)
	return out
}

// lines draws a policy; what each filter means is put into conditions.
func (f *founder) lines(of map[string]condition) []layers.Grant {
	roles := layers.Roles()
	var out []layers.Grant
	for i := range 1 + f.IntN(6) {
		out = append(out, f.grant(fmt.Sprintf("line-%d", i), roles, of))
	}
	if f.chance(.5) {
		out = append(out, layers.Grant{ID: "people", Layers: []string{"access:personal"}, Mode: layers.GrantCounts})
	}
	if f.chance(.8) {
		out = append(out, f.grant("rest", nil, of))
		out[len(out)-1].Layers, out[len(out)-1].Mode = nil, layers.GrantList
	}
	return out
}

func (f *founder) grant(id string, roles []layers.Role, of map[string]condition) layers.Grant {
	g := layers.Grant{ID: id, Mode: pick(f.Rand, []layers.GrantMode{layers.GrantHidden, layers.GrantCounts, layers.GrantList, layers.GrantList, layers.GrantList})}
	if g.Mode == layers.GrantList && f.chance(.4) {
		g.Edit = layers.EditAll
	}
	if roles != nil && f.chance(.3) {
		for range 4 {
			g.Roles = append(g.Roles, pick(f.Rand, roles))
		}
	}
	if f.chance(.1) {
		g.Cleared = true
	}
	if f.chance(.1) {
		g.Purposes = []string{pick(f.Rand, []string{"census", "rescue"})}
	}
	if f.chance(.1) {
		g.NotBefore = now().Add(time.Duration(f.IntN(3)-1) * time.Hour)
	}
	if f.chance(.1) {
		g.NotAfter = now().Add(time.Duration(f.IntN(3)) * time.Hour)
	}
	if !g.NotAfter.IsZero() && !g.NotBefore.Before(g.NotAfter) {
		g.NotBefore = time.Time{}
	}
	names := append(layerIDs(), "element:people", "element:object", "element:land", "element:enterprise", "access:internal", "access:public", "access:personal")
	g.Layers = f.some(names, 1, 8)
	switch {
	case f.chance(.3):
		g.Region = pick(f.Rand, areaCodes)
	case f.chance(.15):
		g.Region = "own"
	}
	if f.chance(.4) {
		g.MarginM = pick(f.Rand, []float64{50, 300, 900})
	}
	g.Department = f.chance(.1)
	if f.chance(.15) {
		g.Classes = f.some([]string{"1102", "03*", "lamp", "residential", "registered", "A", "primary"}, 2, 5)
	}
	if f.chance(.15) {
		g.Days = 5 + f.IntN(40)
	}
	if f.chance(.25) {
		c := pick(f.Rand, conditions)
		g.Filter, of[id] = c.text, c
	}
	if f.chance(.2) {
		g.Round = 5
	}
	for _, list := range []*[]string{&g.Show, &g.Mask, &g.Hide} {
		if f.chance(.3) {
			*list = f.some([]string{"personal", "sealed", "*", "name", "phone", "legal_person", "kind", "state", "code", "department", "area", "building", "grid"}, 1, 3)
		}
	}
	g.Hide = slices.DeleteFunc(g.Hide, func(s string) bool { return s == "*" && f.chance(.8) })
	return g
}

// fits reports whether a line's filter fits the layers it names: others the city
// refuses.
func fits(g *layers.Grant, of map[string]condition) bool {
	if g.Filter == "" {
		return true
	}
	for _, id := range g.Layers {
		if l := model.Lookup(id); !strings.Contains(id, ":") && l != nil {
			for _, field := range of[g.ID].fields {
				if l.FieldIndex(field) < 0 {
					return false
				}
			}
		}
	}
	return true
}

// variant makes of a city another one that the asker must not be able to tell
// from it: forbidden things are taken away, changed and added, hidden values of
// the others are other ones. What is counted keeps its place and its codes, or,
// where all of it is below the threshold, is forbidden too.
func (f *founder) variant(a *asker, city []*thing) []*thing {
	var out []*thing
	taken := map[string]bool{}
	number := map[string]int{}
	for _, th := range city {
		taken[th.layer+"/"+th.id] = true
		number[th.layer]++
	}
	few := func(layer string) bool {
		return number[layer] < cmp.Or(model.Lookup(layer).Threshold(), layers.DefaultMinCount)
	}
	for _, th := range city {
		switch v := a.see(th); {
		case v == forbidden && f.chance(.35): // gone
		case v == forbidden && f.chance(.5):
			other := f.thing(populationOf(th.layer))
			other.id = th.id
			if a.see(other) != forbidden {
				other = th
			}
			out = append(out, other)
		case v == counted && few(th.layer) && f.chance(.3):
		case v == counted:
			out = append(out, f.disguise(th, taken))
		case v == visible:
			out = append(out, f.veil(a, th))
		default:
			out = append(out, th)
		}
	}
	for range 60 {
		th := f.thing(f.IntN(len(population)))
		if key := th.layer + "/" + th.id; !taken[key] && a.see(th) == forbidden {
			taken[key] = true
			out = append(out, th)
		}
	}
	return append(out, f.crowd(a, city)...)
}

// crowd is many forbidden things with the name of one that the asker may see, and
// ids before its id: they come first in every list.
func (f *founder) crowd(a *asker, city []*thing) []*thing {
	for _, th := range city {
		if th.layer != "components" && th.layer != "enterprises" || a.see(th) != visible || th.values["name"] == nil {
			continue
		}
		for range 20 {
			model := f.thing(populationOf(th.layer))
			model.values["name"] = th.values["name"]
			if a.see(model) != forbidden {
				continue
			}
			var out []*thing
			for i := range 90 {
				c := model.clone()
				c.id = fmt.Sprintf("aaa-%03d", i)
				out = append(out, c)
			}
			return out
		}
	}
	return nil
}

// disguise is another person with the same place, codes and numbers.
func (f *founder) disguise(th *thing, taken map[string]bool) *thing {
	out := th.clone()
	for _, field := range model.Lookup(th.layer).Fields {
		if field.Personal || field.Codes == nil && field.Type == layers.String {
			f.fill(out, &field)
		}
	}
	f.serial++
	if id := fmt.Sprintf("%s-%03d", th.layer, f.serial); th.layer != "departments" && !taken[th.layer+"/"+id] {
		taken[th.layer+"/"+id] = true
		out.id = id
	}
	return out
}

// veil is the same thing with other values in the fields the asker gets nothing
// of.
func (f *founder) veil(a *asker, th *thing) *thing {
	l := model.Lookup(th.layer)
	out := th.clone()
	for _, field := range l.Fields {
		if a.hides(l, &field) && f.chance(.5) {
			was := maps.Clone(out.values)
			f.fill(out, &field)
			if a.see(out) != visible {
				out.values = was
			}
		}
	}
	return out
}

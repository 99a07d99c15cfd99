package sample

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/geo/predicate"
	"wutu/layers"
	"wutu/layers/code"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

// Every official code has the form and the check characters its standard asks
// for, and says the same as the fields beside it.
func TestCodes(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	for _, x := range []struct {
		layer, field string
		check        func(string) error
	}{
		{model.Districts, model.CodeField, code.CheckDivision}, {model.Streets, model.CodeField, code.CheckDivision},
		{model.Communities, model.CodeField, code.CheckDivision}, {model.Grids, model.CodeField, code.CheckGrid},
		{model.Parcels, model.CodeField, code.CheckParcel}, {model.Components, model.CodeField, code.CheckComponent},
		{model.Cameras, model.CodeField, code.CheckDevice}, {model.Enterprises, model.USCC, code.CheckUSCC},
		{model.Departments, model.CodeField, code.CheckOrganisation}, {model.Persons, model.CitizenID, code.CheckCitizenID},
	} {
		seen := map[string]bool{}
		for i := range m.features[x.layer] {
			f := &m.features[x.layer][i]
			c := m.str(x.layer, f, x.field)
			if c == "" && x.layer == model.Persons && m.str(x.layer, f, model.Kind) == "foreign" {
				continue
			}
			if err := x.check(c); err != nil {
				bad.add("%s %s: %v", x.layer, f.Key, err)
			}
			if seen[c] {
				bad.add("%s: %s twice", x.layer, c)
			}
			seen[c] = true
		}
	}
	classes := map[string]model.ComponentKind{}
	for _, k := range model.ComponentKinds() {
		classes[k.Kind] = k
	}
	for i := range m.features[model.Components] {
		f := &m.features[model.Components][i]
		c, err := code.ParseComponent(f.Key)
		k := classes[m.str(model.Components, f, model.Kind)]
		if err != nil || c.Major != k.Major || c.Minor != k.Minor || c.District != m.str(model.Components, f, model.Grid)[:6] {
			bad.add("component %s is a %s in grid %s", f.Key, k.Kind, m.str(model.Components, f, model.Grid))
		}
	}
	for _, d := range divisions {
		if err := code.CheckDivision(d.code); err != nil {
			t.Error(err)
		}
	}
	bad.done()
}

func TestPeople(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	ages := make([]int, 3)
	men := 0
	list := m.features[model.Persons]
	for i := range list {
		f := &list[i]
		birth := m.value(model.Persons, f, model.Birth).Time()
		age := testNow().Year() - birth.Year()
		if birth.After(testNow()) || age > 105 {
			bad.add("person %s was born %v", f.Key, birth)
		}
		switch {
		case age < 15:
			ages[0]++
		case age < 60:
			ages[1]++
		default:
			ages[2]++
		}
		if m.str(model.Persons, f, model.Sex) == "male" {
			men++
		}
		if id := m.str(model.Persons, f, model.CitizenID); id != "" {
			c, err := code.ParseCitizenID(id)
			if err != nil || !c.Birth.Equal(birth) || c.Male() != (m.str(model.Persons, f, model.Sex) == "male") {
				bad.add("person %s: number %s does not fit", f.Key, id)
			}
		}
		if n := len([]rune(m.str(model.Persons, f, model.Name))); n < 2 || n > 4 {
			bad.add("person %s has a name of %d characters", f.Key, n)
		}
		if p := m.str(model.Persons, f, model.Phone); p != "" && !strings.HasPrefix(p, "100") {
			bad.add("person %s has a telephone number somebody might own: %s", f.Key, p)
		}
	}
	for i, want := range [][2]float64{{0.08, 0.26}, {0.5, 0.8}, {0.1, 0.35}} {
		if share := float64(ages[i]) / float64(len(list)); share < want[0] || share > want[1] {
			t.Errorf("%.2f of the people are in age band %d", share, i)
		}
	}
	if share := float64(men) / float64(len(list)); share < 0.45 || share > 0.58 {
		t.Errorf("%.2f of the people are men", share)
	}
	bad.done()
}

func TestEventsLiveTheirLives(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	now := testNow()
	states, hours := map[string]int{}, [24]int{}
	overdue := 0
	for i := range m.features[model.Events] {
		f := &m.features[model.Events][i]
		at := func(name string) time.Time { return m.value(model.Events, f, name).Time() }
		s, err := event.ParseState(m.str(model.Events, f, model.State))
		if err != nil {
			bad.add("event %s: %v", f.Key, err)
		}
		states[s.String()]++
		reported, updated, due, closed := at(model.ReportedAt), at(model.UpdatedAt), at(model.DueAt), at(model.ClosedAt)
		if reported.Before(now.AddDate(0, 0, -caseDays)) || !reported.Before(now) || updated.Before(reported) || updated.After(now) {
			bad.add("event %s was reported %v and changed %v", f.Key, reported, updated)
		}
		if s.Open() != closed.IsZero() {
			bad.add("event %s is %s and was closed at %v", f.Key, s, closed)
		} else if !s.Open() && (closed.Before(reported) || closed.After(updated) || s != event.Archived && closed != updated) {
			bad.add("event %s was closed at %v between %v and %v", f.Key, closed, reported, updated)
		}
		if was := !at(model.DispatchedAt).IsZero(); was == due.IsZero() || (s >= event.Dispatched && s <= event.Archived || s == event.Suspended) && !was {
			bad.add("event %s is %s and due %v", f.Key, s, due)
		}
		if day, district, _, err := event.ParseCaseNo(f.Key); err != nil || district != m.str(model.Events, f, model.District) ||
			day.Format(time.DateOnly) != reported.In(worktime.China()).Format(time.DateOnly) {
			bad.add("event %s was reported %v: %v", f.Key, reported, err)
		}
		if !due.IsZero() && s.Open() && due.Before(now) {
			overdue++
		}
		k, ok := duty.ClassOf(m.str(model.Events, f, model.Class))
		if !ok || k.Title.ZH != m.str(model.Events, f, model.ClassName) {
			bad.add("event %s has class %q", f.Key, m.str(model.Events, f, model.Class))
		}
		d := m.byID[model.Departments][m.str(model.Events, f, model.Department)]
		if d == nil || m.str(model.Departments, d, model.Name) != m.str(model.Events, f, model.DepartmentName) || !answersAt(&k, f, d) {
			bad.add("event %s is given to %s outside of its jurisdiction", f.Key, m.str(model.Events, f, model.Department))
		}
		hours[reported.In(worktime.China()).Hour()]++
	}
	total := len(m.features[model.Events])
	done := states["closed"] + states["archived"]
	if done*10 < total*7 || done == total {
		t.Errorf("%d of %d events are done", done, total)
	}
	for _, s := range []string{"handling", "archived", "closed", "rejected", "merged"} {
		if states[s] == 0 {
			t.Errorf("no event is %s: %v", s, states)
		}
	}
	if overdue == 0 || overdue*20 > total {
		t.Errorf("%d of %d events are overdue", overdue, total)
	}
	night, morning := 0, 0
	for h := range 6 {
		night, morning = night+hours[h], morning+hours[h+6]
	}
	if night*2 > morning {
		t.Errorf("no rhythm of the day: %v", hours)
	}
	bad.done()
}

// answersAt reports whether the place of an event lies in a department's area. The
// keeper of a road along a border answers for both sides of it.
func answersAt(k *duty.Class, event, department *layers.Feature) bool {
	const halfRoad = 45 // metres, of the widest main road with its pavements
	return predicate.Intersects(event.Shape, department.Shape) ||
		k.Road && measure.Within(event.Shape.(orb.Point), department.Shape, halfRoad)
}

// Every class of the dictionary occurs in the habits, and its department exists.
func TestHabitsCoverTheDictionary(t *testing.T) {
	var have []string
	for _, h := range habits() {
		have = append(have, h.class)
		k, ok := duty.ClassOf(h.class)
		if !ok {
			t.Errorf("habit of unknown class %s", h.class)
		}
		if h.scene == atThing && len(k.Components) == 0 {
			t.Errorf("class %s is about no thing", h.class)
		}
		if len(h.words) == 0 || h.weight <= 0 {
			t.Errorf("class %s has no words or weight", h.class)
		}
	}
	for _, k := range duty.Classes() {
		if !slices.Contains(have, k.Code) {
			t.Errorf("class %s %s never occurs", k.Code, k.Title.ZH)
		}
	}
	for _, k := range model.DepartmentKinds() {
		found := k.Value == "street_office"
		for _, b := range slices.Concat(districtBureaus(), cityBureaus()) {
			found = found || b.kind == k.Value
		}
		if !found {
			t.Errorf("no department of kind %s", k.Value)
		}
	}
}

// Events gather in hot-spots: the busiest tenth of the communities has far more
// than a tenth of them.
func TestHotSpots(t *testing.T) {
	m := small(t)
	count := map[string]int{}
	for i := range m.features[model.Events] {
		count[m.str(model.Events, &m.features[model.Events][i], model.Community)]++
	}
	var list []int
	for _, n := range count {
		list = append(list, n)
	}
	slices.Sort(list)
	top := 0
	for _, n := range list[len(list)-len(m.features[model.Communities])/10:] {
		top += n
	}
	if share := float64(top) / float64(len(m.features[model.Events])); share < 0.2 {
		t.Errorf("the busiest tenth of the communities has %.2f of the events", share)
	}
}

// Cameras stand at junctions and look along a road; movers drive on roads, but for
// workers on foot, each of whom is in one of the own grids.
func TestThingsAreByTheRoad(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	roads := indexOf(m.features[model.Roads])
	grids, workers := map[string][]*layers.Feature{}, 0
	for i := range m.features[model.Grids] {
		f := &m.features[model.Grids][i]
		worker := m.str(model.Grids, f, model.Worker)
		grids[worker] = append(grids[worker], f)
	}
	for _, layer := range []string{model.Components, model.Cameras, model.Movers} {
		for i := range m.features[layer] {
			f := &m.features[layer][i]
			p := f.Shape.(orb.Point)
			if layer == model.Movers && m.str(layer, f, model.Kind) == "worker" {
				if !slices.ContainsFunc(grids[f.Key], func(g *layers.Feature) bool { return predicate.Within(p, g.Shape) }) {
					bad.add("worker %s is not in an own grid", f.Key)
				}
				workers++
				continue
			}
			best := 1e9
			pad := orb.Bound{Min: orb.Point{p[0] - 0.0006, p[1] - 0.0006}, Max: orb.Point{p[0] + 0.0006, p[1] + 0.0006}}
			eachCell(pad, func(c [2]int) {
				for _, r := range roads[c] {
					best = min(best, metresTo(p, r.Shape.(orb.LineString)))
				}
			})
			if best > 30 {
				bad.add("%s %s is %.0f m off the next road", layer, f.Key, best)
			}
		}
	}
	if workers != len(grids) {
		t.Errorf("%d workers where grids have %d", workers, len(grids))
	}
	bad.done()
}

// metresTo is the distance to a line on a local plane.
func metresTo(p orb.Point, l orb.LineString) float64 {
	flat := func(q orb.Point) pt { return pt{(q[0] - p[0]) * 95700, (q[1] - p[1]) * 110900} }
	best := 1e9
	for i := 1; i < len(l); i++ {
		a, b := flat(l[i-1]), flat(l[i])
		e := b.sub(a)
		u := max(0, min(1, -a.dot(e)/max(1e-9, e.dot(e))))
		best = min(best, a.toward(b, u).length())
	}
	return best
}

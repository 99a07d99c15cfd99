package access_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"wutu/layers"
	"wutu/layers/access"
)

// The whole table of role × access class × clearance, written out: a change of
// the rule shows here as a change of a line.
func TestDecisionsOfEveryRole(t *testing.T) {
	want := map[string]string{ // public, internal, personal layer; the same when cleared
		"planner": "list list counts / list list list", "dispatcher": "list list counts / list list list",
		"supervisor": "list list counts / list list list", "gridworker": "list list counts / list list list",
		"department": "list list counts / list list list", "commander": "list list counts / list list list",
		"themeowner": "list list counts / list list list", "api": "list list counts / list list list",
		"sysadmin": "list hidden hidden / list hidden hidden", "secadmin": "list hidden hidden / list hidden hidden",
		"auditor": "list hidden hidden / list hidden hidden", "public": "list hidden hidden / list hidden hidden",
	}
	for _, role := range layers.Roles() {
		var halves []string
		for _, cleared := range []bool{false, true} {
			var modes []string
			for _, class := range []layers.Access{layers.PublicAccess, layers.InternalAccess, layers.PersonalAccess} {
				l := &layers.Layer{ID: "x", Element: layers.People, Access: class}
				modes = append(modes, access.Decide(&layers.Subject{Role: role, Cleared: cleared}, l).Mode.String())
			}
			halves = append(halves, strings.Join(modes, " "))
		}
		if got := strings.Join(halves, " / "); got != want[role.String()] {
			t.Errorf("%s: %s, want %s", role, got, want[role.String()])
		}
	}
}

func TestScopeSightsAndRegion(t *testing.T) {
	persons := &layers.Layer{ID: "persons", Element: layers.People, Access: layers.PersonalAccess, MinCount: 20,
		Fields: []layers.Field{{Name: "sex", Type: layers.String}, {Name: "name", Type: layers.String, Personal: true},
			{Name: "phone", Type: layers.String, Personal: true, Sealed: true}}}
	grids := &layers.Layer{ID: "grids", Element: layers.Frame, Access: layers.PublicAccess}
	worker := &layers.Subject{Role: layers.GridWorker, Cleared: true, Region: "420502001001001"}
	if d := access.Decide(worker, persons); !slices.Equal(d.Regions, []string{worker.Region}) || d.Mode != access.List ||
		!slices.Equal(d.Sights, layers.Sights{layers.Shown, layers.Shown, layers.Masked}) {
		t.Errorf("a worker in the own grid: %+v", d)
	}
	if d := access.Decide(worker, grids); d.Regions != nil || !d.Whole() {
		t.Errorf("the frame is cut: %+v", d)
	}
	key := &layers.Subject{Role: layers.API, Layers: []string{"grids"}}
	if d := access.Decide(key, persons); d.Mode != access.Hidden {
		t.Errorf("a layer out of scope: %+v", d)
	}
	narrow := &layers.Subject{Role: layers.API, Cleared: true, Fields: []string{"persons.name"}}
	if d := access.Decide(narrow, persons); !slices.Equal(d.Sights, layers.Sights{layers.Shown, layers.Shown, layers.Hidden}) {
		t.Errorf("a field out of scope: %+v", d)
	}
	planner := &layers.Subject{Role: layers.Planner}
	if d := access.Decide(planner, persons); d.Below != 20 || d.Sights.Of(1) != layers.Hidden {
		t.Errorf("not cleared: %+v", d)
	}
	for err, kind := range map[error]layers.Kind{access.MayList(planner, persons): layers.Forbidden,
		access.MayList(key, persons): layers.NotFound} {
		if layers.KindOf(err) != kind {
			t.Errorf("%v, want %s", err, kind)
		}
	}
	if err := access.MayList(worker, persons); err != nil {
		t.Error(err)
	}
}

func TestSmallCountsAreWithheld(t *testing.T) {
	d := access.Decide(&layers.Subject{Role: layers.Planner}, &layers.Layer{ID: "p", Element: layers.People, Access: layers.PersonalAccess})
	var got []string
	for _, n := range []int{0, 1, 9, 10, 11} {
		shown, ok := d.Released(n)
		got = append(got, fmt.Sprint(shown, ok))
	}
	if s := strings.Join(got, ", "); s != "0 false, 0 false, 0 false, 10 true, 11 true" {
		t.Errorf("%s", s)
	}
	d.Round = 5
	if n, ok := d.Released(13); n != 15 || !ok {
		t.Errorf("13 to multiples of 5: %d", n)
	}
	if n, ok := (&access.Decision{Mode: access.List}).Released(1); n != 1 || !ok {
		t.Error("an exact count was withheld")
	}
}

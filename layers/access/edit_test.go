package access_test

import (
	"strings"
	"testing"

	"wutu/layers"
	"wutu/layers/access"
)

// Who may edit what, written out: role × layer, not cleared and cleared. A change
// of the rule shows here as a change of a line.
func TestWhoEdits(t *testing.T) {
	kinds := []struct {
		name  string
		layer layers.Layer
	}{
		{"object", layers.Layer{ID: "x", Element: layers.Object, Access: layers.InternalAccess}},
		{"public", layers.Layer{ID: "x", Element: layers.Object, Access: layers.PublicAccess}},
		{"owned", layers.Layer{ID: "x", Element: layers.Object, Access: layers.InternalAccess, Owner: "d1"}},
		{"persons", layers.Layer{ID: "x", Element: layers.People, Access: layers.PersonalAccess}},
		{"persons owned", layers.Layer{ID: "x", Element: layers.People, Access: layers.PersonalAccess, Owner: "d1"}},
		{"movers", layers.Layer{ID: "movers", Element: layers.Object, Access: layers.InternalAccess, Fields: []layers.Field{{Name: "kind", Type: layers.String}}}},
		{"events", layers.Layer{ID: "events", Element: layers.Event, Access: layers.InternalAccess, Owner: "d1"}},
		{"frame", layers.Layer{ID: "grids", Element: layers.Frame, Access: layers.PublicAccess, Owner: "d1"}},
	}
	want := map[string]string{
		"themeowner": "object public owned / object public owned persons persons owned movers",
		"department": "owned / owned persons owned",
		"api":        "object public owned / object public owned persons persons owned movers", // keys that name the layer
		"api*":       " / ",                                                                    // keys that name none
	}
	for _, role := range layers.Roles() {
		for _, named := range []bool{true, false} {
			var halves []string
			for _, cleared := range []bool{false, true} {
				var may []string
				for _, k := range kinds {
					s := &layers.Subject{Role: role, Department: "d1", Cleared: cleared}
					if named {
						s.Layers = []string{k.layer.ID}
					}
					d := access.Decide(s, &k.layer)
					if d.Edit != (d.MayEdit(s, &k.layer) == nil) {
						t.Errorf("%s of %s: Edit is %v and MayEdit says %v", role, k.name, d.Edit, d.MayEdit(s, &k.layer))
					}
					if d.Edit {
						may = append(may, k.name)
					}
				}
				halves = append(halves, strings.Join(may, " "))
			}
			expected, ok := want[role.String()+map[bool]string{false: "*"}[named]]
			if !ok {
				expected = want[role.String()]
			}
			if expected == "" {
				expected = " / "
			}
			if got := strings.Join(halves, " / "); got != expected {
				t.Errorf("%s, layers named %v: %q, want %q", role, named, got, expected)
			}
		}
	}
	if d := access.Decide(&layers.Subject{Role: layers.System}, &kinds[0].layer); d.Edit {
		t.Error("the program edits through a decision: it has Apply")
	}
}

func TestFieldsThatAreNotSeenAreNotSet(t *testing.T) {
	l := &layers.Layer{ID: "x", Element: layers.Object, Access: layers.InternalAccess, Fields: []layers.Field{
		{Name: "name", Type: layers.String}, {Name: "phone", Type: layers.String, Personal: true}, {Name: "key", Type: layers.String, Sealed: true}}}
	s := &layers.Subject{Role: layers.ThemeOwner, Cleared: true}
	d := access.Decide(s, l)
	if !d.Sets(0) || !d.Sets(1) || d.Sets(2) {
		t.Errorf("cleared: %+v", d)
	}
	s.Cleared = false
	if d = access.Decide(s, l); !d.Sets(0) || d.Sets(1) {
		t.Errorf("not cleared: %+v", d)
	}
	for _, line := range []string{`[{"id":"a","mode":"counts","edit":"all"}]`, `[{"id":"a","mode":"list","edit":"some"}]`} {
		if _, err := access.ParsePolicy([]byte(line)); layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), "/grants/0/edit") {
			t.Errorf("%s: %v", line, err)
		}
	}
}

package model

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"wutu/layers"
)

// The ids are promised to outside programs, so they are spelled out once more.
const promised = "persons households enterprises parcels buildings plan_zones components devices cameras movers " +
	"sites departments districts streets communities grids roads addresses water green events"

func TestLayersArePromisedAndSound(t *testing.T) {
	var ids []string
	known := map[string]bool{}
	for _, l := range Layers() {
		ids = append(ids, l.ID)
		known[l.ID] = true
	}
	if got := strings.Join(ids, " "); got != promised {
		t.Fatalf("ids\n got %s\nwant %s", got, promised)
	}
	for _, l := range Layers() {
		if err := l.Check(); err != nil {
			t.Error(err)
		}
		both := func(what string, x layers.Title) {
			if x.ZH == "" || x.EN == "" {
				t.Errorf("%s: %s has a title %+v in one language only", l.ID, what, x)
			}
		}
		both("layer", l.Title)
		both("count unit", l.CountUnit)
		for _, f := range l.Fields {
			both(f.Name, f.Title)
			if f.Ref != "" && !known[f.Ref] {
				t.Errorf("%s.%s points into %q, which is no layer", l.ID, f.Name, f.Ref)
			}
			seen := map[string]bool{}
			for _, c := range f.Codes {
				both(f.Name+" "+c.Value, c.Title)
				if seen[c.Value] {
					t.Errorf("%s.%s has code %q twice", l.ID, f.Name, c.Value)
				}
				seen[c.Value] = true
			}
			if f.Search && l.Access == layers.PersonalAccess && !f.Personal {
				t.Errorf("%s.%s: searchable field of a personal layer must be personal", l.ID, f.Name)
			}
		}
		if l.KindField != "" && l.Fields[l.FieldIndex(l.KindField)].Codes == nil {
			t.Errorf("%s: the legend needs codes for %s", l.ID, l.KindField)
		}
		if l.Level != layers.NoLevel && l.FieldIndex(CodeField) < 0 {
			t.Errorf("%s: an area layer needs the field code", l.ID)
		}
	}
}

func TestAccess(t *testing.T) {
	want := map[string]layers.Access{Persons: layers.PersonalAccess, Households: layers.PersonalAccess}
	for _, id := range []string{Buildings, Districts, Streets, Communities, Water, Green, Roads, Sites, Departments} {
		want[id] = layers.PublicAccess
	}
	for _, l := range Layers() {
		if l.Access != want[l.ID] { // the zero Access is internal
			t.Errorf("%s is %s, want %s", l.ID, l.Access, want[l.ID])
		}
	}
	for _, f := range []struct{ layer, field string }{
		{Persons, Name}, {Persons, CitizenID}, {Persons, Birth}, {Persons, Address}, {Persons, Phone}, {Persons, Care},
		{Households, Address}, {Enterprises, LegalPerson}, {Enterprises, Phone}, {Events, Reporter}, {Events, ReporterPhone},
	} {
		l := Lookup(f.layer)
		if i := l.FieldIndex(f.field); i < 0 || !l.Fields[i].Personal {
			t.Errorf("%s.%s must be personal", f.layer, f.field)
		}
	}
}

func TestLookup(t *testing.T) {
	a, b := Lookup(Grids), Lookup(Grids)
	if a == nil || a == b || !reflect.DeepEqual(a, b) {
		t.Fatalf("Lookup must return equal, separate values")
	}
	if Lookup("nothing") != nil {
		t.Fatal("Lookup of an unknown id must be nil")
	}
	levels := map[layers.Level]string{}
	for _, l := range Layers() {
		if l.Level != layers.NoLevel {
			levels[l.Level] = l.ID
		}
	}
	if len(levels) != len(layers.Levels()) {
		t.Fatalf("levels are %v", levels)
	}
}

func TestComponentKinds(t *testing.T) {
	kinds := ComponentKinds()
	seen := map[string]bool{}
	for _, k := range kinds {
		if len(k.Major) != 2 || len(k.Minor) != 2 || seen[k.Major+k.Minor] {
			t.Errorf("%s: class %q %q is not two and two digits of its own", k.Kind, k.Major, k.Minor)
		}
		seen[k.Major+k.Minor] = true
		if !slices.ContainsFunc(DepartmentKinds(), func(c layers.Code) bool { return c.Value == k.Duty }) {
			t.Errorf("%s: no department kind %q", k.Kind, k.Duty)
		}
	}
	if !slices.IsSortedFunc(kinds, func(a, b ComponentKind) int { return strings.Compare(a.Major+a.Minor, b.Major+b.Minor) }) {
		t.Error("kinds are not in order of code")
	}
}

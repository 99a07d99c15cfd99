package duty

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"

	"wutu/layers/worktime"
)

func hours(n int) worktime.Deadline {
	return worktime.Deadline{Amount: n, Unit: worktime.WorkingHours}
}
func days(n int) worktime.Deadline { return worktime.Deadline{Amount: n, Unit: worktime.WorkingDays} }

// The table of published deadlines (standards.md section 1): what each list gives
// for a class, in its order, and no class besides.
func TestExamplesAreThePublishedLists(t *testing.T) {
	list, err := Examples()
	if err != nil || len(list) != 2 {
		t.Fatalf("%d, %v", len(list), err)
	}
	golden := map[string]map[string][]worktime.Deadline{
		"list-one": {"私搭乱建": {hours(4), days(7), days(20)}, "暴露垃圾": {hours(4)}, "建筑垃圾": {hours(4), days(2)}, "道路保洁": {hours(2)},
			"路面积水": {hours(4)}, "绿地保洁": {hours(4)}, "绿地养护": {days(5)}},
		"jiyuan": {"违法搭建": {days(15)}, "暴露垃圾": {days(1)}, "积存垃圾渣土": {days(4)}, "道路不洁": {hours(5)}, "水域不洁": {days(15)}},
	}
	for _, d := range list {
		want := golden[d.Edition]
		if len(d.Classes) != len(want) || d.Source == "" {
			t.Errorf("%s: %d classes, want %d", d.Edition, len(d.Classes), len(want))
		}
		for _, c := range d.Classes {
			var got []worktime.Deadline
			for _, n := range c.AllDeadlines() {
				got = append(got, n.Deadline)
			}
			if !reflect.DeepEqual(got, want[c.Title.ZH]) || c.Deadline != got[len(got)-1] {
				t.Errorf("%s %s: %v, want %v", d.Edition, c.Title.ZH, got, want[c.Title.ZH])
			}
			if len(c.Unconfirmed) == 0 {
				t.Errorf("%s %s: what is not in the published extract is not marked", d.Edition, c.Title.ZH)
			}
		}
	}
	building, _ := list[1].Class("0101")
	if n := building.AllDeadlines(); len(n) != 3 || n[0].For.ZH != "停工" || n[1].For.ZH != "处罚" || n[2].For.ZH != "拆除" {
		t.Errorf("named deadlines %+v", n)
	}
}

func TestDictionaryRoundTrip(t *testing.T) {
	list, err := Examples()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range append(list, Builtin()) {
		b, err := d.Pretty()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseDictionary(b)
		if err != nil {
			t.Fatalf("%s: %v", d.Edition, err)
		}
		for i := range d.Classes { // where a class comes from is told in words
			a, b := d.Classes[i], again.Classes[i]
			a.Origin, a.Source = a.origin(), Local
			if !reflect.DeepEqual(a, b) {
				t.Errorf("%s %s: %+v, was %+v", d.Edition, a.Code, b, a)
			}
		}
		twice, err := again.Pretty()
		if err != nil || string(twice) != string(b) {
			t.Errorf("%s: written twice it differs", d.Edition)
		}
	}
}

const minimal = `{"edition":"e1","title":{"zh":"目录","en":""},"source":"s","valid_from":"2026-01-01","classes":[{"code":"0102","group":{"zh":"组","en":""},
"title":{"zh":"类","en":""},"filing":"f","deadlines":[{"amount":4,"unit":"working_hours"}],"closing":"c","responsible":"sanitation","components":["bin"],"unconfirmed":["filing"]}]}`

func TestDictionaryRefusals(t *testing.T) {
	d, err := ParseDictionary([]byte(minimal))
	if err != nil || d.Classes[0].Title.EN != "类" {
		t.Fatal(err)
	}
	for _, x := range [][2]string{
		{`"e1"`, `"e 1"`}, {`"e1"`, `""`}, {`"s"`, `""`}, {`2026-01-01`, `01.01.2026`}, {`"0102"`, `""`}, {`"组"`, `" "`}, {`"filing":"f"`, `"filing":""`},
		{`"closing":"c"`, `"closing":"c","colour":"red"`}, {`4`, `0`}, {`4`, `4.5`}, {`4`, `100000`}, {`working_hours`, `weeks`}, {`sanitation`, `magic`},
		{`"bin"`, `"dragon"`}, {`["filing"]`, `["weather"]`}, {`[{"amount":4,"unit":"working_hours"}]`, `[]`}, {`}]}`, `}]}{}`}, {`"f"`, "\"\xff\""},
	} {
		s := strings.Replace(minimal, x[0], x[1], 1)
		if _, err := ParseDictionary([]byte(s)); err == nil {
			t.Errorf("%s → %s is accepted", x[0], x[1])
		}
	}
	var tree map[string]any
	if err := json.Unmarshal([]byte(minimal), &tree); err != nil {
		t.Fatal(err)
	}
	one := tree["classes"].([]any)[0]
	tree["classes"] = []any{one, one}
	b, _ := json.Marshal(tree)
	if _, err := ParseDictionary(b); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("a code that stands twice: %v", err)
	}
}

func TestEditions(t *testing.T) {
	d, err := ParseDictionary([]byte(minimal))
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) time.Time { t, _ := time.Parse(time.DateOnly, s); return t }
	e := NewEditions([]*Dictionary{d})
	for day, want := range map[string]string{"2020-01-01": ClassesVersion, "2025-12-31": ClassesVersion, "2026-01-01": "e1", "2030-01-01": "e1"} {
		if got := e.Current(at(day)).Edition; got != want {
			t.Errorf("%s: %s, want %s", day, got, want)
		}
	}
	if c, ok := e.Class("e1", "0102"); !ok || c.Filing != "f" {
		t.Errorf("by edition: %+v", c)
	}
	if c, ok := e.Class(ClassesVersion, "0102"); !ok || c.Filing == "f" {
		t.Errorf("a case of the old edition: %+v", c)
	}
	if _, ok := e.Class("e1", "1102"); ok {
		t.Error("an edition has the classes of another")
	}
	if c, ok := e.Class("lost", "1102"); !ok || c.Title.EN != "Broken street lamp" {
		t.Error("a lost edition is not read with the built-in one")
	}
	var none *Editions
	if none.Current(at("2026-01-01")).Edition != ClassesVersion || len(none.List()) != 1 {
		t.Error("no editions are not the built-in one")
	}
}

func FuzzParseDictionary(f *testing.F) {
	f.Add([]byte(minimal))
	if list, err := Examples(); err == nil {
		for _, d := range list {
			if b, err := d.Pretty(); err == nil {
				f.Add(b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := ParseDictionary(b)
		if err != nil {
			return
		}
		again, err := d.Pretty()
		if err != nil {
			t.Fatal(err)
		}
		e, err := ParseDictionary(again)
		if err != nil || !reflect.DeepEqual(d.Classes, e.Classes) && len(d.Classes) > 0 && d.Classes[0].Components == nil == (e.Classes[0].Components == nil) {
			t.Fatalf("%s → %s: %v", b, again, err)
		}
	})
}

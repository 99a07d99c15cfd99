package duty

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

func TestClasses(t *testing.T) {
	kinds := model.DepartmentKinds()
	furniture := model.ComponentKinds()
	list := Classes()
	if len(list) < 20 {
		t.Errorf("%d classes", len(list))
	}
	for i, c := range list {
		if len(c.Code) != 4 || strings.Trim(c.Code, "0123456789") != "" || i > 0 && list[i-1].Code >= c.Code {
			t.Errorf("%s: not four digits in order", c.Code)
		}
		if c.Title.ZH == "" || c.Title.EN == "" || c.Group.ZH == "" || c.Group.EN == "" || c.Filing == "" || c.Closing == "" || c.Icon == "" {
			t.Errorf("%s: a column is empty", c.Code)
		}
		if c.Deadline.Amount < 1 || c.Deadline.Unit.Title().ZH == "" || c.Source < ListOne || c.Source > Local {
			t.Errorf("%s: deadline %v of source %d", c.Code, c.Deadline, c.Source)
		}
		if !slices.ContainsFunc(kinds, func(k layers.Code) bool { return k.Value == c.Department }) {
			t.Errorf("%s: no department kind %q", c.Code, c.Department)
		}
		for _, k := range c.Components {
			if !slices.ContainsFunc(furniture, func(f model.ComponentKind) bool { return f.Kind == k }) {
				t.Errorf("%s: no kind of street furniture %q", c.Code, k)
			}
		}
		if got, ok := ClassOf(c.Code); !ok || got.Title != c.Title {
			t.Errorf("%s is not found", c.Code)
		}
		if len(c.FullCode("420502")) != 10 {
			t.Errorf("full code %s", c.FullCode("420502"))
		}
	}
	if got := (worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}).Title(); got != (layers.Title{ZH: "4 工作时", EN: "4 working hours"}) {
		t.Errorf("a deadline reads %v", got)
	}
	for _, bad := range []string{"", "0000", "9999", "010"} {
		if _, ok := ClassOf(bad); ok {
			t.Errorf("class %q is found", bad)
		}
	}
}

// ground is a city of one point, in which everything reaches far around it.
type ground struct {
	areas      []Area
	here       []Department
	all        []Department
	objects    map[string]Thing
	road       *Thing
	precedents []Precedent
	odds       Odds
}

// wide is a square of two degrees around a point.
func wide(p orb.Point) orb.Polygon {
	return orb.Bound{Min: orb.Point{p[0] - 1, p[1] - 1}, Max: orb.Point{p[0] + 1, p[1] + 1}}.ToPolygon()
}

func (g *ground) Around(p orb.Point, _ float64) Scene {
	var s Scene
	for _, a := range g.areas {
		a.Geometry, a.Holds = wide(p), true
		s.Areas = append(s.Areas, a)
	}
	for _, d := range g.here {
		d.Geometry, d.Holds = wide(p), true
		s.Departments = append(s.Departments, d)
	}
	if g.road != nil {
		road := *g.road
		road.Geometry = orb.LineString{{p[0] - 1, p[1]}, {p[0] + 1, p[1]}}
		s.Roads = []Road{{Thing: road}}
	}
	return s
}

func (g *ground) Object(ref string) (Thing, bool) { t, ok := g.objects[ref]; return t, ok }
func (g *ground) Odds() Odds                      { return g.odds }
func (g *ground) Precedents(class string) []Precedent {
	return NewPrecedents(g.precedents, time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)).Of(class)
}
func (g *ground) Department(id string) (Department, bool) {
	for _, d := range append(slices.Clone(g.all), g.here...) {
		if d.ID == id {
			return d, true
		}
	}
	return Department{}, false
}

// fullGround answers on every rung.
func fullGround() *ground {
	return &ground{
		areas: []Area{
			{Level: layers.District, Code: "420502", Name: "江北区"}, {Level: layers.Street, Code: "420502001", Name: "滨江街道"},
			{Level: layers.Community, Code: "420502001001", Name: "望江社区"},
			{Level: layers.Grid, Code: "420502001001003", Name: "望江三网格", Dedicated: true, Department: "d-park"},
		},
		here: []Department{
			{ID: "d-city", Name: "市政府", Kind: "government", Level: "city"},
			{ID: "d-gov", Name: "江北区政府", Kind: "government", Level: "district"},
			{ID: "d-street", Name: "滨江街道办", Kind: "street_office", Level: "street"},
			{ID: "d-light2", Name: "市照明中心", Kind: "lighting", Level: "city", Duties: []string{"lamp"}},
			{ID: "d-light1", Name: "江北路灯所", Kind: "lighting", Level: "district"},
		},
		all: []Department{{ID: "d-park", Name: "公园管理处", Kind: "parks"}, {ID: "d-owner", Name: "物业公司", Kind: "housing"},
			{ID: "d-road", Name: "公路局", Kind: "transport"}},
		objects: map[string]Thing{"components/L9": {ID: "L9", Name: "路灯 L9", Department: "d-owner"}, "components/none": {ID: "none", Name: "x"}},
		road:    &Thing{ID: "r1", Name: "滨江大道", Department: "d-road"},
	}
}

func TestRungsInTheirOrder(t *testing.T) {
	lamp, _ := ClassOf("1102")
	pothole, _ := ClassOf("1201")
	at := orb.Point{111.29, 30.69}
	g := fullGround()

	check := func(name string, p Place, want ...string) {
		t.Helper()
		got := []string{p.Chosen.Department}
		for i, a := range p.Alternatives {
			got = append(got, a.Department)
			if a.Rung < p.Chosen.Rung || i > 0 && a.Rung < p.Alternatives[i-1].Rung {
				t.Errorf("%s: rungs out of order", name)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
		for _, c := range append(p.Alternatives, p.Chosen) {
			if c.Rung < ByObject || c.Rung > ByDistrict || c.Reason.ZH == "" || c.Reason.EN == "" || c.Name == "" {
				t.Errorf("%s: %+v is incomplete", name, c)
			}
		}
	}
	check("object named", Locate(g, &lamp, at, "components/L9"), "d-owner", "d-park", "d-light2", "d-light1", "d-street", "d-gov", "d-city")
	check("object without owner", Locate(g, &lamp, at, "components/none"), "d-park", "d-light2", "d-light1", "d-street", "d-gov", "d-city")
	check("object unknown", Locate(g, &lamp, at, "components/?"), "d-park", "d-light2", "d-light1", "d-street", "d-gov", "d-city")
	check("road", Locate(g, &pothole, at, ""), "d-road", "d-park", "d-street", "d-gov", "d-city")
	g.road = nil
	check("no road", Locate(g, &pothole, at, ""), "d-park", "d-street", "d-gov", "d-city")
	g.areas[3].Dedicated = false
	check("duty before kind", Locate(g, &lamp, at, ""), "d-light2", "d-light1", "d-street", "d-gov", "d-city")
	g.here[3].Duties = nil
	check("district before city", Locate(g, &lamp, at, ""), "d-light1", "d-light2", "d-street", "d-gov", "d-city")
	g.here = g.here[:3]
	check("street", Locate(g, &lamp, at, ""), "d-street", "d-gov", "d-city")
	g.here = g.here[:2]
	check("fallback", Locate(g, &lamp, at, ""), "d-gov", "d-city")
	g.here = nil
	p := Locate(g, &lamp, at, "")
	if p.Chosen.Department != "" || p.Chosen.Rung != NoRung || p.Chosen.Reason.EN == "" || len(p.Alternatives) != 0 {
		t.Errorf("nobody: %+v", p.Chosen)
	}
	if a, ok := p.Area(layers.Street); !ok || a.Code != "420502001" || a.LevelName != "street" {
		t.Errorf("street %+v", a)
	}
}

func TestReasonNamesTheEvidence(t *testing.T) {
	lamp, _ := ClassOf("1102")
	g := fullGround()
	g.areas[3].Dedicated = false
	for object, want := range map[string]string{"components/L9": "路灯 L9", "": "江北路灯所"} {
		p := Locate(g, &lamp, orb.Point{111, 30}, object)
		if object == "" {
			p.Chosen = p.Alternatives[0]
		}
		if !strings.Contains(p.Chosen.Reason.ZH, want) || !strings.Contains(p.Chosen.Reason.EN, want) {
			t.Errorf("%v does not name %s", p.Chosen.Reason, want)
		}
	}
}

func TestProofIsRepeatable(t *testing.T) {
	lamp, _ := ClassOf("1102")
	a := Locate(fullGround(), &lamp, orb.Point{111, 30}, "")
	g := fullGround()
	slices.Reverse(g.here) // the order in which the ground answers does not matter
	b := Locate(g, &lamp, orb.Point{111, 30}, "")
	if a.Hash() != b.Hash() || len(a.Hash()) != 64 {
		t.Errorf("%s, %s", a.Hash(), b.Hash())
	}
	g.here[0].Name += "!"
	if c := Locate(g, &lamp, orb.Point{111, 30}, ""); c.Hash() == a.Hash() {
		t.Error("a changed proof has the same hash")
	}
	empty, err := json.Marshal(Locate(&ground{}, &lamp, orb.Point{0, 0}, ""))
	if err != nil || !strings.Contains(string(empty), `"areas":[]`) || !strings.Contains(string(empty), `"alternatives":[]`) ||
		!strings.Contains(string(empty), `"neighbours":[]`) || strings.Contains(string(empty), "null") {
		t.Errorf("%s, %v", empty, err)
	}
}

package duty

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"wutu/layers"
	"wutu/layers/keyring"
)

var testTime = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

func precedent(change func(*Precedent)) Precedent {
	p := Precedent{ID: "p1", Class: "1102", Department: "d-owner", Case: "20261101", By: "chief", At: testTime}
	change(&p)
	return p
}

// Each kind of precedent decides where it holds, before the rung of what it is
// about and after the better ones.
func TestPrecedentsInTheOrder(t *testing.T) {
	lamp, _ := ClassOf("1102")
	pothole, _ := ClassOf("1201")
	at := orb.Point{111.29, 30.69}
	near := geojson.NewGeometry(orb.Bound{Min: orb.Point{111.28, 30.68}, Max: orb.Point{111.3, 30.7}}.ToPolygon())
	far := geojson.NewGeometry(orb.Bound{Min: orb.Point{112.28, 30.68}, Max: orb.Point{112.3, 30.7}}.ToPolygon())
	for name, x := range map[string]struct {
		class  Class
		object string
		p      Precedent
		want   string
	}{
		"grid":            {lamp, "", precedent(func(p *Precedent) { p.Area = "420502001001003" }), "d-owner"},
		"street":          {lamp, "", precedent(func(p *Precedent) { p.Area = "420502001" }), "d-owner"},
		"other grid":      {lamp, "", precedent(func(p *Precedent) { p.Area = "420502001001004" }), "d-park"},
		"polygon":         {lamp, "", precedent(func(p *Precedent) { p.Polygon = near }), "d-owner"},
		"other polygon":   {lamp, "", precedent(func(p *Precedent) { p.Polygon = far }), "d-park"},
		"other class":     {lamp, "", precedent(func(p *Precedent) { p.Polygon, p.Class = near, "1201" }), "d-park"},
		"object":          {lamp, "components/L9", precedent(func(p *Precedent) { p.Object, p.Department = "components/L9", "d-park" }), "d-park"},
		"area and object": {lamp, "components/L9", precedent(func(p *Precedent) { p.Area, p.Department = "420502001001003", "d-road" }), "d-owner"},
		"road":            {pothole, "", precedent(func(p *Precedent) { p.Road, p.Class = "r1", "1201" }), "d-owner"},
		"area and road":   {pothole, "", precedent(func(p *Precedent) { p.Area, p.Class = "420502001001003", "1201" }), "d-road"},
		"not yet":         {lamp, "", precedent(func(p *Precedent) { p.Area, p.At = "420502001001003", time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC) }), "d-park"},
		"no department":   {lamp, "", precedent(func(p *Precedent) { p.Area, p.Department = "420502001001003", "d-gone" }), "d-park"},
	} {
		if err := x.p.Check(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		g := fullGround()
		g.precedents = []Precedent{x.p}
		got := Locate(g, &x.class, at, x.object)
		if got.Chosen.Department != x.want {
			t.Errorf("%s: %s by %s, want %s", name, got.Chosen.Department, got.Chosen.Rung, x.want)
		}
		if x.want == x.p.Department && (got.Chosen.Rung != ByPrecedent || got.Chosen.Evidence[0].Ref != "precedent/p1") {
			t.Errorf("%s: %+v", name, got.Chosen)
		}
	}
	g := fullGround()
	g.precedents = []Precedent{precedent(func(p *Precedent) { p.Area = "420502001" }),
		precedent(func(p *Precedent) {
			p.Area, p.ID, p.At, p.Department = "420502001", "p2", testTime.Add(time.Hour), "d-road"
		})}
	if got := Locate(g, &lamp, at, ""); got.Chosen.Department != "d-road" {
		t.Errorf("the newer precedent does not prevail: %s", got.Chosen.Department)
	}
}

func TestPrecedentForm(t *testing.T) {
	p := precedent(func(p *Precedent) { p.Area = "420502001" })
	for name, change := range map[string]func(*Precedent){
		"two things": func(p *Precedent) { p.Road = "r1" }, "nothing": func(p *Precedent) { p.Area = "" }, "no class": func(p *Precedent) { p.Class = "" },
		"no case": func(p *Precedent) { p.Case = "" }, "ends before": func(p *Precedent) { u := testTime; p.Until = &u },
		"bad object": func(p *Precedent) { p.Area, p.Object = "", "lamp" },
		"point":      func(p *Precedent) { p.Area, p.Polygon = "", geojson.NewGeometry(orb.Point{1, 2}) },
		"bow tie": func(p *Precedent) {
			p.Area, p.Polygon = "", geojson.NewGeometry(orb.Polygon{{{0, 0}, {1, 1}, {1, 0}, {0, 1}, {0, 0}}})
		},
		"empty shape": func(p *Precedent) { p.Area, p.Polygon = "", &geojson.Geometry{Type: "Polygon"} },
	} {
		q := p
		change(&q)
		if q.Check() == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	ring, err := keyring.New(keyring.Standard, testTime, rand.NewChaCha8([32]byte{7}))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Sign(ring.Sign); err != nil {
		t.Fatal(err)
	}
	if err := p.Verify(ring.Publics()); err != nil {
		t.Error(err)
	}
	p.Department = "d-other"
	if p.Verify(ring.Publics()) == nil {
		t.Error("a changed precedent verifies")
	}
}

func TestReconsider(t *testing.T) {
	lamp, _ := ClassOf("1102")
	at := orb.Point{111.29, 30.69}
	classOf := func(code string) (Class, bool) { return ClassOf(code) }
	old := Locate(fullGround(), &lamp, at, "")
	if old.Chosen.Department != "d-park" {
		t.Fatal(old.Chosen)
	}
	there := fullGround()
	there.objects["components/L8"] = Thing{ID: "L8", Name: "远处的灯", Department: "d-owner", Geometry: orb.Point{111.3, 30.69}}
	there.objects["components/L7"] = Thing{ID: "L7", Name: "公园的灯", Department: "d-park", Geometry: at}
	for name, x := range map[string]struct {
		e       Counter
		finding Finding
		now     string
	}{
		"an object of somebody else":  {Counter{Kind: OtherObject, Ref: "components/L9"}, Upheld, "d-owner"},
		"an object of the same owner": {Counter{Kind: OtherObject, Ref: "components/L7"}, Refuted, "d-park"},
		"an object far away":          {Counter{Kind: OtherObject, Ref: "components/L8"}, Refuted, "d-park"},
		"an object without owner":     {Counter{Kind: OtherObject, Ref: "components/none"}, Refuted, "d-park"},
		"no object":                   {Counter{Kind: OtherObject, Ref: "components/x"}, Refuted, "d-park"},
		"the area it is in":           {Counter{Kind: OtherArea, Ref: "420502001001003"}, Refuted, "d-park"},
		"an area it is not in":        {Counter{Kind: OtherArea, Ref: "420502001001009"}, Refuted, "d-park"},
		"a later rung":                {Counter{Kind: OtherRule, Ref: "d-light1"}, Refuted, "d-park"},
		"a class with another duty":   {Counter{Kind: OtherRule, Ref: "1201"}, Open, "d-park"},
		"nonsense":                    {Counter{Kind: OtherRule, Ref: "zzz"}, Refuted, "d-park"},
		"no evidence":                 {Counter{}, Refuted, "d-park"},
	} {
		v := Reconsider(there, &lamp, &old, x.e, classOf)
		if v.Finding != x.finding || v.Place.Chosen.Department != x.now || len(v.Reasons) == 0 || v.Reasons[0].ZH == "" || v.Reasons[0].EN == "" {
			t.Errorf("%s: %s, %s, %v", name, v.Finding, v.Place.Chosen.Department, v.Reasons)
		}
		if (len(v.Differs) == 0) != (v.Place.Hash() == old.Hash()) {
			t.Errorf("%s: %v", name, v.Differs)
		}
	}
	changed := fullGround()
	changed.areas[3].Dedicated = false // the city has learned better since
	if v := Reconsider(changed, &lamp, &old, Counter{}, classOf); v.Finding != Upheld || v.Place.Chosen.Department != "d-light2" {
		t.Errorf("%s, %s", v.Finding, v.Place.Chosen.Department)
	}
}

// Whatever changes in a proof, Compare says where; the stored form has the hash of
// the first, and a signature holds for it alone.
func TestCompareStoreAndSign(t *testing.T) {
	lamp, _ := ClassOf("1102")
	prove := func(change func(*ground)) Place {
		g := fullGround()
		change(g)
		return Prove(g, &lamp, Sighting{Point: orb.Point{111.29, 30.69}, AccuracyM: 20, Object: "components/L9"})
	}
	old := prove(func(*ground) {})
	ring, err := keyring.New(keyring.Standard, testTime, rand.NewChaCha8([32]byte{7}))
	if err != nil {
		t.Fatal(err)
	}
	s, err := old.Sign(ring.Sign)
	if err != nil || old.Verify(ring.Publics(), s) != nil {
		t.Errorf("signature: %v", err)
	}
	stored, err := ParsePlace(old.Canonical())
	if err != nil || stored.Hash() != old.Hash() || len(Compare(&old, stored)) != 0 {
		t.Errorf("stored: %v, %v", err, Compare(&old, stored))
	}
	if a, ok := stored.Area(layers.Grid); !ok || a.Code != "420502001001003" {
		t.Error("the stored proof has lost its grid")
	}
	for name, change := range map[string]func(*ground){
		"areas.grid":           func(g *ground) { g.areas[3].Code = "420502001001004" },
		"areas.street.version": func(g *ground) { g.areas[1].Version++ },
		"department":           func(g *ground) { g.objects["components/L9"] = Thing{ID: "L9", Name: "路灯 L9", Department: "d-road"} },
		"rungs.object.components/L9.version": func(g *ground) {
			g.objects["components/L9"] = Thing{ID: "L9", Name: "路灯 L9", Department: "d-owner", Version: 9}
		},
		"alternatives.d-street.name": func(g *ground) { g.here[2].Name = "新办" },
	} {
		now := prove(change)
		found := false
		for _, d := range Compare(&old, &now) {
			found = found || d.What == name && d.Old != d.New
		}
		if !found || now.Hash() == old.Hash() || now.Verify(ring.Publics(), s) == nil {
			t.Errorf("%s: %v", name, Compare(&old, &now))
		}
	}
	if again := prove(func(*ground) {}); again.Hash() != old.Hash() {
		t.Error("worked out again it has another hash")
	}
}

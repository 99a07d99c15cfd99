package access_test

import (
	"encoding/json"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/cql2"
	"wutu/layers/model"
)

var now = time.Date(2026, 11, 21, 8, 30, 0, 0, time.UTC)

func events() *layers.Layer {
	return &layers.Layer{ID: "events", Element: layers.Event, Access: layers.InternalAccess, KindField: "state",
		Fields: []layers.Field{{Name: "state", Type: layers.String}, {Name: "class", Type: layers.String},
			{Name: "department", Type: layers.String}, {Name: "reporter", Type: layers.String, Personal: true, Mask: layers.NameMask}}}
}

// Every part of a line, alone: what it changes of the decision.
func TestPartsOfALine(t *testing.T) {
	base := layers.Subject{ID: "u1", Role: layers.Department, Department: "d7", Region: "4205", Purpose: "repair"}
	cases := []struct {
		name, line string
		want       func(access.Decision) bool
	}{
		{"list", `{"mode":"list"}`, func(d access.Decision) bool { return d.Mode == access.List && d.Rows == nil }},
		{"counts", `{"mode":"counts","round":5}`, func(d access.Decision) bool { return d.Mode == access.Counts && d.Below == 10 && d.Round == 5 }},
		{"hidden", `{"mode":"hidden"}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"of another role", `{"mode":"list","roles":["planner"]}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"of the role", `{"mode":"list","roles":["planner","department"]}`, func(d access.Decision) bool { return d.Mode == access.List }},
		{"of another account", `{"mode":"list","accounts":["u2"]}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"of the account", `{"mode":"list","accounts":["u1"]}`, func(d access.Decision) bool { return d.Mode == access.List }},
		{"of cleared subjects", `{"mode":"list","cleared":true}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"for another purpose", `{"mode":"list","purposes":["survey"]}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"for the purpose", `{"mode":"list","purposes":["repair"]}`, func(d access.Decision) bool { return d.Mode == access.List }},
		{"of another layer", `{"mode":"list","layers":["roads"]}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"of the element", `{"mode":"list","layers":["element:event"]}`, func(d access.Decision) bool { return d.Mode == access.List }},
		{"of the class of access", `{"mode":"list","layers":["access:internal"]}`, func(d access.Decision) bool { return d.Mode == access.List }},
		{"not yet", `{"mode":"list","not_before":"2026-11-21T08:30:01Z"}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"from now on", `{"mode":"list","not_before":"2026-11-21T08:30:00Z"}`, func(d access.Decision) bool { return d.Mode == access.List }},
		{"no longer", `{"mode":"list","not_after":"2026-11-21T08:30:00Z"}`, func(d access.Decision) bool { return d.Mode == access.Hidden }},
		{"a named region too", `{"mode":"list","region":"420502","margin_m":100}`, func(d access.Decision) bool {
			return slices.Equal(d.Regions, []string{"4205", "420502"}) && d.MarginM == 100
		}},
		{"the own region", `{"mode":"list","region":"own"}`, func(d access.Decision) bool { return slices.Equal(d.Regions, []string{"4205"}) }},
		{"the own department", `{"mode":"list","department":true}`, func(d access.Decision) bool { return cql2.Format(d.Rows) == "department = 'd7'" }},
		{"classes", `{"mode":"list","classes":["0101","02_*"]}`, func(d access.Decision) bool {
			return cql2.Format(d.Rows) == `class LIKE '02\_%' OR class IN ('0101')`
		}},
		{"days", `{"mode":"list","days":2}`, func(d access.Decision) bool {
			return d.From.Equal(time.Date(2026, 11, 19, 0, 0, 0, 0, time.UTC)) && d.Began(d.From) && !d.Began(d.From.Add(-1)) && d.Began(time.Time{})
		}},
		{"a filter", `{"mode":"list","filter":"state = 'closed'"}`, func(d access.Decision) bool { return cql2.Format(d.Rows) == "state = 'closed'" }},
		{"fields by name before words", `{"mode":"list","mask":["personal"],"show":["reporter"],"hide":["class"]}`, func(d access.Decision) bool {
			return slices.Equal(d.Sights, layers.Sights{layers.Shown, layers.Hidden, layers.Shown, layers.Shown})
		}},
		{"masked", `{"mode":"list","mask":["personal"]}`, func(d access.Decision) bool { return d.Sights.Of(3) == layers.Masked }},
		{"personal by default", `{"mode":"list"}`, func(d access.Decision) bool { return d.Sights.Of(3) == layers.Hidden }},
	}
	for _, c := range cases {
		p, err := access.ParsePolicy([]byte(`[{"id":"x",` + c.line[1:] + `]`))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		s := base
		s.Grants = p.For(&s, now)
		if d := access.Decide(&s, events()); !c.want(d) {
			t.Errorf("%s: %+v", c.name, d)
		}
	}
}

func TestTheFirstLineDecides(t *testing.T) {
	p, err := access.ParsePolicy([]byte(`[{"id":"a","layers":["events"],"mode":"counts"},{"id":"b","mode":"list"}]`))
	if err != nil {
		t.Fatal(err)
	}
	s := layers.Subject{Role: layers.Planner}
	s.Grants = p.For(&s, now)
	if d := access.Decide(&s, events()); d.Grant != "a" || d.Mode != access.Counts {
		t.Errorf("%+v", d)
	}
	empty, err := access.NewPolicy(nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Grants = empty.For(&s, now); access.Decide(&s, events()).Mode != access.Hidden {
		t.Error("an empty policy gives something")
	}
}

// The standard policy as data gives what it gives to subjects without lines.
func TestStandardAsData(t *testing.T) {
	text, err := json.Marshal(access.Standard())
	if err != nil {
		t.Fatal(err)
	}
	p, err := access.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, role := range layers.Roles() {
		for _, cleared := range []bool{false, true} {
			for _, class := range []layers.Access{layers.PublicAccess, layers.InternalAccess, layers.PersonalAccess} {
				l := events()
				l.Access = class
				s := layers.Subject{Role: role, Cleared: cleared}
				plain := access.Decide(&s, l)
				s.Grants = p.For(&s, now)
				if d := access.Decide(&s, l); d.Scope() != plain.Scope() || d.Grant != plain.Grant {
					t.Errorf("%s cleared %v: %+v, want %+v", role, cleared, d, plain)
				}
			}
		}
	}
}

// Where grid workers are is shown to those who send them, by the standard policy
// and by its copy as data alike.
func TestWorkersPlaces(t *testing.T) {
	text, err := json.Marshal(access.Standard())
	if err != nil {
		t.Fatal(err)
	}
	p, err := access.ParsePolicy(text)
	if err != nil {
		t.Fatal(err)
	}
	movers := model.Lookup(model.Movers)
	for role, sees := range map[layers.Role]bool{layers.Planner: false, layers.ThemeOwner: false, layers.API: false,
		layers.Dispatcher: true, layers.Supervisor: true, layers.Commander: true, layers.GridWorker: true, layers.Department: true} {
		s := layers.Subject{Role: role}
		plain := access.Decide(&s, movers)
		s.Grants = p.For(&s, now)
		asData := access.Decide(&s, movers)
		if plain.Whole() != sees || asData.Whole() != sees || plain.Scope() != asData.Scope() {
			t.Errorf("%v: %s as it is, %s as data", role, plain.Scope(), asData.Scope())
		}
		if sees {
			continue
		}
		program, err := cql2.Compile(plain.Rows, movers)
		if err != nil {
			t.Fatal(err)
		}
		for kind, want := range map[string]bool{"worker": false, "police": true, "": true} {
			f := layers.Feature{Values: make([]layers.Value, len(movers.Fields))}
			if kind != "" {
				f.Values[movers.FieldIndex(model.Kind)] = layers.Text(kind)
			}
			if got := program.Match(&f); got != want {
				t.Errorf("%v and a mover of kind %q: %v", role, kind, got)
			}
		}
	}
}

func TestPolicyRefuses(t *testing.T) {
	for line, at := range map[string]string{
		`{"id":"A","mode":"list"}`:                          "/grants/0/id",
		`{"id":"a","mode":"all"}`:                           "/grants/0/mode",
		`{"id":"a","mode":"list","roles":["king"]}`:         "/grants",
		`{"id":"a","mode":"list","roles":["system"]}`:       "/grants",
		`{"id":"a","mode":"list","roles":[]}`:               "/grants/0/roles",
		`{"id":"a","mode":"list","layers":[]}`:              "/grants/0/layers",
		`{"id":"a","mode":"list","regoin":"1"}`:             "/grants",
		`{"id":"a","mode":"list","margin_m":-1}`:            "/grants/0/margin_m",
		`{"id":"a","mode":"list","days":-1}`:                "/grants/0/days",
		`{"id":"a","mode":"list","round":-2}`:               "/grants/0/round",
		`{"id":"a","mode":"list","filter":"state ="}`:       "/grants/0/filter",
		`{"id":"a","mode":"list"},{"id":"a","mode":"list"}`: "/grants/1/id",
		`{"id":"a","mode":"list","not_before":"2026-01-02T00:00:00Z","not_after":"2026-01-01T00:00:00Z"}`: "/grants/0/not_after",
	} {
		_, err := access.ParsePolicy([]byte("[" + line + "]"))
		var e *layers.Error
		if !asError(err, &e) || e.Kind != layers.Invalid || e.Field != at {
			t.Errorf("%s: %v", line, err)
		}
	}
}

func asError(err error, into **layers.Error) bool {
	e, ok := err.(*layers.Error) //nolint:errorlint // the policy's own error, not one that is wrapped
	*into = e
	return ok
}

func TestMaskedFieldsAreComparedWhole(t *testing.T) {
	l := events()
	d := access.Decision{Mode: access.List, Exact: true, Sights: layers.Sights{layers.Shown, layers.Hidden, layers.Shown, layers.Masked}}
	for text, ok := range map[string]bool{
		"state = 'x'": true, "reporter = '张三'": true, "reporter IN ('张三','李四') AND state = 'x'": true, "NOT reporter = '张三'": true,
		"reporter LIKE '张%'": false, "reporter > '张'": false, "reporter BETWEEN 'a' AND 'b'": false, "reporter IS NULL": false,
		"CASEI(reporter) = CASEI('x')": false, "reporter = department": false, "class = 'x'": false, "state = 'x' OR reporter < 'x'": false,
	} {
		e, err := cql2.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		p, err := cql2.Compile(e, l)
		if err != nil {
			t.Fatal(err)
		}
		if err := d.MayFilter(l, e, p); (err == nil) != ok || err != nil && layers.KindOf(err) != layers.Forbidden {
			t.Errorf("%s: %v, want allowed %v", text, err, ok)
		}
		unsure := d
		unsure.Exact = false
		if err := unsure.MayFilter(l, e, p); err == nil && slices.Contains(p.Fields(), 3) {
			t.Errorf("%s: allowed to those who are not cleared", text)
		}
	}
}

// Equal scopes admit the same: random pairs of decisions with the same scope are
// the same decision, the naming line apart.
func TestScopesTellDecisionsApart(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s, err := strconv.ParseUint(os.Getenv("WUTU_SEED"), 10, 64); err == nil {
		seed = s
	}
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	seen := map[string]string{}
	l := events()
	for range 20_000 {
		line := `{"id":"x","mode":` + pick(`"list"`, `"list","region":"1"`, `"list","region":"1","margin_m":5`, `"list","classes":["1"]`,
			`"list","classes":["1*"]`, `"list","days":3`, `"counts"`, `"counts","round":5`, `"list","filter":"state='a'"`) +
			pick(``, `,"mask":["personal"]`, `,"show":["personal"]`, `,"hide":["state"]`) + `}`
		p, err := access.ParsePolicy([]byte("[" + line + "]"))
		if err != nil {
			t.Fatal(err)
		}
		s := layers.Subject{Role: layers.Planner, Region: pick("", "2")}
		s.Grants = p.For(&s, now)
		d := access.Decide(&s, l)
		key := line + s.Region
		if was, ok := seen[d.Scope()]; ok && was != key {
			t.Fatalf("%s and %s share the scope %q", was, key, d.Scope())
		}
		seen[d.Scope()] = key
	}
	if len(seen) < 60 {
		t.Errorf("only %d scopes were tried", len(seen))
	}
}

func FuzzParsePolicy(f *testing.F) {
	text, _ := json.Marshal(access.Standard())
	f.Add(string(text))
	f.Add(`[{"id":"a","mode":"list","filter":"x = 1"}]`)
	f.Fuzz(func(t *testing.T, s string) {
		p, err := access.ParsePolicy([]byte(s))
		if err != nil {
			return
		}
		again, err := json.Marshal(p.Lines())
		if err != nil {
			t.Fatal(err)
		}
		if q, err := access.ParsePolicy(again); err != nil || len(q.Lines()) != len(p.Lines()) {
			t.Fatalf("%s does not read back: %v", strings.ToValidUTF8(s, "?"), err)
		}
	})
}

// A list without entries speaks of nobody and gives nothing; a policy that is
// stored and read again must not make "everybody" and "everything" of it.
func TestEmptyListsStayNarrow(t *testing.T) {
	lines := []layers.Grant{{ID: "none", Mode: layers.GrantList, Roles: []layers.Role{}, Accounts: []string{}, Purposes: []string{},
		Layers: []string{}, Classes: []string{}}}
	data, err := json.Marshal(lines)
	if err != nil {
		t.Fatal(err)
	}
	var again []layers.Grant
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	if g := again[0]; g.Roles == nil || g.Accounts == nil || g.Purposes == nil || g.Layers == nil || g.Classes == nil {
		t.Errorf("an empty list is lost: %s", data)
	}
}

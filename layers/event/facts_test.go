package event

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/model"
)

func TestTransitionsAreWellFormed(t *testing.T) {
	needs, guards, steps := map[Need]bool{}, map[Guard]bool{}, map[Step]bool{}
	for _, tr := range Transitions() {
		steps[tr.Step] = true
		if tr.Title().ZH == "" || tr.Title().EN == "" || len(tr.From) == 0 || len(tr.Roles) == 0 {
			t.Errorf("%s: incomplete row", tr.Step)
		}
		for _, s := range tr.From {
			if !s.Open() && s != Unreported && s != Closed {
				t.Errorf("%s leads out of %s", tr.Step, s)
			}
		}
		for _, n := range tr.Needs {
			needs[n] = true
		}
		for _, g := range tr.Guards {
			guards[g] = true
		}
		if slices.Contains(tr.Guards, KnownReason) != (len(Reasons(tr.Step)) > 0) && tr.Step != Supervise {
			t.Errorf("%s has reasons that nobody checks, or checks reasons that it has not", tr.Step)
		}
	}
	for _, n := range Needs() {
		if !needs[n] || n.Title().ZH == "" || n.Title().EN == "" {
			t.Errorf("need %s is not used or has no title", n)
		}
		if n.met(&Case{}, &Command{}, &Env{}) {
			t.Errorf("need %s is met by nothing", n)
		}
	}
	names := map[string]bool{}
	for _, g := range Guards() {
		if !guards[g] || g.Title().ZH == "" || g.Title().EN == "" || guardFacts[g].holds == nil || names[g.String()] {
			t.Errorf("guard %s is not used or incomplete", g)
		}
		if g.Standing() != (g.Field() == "") {
			t.Errorf("guard %s judges %q", g, g.Field())
		}
		names[g.String()] = true
	}
	for _, s := range Steps() {
		if !steps[s] {
			t.Errorf("no row takes %s", s)
		}
	}
}

func TestWordsAreThoseOfTheSchema(t *testing.T) {
	same := func(what string, codes []layers.Code, names []string, titles []layers.Title) {
		t.Helper()
		for i, c := range codes {
			if i >= len(names) || c.Value != names[i] || c.Title != titles[i] {
				t.Errorf("%s %v is not the schema's %v", what, names, codes)
				return
			}
		}
	}
	var names []string
	var titles []layers.Title
	for _, x := range Tiers() {
		names, titles = append(names, x.String()), append(titles, x.Title())
		if back, err := ParseTier(x.String()); err != nil || back != x {
			t.Errorf("%s reads back as %s, %v", x, back, err)
		}
	}
	same("tier", model.EventTiers(), names, titles)
	if _, err := ParseTier("village"); layers.KindOf(err) != layers.Invalid {
		t.Errorf("%v", err)
	}
	names, titles = nil, nil
	for _, x := range ClockNames() {
		names, titles = append(names, string(x)), append(titles, x.Title())
		if !x.known() || ClockName(string(x)+"s").known() {
			t.Errorf("clock %s is not told from others", x)
		}
	}
	same("clock", model.EventClocks(), names, titles)
	if !slices.Equal(ClockNames(), []ClockName{AcceptClock, VerifyClock, FileClock, DispatchClock, SignClock, HandleClock, CheckClock, ReviewClock}) {
		t.Errorf("clocks are %v", ClockNames())
	}
	l := model.Lookup(model.Events)
	pending := l.Fields[l.FieldIndex(model.Pending)]
	if len(pending.Codes) != 2 || pending.Codes[0].Value != Extend.String() || pending.Codes[1].Value != Suspend.String() {
		t.Errorf("pending codes are %v", pending.Codes)
	}
	for _, c := range Columns(&Case{}) {
		if i := l.FieldIndex(c.Field); i < 0 {
			t.Errorf("the layer has no column %s", c.Field)
		}
	}
}

// Assume keeps what a feature says, whatever state it came in.
func TestAssumedCasesKeepTheirColumns(t *testing.T) {
	l := model.Lookup(model.Events)
	at := func(h int) time.Time { return time.Date(2026, 11, 2, h, 0, 0, 0, time.UTC) }
	for _, s := range States() {
		f := layers.Feature{Key: "x", Shape: orb.Point{111, 30}, Values: make([]layers.Value, len(l.Fields))}
		set := func(name string, v layers.Value) { f.Values[l.FieldIndex(name)] = v }
		set(model.State, layers.Text(s.String()))
		set(model.Class, layers.Text("0102"))
		set(model.Level, layers.Text("urgent"))
		set(model.Channel, layers.Text("hotline"))
		set(model.Department, layers.Text("A"))
		for i, name := range []string{model.ReportedAt, model.FiledAt, model.DispatchedAt, model.SignedAt, model.FedBackAt, model.UpdatedAt, model.DueAt} {
			set(name, layers.Instant(at(1+i)))
		}
		if !s.Open() {
			set(model.ClosedAt, layers.Instant(at(9)))
		}
		set(model.SourceRef, layers.Text("H1"))
		set(model.Tier, layers.Text("street"))
		e, err := Assume(l, &f, nil)
		if err != nil {
			t.Fatal(err)
		}
		h, err := History(nil).Append(e)
		if err != nil {
			t.Fatal(err)
		}
		b, err := h.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if h, err = DecodeHistory(b); err != nil {
			t.Fatal(err)
		}
		c, err := Replay("x", h)
		if err != nil {
			t.Fatal(err)
		}
		for _, col := range Columns(c) {
			was := f.Values[l.FieldIndex(col.Field)]
			if !was.IsNull() && !reflect.DeepEqual(was, col.Value) {
				t.Errorf("%s: column %s was %v, is %v", s, col.Field, was, col.Value)
			}
		}
		running := s == Dispatched || s == Handling
		if k := c.Current(); running != (k != nil && k.Name == HandleClock && k.Due.Equal(at(7))) {
			t.Errorf("%s: clock %+v", s, k)
		}
	}
	f := layers.Feature{Key: "x", Values: make([]layers.Value, len(l.Fields))}
	if e, err := Assume(l, &f, nil); err != nil || e.To != Reported || e.At.IsZero() {
		t.Errorf("a feature that says nothing: %+v, %v", e, err)
	}
	f.Values[l.FieldIndex(model.State)] = layers.Text("lost")
	if _, err := Assume(l, &f, nil); layers.KindOf(err) != layers.Invalid {
		t.Errorf("a state that is none: %v", err)
	}
}

// Histories written before entries recorded their clocks still make a case.
func TestHistoriesOfTheFirstRelease(t *testing.T) {
	const old = `[{"seq":1,"at":"2026-11-21T05:00:00Z","step":"report","from":"","to":"reported","actor":"g1","role":"gridworker"},
{"seq":2,"at":"2026-11-21T05:01:00Z","step":"confirm","from":"reported","to":"accepted","actor":"d","role":"dispatcher"},
{"seq":3,"at":"2026-11-21T05:02:00Z","step":"file","from":"accepted","to":"filed","actor":"d","role":"dispatcher"},
{"seq":4,"at":"2026-11-21T05:03:00Z","step":"dispatch","from":"filed","to":"dispatched","actor":"d","role":"dispatcher","department":"A"},
{"seq":5,"at":"2026-11-21T05:04:00Z","step":"sign","from":"dispatched","to":"handling","actor":"a","role":"department"},
{"seq":6,"at":"2026-11-21T05:05:00Z","step":"extend","from":"handling","to":"handling","actor":"s","role":"supervisor","note":"n"},
{"seq":7,"at":"2026-11-21T05:06:00Z","step":"suspend","from":"handling","to":"suspended","actor":"s","role":"supervisor","note":"n"},
{"seq":8,"at":"2026-11-21T05:07:00Z","step":"resume","from":"suspended","to":"handling","actor":"s","role":"supervisor"}]`
	h, err := DecodeHistory([]byte(old))
	if err != nil {
		t.Fatal(err)
	}
	c, err := Replay("x", h)
	if err != nil || c.State != Handling || c.Lead != "A" || c.Extensions != 1 || c.Task("").State != Signed {
		t.Fatalf("%+v, %v", c, err)
	}
}

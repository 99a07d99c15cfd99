package sample

import (
	"fmt"
	"strings"
	"testing"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"

	"github.com/paulmach/orb"
)

// Every case of the city has a history, and replaying it gives exactly the columns
// that the case shows.
func TestHistoriesAreTheCases(t *testing.T) {
	m := small(t)
	bad := complaints{t: t}
	met := map[string]int{}
	l := m.layers[model.Events]
	for i := range m.features[model.Events] {
		f := &m.features[model.Events][i]
		h, err := event.DecodeHistory(m.records[historyBucket+"/"+f.Key])
		if err != nil || len(h) == 0 {
			bad.add("event %s has a history of %d entries, %v", f.Key, len(h), err)
			continue
		}
		c, err := event.Replay(f.Key, h)
		if err != nil {
			bad.add("event %s: %v", f.Key, err)
			continue
		}
		if differ := event.Differs(c, l, f); differ != nil {
			bad.add("event %s shows other values than its history in %v", f.Key, differ)
		}
		note(met, c, h)
		for i := range h {
			e := &h[i]
			if e.At.After(testNow()) || i > 0 && e.At.Before(h[i-1].At) || len(e.Photos) > 0 {
				bad.add("event %s: entry %d at %v", f.Key, i+1, e.At)
			}
			if e.Department != "" && m.byID[model.Departments][e.Department] == nil {
				bad.add("event %s goes to %s, which is no department", f.Key, e.Department)
			}
			if walker := e.Role == "gridworker"; walker && m.byID[model.Movers][e.Actor] == nil || e.Worker != "" && m.byID[model.Movers][e.Worker] == nil {
				bad.add("event %s: entry %d is by %s for %q, who is no grid worker", f.Key, i+1, e.Actor, e.Worker)
			}
			if e.Report != nil && e.Report.Reporter != "" {
				bad.add("event %s: the history names the reporter", f.Key)
			}
		}
		m.checkMaster(&bad, f, c)
		if d := m.str(model.Events, f, model.Department); m.str(model.Departments, m.byID[model.Departments][d], model.Name) != m.str(model.Events, f, model.DepartmentName) {
			bad.add("event %s names another department than %s", f.Key, d)
		}
	}
	if n := len(m.records); n != len(m.features[model.Events]) {
		t.Errorf("%d histories of %d events", n, len(m.features[model.Events]))
	}
	for _, what := range []string{"returned", "adjudicated", "reworked", "extended", "suspended", "reopened", "supervised 1", "supervised 2",
		"assisted", "auto signed", "tier street", "tier city", "tier community", "merged in", "pending or denied", "by order", "archived by itself"} {
		if met[what] == 0 {
			t.Errorf("no case of the city is %s: %v", what, met)
		}
	}
	bad.done()
}

// note counts what makes cases differ.
func note(met map[string]int, c *event.Case, h event.History) {
	say := func(ok bool, what string) {
		if ok {
			met[what]++
		}
	}
	say(c.Returns > 0, "returned")
	say(c.Reworks > 0, "reworked")
	say(c.Extensions > 0, "extended")
	say(c.Reopenings > 0, "reopened")
	say(c.AutoSigned, "auto signed")
	say(len(c.Merged) > 0, "merged in")
	say(len(c.Tasks) > 1, "assisted")
	met[fmt.Sprint("supervised ", c.Supervision)]++
	met["tier "+c.Tier.String()]++
	for i := range h {
		e := &h[i]
		say(e.Step == event.Adjudicate, "adjudicated")
		say(e.To == event.Suspended, "suspended")
		say(e.Step == event.Deny, "pending or denied")
		say(e.Step == event.File && e.From == event.Reported, "by order")
		say(e.Step == event.Archive && e.Auto, "archived by itself")
	}
	say(c.Pending != nil, "pending or denied")
}

// checkMaster: a merged case goes into a real one nearby, of the same class, which
// knows of it.
func (m *made) checkMaster(bad *complaints, f *layers.Feature, c *event.Case) {
	if (c.State == event.Merged) != (c.Master != "") {
		bad.add("event %s is %s with master %q", f.Key, c.State, c.Master)
	}
	if c.Master == "" {
		return
	}
	master := m.byID[model.Events][c.Master]
	if master == nil {
		bad.add("event %s went into %s, which is none", f.Key, c.Master)
		return
	}
	d := measure.Distance(f.Shape.(orb.Point), master.Shape.(orb.Point))
	if d > 50 || m.str(model.Events, f, model.Class) != m.str(model.Events, master, model.Class) || m.value(model.Events, master, model.Reports).Int() < 2 ||
		!strings.Contains(m.str(model.Events, master, model.Flags), "repeated") {
		bad.add("event %s went into %s, %.0f m away", f.Key, c.Master, d)
	}
}

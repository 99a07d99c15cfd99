package event

import (
	"slices"
	"strings"
	"testing"
	"time"

	"wutu/layers/worktime"
)

// This file is the table of domain.md section 2, written once more and in the
// plainest way: what the steps do to a handful of facts, who may take them, and
// what the clocks show when minutes are counted one by one. The walk in
// walk_test.go holds the package against it.

// person is somebody who tries steps.
type person struct {
	id, role, unit, region string
}

var people = []person{
	{"d1", "dispatcher", "", ""}, {"d2", "dispatcher", "", "420502001"}, {"s1", "supervisor", "", ""},
	{"w1", "gridworker", "", ""}, {"w2", "gridworker", "", ""},
	{"a1", "department", "A", ""}, {"b1", "department", "B", ""}, {"c1", "department", "C", ""},
	{"p1", "public", "", ""}, {"p2", "public", "", ""}, {"l1", "planner", "", ""}, {"k1", "sysadmin", "", ""},
}

// job is the task of a department.
type job struct {
	unit, state, worker string
	sent                int // minute
}

// watch is a clock: the minutes in which it ran, as a list of pairs; to −1 while
// it runs.
type watch struct {
	name, unit, task string
	limit, base      int
	due              int
	runs             [][2]int
	ended            bool
	extended         bool
}

type plain struct {
	state, channel           string
	tier                     int
	jobs                     []job
	lead, worker, found      string
	reporters                []string
	handlers                 []string
	returns, reworks, extend int
	reopens, level           int
	pending                  string
	pendingUntil             int
	final, reviewing         bool
	closed                   int
	stamps                   map[string]int // columns with the minute of a stage
	watches                  []watch
	now                      int
	times                    *minutes
}

// minutes counts office time: open[i] says whether minute i is worked, sum[i] how
// many are before it.
type minutes struct {
	start time.Time
	open  []bool
	sum   []int
}

func newMinutes(t *testing.T, start time.Time, days int) *minutes {
	t.Helper()
	c := worktime.DefaultCalendar()
	m := &minutes{start: start, sum: []int{0}}
	worked := false
	for i := range days * 24 * 60 { // start is midnight in China
		at := start.AddDate(0, 0, i/(24*60)).In(worktime.China())
		if i%(24*60) == 0 {
			date := at.Format(time.DateOnly)
			weekend := at.Weekday() == time.Saturday || at.Weekday() == time.Sunday
			worked = !(c.Off[date] || weekend && !c.On[date])
		}
		clock := i % (24 * 60)
		open := worked && (clock >= 510 && clock < 720 || clock >= 840 && clock < 1050)
		m.open = append(m.open, open)
		n := m.sum[i]
		if open {
			n++
		}
		m.sum = append(m.sum, n)
	}
	return m
}

func (m *minutes) at(minute int) time.Time {
	return m.start.Add(time.Duration(minute) * time.Minute).UTC()
}

// between and after count in a unit: "h" all time, "wh" and "wd" office time.
func (m *minutes) between(from, to int, unit string) int {
	if to <= from {
		return 0
	}
	if unit == "h" {
		return to - from
	}
	return m.sum[to] - m.sum[from]
}

func (m *minutes) after(from, span int, unit string) int {
	if span <= 0 {
		return from
	}
	if unit == "h" {
		return from + span
	}
	i, _ := slices.BinarySearch(m.sum, m.sum[from]+span)
	for unit == "wd" && !m.open[i] {
		i++
	}
	return i
}

func (w *watch) used(p *plain) int {
	n := 0
	for _, r := range w.runs {
		to := r[1]
		if to < 0 {
			to = p.now
		}
		n += p.times.between(r[0], to, w.unit)
	}
	return n
}

func (w *watch) running() bool { return !w.ended && w.runs[len(w.runs)-1][1] < 0 }

// wound is the last clock of the name, running or stopped.
func (p *plain) wound(name, task string) *watch {
	for i := len(p.watches) - 1; i >= 0; i-- {
		if w := &p.watches[i]; w.name == name && w.task == task && !w.ended {
			return w
		}
	}
	return nil
}

func (p *plain) wind(name, task, unit string, limit int) {
	p.unwind(name, task)
	p.watches = append(p.watches, watch{name: name, task: task, unit: unit, limit: limit, base: limit,
		due: p.times.after(p.now, limit, unit), runs: [][2]int{{p.now, -1}}})
}

// unwind ends the clocks of the name, "" for all.
func (p *plain) unwind(name, task string) {
	for i := range p.watches {
		w := &p.watches[i]
		if w.ended || name != "" && (w.name != name || w.task != task) {
			continue
		}
		if r := &w.runs[len(w.runs)-1]; r[1] < 0 {
			r[1] = p.now
		}
		w.ended = true
	}
}

func (p *plain) job(unit string) *job {
	for i := range p.jobs {
		if p.jobs[i].unit == unit {
			return &p.jobs[i]
		}
	}
	return nil
}

func (p *plain) open() bool {
	return slices.Contains(strings.Fields("reported verifying accepted filed dispatched handling fed_back checking suspended"), p.state)
}

// The deadline of the walk's class: four working hours.
const (
	classUnit  = "wh"
	classLimit = 4 * 60
)

// verdict is what must come of trying a step: "" success, else forbidden or
// illegal.
func (p *plain) verdict(who person, step, task string) string {
	in := func(states string) bool { return slices.Contains(strings.Fields(states), p.state) }
	is := func(roles string) bool { return slices.Contains(strings.Fields(roles), who.role) }
	const open = "reported verifying accepted filed dispatched handling fed_back checking suspended"
	desk := is("dispatcher supervisor")
	tierOK := who.role != "dispatcher" || who.region == "" || p.tier <= 2
	mine := p.job(who.unit)
	leads := who.unit != "" && who.unit == p.lead
	// rule: roles and states, then rights, then the facts of the case.
	rule := func(role, state, right, fact bool) way { return way{role, state, right, fact} }
	reporter := slices.Contains(p.reporters, who.id)
	only := reporter && !slices.ContainsFunc(p.reporters, func(r string) bool { return r != who.id })
	named := who.role != "gridworker" || p.worker == "" || p.worker == who.id
	supervisor := is("supervisor")
	anybody := is("public gridworker dispatcher planner department commander themeowner api")
	doing := slices.ContainsFunc(p.jobs, func(j job) bool { return j.worker == who.id && (j.state == "waiting" || j.state == "signed") })
	handle := p.wound("handle", "")
	var ways []way
	switch step {
	case "report":
		ways = []way{rule(anybody || is("supervisor"), p.state == "", true, true)}
	case "verify":
		ways = []way{rule(desk, in("reported"), tierOK, true)}
	case "confirm":
		ways = []way{rule(desk, in("reported verifying"), tierOK, true), rule(is("gridworker"), in("reported verifying"), named, true)}
	case "refuse":
		ways = []way{rule(desk, in("reported verifying accepted"), tierOK, true), rule(is("gridworker"), in("verifying"), named, true)}
	case "merge":
		ways = []way{rule(desk, in("reported verifying accepted"), tierOK, true)}
	case "file":
		ways = []way{rule(desk, in("accepted"), tierOK, true), rule(desk, in("reported"), tierOK, p.channel == "leader")}
	case "dispatch":
		ways = []way{rule(desk, in("filed"), tierOK, p.returns < 2)}
	case "adjudicate":
		ways = []way{rule(supervisor, in("filed"), true, p.returns > 0)}
	case "sign":
		assist := mine != nil && !leads && mine.state == "waiting"
		if !is("department") {
			assist = task != p.lead && p.job(task) != nil && p.job(task).state == "waiting"
			leads = task == "" || task == p.lead
		}
		ways = []way{rule(is("department dispatcher"), in("dispatched"), leads && tierOK, true),
			rule(is("department dispatcher"), in("dispatched handling suspended"), assist && tierOK, true)}
	case "return":
		soon := mine != nil && p.times.between(mine.sent, p.now, "wh") <= 120
		ways = []way{rule(is("department"), in("dispatched"), leads, !p.final && soon),
			rule(is("department"), in("dispatched handling"), mine != nil && !leads && mine.state == "waiting", soon)}
	case "extend":
		inTime := handle != nil && p.now <= handle.due
		ways = []way{rule(is("department"), in("handling"), leads, p.pending == "" && p.extend < 1 && inTime),
			rule(supervisor, in("handling"), true, p.extend < 1 && (inTime || p.pending == "extend"))}
	case "suspend":
		ways = []way{rule(is("department"), in("handling"), leads, p.pending == ""), rule(supervisor, in("handling"), true, true)}
	case "deny":
		ways = []way{rule(supervisor, in("handling"), true, p.pending != "")}
	case "resume":
		ways = []way{rule(supervisor || is("department"), in("suspended"), !is("department") || leads, true)}
	case "feedback":
		ready := !slices.ContainsFunc(p.jobs, func(j job) bool { return j.unit != p.lead && (j.state == "waiting" || j.state == "signed") })
		other := mine != nil && !leads && mine.state == "signed"
		if is("dispatcher") {
			other = task != p.lead && p.job(task) != nil && p.job(task).state == "signed"
			leads = task == "" || task == p.lead
		}
		lead := p.job(p.lead)
		ways = []way{rule(is("department dispatcher"), in("handling"), leads && tierOK, ready),
			rule(is("gridworker"), in("handling"), lead != nil && lead.worker == who.id && lead.state != "done", ready),
			rule(is("department dispatcher"), in("dispatched handling"), other && tierOK, true),
			rule(is("gridworker"), in("dispatched handling"), slices.ContainsFunc(p.jobs, func(j job) bool {
				return j.unit != p.lead && j.worker == who.id && j.state == "signed"
			}), true)}
	case "check":
		ways = []way{rule(desk, in("fed_back"), tierOK, true),
			rule(is("gridworker"), in("checking"), named && !slices.Contains(p.handlers, who.id), true)}
	case "close", "rework":
		ways = []way{rule(desk, in("checking"), tierOK, true)}
	case "reopen":
		ways = []way{rule(supervisor, in("closed"), true, true), rule(anybody, in("closed"), reporter, p.now-p.closed <= 7*24*60)}
	case "archive":
		ways = []way{rule(supervisor, in("closed"), true, true)}
	case "supervise":
		ways = []way{rule(supervisor, in(open), true, true)}
	case "withdraw":
		ways = []way{rule(supervisor, in(open), true, true), rule(anybody, in(open), only, true)}
	case "supplement":
		ways = []way{rule(!is("public") && (anybody || supervisor), in(open), true, true), rule(is("public"), in(open), reporter, true)}
	case "escalate":
		ways = []way{rule(desk, in("reported verifying accepted filed dispatched handling"), tierOK, p.tier < 4)}
	case "delegate":
		ways = []way{rule(desk, in("reported verifying accepted filed"), tierOK, p.tier > 1)}
	case "assign":
		unfinished := func(j *job) bool { return j != nil && (j.state == "waiting" || j.state == "signed") }
		right := unfinished(mine)
		if is("dispatcher") {
			right = tierOK && (task == "" && unfinished(p.job(p.lead)) || unfinished(p.job(task)))
		}
		ways = []way{rule(is("department dispatcher"), in("dispatched handling"), right, true)}
	case "handover":
		ways = []way{rule(is("gridworker dispatcher supervisor"), in("verifying checking"), named && tierOK, true),
			rule(is("gridworker"), in("dispatched handling"), doing, true)}
	}
	return sum(ways)
}

// way is one way to take a step: whether the role and the state fit, whether the
// person has the right, and whether the facts of the case allow it.
type way struct{ role, state, right, fact bool }

// sum is what must come of a step with these ways.
func sum(ways []way) string {
	role, state, here, allowed := false, false, false, false
	for _, w := range ways {
		role, state, here = role || w.role, state || w.state, here || w.role && w.state
		if w.role && w.state && w.right {
			allowed = true
			if w.fact {
				return ""
			}
		}
	}
	if allowed || role && !here && !state {
		return "illegal"
	}
	return "forbidden"
}

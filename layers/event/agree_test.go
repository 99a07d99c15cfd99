package event

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/model"
)

// compare holds the case against the model.
func (w *walk) compare() {
	w.Helper()
	c, p := w.c, w.p
	got := fmt.Sprint(c.State, " ", int(c.Tier), c.Lead, c.Worker, c.Returns, c.Reworks, c.Extensions, c.Reopenings, c.Supervision, len(c.Reports), c.Adjudicated, c.Reviewing, c.Finding)
	want := fmt.Sprint(p.state, " ", p.tier, p.lead, p.worker, p.returns, p.reworks, p.extend, p.reopens, p.level, len(p.reporters), p.final, p.reviewing, p.found)
	if got != want {
		w.fail("the case is %s, by the model %s", got, want)
	}
	pending := ""
	if c.Pending != nil {
		pending = c.Pending.Step.String()
	}
	if pending != p.pending {
		w.fail("pending %q, by the model %q", pending, p.pending)
	}
	var tasks, jobs []string
	for _, t := range c.Tasks {
		tasks = append(tasks, fmt.Sprint(t.Department, t.State, t.Worker, t.Lead))
	}
	for _, j := range p.jobs {
		jobs = append(jobs, fmt.Sprint(j.unit, j.state, j.worker, j.unit == p.lead))
	}
	if !slices.Equal(tasks, jobs) {
		w.fail("tasks %v, by the model %v", tasks, jobs)
	}
	w.sameClocks()
	w.sameFlags()
	w.sameColumns()
	who := one(w.rnd, people...)
	w.sameLegal(who, c.Legal(w.as(who)))
}

// sameClocks: every clock shows what counting minutes shows, and used and left
// make up the limit.
func (w *walk) sameClocks() {
	w.Helper()
	now := w.p.times.at(w.p.now)
	readings, err := w.c.ClocksAt(now, w.env.Calendar)
	if err != nil || len(readings) != len(w.p.watches) {
		w.fail("%d clocks, by the model %d, %v", len(readings), len(w.p.watches), err)
	}
	for i := range readings {
		r, m := &readings[i], &w.p.watches[i]
		used := m.used(w.p)
		state := "running"
		switch {
		case m.ended && m.runs[len(m.runs)-1][1] > m.due:
			state = "missed"
		case m.ended:
			state = "met"
		case !m.running():
			state = "stopped"
		case w.p.now > m.due:
			state = "overdue"
		}
		got := fmt.Sprint(r.Name, r.Task, r.State, r.Used, r.Limit, r.Base, r.Due)
		want := fmt.Sprint(m.name, m.task, state, time.Duration(used)*time.Minute, time.Duration(m.limit)*time.Minute, time.Duration(m.base)*time.Minute, w.p.times.at(m.due))
		if got != want {
			w.fail("clock %d is %s, by the model %s", i, got, want)
		}
		if r.Used+r.Left != r.Limit {
			w.fail("clock %s: used %v and left %v are not %v", r.Name, r.Used, r.Left, r.Limit)
		}
		if r.Warn.After(r.Due) {
			w.fail("clock %s warns at %v, behind its end %v", r.Name, r.Warn, r.Due)
		}
		w.explained(r)
	}
}

// sameFlags: the marks that the model can tell.
func (w *walk) sameFlags() {
	w.Helper()
	p := w.p
	for flag, want := range map[string]bool{"extended": p.extend > 0, "supervised": p.level > 0, "returned": p.returns > 0, "reworked": p.reworks > 0,
		"reopened": p.reopens > 0, "disputed": p.returns > 1 || p.final, "review": p.reviewing, "repeated": len(p.reporters) > 1, "many": len(p.reporters) > 4,
		"urgent": false, "late": slices.ContainsFunc(p.watches, func(x watch) bool {
			return x.name == "handle" && x.task == "" && x.ended && x.runs[len(x.runs)-1][1] > x.due
		})} {
		if slices.Contains(w.c.Flags(), flag) != want {
			w.fail("flag %s: %v, by the model %v", flag, !want, want)
		}
	}
}

// explained: the intervals of a clock's explanation count its limit.
func (w *walk) explained(r *Reading) {
	w.Helper()
	if w.rnd.IntN(20) > 0 {
		return
	}
	why, err := r.Explain(w.env.Calendar)
	if err != nil {
		w.fail("%v", err)
	}
	sum := time.Duration(0)
	for _, x := range why {
		if x.Counted {
			sum += x.To.Sub(x.From)
		}
	}
	if want := r.Limit; !r.Stopped() && len(r.Runs) == 1 && sum != want {
		w.fail("the explanation of %s counts %v of %v", r.Name, sum, want)
	}
}

// sameColumns: the columns say what the model says.
func (w *walk) sameColumns() {
	w.Helper()
	c, p := w.c, w.p
	cols := map[string]layers.Value{}
	for _, col := range Columns(c) {
		if _, twice := cols[col.Field]; twice {
			w.fail("column %s comes twice", col.Field)
		}
		cols[col.Field] = col.Value
	}
	var first *watch
	for i := range p.watches {
		if m := &p.watches[i]; m.task == "" && m.running() && (first == nil || m.due < first.due) {
			first = m
		}
	}
	name, due := "", time.Time{}
	if first != nil {
		name, due = first.name, p.times.at(first.due)
	}
	closed := time.Time{}
	if !p.open() {
		closed = p.times.at(p.closed)
	}
	var assists []string
	for _, j := range p.jobs[min(1, len(p.jobs)):] {
		assists = append(assists, j.unit)
	}
	for _, field := range []string{model.FiledAt, model.DispatchedAt, model.SignedAt, model.FedBackAt} {
		want := time.Time{}
		if at, ok := p.stamps[field]; ok {
			want = p.times.at(at)
		}
		if got := cols[field].Time(); !got.Equal(want) {
			w.fail("column %s is %v, by the model %v", field, got, want)
		}
	}
	for field, want := range map[string]any{
		model.State: p.state, model.Clock: name, model.ClockDue: due, model.ClosedAt: closed, model.Department: p.lead,
		model.Supervision: int64(p.level), model.Returns: int64(p.returns), model.Reworks: int64(p.reworks), model.Extensions: int64(p.extend),
		model.Reports: int64(len(p.reporters)), model.Pending: p.pending, model.Assists: strings.Join(assists, " "), model.UpdatedAt: p.times.at(p.now),
	} {
		v := cols[field]
		var got any
		switch want.(type) {
		case string:
			got = v.Str()
		case int64:
			got = v.Int()
		case time.Time:
			got = v.Time()
			if got.(time.Time).Equal(want.(time.Time)) {
				continue
			}
		}
		if got != want {
			w.fail("column %s is %v, by the model %v", field, got, want)
		}
	}
}

// replays: the history read back from its bytes, as a whole and up to any entry,
// makes the same case.
func (w *walk) replays() {
	w.Helper()
	b, err := w.h.Encode()
	if err != nil {
		w.fail("%v", err)
	}
	h, err := DecodeHistory(b)
	if err != nil {
		w.fail("%v in %s", err, b)
	}
	whole, err := Replay("x", h)
	if err != nil || !reflect.DeepEqual(whole, w.c) {
		w.fail("replayed, the case is\n%+v, not\n%+v, %v", whole, w.c, err)
	}
	c := &Case{ID: "x"}
	for i := range h {
		if err := c.Take(h[i]); err != nil {
			w.fail("%v", err)
		}
		prefix, err := Replay("x", w.h[:i+1])
		if err != nil || !reflect.DeepEqual(prefix, c) {
			w.fail("replayed up to entry %d: %v", i+1, err)
		}
	}
}

// spoil takes something from a good command and expects to be told so.
func (w *walk) spoil(who person, good Command) {
	w.Helper()
	far := measure.Destination(walkPlace, 90, 130)
	t, err := w.c.row(&good, new(w.as(who)))
	if err != nil {
		w.fail("%v", err)
	}
	type flaw struct {
		field string
		do    func(*Command, *Env)
	}
	var flaws []flaw
	needs := map[Need]flaw{
		NeedNote: {"/note", func(c *Command, _ *Env) { c.Note = " " }}, NeedReason: {"/reason", func(c *Command, _ *Env) { c.Reason = "" }},
		NeedResult: {"/result", func(c *Command, _ *Env) { c.Result = "" }}, NeedMaster: {"/master", func(c *Command, _ *Env) { c.Master = "" }},
		NeedEvidence: {"/evidence", func(c *Command, _ *Env) { c.Evidence = nil }}, NeedFix: {"/fix", func(c *Command, _ *Env) { c.Fix = nil }},
		NeedPhotos: {"/photos", func(c *Command, _ *Env) { c.Photos = nil }}, NeedChecks: {"/checks", func(c *Command, _ *Env) { c.Checks = nil }},
		NeedFound: {"/found", func(c *Command, _ *Env) { c.Found = "" }}, NeedWorker: {"/worker", func(c *Command, _ *Env) { c.Worker = "" }},
		NeedDepartment: {"/department", func(c *Command, _ *Env) { c.Department = "" }},
	}
	for _, n := range t.Needs {
		if f, ok := needs[n]; ok {
			flaws = append(flaws, f)
		} else if n == NeedUntil && w.p.pending != good.Step.String() {
			flaws = append(flaws, flaw{"/until", func(c *Command, _ *Env) { c.Until = time.Time{} }})
		}
	}
	handle := w.p.wound("handle", "")
	for _, g := range t.Guards {
		switch g {
		case Near:
			flaws = append(flaws, flaw{"/fix", func(c *Command, _ *Env) { c.Fix = &Fix{Lon: far[0], Lat: far[1]} }})
		case PhotosNear:
			flaws = append(flaws, flaw{"/photos", func(c *Command, e *Env) {
				c.Photos, e.Pictures = []string{"far"}, []Picture{{ID: "far", At: far, Placed: true}}
			}})
		case OtherMaster:
			flaws = append(flaws, flaw{"/master", func(c *Command, e *Env) { e.Master = &Case{ID: "m", State: Closed} }},
				flaw{"/master", func(c *Command, e *Env) { c.Master = w.c.ID }})
		case Complete:
			flaws = append(flaws, flaw{"/class", func(_ *Command, e *Env) { e.Proof = "" }}, flaw{"/class", func(c *Command, _ *Env) { c.Class = "0101" }})
		case DistinctUnits:
			flaws = append(flaws, flaw{"/assists", func(c *Command, _ *Env) { c.Assists = []string{c.Department} }})
		case SoundEvidence:
			flaws = append(flaws, flaw{"/evidence", func(c *Command, _ *Env) { c.Evidence = &Evidence{Kind: "rumour", Ref: "x"} }})
		case KnownReason:
			flaws = append(flaws, flaw{"/reason", func(c *Command, _ *Env) { c.Reason = "whim" }})
		case KnownFinding:
			flaws = append(flaws, flaw{"/found", func(c *Command, _ *Env) { c.Found = "perhaps" }})
		case KnownLevel:
			flaws = append(flaws, flaw{"/supervision", func(c *Command, _ *Env) { c.Supervision = 4 }})
		case ExtensionBound:
			flaws = append(flaws, flaw{"/until", func(c *Command, _ *Env) { c.Until = w.p.times.at(handle.due) }},
				flaw{"/until", func(c *Command, _ *Env) { c.Until = w.p.times.at(w.p.times.after(handle.due, handle.base+1, "wh")) }})
		case ReviewAhead:
			flaws = append(flaws, flaw{"/until", func(c *Command, _ *Env) { c.Until = w.p.times.at(w.p.now) }})
		case CriteriaMet:
			flaws = append(flaws, flaw{"/checks", func(c *Command, _ *Env) { c.Checks = c.Checks[1:] }})
		case OtherChecker:
			if len(w.p.handlers) > 0 && w.p.state != "verifying" && w.p.worker != w.p.handlers[0] {
				flaws = append(flaws, flaw{"/worker", func(c *Command, _ *Env) { c.Worker = w.p.handlers[0] }})
			}
		case FoundSolved:
			if w.p.found != "solved" {
				flaws = append(flaws, flaw{"/note", func(c *Command, _ *Env) { c.Note = "" }})
			}
		case Something:
			flaws = append(flaws, flaw{"/note", func(c *Command, _ *Env) { *c = Command{Step: c.Step} }})
		case Upwards, Downwards:
			flaws = append(flaws, flaw{"/tier", func(c *Command, _ *Env) { c.Tier = w.c.Tier }})
		default:
		}
	}
	flaws = append(flaws, flaw{"/note", func(c *Command, _ *Env) { c.Note = strings.Repeat("长", MaxText+1) }},
		flaw{"/fix", func(c *Command, _ *Env) { c.Fix = &Fix{Lon: 181} }}, flaw{"/level", func(c *Command, _ *Env) { c.Level = "odd" }},
		flaw{"/photos", func(c *Command, _ *Env) { c.Photos = make([]string, MaxPhotos+1) }})
	f := one(w.rnd, flaws...)
	cmd, env := good, w.as(who)
	f.do(&cmd, &env)
	_, err = w.c.Decide(cmd, env)
	var e *layers.Error
	if layers.KindOf(err) != layers.Invalid || !errors.As(err, &e) || e.Field != f.field {
		w.fail("%s with a flaw at %s: %v", good.Step, f.field, err)
	}
}

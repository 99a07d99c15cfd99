package event

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/worktime"
)

// walk is one random life of a case, held against the plain model after every
// step.
type walk struct {
	*testing.T
	rnd     *rand.Rand
	c       *Case
	h       History
	p       *plain
	env     Env
	photo   int
	met     map[string]int
	journal []string
}

var walkPlace = orb.Point{111.3, 30.7}

func newWalk(t *testing.T, rnd *rand.Rand, m *minutes, met map[string]int) *walk {
	rules := DefaultRules()
	return &walk{T: t, rnd: rnd, c: &Case{ID: "x"}, met: met,
		p: &plain{stamps: map[string]int{}, now: rnd.IntN(40 * 24 * 60), times: m},
		env: Env{Calendar: worktime.DefaultCalendar(), Rules: &rules, Point: walkPlace, Accuracy: 20, Proof: "proof", Edition: "e1",
			Class: duty.Class{Code: "0102", Closing: "垃圾已清运，地面干净", Deadline: worktime.Deadline{Amount: 4, Unit: worktime.WorkingHours}}}}
}

func (w *walk) fail(format string, args ...any) {
	w.Helper()
	w.Fatalf("%s\n%s", strings.Join(w.journal, "\n"), fmt.Sprintf(format, args...))
}

func (p person) subject() layers.Subject {
	if p.role == "system" {
		return layers.SystemSubject()
	}
	role, _ := layers.ParseRole(p.role)
	return layers.Subject{ID: p.id, Role: role, Department: p.unit, Region: p.region}
}

func (w *walk) as(who person) Env {
	w.env.Now, w.env.Subject = w.p.times.at(w.p.now), who.subject()
	return w.env
}

func one[T any](r *rand.Rand, of ...T) T { return of[r.IntN(len(of))] }

func (w *walk) pictures() []string {
	w.photo++
	return []string{fmt.Sprint("f", w.photo)}
}

// fine is a command that has all its step needs; until is its time as a minute.
func (w *walk) fine(who person, step Step) (cmd Command, until int) {
	r, p := w.rnd, w.p
	cmd = Command{Step: step, Note: "n"}
	spot := measure.Destination(walkPlace, r.Float64()*360, r.Float64()*99)
	fix := &Fix{Lon: spot[0], Lat: spot[1], Accuracy: 5}
	colleague := func(not string) string {
		for {
			if x := one(r, "w1", "w2", "w3", "w4"); x != not && !slices.Contains(p.handlers, x) {
				return x
			}
		}
	}
	switch step {
	case Report:
		cmd.Report = &Statement{Channel: one(r, "web", "hotline", "leader", "gridworker"), Text: "t", Account: who.id}
	case Verify:
		cmd.Worker = one(r, "", "w1", "w2")
	case Confirm, Refuse:
		if who.role == "gridworker" {
			cmd.Fix, cmd.Photos = fix, w.pictures()
		}
	case Merge:
		cmd.Master, w.env.Master = "m", &Case{ID: "m", State: Filed}
	case Dispatch, Adjudicate:
		units := []string{"A", "B", "C"}
		r.Shuffle(3, func(i, j int) { units[i], units[j] = units[j], units[i] })
		cmd.Department, cmd.Assists, cmd.Worker = units[0], units[1:1+r.IntN(3)], one(r, "", "w1", "w2")
	case Sign, Assign:
		if who.unit == "" {
			cmd.Task = one(r, "", "", "A", "B", "C")
		}
		if step == Assign {
			cmd.Worker = one(r, "w1", "w2")
		}
	case Return:
		cmd.Reason, cmd.Evidence = one(r, "place", "duty", "ownership"), &Evidence{Kind: one(r, "area", "object", "rule"), Ref: "420502001"}
	case Extend:
		if due := p.wound("handle", ""); due != nil && (who.role == "department" || p.pending != "extend" || r.IntN(2) > 0) {
			until = p.times.after(due.due, 1+r.IntN(classLimit), classUnit)
		}
	case Suspend:
		if who.role == "department" || p.pending != "suspend" || p.pendingUntil <= p.now || r.IntN(2) > 0 {
			until = p.now + 10 + r.IntN(4000)
		}
	case Feedback:
		cmd.Result, cmd.Photos, cmd.Checks = "done", w.pictures(), []string{"地面干净", "垃圾已清运"}
		if who.role == "dispatcher" {
			cmd.Task, cmd.Photos, cmd.Checks = one(r, "", "", "A", "B", "C"), nil, nil
		}
	case Check:
		if p.state == "fed_back" {
			cmd.Worker = one(r, "", colleague(""))
		} else {
			cmd.Found, cmd.Fix, cmd.Photos = one(r, Solved, Unsolved), fix, w.pictures()
		}
	case Supervise:
		cmd.Supervision = r.IntN(4)
	case Supplement:
		if r.IntN(2) > 0 {
			cmd.Report = &Statement{Text: "again", Account: who.id, Photos: w.pictures()}
		}
	case Handover:
		cmd.Worker = "w3"
		if p.state == "checking" || p.state == "verifying" {
			cmd.Worker = colleague(p.worker)
		} else if i := slices.IndexFunc(p.jobs, func(j job) bool { return j.worker == who.id }); i >= 0 {
			cmd.Worker = colleague(who.id)
		}
	default:
	}
	if until > 0 {
		cmd.Until = p.times.at(until)
	}
	return cmd, until
}

// try takes a step and compares what comes of it with the model.
func (w *walk) try(who person, step Step) {
	cmd, until := w.fine(who, step)
	want := w.p.verdict(who, step.String(), cmd.Task)
	w.journal = append(w.journal, fmt.Sprintf("%s %s(%s) %s task=%q: %q", w.env.Now.Format(time.DateTime), who.id, who.role, step, cmd.Task, want))
	if want == "" && w.rnd.IntN(3) == 0 {
		w.spoil(who, cmd)
	}
	before := *w.c
	e, err := w.c.Decide(cmd, w.as(who))
	if !reflect.DeepEqual(before, *w.c) {
		w.fail("Decide changes the case")
	}
	var illegal *IllegalStep
	switch want {
	case "forbidden":
		if layers.KindOf(err) != layers.Forbidden {
			w.fail("not forbidden: %v", err)
		}
		return
	case "illegal":
		if !errors.As(err, &illegal) || layers.KindOf(err) != layers.Invalid {
			w.fail("not illegal: %v", err)
		}
		w.sameLegal(who, illegal.Legal)
		return
	}
	if err != nil {
		w.fail("refused: %v", err)
	}
	if t, err := w.c.row(&cmd, new(w.as(who))); err == nil {
		w.met[rowKey(t)]++
	}
	w.commit(who, cmd, until, e)
}

func (w *walk) commit(who person, cmd Command, until int, e Entry) {
	var err error
	if w.h, err = w.h.Append(e); err != nil {
		w.fail("%v", err)
	}
	if err := w.c.Take(w.h[len(w.h)-1]); err != nil {
		w.fail("Take: %v", err)
	}
	w.p.take(who, &cmd, until)
	w.compare()
}

// sameLegal compares the legal steps of somebody with those of the model.
func (w *walk) sameLegal(who person, legal []Transition) {
	w.Helper()
	var got, want []string
	for i := range legal {
		got = append(got, legal[i].Step.String())
	}
	for _, s := range Steps() {
		for _, task := range []string{"", "A", "B", "C"} {
			if w.p.verdict(who, s.String(), task) == "" && !slices.Contains(want, s.String()) {
				want = append(want, s.String())
			}
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		w.fail("%s(%s) may %v, by the model %v", who.id, who.role, got, want)
	}
}

// pass lets time go by and the program do what is due.
func (w *walk) pass() {
	w.p.now += one(w.rnd, 0, w.rnd.IntN(20), w.rnd.IntN(200), w.rnd.IntN(3000), w.rnd.IntN(15000)/(1+w.rnd.IntN(20)))
	if w.p.state == "closed" && w.rnd.IntN(8) == 0 {
		w.p.now += 20 * 24 * 60
	}
	system := person{id: "system", role: "system"}
	if w.c.State == Unreported || w.rnd.IntN(4) == 0 {
		return
	}
	for range 20 {
		want := w.p.due()
		got := w.c.Automatic(w.as(system))
		var names []string
		for _, g := range got {
			names = append(names, strings.TrimSpace(fmt.Sprint(g.Step, " ", g.Task, g.Reason)))
		}
		if !slices.Equal(names, want) {
			w.fail("%s: automatic are %q, by the model %q", w.env.Now, names, want)
		}
		if len(got) == 0 {
			if wake := w.c.Wake(w.env); !wake.IsZero() && !wake.After(w.env.Now) {
				w.fail("wakes at %v", wake)
			}
			return
		}
		w.journal = append(w.journal, "  program: "+strings.Join(names, ", "))
		e, err := w.c.Decide(got[0], w.as(system))
		if err != nil {
			w.fail("%s by the program: %v", got[0].Step, err)
		}
		w.met["program: "+strings.Fields(names[0])[0]+" "+got[0].Reason]++
		w.commit(system, got[0], 0, e)
	}
	w.fail("the program does not come to an end")
}

// due is what the program is to do now, by the model.
func (p *plain) due() []string {
	var out []string
	switch p.state {
	case "fed_back":
		return []string{"check"}
	case "closed":
		if p.now-p.closed >= 15*24*60 {
			return []string{"archive"}
		}
	case "dispatched", "handling", "suspended":
		for _, j := range p.jobs {
			task := j.unit
			if task == p.lead {
				task = ""
			}
			if w := p.wound("sign", task); w != nil && j.state == "waiting" && w.due <= p.now {
				out = append(out, "sign "+j.unit)
			}
		}
	}
	if w := p.wound("review", ""); w != nil && !p.reviewing && w.due <= p.now {
		out = append(out, "supervise review")
	}
	if w := p.wound("handle", ""); w != nil && w.running() {
		for level, hit := range []bool{false, 10*w.used(p) >= 8*w.limit, p.now >= w.due, p.now >= p.times.after(w.due, 5*420, "wd")} {
			if hit && level > p.level {
				out = append(out, "supervise "+[]string{"", "warning", "overdue", "censure"}[level])
			}
		}
	}
	return out
}

func rowKey(t *Transition) string { return fmt.Sprint(t.Step, t.From, t.To, t.Roles) }

// unmet lists the rows of the table and the steps of the program that no walk took.
func unmet(met map[string]int) []string {
	var out []string
	for i := range transitions {
		if key := rowKey(&transitions[i]); met[key] == 0 {
			out = append(out, key)
		}
	}
	for _, key := range []string{"sign ", "check ", "archive ", "supervise warning", "supervise overdue", "supervise censure", "supervise review"} {
		if met["program: "+key] == 0 {
			out = append(out, "program: "+key)
		}
	}
	return out
}

func TestRandomLives(t *testing.T) {
	rnd, met := seeded(t), map[string]int{}
	m := newMinutes(t, time.Date(2026, 1, 20, 16, 0, 0, 0, time.UTC), 900)
	steps := Steps()
	for n := 0; n < 150 || n < 4000 && len(unmet(met)) > 0; n++ { // on, until the rarest step is met
		w := newWalk(t, rnd, m, met)
		for range 60 {
			who, step := one(rnd, people...), one(rnd, steps...)
			if rnd.IntN(10) > 0 { // mostly steps that succeed, and rarely those that end a life
				for range 40 {
					s := step.String()
					end := s == "refuse" || s == "merge" || s == "withdraw" || s == "archive" || s == "supplement" || s == "supervise"
					if w.p.verdict(who, s, "") == "" && (!end || rnd.IntN(12) == 0) {
						break
					}
					who, step = one(rnd, people...), one(rnd, steps...)
				}
			}
			w.try(who, step)
			w.pass()
			if w.p.now > 600*24*60 {
				break
			}
		}
		w.replays()
	}
	for _, key := range unmet(met) {
		t.Errorf("the walks never met %s", key)
	}
}

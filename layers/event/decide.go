package event

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
)

// MaxSupervision is the highest level of supervision: 通报.
const MaxSupervision = 3

// Decide answers whether cmd may be done with c, and with which entry; it changes
// nothing. The entry is not yet numbered: History.Append does that, Take applies
// it. Equal arguments give equal entries.
//
// Checked are, in this order: that the role may take the step at all, that the
// step leads from the state, that the standing guards hold, that cmd is within its
// limits, that no need is missing, and the other guards. Errors: Forbidden when
// the subject has no right; *IllegalStep when the case does not allow the step;
// *Unmet or another Invalid error with the JSON pointer of the input at fault.
// It costs O(entries) at most.
func (c *Case) Decide(cmd Command, env Env) (Entry, error) {
	cmd.any = false
	t, err := c.row(&cmd, &env)
	if err != nil {
		return Entry{}, err
	}
	if err := cmd.check(); err != nil {
		return Entry{}, err
	}
	for _, n := range t.Needs {
		if !n.met(c, &cmd, &env) {
			return Entry{}, layers.Invalidf("event", "/"+string(n), fmt.Sprintf("is needed to %s an event", cmd.Step))
		}
	}
	for _, g := range t.Guards {
		if !g.Standing() && !guardFacts[g].holds(c, &cmd, &env) {
			return Entry{}, &Unmet{Step: cmd.Step, Guard: g}
		}
	}
	return c.entry(t, &cmd, &env)
}

// Legal lists what the subject may do with the case now: the rows of the table
// whose role, state and standing guards fit, the first of each step, in the order
// of the table. It costs O(table).
func (c *Case) Legal(env Env) []Transition {
	var out []Transition
	for i := range transitions {
		t := &transitions[i]
		if !slices.Contains(t.From, c.State) || !t.allows(env.Subject.Role) ||
			slices.ContainsFunc(out, func(o Transition) bool { return o.Step == t.Step }) {
			continue
		}
		if c.fails(t, &Command{Step: t.Step, any: true}, &env) == 0 {
			out = append(out, *t)
		}
	}
	return out
}

// fails is the first standing guard of t that fails, those on rights first; 0 when
// all hold. The program itself has every right.
func (c *Case) fails(t *Transition, cmd *Command, env *Env) Guard {
	for _, right := range []bool{true, false} {
		for _, g := range t.Guards {
			f := &guardFacts[g]
			if !f.standing || f.right != right || f.right && env.Subject.Role == layers.System && g != AssistTask && g != LeadTask {
				continue
			}
			if !f.holds(c, cmd, env) {
				return g
			}
		}
	}
	return 0
}

// row is the row of the table by which the subject takes the step of cmd.
func (c *Case) row(cmd *Command, env *Env) (*Transition, error) {
	ever, from, here := false, false, false
	failed, noRight := Guard(0), Guard(0)
	for i := range transitions {
		t := &transitions[i]
		if t.Step != cmd.Step {
			continue
		}
		allowed, leads := t.allows(env.Subject.Role), slices.Contains(t.From, c.State)
		ever, from = ever || allowed, from || leads
		if !allowed || !leads {
			continue
		}
		here = true
		g := c.fails(t, cmd, env)
		switch {
		case g == 0:
			return t, nil
		case guardFacts[g].right:
			noRight = cmp.Or(noRight, g)
		default:
			failed = cmp.Or(failed, g)
		}
	}
	switch {
	case !ever || from && !here:
		return nil, &layers.Error{Kind: layers.Forbidden, Op: "event", ID: c.ID, Field: "step",
			Err: fmt.Errorf("role %s may not %s an event that is %s", env.Subject.Role, cmd.Step, place(c.State))}
	case here && failed == 0:
		return nil, &layers.Error{Kind: layers.Forbidden, Op: "event", ID: c.ID, Field: "step",
			Err: fmt.Errorf("you may not %s this event: %s", cmd.Step, noRight.Title().EN)}
	}
	return nil, &IllegalStep{State: c.State, Step: cmd.Step, Role: env.Subject.Role, Guard: failed, Legal: c.Legal(*env)}
}

// until is the time that cmd names, or that the application it grants did.
func (c *Case) until(cmd *Command) time.Time {
	if cmd.Until.IsZero() && c.Pending != nil && c.Pending.Step == cmd.Step {
		return c.Pending.Until
	}
	return cmd.Until.UTC().Truncate(time.Millisecond)
}

// entry makes the entry of a step that is allowed.
func (c *Case) entry(t *Transition, cmd *Command, env *Env) (Entry, error) {
	now := env.Now.UTC().Truncate(time.Millisecond)
	if now.Before(c.UpdatedAt) { // clocks of servers differ
		now = c.UpdatedAt
	}
	e := Entry{At: now, Step: cmd.Step, From: c.State, To: t.Next(c.State), Actor: env.Subject.ID, Role: env.Subject.Role.String(),
		Auto: cmd.Auto, Applies: t.Applies, Note: cmd.Note, Reason: cmd.Reason, Result: cmd.Result, Photos: some(cmd.Photos), Fix: c.stood(cmd, env)}
	c.inputs(&e, cmd, env)
	starts, err := c.starts(&e, cmd, env)
	if err != nil {
		return Entry{}, &layers.Error{Kind: layers.KindOf(err), Op: "event", ID: c.ID, Field: "calendar", Err: err}
	}
	e.Clocks = starts
	return e, nil
}

// stood is the fix of cmd with its distance from the place, to the decimetre.
func (c *Case) stood(cmd *Command, env *Env) *Fix {
	f := c.fixOf(cmd, env)
	if f == nil {
		return nil
	}
	out := *f
	d := measure.Distance(orb.Point{f.Lon, f.Lat}, env.Point)
	out.Distance = float64(int64(d*10+0.5)) / 10
	return &out
}

// inputs copies what the step has a use for.
func (c *Case) inputs(e *Entry, cmd *Command, env *Env) {
	switch cmd.Step {
	case Report, Supplement:
		own := 0
		if cmd.Step == Supplement && !cmd.Report.says() { // a note is no report
			cmd.Report = nil
		}
		if e.Report = c.numbered(cmd.Report, 0, e.At); e.Report != nil {
			own = 1
		}
		for i := range cmd.Reports {
			e.Reports = append(e.Reports, *c.numbered(&cmd.Reports[i], own+i, e.At))
		}
		e.Merged, e.Link, e.Source = cmd.Merged, cmd.Link, cmd.Source
		if cmd.Step == Report {
			e.Class, e.Edition, e.Level, e.Proof = env.Class.Code, env.Edition, cmp.Or(cmd.Level, "normal"), env.Proof
			e.Department, e.Tier = cmd.Department, cmp.Or(cmd.Tier, c.firstTier(env))
		}
	case File:
		e.Class, e.Edition, e.Level, e.Proof = env.Class.Code, env.Edition, cmp.Or(cmd.Level, c.Level), env.Proof
		e.Department = cmd.Department
	case Verify, Check, Assign, Handover:
		e.Worker, e.Found = cmd.Worker, cmd.Found
		if t := c.task(cmd, env); t != nil && (cmd.Step == Assign || cmd.Step == Handover && e.To != Verifying && e.To != Checking) {
			e.Task = taskName(t)
		}
	case Merge:
		e.Master = cmd.Master
	case Dispatch, Adjudicate:
		e.Department, e.Assists, e.Worker, e.Proof = cmd.Department, some(cmd.Assists), cmd.Worker, env.Proof
	case Sign, Return, Feedback:
		e.Evidence, e.Checks = cmd.Evidence, some(cmd.Checks)
		if e.To == e.From { // the task of an assisting department
			if t := c.meant(cmd, env); t != nil {
				e.Task = taskName(t)
			}
		}
	case Extend, Suspend:
		u := c.until(cmd)
		e.Until = &u
		if c.Pending != nil && c.Pending.Step == cmd.Step {
			e.Reason = cmp.Or(e.Reason, c.Pending.Reason)
		}
	case Supervise:
		e.Supervision = max(cmd.Supervision, c.Supervision)
		if cmd.Supervision == 0 {
			e.Supervision = min(c.Supervision+1, MaxSupervision)
		}
	case Reopen:
		e.Link = cmd.Link
	case Escalate:
		e.Tier = cmp.Or(cmd.Tier, c.Tier+1)
	case Delegate:
		e.Tier = cmp.Or(cmd.Tier, c.Tier-1)
	case Confirm, Refuse, Resume, Close, Rework, Archive, Withdraw, Deny:
	}
}

// some is a copy of s; nil for none, as histories read back have it.
func some(s []string) []string {
	if len(s) == 0 {
		return nil
	}
	return slices.Clone(s)
}

// meant is the task of an assisting department that cmd is about.
func (c *Case) meant(cmd *Command, env *Env) *Task {
	for i := range c.Tasks {
		if t := &c.Tasks[i]; !t.Lead && c.concerns(t, cmd, env) && t.State == before(cmd.Step, t.State) {
			return t
		}
	}
	return nil
}

func taskName(t *Task) string {
	if t.Lead {
		return ""
	}
	return t.Department
}

// firstTier is who has a new report: the desk that took it, if it is below where
// reports go otherwise.
func (c *Case) firstTier(env *Env) Tier {
	if env.Subject.Role == layers.Dispatcher || env.Subject.Role == layers.Supervisor {
		return min(TierOf(env.Subject.Region), env.Rules.StartTier)
	}
	return env.Rules.StartTier
}

// numbered is a copy of s with an id that no other report of the case has, at the
// time of the entry if it has none of its own; more is how many come before it in
// the same entry.
func (c *Case) numbered(s *Statement, more int, at time.Time) *Statement {
	if s == nil {
		return nil
	}
	out := *s
	out.Photos = some(s.Photos)
	if out.At.IsZero() {
		out.At = at
	}
	out.At = out.At.UTC().Truncate(time.Millisecond)
	out.ID = "r" + itoa(len(c.Reports)+more+1)
	return &out
}

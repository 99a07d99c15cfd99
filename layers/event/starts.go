package event

import (
	"slices"
	"time"

	"wutu/layers/worktime"
)

// starts works out the clocks that e starts or gives a new end.
func (c *Case) starts(e *Entry, cmd *Command, env *Env) ([]Start, error) {
	s := starter{now: e.At, env: env}
	switch e.Step {
	case Report:
		limit := env.Rules.Accept
		if cmd.Report != nil && slices.Contains(env.Rules.Online, cmd.Report.Channel) {
			limit = env.Rules.AcceptOnline
		}
		s.stage(AcceptClock, "", limit)
	case Verify:
		s.stage(VerifyClock, "", env.Rules.Verify)
	case Confirm:
		s.stage(FileClock, "", env.Rules.File)
	case File:
		s.stage(DispatchClock, "", env.Rules.Dispatch)
	case Dispatch, Adjudicate:
		c.sent(&s, cmd)
	case Return:
		if e.To == Filed {
			s.stage(DispatchClock, "", env.Rules.Dispatch)
		}
	case Extend:
		if k := c.Clock(HandleClock, ""); k != nil && !e.Applies {
			s.extend(k, *e.Until)
		}
	case Suspend:
		if !e.Applies {
			s.add(Start{Name: ReviewClock, Due: *e.Until, Limit: e.Until.Sub(e.At).Milliseconds()}, worktime.ClockHours, nil)
		}
	case Resume:
		for i := range c.Clocks {
			if k := &c.Clocks[i]; k.Name == HandleClock && k.Stopped() {
				s.resume(k)
			}
		}
		if len(s.out) == 0 { // it came suspended, and without a clock
			s.deadline("")
		}
	case Rework:
		c.rework(&s)
	case Reopen:
		s.deadline("")
	case Check:
		if e.To != e.From {
			s.stage(CheckClock, "", env.Rules.Check)
		}
	case Escalate, Delegate:
		c.moved(&s, e.To)
	case Refuse, Merge, Sign, Feedback, Close, Archive, Supervise, Withdraw, Supplement, Deny, Assign, Handover:
	}
	return s.out, s.err
}

// sent starts the clocks of a dispatch: every department is to sign; the handling
// clock of a case that was returned runs on, so that returning gains no time.
func (c *Case) sent(s *starter, cmd *Command) {
	s.stage(SignClock, "", s.env.Rules.Sign)
	old := c.Clock(HandleClock, "")
	if old == nil {
		s.deadline("")
	}
	for _, a := range cmd.Assists {
		s.stage(SignClock, a, s.env.Rules.Sign)
		if old == nil {
			s.deadline(a)
		} else {
			s.toEnd(a, old)
		}
	}
}

// rework starts a handling clock with what was left of the last one, and a share
// of the limit that the class has.
func (c *Case) rework(s *starter) {
	k := c.handling()
	if k == nil || s.err != nil {
		return
	}
	used, err := k.Used(s.now, s.env.Calendar)
	if err != nil {
		s.err = err
		return
	}
	more := time.Duration(float64(k.Base) * s.env.Rules.Rework)
	s.stage(HandleClock, "", Limit{max(0, k.Limit-used) + more, k.Unit})
}

// moved gives the tier that has the case now its own clock of the stage.
func (c *Case) moved(s *starter, to State) {
	switch to {
	case Reported:
		s.stage(AcceptClock, "", s.env.Rules.Accept)
	case Verifying:
		s.stage(VerifyClock, "", s.env.Rules.Verify)
	case Accepted:
		s.stage(FileClock, "", s.env.Rules.File)
	case Filed:
		s.stage(DispatchClock, "", s.env.Rules.Dispatch)
	default:
	}
}

// starter collects clocks; its first error sticks.
type starter struct {
	now time.Time
	env *Env
	out []Start
	err error
}

// stage starts a clock with a limit of the rules.
func (s *starter) stage(name ClockName, task string, l Limit) {
	if s.err != nil {
		return
	}
	due, _, err := s.env.Calendar.After(s.now, l.For, l.Unit)
	if err != nil {
		s.err = err
		return
	}
	s.add(Start{Name: name, Task: task, Due: due, Limit: l.For.Milliseconds()}, l.Unit, nil)
}

// deadline starts a handling clock with the deadline of the class.
func (s *starter) deadline(task string) {
	if s.err != nil {
		return
	}
	d := s.env.Class.Deadline
	due, _, err := s.env.Calendar.Due(s.now, d)
	if err == nil {
		var limit time.Duration
		if limit, err = s.env.Calendar.Between(s.now, due, d.Unit); err == nil {
			s.add(Start{Name: HandleClock, Task: task, Due: due, Limit: limit.Milliseconds()}, d.Unit, nil)
		}
	}
	s.err = err
}

// toEnd starts a handling clock of an assisting department that ends with the
// case's own.
func (s *starter) toEnd(task string, k *Clock) {
	if s.err != nil {
		return
	}
	left, err := s.env.Calendar.Between(s.now, k.Due, k.Unit)
	if err != nil {
		s.err = err
		return
	}
	due := k.Due
	if due.Before(s.now) {
		due = s.now
	}
	s.add(Start{Name: HandleClock, Task: task, Due: due, Limit: left.Milliseconds()}, k.Unit, nil)
}

// resume lets a stopped clock go on with the rest of its limit.
func (s *starter) resume(k *Clock) {
	if s.err != nil {
		return
	}
	used, err := k.Used(s.now, s.env.Calendar)
	if err == nil {
		var due time.Time
		if due, _, err = s.env.Calendar.After(s.now, k.Limit-used, k.Unit); err == nil {
			old := k.clone()
			old.Runs = append(old.Runs, Run{From: s.now})
			s.add(Start{Name: k.Name, Task: k.Task, Due: due, Limit: k.Limit.Milliseconds()}, k.Unit, &old)
		}
	}
	s.err = err
}

// extend moves the end of a running clock.
func (s *starter) extend(k *Clock, until time.Time) {
	if s.err != nil {
		return
	}
	more, err := s.env.Calendar.Between(k.Due, until, k.Unit)
	if err != nil {
		s.err = err
		return
	}
	s.add(Start{Name: k.Name, Task: k.Task, Due: until, Limit: (k.Limit + more).Milliseconds()}, k.Unit, k)
}

// add completes a start with the moment of warning: when the share of the rules is
// used, over all runs of a clock that goes on.
func (s *starter) add(x Start, unit worktime.Unit, k *Clock) {
	from, used := s.now, time.Duration(0)
	if k != nil {
		last := k.Runs[len(k.Runs)-1].From
		if used, s.err = k.Used(last, s.env.Calendar); s.err != nil {
			return
		}
		from = last
	}
	share := time.Duration(float64(x.Limit)*s.env.Rules.Warn) * time.Millisecond
	warn, _, err := s.env.Calendar.After(from, share-used, unit)
	if err != nil {
		s.err = err
		return
	}
	if warn.After(x.Due) { // an end at closing time and a warning at the opening behind it
		warn = x.Due
	}
	x.Due, x.Warn, x.Unit = x.Due.UTC(), warn.UTC(), unitName(unit)
	s.out = append(s.out, x)
}

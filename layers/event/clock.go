package event

import (
	"slices"
	"time"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

// ClockName says what a clock limits.
type ClockName string

// The clocks, in the order of the life cycle.
const (
	AcceptClock   ClockName = "accept"
	VerifyClock   ClockName = "verify"
	FileClock     ClockName = "file"
	DispatchClock ClockName = "dispatch"
	SignClock     ClockName = "sign"
	HandleClock   ClockName = "handle" // runs from dispatch, whenever the department signs
	CheckClock    ClockName = "check"
	ReviewClock   ClockName = "review" // until a suspended case is looked at again
)

// ClockNames lists the clocks in the order of the life cycle. The caller owns the
// slice.
func ClockNames() []ClockName {
	var out []ClockName
	for _, c := range model.EventClocks() {
		out = append(out, ClockName(c.Value))
	}
	return out
}

// Title is the name people see.
func (n ClockName) Title() layers.Title {
	for _, c := range model.EventClocks() {
		if c.Value == string(n) {
			return c.Title
		}
	}
	return layers.Title{}
}

func (n ClockName) known() bool {
	switch n {
	case AcceptClock, VerifyClock, FileClock, DispatchClock, SignClock, HandleClock, CheckClock, ReviewClock:
		return true
	}
	return false
}

// running lists the clocks of a case that may run in each state; all others end
// when the state is entered. The handling clock runs on while a returned case
// waits for its next department, and stands still while the case is suspended.
func (s State) running() []ClockName {
	switch s {
	case Reported:
		return []ClockName{AcceptClock}
	case Verifying:
		return []ClockName{VerifyClock}
	case Accepted:
		return []ClockName{FileClock}
	case Filed:
		return []ClockName{DispatchClock, HandleClock}
	case Dispatched:
		return []ClockName{SignClock, HandleClock}
	case Handling:
		return []ClockName{SignClock, HandleClock}
	case Suspended:
		return []ClockName{SignClock, HandleClock, ReviewClock}
	case Checking:
		return []ClockName{CheckClock}
	case Unreported, FedBack, Closed, Archived, Rejected, Merged, Withdrawn:
	}
	return nil
}

// Run is a period in which a clock ran; To is zero while it does.
type Run struct{ From, To time.Time }

// Clock is one clock of a case, running, stopped or ended. Time is counted in
// Unit: what its runs used and what is left make up Limit.
type Clock struct {
	Name    ClockName
	Task    string // id of an assisting department, "" for the case itself
	Tier    Tier   // whose clock it is
	Unit    worktime.Unit
	Limit   time.Duration
	Base    time.Duration // the limit without extensions and reworks
	Due     time.Time     // when it ends; while it is stopped, when it would have ended
	Warn    time.Time     // when the warning share of Limit is used
	Was     []time.Time   // earlier ends, before extensions and suspensions
	Runs    []Run         // oldest first, at least one
	EndedAt time.Time     // zero while it runs or is stopped
}

// Started is when the clock began.
func (c *Clock) Started() time.Time { return c.Runs[0].From }

// Running reports whether time is being used.
func (c *Clock) Running() bool { return c.EndedAt.IsZero() && c.Runs[len(c.Runs)-1].To.IsZero() }

// Stopped reports whether the clock stands still, to go on later.
func (c *Clock) Stopped() bool { return c.EndedAt.IsZero() && !c.Runs[len(c.Runs)-1].To.IsZero() }

// StoppedAt is when the clock was stopped; zero when it is not.
func (c *Clock) StoppedAt() time.Time {
	if !c.Stopped() {
		return time.Time{}
	}
	return c.Runs[len(c.Runs)-1].To
}

// Used is how much of the limit the runs of the clock have used at now, counted
// by cal. The error is that of the calendar.
func (c *Clock) Used(now time.Time, cal *worktime.Calendar) (time.Duration, error) {
	sum := time.Duration(0)
	for _, r := range c.Runs {
		to := r.To
		if to.IsZero() {
			to = now
		}
		n, err := cal.Between(r.From, to, c.Unit)
		if err != nil {
			return 0, err
		}
		sum += n
	}
	return sum, nil
}

// stop ends the last run at t; end makes that final.
func (c *Clock) stop(t time.Time) {
	if r := &c.Runs[len(c.Runs)-1]; r.To.IsZero() {
		r.To = t
	}
}

func (c *Clock) end(t time.Time) {
	c.stop(t)
	c.EndedAt = t
}

// clone is a copy that shares nothing with c.
func (c *Clock) clone() Clock {
	out := *c
	out.Was, out.Runs = slices.Clone(c.Was), slices.Clone(c.Runs)
	return out
}

// unitNames are the units in histories; all time is "".
var unitNames = [...]struct {
	unit worktime.Unit
	name string
}{{worktime.ClockHours, ""}, {worktime.WorkingHours, "working_hours"}, {worktime.WorkingDays, "working_days"}}

func unitName(u worktime.Unit) string {
	for _, x := range unitNames {
		if x.unit == u {
			return x.name
		}
	}
	return ""
}

func unitOf(name string) (worktime.Unit, bool) {
	for _, x := range unitNames {
		if x.name == name {
			return x.unit, true
		}
	}
	return 0, false
}

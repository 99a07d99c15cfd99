package event

import (
	"time"

	"wutu/layers"
	"wutu/layers/worktime"
)

// ClockState is how a clock stands.
type ClockState string

// The states of clocks.
const (
	ClockRunning ClockState = "running"
	ClockOverdue ClockState = "overdue" // running, and its end is over
	ClockMet     ClockState = "met"     // ended in time
	ClockMissed  ClockState = "missed"  // ended too late
	ClockStopped ClockState = "stopped"
)

// Title is the name people see.
func (s ClockState) Title() layers.Title {
	switch s {
	case ClockRunning:
		return layers.Title{ZH: "计时中", EN: "Running"}
	case ClockOverdue:
		return layers.Title{ZH: "已超时", EN: "Overdue"}
	case ClockMet:
		return layers.Title{ZH: "按期", EN: "In time"}
	case ClockMissed:
		return layers.Title{ZH: "超期", EN: "Late"}
	case ClockStopped:
		return layers.Title{ZH: "已停表", EN: "Stopped"}
	}
	return layers.Title{}
}

// Reading is a clock as it stands at one moment.
type Reading struct {
	*Clock // belongs to the case

	State ClockState
	Used  time.Duration // of the unit, by all runs
	Left  time.Duration // Limit − Used; negative when overdue
	Share float64       // Used / Limit, 1 and more when overdue
}

// Title is the name of the clock, with the unit it counts in.
func (r *Reading) Title() layers.Title { return r.Name.Title() }

// at is the state of c at now.
func (c *Clock) at(now time.Time) ClockState {
	switch {
	case c.Stopped():
		return ClockStopped
	case c.Running() && now.After(c.Due):
		return ClockOverdue
	case c.Running():
		return ClockRunning
	case c.Runs[len(c.Runs)-1].To.After(c.Due):
		return ClockMissed
	}
	return ClockMet
}

// ClocksAt reads every clock of the case at now, in the order in which they
// started, counting with cal. Time during which a clock was stopped is not used.
// The error is that of an impossible calendar. It costs O(clocks × days).
func (c *Case) ClocksAt(now time.Time, cal *worktime.Calendar) ([]Reading, error) {
	out := make([]Reading, 0, len(c.Clocks))
	for i := range c.Clocks {
		k := &c.Clocks[i]
		used, err := k.Used(now, cal)
		if err != nil {
			return nil, err
		}
		r := Reading{Clock: k, State: k.at(now), Used: used, Left: k.Limit - used, Share: 1}
		if k.Limit > 0 {
			r.Share = float64(used) / float64(k.Limit)
		}
		out = append(out, r)
	}
	return out, nil
}

// Explain lists, run by run, the periods that counted and the days that did not,
// up to the clock's end (or up to when it was stopped). The error is that of an
// impossible calendar.
func (c *Clock) Explain(cal *worktime.Calendar) ([]worktime.Interval, error) {
	var out []worktime.Interval
	left := c.Limit
	for i, r := range c.Runs {
		span := left
		if i < len(c.Runs)-1 || c.Stopped() {
			used, err := cal.Between(r.From, r.To, c.Unit)
			if err != nil {
				return nil, err
			}
			span = min(used, left)
		}
		_, why, err := cal.After(r.From, span, c.Unit)
		if err != nil {
			return nil, err
		}
		out = append(out, why...)
		left -= span
	}
	return out, nil
}

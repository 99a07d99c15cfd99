package sample

import (
	"time"

	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/worktime"
)

// life is how far a case has come by now.
type life struct {
	state                event.State
	updated, due, closed time.Time
}

// lived draws the life of a case reported at t and cuts it off at now. Times of
// handling are shares of the deadline, so most cases end in time and a few do
// not.
func (c *city) lived(k *duty.Class, channel string, t time.Time, cal *worktime.Calendar, r *stream) (life, error) {
	minutes := func(mean float64) time.Duration {
		if r.chance(0.025) { // left lying on a desk
			mean *= 70
		}
		return time.Duration((0.5 + r.decay(mean)) * float64(time.Minute)).Truncate(time.Second)
	}
	l := life{state: event.Reported, updated: t}
	at := t
	// step moves the case on when its time has come.
	step := func(s event.State, wait time.Duration) bool {
		if at = at.Add(wait); at.After(c.Now) {
			return false
		}
		l.state, l.updated = s, at
		return true
	}
	end := r.float()
	if channel == "hotline" || channel == "app" {
		if !step(event.Verifying, minutes(12)) {
			return l, nil
		}
	}
	switch {
	case end < 0.035:
		step(event.Rejected, minutes(60))
		return l, nil
	case end < 0.06:
		step(event.Merged, minutes(30))
		return l, nil
	case end < 0.068:
		step(event.Withdrawn, minutes(90))
		return l, nil
	}
	if !step(event.Accepted, minutes(35)) || !step(event.Filed, minutes(14)) || !step(event.Dispatched, minutes(16)) {
		return l, nil
	}
	due, _, err := cal.Due(at, k.Deadline)
	if err != nil {
		return l, err
	}
	l.due = due.UTC()
	share := 0.12 + r.decay(0.33)
	if r.chance(0.05) {
		share *= 3
	}
	done := at.Add(time.Duration(share * float64(l.due.Sub(at)))).Truncate(time.Second)
	if !step(event.Handling, min(minutes(45), done.Sub(at))) {
		return l, nil
	}
	if r.chance(0.006) {
		step(event.Suspended, minutes(300))
		return l, nil
	}
	if !step(event.FedBack, max(0, done.Sub(at))) || !step(event.Checking, minutes(25)) || !step(event.Closed, minutes(100)) {
		return l, nil
	}
	l.closed = at
	step(event.Archived, time.Duration(r.between(2, 15)*24)*time.Hour)
	return l, nil
}

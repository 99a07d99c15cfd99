package event

import (
	"time"

	"wutu/layers"
)

// Automatic lists what is due to happen by itself at env.Now, in the order in
// which it should: to be decided with a subject of the role System, one after the
// other, each on the case as the one before left it. What comes of a check names
// no worker; the caller knows who is near. Asked again after all of them were
// taken, there is nothing left until the time of Wake. The subject of env is not
// looked at.
func (c *Case) Automatic(env Env) []Command {
	var out []Command
	now := env.Now
	switch c.State {
	case Dispatched, Handling, Suspended:
		for i := range c.Tasks {
			t := &c.Tasks[i]
			if k := c.Clock(SignClock, taskName(t)); t.State == Waiting && k != nil && !now.Before(k.Due) {
				out = append(out, Command{Step: Sign, Task: t.Department, Auto: true})
			}
		}
	case FedBack:
		return []Command{{Step: Check, Auto: true}}
	case Closed:
		if !c.ClosedAt.IsZero() && !now.Before(c.ClosedAt.Add(env.Rules.ArchiveAfter)) {
			return []Command{{Step: Archive, Auto: true}}
		}
	default:
	}
	if k := c.Clock(ReviewClock, ""); k != nil && !c.Reviewing && !now.Before(k.Due) {
		out = append(out, Command{Step: Supervise, Supervision: max(1, c.Supervision), Reason: "review", Auto: true})
	}
	for level, at := range c.alarms(&env) {
		if level > c.Supervision && !at.IsZero() && !now.Before(at) {
			// a higher level that is due as well follows at once
			out = append(out, Command{Step: Supervise, Supervision: level, Reason: alarmReasons[level], Auto: true})
		}
	}
	for i := range out {
		if out[i].Step == Supervise {
			out[i].Note = autoNote(out[i].Reason).ZH
		}
	}
	return out
}

// alarmReasons are the reasons of the levels of supervision.
var alarmReasons = [MaxSupervision + 1]string{1: "warning", 2: "overdue", 3: "censure"}

// alarms are when each level of supervision is due: 提醒 when the warning share of
// the running handling clock is used, 催办 at its end, 通报 some working days
// later; zero for never.
func (c *Case) alarms(env *Env) [MaxSupervision + 1]time.Time {
	k := c.Clock(HandleClock, "")
	if k == nil || !k.Running() {
		return [MaxSupervision + 1]time.Time{}
	}
	at := [MaxSupervision + 1]time.Time{1: k.Warn, 2: k.Due}
	if t, _, err := env.Calendar.Due(k.Due, env.Rules.Censure); err == nil {
		at[3] = t
	}
	return at
}

// autoNote is the title of a coded reason of supervision.
func autoNote(reason string) layers.Title {
	for _, c := range Reasons(Supervise) {
		if c.Value == reason {
			return c.Title
		}
	}
	return layers.Title{}
}

// Wake is the first moment after env.Now at which Automatic has something new, zero for
// never: when nobody acts before. It saves looking at every case all the time.
func (c *Case) Wake(env Env) time.Time {
	var first time.Time
	at := func(t time.Time) {
		if t.After(env.Now) && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	for i := range c.Tasks {
		if k := c.Clock(SignClock, taskName(&c.Tasks[i])); k != nil && c.Tasks[i].State == Waiting {
			at(k.Due)
		}
	}
	if k := c.Clock(ReviewClock, ""); k != nil && !c.Reviewing {
		at(k.Due)
	}
	for level, t := range c.alarms(&env) {
		if level > c.Supervision {
			at(t)
		}
	}
	if c.State == Closed && !c.ClosedAt.IsZero() {
		at(c.ClosedAt.Add(env.Rules.ArchiveAfter))
	}
	return first
}

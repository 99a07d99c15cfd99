package sample

import (
	"fmt"
	"time"

	"wutu/layers"
	"wutu/layers/event"
)

// diary is the life of one case, written by taking its steps one after the other
// as layers/event decides, until the present of the city cuts it off. What falls
// due by itself happens in between.
type diary struct {
	c     *event.Case
	h     event.History
	env   event.Env
	now   time.Time // the present
	at    time.Time // of the last thing that happened
	merge *merging  // a duplicate that comes to this case, nil for none
	over  bool      // the present has come
	err   error     // sticks
}

// merging is a duplicate that is merged into the case.
type merging struct {
	id   string
	at   time.Time
	by   layers.Subject
	said event.Statement
	done bool
}

// step takes a step at t, or finds that t lies ahead or that the case does not
// allow it any more; then it reports false. A command that is wrong in itself is
// an error.
func (d *diary) step(t time.Time, by layers.Subject, cmd event.Command) bool {
	d.pass(t)
	if d.err != nil || d.over {
		return false
	}
	d.env.Now, d.env.Subject = t, by
	e, err := d.c.Decide(cmd, d.env)
	if err != nil {
		if _, illegal := err.(*event.IllegalStep); !illegal && layers.KindOf(err) != layers.Forbidden {
			d.err = fmt.Errorf("event %s: %w", d.c.ID, err)
		}
		return false
	}
	return d.take(e)
}

// take writes an entry down. Pictures and place proofs are no part of the
// synthetic city: the stand-ins that Decide asked for are left out.
func (d *diary) take(e event.Entry) bool {
	e.Photos, e.Proof = nil, ""
	if d.h, d.err = d.h.Append(e); d.err == nil {
		d.err = d.c.Take(d.h[len(d.h)-1])
	}
	d.at = e.At
	return d.err == nil
}

// pass lets the time go by to t, or to the present when t lies ahead of it.
func (d *diary) pass(t time.Time) {
	if t.After(d.now) {
		t, d.over = d.now, true
	}
	if m := d.merge; m != nil && !m.done && !m.at.After(t) {
		d.merge = nil
		d.byItself(m.at)
		d.join(m)
	}
	d.byItself(t)
}

// join takes in the report of a duplicate, if the case is still open.
func (d *diary) join(m *merging) {
	if d.err != nil || !d.c.Open() {
		return
	}
	d.env.Now, d.env.Subject = m.at, m.by
	e, err := d.c.Decide(event.Command{Step: event.Supplement, Merged: m.id, Reports: []event.Statement{m.said}}, d.env)
	if err != nil {
		d.err = err
		return
	}
	m.done = d.take(e)
}

// byItself takes the steps that fall due up to t, each at its time. Who checks a
// case that was fed back is left to the story.
func (d *diary) byItself(t time.Time) {
	d.env.Subject, d.env.Now = layers.SystemSubject(), d.at
	for d.err == nil {
		next := d.c.Wake(d.env)
		if next.IsZero() || next.After(t) {
			return
		}
		for d.env.Now = next; d.err == nil; {
			due := d.c.Automatic(d.env)
			if len(due) == 0 || due[0].Step == event.Check {
				break
			}
			e, err := d.c.Decide(due[0], d.env)
			if err != nil {
				d.err = fmt.Errorf("event %s: %w", d.c.ID, err)
				return
			}
			d.take(e)
		}
	}
}

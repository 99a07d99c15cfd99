package events

import (
	"context"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/once"
)

// Limits of one sweep: what is due by itself may wait for the next one, requests
// of people may not wait for it.
const (
	sweepEvery = 5 * time.Second
	maxSwept   = 200 // steps of one sweep
	learnAfter = 12  // sweeps: it is looked once a minute whether past cases are to be learned from
	// checkGrace is how long the desk may itself say who checks a case that was fed
	// back, before it is sent to be checked by itself.
	checkGrace = 2 * time.Minute
)

// Run does what is due by itself until ctx ends: it signs for silent departments,
// urges what is late, sends fed back cases to be checked, archives. Several
// processes may run it on one city; of two that take the same step one fails
// harmlessly.
func (e *Events) Run(ctx context.Context) {
	t := time.NewTicker(sweepEvery)
	defer t.Stop()
	for n := 0; ; n++ {
		if _, err := e.Sweep(ctx); err != nil && ctx.Err() == nil {
			e.o.Log.ErrorContext(ctx, "cases were not swept", "error", err)
		}
		if n%learnAfter == learnAfter-1 {
			if known, err := e.learned(ctx); err == nil && !known {
				err = e.Learn(ctx)
				if err != nil && ctx.Err() == nil {
					e.o.Log.WarnContext(ctx, "nothing was learned from past cases", "error", err)
				}
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
	}
}

// sweepMark says that a case in this version has nothing due before a time.
type sweepMark struct {
	version uint64
	until   time.Time
}

// Sweep takes the steps that are due at the time of the call, at most maxSwept,
// and returns how many it took. A case that cannot be read is logged and left
// alone. It costs O(open cases) for the first sweep and O(cases that are due)
// afterwards.
func (e *Events) Sweep(ctx context.Context) (int, error) {
	v, now := e.o.City.View(), e.o.Now().UTC()
	due, err := e.candidates(ctx, v, now)
	if err != nil {
		return 0, err
	}
	taken := 0
	for _, id := range due {
		if taken >= maxSwept || ctx.Err() != nil {
			break
		}
		n, err := e.sweepOne(ctx, id, now)
		switch {
		case err != nil && hopeless(err):
			e.o.Log.WarnContext(ctx, "a case was not swept", "event", id, "error", err)
			e.swept.Store(id, sweepMark{until: now.Add(time.Hour)})
		default: // what failed for the moment is tried again with the next sweep
			taken += n
		}
	}
	return taken, ctx.Err()
}

// hopeless reports whether a case itself is at fault: trying again soon is no use.
func hopeless(err error) bool {
	switch layers.KindOf(err) {
	case layers.Internal, layers.Invalid, layers.TooLarge, layers.Forbidden, layers.Unsupported:
		return true
	}
	return false
}

// candidates are the cases that may have something due: fed back ones, closed
// ones, and those whose warning or end of a clock has come.
func (e *Events) candidates(ctx context.Context, v *live.View, now time.Time) ([]string, error) {
	l, ok := v.Layer(model.Events)
	if !ok || l.FieldIndex(model.State) < 0 || l.FieldIndex(model.WarnAt) < 0 {
		return nil, nil
	}
	before := func(field string, t time.Time) layers.Expr {
		return layers.Compare{Op: layers.Le, Left: layers.Property{Name: field}, Right: layers.Literal{Value: layers.Instant(t)}}
	}
	q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID, Filter: layers.Or{Args: []layers.Expr{
		layers.And{Args: []layers.Expr{inStates(event.FedBack), before(model.UpdatedAt, now.Add(-checkGrace))}},
		layers.And{Args: []layers.Expr{inStates(event.Closed), before(model.ClosedAt, now.Add(-e.rules.ArchiveAfter))}},
		layers.And{Args: []layers.Expr{inStates(openStates()...), layers.Or{Args: []layers.Expr{
			before(model.WarnAt, now), before(model.ClockDue, now), before(model.DueAt, now)}}}},
	}}}
	var out []string
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return nil, err
		}
		if m, ok := e.swept.Load(row.ID()); ok {
			if mark := m.(sweepMark); now.Before(mark.until) && (mark.version == 0 || mark.version == row.Version()) {
				continue
			}
		}
		out = append(out, strings.Clone(row.ID()))
	}
	return out, nil
}

// wake is when a case has something due again, far off for never.
func wake(c *event.Case, env event.Env) time.Time {
	if t := c.Wake(env); !t.IsZero() {
		return t
	}
	return env.Now.AddDate(1, 0, 0)
}

// sweepOne takes what is due of one case, one step at a time, each in a batch of
// its own.
func (e *Events) sweepOne(ctx context.Context, id string, now time.Time) (int, error) {
	system := layers.SystemSubject()
	for taken := 0; ; taken++ {
		v := e.o.City.View()
		h, err := e.load(ctx, v, id)
		if err != nil {
			return taken, err
		}
		env := e.env(ctx, h, &system)
		env.Now = now
		steps := h.life.Automatic(env)
		if len(steps) == 0 {
			e.swept.Store(id, sweepMark{version: h.feature.Version, until: wake(h.life, env)})
			return taken, nil
		}
		t := &taking{subject: system, view: v, held: h, command: steps[0], env: env}
		if err := e.nameWorker(ctx, t); err != nil {
			return taken, err
		}
		if t.entry, err = h.life.Decide(t.command, env); err != nil {
			return taken, err
		}
		if err := e.commit(ctx, t, once.Key{}); err != nil {
			return taken, err
		}
	}
}

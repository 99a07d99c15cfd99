package event

import (
	"cmp"
	"slices"
	"time"

	"wutu/layers/model"
)

// What single steps do to a case, beside its state and clocks.

func (c *Case) reported(e *Entry) {
	if c.ReportedAt.IsZero() {
		c.ReportedAt = e.At
	}
	c.Tier = cmp.Or(e.Tier, DistrictTier) // before there were tiers, districts had them all
	c.Chain = append(c.Chain, Hop{Tier: c.Tier, At: e.At, Actor: e.Actor})
	c.Lead, c.Source = e.Department, e.Source
	c.classify(e)
	if e.Fix != nil {
		f := *e.Fix
		c.reportFix = &f
	}
	if e.To != Reported || len(e.Assumed) > 0 {
		c.assumed(e)
	}
}

// assumed completes a case that came in the middle of its life.
func (c *Case) assumed(e *Entry) {
	at := func(name string) time.Time { return e.Assumed[name] }
	if t := at(model.ReportedAt); !t.IsZero() {
		c.ReportedAt = t
	}
	c.FiledAt, c.DispatchedAt, c.SignedAt, c.FedBackAt = at(model.FiledAt), at(model.DispatchedAt), at(model.SignedAt), at(model.FedBackAt)
	c.ClosedAt, c.dueAt = at(model.ClosedAt), at(model.DueAt)
	switch e.To {
	case Dispatched:
		c.Tasks = []Task{{Department: c.Lead, Lead: true, State: Waiting, SentAt: c.DispatchedAt}}
	case Handling, Suspended:
		c.Tasks = []Task{{Department: c.Lead, Lead: true, State: Signed, SentAt: c.DispatchedAt, SignedAt: c.SignedAt}}
	case FedBack, Checking, Closed, Archived:
		c.Tasks = []Task{{Department: c.Lead, Lead: true, State: Done, SentAt: c.DispatchedAt, SignedAt: c.SignedAt, DoneAt: c.FedBackAt}}
	default:
	}
}

func (c *Case) classify(e *Entry) {
	c.Class, c.Edition, c.Level = cmp.Or(e.Class, c.Class), cmp.Or(e.Edition, c.Edition), cmp.Or(e.Level, c.Level)
	c.Lead = cmp.Or(e.Department, c.Lead)
}

func (c *Case) dispatched(e *Entry) {
	c.Lead, c.DispatchedAt = e.Department, e.At
	c.Adjudicated = e.Step == Adjudicate
	c.SignedAt = time.Time{}
	c.Tasks = []Task{{Department: e.Department, Lead: true, State: Waiting, Worker: e.Worker, SentAt: e.At}}
	for _, a := range e.Assists {
		c.Tasks = append(c.Tasks, Task{Department: a, State: Waiting, SentAt: e.At})
	}
}

func (c *Case) signed(e *Entry) {
	t := c.Task(e.Task)
	if e.Task == "" {
		c.SignedAt = e.At
		c.AutoSigned = c.AutoSigned || e.Auto
	}
	if t != nil {
		t.State, t.SignedAt = Signed, e.At
	}
}

func (c *Case) returned(e *Entry) {
	if t := c.Task(e.Task); t != nil {
		t.State, t.DoneAt = TaskReturn, e.At
	}
	if e.To == Filed {
		c.Returns++
	}
}

// asked is an application for an extension or suspension, or its grant.
func (c *Case) asked(e *Entry) {
	if e.Applies {
		c.Pending = &Application{Step: e.Step, Reason: e.Reason, Note: e.Note, Department: c.Lead, By: e.Actor, At: e.At}
		if e.Until != nil {
			c.Pending.Until = *e.Until
		}
		return
	}
	if c.Pending != nil && c.Pending.Step == e.Step { // an application for something else still waits
		c.Pending = nil
	}
	if e.Step == Extend {
		c.Extensions++
	}
}

func (c *Case) fedBack(e *Entry) {
	if t := c.Task(e.Task); t != nil {
		t.State, t.DoneAt, t.Result, t.Photos = Done, e.At, e.Result, slices.Clone(e.Photos)
	}
	if e.Actor != "" && !slices.Contains(c.Handlers, e.Actor) {
		c.Handlers = append(c.Handlers, e.Actor)
	}
	if e.To == FedBack {
		c.FedBackAt = e.At
	}
}

// again is a rework or a reopening: the lead's task is to be done once more.
func (c *Case) again(e *Entry) {
	if e.Step == Rework {
		c.Reworks++
	} else {
		c.Reopenings++
		c.Supervision = 0
		c.ClosedAt = time.Time{}
	}
	c.Finding, c.Worker = "", ""
	if t := c.Task(""); t != nil {
		t.State, t.DoneAt = Signed, time.Time{}
	}
}

func (c *Case) moveTo(e *Entry) {
	c.Tier = e.Tier
	c.Chain = append(c.Chain, Hop{Tier: e.Tier, At: e.At, Actor: e.Actor, Note: e.Note})
	if e.From != e.To {
		c.Adjudicated = false
	}
}

func (c *Case) named(e *Entry, from State) {
	if from == Verifying || from == Checking {
		c.Worker = e.Worker
		return
	}
	if t := c.Task(e.Task); t != nil {
		t.Worker = e.Worker
	}
}

// settle does what follows from where the case has come to.
func (c *Case) settle(e *Entry, from State) {
	if c.State != Handling {
		c.Pending = nil
	}
	if !c.State.Open() && (from.Open() || from == Unreported) && c.ClosedAt.IsZero() {
		c.ClosedAt = e.At
	}
	if !c.State.Open() {
		c.Worker = ""
	}
	c.Reviewing = c.Reviewing && c.State == Suspended
}

package event

import (
	"slices"
	"strconv"
	"time"

	"wutu/layers"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Take applies the next entry of the history. It trusts the decision (who took
// the step, and whether the guards held) but not the bytes: the error is Invalid
// when the entry does not follow the ones before it, and the case is unchanged
// then. Take keeps nothing of e that the caller could change.
func (c *Case) Take(e Entry) error {
	if err := c.follows(&e); err != nil {
		return err
	}
	c.taken++
	c.clocks(&e)
	from := c.State
	c.State, c.UpdatedAt = e.To, e.At
	c.collect(&e)
	switch e.Step {
	case Report:
		c.reported(&e)
	case Verify:
		c.Worker = e.Worker
	case Confirm, File:
		c.Worker = ""
		if e.Step == File {
			c.FiledAt = e.At
			c.classify(&e)
		}
	case Merge:
		c.Master = e.Master
	case Dispatch, Adjudicate:
		c.dispatched(&e)
	case Sign:
		c.signed(&e)
	case Return:
		c.returned(&e)
	case Extend, Suspend:
		c.asked(&e)
	case Deny:
		c.Pending = nil
	case Feedback:
		c.fedBack(&e)
	case Check:
		if from == FedBack {
			c.Worker, c.Finding = e.Worker, ""
		} else {
			c.Finding = e.Found
		}
	case Rework, Reopen:
		c.again(&e)
	case Escalate, Delegate:
		c.moveTo(&e)
	case Assign, Handover:
		c.named(&e, from)
	case Supervise:
		c.Supervision = max(c.Supervision, e.Supervision)
		c.Reviewing = c.Reviewing || e.Reason == "review"
	case Refuse, Resume, Close, Archive, Withdraw, Supplement:
	}
	c.settle(&e, from)
	return nil
}

// follows checks that e can be the next entry at all.
func (c *Case) follows(e *Entry) error {
	n := c.taken + 1
	switch {
	case c.taken >= MaxHistory:
		return &layers.Error{Kind: layers.TooLarge, Op: "event", Field: "history"}
	case e.Seq != n || e.From != c.State:
		return broken(n, "does not follow the one before it")
	case e.To == Unreported || int(e.To) >= len(stateFacts) || e.At.IsZero():
		return broken(n, "leads nowhere or has no time")
	case !c.leads(e):
		return broken(n, "takes a step that does not lead there")
	case e.Tier > CityTier || e.Supervision < 0 || e.Supervision > MaxSupervision:
		return broken(n, "names a tier or level that is none")
	case (e.Step == Suspend || e.Step == Extend) && e.Until != nil && e.Until.IsZero():
		return broken(n, "has an empty time")
	}
	if len(c.Reports)+len(e.Reports) >= maxReports || len(c.Photos)+e.pictures() > maxPictures || len(e.Clocks) > maxClocks {
		return broken(n, "brings more than a case can hold")
	}
	for i := range e.Clocks {
		s := &e.Clocks[i]
		if _, ok := unitOf(s.Unit); !ok || !s.Name.known() || s.Limit < 0 || s.Limit > maxLimit.Milliseconds() {
			return broken(n, "starts a clock that is none")
		}
	}
	return nil
}

// Bounds on histories, so that a broken one is an error rather than a burden.
const (
	maxLimit    = 100 * 366 * 24 * time.Hour // of a clock
	maxReports  = 5000                       // of a case
	maxPictures = 5000                       // of a case
	maxClocks   = 2 * (1 + MaxAssists)       // that one entry starts
)

// pictures is how many pictures e brings at most.
func (e *Entry) pictures() int {
	n := len(e.Photos)
	if e.Report != nil {
		n += len(e.Report.Photos)
	}
	for i := range e.Reports {
		n += len(e.Reports[i].Photos)
	}
	return n
}

// leads reports whether the table leads from e.From to e.To by e.Step, whoever
// takes it. A case that came without a history begins with a report by the program
// that leads straight to the state it came in.
func (c *Case) leads(e *Entry) bool {
	if e.Step == Report && e.From == Unreported && e.Role == layers.System.String() {
		return true
	}
	for i := range transitions {
		t := &transitions[i]
		if t.Step == e.Step && slices.Contains(t.From, e.From) && t.Next(e.From) == e.To && t.Applies == e.Applies {
			return true
		}
	}
	return false
}

// collect keeps what any entry can bring: pictures, reports, links.
func (c *Case) collect(e *Entry) {
	if e.Report != nil {
		c.Reports = append(c.Reports, copied(e.Report))
	}
	for i := range e.Reports {
		c.Reports = append(c.Reports, copied(&e.Reports[i]))
	}
	if e.Report != nil || len(e.Reports) > 0 {
		for i := range c.Reports {
			if at := c.Reports[i].At; c.ReportedAt.IsZero() || !at.IsZero() && at.Before(c.ReportedAt) {
				c.ReportedAt = at
			}
		}
	}
	add := func(ids []string) {
		for _, id := range ids {
			if !slices.ContainsFunc(c.Photos, func(p Photo) bool { return p.ID == id }) {
				c.Photos = append(c.Photos, Photo{ID: id, At: e.At, Step: e.Step})
			}
		}
	}
	if e.Report != nil {
		add(e.Report.Photos)
	}
	for i := range e.Reports {
		add(e.Reports[i].Photos)
	}
	add(e.Photos)
	if e.Merged != "" && !slices.Contains(c.Merged, e.Merged) {
		c.Merged = append(c.Merged, e.Merged)
	}
	if e.Link != "" && !slices.Contains(c.Links, e.Link) {
		c.Links = append(c.Links, e.Link)
	}
	if e.Proof != "" {
		c.Proof = e.Proof
	}
}

func copied(s *Statement) Statement {
	out := *s
	out.Photos = slices.Clone(s.Photos)
	return out
}

// clocks ends, stops, starts and continues clocks as the step from e.From to e.To
// demands.
func (c *Case) clocks(e *Entry) {
	goesOn := e.Step == Extend || e.Step == Resume
	keep := e.To.running()
	for i := range c.Clocks {
		k := &c.Clocks[i]
		switch {
		case !k.EndedAt.IsZero():
		case !slices.Contains(keep, k.Name), // the stage is over
			e.To == Filed && k.Task != "",                    // nobody assists any more
			e.Task != "" && k.Task == e.Task && c.ends(e, k), // the assisting department's own
			e.Step == Sign && e.Task == "" && k.Name == SignClock && k.Task == "",
			!goesOn && restarts(e, k):
			k.end(e.At)
		case e.To == Suspended && k.Name == HandleClock:
			k.stop(e.At)
		}
	}
	for i := range e.Clocks {
		c.start(e, &e.Clocks[i], goesOn)
	}
}

// ends reports whether the step of an assisting department ends its clock k.
func (c *Case) ends(e *Entry, k *Clock) bool {
	switch e.Step {
	case Sign:
		return k.Name == SignClock
	case Return, Feedback:
		return true
	default:
		return false
	}
}

// restarts reports whether e starts the clock anew, for another tier or
// department.
func restarts(e *Entry, k *Clock) bool {
	return slices.ContainsFunc(e.Clocks, func(s Start) bool { return s.Name == k.Name && s.Task == k.Task })
}

func (c *Case) start(e *Entry, s *Start, goesOn bool) {
	unit, _ := unitOf(s.Unit)
	limit := time.Duration(s.Limit) * time.Millisecond
	if k := c.Clock(s.Name, s.Task); k != nil && goesOn {
		k.Was = append(k.Was, k.Due)
		k.Due, k.Warn, k.Limit = s.Due, s.Warn, limit
		if k.Stopped() {
			k.Runs = append(k.Runs, Run{From: e.At})
		}
		return
	}
	base := limit
	if last := c.handling(); e.Step == Rework && last != nil {
		base = last.Base
	}
	from := e.At
	if e.Step == Report && e.To != Reported {
		from = assumedStart(e)
	}
	tier := c.Tier
	if e.Tier != 0 {
		tier = e.Tier
	}
	c.Clocks = append(c.Clocks, Clock{Name: s.Name, Task: s.Task, Tier: tier, Unit: unit, Limit: limit, Base: base,
		Due: s.Due, Warn: s.Warn, Runs: []Run{{From: from}}})
}

package event

import (
	"slices"

	"wutu/layers/model"
)

// take does to the plain facts what the table says a step does. who has the right
// to it.
func (p *plain) take(who person, cmd *Command, until int) {
	step, task := cmd.Step.String(), cmd.Task
	mine := p.job(who.unit)
	switch step {
	case "report":
		p.state, p.channel, p.tier = "reported", cmd.Report.Channel, 3
		if who.role == "dispatcher" && who.region != "" {
			p.tier = 2
		}
		p.reporters = append(p.reporters, cmd.Report.Account)
		limit := 30
		if p.channel == "web" {
			limit = 120
		}
		p.wind("accept", "", "h", limit)
	case "verify":
		p.enter("verifying")
		p.worker = cmd.Worker
		p.wind("verify", "", "wh", 120)
	case "confirm":
		p.enter("accepted")
		p.worker = ""
		p.wind("file", "", "h", 30)
	case "refuse":
		p.enter("rejected")
	case "merge":
		p.enter("merged")
	case "file":
		p.enter("filed")
		p.worker = ""
		p.stamps[model.FiledAt] = p.now
		p.wind("dispatch", "", "h", 30)
	case "dispatch", "adjudicate":
		p.enter("dispatched")
		p.stamps[model.DispatchedAt] = p.now
		delete(p.stamps, model.SignedAt)
		p.final, p.lead = step == "adjudicate", cmd.Department
		p.jobs = []job{{p.lead, "waiting", cmd.Worker, p.now}}
		p.wind("sign", "", "wh", 120)
		old := p.wound("handle", "")
		if old == nil {
			p.wind("handle", "", classUnit, classLimit)
		}
		for _, a := range cmd.Assists {
			p.jobs = append(p.jobs, job{a, "waiting", "", p.now})
			p.wind("sign", a, "wh", 120)
			if old == nil {
				p.wind("handle", a, classUnit, classLimit)
			} else {
				p.wind("handle", a, classUnit, p.times.between(p.now, p.wound("handle", "").due, classUnit))
				p.wound("handle", a).due = max(p.now, p.wound("handle", "").due)
			}
		}
	case "sign":
		if who.unit != "" {
			task = who.unit
		}
		if task == "" || task == p.lead {
			p.enter("handling")
			p.unwind("sign", "")
			p.stamps[model.SignedAt] = p.now
			task = p.lead
		} else {
			p.unwind("sign", task)
		}
		p.job(task).state = "signed"
	case "return":
		mine.state = "returned"
		if who.unit == p.lead {
			p.returns++
			p.enter("filed")
			p.wind("dispatch", "", "h", 30)
		} else {
			p.unwind("sign", who.unit)
			p.unwind("handle", who.unit)
		}
	case "extend":
		if who.role == "department" {
			p.pending, p.pendingUntil = "extend", until
			return
		}
		if until == 0 {
			until = p.pendingUntil
		}
		w := p.wound("handle", "")
		w.limit += p.times.between(w.due, until, w.unit)
		w.due, w.extended = until, true
		p.extend++
		if p.pending == "extend" { // an application for something else still waits
			p.pending = ""
		}
	case "suspend":
		if who.role == "department" {
			p.pending, p.pendingUntil = "suspend", until
			return
		}
		if until == 0 {
			until = p.pendingUntil
		}
		p.enter("suspended")
		p.reviewing = false
		p.wind("review", "", "h", until-p.now)
	case "deny":
		p.pending = ""
	case "resume":
		p.enter("handling")
		for i := range p.watches {
			if w := &p.watches[i]; w.name == "handle" && !w.ended {
				w.due = p.times.after(p.now, w.limit-w.used(p), w.unit)
				w.runs = append(w.runs, [2]int{p.now, -1})
			}
		}
	case "feedback":
		p.fedBack(who, task)
	case "check":
		if p.state == "fed_back" {
			p.enter("checking")
			p.worker, p.found = cmd.Worker, ""
			p.wind("check", "", "wh", 120)
		} else {
			p.found = cmd.Found
		}
	case "close":
		p.enter("closed")
	case "rework", "reopen":
		p.again(step)
	case "archive":
		p.enter("archived")
	case "supervise":
		if cmd.Supervision == 0 {
			p.level = min(3, p.level+1)
		}
		p.level = max(p.level, cmd.Supervision)
		p.reviewing = p.reviewing || cmd.Reason == "review"
	case "withdraw":
		p.enter("withdrawn")
	case "supplement":
		if cmd.Report != nil {
			p.reporters = append(p.reporters, cmd.Report.Account)
		}
	case "escalate", "delegate":
		p.tier--
		if step == "escalate" {
			p.tier += 2
		}
		switch p.state {
		case "reported":
			p.wind("accept", "", "h", 30)
		case "verifying":
			p.wind("verify", "", "wh", 120)
		case "accepted":
			p.wind("file", "", "h", 30)
		default:
			p.enter("filed")
			p.final = false
			p.wind("dispatch", "", "h", 30)
		}
	case "assign", "handover":
		switch {
		case p.state == "verifying" || p.state == "checking":
			p.worker = cmd.Worker
		case who.role == "gridworker":
			i := slices.IndexFunc(p.jobs, func(j job) bool { return j.worker == who.id && (j.state == "waiting" || j.state == "signed") })
			p.jobs[i].worker = cmd.Worker
		case who.unit != "":
			mine.worker = cmd.Worker
		case task == "":
			p.jobs[0].worker = cmd.Worker
		default:
			p.job(task).worker = cmd.Worker
		}
	}
}

func (p *plain) fedBack(who person, task string) {
	if !slices.Contains(p.handlers, who.id) {
		p.handlers = append(p.handlers, who.id)
	}
	if who.unit != "" {
		task = who.unit
	}
	if task == "" {
		task = p.lead
	}
	if who.role == "gridworker" { // the lead's task first, if that is the worker's and may be done
		others := slices.IndexFunc(p.jobs, func(j job) bool { return j.unit != p.lead && (j.state == "waiting" || j.state == "signed") })
		if p.jobs[0].worker != who.id || others >= 0 || p.state != "handling" {
			i := slices.IndexFunc(p.jobs, func(j job) bool { return j.unit != p.lead && j.worker == who.id && j.state == "signed" })
			task = p.jobs[i].unit
		}
	}
	p.job(task).state = "done"
	if task == p.lead {
		p.stamps[model.FedBackAt] = p.now
		p.enter("fed_back")
		return
	}
	p.unwind("sign", task)
	p.unwind("handle", task)
}

// again: a rework has what was left of the handling, and half the limit; a
// reopened case starts afresh.
func (p *plain) again(step string) {
	last := &watch{}
	for i := range p.watches {
		if w := &p.watches[i]; w.name == "handle" && w.task == "" {
			last = w
		}
	}
	limit, base := classLimit, classLimit
	if step == "rework" {
		p.reworks++
		limit, base = max(0, last.limit-last.used(p))+last.base/2, last.base
	} else {
		p.reopens++
		p.level = 0
	}
	p.enter("handling")
	p.wind("handle", "", classUnit, limit)
	p.wound("handle", "").base = base
	p.worker, p.found = "", ""
	p.jobs[0].state = "signed"
}

// enter comes to a state: clocks that do not belong there end, the handling clock
// stands still while the case is suspended.
func (p *plain) enter(state string) {
	stay := map[string][]string{"filed": {"handle"}, "dispatched": {"handle"}, "handling": {"handle", "sign"}, "suspended": {"handle", "sign"}}[state]
	for i := range p.watches {
		w := &p.watches[i]
		r := &w.runs[len(w.runs)-1]
		switch {
		case w.ended:
		case !slices.Contains(stay, w.name) || state == "filed" && w.task != "":
			w.ended = true
			if r[1] < 0 {
				r[1] = p.now
			}
		case state == "suspended" && w.name == "handle" && r[1] < 0:
			r[1] = p.now
		}
	}
	if !slices.Contains([]string{"reported", "verifying", "accepted", "filed", "dispatched", "handling", "fed_back", "checking", "suspended"}, state) && p.open() {
		p.closed = p.now
		p.worker = ""
	}
	p.state = state
	p.reviewing = p.reviewing && state == "suspended"
	if state != "handling" {
		p.pending = ""
	}
}

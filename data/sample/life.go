package sample

import (
	"fmt"
	"slices"
	"time"

	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/worktime"
)

// story is what happens to a case, as far as chance decides it. Times of handling
// are shares of the deadline, so most cases end in time and a few do not.
type story struct {
	*diary
	city    *city
	class   *duty.Class
	r       *stream
	channel string
	grid    string   // code
	lead    string   // id of the department that answers
	worker  string   // number of the grid's worker
	workers []string // of the community
	object  string   // what it is about, "" for nothing in particular
}

// minutes draws a waiting time with the given mean; now and then a case is left
// lying on a desk.
func (s *story) minutes(mean float64) time.Duration {
	if s.r.chance(0.02) {
		mean *= 60
	}
	return time.Duration((0.5 + s.r.decay(mean)) * float64(time.Minute)).Truncate(time.Second)
}

// The people of the story.

func (s *story) desk() layers.Subject {
	return layers.Subject{ID: fmt.Sprintf("desk-%d", s.r.span(1, 4)), Role: layers.Dispatcher}
}

func (s *story) chief() layers.Subject {
	return layers.Subject{ID: fmt.Sprintf("chief-%d", s.r.span(1, 2)), Role: layers.Supervisor}
}

// walker is the worker of the grid, or the n-th colleague in its community.
func (s *story) walker(n int) layers.Subject {
	i := max(0, slices.Index(s.workers, s.worker))
	return layers.Subject{ID: s.workers[(i+n)%len(s.workers)], Role: layers.GridWorker}
}

func unit(id string) layers.Subject {
	return layers.Subject{ID: id, Role: layers.Department, Department: id}
}

// there is a position within some metres of the case.
func (s *story) there() *event.Fix {
	p := s.env.Point
	return &event.Fix{Lon: rounded(p[0]+s.r.between(-1, 1)*2e-4, 7), Lat: rounded(p[1]+s.r.between(-1, 1)*2e-4, 7), Accuracy: rounded(s.r.between(3, 12), 1)}
}

// shown stands for the pictures that some steps need; see diary.take.
var shown = []string{"picture"}

// tell lives the case from its report to its archiving, or to the present.
func (s *story) tell(said event.Statement, level, source string) {
	r := s.r
	by, ok := s.report(said, level, source)
	if !ok || !s.intake(by) {
		return
	}
	if end := r.float(); end < 0.033 {
		s.step(s.at.Add(s.minutes(25)), s.desk(), event.Command{Step: event.Refuse, Note: "不符合立案标准", Reason: "not_standard"})
		return
	} else if end < 0.041 {
		s.step(s.at.Add(s.minutes(60)), s.chief(), event.Command{Step: event.Withdraw, Note: pick(r, []string{"重复录入", "上报人撤回"}), Reason: pick(r, []string{"mistake", "reporter"})})
		return
	}
	if s.c.State != event.Filed && !s.step(s.at.Add(s.minutes(12)), s.desk(), event.Command{Step: event.File}) {
		return
	}
	if !s.moved() || !s.sent() || !s.handled() {
		return
	}
	if r.chance(0.015) && s.step(s.at.Add(time.Duration(r.between(3, 150)*float64(time.Hour)).Truncate(time.Second)), s.chief(),
		event.Command{Step: event.Reopen, Note: "回访不满意，重新处置", Reason: pick(r, []string{"unsatisfied", "recurrence"})}) {
		if !s.worked(s.c.DueAt()) || !s.checked() {
			return
		}
	}
	if s.c.State == event.Closed {
		s.step(s.at.Add(time.Duration(r.between(48, 24*17)*float64(time.Hour)).Truncate(time.Second)), s.chief(), event.Command{Step: event.Archive})
	}
}

// report is how every case begins; it says who reports.
func (s *story) report(said event.Statement, level, source string) (layers.Subject, bool) {
	by := layers.Subject{Role: layers.Public}
	switch s.channel {
	case "gridworker", "patrol":
		by = s.walker(0)
		said.Account = by.ID
	case "hotline", "leader":
		by = s.desk()
	case "video", "sensor":
		by = layers.Subject{ID: s.channel, Role: layers.API}
	}
	cmd := event.Command{Step: event.Report, Report: &said, Department: s.lead, Level: level, Source: source}
	if by.Role == layers.GridWorker {
		cmd.Fix = s.there()
	}
	return by, s.step(s.at, by, cmd)
}

// intake leads from the report to the acceptance.
func (s *story) intake(by layers.Subject) bool {
	switch s.channel {
	case "hotline", "app":
		verified := s.at.Add(s.minutes(12))
		seen := verified.Add(s.minutes(34))
		walker := s.walker(s.r.intn(3))
		cmd := event.Command{Step: event.Verify, Worker: walker.ID}
		if seen.After(s.now) { // still to be done: by whoever of the grid is near
			cmd.Worker = ""
		}
		if !s.step(verified, s.desk(), cmd) {
			return false
		}
		look := event.Command{Step: event.Confirm, Fix: s.there(), Photos: shown}
		if s.r.chance(0.03) {
			look.Step, look.Note, look.Reason = event.Refuse, "现场未发现所述问题", "not_found"
		}
		return s.step(seen, walker, look) && look.Step == event.Confirm
	case "gridworker", "patrol":
		return s.step(s.at.Add(s.minutes(3)), by, event.Command{Step: event.Confirm, Fix: s.there(), Photos: shown})
	case "leader":
		return s.step(s.at.Add(s.minutes(10)), s.desk(), event.Command{Step: event.File})
	}
	return s.step(s.at.Add(s.minutes(15)), s.desk(), event.Command{Step: event.Confirm})
}

// moved hands a few cases up or down between the tiers before they are dispatched.
func (s *story) moved() bool {
	x := s.r.float()
	switch {
	case x < 0.04:
		return s.step(s.at.Add(s.minutes(6)), s.desk(), event.Command{Step: event.Delegate, Note: "由属地街道处理", Tier: event.StreetTier})
	case x < 0.045:
		return s.step(s.at.Add(s.minutes(6)), s.desk(), event.Command{Step: event.Delegate, Note: "社区可自行处理", Tier: event.CommunityTier})
	case x < 0.06:
		return s.step(s.at.Add(s.minutes(8)), s.desk(), event.Command{Step: event.Escalate, Note: "涉及跨区部门，请市级协调"})
	}
	return true
}

// sent dispatches the case, for a few by a way of errors, and has it signed for.
func (s *story) sent() bool {
	for wrong := 0; wrong < 2 && s.r.chance([2]float64{0.04, 0.2}[wrong]); wrong++ {
		other := s.stranger(s.lead)
		if other == "" {
			break
		}
		if !s.step(s.at.Add(s.minutes(14)), s.desk(), event.Command{Step: event.Dispatch, Department: other}) ||
			!s.step(s.at.Add(time.Duration(s.r.between(3, 100)*60)*time.Second), unit(other), s.refusal()) {
			return false
		}
	}
	if s.c.Returns >= 2 {
		if !s.step(s.at.Add(s.minutes(40)), s.chief(), event.Command{Step: event.Adjudicate, Department: s.lead, Note: "经核权属，由该部门负责，不得再退"}) {
			return false
		}
	} else {
		cmd := event.Command{Step: event.Dispatch, Department: s.lead}
		if s.r.chance(0.06) {
			if other := s.stranger(s.lead); other != "" {
				cmd.Assists = []string{other}
			}
		}
		if !s.step(s.at.Add(s.minutes(14)), s.desk(), cmd) {
			return false
		}
	}
	if s.r.chance(0.965) { // others leave it to the program
		return s.step(s.at.Add(s.minutes(30)), unit(s.lead), event.Command{Step: event.Sign}) || s.c.State == event.Handling
	}
	return true
}

// stranger is another department of the district.
func (s *story) stranger(than string) string {
	id, _ := s.city.departmentFor(pick(s.r, districtBureaus()).kind, s.grid[:6])
	if id == than {
		return ""
	}
	return id
}

func (s *story) refusal() event.Command {
	cmd := event.Command{Step: event.Return, Note: "经现场查勘，不属我单位职责", Reason: pick(s.r, []string{"place", "duty", "ownership"})}
	switch {
	case cmd.Reason == "duty":
		cmd.Evidence = &event.Evidence{Kind: "rule", Ref: "职责清单 " + s.class.Code}
	case cmd.Reason == "ownership" && s.object != "":
		cmd.Evidence = &event.Evidence{Kind: "object", Ref: s.object}
	default:
		cmd.Evidence = &event.Evidence{Kind: "area", Ref: s.grid[:9]}
	}
	return cmd
}

// handled is the work of the department up to the end of the case.
func (s *story) handled() bool {
	return s.worked(s.c.DueAt()) && s.checked()
}

// worked leads from the dispatch to the feedback.
func (s *story) worked(due time.Time) bool {
	began, r := s.c.DispatchedAt, s.r
	if s.c.Reopenings > 0 {
		began = s.at
	}
	share := 0.12 + r.decay(0.33)
	if r.chance(0.05) {
		share *= 3
	}
	done := began.Add(time.Duration(share * float64(due.Sub(began)))).Truncate(time.Second)
	if s.c.State == event.Dispatched { // the program signs when the time has come
		if k := s.c.Clock(event.SignClock, ""); k != nil && done.Before(k.Due) {
			done = k.Due.Add(s.minutes(20))
		}
	}
	between := func(share float64) time.Time {
		return s.at.Add(time.Duration(share * float64(max(0, done.Sub(s.at)))).Truncate(time.Second))
	}
	switch x := r.float(); {
	case x < 0.035:
		s.extended(between(0.5), &done)
	case x < 0.05:
		if !s.suspended(between(0.3), &done) {
			return false
		}
	case x < 0.06:
		s.step(between(0.4), s.chief(), event.Command{Step: event.Supervise, Note: "群众关注，请加快办理", Reason: "attention"})
	case x < 0.075:
		s.step(between(0.3), layers.Subject{ID: "desk-1", Role: layers.Dispatcher}, event.Command{Step: event.Supplement, Note: "上报人来电补充：位置在路口东侧"})
	}
	for i := range s.c.Tasks {
		if t := &s.c.Tasks[i]; !t.Lead && t.State != event.Done && t.State != event.TaskReturn {
			s.step(between(0.2), unit(t.Department), event.Command{Step: event.Sign})
			if !s.step(between(0.7), unit(t.Department), event.Command{Step: event.Feedback, Result: "已配合处置"}) {
				return false
			}
		}
	}
	if done.Before(s.at) {
		done = s.at.Add(time.Minute)
	}
	if s.c.State == event.Dispatched {
		s.pass(done)
	}
	return s.step(done, unit(s.lead), s.result())
}

func (s *story) result() event.Command {
	return event.Command{Step: event.Feedback, Result: pick(s.r, []string{"已处置完毕", "已安排人员到场处理，问题解决", "已整改到位"}),
		Photos: shown, Checks: []string{s.class.Closing}}
}

// extended applies for more time; most applications are granted.
func (s *story) extended(t time.Time, done *time.Time) {
	k := s.c.Clock(event.HandleClock, "")
	if k == nil || t.After(k.Due) {
		return
	}
	until, _, err := s.env.Calendar.After(k.Due, time.Duration(float64(k.Base)*s.r.between(0.3, 0.95)).Truncate(time.Minute), k.Unit)
	if err != nil {
		s.err = err
		return
	}
	granted, added := s.r.chance(0.85), until.Sub(k.Due)
	if !s.step(t, unit(s.lead), event.Command{Step: event.Extend, Note: "需协调施工力量", Reason: pick(s.r, []string{"complex", "weather", "material", "coordination"}), Until: until}) {
		return
	}
	answer := event.Command{Step: event.Deny, Note: "不具备延期理由"}
	if granted {
		answer = event.Command{Step: event.Extend, Note: "同意"}
		*done = done.Add(added / 2)
	}
	s.step(s.at.Add(s.minutes(240)), s.chief(), answer)
}

// suspended puts the case on the list of those that wait for something, some of
// them for good as far as the month goes.
func (s *story) suspended(t time.Time, done *time.Time) bool {
	review := t.Add(time.Duration(s.r.span(5, 40)*24) * time.Hour)
	if !s.step(t, unit(s.lead), event.Command{Step: event.Suspend, Note: "纳入改造计划，分期实施", Reason: pick(s.r, []string{"project", "law", "season", "funds"}), Until: review}) {
		return s.c.State == event.Handling && !s.over && s.err == nil
	}
	agreed := s.at.Add(s.minutes(300))
	if last := review.Add(-time.Hour); agreed.After(last) { // the slowest chief agrees before the day of review
		agreed = last
	}
	if !s.step(agreed, s.chief(), event.Command{Step: event.Suspend, Note: "同意挂账"}) {
		return s.c.State == event.Handling && !s.over && s.err == nil
	}
	stopped := s.at
	if !s.step(review.Add(-time.Duration(s.r.between(1, 100))*time.Hour), s.chief(), event.Command{Step: event.Resume, Note: "条件具备，恢复处置"}) {
		return false
	}
	*done = done.Add(s.at.Sub(stopped))
	return true
}

// checked leads from the feedback to the end, with a rework or two for some.
func (s *story) checked() bool {
	for round := 0; ; round++ {
		walker := s.walker(s.r.intn(3))
		sent := s.at.Add(s.minutes(10))
		seen := sent.Add(s.minutes(55))
		cmd := event.Command{Step: event.Check, Worker: walker.ID, Auto: true}
		if seen.After(s.now) {
			cmd.Worker = ""
		}
		if !s.step(sent, layers.SystemSubject(), cmd) {
			return false
		}
		found := event.Command{Step: event.Check, Found: event.Solved, Fix: s.there(), Photos: shown}
		if s.r.chance(0.07) && round < 2 {
			found.Found = event.Unsolved
		}
		if !s.step(seen, walker, found) {
			return false
		}
		decided := s.at.Add(s.minutes(35))
		if found.Found == event.Solved {
			return s.step(decided, s.desk(), event.Command{Step: event.Close})
		}
		if !s.step(decided, s.desk(), event.Command{Step: event.Rework, Note: "现场仍未整改到位"}) {
			return false
		}
		k := s.c.Clock(event.HandleClock, "")
		again := s.at.Add(time.Duration(s.r.between(0.2, 1.1) * float64(k.Due.Sub(s.at)))).Truncate(time.Second)
		if !s.step(again, unit(s.lead), s.result()) {
			return false
		}
	}
}

// sourceOf is the number that the hotline gave a report, "" for other channels.
func sourceOf(channel string, r *stream, at time.Time) string {
	if channel != "hotline" {
		return ""
	}
	return fmt.Sprintf("12345-%s-%06d", at.In(worktime.China()).Format("20060102"), r.intn(1_000_000))
}

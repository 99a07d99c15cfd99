package events

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// taskOf is a case that waits for the subject, with the step it waits for.
type taskOf struct {
	ID        string       `json:"id"`
	State     string       `json:"state"`
	Class     string       `json:"class"`
	Title     string       `json:"title"`
	Text      string       `json:"text,omitempty"`
	Step      event.Step   `json:"step"`
	StepTitle layers.Title `json:"step_title"`
	Due       *time.Time   `json:"due,omitempty"`
	Mine      bool         `json:"mine"` // the subject is named for it
	DistanceM *float64     `json:"distance_m,omitempty"`
	Lon       float64      `json:"lon"`
	Lat       float64      `json:"lat"`
	Version   string       `json:"version"`
}

type taskList struct {
	Tasks []taskOf  `json:"tasks"`
	Now   time.Time `json:"now"`
}

// maxTasks bounds a to-do list.
const maxTasks = 500

// waiting are the states in which a case waits for a role, with the step.
func waiting(r layers.Role) map[event.State]event.Step {
	switch r {
	case layers.GridWorker:
		return map[event.State]event.Step{event.Verifying: event.Confirm, event.Checking: event.Check, event.Handling: event.Feedback, event.Reported: event.Confirm}
	case layers.Department:
		return map[event.State]event.Step{event.Dispatched: event.Sign, event.Handling: event.Feedback, event.Suspended: event.Resume}
	case layers.Dispatcher:
		return map[event.State]event.Step{event.Reported: event.Verify, event.Accepted: event.File, event.Filed: event.Dispatch, event.FedBack: event.Check, event.Checking: event.Close}
	case layers.Supervisor:
		return map[event.State]event.Step{event.Filed: event.Adjudicate, event.Handling: event.Extend, event.Suspended: event.Resume, event.Closed: event.Archive}
	}
	return nil
}

// getTasks lists what waits for the subject: nearest first when it says where it
// is, otherwise what is due first.
func (e *Events) getTasks(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), e.o.City.View()
	l, err := param.Listable(v, &subject, model.Events)
	if err != nil {
		return err
	}
	tasks, err := e.waitingFor(ctx, v, l, &subject)
	if err != nil {
		return err
	}
	if in.Has("lon") && in.Has("lat") {
		at := orb.Point{in.Float("lon"), in.Float("lat")}
		for i := range tasks {
			d := measure.Distance(at, orb.Point{tasks[i].Lon, tasks[i].Lat})
			tasks[i].DistanceM = &d
		}
	}
	slices.SortFunc(tasks, func(a, b taskOf) int {
		if a.Mine != b.Mine {
			if a.Mine {
				return -1
			}
			return 1
		}
		if a.DistanceM != nil {
			return cmp.Or(cmp.Compare(*a.DistanceM, *b.DistanceM), cmp.Compare(a.ID, b.ID))
		}
		return cmp.Or(compareDue(a.Due, b.Due), cmp.Compare(a.ID, b.ID))
	})
	usage.Rows(ctx, len(tasks))
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, taskList{tasks, e.o.Now().UTC()})
}

// compareDue puts what has no end last.
func compareDue(a, b *time.Time) int {
	switch {
	case a == nil && b == nil:
		return 0
	case a == nil:
		return 1
	case b == nil:
		return -1
	}
	return a.Compare(*b)
}

// waitingFor lists the cases in the states that wait for the subject's role and
// concern it: a worker those of nobody else, a department its own, a supervisor
// those with something to decide.
func (e *Events) waitingFor(ctx context.Context, v *live.View, l *layers.Layer, s *layers.Subject) ([]taskOf, error) {
	out := []taskOf{}
	steps := waiting(s.Role)
	var states []event.State
	for _, state := range event.States() {
		if _, ok := steps[state]; ok {
			states = append(states, state)
		}
	}
	if len(states) == 0 {
		return out, nil
	}
	sights := access.Decide(s, l).Sights
	q := layers.Query{Subject: *s, Layer: l.ID, Filter: inStates(states...)}
	if l.FieldIndex(model.ClockDue) >= 0 {
		q.Sort = []layers.SortKey{{Field: model.ClockDue}}
	}
	for row, err := range v.Select(ctx, q) {
		if err != nil {
			return nil, param.Engine(err)
		}
		state, err := event.ParseState(text(l, row, model.State))
		if err != nil || !concerns(s, l, row, state) {
			continue
		}
		p, _ := row.Geometry().(orb.Point)
		t := taskOf{ID: strings.Clone(row.ID()), State: state.String(), Class: seenText(l, row, sights, model.Class),
			Title: seenText(l, row, sights, model.ClassName), Text: seenText(l, row, sights, model.Description),
			Step: steps[state], StepTitle: steps[state].Title(), Lon: p[0], Lat: p[1],
			Mine: s.ID != "" && text(l, row, model.Worker) == s.ID, Version: strconv.FormatUint(row.Version(), 10)}
		if i := l.FieldIndex(model.ClockDue); sights.Of(i) == layers.Shown && !row.Value(i).IsNull() {
			due := row.Value(i).Time()
			t.Due = &due
		}
		if out = append(out, t); len(out) == maxTasks {
			break
		}
	}
	return out, nil
}

// concerns reports whether a case in a state that waits for the subject's role
// waits for the subject.
func concerns(s *layers.Subject, l *layers.Layer, r layers.Row, state event.State) bool {
	switch s.Role {
	case layers.GridWorker:
		worker := text(l, r, model.Worker)
		return worker == s.ID && s.ID != "" || worker == "" && state != event.Handling
	case layers.Department:
		return s.Department == "" || text(l, r, model.Department) == s.Department ||
			state != event.Suspended && slices.Contains(strings.Fields(text(l, r, model.Assists)), s.Department)
	case layers.Supervisor:
		switch state {
		case event.Filed:
			i := l.FieldIndex(model.Returns)
			return i >= 0 && !r.Value(i).IsNull() && r.Value(i).Int() > 0
		case event.Handling:
			return text(l, r, model.Pending) != ""
		case event.Closed:
			return false
		}
	}
	return true
}

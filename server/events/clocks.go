package events

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/event"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/worktime"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// clockInfo is how a clock of a case stands.
type clockInfo struct {
	Name    string         `json:"name"`
	Title   layers.Title   `json:"title"`
	Task    string         `json:"task,omitempty"` // id of an assisting department
	Tier    string         `json:"tier,omitempty"`
	Started time.Time      `json:"started"`
	Due     time.Time      `json:"due"`
	Was     []time.Time    `json:"was,omitempty"` // earlier ends
	State   string         `json:"state"`         // running, overdue, met, missed or stopped
	LimitS  float64        `json:"limit_s"`
	UsedS   float64        `json:"used_s"`
	LeftS   float64        `json:"left_s"` // below zero when overdue
	Share   float64        `json:"share"`  // used of the limit
	Explain []intervalInfo `json:"explain,omitempty"`
}

type intervalInfo struct {
	From    time.Time    `json:"from"`
	To      time.Time    `json:"to"`
	Counted bool         `json:"counted"`
	Text    layers.Title `json:"text"`
}

type clockList struct {
	Now    time.Time   `json:"now"`
	Clocks []clockInfo `json:"clocks"`
}

func (e *Events) getClocks(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), e.o.City.View()
	h, err := e.whole(ctx, v, &subject, in.Text("id"))
	if err != nil {
		return err
	}
	now := e.o.Now().UTC()
	clocks, err := e.clocks(ctx, h, now, true)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, clockList{now, clocks})
}

// whole reads a case for a subject that sees all that its history tells. Errors
// as seen, and Forbidden when some of it is hidden from the subject.
func (e *Events) whole(ctx context.Context, v *live.View, s *layers.Subject, id string) (*held, error) {
	l, _, err := seen(ctx, v, s, id)
	if err != nil {
		return nil, err
	}
	if err := mayTell(s, l); err != nil {
		return nil, err
	}
	return e.load(ctx, v, id)
}

// clocks tells how the clocks of a case stand at now, in the order in which they
// started; explained adds what counted.
func (e *Events) clocks(ctx context.Context, h *held, now time.Time, explained bool) ([]clockInfo, error) {
	out := []clockInfo{}
	readings, err := h.life.ClocksAt(now, e.book.Calendar(ctx))
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: h.life.ID, Err: err}
	}
	for i := range readings {
		s := &readings[i]
		k := s.Clock
		info := clockInfo{Name: string(k.Name), Title: k.Name.Title(), Task: k.Task, Tier: k.Tier.String(), Started: k.Started(), Due: k.Due,
			Was: k.Was, State: string(s.State), LimitS: k.Limit.Seconds(), UsedS: s.Used.Seconds(), LeftS: s.Left.Seconds(), Share: s.Share}
		if explained {
			intervals, err := s.Explain(e.book.Calendar(ctx))
			if err != nil {
				return nil, &layers.Error{Kind: layers.Internal, Op: "event", ID: h.life.ID, Err: err}
			}
			for _, x := range intervals {
				info.Explain = append(info.Explain, intervalInfo{From: x.From, To: x.To, Counted: x.Counted, Text: intervalTitle(x)})
			}
		}
		out = append(out, info)
	}
	return out, nil
}

// intervalTitle is an interval in words: "09-27 17:00–17:30 工作日", "09-28 周末，不计".
func intervalTitle(i worktime.Interval) layers.Title {
	day := i.Day.Title()
	if !i.Counted {
		at := i.From.Format("01-02 ")
		return layers.Title{ZH: at + day.ZH + "，不计", EN: at + day.EN + ", not counted"}
	}
	return layers.Title{ZH: i.String() + " " + day.ZH, EN: i.String() + " " + day.EN}
}

// tasks are the tasks of the departments in a case.
func (e *Events) tasks(ctx context.Context, v *live.View, s *layers.Subject, h *held) []taskInfo {
	var out []taskInfo
	for i := range h.life.Tasks {
		t := &h.life.Tasks[i]
		info := taskInfo{Department: t.Department, Name: departmentName(ctx, v, s, t.Department), Lead: t.Lead, State: t.State, Worker: t.Worker,
			SentAt: t.SentAt, SignedAt: t.SignedAt, DoneAt: t.DoneAt, Result: t.Result, Photos: t.Photos}
		task := t.Department
		if t.Lead {
			task = ""
		}
		if k := h.life.Clock(event.HandleClock, task); k != nil {
			due := k.Due
			info.Due = &due
		}
		out = append(out, info)
	}
	return out
}

// departmentName is the name of a department, its id when the subject does not see
// it or the city does not have it any more.
func departmentName(ctx context.Context, v *live.View, s *layers.Subject, id string) string {
	l, ok := v.Layer(model.Departments)
	if !ok || id == "" {
		return id
	}
	f, err := v.Get(ctx, s, l.ID, id)
	if err != nil {
		return id
	}
	if name := seenText(l, &f, access.Decide(s, l).Sights, l.TitleField); name != "" {
		return name
	}
	return id
}

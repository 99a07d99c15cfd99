package events

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// maxReports bounds the list of somebody's own reports, the newest first.
const maxReports = 100

// ownReport is what somebody who has reported is told of it, also when the role
// may not list events: the state of the case it has become, through mergers.
type ownReport struct {
	ID        string       `json:"id"`
	At        time.Time    `json:"at"`
	Text      string       `json:"text,omitempty"`
	State     string       `json:"state"`
	Title     layers.Title `json:"title"` // of the state
	Open      bool         `json:"open"`
	Case      string       `json:"case"` // id of the case that goes on: the master of a merged one
	UpdatedAt time.Time    `json:"updated_at"`
	Due       time.Time    `json:"due,omitzero"`
	Result    string       `json:"result,omitempty"`
	Note      string       `json:"note,omitempty"` // why it was refused
}

type reportList struct {
	Reports []ownReport `json:"reports"`
}

func (e *Events) getReports(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), e.o.City.View()
	out := []ownReport{}
	if subject.ID == "" {
		return c.JSON(http.StatusOK, reportList{out})
	}
	var ids []string
	for r, err := range e.o.Records.Records(ctx, bucketReporter, subject.ID+"/") {
		if err != nil {
			return err
		}
		ids = append(ids, strings.TrimPrefix(r.Key, subject.ID+"/"))
	}
	slices.Sort(ids)
	slices.Reverse(ids)
	for _, id := range ids[:min(len(ids), maxReports)] {
		h, err := e.load(ctx, v, id)
		if layers.KindOf(err) == layers.NotFound {
			continue // deleted since
		}
		if err != nil {
			return err
		}
		r := ownReport{ID: id, At: h.life.ReportedAt, Text: ownText(h.life, subject.ID)}
		master := h
		for hops := 0; master.life.State == event.Merged && hops < 20; hops++ {
			if master, err = e.load(ctx, v, master.life.Master); err != nil {
				return err
			}
		}
		c := master.life
		r.Case, r.State, r.Title, r.Open, r.UpdatedAt, r.Due = c.ID, c.State.String(), c.State.Title(), c.Open(), c.UpdatedAt, c.DueAt()
		for _, entry := range master.history {
			switch entry.Step {
			case event.Feedback:
				r.Result = entry.Result
			case event.Refuse:
				r.Note = entry.Note
			default:
			}
		}
		out = append(out, r)
	}
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, reportList{out})
}

// ownText is what the account said of the case.
func ownText(c *event.Case, account string) string {
	for i := range c.Reports {
		if c.Reports[i].Account == account {
			return c.Reports[i].Text
		}
	}
	return ""
}

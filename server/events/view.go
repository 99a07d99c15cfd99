package events

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/duty"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/ground"
	"wutu/server/openapi"
	"wutu/server/usage"
)

// info is one event with all that belongs to it.
type info struct {
	ID          string          `json:"id"`
	State       string          `json:"state"`
	Version     string          `json:"version,omitempty"`
	Tier        string          `json:"tier,omitempty"`
	Class       string          `json:"class,omitempty"`
	Feature     json.RawMessage `json:"feature" schema:"Feature"`
	Place       placeInfo       `json:"place"`
	Clocks      []clockInfo     `json:"clocks,omitempty"`
	Tasks       []taskInfo      `json:"tasks,omitempty"`
	Reports     []reportInfo    `json:"reports,omitempty"`
	Photos      []photoInfo     `json:"photos,omitempty"`
	Chain       []event.Hop     `json:"chain,omitempty"`
	Supervision int             `json:"supervision"`
	Returns     int             `json:"returns"`
	Reworks     int             `json:"reworks"`
	Extensions  int             `json:"extensions"`
	Pending     *pendingInfo    `json:"pending,omitempty"`
	Criteria    []string        `json:"criteria,omitempty"` // closing criteria of its class, to be ticked
	Links       *linksInfo      `json:"links,omitempty"`
	Worker      string          `json:"worker,omitempty"`
	History     event.History   `json:"history,omitempty"`
	Legal       []legalInfo     `json:"legal"`
	Proposals   *proposals      `json:"proposals,omitempty"`
}

// reduce leaves what anybody may know who has reported: the receipt.
func (i *info) reduce() {
	i.Clocks, i.Tasks, i.Reports, i.Photos, i.Chain, i.Pending, i.Links, i.History, i.Worker = nil, nil, nil, nil, nil, nil, nil, nil, ""
}

type taskInfo struct {
	Department string          `json:"department"`
	Name       string          `json:"name"`
	Lead       bool            `json:"lead"`
	State      event.TaskState `json:"state"`
	Worker     string          `json:"worker,omitempty"`
	Due        *time.Time      `json:"due,omitempty"`
	SentAt     time.Time       `json:"sent_at"`
	SignedAt   time.Time       `json:"signed_at,omitzero"`
	DoneAt     time.Time       `json:"done_at,omitzero"`
	Result     string          `json:"result,omitempty"`
	Photos     []string        `json:"photos,omitempty"`
}

type reportInfo struct {
	ID      string    `json:"id"`
	At      time.Time `json:"at"`
	Channel string    `json:"channel,omitempty"`
	Text    string    `json:"text,omitempty"`
	Photos  []string  `json:"photos,omitempty"`
	Own     bool      `json:"own,omitempty"` // by who asks
}

type photoInfo struct {
	ID      string     `json:"id"`
	Href    string     `json:"href"`
	Thumb   string     `json:"thumb"`
	At      time.Time  `json:"at"`
	Step    event.Step `json:"step"`
	TakenAt time.Time  `json:"taken_at,omitzero"`
	Lon     *float64   `json:"lon,omitempty"` // where it was taken, degrees WGS 84
	Lat     *float64   `json:"lat,omitempty"`
}

type pendingInfo struct {
	Step       event.Step `json:"step"`
	Reason     string     `json:"reason,omitempty"`
	Note       string     `json:"note,omitempty"`
	Until      time.Time  `json:"until,omitzero"`
	Department string     `json:"department,omitempty"`
	At         time.Time  `json:"at"`
}

type linksInfo struct {
	Master string   `json:"master,omitempty"`
	Merged []string `json:"merged"`
	Recurs []string `json:"recurs"`
}

type legalInfo struct {
	Step   event.Step   `json:"step"`
	Title  layers.Title `json:"title"`
	To     string       `json:"to"`
	Needs  []event.Need `json:"needs"`
	Guards []guardInfo  `json:"guards"`
}

type guardInfo struct {
	Name  string       `json:"name"`
	Title layers.Title `json:"title"`
}

func legalSteps(rows []event.Transition, from event.State) []legalInfo {
	out := []legalInfo{}
	for i := range rows {
		t := &rows[i]
		l := legalInfo{Step: t.Step, Title: t.Title(), To: t.Next(from).String(), Needs: t.Needs, Guards: []guardInfo{}}
		if l.Needs == nil {
			l.Needs = []event.Need{}
		}
		for _, g := range t.Guards {
			l.Guards = append(l.Guards, guardInfo{Name: g.String(), Title: g.Title()})
		}
		out = append(out, l)
	}
	return out
}

// describe reads an event as reader and says what asker may do with it.
func (e *Events) describe(ctx context.Context, reader layers.Subject, asker *layers.Subject, id string) (*info, error) {
	v := e.o.City.View()
	l, f, err := seen(ctx, v, &reader, id)
	if err != nil {
		return nil, err
	}
	h, err := e.load(ctx, v, id)
	if err != nil {
		return nil, err
	}
	sights := access.Decide(asker, l).Sights
	enc := geojson.Encoder{Layer: l, Sights: sights}
	c := h.life
	out := &info{ID: id, State: seenText(l, &f, sights, model.State), Version: strconv.FormatUint(f.Version, 10),
		Feature: enc.Append(nil, &f, 0), Legal: []legalInfo{}}
	// Who does not see the state, the lead or what was said sees nothing that
	// follows from them.
	if !seesWhole(l, sights) {
		out.Place = placeInfo{Areas: ground.Areas(v, asker, h.point(), 0), Alternatives: []duty.Choice{}}
		return out, nil
	}
	if out.Place, err = e.placeInfo(ctx, v, asker, h); err != nil {
		return nil, err
	}
	out.Tier, out.Class = c.Tier.String(), c.Class
	out.Supervision, out.Returns, out.Reworks, out.Extensions = c.Supervision, c.Returns, c.Reworks, c.Extensions
	env := e.env(ctx, h, asker)
	if out.Clocks, err = e.clocks(ctx, h, env.Now, false); err != nil {
		return nil, err
	}
	out.Tasks, out.Reports = e.tasks(ctx, v, asker, h), reportsOf(c, asker)
	if out.Photos, err = e.photosOf(ctx, c); err != nil {
		return nil, err
	}
	out.Worker, out.Criteria = c.Worker, event.Criteria(&h.class)
	out.History, out.Chain = h.history, c.Chain
	if sights.Of(l.FieldIndex(model.Reporter)) != layers.Shown {
		out.History, out.Chain = withoutReporters(h.history, c.Chain, asker.ID)
	}
	if p := c.Pending; p != nil {
		out.Pending = &pendingInfo{Step: p.Step, Reason: p.Reason, Note: p.Note, Until: p.Until, Department: p.Department, At: p.At}
	}
	if c.Master != "" || len(c.Merged)+len(c.Links) > 0 {
		out.Links = &linksInfo{Master: c.Master, Merged: list(c.Merged), Recurs: list(c.Links)}
	}
	out.Legal = legalSteps(c.Legal(env), c.State)
	return out, nil
}

// list is s, or an empty slice for none: JSON shows [] and not null.
func list(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// told are the fields whose values the history and what follows from it repeat.
var told = []string{model.State, model.Class, model.Description, model.Department, model.DueAt, model.ReportedAt, model.Channel, model.ObjectField}

func seesWhole(l *layers.Layer, sights layers.Sights) bool {
	return !slices.ContainsFunc(told, func(name string) bool {
		i := l.FieldIndex(name)
		return i >= 0 && sights.Of(i) != layers.Shown
	})
}

// withoutReporters are a history and a chain that do not tell who reported, but to
// whoever it was: the accounts of reporters are no less personal than their names.
func withoutReporters(h event.History, chain []event.Hop, asker string) (event.History, []event.Hop) {
	hidden := map[string]bool{}
	statement := func(s *event.Statement) {
		if s.Account != "" && s.Account != asker {
			hidden[s.Account] = true
			s.Account = ""
		}
		s.Reporter = ""
	}
	h, chain = slices.Clone(h), slices.Clone(chain)
	for i := range h {
		x := &h[i]
		if x.Report != nil {
			r := *x.Report
			statement(&r)
			x.Report = &r
		}
		x.Reports = slices.Clone(x.Reports)
		for j := range x.Reports {
			statement(&x.Reports[j])
		}
		if (x.Step == event.Report || x.Role == layers.Public.String()) && x.Actor != asker {
			hidden[x.Actor] = true
		}
	}
	for i := range h {
		if hidden[h[i].Actor] {
			h[i].Actor = ""
		}
	}
	for i := range chain {
		if hidden[chain[i].Actor] {
			chain[i].Actor = ""
		}
	}
	return h, chain
}

func reportsOf(c *event.Case, asker *layers.Subject) []reportInfo {
	var out []reportInfo
	for i := range c.Reports {
		r := &c.Reports[i]
		out = append(out, reportInfo{ID: r.ID, At: r.At, Channel: r.Channel, Text: r.Text, Photos: r.Photos,
			Own: asker.ID != "" && r.Account == asker.ID})
	}
	return out
}

// photosOf are the pictures of a case with what is known of them.
func (e *Events) photosOf(ctx context.Context, c *event.Case) ([]photoInfo, error) {
	var out []photoInfo
	var ids []string
	for _, p := range c.Photos {
		href := "/api/v1/photos/" + p.ID
		out = append(out, photoInfo{ID: p.ID, Href: href, Thumb: href + "?size=thumb", At: p.At, Step: p.Step})
		ids = append(ids, p.ID)
	}
	if e.o.Photos == nil || len(ids) == 0 {
		return out, nil
	}
	known, err := e.o.Photos.About(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, f := range known {
		i := slices.Index(ids, f.ID)
		if out[i].TakenAt = f.TakenAt; f.Placed {
			out[i].Lon, out[i].Lat = &f.Lon, &f.Lat
		}
	}
	return out, nil
}

func (e *Events) getEvent(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	info, err := e.describe(ctx, subject, &subject, in.Text("id"))
	if err != nil {
		return err
	}
	usage.Rows(ctx, 1)
	c.Response().Header().Set("ETag", `"`+info.Version+`"`)
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.JSON(http.StatusOK, info)
}

package events

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/server/openapi"
)

type stateInfo struct {
	State string       `json:"state"`
	Title layers.Title `json:"title"`
	Open  bool         `json:"open"`
}

type stepInfo struct {
	Step  event.Step   `json:"step"`
	Title layers.Title `json:"title"`
}

type transitionInfo struct {
	Step   event.Step   `json:"step"`
	From   []string     `json:"from"`
	To     string       `json:"to"` // "": the state stays as it is
	Roles  []string     `json:"roles"`
	Needs  []event.Need `json:"needs"`
	Guards []guardInfo  `json:"guards"`
}

type reasonInfo struct {
	Step   event.Step   `json:"step"`
	Reason string       `json:"reason"`
	Title  layers.Title `json:"title"`
}

type needInfo struct {
	Need  event.Need   `json:"need"`
	Title layers.Title `json:"title"`
}

type life struct {
	States      []stateInfo      `json:"states"`
	Steps       []stepInfo       `json:"steps"`
	Transitions []transitionInfo `json:"transitions"`
	Reasons     []reasonInfo     `json:"reasons"`
	Needs       []needInfo       `json:"needs"`
}

// getLife answers with the table that everything about cases comes from.
func (e *Events) getLife(c echo.Context, _ *openapi.Input) error {
	states, steps, rows, reasons, needs := []stateInfo{}, []stepInfo{}, []transitionInfo{}, []reasonInfo{}, []needInfo{}
	for _, s := range event.States() {
		states = append(states, stateInfo{State: s.String(), Title: s.Title(), Open: s.Open()})
	}
	for _, s := range event.Steps() {
		steps = append(steps, stepInfo{Step: s, Title: s.Title()})
		for _, r := range event.Reasons(s) {
			reasons = append(reasons, reasonInfo{Step: s, Reason: r.Value, Title: r.Title})
		}
	}
	for _, n := range event.Needs() {
		needs = append(needs, needInfo{Need: n, Title: n.Title()})
	}
	for _, t := range event.Transitions() {
		row := transitionInfo{Step: t.Step, To: t.To.String(), From: []string{}, Roles: []string{}, Needs: []event.Need{}, Guards: []guardInfo{}}
		for _, s := range t.From {
			row.From = append(row.From, s.String())
		}
		for _, r := range t.Roles {
			row.Roles = append(row.Roles, r.String())
		}
		row.Needs = append(row.Needs, t.Needs...)
		for _, g := range t.Guards {
			row.Guards = append(row.Guards, guardInfo{Name: g.String(), Title: g.Title()})
		}
		rows = append(rows, row)
	}
	return c.JSON(http.StatusOK, life{states, steps, rows, reasons, needs})
}

type classInfo struct {
	Code        string       `json:"code"`
	Title       layers.Title `json:"title"`
	Group       layers.Title `json:"group"`
	Department  string       `json:"department_kind"`
	Icon        string       `json:"icon"`
	Filing      string       `json:"filing"`
	Closing     string       `json:"closing"`
	Criteria    []string     `json:"criteria"` // the parts of closing that are ticked
	Responsible string       `json:"responsible,omitempty"`
	Deadline    deadlineInfo `json:"deadline"`
}

type deadlineInfo struct {
	Amount int          `json:"amount"`
	Unit   layers.Title `json:"unit"`
	Title  layers.Title `json:"title"`
}

type editionInfo struct {
	Edition   string       `json:"edition"`
	Title     layers.Title `json:"title"`
	Source    string       `json:"source"`
	ValidFrom time.Time    `json:"valid_from"`
	Current   bool         `json:"current"`
}

type classList struct {
	Version  string        `json:"version"`
	Editions []editionInfo `json:"editions"`
	Classes  []classInfo   `json:"classes"`
}

// getClasses answers with the classes of the edition that new cases use, or of the
// one named.
func (e *Events) getClasses(c echo.Context, in *openapi.Input) error {
	all := e.book.Editions(c.Request().Context())
	current := all.Current(e.o.Now())
	shown := current
	if name := in.Text("edition"); name != "" {
		var ok bool
		if shown, ok = all.Edition(name); !ok {
			return &layers.Error{Kind: layers.NotFound, Op: "event", Field: "edition", Err: errNoEdition}
		}
	}
	editions := []editionInfo{}
	for _, d := range all.List() {
		editions = append(editions, editionInfo{Edition: d.Edition, Title: d.Title, Source: d.Source, ValidFrom: d.ValidFrom, Current: d == current})
	}
	out := []classInfo{}
	for _, k := range shown.Classes {
		out = append(out, classInfo{Code: k.Code, Title: k.Title, Group: k.Group, Department: k.Department, Icon: k.Icon,
			Filing: k.Filing, Closing: k.Closing, Criteria: event.Criteria(&k), Responsible: k.Responsible,
			Deadline: deadlineInfo{Amount: k.Deadline.Amount, Unit: k.Deadline.Unit.Title(), Title: k.Deadline.Title()}})
	}
	return c.JSON(http.StatusOK, classList{shown.Edition, editions, out})
}

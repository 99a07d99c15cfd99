package analysis

import (
	"net/http"
	"strconv"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

// The measures of a board, in the order of their counts.
const (
	boardOpen = iota
	boardRunning
	boardSoon
	boardOverdue
	boardSuspended
	boardSupervised // and the two behind it: levels 1 to 3
	boardMeasures   = boardSupervised + 3
)

// openStates are the states of cases that are not over.
func openStates() []string {
	var out []string
	for _, s := range event.States() {
		if s.Open() {
			out = append(out, s.String())
		}
	}
	return out
}

// boardConditions say what each number of a board counts at an instant. A case
// runs until it is over, but not while it is suspended. It is overdue when the
// clock that runs out first has run out, and soon due from the warning until then.
func boardConditions(now time.Time) []measure {
	at := layers.Instant(now)
	list := make([]measure, boardMeasures)
	list[boardOpen] = measure{cond: oneOf(model.State, openStates()...), within: -1}
	list[boardRunning] = measure{cond: compare(model.State, layers.Ne, layers.Text(event.Suspended.String())), within: boardOpen}
	list[boardSoon] = measure{cond: and(compare(model.WarnAt, layers.Le, at), compare(model.ClockDue, layers.Ge, at)), within: boardRunning}
	list[boardOverdue] = measure{cond: compare(model.ClockDue, layers.Lt, at), within: boardRunning}
	list[boardSuspended] = measure{cond: is(model.State, event.Suspended.String()), within: boardOpen}
	for level := range 3 {
		list[boardSupervised+level] = measure{cond: compare(model.Supervision, layers.Eq, layers.Int(int64(level+1))), within: boardOpen}
	}
	return list
}

// whole is the condition of a measure with all that it lies within.
func whole(list []measure, i int) layers.Expr {
	if list[i].within < 0 {
		return list[i].cond
	}
	return and(whole(list, list[i].within), list[i].cond)
}

type boardCounts struct {
	Open       int            `json:"open"`
	Running    int            `json:"running"`
	Soon       int            `json:"soon"`
	Overdue    int            `json:"overdue"`
	Suspended  int            `json:"suspended"`
	Supervised map[string]int `json:"supervised"`
	WorstS     int64          `json:"worst_s"` // by how many seconds the worst is overdue
}

type boardGroup struct {
	Key    string `json:"key"`
	Name   string `json:"name"`
	Filter string `json:"filter"` // of the group alone
	boardCounts
}

type boardFilters struct {
	Open       string            `json:"open"`
	Running    string            `json:"running"`
	Soon       string            `json:"soon"`
	Overdue    string            `json:"overdue"`
	Suspended  string            `json:"suspended"`
	Supervised map[string]string `json:"supervised"`
}

type boardAnswer struct {
	Now     time.Time    `json:"now"`
	By      string       `json:"by"`
	Total   boardCounts  `json:"total"`
	Groups  []boardGroup `json:"groups"`
	Filters boardFilters `json:"filters"`
}

func (a *Office) board(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	q, err := a.newQuestion(in, auth.SubjectOf(ctx))
	if err != nil {
		return err
	}
	now := a.o.Now().UTC().Truncate(time.Microsecond)
	list := boardConditions(now)
	t := tally{q: q, base: list[boardOpen].cond, by: dimensionOf(in.Text("by")), measures: list,
		since: model.ClockDue, of: boardOverdue, nowMicro: now.UnixMicro()}
	groups, total, err := t.run(ctx)
	if err != nil {
		return err
	}
	usage.Layers(ctx, q.layer.ID)
	usage.Rows(ctx, len(groups))
	out := []boardGroup{}
	for _, g := range groups {
		out = append(out, boardGroup{Key: g.key, Name: g.name, Filter: filterText(t.by.condition(g.key)), boardCounts: boardCountsOf(g)})
	}
	filters := boardFilters{Supervised: map[string]string{}}
	for i, into := range map[int]*string{boardOpen: &filters.Open, boardRunning: &filters.Running, boardSoon: &filters.Soon,
		boardOverdue: &filters.Overdue, boardSuspended: &filters.Suspended} {
		*into = q.text(whole(list, i))
	}
	for level := range 3 {
		filters.Supervised[strconv.Itoa(level+1)] = q.text(whole(list, boardSupervised+level))
	}
	return c.JSON(http.StatusOK, boardAnswer{now, t.by.name, boardCountsOf(total), out, filters})
}

func boardCountsOf(g *group) boardCounts {
	n := boardCounts{Open: g.counts[boardOpen], Running: g.counts[boardRunning], Soon: g.counts[boardSoon],
		Overdue: g.counts[boardOverdue], Suspended: g.counts[boardSuspended], Supervised: map[string]int{}, WorstS: g.worst}
	for level := range 3 {
		n.Supervised[strconv.Itoa(level+1)] = g.counts[boardSupervised+level]
	}
	return n
}

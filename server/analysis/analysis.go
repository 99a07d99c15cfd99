package analysis

import (
	"net/http"
	"time"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/openapi"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
}

// Options configures an Office; all are required.
type Options struct {
	City    City
	Records layers.Reader // histories of cases
	Now     func() time.Time
}

// Office answers the analysis addresses. Safe for concurrent use.
type Office struct {
	o Options
}

// New returns an Office.
func New(o Options) *Office { return &Office{o: o} }

const tag = "Analysis"

// Routes declares the operations.
func (a *Office) Routes() []openapi.Route {
	filter := openapi.Param{Name: "filter", About: "CQL2 text: only these cases"}
	from := openapi.Param{Name: "from", About: "Begin of the period, inclusive: RFC 3339"}
	to := openapi.Param{Name: "to", About: "End of the period, exclusive: RFC 3339; now if not given"}
	by := openapi.Param{Name: "by", About: "What the groups are", Enum: dimensionNames(), Default: "department"}
	route := func(path, id, summary string, h openapi.Handler, params ...openapi.Param) openapi.Route {
		return openapi.Route{Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Params: params,
			Answers: []openapi.Answer{{Status: 200, Type: "application/json", About: summary}}, Handle: h}
	}
	return []openapi.Route{
		route("/api/v1/board", "board", "Cases running, due soon, overdue, supervised and suspended, by group", a.board, by, filter),
		route("/api/v1/evaluation", "evaluation", "Rates of a period with their formulas and grades, by group", a.evaluation, by, from, to, filter),
		route("/api/v1/drill", "drill", "Cases of an area and of the areas inside it", a.drill,
			openapi.Param{Name: "level", About: "Level of the areas inside; the next below parent if not given", Enum: []string{"district", "street", "community", "grid"}},
			openapi.Param{Name: "parent", About: "Code of an area; the whole city, or the subject's own area, if not given"},
			filter),
	}
}

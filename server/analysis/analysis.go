package analysis

import (
	"net/http"
	"strconv"
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
	o     Options
	lives *lives
}

// New returns an Office.
func New(o Options) *Office { return &Office{o: o, lives: newLives(o.Records)} }

const tag = "Analysis"

// Routes declares the operations.
func (a *Office) Routes() []openapi.Route {
	filter := openapi.Param{Name: "filter", About: "CQL2 text: only these cases"}
	from := openapi.Param{Name: "from", About: "Begin of the period, inclusive: RFC 3339"}
	to := openapi.Param{Name: "to", About: "End of the period, exclusive: RFC 3339; now if not given"}
	by := openapi.Param{Name: "by", About: "What the groups are", Enum: dimensionNames(), Default: "department"}
	route := func(path, id, summary string, of any, h openapi.Handler, params ...openapi.Param) openapi.Route {
		return openapi.Route{Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Params: params,
			Answers: []openapi.Answer{{Status: 200, Type: "application/json", About: summary, Of: of}}, Weight: openapi.Heavy, Handle: h}
	}
	return []openapi.Route{
		route("/api/v1/board", "board", "Cases running, due soon, overdue, supervised and suspended, by group", boardAnswer{}, a.board, by, filter),
		route("/api/v1/evaluation", "evaluation", "Rates of a period with their formulas and grades, by group", evaluationAnswer{}, a.evaluation, by, from, to, filter),
		route("/api/v1/drill", "drill", "Cases of an area and of the areas inside it", drillAnswer{}, a.drill,
			openapi.Param{Name: "level", About: "Level of the areas inside; the next below parent if not given", Enum: []string{"district", "street", "community", "grid"}},
			openapi.Param{Name: "parent", About: "Code of an area; the whole city, or the subject's own area, if not given"},
			filter),
		route("/api/v1/hotspots", "hotspots", "Places with significantly more cases lately than their own history explains", hotAnswer{}, a.hotspots,
			openapi.Param{Name: "by", About: "h3: and a resolution from 5 to 11, or district, street, community, grid", Default: "h3:8"},
			openapi.Param{Name: "class", About: "Class of the cases, or its first digits and *"},
			openapi.Param{Name: "days", Type: openapi.Integer, About: "Days that end now", Span: &openapi.Span{Min: 1, Max: maxWindowDays}, Default: "7"},
			openapi.Param{Name: "history", Type: openapi.Integer, About: "Days before them to compare with, as far as there are cases",
				Span: &openapi.Span{Min: 2, Max: maxHistory}, Default: strconv.Itoa(defaultHistory)},
			openapi.Param{Name: "alpha", Type: openapi.Number, About: "Largest share of false alarms", Span: &openapi.Span{Min: 1e-6, Max: 0.5}, Default: "0.05"},
			filter),
		route("/api/v1/replay", "replay", "What state each case was in at every moment of a period", replayAnswer{}, a.replay,
			openapi.Param{Name: "from", About: "Begin of the period: RFC 3339; a day before its end if not given"},
			openapi.Param{Name: "to", About: "End of the period: RFC 3339; now if not given"},
			openapi.Param{Name: "bbox", About: "Only cases in this box: west,south,east,north"},
			filter,
			openapi.Param{Name: "limit", Type: openapi.Integer, About: "At most this many cases", Span: &openapi.Span{Min: 1, Max: maxReplayed}, Clamp: true,
				Default: strconv.Itoa(replayDefault)},
			openapi.Param{Name: "after", About: "Go on behind this case: next of the answer before"}),
	}
}

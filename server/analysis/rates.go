package analysis

import (
	"time"

	"wutu/layers"
	"wutu/layers/event"
	"wutu/layers/model"
)

// rate is one rate of an evaluation: of the cases of which of is true, the share
// of which n is true as well. The names are those of CJ/T 292 and GB/T 30428.4.
type rate struct {
	id      string
	title   layers.Title
	formula layers.Title
	low     bool                                 // a low value is the good one
	grades  [4]float64                           // where green, blue, yellow and orange end; beyond is red
	of      func(from, to time.Time) layers.Expr // cases of the period
	n       layers.Expr                          // of them
}

// Grades of rates where high is good, and where low is.
var (
	mostly = [4]float64{0.95, 0.90, 0.80, 0.60}
	often  = [4]float64{0.60, 0.45, 0.30, 0.15}
	seldom = [4]float64{0.02, 0.05, 0.10, 0.20}
)

// grades are the colours of results, best first.
var gradeNames = [5]string{"green", "blue", "yellow", "orange", "red"}

// activeChannels are those by which the city found out itself, before anybody
// complained to it.
var activeChannels = []string{"gridworker", "patrol", "video", "sensor", "drone", "internet", "theme"}

func reported(from, to time.Time) layers.Expr { return during(model.ReportedAt, from, to) }

func filed(from, to time.Time) layers.Expr { return during(model.FiledAt, from, to) }

func dispatched(from, to time.Time) layers.Expr { return during(model.DispatchedAt, from, to) }

func fedBack(from, to time.Time) layers.Expr { return during(model.FedBackAt, from, to) }

// due are the cases that should have been handled by some instant of the period:
// dispatched, not withdrawn and not suspended.
func due(from, to time.Time) layers.Expr {
	return and(during(model.DueAt, from, to), known(model.DispatchedAt),
		layers.Not{Arg: oneOf(model.State, event.Withdrawn.String(), event.Suspended.String())})
}

func over() layers.Expr { return oneOf(model.State, event.Closed.String(), event.Archived.String()) }

func inTime() layers.Expr {
	return layers.Compare{Op: layers.Le, Left: property(model.FedBackAt), Right: property(model.DueAt)}
}

func some(column string) layers.Expr { return compare(column, layers.Gt, layers.Int(0)) }

func none(column string) layers.Expr {
	return layers.Or{Args: []layers.Expr{layers.IsNull{Term: property(column)}, compare(column, layers.Eq, layers.Int(0))}}
}

// rates is the table of all rates.
func rates() []rate {
	return []rate{
		{id: "report", title: layers.Title{ZH: "上报率", EN: "Reported by grid workers"}, grades: often,
			formula: layers.Title{ZH: "网格员上报数 ÷ 期内上报总数", EN: "reports of grid workers ÷ all reports of the period"},
			of:      reported, n: is(model.Channel, "gridworker")},
		{id: "active", title: layers.Title{ZH: "主动发现率", EN: "Found by the city itself"}, grades: often,
			formula: layers.Title{ZH: "网格员、巡查、视频、感知、无人机、互联网、专题发现数 ÷ 期内上报总数",
				EN: "found by grid workers, patrols, video, sensors, drones, on the internet or by themes ÷ all reports of the period"},
			of: reported, n: oneOf(model.Channel, activeChannels...)},
		{id: "filing", title: layers.Title{ZH: "立案率", EN: "Filed"}, grades: mostly,
			formula: layers.Title{ZH: "已立案数 ÷ 期内上报总数", EN: "filed ÷ all reports of the period"},
			of:      reported, n: known(model.FiledAt)},
		{id: "dispatch", title: layers.Title{ZH: "准确派遣率", EN: "Dispatched to the right department"}, grades: mostly,
			formula: layers.Title{ZH: "未被退单数 ÷ 期内派遣数", EN: "never returned ÷ dispatched in the period"},
			of:      dispatched, n: none(model.Returns)},
		{id: "handling", title: layers.Title{ZH: "按期处置率", EN: "Handled in time"}, grades: mostly,
			formula: layers.Title{ZH: "按期反馈数 ÷ 期内应处置数", EN: "fed back by the deadline ÷ due in the period"},
			of:      due, n: inTime()},
		{id: "closing", title: layers.Title{ZH: "结案率", EN: "Closed"}, grades: mostly,
			formula: layers.Title{ZH: "已结案数 ÷ 期内立案数", EN: "closed ÷ filed in the period"},
			of:      filed, n: over()},
		{id: "closing_in_time", title: layers.Title{ZH: "按期结案率", EN: "Closed in time"}, grades: mostly,
			formula: layers.Title{ZH: "按期反馈且已结案数 ÷ 期内应结案数", EN: "fed back by the deadline and closed ÷ due in the period"},
			of:      due, n: and(inTime(), over())},
		{id: "rework", title: layers.Title{ZH: "返工率", EN: "Reworked"}, low: true, grades: seldom,
			formula: layers.Title{ZH: "有返工的案件数 ÷ 期内反馈数", EN: "reworked at least once ÷ fed back in the period"},
			of:      fedBack, n: some(model.Reworks)},
		{id: "extension", title: layers.Title{ZH: "延期率", EN: "Extended"}, low: true, grades: seldom,
			formula: layers.Title{ZH: "有延期的案件数 ÷ 期内派遣数", EN: "extended at least once ÷ dispatched in the period"},
			of:      dispatched, n: some(model.Extensions)},
		{id: "return", title: layers.Title{ZH: "退单率", EN: "Returned"}, low: true, grades: seldom,
			formula: layers.Title{ZH: "有退单的案件数 ÷ 期内派遣数", EN: "returned at least once ÷ dispatched in the period"},
			of:      dispatched, n: some(model.Returns)},
	}
}

// grade is the colour of n of of cases; "" for none.
func (r *rate) grade(n, of int) string {
	if of == 0 {
		return ""
	}
	value := float64(n) / float64(of)
	for i, limit := range r.grades {
		if r.low && value <= limit || !r.low && value >= limit {
			return gradeNames[i]
		}
	}
	return gradeNames[len(gradeNames)-1]
}

func (r *rate) good() string {
	if r.low {
		return "low"
	}
	return "high"
}

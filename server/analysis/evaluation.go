package analysis

import (
	"cmp"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

// defaultPeriod is how far an evaluation reaches back when it is not said.
const defaultPeriod = 30 * 24 * time.Hour

type rateInfo struct {
	ID      string       `json:"id"`
	Title   layers.Title `json:"title"`
	Formula layers.Title `json:"formula"`
	Good    string       `json:"good"` // "high" or "low"
	Grades  []gradeInfo  `json:"grades"`
}

// gradeInfo says where a grade ends: the least value of it where high is good, the
// greatest where low is; nil for the worst.
type gradeInfo struct {
	Grade string   `json:"grade"`
	Limit *float64 `json:"limit"`
}

type rateValue struct {
	N     int      `json:"n"`
	Of    int      `json:"of"`
	Value *float64 `json:"value"` // nil: there is nothing to judge
	Grade string   `json:"grade"`
}

type rateFilter struct {
	N  string `json:"n"`
	Of string `json:"of"`
}

type evaluationGroup struct {
	Key    string               `json:"key"`
	Name   string               `json:"name"`
	Filter string               `json:"filter"` // of the group alone; "" for the whole
	Rates  map[string]rateValue `json:"rates"`
}

type evaluationAnswer struct {
	From    time.Time             `json:"from"`
	To      time.Time             `json:"to"`
	By      string                `json:"by"`
	Rates   []rateInfo            `json:"rates"`
	Total   evaluationGroup       `json:"total"`
	Groups  []evaluationGroup     `json:"groups"`
	Filters map[string]rateFilter `json:"filters"`
	Missing []missingRate         `json:"missing"` // rates that the columns of this city cannot say
}

type missingRate struct {
	ID     string       `json:"id"`
	Title  layers.Title `json:"title"`
	Column string       `json:"column"`
}

func (a *Office) evaluation(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	q, err := a.newQuestion(in, auth.SubjectOf(ctx))
	if err != nil {
		return err
	}
	from, to, err := a.period(in)
	if err != nil {
		return err
	}
	answer := evaluationAnswer{From: from, To: to, By: in.Text("by"), Groups: []evaluationGroup{}, Rates: []rateInfo{},
		Filters: map[string]rateFilter{}, Missing: []missingRate{}}
	var table []rate
	for _, r := range rates() {
		of := r.of(from, to)
		if column := q.firstMissing(of, r.n); column != "" {
			answer.Missing = append(answer.Missing, missingRate{ID: r.id, Title: r.title, Column: column})
			continue
		}
		table = append(table, r)
		answer.Rates = append(answer.Rates, r.info())
		answer.Filters[r.id] = rateFilter{N: q.text(and(of, r.n)), Of: q.text(of)}
	}
	if len(table) == 0 {
		return &layers.Error{Kind: layers.Unsupported, Op: "analysis", Layer: q.layer.ID, Field: answer.Missing[0].Column,
			Err: missingColumn(answer.Missing[0].Column)}
	}
	p := planOf(table, from, to)
	t := tally{q: q, by: dimensionOf(answer.By), base: p.base, measures: p.measures}
	groups, total, err := t.run(ctx)
	if err != nil {
		return err
	}
	usage.Layers(ctx, q.layer.ID)
	usage.Rows(ctx, len(groups))
	answer.Total = p.evaluated(table, total)
	for _, g := range groups {
		e := p.evaluated(table, g)
		e.Filter = filterText(t.by.condition(g.key))
		answer.Groups = append(answer.Groups, e)
	}
	return c.JSON(http.StatusOK, answer)
}

// period reads from and to. What is still to come is no matter of an evaluation:
// it ends now at the latest.
func (a *Office) period(in *openapi.Input) (from, to time.Time, err error) {
	now := a.o.Now().UTC().Truncate(time.Microsecond)
	if from, err = instant(in, "from"); err != nil {
		return
	}
	if to, err = instant(in, "to"); err != nil {
		return
	}
	if to.IsZero() || to.After(now) {
		to = now
	}
	if from.IsZero() {
		from = to.Add(-defaultPeriod)
	}
	if !from.Before(to) {
		err = layers.Invalidf("request", "from", "is not before the end of the period, which is now at the latest")
	}
	return
}

// plan says where the counts of the rates stand in a tally: the cases a rate is
// of are counted once for all rates of the same cases.
type plan struct {
	base     layers.Expr // true of all cases that any rate is of
	measures []measure
	of, n    []int // per rate
}

func planOf(table []rate, from, to time.Time) *plan {
	p := &plan{}
	var any []layers.Expr
	at := map[string]int{}
	for i := range table {
		of := table[i].of(from, to)
		text := filterText(of)
		m, ok := at[text]
		if !ok {
			m = len(p.measures)
			at[text] = m
			p.measures = append(p.measures, measure{cond: of, within: -1})
			any = append(any, of)
		}
		p.of = append(p.of, m)
	}
	for i := range table {
		p.n = append(p.n, len(p.measures))
		p.measures = append(p.measures, measure{cond: table[i].n, within: p.of[i]})
	}
	p.base = any[0]
	if len(any) > 1 {
		p.base = layers.Or{Args: any}
	}
	return p
}

func (p *plan) evaluated(table []rate, g *group) evaluationGroup {
	out := evaluationGroup{Key: g.key, Name: g.name, Rates: map[string]rateValue{}}
	for i := range table {
		of, n := g.counts[p.of[i]], g.counts[p.n[i]]
		v := rateValue{N: n, Of: of, Grade: table[i].grade(n, of)}
		if of > 0 {
			share := float64(n) / float64(of)
			v.Value = &share
		}
		out.Rates[table[i].id] = v
	}
	return out
}

func (r *rate) info() rateInfo {
	info := rateInfo{ID: r.id, Title: r.title, Formula: r.formula, Good: r.good()}
	for i, name := range gradeNames {
		g := gradeInfo{Grade: name}
		if i < len(r.grades) {
			limit := r.grades[i]
			g.Limit = &limit
		}
		info.Grades = append(info.Grades, g)
	}
	return info
}

// firstMissing is the first column of the conditions that the layer lacks, "" for
// none.
func (q *question) firstMissing(list ...layers.Expr) string {
	first := ""
	for _, e := range list {
		for _, name := range columnsOf(e) {
			if q.layer.FieldIndex(name) < 0 {
				first = cmp.Or(first, name)
			}
		}
	}
	return first
}

package analysis

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/geo/hexgrid"
	"wutu/layers"
	"wutu/layers/hotspot"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/usage"
)

// Limits of hot-spots.
const (
	maxWindowDays  = 28
	defaultHistory = 84 // days before the window, if the city has them
	maxHistory     = 366
	maxPlaces      = 50_000
	maxCells       = 1000 // of an answer
	day            = 24 * time.Hour
)

type hotCell struct {
	Key      string     `json:"key"` // cell or code of the area
	H3       string     `json:"h3,omitempty"`
	Name     string     `json:"name,omitempty"`
	Center   *orb.Point `json:"center,omitempty"`
	Ring     orb.Ring   `json:"ring,omitempty"` // outline of a cell
	Count    int        `json:"count"`
	Expected float64    `json:"expected"`
	P        float64    `json:"p"`
	Q        float64    `json:"q"`
	Filter   string     `json:"filter"` // cases of the window in it
}

type hotAnswer struct {
	By         string       `json:"by"`
	From       time.Time    `json:"from"` // of the window
	To         time.Time    `json:"to"`
	Since      time.Time    `json:"since"` // begin of the history
	Days       int          `json:"days"`
	History    int          `json:"history_days"`
	Alpha      float64      `json:"alpha"`
	Dispersion float64      `json:"dispersion"`
	Tested     int          `json:"tested"`
	Events     int          `json:"events"` // in the window
	Filter     string       `json:"filter"` // of the window
	Method     layers.Title `json:"method"`
	Cells      []hotCell    `json:"cells"`
	Truncated  bool         `json:"truncated"`
}

func hotMethod() layers.Title {
	return layers.Title{
		ZH: "条件二项检验：给定该处事件总数，时间窗内占比是否显著高于自身历史；离散度大于 1 时用贝塔-二项分布；对全部检验单元按 Benjamini–Hochberg 校正，误报率不超过 alpha",
		EN: "Conditional binomial test: given the place's total, whether more of it falls into the window than its own history explains; beta-binomial where counts are overdispersed; adjusted over all places by Benjamini and Hochberg, false alarms at most alpha",
	}
}

// places says of each case where it is counted.
type places struct {
	res   int        // H3 resolution, -1 for areas
	by    *dimension // for areas
	index int        // its column
}

func (a *Office) hotspots(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	q, err := a.newQuestion(in, auth.SubjectOf(ctx))
	if err != nil {
		return err
	}
	p, err := q.placesBy(in.Text("by"))
	if err != nil {
		return err
	}
	if class := in.Text("class"); class != "" {
		if _, err := q.column(model.Class); err != nil {
			return err
		}
		q.filter = and(q.filter, classIs(class))
	}
	now := a.o.Now().UTC().Truncate(time.Microsecond)
	answer, err := q.hotspots(ctx, p, now, in.Int("days"), in.Int("history"), in.Float("alpha"))
	if err != nil {
		return err
	}
	answer.By = in.Text("by")
	usage.Layers(ctx, q.layer.ID)
	usage.Rows(ctx, len(answer.Cells))
	return c.JSON(http.StatusOK, answer)
}

// classIs is true of a class, or of those that begin with it where it ends in *.
func classIs(class string) layers.Expr {
	if prefix, ok := strings.CutSuffix(class, "*"); ok {
		escaped := strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(prefix)
		return layers.Like{Term: property(model.Class), Pattern: constant(layers.Text(escaped + "%"))}
	}
	return is(model.Class, class)
}

func (q *question) placesBy(by string) (*places, error) {
	if res, ok := strings.CutPrefix(by, "h3:"); ok {
		n, err := strconv.Atoi(res)
		if err != nil || n < 5 || n > 11 {
			return nil, layers.Invalidf("request", "by", fmt.Sprintf("%.20q is not an H3 resolution from 5 to 11", res))
		}
		return &places{res: n}, nil
	}
	d := dimensionOf(by)
	if d == nil || d.level == layers.NoLevel {
		return nil, layers.Invalidf("request", "by", fmt.Sprintf("%.20q is not h3:5 to h3:11, district, street, community or grid", by))
	}
	i, err := q.column(d.column)
	return &places{res: -1, by: d, index: i}, err
}

// key is where a case is counted; ok is false when it is nowhere.
func (p *places) key(r *live.Row) (key string, cell hexgrid.Cell, ok bool) {
	if p.res < 0 {
		key = r.Value(p.index).Str()
		return key, 0, key != ""
	}
	at, ok := r.Point()
	if !ok {
		return "", 0, false
	}
	return "", hexgrid.At(at, p.res), true
}

type placeCounts struct {
	cell   hexgrid.Cell
	counts []int // by day before now: 0 is the last
}

// hotspots counts the cases of each place by days that end now, and tests them. The
// history begins with the first case of the city if that is later than asked.
func (q *question) hotspots(ctx context.Context, p *places, now time.Time, days, history int, alpha float64) (*hotAnswer, error) {
	reported, err := q.column(model.ReportedAt)
	if err != nil {
		return nil, err
	}
	asked := days + history
	base := during(model.ReportedAt, now.Add(-time.Duration(asked)*day), now)
	found := map[string]*placeCounts{}
	cells := map[hexgrid.Cell]*placeCounts{}
	first := days // the day before now on which the oldest case was reported
	answer := &hotAnswer{Days: days, To: now, From: now.Add(-time.Duration(days) * day), Alpha: alpha, Dispersion: 1,
		Method: hotMethod(), Cells: []hotCell{}}
	for r, err := range q.view.Unordered(ctx, q.query(base)) {
		if err != nil {
			return nil, err
		}
		d := int((now.UnixMicro() - r.Value(reported).Micro() - 1) / day.Microseconds())
		if d < 0 || d >= asked { // cannot be: the filter says so
			continue
		}
		first = max(first, d)
		if d < days {
			answer.Events++
		}
		key, cell, ok := p.key(r)
		if !ok {
			continue
		}
		at := cells[cell]
		if p.res < 0 {
			at = found[key]
		}
		if at == nil {
			at = &placeCounts{cell: cell, counts: make([]int, asked)}
			if p.res < 0 {
				found[strings.Clone(key)] = at
			} else {
				cells[cell] = at
			}
			if len(found)+len(cells) > maxPlaces {
				return nil, &layers.Error{Kind: layers.TooLarge, Op: "analysis", Layer: q.layer.ID, Field: "by",
					Err: fmt.Errorf("makes more than %d places: take larger ones", maxPlaces)}
			}
		}
		at.counts[d]++
	}
	for cell, at := range cells {
		found[cell.String()] = at
	}
	answer.History = min(history, first+1-days)
	answer.Since = answer.From.Add(-time.Duration(answer.History) * day)
	answer.Filter = q.text(during(model.ReportedAt, answer.From, now))
	if answer.History < days {
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "analysis", Layer: q.layer.ID, Field: "days",
			Err: fmt.Errorf("the cases go back %d days before the last %d: less history than days to compare with it", answer.History, days)}
	}
	return answer, q.test(answer, p, found, alpha)
}

func (q *question) test(answer *hotAnswer, p *places, found map[string]*placeCounts, alpha float64) error {
	series := make([]hotspot.Series, 0, len(found))
	for _, key := range slices.Sorted(maps.Keys(found)) {
		counts := slices.Clone(found[key].counts[:answer.Days+answer.History])
		slices.Reverse(counts)
		series = append(series, hotspot.Series{Key: key, Counts: counts})
	}
	report, err := hotspot.Find(series, hotspot.Options{Window: answer.Days, Alpha: alpha, Weekly: true})
	if err != nil {
		return err
	}
	answer.Tested, answer.Dispersion = report.Tested, report.Dispersion
	window := during(model.ReportedAt, answer.From, answer.To)
	for _, f := range report.Hot() {
		if len(answer.Cells) == maxCells {
			answer.Truncated = true
			break
		}
		cell := hotCell{Key: f.Key, Count: f.Count, Expected: f.Expected, P: f.P, Q: f.Q}
		if p.res >= 0 {
			h := found[f.Key].cell
			center := h.Center()
			cell.H3, cell.Center, cell.Ring = f.Key, &center, h.Boundary()
			cell.Filter = q.text(and(window, layers.Spatial{Op: layers.SIntersects, Left: property(layers.GeometryName),
				Right: layers.Shape{Geometry: orb.Polygon{cell.Ring}}}))
		} else {
			cell.Name = q.areaName(p.by.level, f.Key)
			cell.Filter = q.text(and(window, is(p.by.column, f.Key)))
		}
		answer.Cells = append(answer.Cells, cell)
	}
	return nil
}

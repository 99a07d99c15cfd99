package spatial

import (
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/roadnet"
	"wutu/layers/spatial"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

// snapM is how far in metres somebody may be off the roads.
const snapM = 2_000

// defaultCells is the resolution of gap cells: some 0.7 km² each.
const defaultCells = 8

type coverageBody struct {
	Facilities side            `json:"facilities" must:"true"`
	Residents  side            `json:"residents" must:"true" about:"Who should be reached; a layer that may only be counted is counted from its release"`
	Weight     string          `json:"weight" about:"Numeric field of the residents to add up beside their number"`
	Metres     *float64        `json:"metres" about:"Reached is who is at most so far from a facility; give this or minutes"`
	Minutes    *float64        `json:"minutes" about:"Reached is who gets to a facility by the roads in this time"`
	Mode       string          `json:"mode" enum:"walk,drive" about:"How they get there; absent: walk"`
	Roads      string          `json:"roads" about:"Layer of the roads; absent: roads"`
	Region     json.RawMessage `json:"region" schema:"Geometry" about:"Only residents that meet this geometry"`
	Cells      *int            `json:"cells" about:"H3 resolution of the gap cells; absent: 8"`
	Datetime   string          `json:"datetime" about:"The city as of this instant (RFC 3339)"`
}

type coverageAnswer struct {
	Total     coverageCount `json:"total"`
	Covered   coverageCount `json:"covered"`
	Uncovered coverageCount `json:"uncovered"`
	Share     *float64      `json:"share" about:"Of the residents, 0 to 1; null when it would tell of few"`
	Gaps      []coverageGap `json:"gaps" about:"Cells with residents whom no facility reaches, in order of the cell"`
}

type coverageCount struct {
	Count  *int     `json:"count"`
	Below  int      `json:"below,omitempty"`
	Weight *float64 `json:"weight,omitempty" about:"Sum of the field weight"`
}

type coverageGap struct {
	H3        string        `json:"h3"`
	Total     coverageCount `json:"total"`
	Covered   coverageCount `json:"covered"`
	Uncovered coverageCount `json:"uncovered"`
}

func (a *API) coverage(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	var body coverageBody
	err := in.Body(&body)
	if err != nil {
		return err
	}
	x := joining{}
	if x.view, err = param.AsOf(ctx, a.o.City.View(), "/datetime", body.Datetime); err != nil {
		return err
	}
	// Facilities are listed, residents at least counted: in the order of a join.
	if err := x.sides(ctx, subject, &body.Facilities, &body.Residents, "facilities", "residents", false); err != nil {
		return err
	}
	if x.join.Left.During != nil || x.join.Right.During != nil {
		return layers.Invalidf("coverage", "/facilities/datetime", "intervals are not asked here: use a filter")
	}
	q := spatial.Coverage{Facilities: x.join.Left.Query, Residents: x.join.Right.Query, Weight: body.Weight, Res: defaultCells}
	if region, err := regionOf("/region", body.Region); err != nil {
		return err
	} else if region != nil {
		if q.Residents.Region != nil {
			return layers.Invalidf("coverage", "/region", "is given beside residents/within")
		}
		q.Residents.Region = region
	}
	if body.Cells != nil {
		q.Res = *body.Cells
	}
	if err := a.reach(c, &body, &x, &q); err != nil {
		return err
	}
	all, cells, err := q.Run(ctx, x.view)
	if err != nil {
		return x.fault(err)
	}
	out, err := answerCoverage(&all, cells, body.Weight != "")
	if err != nil {
		return err
	}
	usage.Rows(ctx, len(out.Gaps)+1)
	return c.JSON(http.StatusOK, out)
}

// reach reads what it means to be reached.
func (a *API) reach(c echo.Context, body *coverageBody, x *joining, q *spatial.Coverage) error {
	switch {
	case (body.Metres == nil) == (body.Minutes == nil):
		return layers.Invalidf("coverage", "/metres", "give either metres or minutes")
	case body.Metres != nil:
		q.WithinM = *body.Metres
		return metres("/metres", q.WithinM, maxWidth)
	}
	if !(*body.Minutes > 0) || *body.Minutes > maxMinutes {
		return layers.Invalidf("coverage", "/minutes", fmt.Sprintf("%v is not between 0 and %d", *body.Minutes, maxMinutes))
	}
	roads, mode := body.Roads, body.Mode
	if roads == "" {
		roads = model.Roads
	}
	if mode == "" {
		mode = roadnet.Walk.String()
	}
	m, err := roadnet.ParseMode(mode)
	if err != nil {
		return param.At("/mode", err)
	}
	ctx := c.Request().Context()
	g, err := a.o.Roads.Network(ctx, x.view, &q.Facilities.Subject, roads)
	if err != nil {
		return param.At("/roads", err)
	}
	q.Roads = &spatial.Roads{Net: g, Mode: m, SnapM: snapM, Limit: time.Duration(*body.Minutes * float64(time.Minute))}
	return nil
}

func answerCoverage(all *live.Covered, cells []live.Covered, weighed bool) (coverageAnswer, error) {
	count := func(n live.Count, sum float64) coverageCount {
		out := coverageCount{Count: countOf(n), Below: n.Below}
		if weighed && n.Below == 0 {
			out.Weight = &sum
		}
		return out
	}
	out := coverageAnswer{Total: count(all.Rows, all.Sum), Covered: count(all.In, all.SumIn), Uncovered: count(all.Out, all.Sum-all.SumIn), Gaps: []coverageGap{}}
	withheld := func(c *live.Covered) bool { return c.Rows.Below > 0 || c.In.Below > 0 || c.Out.Below > 0 }
	if !withheld(all) && all.Rows.N > 0 {
		share := float64(all.In.N) / float64(all.Rows.N)
		out.Share = &share
	}
	if withheld(all) {
		out.Covered.Weight, out.Uncovered.Weight = nil, nil
	}
	for i := range cells {
		x := &cells[i]
		if x.Out.N == 0 {
			continue
		}
		if len(out.Gaps) == maxCells {
			return out, &layers.Error{Kind: layers.TooLarge, Op: "coverage", Field: "/cells", Err: fmt.Errorf("makes more than %d gaps: take larger cells or a smaller region", maxCells)}
		}
		gap := coverageGap{H3: x.Cell.String(), Total: count(x.Rows, x.Sum), Covered: count(x.In, x.SumIn), Uncovered: count(x.Out, x.Sum-x.SumIn)}
		if withheld(x) {
			gap.Covered.Weight, gap.Uncovered.Weight = nil, nil
		}
		out.Gaps = append(out.Gaps, gap)
	}
	return out, nil
}

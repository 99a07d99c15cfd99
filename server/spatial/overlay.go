package spatial

import (
	"encoding/json"
	"net/http"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/spatial"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

type overlayBody struct {
	A        side            `json:"a" must:"true" about:"The features whose ground is looked at"`
	B        *side           `json:"b" about:"The features laid over it"`
	Geometry json.RawMessage `json:"geometry" schema:"Geometry" about:"A drawn shape laid over it, instead of b"`
	By       struct {
		A string `json:"a" about:"Field of a"`
		B string `json:"b" about:"Field of b"`
	} `json:"by" about:"Whose values are told apart"`
	Datetime string `json:"datetime" about:"The city as of this instant (RFC 3339)"`
}

type overlayAnswer struct {
	Shares []overlayShare  `json:"shares" about:"Ground in common, per pair of values; what two features of b both take counts twice"`
	Ground []overlayGround `json:"ground" about:"Of the features of a, per value: area = covered + rest"`
	Total  overlayGround   `json:"total"`
}

type overlayShare struct {
	A      string  `json:"a"`
	B      string  `json:"b"`
	Pairs  int     `json:"pairs" about:"Of features with common ground"`
	AreaM2 float64 `json:"area_m2"`
}

type overlayGround struct {
	A         string  `json:"a"`
	Features  int     `json:"features"`
	AreaM2    float64 `json:"area_m2"`
	CoveredM2 float64 `json:"covered_m2" about:"Taken by any feature of b"`
	RestM2    float64 `json:"rest_m2"`
}

func (g *overlayGround) add(o *overlayGround) {
	g.Features += o.Features
	g.AreaM2 += o.AreaM2
	g.CoveredM2 += o.CoveredM2
	g.RestM2 += o.RestM2
}

func (a *API) overlay(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	var body overlayBody
	err := in.Body(&body)
	if err != nil {
		return err
	}
	x := joining{}
	if x.view, err = param.AsOf(ctx, a.o.City.View(), "/datetime", body.Datetime); err != nil {
		return err
	}
	o := spatial.Overlay{ByA: body.By.A, ByB: body.By.B}
	switch {
	case (body.B == nil) == absent(body.Geometry):
		return layers.Invalidf("overlay", "/b", "give either b or a geometry")
	case body.B != nil:
		if err := x.sides(ctx, subject, &body.A, body.B, "a", "b", true); err != nil {
			return err
		}
	default:
		if o.Drawn, err = drawn("/geometry", body.Geometry, maxVertices); err != nil {
			return err
		}
		if err := x.sides(ctx, subject, &body.A, &body.A, "a", "a", true); err != nil {
			return err
		}
	}
	o.A, o.B = x.join.Left, x.join.Right
	found, err := o.Run(ctx, x.view, maxGroups)
	if err != nil {
		return x.fault(err)
	}
	out := overlayAnswer{Shares: []overlayShare{}, Ground: []overlayGround{}}
	for _, s := range found.Shared {
		out.Shares = append(out.Shares, overlayShare{A: s.A, B: s.B, Pairs: s.Pairs, AreaM2: s.SquareM})
	}
	for _, g := range found.Ground {
		ground := overlayGround{A: g.A, Features: g.Features, AreaM2: g.Whole, CoveredM2: g.Covered, RestM2: g.Rest}
		out.Ground = append(out.Ground, ground)
		out.Total.add(&ground)
	}
	usage.Rows(ctx, len(out.Shares)+len(out.Ground))
	return c.JSON(http.StatusOK, out)
}

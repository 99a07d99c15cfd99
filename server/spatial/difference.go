package spatial

import (
	"fmt"
	"net/http"
	"strconv"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/server/auth"
	"wutu/server/geojson"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/usage"
)

type differenceBody struct {
	A side `json:"a" must:"true" about:"The features that are listed"`
	B side `json:"b" must:"true" about:"The features they should have: inspections, hydrants, cameras"`
	linkBody
	Keep     string `json:"keep" enum:"without,with" about:"without: features of a that belong to none of b; with: the others. Absent: without"`
	Result   string `json:"result" enum:"features,count"`
	Limit    *int   `json:"limit" about:"Features at once"`
	Cursor   string `json:"cursor" about:"From the member next of the page before"`
	Datetime string `json:"datetime" about:"The city as of this instant (RFC 3339)"`
}

// differenceAnswer describes the list, which is written by hand, and the count.
type differenceAnswer struct {
	Type     string `json:"type,omitempty" enum:"FeatureCollection"`
	Features []any  `json:"features,omitempty" schema:"[]Feature" about:"In order of id"`
	Matched  int    `json:"numberMatched" about:"On all pages"`
	Returned int    `json:"numberReturned"`
	Next     string `json:"next,omitempty" about:"Cursor of the next page; absent on the last"`
}

func (a *API) differenceRoute() openapi.Route {
	const about = "Features of a layer that belong to none of another, or to some: listed and counted"
	r := post("/api/v1/difference", "difference", about, differenceBody{}, differenceAnswer{}, a.difference)
	r.Answers = append(r.Answers, openapi.Answer{Status: http.StatusOK, Type: mediaGeoJSON, About: about, Of: differenceAnswer{}})
	return r
}

func (a *API) difference(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	var body differenceBody
	err := in.Body(&body)
	if err != nil {
		return err
	}
	x := joining{}
	if x.view, err = param.AsOf(ctx, a.o.City.View(), "/datetime", body.Datetime); err != nil {
		return err
	}
	if x.join.Link, err = body.link(); err != nil {
		return err
	}
	if err := x.sides(ctx, subject, &body.A, &body.B, "a", "b", true); err != nil {
		return err
	}
	if x.limit, err = limitOf("/limit", body.Limit, a.o.MaxPage, defaultPerList); err != nil {
		return err
	}
	if x.from, err = placeOf(body.Cursor); err != nil {
		return err
	}
	if body.Keep != "" && body.Keep != "without" && body.Keep != "with" {
		return layers.Invalidf("difference", "/keep", fmt.Sprintf("%.40q is not without or with", body.Keep))
	}
	switch body.Result {
	case "", "features":
	case "count":
		x.limit = 0
	default:
		return layers.Invalidf("difference", "/result", fmt.Sprintf("%.40q is not features or count", body.Result))
	}
	return x.answerDifference(c, body.Keep == "with")
}

// answerDifference looks at every feature of a, so that the number on all pages is
// that of the lists, and writes one page.
func (x *joining) answerDifference(c echo.Context, having bool) error {
	ctx := c.Request().Context()
	q := x.join.Left.Query
	l, err := param.Listable(x.view, &q.Subject, q.Layer)
	if err != nil {
		return err
	}
	e := geojson.Encoder{Layer: l, Sights: access.Decide(&q.Subject, l).Sights}
	b := []byte(`{"type":"FeatureCollection","features":[`)
	matched, returned, last, next := 0, 0, "", ""
	for r, err := range x.join.Difference(ctx, x.view, having) {
		if err != nil {
			return x.fault(err)
		}
		matched++
		if x.limit == 0 || r.ID() <= x.from.Done {
			continue
		}
		if returned == x.limit {
			if next == "" {
				next = place{Done: last}.encode()
			}
			continue
		}
		if returned > 0 {
			b = append(b, ',')
		}
		b = e.Append(b, r, returned)
		last = r.ID()
		returned++
	}
	usage.Rows(ctx, returned)
	b = append(b, `],"numberMatched":`...)
	if x.limit == 0 {
		b = []byte(`{"numberMatched":`)
	}
	b = strconv.AppendInt(b, int64(matched), 10)
	b = append(b, `,"numberReturned":`...)
	b = strconv.AppendInt(b, int64(returned), 10)
	if next != "" {
		b = append(b, `,"next":`...)
		b = geojson.AppendString(b, next)
	}
	media := mediaGeoJSON
	if x.limit == 0 {
		media = mediaJSON
	}
	return c.Blob(http.StatusOK, media, append(b, '}', '\n'))
}

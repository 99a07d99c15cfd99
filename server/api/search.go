package api

import (
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/search"
	"wutu/server/usage"
)

type hitInfo struct {
	Layer    string   `json:"layer"`
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Subtitle string   `json:"subtitle"`
	Lon      *float64 `json:"lon"`
	Lat      *float64 `json:"lat"`
	Score    float64  `json:"score"`
}

type hitList struct {
	Hits []hitInfo `json:"hits"`
}

func (a *API) search(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	subject, v := auth.SubjectOf(ctx), a.o.City.View()
	q := search.Query{Text: in.Text("q"), Layers: in.List("layers"), Limit: in.Int("limit")}
	if text := in.Text("near"); text != "" {
		box, err := param.BBox("near", text+","+text, param.LonLat())
		if err != nil || len(box) != 1 {
			return layers.Invalidf("search", "near", "is not lon,lat")
		}
		q.Near = &orb.Point{box[0].Min[0], box[0].Min[1]}
	}
	for _, id := range q.Layers {
		if _, err := param.Listable(v, &subject, id); err != nil {
			return param.At("layers", err)
		}
	}
	hits, err := a.o.Search.Search(ctx, v, &subject, q)
	if err != nil {
		return err
	}
	usage.Rows(ctx, len(hits))
	out := make([]hitInfo, len(hits))
	for i, h := range hits {
		out[i] = hitInfo{Layer: h.Layer, ID: h.ID, Title: h.Title, Subtitle: h.Subtitle, Score: h.Score}
		if h.HasPoint {
			out[i].Lon, out[i].Lat = &h.Point[0], &h.Point[1]
		}
	}
	return c.JSON(http.StatusOK, hitList{out})
}

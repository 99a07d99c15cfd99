package ogc

import (
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"
	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
)

type collection struct {
	ID          string         `json:"id"`
	Title       string         `json:"title"`
	Description string         `json:"description,omitempty"`
	ItemType    string         `json:"itemType"`
	Extent      map[string]any `json:"extent,omitempty"`
	CRS         []string       `json:"crs"`
	StorageCRS  string         `json:"storageCrs"`
	Links       []link         `json:"links"`
}

func (a *API) collections(c echo.Context, _ *openapi.Input) error {
	subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
	list := []collection{}
	for _, l := range v.Layers() {
		if access.MayList(&subject, l) == nil {
			list = append(list, describe(c, v, &subject, l))
		}
	}
	return c.JSON(http.StatusOK, map[string]any{"collections": list, "crs": param.SystemURIs(orb.Bound{Min: orb.Point{1}, Max: orb.Point{-1}}),
		"links": []link{{Href: root(c) + "/ogc/collections", Rel: "self", Type: mediaJSON}}})
}

func (a *API) collection(c echo.Context, in *openapi.Input) error {
	subject, v := auth.SubjectOf(c.Request().Context()), a.o.City.View()
	l, err := param.Listable(v, &subject, in.Text("layer"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, describe(c, v, &subject, l))
}

func describe(c echo.Context, v *live.View, s *layers.Subject, l *layers.Layer) collection {
	base := root(c) + "/ogc/collections/" + url.PathEscape(l.ID)
	out := collection{ID: l.ID, Title: l.Title.ZH, Description: l.Title.EN, ItemType: "feature",
		CRS: param.SystemURIs(orb.Bound{Min: orb.Point{1}, Max: orb.Point{-1}}), StorageCRS: param.CRS84,
		Links: []link{
			{Href: base, Rel: "self", Type: mediaJSON, Title: "This collection"},
			{Href: base + "/items", Rel: "items", Type: mediaGeoJSON, Title: "Features"},
			{Href: base + "/schema", Rel: "http://www.opengis.net/def/rel/ogc/1.0/schema", Type: mediaSchema, Title: "Properties of the features"},
			{Href: base + "/queryables", Rel: "http://www.opengis.net/def/rel/ogc/1.0/queryables", Type: mediaSchema, Title: "Properties that filters may name"},
			{Href: base + "/sortables", Rel: "http://www.opengis.net/def/rel/ogc/1.0/sortables", Type: mediaSchema, Title: "Properties to sort by"},
			{Href: base + "/tiles", Rel: "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector",
				Type: mediaJSON, Title: "Vector tiles"},
		}}
	// The extent of a whole layer would show a subject who sees a part of it where
	// the other features lie.
	decision := access.Decide(s, l)
	if stats := v.Stats(l.ID); stats.HasExtent && decision.Whole() {
		b := stats.Extent
		out.Extent = map[string]any{"spatial": map[string]any{"crs": param.CRS84,
			"bbox": [][]float64{{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}}}}
	}
	return out
}

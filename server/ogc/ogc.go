package ogc

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/cql2"
	"wutu/layers/live"
	"wutu/server/openapi"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
	// Apply commits a batch; View after it returns shows it.
	Apply(ctx context.Context, b layers.Batch) (uint64, error)
}

// Options configures an API.
type Options struct {
	City     City
	Name     layers.Title
	Now      func() time.Time
	Document func() []byte // the OpenAPI document of the whole server, JSON
	Records  layers.Reader // idempotency of requests; a layers.ChangeReader too tells when features were changed
	Rand     io.Reader     // of ids of new features
}

// API answers the addresses under /ogc.
type API struct{ o Options }

// New returns an API; all options are required.
func New(o Options) *API { return &API{o: o} }

// Limits of a page of items.
const (
	defaultLimit = 10
	maxLimit     = 10_000
)

// mediaGeoJSON and mediaAPI are the media types of answers.
const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
	mediaAPI     = "application/vnd.oai.openapi+json;version=3.0"
)

// Routes declares the operations.
func (a *API) Routes() []openapi.Route {
	layer := openapi.Param{Name: "layer", In: openapi.Path, About: "Id of the collection"}
	format := openapi.Param{Name: "f", About: "Format of the answer", Enum: []string{"json"}}
	crs := openapi.Param{Name: "crs", About: "Coordinate system of the answer, as a URI"}
	get := func(path, id, summary, schema, media string, h openapi.Handler, params ...openapi.Param) openapi.Route {
		return openapi.Route{Method: http.MethodGet, Path: path, ID: id, Tag: "OGC API", Summary: summary, Params: params,
			Answers: []openapi.Answer{{Status: 200, Type: media, About: summary, Schema: schema}}, Handle: h}
	}
	items := []openapi.Param{layer, format, crs,
		{Name: "limit", Type: openapi.Integer, About: "Features in a page", Span: &openapi.Span{Min: 1, Max: maxLimit}, Clamp: true, Default: "10"},
		{Name: "offset", Type: openapi.Integer, About: "Features to leave out", Span: &openapi.Span{Min: 0, Max: 1 << 31}},
		{Name: "cursor", About: "Place to go on from, out of a next link"},
		{Name: "bbox", Type: openapi.Box, About: "Box: west,south,east,north; west may exceed east over the antimeridian"},
		{Name: "bbox-crs", About: "Coordinate system of bbox, as a URI"},
		{Name: "datetime", About: "Features valid at an instant or during an interval (RFC 3339, .. for open ends)"},
		{Name: "filter", About: "CQL2, as text or as JSON"},
		{Name: "filter-lang", About: "Language of filter", Enum: langs(), Default: "cql2-text"},
		{Name: "filter-crs", About: "Coordinate system of geometries in filter, as a URI"},
		{Name: "ids", About: "Only these features, ids with a comma between"},
		{Name: "sortby", About: "Fields to sort by, - before a field for descending"},
		{Name: "properties", About: "Only these properties"},
	}
	return append(a.editRoutes(layer), []openapi.Route{
		get("/ogc", "landing", "Landing page", "landing", mediaJSON, a.landing, format),
		get("/ogc/", "landingSlash", "Landing page, for clients that put a slash behind its address", "landing", mediaJSON, a.landing, format),
		get("/ogc/conformance", "conformance", "Conformance classes", "conformance", mediaJSON, a.conformance, format),
		get("/ogc/api", "document", "This document", "", mediaAPI, a.document, format),
		get("/ogc/collections", "collections", "Collections the subject may list", "collections", mediaJSON, a.collections, format),
		get("/ogc/collections/{layer}", "collection", "One collection", "collection", mediaJSON, a.collection, layer, format),
		get("/ogc/collections/{layer}/schema", "schema", "Properties of the features of a collection", "", mediaSchema, a.schema(returnables), layer, format),
		get("/ogc/collections/{layer}/queryables", "queryables", "Properties that filters may name", "", mediaSchema, a.schema(queryables), layer, format),
		get("/ogc/collections/{layer}/sortables", "sortables", "Properties to sort by", "", mediaSchema, a.schema(sortables), layer, format),
		get("/ogc/functions", "functions", "Functions of filters", "", mediaJSON, a.functions, format),
		get("/ogc/collections/{layer}/items", "items", "Features of a collection", "featureCollection", mediaGeoJSON, a.items, items...),
		get("/ogc/collections/{layer}/items/{id}", "item", "One feature", "feature", mediaGeoJSON, a.item, layer,
			openapi.Param{Name: "id", In: openapi.Path, About: "Id of the feature"}, format, crs),
	}...)
}

// link is a web link (RFC 8288) in JSON.
type link struct {
	Href  string `json:"href"`
	Rel   string `json:"rel"`
	Type  string `json:"type,omitempty"`
	Title string `json:"title,omitempty"`
}

// root is the address of the server as the client knows it, without a slash.
func root(c echo.Context) string { return c.Scheme() + "://" + c.Request().Host }

// conformance lists what is implemented, and nothing that is not.
func conformanceClasses() []string {
	const common, features = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/", "http://www.opengis.net/spec/ogcapi-features-"
	const common3, common5 = "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/", "http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/"
	const tileset = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
	return append([]string{
		common + "core",
		common + "json",
		features + "1/1.0/conf/core",
		features + "1/1.0/conf/oas30",
		features + "1/1.0/conf/geojson",
		features + "2/1.0/conf/crs",
		features + "3/1.0/conf/filter",
		features + "3/1.0/conf/features-filter",
		features + "3/1.0/conf/queryables",
		features + "4/1.0/conf/features",
		common5 + "create-replace-delete",
		common5 + "update",
		common5 + "optimistic-locking-etags",
		common5 + "optimistic-locking-timestamps",
		common5 + "handling",
		common5 + "return-resource-representation-in-response",
		common3 + "schemas",
		common3 + "advanced-property-roles",
		common3 + "returnables-and-receivables",
		common3 + "queryables",
		common3 + "sortables",
		features + "5/1.0/conf/schemas",
		features + "5/1.0/conf/core-roles-features",
		features + "5/1.0/conf/returnables-and-receivables",
		features + "5/1.0/conf/queryables",
		features + "5/1.0/conf/sortables",
		tileset + "core",
		tileset + "tileset",
		tileset + "tilesets-list",
		tileset + "dataset-tilesets",
		tileset + "geodata-tilesets",
		tileset + "mvt",
		tileset + "oas30",
		"http://www.opengis.net/spec/tms/2.0/conf/tilematrixset",
		"http://www.opengis.net/spec/tms/2.0/conf/json-tilematrixset",
	}, cql2.Conformance()...)
}

func (a *API) landing(c echo.Context, _ *openapi.Input) error {
	base := root(c) + "/ogc"
	return c.JSON(http.StatusOK, map[string]any{
		"title":       a.o.Name.ZH,
		"description": a.o.Name.EN,
		"links": []link{
			{Href: base, Rel: "self", Type: mediaJSON, Title: "This page"},
			{Href: base + "/api", Rel: "service-desc", Type: mediaAPI, Title: "API definition"},
			{Href: base + "/conformance", Rel: "conformance", Type: mediaJSON, Title: "Conformance classes"},
			{Href: base + "/collections", Rel: "data", Type: mediaJSON, Title: "Collections"},
			{Href: base + "/functions", Rel: "http://www.opengis.net/def/rel/ogc/1.0/functions", Type: mediaJSON, Title: "Functions of filters"},
			{Href: base + "/tiles", Rel: "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", Type: mediaJSON, Title: "Vector tiles"},
			{Href: base + "/tileMatrixSets", Rel: "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", Type: mediaJSON, Title: "Tile matrix sets"},
		},
	})
}

func (a *API) conformance(c echo.Context, _ *openapi.Input) error {
	return c.JSON(http.StatusOK, map[string]any{"conformsTo": conformanceClasses()})
}

func (a *API) document(c echo.Context, _ *openapi.Input) error {
	// Clients look for the address they know among the servers, so it is given in full.
	host, err := json.Marshal(root(c))
	if err != nil {
		return err
	}
	b := bytes.Replace(a.o.Document(), []byte(`"servers":[{"url":"/"}]`), fmt.Appendf(nil, `"servers":[{"url":%s}]`, host), 1)
	return c.Blob(http.StatusOK, mediaAPI, b)
}

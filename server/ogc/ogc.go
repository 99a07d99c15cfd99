package ogc

import (
	"context"
	"io"
	"net/http"
	"time"

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
	Document func() []byte // the OpenAPI 3.0 document of the whole server, JSON
	Modern   func() []byte // the same in OpenAPI 3.1
	Records  layers.Reader // idempotency of requests; a layers.ChangeReader too tells when features were changed
	Rand     io.Reader     // of ids of new features

	Formats []Format      // of features, further to GeoJSON, JSON-FG and HTML; nil: none
	Budget  time.Duration // for an answer to begin, and for a client to take nothing of it; 0: 30 s
}

// API answers the addresses under /ogc.
type API struct{ o Options }

// New returns an API; Formats and Budget are the only options that may be left out.
func New(o Options) *API { return &API{o: o} }

// Limits of a page of items: a page is written as it is read, so a million features
// cost no more memory than ten.
const (
	defaultLimit = 10
	maxLimit     = 1_000_000
	smallPage    = 10_000 // what is answered at once, whatever else is asked
)

// Routes declares the operations.
func (a *API) Routes() []openapi.Route {
	layer := openapi.Param{Name: "layer", In: openapi.Path, About: "Id of the collection"}
	format := openapi.Param{Name: "f", About: "Format of the answer; without it the Accept header decides", Enum: names(ofDocuments())}
	lang := langParam()
	get := func(path, id, summary, schema, media string, h openapi.Handler, params ...openapi.Param) openapi.Route {
		return openapi.Route{Method: http.MethodGet, Path: path, ID: id, Tag: "OGC API", Summary: summary, Params: append(params, freshParam()),
			Answers: answers(summary, openapi.Answer{Type: media, Schema: schema}, openapi.Answer{Type: mediaHTML}), Problems: []string{"unsupported 406"}, Handle: h}
	}
	items := get("/ogc/collections/{layer}/items", "items", "Features of a collection", "featureCollection", mediaGeoJSON, a.items,
		append([]openapi.Param{layer}, a.itemsParams()...)...)
	items.Others, items.Streams, items.Weight = true, true, openapi.Heavy
	items.Light = func(in *openapi.Input) bool { return in.Int("limit") <= smallPage }
	items.Answers = a.itemAnswers("Features of a collection", a.ofItems(), "featureCollection")
	item := get("/ogc/collections/{layer}/items/{id}", "item", "One feature", "feature", mediaGeoJSON, a.item, append([]openapi.Param{layer,
		{Name: "id", In: openapi.Path, About: "Id of the feature"}}, itemParams()...)...)
	item.Answers = a.itemAnswers("One feature", ofItem(), "feature")
	api := get("/ogc/api", "document", "The API's document: OpenAPI 3.0, or 3.1 for those that ask", "openapi", mediaAPI, a.document,
		openapi.Param{Name: "f", About: "Version of OpenAPI; without it the Accept header decides", Enum: []string{"json", "oas30", "oas31"}})
	api.Answers = answers("The document", openapi.Answer{Type: openapi.Media30, Schema: "openapi"}, openapi.Answer{Type: openapi.Media31, Schema: "openapi"})
	return append(a.editRoutes(layer), []openapi.Route{
		get("/ogc", "landing", "Landing page", "landing", mediaJSON, a.landing, format, lang),
		get("/ogc/", "landingSlash", "Landing page, for clients that put a slash behind its address", "landing", mediaJSON, a.landing, format, lang),
		get("/ogc/conformance", "conformance", "Conformance classes", "conformance", mediaJSON, a.conformance, format, lang),
		api,
		get("/ogc/collections", "collections", "Collections the subject may list", "collections", mediaJSON, a.collections, format, lang),
		get("/ogc/collections/{layer}", "collection", "One collection", "collection", mediaJSON, a.collection, layer, format, lang),
		get("/ogc/collections/{layer}/schema", "schema", "Properties of the features of a collection", "jsonSchema", mediaSchema, a.schema(returnables), layer, format, lang),
		get("/ogc/collections/{layer}/queryables", "queryables", "Properties that filters may name", "jsonSchema", mediaSchema, a.schema(queryables), layer, format, lang),
		get("/ogc/collections/{layer}/sortables", "sortables", "Properties to sort by", "jsonSchema", mediaSchema, a.schema(sortables), layer, format, lang),
		get("/ogc/functions", "functions", "Functions of filters", "functions", mediaJSON, a.functions, format, lang),
		items,
		item,
	}...)
}

// listed are the headers of lists and documents.
func listed(more ...string) []string {
	return append([]string{"ETag", "Cache-Control", "Vary"}, more...)
}

// answers are the good answers of an address in its formats.
func answers(about string, formats ...openapi.Answer) []openapi.Answer {
	for i := range formats {
		formats[i].Status, formats[i].About, formats[i].Headers = http.StatusOK, about, listed("Link", "Content-Crs", "Last-Modified", "OGC-NumberMatched", "OGC-NumberReturned", "OGC-Note", "Content-Disposition")
	}
	return append(formats, openapi.Answer{Status: http.StatusNotModified, About: "The client has it already", Headers: listed("Last-Modified")})
}

// itemAnswers are those of features.
func (a *API) itemAnswers(about string, offers []offer, schema string) []openapi.Answer {
	var formats []openapi.Answer
	for _, o := range offers {
		x := openapi.Answer{Type: o.media}
		switch o.media {
		case mediaGeoJSON:
			x.Schema = schema
		case mediaFG:
			x.Schema = "any"
		}
		formats = append(formats, x)
	}
	return answers(about, formats...)
}

// freshParam declares the header by which a client says what it has.
func freshParam() openapi.Param {
	return openapi.Param{Name: "If-None-Match", In: openapi.Header, About: "ETags of what the client has"}
}

// conformance lists what is implemented, and nothing that is not.
func conformanceClasses() []string {
	const common, features = "http://www.opengis.net/spec/ogcapi-common-1/1.0/conf/", "http://www.opengis.net/spec/ogcapi-features-"
	const common3, common5 = "http://www.opengis.net/spec/ogcapi-common-3/1.0/conf/", "http://www.opengis.net/spec/ogcapi-common-5/1.0/conf/"
	const tileset = "http://www.opengis.net/spec/ogcapi-tiles-1/1.0/conf/"
	return append([]string{
		common + "core",
		common + "json",
		common + "html",
		features + "1/1.0/conf/core",
		features + "1/1.0/conf/oas30",
		features + "1/1.0/conf/geojson",
		features + "1/1.0/conf/html",
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
		features + "8/1.0/conf/sortables",
		features + "8/1.0/conf/sorting",
		features + "8/1.0/conf/features-sorting",
		"http://www.opengis.net/spec/json-fg-1/1.0/conf/core",
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

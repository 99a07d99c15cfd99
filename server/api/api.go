package api

import (
	"net/http"
	"time"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/ground"
	"wutu/server/openapi"
	"wutu/server/search"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
}

// Options configures an API; all are required but Code, Version and Book.
type Options struct {
	City    City
	Search  *search.Index
	Name    layers.Title
	Code    string // division code of the city
	Version string // of the program
	Now     func() time.Time
	Book    *ground.Book // dictionary and precedents of the city; nil: what comes with the program
}

// API answers the addresses under /api/v1.
type API struct {
	o      Options
	sights sights
}

// New returns an API.
func New(o Options) *API { return &API{o: o} }

const mediaJSON = "application/json"

// exactly is a radius that only features at the very point meet: a tenth of a
// micrometre, below what coordinates resolve. 0 means "unlimited" to the engine.
const exactly = 1e-7

// Routes declares the operations.
func (a *API) Routes() []openapi.Route {
	return a.questions()
}

// of is a value of what is answered, body of what is sent.
func get(path, id, tag, summary string, of any, media string, h openapi.Handler, params ...openapi.Param) openapi.Route {
	return openapi.Route{Method: http.MethodGet, Path: path, ID: id, Tag: tag, Summary: summary, Params: params,
		Answers: []openapi.Answer{{Status: 200, Type: media, About: summary, Of: of}}, Handle: h}
}

func post(path, id, tag, summary string, body, of any, h openapi.Handler, params ...openapi.Param) openapi.Route {
	return openapi.Route{Method: http.MethodPost, Path: path, ID: id, Tag: tag, Summary: summary, Params: params,
		Body:    &openapi.Body{About: summary, Types: []string{mediaJSON}, Of: body},
		Answers: []openapi.Answer{{Status: 200, Type: mediaJSON, About: summary, Of: of}}, Handle: h}
}

// lonLat declares the two required coordinates of a place.
func lonLat() []openapi.Param {
	return []openapi.Param{
		{Name: "lon", Type: openapi.Number, Required: true, About: "Longitude in degrees, or easting"},
		{Name: "lat", Type: openapi.Number, Required: true, About: "Latitude in degrees, or northing"},
	}
}

func (a *API) questions() []openapi.Route {
	layer := openapi.Param{Name: "layer", In: openapi.Path, About: "Id of the layer"}
	id := openapi.Param{Name: "id", In: openapi.Path, About: "Id of the feature"}
	then := openapi.Param{Name: "datetime", About: "The city as of this instant (RFC 3339), borders of areas included"}
	stats := post("/api/v1/stats", "stats", "Questions", "Counts and measures by area, cell or value", statsBody{}, groupList{}, a.stats)
	stats.Weight = openapi.Heavy
	return []openapi.Route{
		get("/api/v1/me", "me", "City", "Who is asking", auth.Me{}, mediaJSON, a.me),
		get("/api/v1/me/access", "myAccess", "City", "What the subject may see, and why", accessList{}, mediaJSON, a.myAccess),
		get("/api/v1/city", "city", "City", "The city", cityInfo{}, mediaJSON, a.city),
		get("/api/v1/layers", "layers", "City", "Layers the subject may know", knownLayers{}, mediaJSON, a.layers),
		stats,
		get("/api/v1/locate", "locate", "Questions", "Everything about a place", placeAnswer{}, mediaJSON, a.locate,
			append(lonLat(),
				openapi.Param{Name: "coord", About: "System of lon and lat: wgs84, cgcs2000, gcj02, bd09 or EPSG:n", Default: "wgs84"},
				openapi.Param{Name: "accuracy", Type: openapi.Number, About: "Radius in metres within which the position lies with 95 %", Span: &openapi.Span{Min: 0, Max: 100_000}},
				openapi.Param{Name: "class", About: "Also who answers at the place for an event of this class, * for every class of the dictionary"}, then)...),
		get("/api/v1/convert", "convert", "Questions", "Coordinates in another system", converted{}, mediaJSON, a.convert,
			openapi.Param{Name: "coords", Required: true, About: "x,y;x,y"},
			openapi.Param{Name: "from", About: "wgs84, cgcs2000, gcj02, bd09 or EPSG:n", Default: "wgs84"},
			openapi.Param{Name: "to", About: "wgs84, cgcs2000, gcj02, bd09 or EPSG:n", Default: "wgs84"}),
		get("/api/v1/search", "search", "Questions", "Features by name or code", hitList{}, mediaJSON, a.search,
			openapi.Param{Name: "q", Required: true, About: "Name, part of a name, code or id"},
			openapi.Param{Name: "near", About: "lon,lat: prefer what is near"},
			openapi.Param{Name: "layers", About: "Only these layers, with a comma between"},
			openapi.Param{Name: "limit", Type: openapi.Integer, About: "Hits", Span: &openapi.Span{Min: 1, Max: 100}, Clamp: true, Default: "20"}),
		get("/api/v1/features/{layer}/{id}/related", "related", "Questions", "What a feature is linked to", relatedAnswer{}, mediaJSON, a.related, layer, id, then),
		get("/api/v1/buildings/{id}/card", "buildingCard", "Questions", "Floors, rooms, firms and devices of a building", buildingCard{}, mediaJSON, a.buildingCard, id, then),
	}
}

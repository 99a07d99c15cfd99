package spatial

import (
	"context"
	"net/http"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/roadnet"
	"wutu/server/geojson"
	"wutu/server/openapi"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
}

// Roads are the networks of the city's roads.
type Roads interface {
	// Network returns the network of a layer of roads. Errors: NotFound, Forbidden,
	// Invalid naming "roads".
	Network(ctx context.Context, v *live.View, s *layers.Subject, layer string) (*roadnet.Graph, error)
}

// Options configures an API; City and Roads are required.
type Options struct {
	City       City
	Roads      Roads
	MaxPage    int // features or rows of an answer at most; 0, or more than the package's own limit: that
	MaxNearest int // neighbours asked for at most; likewise
}

// API answers the addresses. Safe for concurrent use.
type API struct {
	o    Options
	room geojson.Room
}

// New returns an API.
func New(o Options) *API {
	if o.MaxPage <= 0 || o.MaxPage > maxFeatures {
		o.MaxPage = maxFeatures
	}
	if o.MaxNearest <= 0 || o.MaxNearest > maxK {
		o.MaxNearest = maxK
	}
	return &API{o: o}
}

// post declares an operation: body is a value of what is sent, of one of what is
// answered.
func post(path, id, summary string, body, of any, h openapi.Handler) openapi.Route {
	return openapi.Route{Method: http.MethodPost, Path: path, ID: id, Tag: "Questions", Summary: summary,
		Body:    &openapi.Body{About: summary, Types: []string{mediaJSON}, Of: body},
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: mediaJSON, About: summary, Of: of}}, Weight: openapi.Heavy, Handle: h}
}

// Routes declares the operations.
func (a *API) Routes() []openapi.Route {
	return []openapi.Route{
		a.nearRoute(),
		asGeoJSON(post("/api/v1/near", "nearShape", "Features around a place, a line or a polygon, nearest first", nearBody{}, openapi.Named("featureCollection"), a.nearShape)),
		light(post("/api/v1/within", "within", "Features in a drawn region, counted or listed", withinBody{}, withinCounts{}, a.within)),
		asGeoJSON(post("/api/v1/corridor", "corridor", "Features along a path, with how far along and off it they are, on which side, and where they cross", corridorBody{}, corridorAnswer{}, a.corridor)),
		a.batchRoute(),
		post("/api/v1/join", "join", "Which features of two layers belong together: counted, paired or grouped", joinBody{}, joinAnswer{}, a.join),
		a.differenceRoute(),
		post("/api/v1/coverage", "coverage", "How many residents facilities reach, within metres or minutes, and where the others are", coverageBody{}, coverageAnswer{}, a.coverage),
		post("/api/v1/overlay", "overlay", "How much of one layer's ground another takes, or a drawn shape, in square metres", overlayBody{}, overlayAnswer{}, a.overlay),
	}
}

func asGeoJSON(r openapi.Route) openapi.Route {
	r.Answers[0].Type = mediaGeoJSON
	return r
}

func light(r openapi.Route) openapi.Route {
	r.Weight = openapi.Light
	return r
}

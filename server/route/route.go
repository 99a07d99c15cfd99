package route

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/roadnet"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
)

// City is what this package asks of the city.
type City interface {
	View() *live.View
	Listen(since uint64) *live.Listener
}

// Options configures a Router; both are required.
type Options struct {
	City City
	Now  func() time.Time
}

// Router answers the addresses. Safe for concurrent use.
type Router struct {
	o    Options
	nets *roadnet.Keeper
}

// New returns a Router. Networks are built when first asked for.
func New(o Options) *Router { return &Router{o: o, nets: roadnet.NewKeeper(o.City)} }

// Run keeps the networks in step with the roads until ctx ends; without it that
// is done by the next question. What goes wrong is told to failed.
func (r *Router) Run(ctx context.Context, failed func(error)) { r.nets.Run(ctx, failed) }

const (
	// snapM is how far in metres a place may be off the roads.
	snapM = 2_000
	// maxMinutes bounds what a way may take, and defaultMinutes what is looked for.
	maxMinutes     = 600
	defaultMinutes = 240
	// maxReach bounds isochrones, in minutes, and maxRings how many there are.
	maxReach = 90
	maxRings = 8
	maxK     = 100
)

const (
	mediaJSON    = "application/json"
	mediaGeoJSON = "application/geo+json"
)

// Routes declares the operations.
func (r *Router) Routes() []openapi.Route {
	get := func(path, id, summary string, of any, media string, h openapi.Handler, params ...openapi.Param) openapi.Route {
		return openapi.Route{Method: http.MethodGet, Path: path, ID: id, Tag: "Roads", Summary: summary, Params: params,
			Answers: []openapi.Answer{{Status: 200, Type: media, About: summary, Of: of}}, Problems: []string{"no-way"}, Handle: h}
	}
	roads := openapi.Param{Name: "roads", About: "Layer of the roads", Default: model.Roads}
	mode := openapi.Param{Name: "mode", About: "How somebody moves", Enum: []string{"drive", "walk"}, Default: "drive"}
	inward := openapi.Param{Name: "direction", About: "out: from the place; in: to the place", Enum: []string{"out", "in"}, Default: "out"}
	lon := openapi.Param{Name: "lon", Type: openapi.Number, Required: true, About: "Longitude in degrees", Span: &openapi.Span{Min: -180, Max: 180}}
	lat := openapi.Param{Name: "lat", Type: openapi.Number, Required: true, About: "Latitude in degrees", Span: &openapi.Span{Min: -90, Max: 90}}
	within := openapi.Param{Name: "max_minutes", Type: openapi.Number, About: "Nothing that takes longer", Span: &openapi.Span{Min: 0.1, Max: maxMinutes},
		Default: strconv.Itoa(defaultMinutes)}
	return []openapi.Route{
		get("/api/v1/route", "route", "The quickest way between two places", wayFeature{}, mediaGeoJSON, r.way,
			openapi.Param{Name: "from", Required: true, About: "lon,lat in degrees"},
			openapi.Param{Name: "to", Required: true, About: "lon,lat in degrees"}, mode, roads, within),
		get("/api/v1/route/nearest", "routeNearest", "Features around a place, nearest by minutes first", nearestList{}, mediaGeoJSON, r.nearest,
			lon, lat, openapi.Param{Name: "layer", Required: true, About: "Id of the layer"},
			openapi.Param{Name: "k", Type: openapi.Integer, About: "At most this many", Span: &openapi.Span{Min: 1, Max: maxK}, Default: "10"},
			openapi.Param{Name: "filter", About: "CQL2 text"}, mode, inward, roads, within),
		get("/api/v1/isochrone", "isochrone", "What can be reached in a number of minutes", ringList{}, mediaGeoJSON, r.isochrone,
			lon, lat, openapi.Param{Name: "minutes", About: fmt.Sprintf("Up to %d numbers with commas between, at most %d", maxRings, maxReach), Default: "5,10,15"},
			mode, inward, roads),
		get("/api/v1/events/{id}/candidates", "candidates", "Whom or what to send to a case", candidateList{}, mediaJSON, r.candidates,
			openapi.Param{Name: "id", In: openapi.Path, About: "Case number"},
			openapi.Param{Name: "kind", About: "What is looked for", Enum: []string{"worker", "vehicle", "resource"}, Default: "worker"},
			openapi.Param{Name: "kinds", About: "Only these values of the field kind, with commas between; absent: what suits the class"},
			openapi.Param{Name: "k", Type: openapi.Integer, About: "At most this many", Span: &openapi.Span{Min: 1, Max: 50}, Default: "10"},
			openapi.Param{Name: "mode", About: "How they come; absent: workers walk, vehicles drive", Enum: []string{"drive", "walk"}},
			roads),
	}
}

// network returns the network of a layer and whether the subject may know the
// names of its roads. Errors: NotFound, Forbidden, Invalid naming the parameter.
func (r *Router) network(ctx context.Context, v *live.View, s *layers.Subject, layer string) (*roadnet.Graph, bool, error) {
	l, err := param.Listable(v, s, layer)
	if err != nil {
		return nil, false, err
	}
	d := access.Decide(s, l)
	refused := func(field string) error {
		return &layers.Error{Kind: layers.Forbidden, Op: "route", Layer: l.ID, Field: field,
			Err: errors.New("ways are for those who may see all roads and what they depend on")}
	}
	if !d.Whole() {
		return nil, false, refused("roads")
	}
	for _, name := range roadnet.Uses() {
		if i := l.FieldIndex(name); i >= 0 && d.Sights.Of(i) != layers.Shown {
			return nil, false, refused("roads")
		}
	}
	g, err := r.nets.Graph(ctx, layer)
	if err != nil {
		return nil, false, err
	}
	i := l.FieldIndex(model.Name)
	return g, i >= 0 && d.Sights.Of(i) == layers.Shown, nil
}

// place reads "lon,lat".
func place(name, text string) (orb.Point, error) {
	a, b, ok := strings.Cut(text, ",")
	lon, errA := strconv.ParseFloat(strings.TrimSpace(a), 64)
	lat, errB := strconv.ParseFloat(strings.TrimSpace(b), 64)
	if !ok || errA != nil || errB != nil || !(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90) {
		return orb.Point{}, layers.Invalidf("route", name, fmt.Sprintf("%.60q is not lon,lat in degrees", text))
	}
	return orb.Point{lon, lat}, nil
}

// snap finds the place on the network. The error is Invalid and names the
// parameter.
func snap(g *roadnet.Graph, m roadnet.Mode, p orb.Point, name string) (*roadnet.Snap, error) {
	s, ok := g.Snap(m, p, snapM)
	if !ok {
		return nil, layers.Invalidf("route", name, fmt.Sprintf("no road to %s on within %d m", m, snapM))
	}
	return &s, nil
}

// noWay is the answer when there is none.
func noWay(detail string) error {
	return &problem.Status{Code: http.StatusNotFound, Kind: "no-way", Detail: detail}
}

// minutes turns a parameter into a limit.
func minutes(m float64) time.Duration { return time.Duration(m * float64(time.Minute)) }

// Network returns the network of a layer of roads for a subject that may see all of
// them and what they depend on. Errors: NotFound, Forbidden, Invalid naming "roads".
func (r *Router) Network(ctx context.Context, v *live.View, s *layers.Subject, layer string) (*roadnet.Graph, error) {
	g, _, err := r.network(ctx, v, s, layer)
	return g, err
}

package tile

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/server/problem"
	"wutu/tiles"
	"wutu/tiles/cache"
	"wutu/tiles/render"
)

// City is what this package asks of the city.
type City interface{ View() *live.View }

// Request asks for one tile.
type Request struct {
	View    *live.View
	Subject layers.Subject
	Sights  *Sights // one for hexagons
	Tile    tiles.ID
	Hex     bool
	Filter  layers.Expr
	Same    string // text that all spellings of Filter share
	At      time.Time
}

// Drawer draws tiles and keeps them. Errors as layers/live.
type Drawer interface {
	// Ready answers without drawing, when it can.
	Ready(r *Request, c cache.Conditions) (res cache.Response, ok bool, err error)
	// Draw draws a tile that was not ready.
	Draw(ctx context.Context, r *Request) (*cache.Entry, error)
}

// Options configures an API; all are required.
type Options struct {
	City   City
	Draw   Drawer
	Budget time.Duration // that a request may take whose tile is not ready
}

// API answers the addresses under /tiles.
type API struct {
	o       Options
	sights  sights
	filters filters

	again, media []string // values of headers, which answers share
}

// New returns an API.
func New(o Options) *API {
	return &API{o: o, again: []string{"no-cache"}, media: []string{cache.MediaType}}
}

const (
	mediaJSON = "application/json"
	// maxLayers bounds the layers of one composed tile.
	maxLayers = 16
)

// Routes declares the operations.
func (a *API) Routes() []openapi.Route {
	path := func(name, about string) openapi.Param {
		return openapi.Param{Name: name, In: openapi.Path, About: about}
	}
	query := []openapi.Param{{Name: "filter", About: "CQL2"}, filterLang(), {Name: "datetime", About: "State as of this instant (RFC 3339)"}}
	address := append([]openapi.Param{path("z", "Zoom, 0 to 24"), path("x", "Column from the west"), path("y", "Row from the north"), ifNoneMatch()}, query...)
	return append([]openapi.Route{
		{Method: http.MethodGet, Path: "/tiles/{layers}.json", ID: "tileJSON", Tag: "Tiles", Summary: "TileJSON 3 of one or more layers",
			Params:  append([]openapi.Param{path("layers", "Layer ids, with a comma between")}, query...),
			Answers: []openapi.Answer{{Status: 200, Type: mediaJSON, About: "TileJSON", Of: tiles.TileJSON{}}}, Handle: a.describe},
		{Method: http.MethodGet, Path: "/tiles/{layers}/{z}/{x}/{y}.mvt", ID: "tile", Tag: "Tiles", Summary: "Features of one or more layers as a vector tile",
			Params: append([]openapi.Param{path("layers", "Layer ids, with a comma between")}, address...), Answers: tileAnswers(), Problems: notAcceptable(), OwnTime: true, Handle: a.features},
		{Method: http.MethodGet, Path: "/tiles/{layers}/hex/{z}/{x}/{y}.mvt", ID: "hexTile", Tag: "Tiles", Summary: "Counts of a layer by H3 cell as a vector tile",
			Params: append([]openapi.Param{path("layers", "Layer id")}, address...), Answers: tileAnswers(), Problems: notAcceptable(), OwnTime: true, Handle: a.hexagons},
	}, a.ogcRoutes()...)
}

// ifNoneMatch declares the header by which a client names the tile it has.
func ifNoneMatch() openapi.Param {
	return openapi.Param{Name: "If-None-Match", In: openapi.Header, About: "ETags of what the client has"}
}

// filterLang declares the language of the filter.
func filterLang() openapi.Param {
	return openapi.Param{Name: "filter-lang", About: "Language of filter", Enum: []string{"cql2-text", jsonFilter}, Default: "cql2-text"}
}

const jsonFilter = "cql2-json"

var errNoLayer = errors.New("no such layer")

// notAcceptable is what an address of tiles may fail with besides.
func notAcceptable() []string { return []string{"unsupported 406"} }

// tileAnswers are the answers of an address of tiles.
func tileAnswers() []openapi.Answer {
	tags := []string{"ETag", "Cache-Control", "Vary"}
	return []openapi.Answer{{Status: 200, Type: cache.MediaType, About: "Vector tile (MVT 2.1)", Headers: tags}, {Status: 204, About: "The tile is empty", Headers: tags},
		{Status: 304, About: "The tile is the one named in If-None-Match", Headers: tags}}
}

func (a *API) features(c echo.Context, in *openapi.Input) error {
	at, err := tiles.Parse(in.Text("z"), in.Text("x"), in.Text("y"))
	if err != nil {
		return err
	}
	return a.draw(c, in, in.Text("layers"), at)
}

// draw answers with a tile of layers.
func (a *API) draw(c echo.Context, in *openapi.Input, names string, at tiles.ID) error {
	r := Request{Tile: at}
	if err := a.read(c, in, names, &r); err != nil {
		return err
	}
	for i := range r.Sights.List {
		s := &r.Sights.List[i]
		if err := s.Decision.MayList(&r.Subject, s.Layer); err != nil {
			return err
		}
	}
	return a.answer(c, &r, "tile ")
}

// hexagons are counts: who may only count a layer gets those of its release.
func (a *API) hexagons(c echo.Context, in *openapi.Input) error {
	at, err := tiles.Parse(in.Text("z"), in.Text("x"), in.Text("y"))
	if err != nil {
		return err
	}
	r := Request{Tile: at, Hex: true}
	if err := a.read(c, in, in.Text("layers"), &r); err != nil {
		return err
	}
	if len(r.Sights.List) != 1 {
		return layers.Invalidf("tile", "layers", "hexagons are drawn of one layer at a time")
	}
	if s := &r.Sights.List[0]; s.Decision.Mode == access.Hidden {
		return s.Decision.MayList(&r.Subject, s.Layer)
	}
	return a.answer(c, &r, "hexagons of tile ")
}

// read completes a request from its parameters. What it shows is not checked yet.
func (a *API) read(c echo.Context, in *openapi.Input, names string, r *Request) error {
	ctx := c.Request().Context()
	r.View, r.Subject = a.o.City.View(), auth.SubjectOf(ctx)
	f, err := a.filters.read(spelling{json: in.Text("filter-lang") == jsonFilter, text: in.Text("filter")})
	if err != nil {
		return err
	}
	r.Filter, r.Same = f.expr, f.text
	if when := in.Text("datetime"); when != "" {
		p, ok, err := param.Datetime("datetime", when)
		if ok && !p.Instant {
			err = layers.Invalidf("tile", "datetime", "is an interval: a tile shows one instant")
		}
		if err != nil {
			return err
		}
		if ok {
			r.At = p.From
			ctx, cancel := context.WithTimeout(ctx, a.o.Budget)
			defer cancel()
			if r.View, err = r.View.AsOf(ctx, p.From); err != nil {
				return err
			}
		}
	}
	r.Sights, err = a.sights.of(r.View, &r.Subject, names)
	return err
}

// layerIDs reads a list of layers, sorted and without repetitions: the same set
// is the same tile.
func layerIDs(s string) ([]string, error) {
	ids := strings.Split(s, ",")
	if len(ids) > maxLayers {
		return nil, layers.Invalidf("tile", "layers", fmt.Sprintf("names more than %d layers", maxLayers))
	}
	for _, id := range ids {
		if err := layers.CheckLayerID(id); err != nil {
			return nil, param.At("layers", err)
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids), nil
}

// answer sends a tile: in the coding the client prefers, or nothing when it has
// it already. what it is called in the audit trail.
func (a *API) answer(c echo.Context, r *Request, what string) error {
	req := c.Request()
	for i := range r.Sights.List {
		if s := &r.Sights.List[i]; s.Persons {
			if err := live.NoteRead(req.Context(), &r.Subject, s.Layer, what+r.Tile.String()); err != nil {
				return err
			}
		}
	}
	asked := cache.Conditions{AcceptEncoding: req.Header["Accept-Encoding"], IfNoneMatch: req.Header["If-None-Match"]}
	res, ok, err := a.o.Draw.Ready(r, asked)
	if err == nil && !ok {
		res, err = a.drawn(req.Context(), r, asked)
	}
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Add("Vary", cache.Vary)
	if res.Status == http.StatusNotAcceptable {
		h["Cache-Control"] = a.again
		return &problem.Status{Code: res.Status, Kind: "unsupported", Parameter: "Accept-Encoding", Detail: "tiles come plain, in gzip, zstd or br, and all are refused"}
	}
	a.Say(h, &res)
	if res.Status != http.StatusOK {
		return c.NoContent(res.Status)
	}
	return c.Blob(http.StatusOK, cache.MediaType, res.Body)
}

// Say sets the headers that an answer with a tile has beside Vary.
func (a *API) Say(h http.Header, res *cache.Response) {
	h["Cache-Control"] = a.again
	res.Say(h)
	if res.Status == http.StatusOK {
		h["Content-Type"] = a.media
	}
}

// Ready answers for a tile of the present, unfiltered, of layers named as in an address,
// when that takes no more than a look: it is drawn, the subject may have it, and
// nobody has to know that it was asked for. Otherwise ok is false and nothing has
// happened; errors come on the ordinary way.
func (a *API) Ready(subject *layers.Subject, names string, at tiles.ID, asked cache.Conditions) (res cache.Response, shown *Sights, ok bool) {
	r := Request{View: a.o.City.View(), Subject: *subject, Tile: at}
	var err error
	if r.Sights, err = a.sights.of(r.View, subject, names); err != nil {
		return res, nil, false
	}
	for i := range r.Sights.List {
		if s := &r.Sights.List[i]; s.Persons || s.Decision.Mode != access.List {
			return res, nil, false
		}
	}
	res, ok, err = a.o.Draw.Ready(&r, asked)
	return res, r.Sights, ok && err == nil && res.Status != http.StatusNotAcceptable
}

// drawn answers with a tile that is not ready.
func (a *API) drawn(ctx context.Context, r *Request, asked cache.Conditions) (cache.Response, error) {
	ctx, cancel := context.WithTimeout(ctx, a.o.Budget)
	defer cancel()
	entry, err := a.o.Draw.Draw(ctx, r)
	if err != nil {
		return cache.Response{}, param.Engine(err)
	}
	return entry.Respond(asked)
}

func (a *API) describe(c echo.Context, in *openapi.Input) error {
	v, subject := a.o.City.View(), auth.SubjectOf(c.Request().Context())
	ids, err := layerIDs(in.Text("layers"))
	if err != nil {
		return err
	}
	if _, err := a.filters.read(spelling{json: in.Text("filter-lang") == jsonFilter, text: in.Text("filter")}); err != nil {
		return err
	}
	doc := tiles.TileJSON{TileJSON: tiles.TileJSONVersion, Scheme: "xyz", MaxZoom: deepest, VectorLayers: []tiles.VectorLayer{}}
	var names []string
	whole := true
	for _, id := range ids {
		l, err := param.Listable(v, &subject, id)
		if err != nil {
			return err
		}
		names = append(names, l.Title.ZH)
		decision := access.Decide(&subject, l)
		whole = whole && decision.Whole()
		described := render.Describe(l)
		described.MaxZoom = deepest
		doc.VectorLayers = append(doc.VectorLayers, described)
		if s := v.Stats(id); s.HasExtent {
			b := s.Extent
			if doc.Bounds == nil {
				doc.Bounds = &[4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]}
				continue
			}
			w := doc.Bounds
			*w = [4]float64{min(w[0], b.Min[0]), min(w[1], b.Min[1]), max(w[2], b.Max[0]), max(w[3], b.Max[1])}
		}
	}
	if !whole { // the extent of what the subject may not list is not its own
		doc.Bounds = nil
	}
	doc.Name = strings.Join(names, ", ")
	link := url.URL{Scheme: c.Scheme(), Host: c.Request().Host, RawQuery: in.RawQuery().Encode()}
	suffix := ""
	if link.RawQuery != "" {
		suffix = "?" + link.RawQuery
	}
	doc.Tiles = []string{link.Scheme + "://" + link.Host + "/tiles/" + strings.Join(ids, ",") + "/{z}/{x}/{y}.mvt" + suffix}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.JSON(http.StatusOK, doc)
}

// deepest is the zoom beyond which clients enlarge tiles: at 18 a tile unit is
// 4 cm.
const deepest tiles.Zoom = 18

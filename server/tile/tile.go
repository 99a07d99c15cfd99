package tile

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
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
	Layers  []string // in ascending order, each once; one for hexagons
	Tile    tiles.ID
	Filter  layers.Expr
	At      time.Time
}

// Drawer draws tiles. Errors as layers/live.
type Drawer interface {
	Features(ctx context.Context, r Request) (*cache.Entry, error)
	Hexagons(ctx context.Context, r Request) (*cache.Entry, error)
}

// Options configures an API; all are required.
type Options struct {
	City City
	Draw Drawer
}

// API answers the addresses under /tiles.
type API struct{ o Options }

// New returns an API.
func New(o Options) *API { return &API{o: o} }

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
	query := []openapi.Param{{Name: "filter", About: "CQL2 text"}, {Name: "datetime", About: "State as of this instant (RFC 3339)"}}
	address := append([]openapi.Param{path("z", "Zoom, 0 to 24"), path("x", "Column from the west"), path("y", "Row from the north"), ifNoneMatch()}, query...)
	return append([]openapi.Route{
		{Method: http.MethodGet, Path: "/tiles/{layers}.json", ID: "tileJSON", Tag: "Tiles", Summary: "TileJSON 3 of one or more layers",
			Params:  append([]openapi.Param{path("layers", "Layer ids, with a comma between")}, query...),
			Answers: []openapi.Answer{{Status: 200, Type: mediaJSON, About: "TileJSON", Of: tiles.TileJSON{}}}, Handle: a.describe},
		{Method: http.MethodGet, Path: "/tiles/{layers}/{z}/{x}/{y}.mvt", ID: "tile", Tag: "Tiles", Summary: "Features of one or more layers as a vector tile",
			Params: append([]openapi.Param{path("layers", "Layer ids, with a comma between")}, address...), Answers: tileAnswers(), Problems: notAcceptable(), Handle: a.features},
		{Method: http.MethodGet, Path: "/tiles/{layers}/hex/{z}/{x}/{y}.mvt", ID: "hexTile", Tag: "Tiles", Summary: "Counts of a layer by H3 cell as a vector tile",
			Params: append([]openapi.Param{path("layers", "Layer id")}, address...), Answers: tileAnswers(), Problems: notAcceptable(), Handle: a.hexagons},
	}, a.ogcRoutes()...)
}

// ifNoneMatch declares the header by which a client names the tile it has.
func ifNoneMatch() openapi.Param {
	return openapi.Param{Name: "If-None-Match", In: openapi.Header, About: "ETags of what the client has"}
}

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
func (a *API) draw(c echo.Context, in *openapi.Input, ids string, at tiles.ID) error {
	r, err := a.read(c, in, ids, at)
	if err != nil {
		return err
	}
	for _, id := range r.Layers {
		l, err := param.Listable(r.View, &r.Subject, id)
		if err != nil {
			return err
		}
		if err := live.NoteRead(c.Request().Context(), &r.Subject, l, "tile "+r.Tile.String()); err != nil {
			return err
		}
	}
	entry, err := a.o.Draw.Features(c.Request().Context(), r)
	if err != nil {
		return param.Engine(err)
	}
	return answer(c, entry)
}

// hexagons are counts: who may only count a layer gets those of its release.
func (a *API) hexagons(c echo.Context, in *openapi.Input) error {
	at, err := tiles.Parse(in.Text("z"), in.Text("x"), in.Text("y"))
	if err != nil {
		return err
	}
	r, err := a.read(c, in, in.Text("layers"), at)
	if err != nil {
		return err
	}
	if len(r.Layers) != 1 {
		return layers.Invalidf("tile", "layers", "hexagons are drawn of one layer at a time")
	}
	l, _, err := param.Countable(r.View, &r.Subject, r.Layers[0])
	if err == nil {
		err = live.NoteRead(c.Request().Context(), &r.Subject, l, "hexagons of tile "+r.Tile.String())
	}
	if err != nil {
		return err
	}
	entry, err := a.o.Draw.Hexagons(c.Request().Context(), r)
	if err != nil {
		return param.Engine(err)
	}
	return answer(c, entry)
}

func (a *API) read(c echo.Context, in *openapi.Input, ids string, at tiles.ID) (Request, error) {
	r := Request{View: a.o.City.View(), Subject: auth.SubjectOf(c.Request().Context()), Tile: at}
	var err error
	if r.Layers, err = layerIDs(ids); err != nil {
		return r, err
	}
	if r.Filter, err = param.Filter("filter", in.Text("filter")); err != nil {
		return r, err
	}
	p, ok, err := param.Datetime("datetime", in.Text("datetime"))
	if ok && !p.Instant {
		err = layers.Invalidf("tile", "datetime", "is an interval: a tile shows one instant")
	}
	if err != nil || !ok {
		return r, err
	}
	r.At = p.From
	r.View, err = r.View.AsOf(c.Request().Context(), p.From)
	return r, err
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
// it already.
func answer(c echo.Context, e *cache.Entry) error {
	req := c.Request().Header
	r, err := e.Respond(cache.Conditions{AcceptEncoding: req.Values("Accept-Encoding"), IfNoneMatch: req.Values("If-None-Match")})
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", cache.Vary)
	if r.ETag != "" {
		h.Set("ETag", r.ETag)
	}
	if r.Encoding != "" {
		h.Set("Content-Encoding", r.Encoding)
	}
	if r.Status == http.StatusNotAcceptable {
		return &problem.Status{Code: r.Status, Kind: "unsupported", Parameter: "Accept-Encoding", Detail: "tiles come plain, in gzip, zstd or br, and all are refused"}
	}
	if r.Status != http.StatusOK {
		return c.NoContent(r.Status)
	}
	h.Set("Content-Length", strconv.Itoa(len(r.Body)))
	return c.Blob(http.StatusOK, cache.MediaType, r.Body)
}

func (a *API) describe(c echo.Context, in *openapi.Input) error {
	v, subject := a.o.City.View(), auth.SubjectOf(c.Request().Context())
	ids, err := layerIDs(in.Text("layers"))
	if err != nil {
		return err
	}
	if _, err := param.Filter("filter", in.Text("filter")); err != nil {
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

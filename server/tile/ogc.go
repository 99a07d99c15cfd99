package tile

import (
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/param"
	"wutu/tiles"
	"wutu/tiles/cache"
)

// The addresses of OGC API Tiles Part 1 (20-057): the same tiles as under /tiles,
// rows before columns, with lists and descriptions of the tilesets of the dataset
// and of each collection.

type ogcLink struct {
	Href      string `json:"href"`
	Rel       string `json:"rel"`
	Type      string `json:"type,omitempty"`
	Title     string `json:"title,omitempty"`
	Templated bool   `json:"templated,omitempty"`
}

type tilesetInfo struct {
	Title            string         `json:"title"`
	DataType         string         `json:"dataType"`
	CRS              string         `json:"crs"`
	TileMatrixSetURI string         `json:"tileMatrixSetURI,omitempty"`
	TileMatrixSetID  string         `json:"tileMatrixSetId"`
	Layers           []tilesetLayer `json:"layers,omitempty"`
	BoundingBox      *tilesetBox    `json:"boundingBox,omitempty"`
	Links            []ogcLink      `json:"links"`
	Limits           []tileLimits   `json:"tileMatrixSetLimits,omitempty"`
}

// tileLimits are the tiles of a matrix that there are, all bounds inclusive. They
// are those of the whole matrix: tiles without content are answered as empty, and
// tighter ones would tell where the features lie.
type tileLimits struct {
	TileMatrix string `json:"tileMatrix"`
	MinTileRow uint32 `json:"minTileRow"`
	MaxTileRow uint32 `json:"maxTileRow"`
	MinTileCol uint32 `json:"minTileCol"`
	MaxTileCol uint32 `json:"maxTileCol"`
}

type tilesetLayer struct {
	ID       string    `json:"id"`
	Title    string    `json:"title,omitempty"`
	DataType string    `json:"dataType"`
	Links    []ogcLink `json:"links,omitempty"`
}

type tilesetBox struct {
	LowerLeft  [2]float64 `json:"lowerLeft"`
	UpperRight [2]float64 `json:"upperRight"`
	CRS        string     `json:"crs"`
}

const relScheme = "http://www.opengis.net/def/rel/ogc/1.0/tiling-scheme"

var errNoSet = errors.New("no such tile matrix set: /ogc/tileMatrixSets lists those there are")

func (a *API) ogcRoutes() []openapi.Route {
	path := func(name, about string) openapi.Param {
		return openapi.Param{Name: name, In: openapi.Path, About: about}
	}
	format := openapi.Param{Name: "f", About: "Format of the answer", Enum: []string{"json"}}
	mvt := openapi.Param{Name: "f", About: "Format of the tile", Enum: []string{"mvt"}}
	layer, set := path("layer", "Id of the collection"), path("tileMatrixSetId", "Id of the tile matrix set")
	collections := openapi.Param{Name: "collections", About: "Layer ids, with a comma between; default: every layer the subject may list whole tiles of"}
	address := []openapi.Param{set, path("tileMatrix", "Name of the zoom in the set"), path("tileRow", "Row from the north"), path("tileCol", "Column from the west"),
		{Name: "filter", About: "CQL2"}, filterLang(), {Name: "datetime", About: "State as of this instant (RFC 3339)"}, mvt, ifNoneMatch()}
	get := func(p, id, summary string, of any, h openapi.Handler, params ...openapi.Param) openapi.Route {
		return openapi.Route{Method: http.MethodGet, Path: p, ID: id, Tag: "OGC API", Summary: summary, Params: params,
			Answers: []openapi.Answer{{Status: 200, Type: mediaJSON, About: summary, Of: of}}, Handle: h}
	}
	return []openapi.Route{
		get("/ogc/tileMatrixSets", "tileMatrixSets", "Tile matrix sets", matrixSets{}, a.matrixSets, format),
		get("/ogc/tileMatrixSets/{tileMatrixSetId}", "tileMatrixSet", "One tile matrix set", setInfo{}, a.matrixSet, set, format),
		get("/ogc/tiles", "dataset.vector.getTileSetsList", "Tilesets of the whole dataset", tilesetList{}, a.tilesets, format),
		get("/ogc/tiles/{tileMatrixSetId}", "dataset.vector.getTileSet", "A tileset of the whole dataset", tilesetInfo{}, a.tileset, set, format),
		{Method: http.MethodGet, Path: "/ogc/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", ID: "dataset.vector.getTile", Tag: "OGC API",
			Summary: "Features of several collections as a vector tile", Params: append([]openapi.Param{collections}, address...), Answers: tileAnswers(), Problems: notAcceptable(), OwnTime: true, Handle: a.ogcTile},
		get("/ogc/collections/{layer}/tiles", "collection.vector.getTileSetsList", "Tilesets of a collection", tilesetList{}, a.tilesets, layer, format),
		get("/ogc/collections/{layer}/tiles/{tileMatrixSetId}", "collection.vector.getTileSet", "A tileset of a collection", tilesetInfo{}, a.tileset, layer, set, format),
		{Method: http.MethodGet, Path: "/ogc/collections/{layer}/tiles/{tileMatrixSetId}/{tileMatrix}/{tileRow}/{tileCol}", ID: "collection.vector.getTile", Tag: "OGC API",
			Summary: "Features of a collection as a vector tile", Params: append([]openapi.Param{layer}, address...), Answers: tileAnswers(), Problems: notAcceptable(), OwnTime: true, Handle: a.ogcTile},
	}
}

// setOf returns the tile matrix set of a request. The error is NotFound.
func setOf(in *openapi.Input) (tiles.MatrixSet, error) {
	id := in.Text("tileMatrixSetId")
	for _, s := range tiles.MatrixSets() {
		if s.ID == id {
			return s, nil
		}
	}
	return tiles.MatrixSet{}, &layers.Error{Kind: layers.NotFound, Op: "tile", Field: "tileMatrixSetId", Err: errNoSet}
}

func root(c echo.Context) string { return c.Scheme() + "://" + c.Request().Host }

type setInfo struct {
	ID     string       `json:"id"`
	Title  string       `json:"title"`
	URI    string       `json:"uri,omitempty"`
	CRS    string       `json:"crs"`
	Axes   []string     `json:"orderedAxes,omitempty"`
	Scales string       `json:"wellKnownScaleSet,omitempty"`
	Tiles  []matrixInfo `json:"tileMatrices,omitempty"`
	Links  []ogcLink    `json:"links,omitempty"`
}

type matrixInfo struct {
	ID               string     `json:"id"`
	ScaleDenominator float64    `json:"scaleDenominator"`
	CellSize         float64    `json:"cellSize"`
	Corner           string     `json:"cornerOfOrigin"`
	Origin           [2]float64 `json:"pointOfOrigin"`
	TileWidth        int        `json:"tileWidth"`
	TileHeight       int        `json:"tileHeight"`
	MatrixWidth      uint32     `json:"matrixWidth"`
	MatrixHeight     uint32     `json:"matrixHeight"`
}

func (a *API) matrixSets(c echo.Context, _ *openapi.Input) error {
	list := []setInfo{}
	for _, s := range tiles.MatrixSets() {
		list = append(list, setInfo{ID: s.ID, Title: s.Title, URI: s.URI, CRS: s.CRS,
			Links: []ogcLink{{Href: root(c) + "/ogc/tileMatrixSets/" + s.ID, Rel: "self", Type: mediaJSON, Title: s.Title}}})
	}
	return c.JSON(http.StatusOK, matrixSets{list})
}

func (a *API) matrixSet(c echo.Context, in *openapi.Input) error {
	s, err := setOf(in)
	if err != nil {
		return err
	}
	out := setInfo{ID: s.ID, Title: s.Title, URI: s.URI, CRS: s.CRS, Axes: s.Axes[:], Scales: s.Scales}
	for _, m := range s.Matrices {
		out.Tiles = append(out.Tiles, matrixInfo{ID: m.ID, ScaleDenominator: m.ScaleDenominator, CellSize: m.CellSize, Corner: "topLeft",
			Origin: m.Origin, TileWidth: m.TileSize, TileHeight: m.TileSize, MatrixWidth: m.Width, MatrixHeight: m.Height})
	}
	return c.JSON(http.StatusOK, out)
}

// scope is what a tileset is made of: one collection, or all that the subject may
// list.
func (a *API) scope(c echo.Context, in *openapi.Input) (*live.View, *layers.Subject, []*layers.Layer, string, error) {
	v, subject := a.o.City.View(), auth.SubjectOf(c.Request().Context())
	if in.Takes("layer") {
		id := in.Text("layer")
		l, err := param.Listable(v, &subject, id)
		if err != nil {
			return nil, nil, nil, "", err
		}
		return v, &subject, []*layers.Layer{l}, root(c) + "/ogc/collections/" + url.PathEscape(id), nil
	}
	var list []*layers.Layer
	for _, l := range v.Layers() {
		if l.Geometry != layers.NoGeometry && access.MayList(&subject, l) == nil && len(list) < maxLayers {
			list = append(list, l)
		}
	}
	return v, &subject, list, root(c) + "/ogc", nil
}

func (a *API) tilesets(c echo.Context, in *openapi.Input) error {
	v, subject, list, base, err := a.scope(c, in)
	if err != nil {
		return err
	}
	sets := []tilesetInfo{}
	for _, s := range tiles.MatrixSets() {
		t := describeSet(v, subject, list, base, s, root(c))
		t.Layers = nil // the limits stay: the suite of OGC reads them from the list
		sets = append(sets, t)
	}
	return c.JSON(http.StatusOK, map[string]any{"tilesets": sets,
		"links": []ogcLink{{Href: base + "/tiles", Rel: "self", Type: mediaJSON}}})
}

func (a *API) tileset(c echo.Context, in *openapi.Input) error {
	s, err := setOf(in)
	if err != nil {
		return err
	}
	v, subject, list, base, err := a.scope(c, in)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, describeSet(v, subject, list, base, s, root(c)))
}

func describeSet(v *live.View, s *layers.Subject, list []*layers.Layer, base string, set tiles.MatrixSet, host string) tilesetInfo {
	self := base + "/tiles/" + set.ID
	out := tilesetInfo{DataType: "vector", CRS: set.CRS, TileMatrixSetURI: set.URI, TileMatrixSetID: set.ID, Links: []ogcLink{
		{Href: self, Rel: "self", Type: mediaJSON, Title: "This tileset"},
		{Href: host + "/ogc/tileMatrixSets/" + set.ID, Rel: relScheme, Type: mediaJSON, Title: set.Title},
		{Href: self + "/{tileMatrix}/{tileRow}/{tileCol}", Rel: "item", Type: cache.MediaType, Title: "Tiles", Templated: true},
	}}
	for _, m := range set.Matrices {
		out.Limits = append(out.Limits, tileLimits{TileMatrix: m.ID, MaxTileRow: m.Height - 1, MaxTileCol: m.Width - 1})
	}
	var names, ids []string
	whole := true
	var box *tilesetBox
	for _, l := range list {
		names, ids = append(names, l.Title.ZH), append(ids, l.ID)
		out.Layers = append(out.Layers, tilesetLayer{ID: l.ID, Title: l.Title.ZH, DataType: "vector",
			Links: []ogcLink{{Href: host + "/ogc/collections/" + url.PathEscape(l.ID), Rel: "http://www.opengis.net/def/rel/ogc/1.0/geodata", Type: mediaJSON}}})
		d := access.Decide(s, l)
		whole = whole && d.Whole()
		if st := v.Stats(l.ID); st.HasExtent {
			b := st.Extent
			if box == nil {
				box = &tilesetBox{LowerLeft: [2]float64(b.Min), UpperRight: [2]float64(b.Max), CRS: param.CRS84}
			}
			box.LowerLeft = [2]float64{min(box.LowerLeft[0], b.Min[0]), min(box.LowerLeft[1], b.Min[1])}
			box.UpperRight = [2]float64{max(box.UpperRight[0], b.Max[0]), max(box.UpperRight[1], b.Max[1])}
		}
	}
	out.Title = strings.Join(names, ", ")
	if whole { // the extent of what the subject may not list is not its own
		out.BoundingBox = box
	}
	if len(ids) > 0 && set.Grid == tiles.Mercator { // TileJSON knows no other
		out.Links = append(out.Links, ogcLink{Href: host + "/tiles/" + strings.Join(ids, ",") + ".json", Rel: "describedby", Type: mediaJSON, Title: "TileJSON"})
	}
	return out
}

func (a *API) ogcTile(c echo.Context, in *openapi.Input) error {
	set, err := setOf(in)
	if err != nil {
		return err
	}
	at, err := set.Tile(in.Text("tileMatrix"), in.Text("tileCol"), in.Text("tileRow"))
	if err != nil {
		return addressed(err)
	}
	ids := ""
	if in.Takes("layer") {
		ids = in.Text("layer")
	} else {
		ids = in.Text("collections")
	}
	if ids == "" {
		_, _, list, _, err := a.scope(c, in)
		if err != nil {
			return err
		}
		var names []string
		for _, l := range list {
			names = append(names, l.ID)
		}
		ids = strings.Join(names, ",")
	}
	return a.draw(c, in, ids, at)
}

// addressed gives the part of an address at fault its name in these addresses.
func addressed(err error) error {
	var e *layers.Error
	if !errors.As(err, &e) {
		return err
	}
	named := *e
	switch e.Field {
	case "z":
		named.Field = "tileMatrix"
	case "x":
		named.Field = "tileCol"
	case "y":
		named.Field = "tileRow"
	}
	return &named
}

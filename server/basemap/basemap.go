package basemap

import (
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/problem"
	"wutu/tiles"
	"wutu/tiles/cache"
)

// City is what this package asks of the city.
type City interface{ View() *live.View }

// Options configures an API. City is required.
type Options struct {
	City City
	Maps []Basemap
}

// API answers the addresses under /basemaps.
type API struct {
	city City
	maps []Basemap // by name
}

// New returns an API. The error is Invalid for names that cannot be, or that are
// given twice, and for archives of unknown tiles.
func New(o Options) (*API, error) {
	maps, err := sorted(o.Maps)
	if err != nil {
		return nil, err
	}
	return &API{city: o.City, maps: maps}, nil
}

const mediaJSON = "application/json"

// Routes declares the operations.
func (a *API) Routes() []openapi.Route {
	path := func(name, about, example string) openapi.Param {
		return openapi.Param{Name: name, In: openapi.Path, About: about, Example: example}
	}
	const some = "/basemaps#/basemaps/0/name"
	tags := []string{"ETag", "Cache-Control", "Vary"}
	answers := []openapi.Answer{{Status: 204, About: "The archive has no such tile", Headers: tags}, {Status: 304, About: "The tile is the one named in If-None-Match", Headers: tags}}
	for _, f := range []Format{MVT, PNG, JPEG, WebP} {
		answers = append(answers, openapi.Answer{Status: 200, Type: f.media(), About: "The tile, as the archive holds it", Headers: tags})
	}
	return []openapi.Route{
		{Method: http.MethodGet, Path: "/basemaps", ID: "basemaps", Tag: "Tiles", Summary: "Basemaps: archives of tiles that are not the city's", ZH: "底图清单",
			Answers: []openapi.Answer{{Status: 200, Type: mediaJSON, About: "Name, kind and address of each", Of: listing{}}}, Handle: a.list},
		{Method: http.MethodGet, Path: "/basemaps/{name}.json", ID: "basemap", Tag: "Tiles", Summary: "TileJSON 3 of a basemap", ZH: "底图说明（TileJSON）",
			Params:  []openapi.Param{path("name", "Name of the basemap", some)},
			Answers: []openapi.Answer{{Status: 200, Type: mediaJSON, About: "TileJSON", Of: document{}}}, Handle: a.describe},
		{Method: http.MethodGet, Path: "/basemaps/{name}/{z}/{x}/{y}", ID: "basemapTile", Tag: "Tiles", Summary: "A tile of a basemap", ZH: "底图切片",
			Params: []openapi.Param{path("name", "Name of the basemap", some), path("z", "Zoom", ""), path("x", "Column from the west", ""),
				path("y", "Row from the north with the ending of the format: 6723.mvt, .png, .jpg or .webp", "/basemaps#/basemaps/0/example"),
				{Name: "If-None-Match", In: openapi.Header, About: "ETags of what the client has"}},
			Answers: answers, Problems: []string{"unsupported 406"}, Handle: a.tile},
	}
}

// summary is a basemap in the list.
type summary struct {
	Name        string `json:"name"`
	Title       string `json:"title"`
	Kind        string `json:"kind" enum:"vector,raster"`
	Attribution string `json:"attribution,omitempty"`
	TileJSON    string `json:"tilejson"` // address
}

type listing struct {
	Basemaps []summary `json:"basemaps"`
}

// document is a TileJSON 3.0.0 document of vector or raster tiles.
type document struct {
	TileJSON    string              `json:"tilejson"`
	Name        string              `json:"name"`
	Description string              `json:"description,omitempty"`
	Attribution string              `json:"attribution,omitempty"`
	Scheme      string              `json:"scheme"`
	Format      Format              `json:"format"`
	Tiles       []string            `json:"tiles"`
	MinZoom     tiles.Zoom          `json:"minzoom"`
	MaxZoom     tiles.Zoom          `json:"maxzoom"`
	Bounds      [4]float64          `json:"bounds"`
	Center      [3]float64          `json:"center"`
	Layers      []tiles.VectorLayer `json:"vector_layers,omitzero"`
}

var errNone = errors.New("no such basemap")

// admitted reports whether the subject may see basemaps: whether it may list a
// layer of the frame.
func (a *API) admitted(c echo.Context) bool {
	subject, v := auth.SubjectOf(c.Request().Context()), a.city.View()
	if v == nil {
		return false
	}
	for _, l := range v.Layers() {
		if l.Element == layers.Frame && access.MayList(&subject, l) == nil {
			return true
		}
	}
	return false
}

// find returns a basemap the subject may see. The error is NotFound.
func (a *API) find(c echo.Context, name string) (*Basemap, error) {
	for i := range a.maps {
		if a.maps[i].Name == name && a.admitted(c) {
			return &a.maps[i], nil
		}
	}
	return nil, &layers.Error{Kind: layers.NotFound, Op: "basemap", Field: "name", Err: errNone}
}

func (a *API) list(c echo.Context, _ *openapi.Input) error {
	out := listing{Basemaps: []summary{}}
	if a.admitted(c) {
		for _, b := range a.maps {
			info := b.Archive.Info()
			kind := "raster"
			if info.Format == MVT {
				kind = "vector"
			}
			out.Basemaps = append(out.Basemaps, summary{Name: b.Name, Title: titleOf(&b, &info), Kind: kind, Attribution: info.Attribution,
				TileJSON: root(c) + "/basemaps/" + b.Name + ".json"})
		}
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.JSON(http.StatusOK, out)
}

func titleOf(b *Basemap, i *Info) string {
	if i.Title != "" {
		return i.Title
	}
	return b.Name
}

func root(c echo.Context) string { return c.Scheme() + "://" + c.Request().Host }

func (a *API) describe(c echo.Context, in *openapi.Input) error {
	b, err := a.find(c, in.Text("name"))
	if err != nil {
		return err
	}
	i := b.Archive.Info()
	middle := i.Bound.Center()
	doc := document{TileJSON: tiles.TileJSONVersion, Name: titleOf(b, &i), Description: i.Description, Attribution: i.Attribution, Scheme: "xyz", Format: i.Format,
		Tiles:   []string{root(c) + "/basemaps/" + b.Name + "/{z}/{x}/{y}." + string(i.Format)},
		MinZoom: i.MinZoom, MaxZoom: i.MaxZoom, Bounds: [4]float64{i.Bound.Min[0], i.Bound.Min[1], i.Bound.Max[0], i.Bound.Max[1]},
		Center: [3]float64{middle[0], middle[1], float64(i.MinZoom+i.MaxZoom) / 2}}
	if i.Format == MVT { // TileJSON demands the list of vector tiles alone
		doc.Layers = append([]tiles.VectorLayer{}, i.Layers...)
	}
	c.Response().Header().Set("Cache-Control", "no-cache")
	return c.JSON(http.StatusOK, doc)
}

func (a *API) tile(c echo.Context, in *openapi.Input) error {
	b, err := a.find(c, in.Text("name"))
	if err != nil {
		return err
	}
	info := b.Archive.Info()
	row, ending, _ := strings.Cut(in.Text("y"), ".")
	at, err := tiles.Parse(in.Text("z"), in.Text("x"), row)
	if err != nil {
		return err
	}
	if Format(ending) != info.Format {
		return &layers.Error{Kind: layers.NotFound, Op: "basemap", Field: "y", Err: fmt.Errorf("the tiles of %s end in .%s", b.Name, info.Format)}
	}
	if at.Z < info.MinZoom || at.Z > info.MaxZoom {
		return &layers.Error{Kind: layers.NotFound, Op: "basemap", Field: "z", Err: fmt.Errorf("%s has zooms from %d to %d", b.Name, info.MinZoom, info.MaxZoom)}
	}
	packed, coding, err := b.Archive.Tile(c.Request().Context(), at)
	if err != nil {
		return err
	}
	if len(packed) == 0 && !at.Bound().Intersects(info.Bound) {
		return &layers.Error{Kind: layers.NotFound, Op: "basemap", Field: "x", Err: fmt.Errorf("the tile lies outside the bounds of %s", b.Name)}
	}
	return answer(c, info.Format.media(), packed, coding)
}

// answer sends a tile in the coding it is packed in, or unpacked when the client
// does not take that.
func answer(c echo.Context, media string, packed []byte, coding string) error {
	r, h := c.Request(), c.Response().Header()
	h.Set("Cache-Control", "no-cache")
	sent := ""
	if coding != "" && len(packed) > 0 {
		var ok bool
		h.Add("Vary", cache.Vary)
		if sent, ok = cache.Negotiate(r.Header.Values("Accept-Encoding"), coding); !ok {
			return &problem.Status{Code: http.StatusNotAcceptable, Kind: "unsupported", Parameter: "Accept-Encoding", Detail: "the tile comes plain or in " + coding + ", and both are refused"}
		}
	}
	tag := `"` + strconv.FormatUint(xxhash.Sum64(packed), 36) + sent + `"`
	h.Set("ETag", tag)
	switch {
	case cache.Matches(r.Header.Values("If-None-Match"), tag):
		return c.NoContent(http.StatusNotModified)
	case len(packed) == 0:
		return c.NoContent(http.StatusNoContent)
	}
	if sent != "" {
		h.Set("Content-Encoding", sent)
	} else if coding != "" {
		var err error
		if packed, err = cache.Unpack(coding, packed, maxUnpacked); err != nil {
			return err
		}
	}
	h.Set("Content-Length", strconv.Itoa(len(packed)))
	return c.Blob(http.StatusOK, media, packed)
}

// maxUnpacked bounds an unpacked tile: a packed one of a malicious archive may
// become a thousand times as large.
const maxUnpacked = 64 << 20

package ogc

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/server/openapi"
)

// ofDocuments are the formats of everything but features.
func ofDocuments() []offer { return []offer{offerJSON, offerHTML} }

func (a *API) landing(c echo.Context, in *openapi.Input) error {
	offer, err := choose(c, in, ofDocuments())
	if err != nil {
		return err
	}
	base := root(c) + "/ogc"
	if offer == offerHTML {
		return a.render(c, "landing", screen{Title: of(a.o.Name), Here: base, Data: a.summary(c)})
	}
	links := append(alternates(base, in.RawQuery(), offer, ofDocuments()),
		link{Href: base + "/api", Rel: "service-desc", Type: mediaAPI, Title: "API definition"},
		link{Href: root(c) + "/api", Rel: "service-doc", Type: mediaHTML, Title: "API documentation"},
		link{Href: base + "/conformance", Rel: "conformance", Type: mediaJSON, Title: "Conformance classes"},
		link{Href: base + "/collections", Rel: "data", Type: mediaJSON, Title: "Collections"},
		link{Href: base + "/functions", Rel: "http://www.opengis.net/def/rel/ogc/1.0/functions", Type: mediaJSON, Title: "Functions of filters"},
		link{Href: base + "/tiles", Rel: "http://www.opengis.net/def/rel/ogc/1.0/tilesets-vector", Type: mediaJSON, Title: "Vector tiles"},
		link{Href: base + "/tileMatrixSets", Rel: "http://www.opengis.net/def/rel/ogc/1.0/tiling-schemes", Type: mediaJSON, Title: "Tile matrix sets"},
	)
	return document(c, mediaJSON, map[string]any{"title": a.o.Name.ZH, "description": a.o.Name.EN, "links": links})
}

func (a *API) conformance(c echo.Context, in *openapi.Input) error {
	offer, err := choose(c, in, ofDocuments())
	if err != nil {
		return err
	}
	self := root(c) + "/ogc/conformance"
	if offer == offerHTML {
		return a.render(c, "conformance", screen{Title: title{"符合的标准", "Conformance"}, Here: self, Data: conformanceClasses()})
	}
	return document(c, mediaJSON, map[string]any{"conformsTo": conformanceClasses(), "links": alternates(self, in.RawQuery(), offer, ofDocuments())})
}

func (a *API) functions(c echo.Context, in *openapi.Input) error {
	offer, err := choose(c, in, ofDocuments())
	if err != nil {
		return err
	}
	list := functionList()
	if offer == offerHTML {
		return a.render(c, "functions", screen{Title: title{"过滤函数", "Functions of filters"}, Here: root(c) + "/ogc/functions", Data: list})
	}
	return document(c, mediaJSON, map[string]any{"functions": list, "links": alternates(root(c)+"/ogc/functions", in.RawQuery(), offer, ofDocuments())})
}

func (a *API) document(c echo.Context, in *openapi.Input) error {
	h, media := c.Response().Header(), mediaAPI
	h.Add("Vary", "Accept")
	var b []byte
	var err error
	if f := in.Text("f"); f == "oas31" || f == "" && strings.Contains(c.Request().Header.Get("Accept"), "version=3.1") {
		b, media = a.o.Modern(), openapi.Media31
	} else if b, err = a.describeAPI(c); err != nil {
		return err
	}
	h.Set("Cache-Control", "no-cache")
	h.Set("ETag", tagOfBytes(b))
	if fresh(c) {
		return notModified(c)
	}
	return c.Blob(http.StatusOK, media, b)
}

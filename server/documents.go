package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/openapi"
	"wutu/server/problem"
)

// documentRoutes are the addresses that describe the server to programs.
func (s *Server) documentRoutes() []openapi.Route {
	const tag = "Operation"
	return []openapi.Route{
		{Method: http.MethodGet, Path: "/openapi.json", ID: "openapi", Tag: tag, Summary: "This document as OpenAPI 3.1, or 3.0 for those that ask",
			Params: []openapi.Param{{Name: "f", About: "Version; without it the Accept header decides", Enum: []string{"oas31", "oas30"}}},
			Answers: []openapi.Answer{{Status: 200, Type: openapi.Media31, About: "OpenAPI 3.1", Schema: "openapi", Headers: []string{"Cache-Control", "Vary"}},
				{Status: 200, Type: openapi.Media30, About: "OpenAPI 3.0", Schema: "openapi"}},
			Handle: s.describe},
		{Method: http.MethodGet, Path: "/problems/{kind}", ID: "problem", Tag: tag, Summary: "What a type of problem means",
			Params:  []openapi.Param{{Name: "kind", In: openapi.Path, About: "Last part of the type", Example: "invalid"}},
			Answers: []openapi.Answer{{Status: 200, Type: "application/json", About: "The type of problem", Of: problemType{}}}, Handle: explain},
	}
}

// describe answers with the document in the version that is asked for, 3.1 if none is.
func (s *Server) describe(c echo.Context, in *openapi.Input) error {
	doc, media := s.documents.V31, openapi.Media31
	if in.Text("f") == "oas30" || in.Text("f") == "" && strings.Contains(c.Request().Header.Get("Accept"), "version=3.0") {
		doc, media = s.documents.V30, openapi.Media30
	}
	host, err := json.Marshal(c.Scheme() + "://" + c.Request().Host)
	if err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("Cache-Control", "no-cache")
	h.Add("Vary", "Accept")
	return c.Blob(http.StatusOK, media, bytes.Replace(doc, []byte(`"servers":[{"url":"/"}]`), fmt.Appendf(nil, `"servers":[{"url":%s}]`, host), 1))
}

// problemType is what a type of problem means.
type problemType struct {
	Type     string       `json:"type"`
	Title    layers.Title `json:"title"`
	Statuses []int        `json:"statuses" about:"HTTP statuses it comes with, the usual one first"`
	About    layers.Title `json:"about"`
}

func explain(c echo.Context, in *openapi.Input) error {
	e, ok := problem.Lookup(in.Text("kind"))
	if !ok {
		return echo.ErrNotFound
	}
	return c.JSON(http.StatusOK, problemType{Type: "/problems/" + e.Name, Title: e.Title, Statuses: e.Statuses, About: e.About})
}

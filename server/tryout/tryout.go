package tryout

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"

	"github.com/labstack/echo/v4"

	"wutu/server/openapi"
)

//go:embed page
var files embed.FS

// The media types of the files.
var media = map[string]string{".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}

// Routes declares the page and what it loads.
func Routes() []openapi.Route {
	const tag = "Operation"
	fresh := openapi.Param{Name: "If-None-Match", In: openapi.Header, About: "ETag of what the client has"}
	answers := func(types ...string) []openapi.Answer {
		out := []openapi.Answer{{Status: http.StatusNotModified, About: "The client has it already", Headers: []string{"ETag", "Cache-Control"}}}
		for _, t := range types {
			out = append(out, openapi.Answer{Status: http.StatusOK, Type: t, About: "The file", Headers: []string{"ETag", "Cache-Control"}})
		}
		return out
	}
	return []openapi.Route{
		{Method: http.MethodGet, Path: "/api/docs", ID: "docs", Tag: tag, Summary: "The page to try the API out", Params: []openapi.Param{fresh},
			Answers: answers("text/html"), Handle: func(c echo.Context, in *openapi.Input) error { return serve(c, in, "index.html") }},
		{Method: http.MethodGet, Path: "/api/docs/{file}", ID: "docsFile", Tag: tag, Summary: "What the page loads",
			Params:  []openapi.Param{{Name: "file", In: openapi.Path, About: "Name of the file", Example: "page.js"}, fresh},
			Answers: answers("text/javascript", "text/css"), Handle: func(c echo.Context, in *openapi.Input) error { return serve(c, in, in.Text("file")) }},
	}
}

func serve(c echo.Context, in *openapi.Input, name string) error {
	data, err := files.ReadFile("page/" + path.Base(name))
	if err != nil || path.Base(name) != name {
		return echo.ErrNotFound
	}
	sum := sha256.Sum256(data)
	h := c.Response().Header()
	h.Set("ETag", `"`+hex.EncodeToString(sum[:10])+`"`)
	h.Set("Cache-Control", "no-cache")
	if in.Text("If-None-Match") == h.Get("ETag") {
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, media[path.Ext(name)], data)
}

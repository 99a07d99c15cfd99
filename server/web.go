package server

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
)

// web serves the front end: files by name, and index.html for the addresses of
// the map itself.
type web struct {
	files fs.FS
	tags  map[string]string // path to strong ETag, per coding: "app.js", "app.js.gz"
}

// notPages are the first parts of addresses that never answer with a page.
var notPages = [...]string{"api", "ogc", "tiles", "basemaps", "open311", "healthz", "readyz", "metrics", "problems", "openapi.json"}

// newWeb reads every file once to know its tag. files may be nil.
func newWeb(files fs.FS) (*web, error) {
	w := &web{files: files, tags: make(map[string]string)}
	if files == nil {
		return w, nil
	}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		w.tags[name] = `"` + hex.EncodeToString(sum[:10]) + `"`
		return nil
	})
	if err != nil {
		return nil, &layers.Error{Kind: layers.Invalid, Op: "server", Field: "web", Err: fmt.Errorf("front end: %w", err)}
	}
	return w, nil
}

// serve answers an address that is no route.
func (w *web) serve(c echo.Context) error {
	r := c.Request()
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	first, _, _ := strings.Cut(name, "/")
	for _, p := range notPages {
		if first == p {
			return echo.ErrNotFound
		}
	}
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		return echo.ErrMethodNotAllowed
	}
	if _, ok := w.tags[name]; !ok {
		if path.Ext(name) != "" { // a file that is not there, not an address of the map
			return echo.ErrNotFound
		}
		name = "index.html"
		if _, ok := w.tags[first+".html"]; ok && first != "" {
			name = first + ".html"
		}
		if _, ok := w.tags[name]; !ok {
			return echo.ErrNotFound
		}
	}
	return w.file(c, name)
}

func (w *web) file(c echo.Context, name string) error {
	h, served := c.Response().Header(), name
	media := mime.TypeByExtension(path.Ext(name))
	if media == "" {
		media = "application/octet-stream"
	}
	if path.Ext(name) == ".webmanifest" {
		media = "application/manifest+json"
	}
	h.Set("Content-Type", media)
	if _, ok := w.tags[name+".gz"]; ok {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(c.Request().Header) {
			served = name + ".gz"
			h.Set("Content-Encoding", "gzip")
		}
	}
	// Names under assets carry a hash of their content; everything else is asked
	// for again each time.
	if strings.HasPrefix(name, "assets/") {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		h.Set("Cache-Control", "no-cache")
	}
	data, err := fs.ReadFile(w.files, served)
	if errors.Is(err, fs.ErrNotExist) {
		return echo.ErrNotFound
	}
	if err != nil {
		return err
	}
	h.Set("ETag", w.tags[served])
	http.ServeContent(c.Response(), c.Request(), name, time.Time{}, bytes.NewReader(data))
	return nil
}

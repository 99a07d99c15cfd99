package open311

import (
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/server/problem"
)

// Speaks reports whether an address is one of this package, whose failures are
// answered with Fail.
func Speaks(path string) bool { return strings.HasPrefix(path, Prefix) }

// Fail answers with a list of one error, in the format that the path asks for.
// It does nothing but return when the answer has begun.
func Fail(c echo.Context, p problem.Problem) error {
	if c.Response().Committed {
		return nil
	}
	f := asXML
	if strings.HasSuffix(c.Request().URL.Path, ".json") {
		f = asJSON
	}
	status := p.Status
	switch status {
	case http.StatusUnauthorized: // as the specification says of missing and wrong keys
		status = http.StatusForbidden
	case http.StatusUnprocessableEntity:
		status = http.StatusBadRequest
	}
	detail := p.Detail
	if detail == "" {
		detail = p.Title
	}
	if at := strings.Trim(p.Parameter+strings.TrimPrefix(p.Pointer, "/"), "/"); at != "" && !strings.Contains(detail, at) {
		detail = at + ": " + detail
	}
	b, err := f.encode(items("errors", members("error", of("code", status), of("description", detail))))
	if err != nil {
		return err
	}
	h := c.Response().Header()
	for _, name := range []string{"ETag", "Content-Encoding", "Content-Length", "Last-Modified"} {
		h.Del(name)
	}
	h.Set("Cache-Control", "no-store")
	return c.Blob(status, f.media(), b)
}

package ogc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"
)

// notModified answers that the client has the representation already, without the
// headers that only describe one.
func notModified(c echo.Context) error {
	for _, name := range []string{"Content-Crs", "Content-Language", "Content-Disposition", "Link", "OGC-NumberMatched", "OGC-NumberReturned", "OGC-Note"} {
		c.Response().Header().Del(name)
	}
	return c.NoContent(http.StatusNotModified)
}

// document answers with a JSON document and a tag of its content.
func document(c echo.Context, media string, value any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return err
	}
	h := c.Response().Header()
	h.Set("ETag", tagOfBytes(b.Bytes()))
	h.Set("Cache-Control", "no-cache")
	if fresh(c) {
		return notModified(c)
	}
	return c.Blob(http.StatusOK, media, b.Bytes())
}

// tagOfBytes is the tag of a document with this content. It is weak, so that it
// holds for the compressed document too.
func tagOfBytes(b []byte) string { return fmt.Sprintf(`W/"%x"`, xxhash.Sum64(b)) }

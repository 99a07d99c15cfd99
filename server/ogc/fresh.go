package ogc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"

	"wutu/layers/live"
	"wutu/server/openapi"
)

// unchanged sets the entity tag of a list and reports whether the client has the
// list already. The tag is weak: two answers with the same features differ in their
// time. It is made of what was asked for and of the last change that the subject
// can see in the layer, so it costs no look at a feature. A question about
// the present instant has no tag.
func (a *API) unchanged(c echo.Context, v *live.View, q *listing, in *openapi.Input, o offer) bool {
	if q.changing {
		return false
	}
	h := xxhash.New()
	for _, part := range []string{q.layer.ID, o.name, c.Request().Host, in.RawQuery().Encode(), q.decision.Scope(), c.Request().Header.Get("Accept-Language")} {
		h.WriteString(part) //nolint:errcheck // never fails
		h.Write([]byte{0})
	}
	header := c.Response().Header()
	header.Set("ETag", fmt.Sprintf(`W/"%x-%x"`, v.Version(&q.decision, q.layer.ID), h.Sum64()))
	header.Set("Cache-Control", "no-cache")
	return fresh(c)
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
		return c.NoContent(http.StatusNotModified)
	}
	return c.Blob(http.StatusOK, media, b.Bytes())
}

// tagOfBytes is the tag of a document with this content. It is weak, so that it
// holds for the compressed document too.
func tagOfBytes(b []byte) string { return fmt.Sprintf(`W/"%x"`, xxhash.Sum64(b)) }

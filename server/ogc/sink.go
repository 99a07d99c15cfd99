package ogc

import (
	"fmt"
	"maps"
	"net/http"
	"strconv"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/labstack/echo/v4"
)

// sink sends an answer while it is made. Nothing is sent before the first chunk is
// full, so that what goes wrong until then is answered as a problem; what goes wrong
// later ends the connection, which the client notices.
type sink struct {
	c     echo.Context
	media string
	buf   []byte
	began bool
	watch *time.Timer // ends the request when the client takes nothing any more
	quiet time.Duration
	stamp [2]int // where the time of the answer stands, which the tag leaves out
	// about are headers that say something of the features: they are sent with the
	// first of them, and not with a problem.
	about http.Header
}

// chunk is how much is gathered before it is sent: large enough that the cost of
// sending does not show, small enough for many answers at once.
const chunk = 64 << 10

// full sends what is there when it is enough.
func (s *sink) full() error {
	if len(s.buf) < chunk {
		return nil
	}
	return s.send()
}

func (s *sink) send() error {
	if !s.began {
		s.began = true
		h := s.c.Response().Header()
		h.Set(echo.HeaderContentType, s.media)
		maps.Copy(h, s.about)
		s.c.Response().WriteHeader(http.StatusOK)
	}
	_, err := s.c.Response().Write(s.buf)
	s.buf = s.buf[:0]
	if s.watch != nil && err == nil {
		s.watch.Reset(s.quiet)
	}
	return err
}

// end sends the rest. An answer that is whole by then has a length, and a tag of its
// content: a tag made of the number of a change would tell how much happens in what
// the subject does not see. The tag is weak, as answers differ in their time.
func (s *sink) end() error {
	if s.began {
		return s.send()
	}
	h := s.c.Response().Header()
	sum := xxhash.New()
	sum.Write(s.buf[:s.stamp[0]]) //nolint:errcheck // never fails
	sum.Write(s.buf[s.stamp[1]:]) //nolint:errcheck // never fails
	h.Set("ETag", fmt.Sprintf(`W/"%x"`, sum.Sum64()))
	h.Set("Cache-Control", "no-cache")
	if fresh(s.c) {
		return notModified(s.c)
	}
	h.Set(echo.HeaderContentLength, strconv.Itoa(len(s.buf)))
	return s.send()
}

package ogc

import (
	"net/http"
	"strconv"
	"time"

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
		s.c.Response().WriteHeader(http.StatusOK)
	}
	_, err := s.c.Response().Write(s.buf)
	s.buf = s.buf[:0]
	if s.watch != nil && err == nil {
		s.watch.Reset(s.quiet)
	}
	return err
}

// end sends the rest. An answer that is whole by then has a length.
func (s *sink) end() error {
	if !s.began {
		s.c.Response().Header().Set(echo.HeaderContentLength, strconv.Itoa(len(s.buf)))
	}
	return s.send()
}

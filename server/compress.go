package server

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/klauspost/compress/gzip"
	"github.com/labstack/echo/v4"

	"wutu/tiles/cache"
)

// smallest is the body size below which compressing costs more than it saves: a
// packet holds about 1,400 bytes.
const smallest = 1024

// compressible lists the media types worth compressing. Tiles bring their own
// coding, streams must not be buffered.
func compressible(media string) bool {
	media, _, _ = strings.Cut(media, ";")
	return strings.HasPrefix(media, "text/") && media != "text/event-stream" ||
		strings.HasSuffix(media, "json") || strings.HasSuffix(media, "javascript") || media == "image/svg+xml"
}

// newZips makes the pool of gzip writers, which hold most of a megabyte each.
// Answers are made anew for every request: the fastest level costs the client a
// few per cent of size and the server a third of the time.
func newZips() *sync.Pool {
	return &sync.Pool{New: func() any {
		w, err := gzip.NewWriterLevel(io.Discard, gzip.BestSpeed)
		if err != nil { // the level is valid
			return gzip.NewWriter(io.Discard)
		}
		return w
	}}
}

// compress codes compressible answers when the client takes gzip. Echo wraps
// the handler anew for each request: what lives longer belongs to s.
func (s *Server) compress(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		inner := c.Response().Writer
		w := &gzipWriter{ResponseWriter: inner, pool: s.zips, request: c.Request()}
		c.Response().Writer = w
		err := next(c)
		if err != nil && c.Response().Committed { // half an answer must not look whole
			c.Response().Writer = inner
			return &cutOff{err}
		}
		if err != nil { // answered here, so that the problem takes the same way
			c.Error(err)
		}
		c.Response().Writer = inner
		return w.close()
	}
}

// gzipWriter decides with the first kilobyte whether to compress.
type gzipWriter struct {
	http.ResponseWriter
	pool    *sync.Pool
	request *http.Request

	status  int
	decided bool
	held    []byte
	zip     *gzip.Writer
}

// WriteHeader remembers the status until it is decided how to answer.
func (w *gzipWriter) WriteHeader(status int) {
	if w.decided || w.status != 0 {
		return
	}
	w.status = status
	h := w.Header()
	if compressible(h.Get("Content-Type")) && h.Get("Content-Encoding") == "" {
		h.Add("Vary", "Accept-Encoding")
		if acceptsGzip(w.request.Header) {
			return
		}
	}
	w.pass()
}

func (w *gzipWriter) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.zip != nil {
		return w.zip.Write(b)
	}
	if w.decided {
		return w.ResponseWriter.Write(b)
	}
	w.held = append(w.held, b...)
	if len(w.held) >= smallest {
		return len(b), w.begin()
	}
	return len(b), nil
}

// pass sends the header as it is and lets everything through.
func (w *gzipWriter) pass() {
	w.decided = true
	if length := w.Header()["Content-Length"]; len(length) == 1 && w.status == http.StatusOK && w.request.Method == http.MethodGet {
		if n, err := strconv.ParseInt(length[0], 10, 64); err == nil {
			gather(w.request.Context(), n)
		}
	}
	w.ResponseWriter.WriteHeader(w.status)
}

func (w *gzipWriter) begin() error {
	w.decided = true
	h := w.Header()
	h.Set("Content-Encoding", "gzip")
	h.Del("Content-Length")
	if tag := h.Get("ETag"); strings.HasPrefix(tag, `"`) { // a strong tag names one coding
		h.Set("ETag", strings.TrimSuffix(tag, `"`)+`-gzip"`)
	}
	w.ResponseWriter.WriteHeader(w.status)
	w.zip, _ = w.pool.Get().(*gzip.Writer)
	w.zip.Reset(w.ResponseWriter)
	_, err := w.zip.Write(w.held)
	w.held = nil
	return err
}

func (w *gzipWriter) close() error {
	switch {
	case w.zip != nil:
		err := w.zip.Close()
		w.pool.Put(w.zip)
		w.zip = nil
		return err
	case !w.decided && w.status != 0:
		w.pass()
		_, err := w.ResponseWriter.Write(w.held)
		return err
	}
	return nil
}

// Flush sends what is there; streams need it.
func (w *gzipWriter) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if f, ok := w.ResponseWriter.(http.Flusher); ok && w.decided {
		f.Flush()
		_ = scatter(w.request.Context()) // whoever writes next is told
	}
}

// Hijack is for protocols that take the connection over.
func (w *gzipWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(w.ResponseWriter).Hijack()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *gzipWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// acceptsGzip reads Accept-Encoding as tiles do (RFC 9110, 12.5.3).
func acceptsGzip(h http.Header) bool {
	coding, ok := cache.Negotiate(h.Values("Accept-Encoding"))
	return ok && coding == cache.Gzip
}

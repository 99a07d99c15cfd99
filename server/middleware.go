package server

import (
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/open311"
)

const (
	traceHeader = "X-Request-Id"
	// statusClientGone marks in logs and metrics that nobody waited for the
	// answer; it is never sent.
	statusClientGone = 499
)

// observe gives the request its trace id, and counts and logs it.
func (s *Server) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		begin := s.o.Now()
		c.Response().Header()[traceHeader] = []string{s.trace(c.Request())}
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		cut := false
		if err := next(c); err != nil {
			cut = s.fail(c, err)
		}
		end := s.o.Now()
		took, status := end.Sub(begin), c.Response().Status
		route := c.Path()
		if route == "" || strings.HasSuffix(route, "*") {
			route = "web"
		}
		s.metrics.requests.WithLabelValues(route, methodLabel(c.Request().Method), statusLabel(status)).Inc()
		s.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
		s.meter(c, end, took)
		if ctx := c.Request().Context(); s.o.Log.Enabled(ctx, slog.LevelDebug) { // asked first: the values cost more than the question
			s.o.Log.DebugContext(ctx, "request", "method", c.Request().Method, "path", c.Request().URL.Path,
				"status", status, "bytes", c.Response().Size, "took", took, "trace", c.Response().Header().Get(traceHeader))
		}
		if cut {
			panic(http.ErrAbortHandler) // net/http's way to end the connection, so that the client notices
		}
		return nil
	}
}

// fail answers with a problem, or reports that the answer was cut off.
func (s *Server) fail(c echo.Context, err error) bool {
	cut, broken := errors.AsType[*cutOff](err)
	switch {
	case broken && lost(c.Request().Context(), cut.err):
		c.Response().Status = statusClientGone
	case broken:
		s.o.Log.ErrorContext(c.Request().Context(), "an answer was cut off", "trace", c.Response().Header().Get(traceHeader),
			"path", c.Request().URL.Path, "error", cut.err)
	default:
		c.Error(err)
	}
	return broken
}

// statusLabel is the metric's label of a status, without making a text of the usual
// ones.
func statusLabel(status int) string {
	switch status {
	case http.StatusOK:
		return "200"
	case http.StatusNoContent:
		return "204"
	case http.StatusNotModified:
		return "304"
	}
	return strconv.Itoa(status)
}

// cutOff is an answer that failed after its first bytes were sent.
type cutOff struct{ err error }

// Error is the reason.
func (e *cutOff) Error() string { return e.err.Error() }

// Unwrap is the reason.
func (e *cutOff) Unwrap() error { return e.err }

// lost reports whether an answer failed because nobody took it.
func lost(ctx context.Context, err error) bool {
	var gone *net.OpError
	return errors.As(err, &gone) || errors.Is(ctx.Err(), context.Canceled)
}

// methodLabel bounds the values of the metric's label: methods are free text.
func methodLabel(m string) string {
	switch m {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions:
		return m
	}
	return "other"
}

// trace takes the trace id of a W3C traceparent header, or makes one.
func (s *Server) trace(r *http.Request) string {
	if parent := r.Header["Traceparent"]; len(parent) > 0 {
		if p := strings.Split(parent[0], "-"); len(p) == 4 && len(p[1]) == 32 {
			if _, err := hex.DecodeString(p[1]); err == nil {
				return strings.ToLower(p[1])
			}
		}
	}
	return s.traces.next()
}

// traces makes trace ids: 128 bits of a generator that is seeded once. They name
// requests in the log and are no secret. Safe for concurrent use.
type traces struct {
	mu     sync.Mutex
	source *rand.ChaCha8
}

func newTraces(random io.Reader) (*traces, error) {
	var seed [32]byte
	if _, err := io.ReadFull(random, seed[:]); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "server", Err: err}
	}
	return &traces{source: rand.NewChaCha8(seed)}, nil
}

func (t *traces) next() string {
	var id [16]byte
	t.mu.Lock()
	binary.LittleEndian.PutUint64(id[:8], t.source.Uint64())
	binary.LittleEndian.PutUint64(id[8:], t.source.Uint64())
	t.mu.Unlock()
	var text [32]byte
	hex.Encode(text[:], id[:])
	return string(text[:])
}

// recovered turns a panic into an error, so that one bad request never ends the
// process.
func (s *Server) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			r := recover()
			if r == nil {
				return
			}
			if e, ok := r.(error); ok && errors.Is(e, http.ErrAbortHandler) {
				panic(r) // net/http's way to cut a connection
			}
			s.metrics.panics.Inc()
			s.o.Log.Error("panic", "path", c.Request().URL.Path, "trace", c.Response().Header().Get(traceHeader),
				"panic", r, "stack", string(debug.Stack()))
			err = &layers.Error{Kind: layers.Internal, Op: "server", Err: fmt.Errorf("panic: %v", r)}
		}()
		return next(c)
	}
}

// identify puts who asks into the request's context. A session that has ended
// is taken from the browser. Requests that change something from a session need
// its token. Pages and probes answer even when the store of keys does not.
func (s *Server) identify(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		r := c.Request()
		if err := open311.TakeKey(r); err != nil {
			return err
		}
		ctx, path := r.Context(), c.Path()
		open := auth.Unguarded(r.Method, path)
		who, err := s.gate.Identify(ctx, r)
		if layers.KindOf(err) == layers.Unauthorized && r.Header.Get("Authorization") == "" {
			s.gate.Drop(c)
			if open || auth.IsSignOut(r.Method, path) {
				who, err = s.gate.Public(ctx, r)
			}
		}
		if err != nil && (path == "" || path == "/healthz" || path == "/readyz") {
			who, err = &auth.Identity{Subject: s.gate.Anonymous()}, nil
			who.Subject.Grants = []layers.Grant{} // no policy, nothing to see
		}
		switch {
		case err != nil:
			return err
		case !open && !auth.Protected(r, who):
			return &layers.Error{Kind: layers.Forbidden, Op: "auth", Field: auth.CSRFHeader, Err: errors.New("the token of the session is missing or wrong")}
		case who.Unready() != "" && !auth.ForUnready(path):
			return &layers.Error{Kind: layers.Forbidden, Op: "auth", Err: errors.New(who.Unready())}
		}
		c.SetRequest(r.WithContext(auth.WithIdentity(ctx, who)))
		return next(c)
	}
}

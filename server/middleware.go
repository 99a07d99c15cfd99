package server

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"

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
		c.Response().Header().Set(traceHeader, s.trace(c.Request()))
		s.metrics.inFlight.Inc()
		defer s.metrics.inFlight.Dec()
		err := next(c)
		var cut *cutOff
		switch broken := errors.As(err, &cut); {
		case broken && lost(c.Request().Context(), cut.err):
			c.Response().Status = statusClientGone
		case broken:
			s.o.Log.ErrorContext(c.Request().Context(), "an answer was cut off", "trace", c.Response().Header().Get(traceHeader),
				"path", c.Request().URL.Path, "error", cut.err)
		case err != nil:
			c.Error(err)
		}
		end := s.o.Now()
		took, status := end.Sub(begin), c.Response().Status
		route := c.Path()
		if route == "" || strings.HasSuffix(route, "*") {
			route = "web"
		}
		s.metrics.requests.WithLabelValues(route, methodLabel(c.Request().Method), strconv.Itoa(status)).Inc()
		s.metrics.seconds.WithLabelValues(route).Observe(took.Seconds())
		s.meter(c, end, took)
		if ctx := c.Request().Context(); s.o.Log.Enabled(ctx, slog.LevelDebug) { // asked first: the values cost more than the question
			s.o.Log.DebugContext(ctx, "request", "method", c.Request().Method, "path", c.Request().URL.Path,
				"status", status, "bytes", c.Response().Size, "took", took, "trace", c.Response().Header().Get(traceHeader))
		}
		if cut != nil {
			panic(http.ErrAbortHandler) // net/http's way to end the connection, so that the client notices
		}
		return nil
	}
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
	if p := strings.Split(r.Header.Get("Traceparent"), "-"); len(p) == 4 && len(p[1]) == 32 {
		if _, err := hex.DecodeString(p[1]); err == nil {
			return strings.ToLower(p[1])
		}
	}
	var id [16]byte
	if _, err := io.ReadFull(s.o.Rand, id[:]); err != nil {
		return ""
	}
	return hex.EncodeToString(id[:])
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

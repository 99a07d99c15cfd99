package server

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"wutu/layers"
	"wutu/server/openapi"
)

// probe bounds how long readiness waits for the store.
const probe = 2 * time.Second

func (s *Server) ownRoutes() []openapi.Route {
	return []openapi.Route{
		{Method: http.MethodGet, Path: "/healthz", ID: "health", Tag: "Operation", Summary: "Is the process alive",
			Answers: []openapi.Answer{{Status: 200, Type: "application/json", About: "It is", Of: vitality{}}}, Handle: s.healthy},
		{Method: http.MethodGet, Path: "/readyz", ID: "ready", Tag: "Operation", Summary: "Is the city loaded and the store reachable",
			Answers: []openapi.Answer{{Status: 200, Type: "application/json", About: "Ready", Of: vitality{}}}, Handle: s.ready},
		{Method: http.MethodGet, Path: "/metrics", ID: "metrics", Tag: "Operation", Summary: "Prometheus metrics",
			Answers: []openapi.Answer{{Status: 200, Type: "text/plain", About: "Metrics in Prometheus text format"}}, Handle: s.expose},
	}
}

type vitality struct {
	Status  string `json:"status"`
	Version string `json:"version,omitempty"`
}

func (s *Server) healthy(c echo.Context, _ *openapi.Input) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, vitality{"ok", s.o.Version})
}

func (s *Server) ready(c echo.Context, _ *openapi.Input) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	v := s.o.City.View()
	if s.draining.Load() || v == nil {
		return &layers.Error{Kind: layers.Unavailable, Op: "ready", Err: errors.New("starting or stopping")}
	}
	ctx, cancel := context.WithTimeout(c.Request().Context(), probe)
	defer cancel()
	if _, err := s.o.Records.Layers(ctx); err != nil {
		return &layers.Error{Kind: layers.Unavailable, Op: "ready", Err: errors.New("the store cannot be reached")}
	}
	return c.JSON(http.StatusOK, vitality{Status: "ready"})
}

// metrics are the server's own figures. Counts of features and of changes are not
// among them: they would show what access withholds.
type metrics struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	inFlight prometheus.Gauge
	panics   prometheus.Counter
	handler  http.Handler
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "wutu_http_requests_total",
			Help: "Requests answered, by route, method and status."}, []string{"route", "method", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "wutu_http_request_seconds",
			Help: "Time to answer, by route.", Buckets: []float64{.001, .0025, .005, .01, .02, .05, .1, .25, .5, 1, 2.5, 10, 30}}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{Name: "wutu_http_requests_in_flight", Help: "Requests being answered."}),
		panics:   prometheus.NewCounter(prometheus.CounterOpts{Name: "wutu_panics_total", Help: "Requests that met a defect."}),
	}
	streams := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wutu_stream_clients", Help: "Open streams."},
		func() float64 { return float64(s.streams.Clients()) })
	heavy := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wutu_heavy_requests_running", Help: "Heavy requests being answered."},
		func() float64 { running, _ := s.heavy.load(); return float64(running) })
	waiting := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "wutu_heavy_requests_waiting", Help: "Heavy requests waiting for their turn."},
		func() float64 { _, waiting := s.heavy.load(); return float64(waiting) })
	m.registry.MustRegister(m.requests, m.seconds, m.inFlight, m.panics, streams, heavy, waiting)
	m.handler = promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{DisableCompression: true})
	return m
}

func (s *Server) expose(c echo.Context, _ *openapi.Input) error {
	s.metrics.handler.ServeHTTP(c.Response(), c.Request())
	return nil
}

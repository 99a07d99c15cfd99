package server

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"wutu/layers"
)

// Run serves l until ctx ends, then drains: it stops accepting, ends the
// streams, and gives requests under way DrainTimeout. It returns nil after a
// clean stop, and the listener's error otherwise. It closes l. TLS is the
// caller's: hand in a tls listener.
func (s *Server) Run(ctx context.Context, l net.Listener) error {
	base, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	h := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: readHeader,
		ReadTimeout:       2 * s.o.RequestTimeout, // a slow body ends with its request
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeaderBytes,
		BaseContext:       func(net.Listener) context.Context { return base },
		ConnContext:       withConn,
		ErrorLog:          slog.NewLogLogger(s.o.Log.Handler(), slog.LevelDebug),
	}
	var background sync.WaitGroup
	background.Go(func() { s.search.Run(base) })
	background.Go(func() { s.usage.Run(base) })
	background.Go(func() { s.sealDaily(base) })
	background.Go(func() { s.sweep(base) })
	background.Go(func() { s.events.Run(base) })
	background.Go(func() { s.alarms.Run(base) })
	background.Go(func() { s.fences.Run(base) })
	background.Go(func() { s.webhooks.Run(base) })
	background.Go(func() {
		s.ways.Run(base, func(err error) { s.o.Log.Error("the road network is not built", "error", err) })
	})
	if s.tracks != nil {
		background.Go(func() { s.tracks.Run(base) })
	}
	if s.photos != nil {
		background.Go(func() { s.photos.Run(base) })
	}
	if s.accessLog != nil {
		background.Go(func() {
			s.accessLog.Run(base, func(err error) { s.o.Log.Error("the access log is not written", "err", err) })
		})
	}
	failed := make(chan error, 1)
	go func() { failed <- h.Serve(gatherer{l}) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = s.drain(h)
		<-failed
	}
	cut()
	background.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		err = nil
	}
	if s.recorder != nil {
		closing, cancel := context.WithTimeout(context.Background(), s.o.DrainTimeout)
		defer cancel()
		err = errors.Join(err, s.recorder.Close(closing))
	}
	return err
}

func (s *Server) drain(h *http.Server) error {
	s.draining.Store(true)
	s.streams.Close()
	ctx, cancel := context.WithTimeout(context.Background(), s.o.DrainTimeout)
	defer cancel()
	if err := h.Shutdown(ctx); err != nil {
		closeErr := h.Close()
		return &layers.Error{Kind: layers.Timeout, Op: "stop", Err: errors.Join(errors.New("requests were cut off"), closeErr)}
	}
	return nil
}

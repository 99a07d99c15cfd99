package server

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server/audit"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/problem"
)

// reading makes ctx gather what a request reads of persons; nil when there is no
// audit trail. While the trail cannot be written nothing of persons is read.
// Requests that last are written down when they begin.
func (s *Server) reading(ctx *context.Context, r *openapi.Route) *live.Reads {
	if s.recorder == nil {
		return nil
	}
	begun := *ctx
	with, reads := live.WithReads(begun, func(read *live.Read) error {
		if r.Endless {
			subject := auth.SubjectOf(begun)
			return s.write(begun, &subject, r, read, layers.AuditDone)
		}
		return s.recorder.Ready()
	})
	*ctx = with
	return reads
}

func (s *Server) write(ctx context.Context, subject *layers.Subject, r *openapi.Route, read *live.Read, result string) error {
	line := s.recorder.Line(subject, "read."+r.ID, read.Layer, read.Filter, int(read.Rows.Load()))
	line.Result = result
	return s.recorder.Record(context.WithoutCancel(ctx), line)
}

// recorded writes into the audit trail what an answered request read of persons,
// and what it was refused: err is how it ended. Of requests that last it is the
// second line, with their rows.
func (s *Server) recorded(c echo.Context, r *openapi.Route, reads *live.Reads, err error) {
	list := reads.List()
	if err == nil && len(list) == 0 {
		return
	}
	ctx := c.Request().Context()
	subject := auth.SubjectOf(ctx)
	result := layers.AuditDone
	if err != nil {
		result = layers.AuditFailed
	}
	for _, read := range list {
		if failed := s.write(ctx, &subject, r, read, result); failed != nil {
			s.o.Log.ErrorContext(ctx, "a read of persons is not recorded", "actor", subject.ID, "layer", read.Layer, "error", failed)
		}
	}
	if err != nil && subject.ID != "" && problem.From(err).Status == http.StatusForbidden {
		line := s.recorder.Line(&subject, "read."+r.ID, c.Request().URL.Path, "", 0)
		line.Result = layers.AuditRefused
		if failed := s.recorder.Record(context.WithoutCancel(ctx), line); failed != nil {
			s.o.Log.ErrorContext(ctx, "a refusal is not recorded", "actor", subject.ID, "error", failed)
		}
	}
}

// audit are the options of the recorder.
func (o *Options) audit(trail audit.Store) audit.Options {
	a := audit.Options{Store: trail, Now: o.Now, City: o.Name.ZH}
	if o.Keys != nil {
		a.Signer = o.Keys
	}
	return a
}

// sweep removes exported files that nobody may have any more, every sweepEvery.
func (s *Server) sweep(ctx context.Context) {
	for ctx.Err() == nil {
		if err := s.disclose.Sweep(ctx); err != nil && ctx.Err() == nil {
			s.o.Log.ErrorContext(ctx, "old exports are not removed", "error", err)
		}
		t := time.NewTimer(sweepEvery)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

const sweepEvery = time.Hour

// sealDaily signs the days of the audit trail that are over, soon after midnight
// and at every start.
func (s *Server) sealDaily(ctx context.Context) {
	for s.o.SealAudit != nil && ctx.Err() == nil {
		if err := s.o.SealAudit(ctx, s.o.Now()); err != nil && ctx.Err() == nil {
			s.o.Log.ErrorContext(ctx, "the audit trail is not sealed", "error", err)
		}
		t := time.NewTimer(sealEvery)
		select {
		case <-t.C:
		case <-ctx.Done():
		}
		t.Stop()
	}
}

// sealEvery is how often sealDaily looks whether a day is over.
const sealEvery = 10 * time.Minute

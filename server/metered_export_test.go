package server

import (
	"context"
	"errors"
)

// Flush writes what Run writes now and then.
func Flush(ctx context.Context, s *Server) error {
	err := s.usage.Flush(ctx)
	if s.accessLog != nil {
		err = errors.Join(err, s.accessLog.Flush())
	}
	return err
}

package server

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/tiles/cache"
)

// Registered lists what the router knows.
func Registered(s *Server) []*echo.Route { return s.echo.Routes() }

// Ordinary is the server without its express, and Express the express alone, which
// leaves what it does not answer to next.
func Ordinary(s *Server) http.Handler { return s.echo }

// Express is described at Ordinary.
func Express(s *Server, next http.Handler) http.Handler { return newExpress(s, next) }

// TileStats counts what the server's tile cache did.
func TileStats(s *Server) cache.Stats { return s.drawer.cache.Stats() }

// FollowSearch keeps the search up to date until ctx ends.
func FollowSearch(ctx context.Context, s *Server) { s.search.Run(ctx) }

// Lane is a lane of its own.
type Lane struct{ lane *lane }

// NewLane returns one.
func NewLane(slots, queue int, wait time.Duration) Lane {
	return Lane{newLane(Crowd{Running: slots, Waiting: queue, Wait: wait})}
}

// Enter waits for a turn.
func (l Lane) Enter(ctx context.Context) (func(), error) { return l.lane.enter(ctx) }

// Load is how many run and wait.
func (l Lane) Load() (int, int) { return l.lane.load() }

// TakeTurn takes a turn of a server's heavy questions until the result is called.
func TakeTurn(ctx context.Context, s *Server) func() {
	leave, err := s.heavy.enter(ctx)
	if err != nil {
		panic(err)
	}
	return leave
}

// HeavyLoad is how many heavy questions run and wait.
func HeavyLoad(s *Server) (running, waiting int) { return s.heavy.load() }

package server

import (
	"context"

	"github.com/labstack/echo/v4"

	"wutu/tiles/cache"
)

// Registered lists what the router knows.
func Registered(s *Server) []*echo.Route { return s.echo.Routes() }

// TileStats counts what the server's tile cache did.
func TileStats(s *Server) cache.Stats { return s.drawer.cache.Stats() }

// FollowSearch keeps the search up to date until ctx ends.
func FollowSearch(ctx context.Context, s *Server) { s.search.Run(ctx) }

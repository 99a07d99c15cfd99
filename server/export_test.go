package server

import "github.com/labstack/echo/v4"

// Registered lists what the router knows.
func Registered(s *Server) []*echo.Route { return s.echo.Routes() }

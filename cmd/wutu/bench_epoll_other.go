//go:build !linux

package main

import (
	"context"
	"errors"
)

// Loads need epoll: what the server does beside a costlier load would not be what
// is measured elsewhere.
var errNoLoads = errors.New("loads are measured on Linux only")

func (l *wireLoad) run(context.Context, string) (loadResult, error) { return loadResult{}, errNoLoads }

func (c *crowd) run(context.Context) error { return errNoLoads }

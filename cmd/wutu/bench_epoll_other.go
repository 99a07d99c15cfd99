//go:build !linux

package main

import "context"

// run sends the requests from a goroutine for each connection.
func (l *wireLoad) run(ctx context.Context, name string) (loadResult, error) {
	return l.each(ctx, name)
}

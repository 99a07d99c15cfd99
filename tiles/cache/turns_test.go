package cache_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wutu/tiles/cache"
)

// Few tiles are drawn at once, in the order in which they were asked for; one that takes
// long goes on beside the next, and one that nobody waits for any more is not begun.
func TestTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := cache.New(cache.Options{Drawings: 2})
		began := time.Now()
		var mu sync.Mutex
		var order []string
		ask := func(ctx context.Context, i int, takes time.Duration) {
			go func() {
				_, err := c.Get(ctx, cache.Key{Version: uint64(i)}, func(context.Context) (cache.Tile, error) {
					mu.Lock()
					order = append(order, fmt.Sprint(i, " ", time.Since(began).Milliseconds()))
					mu.Unlock()
					time.Sleep(takes)
					return cache.Tile{}, nil
				})
				if (err != nil) != (ctx.Err() != nil) {
					t.Error(err)
				}
			}()
			synctest.Wait() // until it is drawn or waits
		}
		const ms = time.Millisecond
		gone, leave := context.WithCancel(t.Context())
		ask(t.Context(), 0, 5*ms)
		ask(t.Context(), 1, time.Hour)
		ask(t.Context(), 2, 10*ms) // after 0
		ask(gone, 3, ms)
		ask(t.Context(), 4, 9*ms) // after 2
		ask(t.Context(), 5, ms)   // beside 1 and 4
		leave()
		time.Sleep(time.Minute)
		ask(t.Context(), 6, ms)
		ask(t.Context(), 7, ms)
		time.Sleep(2 * time.Hour)
		if want := []string{"0 0", "1 0", "2 5", "4 15", "5 20", "6 60000", "7 60000"}; !slices.Equal(order, want) {
			t.Errorf("%q, want %q", order, want)
		}
	})
}

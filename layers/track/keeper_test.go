package track_test

import (
	"testing"
	"time"

	"wutu/layers/memstore"
	"wutu/layers/track/tracktest"
)

func TestKeeper(t *testing.T) {
	tracktest.Run(t, func(_ *testing.T, now func() time.Time, s tracktest.Store) tracktest.Store {
		if s == nil {
			return memstore.NewWithClock(now)
		}
		return s
	})
}

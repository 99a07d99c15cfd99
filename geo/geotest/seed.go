package geotest

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// Seed returns the seed of a random test and logs how to repeat it: the value of
// the environment variable WUTU_SEED, or else one from the clock.
func Seed(t testing.TB) int64 {
	t.Helper()
	seed := time.Now().UnixNano()
	if text := os.Getenv("WUTU_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseInt(text, 10, 64); err != nil {
			t.Fatalf("WUTU_SEED: %v", err)
		}
	}
	t.Logf("repeat with WUTU_SEED=%d", seed)
	return seed
}

// Rand returns a random source started with Seed.
func Rand(t testing.TB) *rand.Rand {
	t.Helper()
	return rand.New(rand.NewPCG(uint64(Seed(t)), 0x5eed))
}

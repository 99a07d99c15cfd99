package track_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"wutu/layers/track"
)

// An hour of a walker, in and out of its chunk.
func BenchmarkChunk(b *testing.B) {
	fixes := walk(rand.New(rand.NewPCG(1, 1)), 360)
	packed := track.AppendChunk(nil, fixes)
	b.Run("write", func(b *testing.B) {
		for b.Loop() {
			packed = track.AppendChunk(packed[:0], fixes)
		}
	})
	b.Run("read", func(b *testing.B) {
		for b.Loop() {
			if _, err := track.ReadChunk(packed); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.ReportMetric(float64(len(packed))/float64(len(fixes)), "B/fix")
}

func BenchmarkWays(b *testing.B) {
	fixes := walk(rand.New(rand.NewPCG(1, 1)), 10_000)
	b.Run("length", func(b *testing.B) {
		for b.Loop() {
			track.Length(fixes)
		}
	})
	b.Run("stops", func(b *testing.B) {
		for b.Loop() {
			track.Stops(fixes, 50, 3*time.Minute)
		}
	})
	b.Run("simplify", func(b *testing.B) {
		for b.Loop() {
			track.Simplify(fixes, 10)
		}
	})
}

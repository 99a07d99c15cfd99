package live

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// Shares use the room up as far as they may, nobody gets more than another who wants as
// much, and who wants little gets it all.
func TestFairShare(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 2000 {
		counts := make([]int, 1+r.IntN(8))
		sum, most := 0, 0
		for i := range counts {
			counts[i] = r.IntN(1 << r.IntN(12))
			sum, most = sum+counts[i], max(most, counts[i])
		}
		slices.Sort(counts)
		limit := r.IntN(2*sum + 1)
		taken := func(share int) (n int) {
			for _, c := range counts {
				n += min(c, share)
			}
			return n
		}
		share := fairShare(counts, limit)
		if sum <= limit && share < most || sum > limit && (taken(share) > limit || taken(share+1) <= limit) {
			t.Fatalf("%v of %d: share %d", counts, limit, share)
		}
	}
}

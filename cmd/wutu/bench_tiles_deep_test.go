package main

import (
	"math/rand/v2"
	"testing"
)

// The tiles chosen of the deep zooms are different ones that hold something, and of each
// zoom none holds more than those that were chosen for holding most. Counted one by one.
func TestDeepTiles(t *testing.T) {
	const each = 20
	rng := rand.New(rand.NewPCG(1, 2))
	var boxes []tileBox
	for range 300 {
		x, y := 3_400_000+rng.IntN(200), 1_500_000+rng.IntN(200)
		boxes = append(boxes, tileBox{x, y, x + rng.IntN(9), y + rng.IntN(9)})
	}
	chosen, _ := deepTiles(boxes, each)
	again, _ := deepTiles(boxes, each)
	holds := func(t tileAt) (n int) {
		up := deepHigh - t.z
		for _, b := range boxes {
			if b.west>>up <= t.x && t.x <= b.east>>up && b.north>>up <= t.y && t.y <= b.south>>up {
				n++
			}
		}
		return n
	}
	seen, least, last := map[tileAt]bool{}, map[int]int{}, map[int]int{}
	for i, c := range chosen {
		n := holds(c)
		if n == 0 || seen[c] || c != again[i] {
			t.Fatalf("%v holds %d features, seen before: %v, %v the second time", c, n, seen[c], again[i])
		}
		seen[c] = true
		if last[c.z]++; last[c.z] <= each {
			least[c.z] = n
		}
	}
	for z := deepLow; z <= deepHigh; z++ {
		up, some := deepHigh-z, 0
		for x := 3_400_000 >> up; x <= 3_400_209>>up; x++ {
			for y := 1_500_000 >> up; y <= 1_500_209>>up; y++ {
				c := tileAt{z, x, y}
				n := holds(c)
				if n > 0 {
					some++
				}
				if last[z] >= each && n > least[z] && !seen[c] {
					t.Errorf("%v holds %d features and was not chosen", c, n)
				}
			}
		}
		if want := min(some, 2*each); last[z] != want {
			t.Errorf("zoom %d: %d tiles chosen of %d, want %d", z, last[z], some, want)
		}
	}
}

package sample

import "math"

// stream is a small random generator (splitmix64). Every thing of the city has
// its own, keyed by the seed and by what the thing is, so that any part can be
// made again without making the rest.
type stream struct{ state uint64 }

// The keys that keep the streams of different purposes apart.
const (
	keyTerrain uint64 = iota + 1
	keyLattice
	keySplit
	keyUse
	keyBlock
	keyBuilding
	keyHousehold
	keyFirm
	keyFurniture
	keyDevice
	keyCamera
	keyMover
	keySite
	keyCase
	keyName
	keyHotspot
	keyWorker
)

func newStream(seed uint64, keys ...uint64) stream {
	h := scramble(seed + 0x9e3779b97f4a7c15)
	for _, k := range keys {
		h = scramble(h ^ (k+1)*0xbf58476d1ce4e5b9)
	}
	return stream{h}
}

func scramble(z uint64) uint64 {
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

func (r *stream) next() uint64 {
	r.state += 0x9e3779b97f4a7c15
	return scramble(r.state)
}

// float is uniform in [0, 1).
func (r *stream) float() float64 { return float64(r.next()>>11) / (1 << 53) }

// intn is uniform in 0 … n-1; n must be positive.
func (r *stream) intn(n int) int { return int(r.next() % uint64(n)) }

func (r *stream) between(lo, hi float64) float64 { return lo + (hi-lo)*r.float() }

// span is uniform in lo … hi, both included.
func (r *stream) span(lo, hi int) int { return lo + r.intn(hi-lo+1) }

func (r *stream) chance(p float64) bool { return r.float() < p }

// normal is close to a normal variate with mean 0 and deviation 1, cut at ±3.
func (r *stream) normal() float64 {
	s := 0.0
	for range 6 {
		s += r.float()
	}
	return (s - 3) * math.Sqrt2
}

// decay is exponential with the given mean.
func (r *stream) decay(mean float64) float64 { return -mean * math.Log(1-r.float()) }

// choose returns an index with probability proportional to its weight.
func (r *stream) choose(weights []float64) int {
	sum := 0.0
	for _, w := range weights {
		sum += w
	}
	x := r.float() * sum
	for i, w := range weights {
		if x -= w; x < 0 {
			return i
		}
	}
	return len(weights) - 1
}

func pick[T any](r *stream, list []T) T { return list[r.intn(len(list))] }

package osm

import (
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
)

func seed(t *testing.T) uint64 {
	n, err := strconv.ParseUint(os.Getenv("WUTU_SEED"), 10, 64)
	if err != nil {
		n = rand.Uint64()
	}
	t.Logf("WUTU_SEED=%d", n)
	return n
}

// TestAssembleCutRings cuts known rings into ways in any order and direction: the
// same rings must come back.
func TestAssembleCutRings(t *testing.T) {
	rnd := rand.New(rand.NewPCG(seed(t), 1))
	for range 500 {
		var ways [][]int64
		want, nodes := 1+rnd.IntN(4), 0
		for k := range want {
			n := 3 + rnd.IntN(20)
			nodes += n
			ring := make([]int64, n+1)
			for i := range n {
				ring[i] = int64(1000*k + i)
			}
			ring[n] = ring[0]
			for from := 0; from < n; {
				to := min(n, from+1+rnd.IntN(n))
				way := slices.Clone(ring[from : to+1])
				if rnd.IntN(2) == 0 {
					slices.Reverse(way)
				}
				ways = append(ways, way)
				from = to
			}
		}
		rnd.Shuffle(len(ways), func(i, j int) { ways[i], ways[j] = ways[j], ways[i] })
		rings, err := assemble(ways)
		if err != nil || len(rings) != want {
			t.Fatalf("%d rings of %d: %v from %v", len(rings), want, err, ways)
		}
		for _, r := range rings {
			nodes -= len(r) - 1
			if r[0] != r[len(r)-1] {
				t.Fatalf("ring %v is open", r)
			}
		}
		if nodes != 0 {
			t.Fatalf("%d nodes are left over", nodes)
		}
		if _, err := assemble(ways[1:]); len(ways[0]) > 1 && ways[0][0] != ways[0][len(ways[0])-1] && err == nil {
			t.Fatalf("a missing way is not noticed: %v", ways)
		}
	}
}

func TestAssembleSpecialCases(t *testing.T) {
	for _, c := range []struct {
		name  string
		ways  [][]int64
		sizes []int // of the rings, sorted
	}{
		{"two parts with a common wall become one", [][]int64{{1, 2, 3, 4, 1}, {2, 5, 6, 3, 2}}, []int{7}},
		{"a figure of eight is cut", [][]int64{{1, 2, 3, 1, 4, 5, 1}}, []int{4, 4}},
		{"rings that touch at an end", [][]int64{{1, 2, 3}, {3, 1}, {1, 4, 5}, {5, 1}}, []int{4, 4}},
		{"a way back and forth is nothing", [][]int64{{1, 2, 3, 1}, {3, 9}, {9, 3}}, []int{4}},
	} {
		rings, err := assemble(c.ways)
		var sizes []int
		for _, r := range rings {
			sizes = append(sizes, len(r))
		}
		slices.Sort(sizes)
		if err != nil || !slices.Equal(sizes, c.sizes) {
			t.Errorf("%s: %v %v", c.name, rings, err)
		}
	}
}

// TestNest checks the area of nested squares against the alternating sum.
func TestNest(t *testing.T) {
	square := func(x, y, r float64) orb.Ring {
		return orb.Ring{{x - r, y - r}, {x + r, y - r}, {x + r, y + r}, {x - r, y + r}, {x - r, y - r}}
	}
	g := nest([]orb.Ring{square(0, 0, 1), square(0, 0, 3), square(20, 0, 2), square(0, 0, 2), square(0, 0, 4)})
	mp, ok := g.(orb.MultiPolygon)
	if !ok || len(mp) != 3 {
		t.Fatalf("%v", g)
	}
	sum := 0.0
	for _, p := range mp {
		for i, r := range p {
			a := math.Abs(planarArea(r))
			if i > 0 {
				a = -a
			}
			sum += a
		}
	}
	if sum != 64-36+16-4+16 {
		t.Errorf("area %v", sum)
	}
	if p, ok := nest([]orb.Ring{square(0, 0, 1), square(0, 0, 2)}).(orb.Polygon); !ok || len(p) != 2 {
		t.Errorf("a hole is lost: %v", p)
	}
}

func TestHeight(t *testing.T) {
	for text, want := range map[string]float64{"12": 12, "12.5 m": 12.5, "12,5": 12.5, "40'": 12.192, `5'11"`: 1.8034, "40 ft": 12.192, "100 feet": 30.48, "8m": 8, "8 metres": 8, "15米": 15, "0": 0} {
		if v := Height(text); v.IsNull() || v.Float() != want {
			t.Errorf("%q is %v m, not %v", text, v, want)
		}
	}
	for _, text := range []string{"", "high", "-3", "1e3", "12;15", "5000", "NaN", "'", "12 m 3", "0x10"} {
		if v := Height(text); !v.IsNull() {
			t.Errorf("%q is %v", text, v)
		}
	}
}

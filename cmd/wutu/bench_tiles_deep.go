package main

import (
	"bufio"
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
)

// Of the deep zooms not every tile can be asked for: millions at zoom 22. Asked for are
// those that hold the most features, where a tile that is too large or too slow
// would be, and as many others at random, of those that hold any.
const (
	deepLow, deepHigh = 17, 22
	deepEach          = 1000 // of each kind and zoom
)

// tileBox is the tiles of deepHigh that a feature's box meets, both corners included.
type tileBox struct{ west, north, east, south int }

// boxes reads where the features of the city's layers lie.
func (c *benchCity) boxes() (map[string][]tileBox, error) {
	points, err := boxesIn(c.points, func(line string) string { // …,lon,lat, below a head
		if strings.HasPrefix(line, "id,") {
			return ""
		}
		fields := strings.Split(line, ",")
		return strings.Join(fields[len(fields)-2:], " ")
	})
	if err != nil {
		return nil, err
	}
	blocks, err := boxesIn(c.shapes, func(line string) string { // …POLYGON((lon lat,…))
		_, ring, _ := strings.Cut(line, "POLYGON((")
		return strings.TrimSuffix(ring, "))")
	})
	return map[string][]tileBox{"points": points, "blocks": blocks}, err
}

// boxesIn makes a box of every line, from the "lon lat,lon lat" that corners finds in
// it; "" is none.
func boxesIn(path string, corners func(line string) string) (out []tileBox, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		list := corners(lines.Text())
		if list == "" {
			continue
		}
		b := tileBox{west: math.MaxInt, north: math.MaxInt}
		for corner := range strings.SplitSeq(list, ",") {
			x, y, _ := strings.Cut(corner, " ")
			lon, errX := strconv.ParseFloat(x, 64)
			lat, errY := strconv.ParseFloat(y, 64)
			if err := cmp.Or(errX, errY); err != nil {
				return nil, fmt.Errorf("%s: %w", path, err)
			}
			t := benchTile(deepHigh, lon, lat)
			b = tileBox{min(b.west, t.x), min(b.north, t.y), max(b.east, t.x), max(b.south, t.y)}
		}
		out = append(out, b)
	}
	return out, lines.Err()
}

// deepTiles chooses tiles of the deep zooms, each of each kind and zoom, always the
// same, and says of how many.
func deepTiles(boxes []tileBox, each int) (chosen []tileAt, of string) {
	type held struct {
		at, features int
	}
	var met []int // a tile for each feature that meets it: column and row in one number
	some := 0
	for z := deepLow; z <= deepHigh; z++ {
		up := deepHigh - z
		met = met[:0]
		for _, b := range boxes {
			for x := b.west >> up; x <= b.east>>up; x++ {
				for y := b.north >> up; y <= b.south>>up; y++ {
					met = append(met, x<<deepHigh|y)
				}
			}
		}
		slices.Sort(met)
		var list []held
		for from := 0; from < len(met); {
			to := from + 1
			for to < len(met) && met[to] == met[from] {
				to++
			}
			list = append(list, held{met[from], to - from})
			from = to
		}
		some += len(list)
		slices.SortFunc(list, func(a, b held) int { return cmp.Or(cmp.Compare(b.features, a.features), cmp.Compare(a.at, b.at)) })
		rest := list[min(each, len(list)):]
		rand.New(rand.NewPCG(benchSeed, uint64(z))).Shuffle(len(rest), func(i, k int) { rest[i], rest[k] = rest[k], rest[i] })
		for _, t := range list[:min(2*each, len(list))] {
			chosen = append(chosen, tileAt{z, t.at >> deepHigh, t.at & (1<<deepHigh - 1)})
		}
	}
	return chosen, fmt.Sprintf(", of each zoom the %d that hold most and as many at random, of %s that hold any", each, thousands(float64(some)))
}

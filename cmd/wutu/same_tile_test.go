package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"wutu/geo/geotest"
)

// sameFeatures is how many points the test of equal tiles has, with a fifth as many
// polygons; WUTU_SAME asks for another number.
func sameFeatures(t *testing.T) int {
	n := 2000
	if s := os.Getenv("WUTU_SAME"); s != "" {
		var err error
		if n, err = strconv.Atoi(s); err != nil {
			t.Fatal("WUTU_SAME: ", err)
		}
	}
	return n
}

// A tile depends on the features alone: not on the order they came in, how many at
// a time, what they were before, the process, or what it drew and read back from
// its own files before. Three cities get the same features in different ways; each
// is served by two processes, one after the other, and each process draws every
// tile 20 times: filters that hold for everything and differ keep the cache out.
func TestSameTileEverywhere(t *testing.T) {
	n := sameFeatures(t)
	seed := uint64(geotest.Seed(t))
	points, blocks := sameLines(rand.New(rand.NewPCG(seed, 1)), n)
	rng := rand.New(rand.NewPCG(seed, 2))
	ways := []struct {
		name string
		city func(t *testing.T, dir string) *served // fills the city and serves it
	}{
		{"all at once", func(t *testing.T, dir string) *served {
			sameImport(t, dir, points, blocks)
			return serve(t, dir, "--demo")
		}},
		{"shuffled, in parts, and corrected", func(t *testing.T, dir string) *served {
			p, b := shuffled(rng, points), shuffled(rng, blocks)
			wrong := make([]string, len(p)/3) // the same ids elsewhere
			for i := range wrong {
				wrong[i] = samePoint(rng, p[i].id)
			}
			sameImport(t, dir, asLines(wrong, p), nil)
			for from, size := 0, 1; from < max(len(p), len(b)); from, size = from+size, size*7 {
				sameImport(t, dir, piece(p, from, size), piece(b, from, size))
			}
			return serve(t, dir, "--demo")
		}},
		{"beside the server, shuffled", func(t *testing.T, dir string) *served {
			p, b := shuffled(rng, points), shuffled(rng, blocks)
			sameImport(t, dir, p[:len(p)/10], b[:len(b)/10])
			s := serve(t, dir, "--demo")
			sameImport(t, dir, p[len(p)/10:], b[len(b)/10:])
			s.waitFor(len(p), len(b))
			return s
		}},
	}
	tiles := sameTiles()
	var want map[string][32]byte
	for _, way := range ways {
		dir := filepath.Join(t.TempDir(), "city")
		s := way.city(t, dir)
		for process := range 2 {
			got := s.hashes(t, tiles)
			s.stop()
			if want == nil {
				want = got
			}
			for _, path := range tiles {
				if got[path] != want[path] {
					t.Errorf("%s, process %d: %s has other bytes", way.name, process+1, path)
				}
			}
			if process == 0 {
				s = serve(t, dir, "--demo")
			}
		}
	}
}

// sameTiles are addresses of points, clusters, polygons, both and hexagons.
func sameTiles() []string {
	var out []string
	for _, z := range []int{0, 4, 8, 10, 12, 14, 16} {
		at := benchTile(z, cityLon, cityLat)
		for _, layers := range []string{"points", "blocks", "points,blocks"} {
			out = append(out, at.path(layers))
		}
		if z <= 14 {
			out = append(out, at.path("points/hex"))
		}
	}
	return out
}

// hashes draws every tile 20 times, which must give one tile, and returns its hash.
func (s *served) hashes(t *testing.T, paths []string) map[string][32]byte {
	t.Helper()
	out := map[string][32]byte{}
	full := 0
	for _, path := range paths {
		for i := range 20 {
			address := path
			if i > 0 {
				address += "?filter=" + url.QueryEscape(fmt.Sprintf("kind <> 'none %d'", i))
			}
			a := s.call("", http.MethodGet, address, nil, "Accept-Encoding", "identity")
			if a.status != http.StatusOK && a.status != http.StatusNoContent {
				t.Fatalf("%s: %d %s", address, a.status, a.body)
			}
			sum := sha256.Sum256(a.body)
			if i == 0 {
				out[path] = sum
				full += min(1, len(a.body))
			}
			if sum != out[path] {
				t.Errorf("%s: drawing %d has other bytes than the first", path, i+1)
				break
			}
		}
	}
	if full < len(paths)*3/4 {
		t.Fatalf("%d of %d tiles have something to compare", full, len(paths))
	}
	return out
}

// waitFor waits until the server counts as many points and blocks.
func (s *served) waitFor(points, blocks int) {
	s.t.Helper()
	eventually(s.t, patience, "what was imported beside the server", func() bool {
		found := s.layersOf("")
		p, b := found["points"].Count, found["blocks"].Count
		return p != nil && b != nil && *p == points && *b == blocks
	})
}

// sameLine is a feature as GeoJSON.
type sameLine struct{ id, text string }

func samePoint(r *rand.Rand, id string) string {
	x, y := cityLon+r.NormFloat64()*cityRadius/3, cityLat+r.NormFloat64()*cityRadius/3
	if r.IntN(10) == 0 { // many at one place, and on the borders of tiles
		x, y = math.Round(x*500)/500, math.Round(y*500)/500
	}
	return fmt.Sprintf(`{"type":"Feature","properties":{"id":%q,"kind":%q,"size":%d},"geometry":{"type":"Point","coordinates":[%.7f,%.7f]}}`,
		id, benchKinds[r.IntN(len(benchKinds))], r.IntN(50), x, y)
}

// sameLines makes points and polygons, some of which share borders.
func sameLines(r *rand.Rand, n int) (points, blocks []sameLine) {
	for i := range n {
		id := fmt.Sprintf("p%07d", i)
		points = append(points, sameLine{id, samePoint(r, id)})
	}
	for i := range n / 5 {
		id := fmt.Sprintf("b%06d", i)
		w := 0.0004
		x, y := cityLon+float64(r.IntN(200)-100)*w, cityLat+float64(r.IntN(200)-100)*w
		if r.IntN(20) == 0 {
			w *= 20
		}
		blocks = append(blocks, sameLine{id, fmt.Sprintf(`{"type":"Feature","properties":{"id":%q,"kind":%q},"geometry":{"type":"Polygon","coordinates":[[[%f,%f],[%f,%f],[%f,%f],[%f,%f],[%f,%f]]]}}`,
			id, benchKinds[r.IntN(len(benchKinds))], x, y, x+w, y, x+w, y+w, x, y+w, x, y)})
	}
	return points, blocks
}

func shuffled(r *rand.Rand, lines []sameLine) []sameLine {
	out := make([]sameLine, len(lines))
	for i, j := range r.Perm(len(lines)) {
		out[i] = lines[j]
	}
	return out
}

func piece(lines []sameLine, from, size int) []sameLine {
	from = min(from, len(lines))
	return lines[from:min(from+size, len(lines))]
}

// asLines gives texts the ids of the lines in their places.
func asLines(texts []string, like []sameLine) []sameLine {
	out := make([]sameLine, len(texts))
	for i, text := range texts {
		out[i] = sameLine{like[i].id, text}
	}
	return out
}

// sameImport imports features into a city, which is made when it is missing.
func sameImport(t *testing.T, dir string, points, blocks []sameLine) {
	t.Helper()
	for _, f := range []struct {
		layer, element string
		lines          []sameLine
	}{{"points", "object", points}, {"blocks", "land", blocks}} {
		if len(f.lines) == 0 {
			continue
		}
		var b bytes.Buffer
		for _, l := range f.lines {
			b.WriteString(l.text + "\n")
		}
		file := filepath.Join(t.TempDir(), f.layer+".geojsonseq")
		if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		mustRun(t, "import", file, "--layer", f.layer, "--id", "id", "--data", dir, "--create", "--element", f.element)
	}
}

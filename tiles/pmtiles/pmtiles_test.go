package pmtiles_test

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/tiles"
	"wutu/tiles/pmtiles"
)

func random(t testing.TB) *rand.Rand {
	seed := rand.Uint64()
	if s := os.Getenv("WUTU_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 1))
}

// archive packs tiles given by number.
func archive(t testing.TB, content map[uint64][]byte) []byte {
	t.Helper()
	var spool, out bytes.Buffer
	w := pmtiles.NewWriter(&spool)
	numbers := make([]uint64, 0, len(content))
	for n := range content {
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	for _, n := range numbers {
		id, _ := tiles.FromNumber(n)
		if err := w.Add(id, content[n]); err != nil {
			t.Fatal(err)
		}
	}
	h := pmtiles.Header{Tiles: pmtiles.Gzip, Type: pmtiles.MVT, Bound: orb.Bound{Min: orb.Point{111.1, 30.5}, Max: orb.Point{111.5, 30.9}},
		Center: orb.Point{111.3, 30.7}, CenterZoom: 12}
	if err := w.Finish(&out, h, []byte(`{"name":"五图"}`), &spool); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func open(t testing.TB, b []byte) *pmtiles.Archive {
	t.Helper()
	a, err := pmtiles.Open(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// scattered makes n tiles, some in runs, many equal.
func scattered(rng *rand.Rand, n int) map[uint64][]byte {
	out := make(map[uint64][]byte, n)
	for len(out) < n {
		at := rng.Uint64N(1 << (4 + 2*uint(rng.IntN(16))))
		content := fmt.Appendf(nil, "tile %d", rng.IntN(n))
		for range 1 + rng.IntN(3) {
			out[at] = content
			at++
		}
	}
	return out
}

func TestTilesComeBack(t *testing.T) {
	rng := random(t)
	for _, n := range []int{1, 2, 100, 5000, 40_000} { // the last two need leaves
		content := scattered(rng, n)
		b := archive(t, content)
		if again := archive(t, content); !bytes.Equal(b, again) {
			t.Fatal("the same tiles give other bytes")
		}
		a := open(t, b)
		h := a.Header
		if h.Addressed != uint64(len(content)) || !h.Clustered || string(a.Metadata) != `{"name":"五图"}` || h.Bound.Max != (orb.Point{111.5, 30.9}) || h.CenterZoom != 12 {
			t.Fatalf("%+v %s", h, a.Metadata)
		}
		for number, want := range content {
			id, _ := tiles.FromNumber(number)
			if got, err := a.Tile(id); err != nil || !bytes.Equal(got, want) {
				t.Fatalf("%v: %q, %v, want %q", id, got, err, want)
			}
		}
		for range 1000 {
			id, ok := tiles.FromNumber(rng.Uint64N(1 << 34))
			if _, there := content[id.Number()]; ok && !there {
				if got, err := a.Tile(id); err != nil || got != nil {
					t.Fatalf("%v is not in the archive: %q, %v", id, got, err)
				}
			}
		}
	}
}

// The reader of the format's authors agrees. `make conformance` names a Python
// that has it.
func TestReferenceReader(t *testing.T) {
	python := os.Getenv("WUTU_PMTILES_PYTHON")
	if python == "" {
		t.Skip("WUTU_PMTILES_PYTHON names no Python with the package pmtiles: make conformance asks it")
	}
	content := scattered(random(t), 10_000)
	file := filepath.Join(t.TempDir(), "a.pmtiles")
	if err := os.WriteFile(file, archive(t, content), 0o600); err != nil {
		t.Fatal(err)
	}
	const script = `
import sys
from pmtiles.reader import Reader, MmapSource, all_tiles
from pmtiles.tile import zxy_to_tileid
with open(sys.argv[1], "rb") as f:
    source = MmapSource(f)
    reader = Reader(source)
    header = reader.header()
    assert reader.metadata()["name"] == "五图", reader.metadata()
    print(header["addressed_tiles_count"])
    for (z, x, y), data in all_tiles(source):
        if x % 50 == 0:
            assert reader.get(z, x, y) == data
        print(zxy_to_tileid(z, x, y), data.decode())
`
	out, err := exec.Command(python, "-c", script, file).CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(content)+1 || lines[0] != strconv.Itoa(len(content)) {
		t.Fatalf("%d lines for %d tiles, the first %q", len(lines), len(content), lines[0])
	}
	for _, line := range lines[1:] {
		number, text, _ := strings.Cut(line, " ")
		n, _ := strconv.ParseUint(number, 10, 64)
		if string(content[n]) != text {
			t.Fatalf("tile %s is %q, want %q", number, text, content[n])
		}
	}
}

func TestOrderIsHeld(t *testing.T) {
	w := pmtiles.NewWriter(&bytes.Buffer{})
	if err := w.Add(tiles.ID{Z: 1, X: 1}, []byte("x")); err != nil {
		t.Fatal(err)
	}
	for _, id := range []tiles.ID{{Z: 1, X: 1}, {Z: 0}, {Z: 2, Grid: tiles.Geographic}} {
		if err := w.Add(id, []byte("y")); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%v: %v", id, err)
		}
	}
	empty := pmtiles.NewWriter(&bytes.Buffer{})
	if err := empty.Finish(&bytes.Buffer{}, pmtiles.Header{}, []byte("{}"), &bytes.Buffer{}); layers.KindOf(err) != layers.Invalid {
		t.Errorf("an archive without tiles: %v", err)
	}
}

// A damaged archive is refused or answers something; it never breaks the reader,
// and says Invalid.
func FuzzOpen(f *testing.F) {
	rng := rand.New(rand.NewPCG(1, 1))
	f.Add(archive(f, scattered(rng, 3)))
	f.Add(archive(f, scattered(rng, 5000)))
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := pmtiles.Open(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			var e *layers.Error
			if !errors.As(err, &e) || e.Kind != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		for n := range uint64(50) {
			id, _ := tiles.FromNumber(n * n * n)
			if got, err := a.Tile(id); err != nil && layers.KindOf(err) != layers.Invalid || len(got) > len(b) {
				t.Fatalf("%v: %d bytes, %v", id, len(got), err)
			}
		}
	})
}

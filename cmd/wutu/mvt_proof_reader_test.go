package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"wutu/geo/geotest/outside"
	"wutu/tiles/mvt"
)

// said is what the other reader is told of a tile.
type said struct {
	Tile   string      `json:"tile"` // its name, for messages
	Layers []saidLayer `json:"layers"`

	// Of each feature in turn, numbers of 32 bits, least byte first: the type, how many
	// numbers follow, the number of parts, and of each part the number of its points and
	// their coordinates.
	shapes []byte
}

type saidLayer struct {
	Name     string        `json:"name"`
	Features []saidFeature `json:"features"`
}

type saidFeature struct {
	ID   uint64         `json:"id"`
	Tags map[string]any `json:"tags"`
}

func (s *said) reset() { s.Layers, s.shapes = s.Layers[:0], s.shapes[:0] }

// layer begins a layer, to which the features that follow belong.
func (s *said) layer(name string) { s.Layers = append(s.Layers, saidLayer{Name: name}) }

func (s *said) feature(id uint64, tags map[string]any, g *mvt.Geometry) {
	l := &s.Layers[len(s.Layers)-1]
	l.Features = append(l.Features, saidFeature{id, tags})
	number := func(n int) { s.shapes = binary.LittleEndian.AppendUint32(s.shapes, uint32(n)) }
	number(int(g.Type))
	number(1 + g.Len() + 2*len(g.Coords))
	number(g.Len())
	for i := range g.Ends {
		part := g.Part(i)
		number(len(part))
		for _, at := range part {
			number(int(at.X))
			number(int(at.Y))
		}
	}
}

// tileReader is @mapbox/vector-tile in a process of its own.
type tileReader struct {
	cmd  *exec.Cmd
	pipe io.Closer
	in   *bufio.Writer
	out  strings.Builder
}

func startReader(t *testing.T) *tileReader {
	t.Helper()
	node := outside.Program(t, "node", "nodejs")
	web, err := filepath.Abs("../../frontend")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(web, "node_modules", "@mapbox", "vector-tile")); err != nil {
		outside.Missing(t, "the web app's packages (make ui-test)")
	}
	r := &tileReader{cmd: exec.CommandContext(t.Context(), node, filepath.Join(web, "build", "tiles.mjs"))}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.out
	pipe, err := r.cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.pipe, r.in = pipe, bufio.NewWriterSize(pipe, 1<<20)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return r
}

// put hands over a tile and what it was made from: the lengths of three blocks, in 32
// bits each, least byte first, and the blocks.
func (r *tileReader) put(tile []byte, s *said) error {
	text, err := json.Marshal(s)
	if err != nil {
		return err
	}
	blocks := [...][]byte{tile, text, s.shapes}
	for _, b := range blocks {
		if err := binary.Write(r.in, binary.LittleEndian, uint32(len(b))); err != nil {
			return err
		}
	}
	for _, b := range blocks {
		if _, err := r.in.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// readerCount is what the other reader counted; see frontend/build/tiles.mjs.
type readerCount struct {
	Tiles, Features, Polygons, Differ, Rough, Lost int
	Deviation                                      float64
}

func (c *readerCount) add(d readerCount) {
	c.Tiles += d.Tiles
	c.Features += d.Features
	c.Polygons += d.Polygons
	c.Differ += d.Differ
	c.Rough += d.Rough
	c.Lost += d.Lost
	c.Deviation = max(c.Deviation, d.Deviation)
}

func (r *tileReader) end(t *testing.T) (c readerCount) {
	t.Helper()
	if err := r.in.Flush(); err != nil {
		t.Error(err)
	}
	if err := r.pipe.Close(); err != nil {
		t.Error(err)
	}
	err := r.cmd.Wait()
	lines := strings.Split(strings.TrimSpace(r.out.String()), "\n")
	if json.Unmarshal([]byte(lines[len(lines)-1]), &c) != nil || err != nil {
		t.Errorf("the other reader: %v\n%.6000s", err, r.out.String())
	}
	return c
}

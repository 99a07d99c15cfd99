package cache_test

import (
	"bytes"
	stdgzip "compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"

	"wutu/layers"
	"wutu/tiles"
	"wutu/tiles/cache"
)

// Rows of RFC 9110 section 12.5.3 and what real clients send.
func TestNegotiation(t *testing.T) {
	for _, c := range []struct {
		header string // "-" absent
		want   string
		ok     bool
	}{
		{"-", "", true}, {"", "", true}, {"gzip", "gzip", true}, {"gzip, deflate, br, zstd", "gzip", true},
		{"br", "", true}, {"identity", "", true}, {"gzip;q=0", "", true}, {"gzip; q=0.0", "", true}, {"*", "gzip", true},
		{"*;q=0", "", false}, {"*;q=0, gzip", "gzip", true}, {"*;q=0, identity", "", true}, {"identity;q=0", "", false},
		{"identity;q=0, gzip;q=0.1", "gzip", true}, {"gzip;q=0.5, identity", "", true}, {"gzip;q=0.5, identity;q=0.5", "gzip", true},
		{"GZIP;Q=1", "gzip", true}, {"gzip;q=nonsense", "", true}, {"gzip;q=0, *", "", true}, {"x-gzip", "gzip", true},
		{"gzip;q=0.001", "gzip", true}, {"gzip;q=0, identity;q=0", "", false}, {"gzip, *;q=0", "gzip", true},
	} {
		var accept []string
		if c.header != "-" {
			accept = []string{c.header}
		}
		if got, ok := cache.Negotiate(accept); got != c.want || ok != c.ok {
			t.Errorf("Accept-Encoding %q: %q %v, want %q %v", c.header, got, ok, c.want, c.ok)
		}
	}
}

// With more codings than one the client's weights decide, then the server's order.
func TestNegotiationOfSeveral(t *testing.T) {
	for header, want := range map[string]string{
		"gzip, deflate, br, zstd": "gzip", "br": "br", "zstd": "zstd", "br;q=1, gzip;q=0.8": "br", "deflate, zstd, br": "zstd",
		"gzip;q=0, *": "zstd", "gzip;q=0, zstd;q=0, *;q=0.5": "br", "identity": "", "compress": "", "br;q=0.5, identity;q=0.6": "",
	} {
		if got, ok := cache.Negotiate([]string{header}, cache.Gzip, cache.Zstd, cache.Brotli); got != want || !ok {
			t.Errorf("Accept-Encoding %q: %q %v, want %q", header, got, ok, want)
		}
	}
}

// Each coding is the same tile under a tag of its own, coded once, and counts in
// the cache's room.
func TestCodings(t *testing.T) {
	tile := bytes.Repeat([]byte("a tile of the city "), 2000)
	c := cache.New(cache.Options{})
	get := func() *cache.Entry {
		e, err := c.Get(t.Context(), cache.Key{Layers: "a"}, func(context.Context) (cache.Tile, error) { return cache.Tile{Plain: tile}, nil })
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := get()
	tags := map[string]bool{}
	for coding, unpack := range map[string]func(b []byte) ([]byte, error){
		"gzip": func(b []byte) ([]byte, error) {
			z, err := stdgzip.NewReader(bytes.NewReader(b))
			if err != nil {
				return nil, err
			}
			return io.ReadAll(z)
		},
		"br": func(b []byte) ([]byte, error) { return io.ReadAll(brotli.NewReader(bytes.NewReader(b))) },
		"zstd": func(b []byte) ([]byte, error) {
			z, err := zstd.NewReader(nil)
			if err != nil {
				return nil, err
			}
			return z.DecodeAll(b, nil)
		},
	} {
		before := c.Stats().Bytes
		r, err := e.Respond(cache.Conditions{AcceptEncoding: []string{coding}})
		if err != nil || r.Status != 200 || r.Encoding != coding || tags[r.ETag] {
			t.Fatalf("%s: %+v, %v", coding, r, err)
		}
		tags[r.ETag] = true
		if got, err := unpack(r.Body); err != nil || !bytes.Equal(got, tile) {
			t.Errorf("%s: unpacked %d bytes, %v", coding, len(got), err)
		}
		if grown := c.Stats().Bytes - before; coding != "gzip" && grown != int64(len(r.Body)) {
			t.Errorf("%s: %d bytes more in the cache for %d", coding, grown, len(r.Body))
		}
		again, _ := get().Respond(cache.Conditions{AcceptEncoding: []string{coding}})
		if &again.Body[0] != &r.Body[0] {
			t.Errorf("%s: coded twice", coding)
		}
		if again, _ = e.Respond(cache.Conditions{AcceptEncoding: []string{coding}, IfNoneMatch: []string{r.ETag}}); again.Status != 304 {
			t.Errorf("%s: status %d", coding, again.Status)
		}
	}
}

func TestAnswers(t *testing.T) {
	tile := bytes.Repeat([]byte("tile "), 1000)
	e, err := cache.NewEntry(tile)
	if err != nil {
		t.Fatal(err)
	}
	again, _ := cache.NewEntry(tile)
	if !bytes.Equal(e.Gzip(), again.Gzip()) || e.ETag("gzip") != again.ETag("gzip") {
		t.Error("the same bytes make different entries")
	}
	packed, _ := e.Respond(cache.Conditions{AcceptEncoding: []string{"gzip"}})
	plain, _ := e.Respond(cache.Conditions{})
	// The standard library is the oracle for what we pack.
	z, err := stdgzip.NewReader(bytes.NewReader(packed.Body))
	if err != nil {
		t.Fatal(err)
	}
	if b, err := io.ReadAll(z); err != nil || !bytes.Equal(b, tile) || !bytes.Equal(plain.Body, tile) {
		t.Error("what was packed is not the tile")
	}
	if packed.Status != 200 || packed.Encoding != "gzip" || plain.Status != 200 || plain.Encoding != "" || packed.ETag == plain.ETag || strings.HasPrefix(plain.ETag, "W/") {
		t.Errorf("%+v, %+v", packed.ETag, plain.ETag)
	}
	for _, c := range []struct {
		match string
		want  int
	}{
		{packed.ETag, 304}, {"W/" + packed.ETag, 304}, {`"x", ` + packed.ETag, 304}, {"*", 304},
		{plain.ETag, 200}, {`"x"`, 200}, {"", 200},
	} {
		r, err := e.Respond(cache.Conditions{AcceptEncoding: []string{"gzip"}, IfNoneMatch: []string{c.match}})
		if err != nil || r.Status != c.want || r.ETag != packed.ETag || c.want == 304 && (r.Body != nil || r.Encoding != "") {
			t.Errorf("If-None-Match %s: %d %s, want %d", c.match, r.Status, r.ETag, c.want)
		}
	}
	if r, _ := e.Respond(cache.Conditions{AcceptEncoding: []string{"*;q=0"}}); r.Status != http.StatusNotAcceptable || r.Body != nil {
		t.Errorf("status %d for a client that takes nothing", r.Status)
	}
	empty, _ := cache.NewEntry(nil)
	r, _ := empty.Respond(cache.Conditions{AcceptEncoding: []string{"gzip"}})
	if r.Status != http.StatusNoContent || r.Body != nil || r.Encoding != "" || r.ETag == "" {
		t.Errorf("an empty tile: %+v", r)
	}
	if r, _ := empty.Respond(cache.Conditions{IfNoneMatch: []string{r.ETag}}); r.Status != http.StatusNotModified {
		t.Errorf("an empty tile again: %+v", r)
	}
}

// A hundred who ask at once get one render, whatever becomes of the first.
func TestOneRenderForAll(t *testing.T) {
	c := cache.New(cache.Options{})
	k := cache.Key{Layers: "a"}
	started, release := make(chan struct{}), make(chan struct{})
	renders := 0
	render := func(ctx context.Context) (cache.Tile, error) {
		renders++
		close(started)
		select {
		case <-release:
			return cache.Tile{Plain: []byte("tile")}, nil
		case <-ctx.Done():
			return cache.Tile{}, ctx.Err()
		}
	}
	first, cancel := context.WithCancel(t.Context())
	gone := make(chan error)
	go func() {
		_, err := c.Get(first, k, render)
		gone <- err
	}()
	<-started
	var wg sync.WaitGroup
	for range 100 {
		wg.Go(func() {
			e, err := c.Get(t.Context(), k, render)
			if err != nil {
				t.Error(err)
			} else if b, _ := e.Identity(); string(b) != "tile" {
				t.Errorf("%q", b)
			}
		})
	}
	for c.Stats().Shared < 100 { // until all wait
		runtime.Gosched()
	}
	cancel()
	if err := <-gone; !errors.Is(err, context.Canceled) {
		t.Errorf("the first was not let go: %v", err)
	}
	close(release)
	wg.Wait()
	if s := c.Stats(); renders != 1 || s.Renders != 1 || s.Entries != 1 {
		t.Errorf("%d renders, %+v", renders, s)
	}
	if _, err := c.Get(t.Context(), k, nil); err != nil || c.Stats().Hits != 1 {
		t.Error("the tile was not kept")
	}
}

// A render nobody waits for is told to stop, and the next to ask is served.
func TestAbandonedRenderStops(t *testing.T) {
	c := cache.New(cache.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	stopped := make(chan struct{})
	_, err := c.Get(ctx, cache.Key{}, func(ctx context.Context) (cache.Tile, error) {
		cancel()
		<-ctx.Done()
		close(stopped)
		return cache.Tile{}, ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	<-stopped
	e, err := c.Get(t.Context(), cache.Key{}, func(context.Context) (cache.Tile, error) { return cache.Tile{Plain: []byte("x")}, nil })
	if err != nil || e.Empty() {
		t.Fatalf("%v", err)
	}
}

func TestErrorsAreNotKept(t *testing.T) {
	c := cache.New(cache.Options{})
	boom := errors.New("boom")
	for range 2 {
		if _, err := c.Get(t.Context(), cache.Key{}, func(context.Context) (cache.Tile, error) { return cache.Tile{}, boom }); !errors.Is(err, boom) {
			t.Fatal(err)
		}
	}
	_, err := c.Get(t.Context(), cache.Key{Hex: true}, func(context.Context) (cache.Tile, error) { panic("broken") })
	if layers.KindOf(err) != layers.Internal || !strings.Contains(err.Error(), "broken") {
		t.Errorf("a render that panics: %v", err)
	}
	if s := c.Stats(); s.Renders != 3 || s.Entries != 0 {
		t.Errorf("%+v", s)
	}
}

// The room is never exceeded, what was used last stays, and keys that differ in
// any part are different tiles.
func TestRoomAndKeys(t *testing.T) {
	const room = 20_000
	c := cache.New(cache.Options{MaxBytes: room})
	get := func(k cache.Key, body string) string {
		t.Helper()
		e, err := c.Get(t.Context(), k, func(context.Context) (cache.Tile, error) { return cache.Tile{Plain: []byte(body)}, nil })
		if err != nil {
			t.Fatal(err)
		}
		b, _ := e.Identity()
		return string(b)
	}
	base := cache.Key{Layers: "a"}
	keys := []cache.Key{base, base, base, base, base, base, base, base}
	keys[1].Layers, keys[2].Filter, keys[3].Datetime, keys[4].Scope, keys[5].Version, keys[6].Hex = "b", "x=1", "2026", "s", 1, true
	keys[7].Tile = tiles.ID{Z: 1}
	for i, k := range keys {
		if got := get(k, fmt.Sprint(i)); got != fmt.Sprint(i) {
			t.Errorf("key %d shares the tile of %s", i, got)
		}
	}
	for i := range 1000 {
		get(cache.Key{Version: uint64(100 + i)}, strings.Repeat("x", i))
		if get(base, "again") != "0" {
			t.Fatal("the tile used last was dropped")
		}
		if s := c.Stats(); s.Bytes > room {
			t.Fatalf("%d bytes in a room of %d", s.Bytes, room)
		}
	}
	c.Invalidate(func(k cache.Key) bool { return k.Version >= 100 })
	if s := c.Stats(); s.Entries != 1 || get(base, "again") != "0" {
		t.Errorf("%+v after invalidation", s)
	}
	c.Invalidate(func(cache.Key) bool { return true })
	if s := c.Stats(); s.Entries != 0 || s.Bytes != 0 {
		t.Errorf("%+v after invalidation of all", s)
	}
	if !slices.Contains([]string{"new"}, get(base, "new")) {
		t.Error("an old tile after invalidation")
	}
}

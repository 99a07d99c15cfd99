package server_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"runtime"
	"syscall"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/memstore"
	"wutu/layers/model"
	"wutu/server"
	"wutu/tiles"
)

// hotServer serves a city of blocks with a tile of about 9 kB, packed: what the
// mix of the suite of tiles has on average.
func hotServer(b *testing.B) (s *server.Server, path string) {
	b.Helper()
	store := memstore.NewWithClock(now)
	batch := layers.Batch{Actor: "bench", At: now()}
	frame(&batch)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 500 {
		p := orb.Point{west + r.Float64()*cellDeg, south + r.Float64()*cellDeg}
		ring := make(orb.Ring, 9)
		for k := range 8 {
			ring[k] = orb.Point{p[0] + r.Float64()*0.0003, p[1] + r.Float64()*0.0003}
		}
		ring[8] = ring[0]
		batch.Changes = append(batch.Changes, feature("buildings", fmt.Sprintf("b%03d", i), orb.Polygon{ring},
			map[string]any{"code": fmt.Sprintf("BLD%05d", i), "floors": r.IntN(30), "height": float64(r.IntN(90))}))
	}
	for _, part := range []layers.Batch{{Layers: model.Layers(), At: now()}, batch} {
		if _, err := store.Apply(b.Context(), part); err != nil {
			b.Fatal(err)
		}
	}
	city, err := live.Open(b.Context(), store, live.Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := city.Close(); err != nil {
			b.Error(err)
		}
	})
	s, err = server.New(server.Options{City: city, Records: store, Now: time.Now, Demo: true})
	if err != nil {
		b.Fatal(err)
	}
	at, _ := tiles.At(orb.Point{west + cellDeg/2, south + cellDeg/2}, 14)
	return s, "/tiles/buildings/" + at.String() + ".mvt"
}

// sink takes an answer as net/http's own writer would, and keeps nothing.
type sink struct {
	header http.Header
	status int
	bytes  int
}

func (s *sink) Header() http.Header { return s.header }

func (s *sink) Write(b []byte) (int, error) {
	s.bytes += len(b)
	return len(b), nil
}

func (s *sink) WriteHeader(status int) { s.status = status }

// hotTag asks once and returns the tag of the tile.
func hotTag(b *testing.B, s *server.Server, path string) string {
	r := httptest.NewRequestWithContext(b.Context(), "GET", path, nil)
	r.Header.Set("Accept-Encoding", "gzip")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	if w.Code != 200 || w.Body.Len() < 4000 {
		b.Fatalf("%s: %d, %d bytes", path, w.Code, w.Body.Len())
	}
	b.Logf("%s: %d bytes", path, w.Body.Len())
	return w.Header().Get("ETag")
}

// BenchmarkHotTile is the handler alone: no socket, no parsing, no writing.
func BenchmarkHotTile(b *testing.B) {
	s, path := hotServer(b)
	tag := hotTag(b, s, path)
	for _, c := range []struct {
		name, tag string
		status    int
	}{{"gzip", `"other"`, 200}, {"304", tag, 304}} {
		b.Run(c.name, func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), "GET", path, http.NoBody)
			r.Header.Set("Accept-Encoding", "gzip")
			r.Header.Set("If-None-Match", c.tag)
			h := s.Handler()
			b.ReportAllocs()
			for b.Loop() {
				w := sink{header: make(http.Header)}
				h.ServeHTTP(&w, r)
				if w.status != c.status {
					b.Fatalf("status %d", w.status)
				}
			}
		})
	}
}

// BenchmarkHotTileSocket is a request from socket to socket, with what the client
// costs: the processor's time of the whole process is told beside.
func BenchmarkHotTileSocket(b *testing.B) {
	s, path := hotServer(b)
	tag := hotTag(b, s, path)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	ctx, stop := context.WithCancel(b.Context())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, listener) }()
	defer func() {
		stop()
		if err := <-done; err != nil {
			b.Error(err)
		}
	}()
	for _, c := range []struct{ name, tag string }{{"gzip", `"other"`}, {"304", tag}} {
		b.Run(c.name, func(b *testing.B) {
			conn, err := net.Dial("tcp", listener.Addr().String())
			if err != nil {
				b.Fatal(err)
			}
			defer conn.Close()
			ask := []byte("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nIf-None-Match: " + c.tag + "\r\n\r\n")
			in := bufio.NewReaderSize(conn, 64<<10)
			began := cpu()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := conn.Write(ask); err != nil {
					b.Fatal(err)
				}
				if err := skipAnswer(in); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(cpu()-began)/float64(b.N), "cpu-ns/op")
		})
	}
	runtime.KeepAlive(s)
}

// cpu is the processor's time of this process.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// skipAnswer reads an answer with a Content-Length or none.
func skipAnswer(in *bufio.Reader) error {
	length := 0
	for {
		line, err := in.ReadSlice('\n')
		if err != nil {
			return err
		}
		if len(line) == 2 {
			break
		}
		const name = "Content-Length: "
		if string(line[:min(len(line), len(name))]) == name {
			for _, d := range line[len(name) : len(line)-2] {
				length = length*10 + int(d-'0')
			}
		}
	}
	_, err := in.Discard(length)
	if err != nil && err != io.EOF {
		return err
	}
	return nil
}

//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
)

// The answers must be read whole however they are cut, or latencies are of
// something else.
func TestLoadReadsEveryAnswer(t *testing.T) {
	var asked atomic.Int64
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		io.Copy(io.Discard, r.Body)
		switch r.URL.Path {
		case "/empty":
			w.WriteHeader(http.StatusNoContent)
		case "/same":
			w.WriteHeader(http.StatusNotModified)
		case "/bad":
			http.Error(w, "no", http.StatusBadRequest)
		case "/chunks":
			for i := range 40 {
				fmt.Fprint(w, strings.Repeat("x", i*997))
				w.(http.Flusher).Flush()
			}
		default:
			w.Write(bytes.Repeat([]byte("y"), 600_000))
		}
	}))
	defer server.Close()
	paths := []string{"/empty", "/same", "/bad", "/chunks", "/large"}
	var at atomic.Int64
	l := &wireLoad{addr: strings.TrimPrefix(server.URL, "http://"), conns: 4, next: func(_ *rand.Rand, buf []byte) []byte {
		i := at.Add(1)
		if i > 500 {
			return nil
		}
		path := paths[i%int64(len(paths))]
		if i%2 == 0 {
			return postRequest(buf, path, `{"a":1}`, "Accept-Encoding: gzip")
		}
		return getRequest(buf, path)
	}}
	res, err := l.run(t.Context(), "polled")
	if err != nil {
		t.Fatal(err)
	}
	if res.Requests != 500 || res.Errors != 100 || asked.Load() != 500 || !(res.P50 > 0 && res.P50 <= res.P99) {
		t.Errorf("%+v, %d came in", res, asked.Load())
	}
}

// An answer cut at every place is complete at its last byte and not before.
func TestAnswersMayBeCutAnywhere(t *testing.T) {
	for _, text := range []string{
		"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
		"HTTP/1.1 304 Not Modified\r\nEtag: \"a\"\r\n\r\n",
		"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\na\r\n0123456789\r\n0\r\n\r\n",
	} {
		for i := range len(text) {
			for j := i; j < len(text); j++ {
				c := &polled{}
				for k, piece := range []string{text[:i], text[i:j], text[j:]} {
					done, err := c.feed([]byte(piece))
					if err != nil || done != (k == 2) {
						t.Fatalf("%q cut at %d and %d: piece %d done %v, %v", text, i, j, k, done, err)
					}
				}
			}
		}
	}
	if _, err := (&polled{}).feed([]byte("SMTP ready\r\n\r\n")); err == nil {
		t.Error("what is no answer is taken for one")
	}
}

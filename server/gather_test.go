package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"testing"
)

// Answers of every length, told and not, by GET and HEAD, in one part and in many,
// with and without flushes, come as they were sent, one after the other on one
// connection.
func TestAnswersInOnePiece(t *testing.T) {
	lengths := []int{0, 1, 100, 3000, 3700, 3800, 3900, 4000, 4095, 4096, 4097, 5000, 8192, 9000, 65_000, 70_000, 200_000}
	body := func(n int) []byte {
		b := bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n]
		copy(b, "HTTP/1.1 200 OK\r\nContent-Length: 99999\r\n\r\n") // must not be taken for a header
		return b
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		n, _ := strconv.Atoi(q.Get("n"))
		b := body(n)
		if q.Has("told") {
			w.Header().Set("Content-Length", strconv.Itoa(n))
			if r.Method == http.MethodGet {
				gather(r.Context(), int64(n))
			}
		}
		part := len(b) + 1
		if q.Has("parts") {
			part = 1000
		}
		for i := 0; i < len(b); i += part {
			if _, err := w.Write(b[i:min(len(b), i+part)]); err != nil {
				t.Error(err)
			}
			if q.Has("flush") {
				w.(http.Flusher).Flush()
				if err := scatter(r.Context()); err != nil {
					t.Error(err)
				}
			}
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &http.Server{Handler: h, ConnContext: withConn}
	go s.Serve(gatherer{l})
	defer s.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	in := bufio.NewReader(conn)
	for _, n := range lengths {
		for _, how := range []string{"", "&told", "&told&parts", "&parts", "&told&parts&flush", "&told&flush", "&parts&flush"} {
			for _, method := range []string{"GET", "HEAD", "GET"} {
				req, err := http.NewRequestWithContext(t.Context(), method, "http://x/?n="+strconv.Itoa(n)+how, nil)
				if err != nil {
					t.Fatal(err)
				}
				if err := req.Write(conn); err != nil {
					t.Fatal(err)
				}
				res, err := http.ReadResponse(in, req)
				if err != nil {
					t.Fatalf("%s %d%s: %v", method, n, how, err)
				}
				got, err := io.ReadAll(res.Body)
				if want := body(n); err != nil || method == "GET" && !bytes.Equal(got, want) || method == "HEAD" && len(got) > 0 {
					t.Fatalf("%s %d%s: %d bytes, %v", method, n, how, len(got), err)
				}
				res.Body.Close()
			}
		}
	}
}

// An answer that ends before its length ends the connection, and nobody waits.
func TestBrokenAnswersEnd(t *testing.T) {
	for _, n := range []int{100, 9000} {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := &http.Server{ConnContext: withConn, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "10000")
			gather(r.Context(), 10_000)
			_, _ = w.Write(make([]byte, n))
			panic(http.ErrAbortHandler)
		})}
		go s.Serve(gatherer{l})
		res, err := http.Get("http://" + l.Addr().String())
		if err == nil {
			_, err = io.ReadAll(res.Body)
			res.Body.Close()
		}
		if err == nil {
			t.Errorf("%d of 10,000 bytes were taken for all", n)
		}
		s.Close()
	}
}

// A tile of the usual size is one write.
func TestOneWriteForATile(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s := &http.Server{ConnContext: withConn, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "9000")
		gather(r.Context(), 9000)
		_, _ = w.Write(make([]byte, 9000))
	})}
	go s.Serve(gatherer{l})
	defer s.Close()
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")
	b := make([]byte, 64<<10)
	n, err := conn.Read(b) // what one write sent is there at once, on this machine's own network
	if err != nil || n < 9000 {
		t.Errorf("the first read has %d bytes, %v", n, err)
	}
}

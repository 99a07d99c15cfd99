package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"wutu/tiles/cache"
)

// bareCmd serves one answer over net/http with nothing behind it: what a server in Go
// reaches at most, with the headers that clients of tiles need.
func (p *program) bareCmd() *cobra.Command {
	size := 0
	cmd := &cobra.Command{Use: "bare", Short: "Serve bytes with nothing behind them", Hidden: true, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			listener, err := (&net.ListenConfig{}).Listen(cmd.Context(), "tcp", "127.0.0.1:0")
			if err != nil {
				return err
			}
			server := &http.Server{Handler: bareAnswer(size), ReadHeaderTimeout: time.Minute}
			stop := context.AfterFunc(cmd.Context(), func() { server.Close() })
			defer stop()
			fmt.Fprintf(p.stdout, "%shttp://%s\n", readyAt, listener.Addr())
			if err := server.Serve(listener); cmd.Context().Err() == nil {
				return err
			}
			return nil
		}}
	cmd.Flags().IntVar(&size, "size", 9000, "bytes of an answer")
	return cmd
}

// bareAnswer answers with size bytes, or that they are the ones the client has.
func bareAnswer(size int) http.HandlerFunc {
	body := make([]byte, size)
	for i := range body {
		body[i] = byte(i * 7919 >> 3)
	}
	always := map[string][]string{"Etag": {`"bare"`}, "Vary": {"Authorization, Cookie, " + cache.Vary}, "Cache-Control": {"no-cache"},
		"X-Content-Type-Options": {"nosniff"}, "Access-Control-Allow-Origin": {"*"}}
	whole := map[string][]string{"Content-Type": {cache.MediaType}, "Content-Encoding": {cache.Gzip}, "Content-Length": {strconv.Itoa(size)}}
	return func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		for name, value := range always {
			h[name] = value
		}
		if r.Header["If-None-Match"] != nil {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		for name, value := range whole {
			h[name] = value
		}
		if _, err := w.Write(body); err != nil {
			return // the client is gone
		}
	}
}

// bare measures net/http alone with requests like those for tiles of size bytes, and
// how much of its rates ours are.
func (r *suiteRun) bare(ctx context.Context, size int, seed uint64, hot, unchanged float64) error {
	server, err := startChild(ctx, r.self, "bench", "bare", "--size", strconv.Itoa(size))
	if err != nil {
		return err
	}
	defer server.stop()
	for _, b := range []struct {
		name   string
		header []string
		ours   float64
	}{
		{"net/http alone, answers as large", []string{"Accept-Encoding: gzip"}, hot},
		{"net/http alone, 304", []string{"Accept-Encoding: gzip", `If-None-Match: "bare"`}, unchanged},
	} {
		res, err := r.load(ctx, server, load{b.name, func(_ *rand.Rand, buf []byte, _ []string) []byte {
			return getRequest(buf, "/tiles/blocks/16/53954/24847.mvt", b.header...)
		}}, seed)
		if err != nil {
			return err
		}
		r.s.line(b.name, "req/s", nil).Ours.addLoad(res)
		r.s.line(b.name+", share of it that ours reach", "ratio", nil).Ours.add(b.ours / res.PerSecond)
	}
	return nil
}

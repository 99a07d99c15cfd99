package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// benchReport is what `wutu bench` measures; the JSON file holds it whole.
type benchReport struct {
	At       time.Time     `json:"at"`
	Machine  string        `json:"machine"`
	Size     string        `json:"size"`
	Features int           `json:"features"`
	Generate float64       `json:"generate_s"`
	Ready    float64       `json:"ready_s"`
	LoadRSS  int64         `json:"rss_after_load_bytes"`
	PeakRSS  int64         `json:"rss_peak_bytes"`
	File     int64         `json:"file_bytes"`
	Loads    []loadResult  `json:"loads"`
	Scopes   []scopeResult `json:"scopes"`
}

func (p *program) benchCmd() *cobra.Command {
	var out, size string
	var seconds int
	cmd := &cobra.Command{
		Use:   "bench",
		Short: "Measure the program on a generated city",
		Long: "Generates a city, starts the server on it and measures: time to generate, time to readiness, memory, and\n" +
			"the latency of requests under 8 clients on this machine. Writes bench.json and bench.txt into --out.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := p.bench(cmd.Context(), out, size, time.Duration(seconds)*time.Second)
			if err != nil {
				return err
			}
			if p.asJSON {
				return p.printJSON(r)
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "bin/bench", "folder for the results and the generated city")
	cmd.Flags().StringVar(&size, "size", "city", "small, city or prefecture")
	cmd.Flags().IntVar(&seconds, "seconds", 10, "length of each load")
	cmd.AddCommand(p.benchEventsCmd(), p.benchQueryCmd(), p.benchTilesCmd(), p.benchPastCmd())
	return cmd
}

func (p *program) bench(ctx context.Context, out, size string, each time.Duration) (*benchReport, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(out, "city-"+size)
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	r := &benchReport{At: now(), Machine: fmt.Sprintf("%d cores, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH), Size: size}
	p.say("generating a city of size %s", size)
	start := time.Now()
	if err := runQuiet(ctx, self, "generate", "--data", dir, "--size", size, "--seed", "1"); err != nil {
		return nil, err
	}
	r.Generate = time.Since(start).Seconds()
	if info, err := os.Stat(filepath.Join(dir, "city.gpkg")); err == nil {
		r.File = info.Size()
	}
	p.say("starting the server on it")
	server, err := startServer(ctx, self, dir)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	r.Ready = server.ready.Seconds()
	r.LoadRSS = server.memory("VmRSS")
	if r.Features, err = server.features(ctx); err != nil {
		return nil, err
	}
	for _, l := range loads() {
		p.say("load: %s", l.name)
		res, err := l.run(ctx, server.url, "", 8, each)
		if err != nil {
			return nil, err
		}
		r.Loads = append(r.Loads, res)
	}
	p.say("load: with and without a scope")
	if r.Scopes, err = benchScopes(ctx, self, dir, server.url, each); err != nil {
		return nil, err
	}
	r.PeakRSS = server.memory("VmHWM")
	return r, p.writeReport(out, r)
}

func (p *program) writeReport(out string, r *benchReport) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, %s: %d features, file %d MB\n", r.Machine, r.Size, r.Features, r.File>>20)
	fmt.Fprintf(&b, "generate %.1f s   ready %.1f s   memory after load %d MiB, peak %d MiB\n", r.Generate, r.Ready, r.LoadRSS>>20, r.PeakRSS>>20)
	fmt.Fprintf(&b, "%-34s %10s %9s %9s %9s %7s\n", "8 clients", "req/s", "p50 ms", "p95 ms", "p99 ms", "errors")
	for _, l := range r.Loads {
		fmt.Fprintf(&b, "%-34s %10.0f %9.2f %9.2f %9.2f %7d\n", l.Name, l.PerSecond, l.P50, l.P95, l.P99, l.Errors)
	}
	fmt.Fprintf(&b, "\n%-42s %12s %12s %7s\n", "the price of a scope, 8 clients", "whole req/s", "scope req/s", "ratio")
	for _, s := range r.Scopes {
		fmt.Fprintf(&b, "%-42s %12.0f %12.0f %7.2f\n", s.Name, s.Whole, s.Scoped, s.Ratio)
	}
	p.say("%s", b.String())
	js, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(out, "bench.txt"), []byte(b.String()), 0o644),
		os.WriteFile(filepath.Join(out, "bench.json"), append(js, '\n'), 0o644), drawPage(out))
}

func runQuiet(ctx context.Context, name string, args ...string) error {
	if out, err := exec.CommandContext(ctx, name, args...).CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", args[0], err, out)
	}
	return nil
}

// benchServer is a running `wutu serve`.
type benchServer struct {
	cmd   *exec.Cmd
	url   string
	ready time.Duration // from start to the printed address, which comes when the server is ready
}

func startServer(ctx context.Context, self, dir string) (*benchServer, error) {
	cmd := exec.CommandContext(ctx, self, "serve", "--data", dir, "--demo", "--listen", "127.0.0.1:0")
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	cmd.Stderr = os.Stderr
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &benchServer{cmd: cmd}
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		if i := strings.Index(lines.Text(), "http://127.0.0.1:"); i >= 0 {
			s.url, s.ready = strings.Fields(lines.Text()[i:])[0], time.Since(start)
			go io.Copy(io.Discard, pipe)
			return s, nil
		}
	}
	s.stop()
	return nil, errors.New("the server did not become ready")
}

func (s *benchServer) stop() {
	s.cmd.Process.Signal(syscall.SIGTERM)
	s.cmd.Wait()
}

// memory reads a line of /proc/PID/status in bytes, 0 where there is none.
func (s *benchServer) memory(what string) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, what+":"); ok {
			kb, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return kb << 10
		}
	}
	return 0
}

// features sums the counts of all layers.
func (s *benchServer) features(ctx context.Context) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/api/v1/layers", nil)
	if err != nil {
		return 0, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer res.Body.Close()
	var body struct{ Layers []struct{ Count int } }
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		return 0, err
	}
	n := 0
	for _, l := range body.Layers {
		n += l.Count
	}
	return n, nil
}

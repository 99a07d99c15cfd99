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
	"strconv"
	"strings"
	"syscall"
	"time"
)

// benchServer is a running `wutu serve`.
type benchServer struct {
	cmd   *exec.Cmd
	url   string
	ready time.Duration // from start to the printed address, which comes when the server is ready
}

func startServer(ctx context.Context, self, dir string, flags ...string) (*benchServer, error) {
	return startChild(ctx, self, append([]string{"serve", "--data", dir, "--demo", "--listen", "127.0.0.1:0"}, flags...)...)
}

// startChild starts a command that serves, and waits until it says where.
func startChild(ctx context.Context, self string, args ...string) (*benchServer, error) {
	cmd := exec.CommandContext(ctx, self, args...)
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
		if address, ok := strings.CutPrefix(lines.Text(), readyAt); ok {
			s.url, s.ready = address, time.Since(start)
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

// addr is host and port.
func (s *benchServer) addr() string { return strings.TrimPrefix(s.url, "http://") }

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

// forgetPeak makes VmHWM begin anew, where the system can.
func (s *benchServer) forgetPeak() bool {
	return os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", s.cmd.Process.Pid), []byte("5"), 0) == nil
}

// processor is the processor time the server has used, 0 where it cannot be told.
func (s *benchServer) processor() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", s.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	user, _ := strconv.ParseInt(fields[11], 10, 64)
	system, _ := strconv.ParseInt(fields[12], 10, 64)
	return time.Duration(user+system) * 10 * time.Millisecond // the kernel counts hundredths
}

// settled waits until the server has done what it does in the background after its
// start, a minute at most.
func (s *benchServer) settled(ctx context.Context) {
	for last, n := s.processor(), 0; n < 60 && pause(ctx, time.Second); n++ {
		used := s.processor()
		if used-last < 50*time.Millisecond {
			return
		}
		last = used
	}
}

// ask sends a request and decodes the JSON of its answer; key is "" for nobody's,
// body for none.
func (s *benchServer) ask(ctx context.Context, key, method, path, body string, into any) error {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	if key != "" {
		req.Header.Set("Authorization", "Bearer "+key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode >= 300 {
		err = fmt.Errorf("%s %s: %d %.300s", method, path, res.StatusCode, text)
	}
	if err != nil || into == nil {
		return err
	}
	return json.Unmarshal(text, into)
}

// features sums the counts of all layers that everybody may count.
func (s *benchServer) features(ctx context.Context) (n int, err error) {
	var body struct{ Layers []struct{ Count int } }
	err = s.ask(ctx, "", http.MethodGet, "/api/v1/layers", "", &body)
	for _, l := range body.Layers {
		n += l.Count
	}
	return n, err
}

// roleKey makes a key with `wutu token create`; scope are further flags of it.
func roleKey(ctx context.Context, self, dir, role string, scope ...string) (string, error) {
	text, err := exec.CommandContext(ctx, self, append([]string{"token", "create", "--data", dir, "--json", "--role", role}, scope...)...).Output()
	if err != nil {
		return "", fmt.Errorf("token create: %w", err)
	}
	var made struct{ Token string }
	err = json.Unmarshal(text, &made)
	return made.Token, err
}

// childRun is what a run of a program cost.
type childRun struct {
	wall, processor time.Duration
	peak            int64 // bytes of memory at most
}

// runMeasured runs a program of ours and says what failed.
func runMeasured(ctx context.Context, name string, args ...string) (childRun, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	start := time.Now()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return childRun{}, fmt.Errorf("%s: %w\n%s", args[0], err, out)
	}
	c := childRun{wall: time.Since(start), processor: cmd.ProcessState.UserTime() + cmd.ProcessState.SystemTime()}
	if u, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		c.peak = u.Maxrss << 10 // Linux counts KiB
	}
	return c, nil
}

// runShown is runMeasured for those who want the time alone.
func runShown(ctx context.Context, name string, args ...string) (time.Duration, error) {
	c, err := runMeasured(ctx, name, args...)
	return c.wall, err
}

// ownProcessor is the processor time of this process.
func ownProcessor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// pause waits; it is false when ctx ends first.
func pause(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}

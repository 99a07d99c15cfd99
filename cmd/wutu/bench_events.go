package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// eventsReport is what `wutu bench events` measures; eventsReport.json holds it
// whole. Latencies are milliseconds.
type eventsReport struct {
	At          time.Time `json:"at"`
	Machine     string    `json:"machine"`
	Events      int       `json:"events"`
	Listeners   int       `json:"listeners"`
	Filtered    int       `json:"filtered_listeners"`
	Compressed  bool      `json:"compressed"`
	Seconds     float64   `json:"seconds"`
	Ready       float64   `json:"ready_s"`
	Transitions int       `json:"transitions"`
	PerSecond   float64   `json:"transitions_per_second"`
	Failed      int       `json:"failed"`
	FirstError  string    `json:"first_error,omitempty"`
	Step        quantiles `json:"transition_ms"` // from when it was due to be sent until it was answered: durable
	Delta       quantiles `json:"delta_ms"`      // from when it was sent until a listener had it: the request is part of it
	Expected    int       `json:"deltas_expected"`
	Missing     int       `json:"deltas_missing"`
	Resets      int       `json:"resets"`
	Rate        float64   `json:"messages_per_second_and_listener"`
	MostRate    float64   `json:"messages_per_second_most"` // of any listener, from its first to its last
	MB          float64   `json:"megabytes_per_second"`     // of all streams, uncompressed
	ServerCores float64   `json:"server_cores"`
	LoadCores   float64   `json:"load_cores"`
	LoadRSS     int64     `json:"rss_after_load_bytes"`
	RSS         int64     `json:"rss_bytes"`
	PeakRSS     int64     `json:"rss_peak_bytes"`
}

type quantiles struct {
	P50 float64 `json:"p50"`
	P95 float64 `json:"p95"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

func quantilesOf(ms []float64) quantiles {
	if len(ms) == 0 {
		return quantiles{}
	}
	slices.Sort(ms)
	at := func(q float64) float64 { return ms[min(int(q*float64(len(ms))), len(ms)-1)] }
	return quantiles{at(0.5), at(0.95), at(0.99), ms[len(ms)-1]}
}

type eventsBench struct {
	out        string
	events     int
	listeners  int
	rate       int
	seconds    int
	compressed bool
	keep       bool
}

func (p *program) benchEventsCmd() *cobra.Command {
	var b eventsBench
	cmd := &cobra.Command{
		Use:   "events",
		Short: "Measure steps of cases while many streams follow them",
		Long: "Generates a city, fills it with cases, starts the server on it, opens streams that follow all cases and a few\n" +
			"that follow one district, and takes steps at a steady rate. Writes events.json and events.txt into --out.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			r, err := p.benchEvents(cmd.Context(), b)
			if err != nil {
				return err
			}
			if p.asJSON {
				return p.printJSON(r)
			}
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&b.out, "out", "bin/bench", "folder for the results and the generated city")
	flags.IntVar(&b.events, "events", 1_000_000, "cases in the city")
	flags.IntVar(&b.listeners, "listeners", 1000, "streams that follow all cases; one more in 25 follows a district")
	flags.IntVar(&b.rate, "rate", 200, "steps per second")
	flags.IntVar(&b.seconds, "seconds", 30, "length of the load")
	flags.BoolVar(&b.compressed, "gzip", false, "streams ask for compression")
	flags.BoolVar(&b.keep, "keep", false, "use the city of an earlier run if it is there")
	return cmd
}

func (p *program) benchEvents(ctx context.Context, b eventsBench) (*eventsReport, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir := filepath.Join(b.out, "city-events")
	if _, err := os.Stat(filepath.Join(dir, "city.gpkg")); err != nil || !b.keep {
		if err := os.RemoveAll(dir); err != nil {
			return nil, err
		}
		p.say("generating a city")
		if err := runQuiet(ctx, self, "generate", "--data", dir, "--size", "city", "--seed", "1"); err != nil {
			return nil, err
		}
	}
	work := b.rate * b.seconds / len(benchSteps) * 11 / 10
	p.say("filling it up to %d cases", b.events)
	cases, err := p.fillEvents(ctx, dir, b.events, work)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, role := range []string{"dispatcher", "supervisor"} {
		key, err := roleKey(ctx, self, dir, role)
		if err != nil {
			return nil, err
		}
		keys = append(keys, key)
	}
	p.say("starting the server on it")
	server, err := startServer(ctx, self, dir)
	if err != nil {
		return nil, err
	}
	defer server.stop()
	l := &eventsLoad{bench: b, url: server.url, cases: cases, dispatcher: keys[0], supervisor: keys[1]}
	r := &eventsReport{At: now(), Machine: fmt.Sprintf("%d cores, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH),
		Events: b.events, Compressed: b.compressed, Ready: server.ready.Seconds(), LoadRSS: server.memory("VmRSS")}
	p.say("reporting %d cases", len(cases))
	if err := l.report(ctx); err != nil {
		return nil, err
	}
	server.settled(ctx)
	p.say("%d streams, %d steps a second for %d s", b.listeners, b.rate, b.seconds)
	if err := l.run(ctx, server, r); err != nil {
		return nil, err
	}
	r.RSS, r.PeakRSS = server.memory("VmRSS"), server.memory("VmHWM")
	return r, p.writeEventsReport(b.out, r)
}

func roleKey(ctx context.Context, self, dir, role string) (string, error) {
	text, err := exec.CommandContext(ctx, self, "token", "create", "--data", dir, "--json", "--role", role).Output()
	if err != nil {
		return "", fmt.Errorf("token create: %w", err)
	}
	var made struct{ Token string }
	err = json.Unmarshal(text, &made)
	return made.Token, err
}

// benchSteps are taken of each case, one after the other.
var benchSteps = []struct {
	name       string
	supervisor bool
	body       string
}{
	{"confirm", false, `{}`},
	{"file", false, `{"level":"normal"}`},
	{"dispatch", false, `{}`},
	{"sign", false, `{}`},
	{"supervise", true, `{"note":"请尽快处置"}`},
}

// eventsLoad is a load under way.
type eventsLoad struct {
	bench                  eventsBench
	url                    string
	cases                  []workCase
	dispatcher, supervisor string

	mu    sync.Mutex
	steps []takenStep
	fails int
	err   error
}

// takenStep is a step that was answered.
type takenStep struct {
	of        *workCase
	seq       uint64
	due, sent time.Time
	done      time.Time
}

func (l *eventsLoad) run(ctx context.Context, server *benchServer, r *eventsReport) error {
	listening, stop := context.WithCancel(ctx)
	defer stop()
	streams, wait, err := l.open(listening)
	if err != nil {
		return err
	}
	r.Listeners, r.Filtered = l.bench.listeners, len(streams)-l.bench.listeners
	serverBefore, loadBefore, began := server.processor(), ownProcessor(), time.Now()
	l.work(ctx)
	took := time.Since(began)
	serverAfter, loadAfter := server.processor(), ownProcessor()
	pause(ctx, 3*time.Second) // the last messages
	stop()
	wait()
	r.Seconds, r.Transitions, r.Failed = took.Seconds(), len(l.steps), l.fails
	r.PerSecond = float64(len(l.steps)) / took.Seconds()
	r.ServerCores, r.LoadCores = (serverAfter-serverBefore).Seconds()/took.Seconds(), (loadAfter-loadBefore).Seconds()/took.Seconds()
	if l.err != nil {
		r.FirstError = l.err.Error()
	}
	var step []float64
	for _, s := range l.steps {
		step = append(step, s.done.Sub(s.due).Seconds()*1000)
	}
	r.Step = quantilesOf(step)
	for _, s := range streams {
		if s.err != nil {
			return s.err
		}
	}
	l.compare(streams, r)
	return ctx.Err()
}

// report reports the cases that the load works on, which is not measured.
func (l *eventsLoad) report(ctx context.Context) error {
	var work sync.WaitGroup
	queue := make(chan *workCase)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	for range 8 {
		work.Go(func() {
			for c := range queue {
				if err := l.reportOne(ctx, client, c); err != nil {
					l.mu.Lock()
					l.err = errors.Join(l.err, err)
					l.mu.Unlock()
				}
			}
		})
	}
	for i := range l.cases {
		queue <- &l.cases[i]
	}
	close(queue)
	work.Wait()
	return l.err
}

func (l *eventsLoad) reportOne(ctx context.Context, client *http.Client, c *workCase) error {
	body := fmt.Sprintf(`{"lon":%v,"lat":%v,"class":%q,"channel":"hotline","description":"压力测试"}`, c.at[0], c.at[1], c.class)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/api/v1/events", strings.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+l.dispatcher)
	req.Header.Set("Content-Type", "application/json")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var made struct {
		ID, Detail string
		Feature    struct{ Properties struct{ District string } }
	}
	if err := json.NewDecoder(res.Body).Decode(&made); err != nil {
		return err
	}
	if res.StatusCode != http.StatusCreated {
		return fmt.Errorf("a report is answered %d: %s", res.StatusCode, made.Detail)
	}
	c.id, c.district = made.ID, made.Feature.Properties.District
	return nil
}

// open opens all streams and returns when each has said hello. wait waits for
// their end.
func (l *eventsLoad) open(ctx context.Context) ([]*listener, func(), error) {
	var streams []*listener
	for range l.bench.listeners {
		streams = append(streams, &listener{})
	}
	var districts []string
	for _, c := range l.cases {
		if !slices.Contains(districts, c.district) && c.district != "" {
			districts = append(districts, c.district)
		}
	}
	slices.Sort(districts)
	for i := range l.bench.listeners / 25 {
		d := districts[i%len(districts)]
		streams = append(streams, &listener{district: d, filter: "district = '" + d + "'"})
	}
	all := &messages{known: map[uint64]*told{}}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: len(streams)}}
	var open, closed sync.WaitGroup
	slots := make(chan struct{}, 32)
	for _, s := range streams {
		open.Add(1)
		closed.Go(func() {
			slots <- struct{}{}
			ready := sync.OnceFunc(func() { <-slots; open.Done() })
			defer ready()
			err := s.listen(ctx, client, l.url, l.dispatcher, l.bench.compressed, all, ready)
			l.mu.Lock()
			s.err = err
			l.mu.Unlock()
		})
	}
	open.Wait()
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range streams {
		if s.err != nil {
			return nil, nil, s.err
		}
	}
	return streams, closed.Wait, nil
}

// work takes steps at the steady rate, whether or not those before are answered: a
// late answer does not thin out the load.
func (l *eventsLoad) work(ctx context.Context) {
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
	type turn struct {
		c       *workCase
		step    int
		version string
	}
	ready := make(chan turn, len(l.cases))
	order := rand.New(rand.NewPCG(2, 3)).Perm(len(l.cases))
	next := 0
	var flying sync.WaitGroup
	start := time.Now()
	for n := range l.bench.rate * l.bench.seconds {
		due := start.Add(time.Duration(n) * time.Second / time.Duration(l.bench.rate))
		if !pause(ctx, time.Until(due)) {
			break
		}
		var t turn
		select {
		case t = <-ready:
		default:
			if next == len(order) {
				continue
			}
			t = turn{c: &l.cases[order[next]], version: "*"}
			next++
		}
		flying.Go(func() {
			version, err := l.take(ctx, client, t.c, t.step, t.version, due)
			if err != nil {
				l.mu.Lock()
				l.fails++
				if l.err == nil {
					l.err = err
				}
				l.mu.Unlock()
				return
			}
			if t.step+1 < len(benchSteps) {
				ready <- turn{t.c, t.step + 1, version}
			}
		})
	}
	flying.Wait()
}

// take takes one step and returns the version of the case after it.
func (l *eventsLoad) take(ctx context.Context, client *http.Client, c *workCase, step int, version string, due time.Time) (string, error) {
	s := &benchSteps[step]
	key := l.dispatcher
	if s.supervisor {
		key = l.supervisor
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, l.url+"/api/v1/events/"+c.id+"/"+s.name, strings.NewReader(s.body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("If-Match", version)
	req.Header.Set("Idempotency-Key", c.id+s.name+strconv.FormatInt(due.UnixNano(), 36))
	req.Header.Set("Accept-Encoding", "identity")
	sent := time.Now()
	res, err := client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var body struct{ Version, Detail string }
	if err := json.NewDecoder(res.Body).Decode(&body); err != nil {
		return "", err
	}
	if res.StatusCode >= 300 {
		return "", fmt.Errorf("%s answers %d: %s", s.name, res.StatusCode, body.Detail)
	}
	done := time.Now()
	seq, err := strconv.ParseUint(body.Version, 10, 64)
	if err != nil {
		return "", err
	}
	l.mu.Lock()
	l.steps = append(l.steps, takenStep{of: c, seq: seq, due: due, sent: sent, done: done})
	l.mu.Unlock()
	return body.Version, nil
}

// compare holds what every listener was told against what was done: for each step
// in its filter a change of the case with at least its sequence.
func (l *eventsLoad) compare(streams []*listener, r *eventsReport) {
	byCase := map[string][]int{}
	order := make([]int, len(l.steps))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return int(l.steps[a].seq) - int(l.steps[b].seq) })
	for _, i := range order {
		byCase[l.steps[i].of.id] = append(byCase[l.steps[i].of.id], i)
	}
	var delta []float64
	count, volume := 0, 0
	for n, s := range streams {
		seen := make(map[string]int, len(byCase))
		told := 0
		for _, m := range s.got {
			if m.what.reset {
				r.Resets++
			}
			volume += m.what.bytes
			for _, c := range m.what.changes {
				list := byCase[c.id]
				at := seen[c.id]
				for at < len(list) && l.steps[list[at]].seq <= c.seq {
					if n%10 == 0 || s.district != "" {
						delta = append(delta, m.at.Sub(l.steps[list[at]].sent).Seconds()*1000)
					}
					at++
					told++
				}
				seen[c.id] = at
			}
		}
		want := 0
		for i := range l.steps {
			if s.district == "" || l.steps[i].of.district == s.district {
				want++
			}
		}
		r.Expected += want
		r.Missing += want - told
		count += len(s.got)
		if n := len(s.got); n > 1 {
			r.MostRate = max(r.MostRate, float64(n-1)/s.got[n-1].at.Sub(s.got[0].at).Seconds())
		}
	}
	r.Delta = quantilesOf(delta)
	r.Rate = float64(count) / float64(len(streams)) / r.Seconds
	r.MB = float64(volume) / r.Seconds / 1e6
}

func (p *program) writeEventsReport(out string, r *eventsReport) error {
	var b strings.Builder
	line := func(name string, q quantiles) {
		fmt.Fprintf(&b, "%-34s %9.1f %9.1f %9.1f %9.1f\n", name, q.P50, q.P95, q.P99, q.Max)
	}
	fmt.Fprintf(&b, "%s: %d cases, %d streams of all and %d of a district, compressed %v\n", r.Machine, r.Events, r.Listeners, r.Filtered, r.Compressed)
	fmt.Fprintf(&b, "%d steps in %.1f s: %.1f a second, %d failed %s\n", r.Transitions, r.Seconds, r.PerSecond, r.Failed, r.FirstError)
	fmt.Fprintf(&b, "%-34s %9s %9s %9s %9s\n", "milliseconds", "p50", "p95", "p99", "max")
	line("step, durable", r.Step)
	line("change on a stream", r.Delta)
	fmt.Fprintf(&b, "changes to tell %d, missing %d, resets %d; %.2f messages a second and stream, at most %.2f; %.1f MB/s\n",
		r.Expected, r.Missing, r.Resets, r.Rate, r.MostRate, r.MB)
	fmt.Fprintf(&b, "processors: server %.2f, load %.2f; memory %d MiB after loading, %d at the end, %d at most; ready in %.1f s\n",
		r.ServerCores, r.LoadCores, r.LoadRSS>>20, r.RSS>>20, r.PeakRSS>>20, r.Ready)
	p.say("%s", b.String())
	js, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(out, "events.txt"), []byte(b.String()), 0o644),
		os.WriteFile(filepath.Join(out, "events.json"), append(js, '\n'), 0o644))
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

func ownProcessor() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

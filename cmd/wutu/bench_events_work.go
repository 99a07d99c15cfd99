package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

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
	bench                  *eventsBench
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
	for n := range int(float64(l.bench.rate) * l.bench.seconds) {
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

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"
)

// acknowledged is what the server has said of a case, and the request that it was
// not heard to answer.
type acknowledged struct {
	id, state, version string
	lines              int // of history
	step               int // next step of the way
	doubt              string
}

// killedWay leads a case from its report to the check, on the dispatcher's desk.
var killedWay = []struct{ step, state, body string }{
	{"confirm", "accepted", `{}`}, {"file", "filed", `{}`}, {"dispatch", "dispatched", `{}`}, {"sign", "handling", `{}`},
	{"feedback", "fed_back", `{"result":"已处理"}`}, {"check", "checking", `{}`},
}

// A server killed with SIGKILL while cases are reported and worked on loses no
// step it has acknowledged; a request whose answer was lost is repeated with its
// key and is done once.
func TestKilledServerLosesNoStep(t *testing.T) {
	const kills, desks = 4, 6
	dir := smallCity(t)
	rng := rand.New(rand.NewPCG(1, 1))
	cases := make([]acknowledged, desks)
	reports := 0
	for attempt := range kills {
		s := serve(t, dir, "--demo")
		var wg sync.WaitGroup
		for i := range cases {
			wg.Go(func() { workUntilKilled(s, &cases[i], fmt.Sprintf("desk-%d", i)) })
		}
		time.Sleep(time.Duration(100+rng.IntN(500)) * time.Millisecond)
		if err := s.cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		<-s.done
		wg.Wait()
		if code, out, errs := run(t, "check", "--data", dir); code != 0 {
			t.Fatalf("attempt %d: check: exit %d\n%s%s", attempt, code, out, errs)
		}
	}
	s := serve(t, dir, "--demo")
	for i := range cases {
		c := &cases[i]
		if c.id == "" {
			continue
		}
		reports++
		d := get[eventDoc](s, "", "/api/v1/events/"+c.id)
		if len(d.History) < c.lines || d.History[c.lines-1].To != c.state {
			t.Errorf("case %s was acknowledged as %s with %d lines of history, and is %s with %d", c.id, c.state, c.lines, d.State, len(d.History))
		}
		if c.doubt == "" {
			continue
		}
		// Done or not, the repeated request makes it done, once.
		name, key, _ := strings.Cut(c.doubt, " ")
		before := len(d.History)
		a := s.call("", http.MethodPost, "/api/v1/events/"+c.id+"/"+name, killedWay[c.step].body, "If-Match", c.version, "Idempotency-Key", key)
		after := decode[eventDoc](t, a, "the repeated "+name, http.StatusOK)
		if n := len(after.History); n != c.lines+1 || n < before {
			t.Errorf("case %s: %s repeated leaves %d lines of history, %d were acknowledged before it", c.id, name, n, c.lines)
		}
	}
	if reports == 0 {
		t.Fatal("no case was reported before the server died")
	}
}

// workUntilKilled takes one step after the other until the server does not answer.
func workUntilKilled(s *served, c *acknowledged, desk string) {
	client := &http.Client{Timeout: 20 * time.Second}
	for {
		if c.id == "" || c.step == len(killedWay) {
			*c = acknowledged{}
			body := `{"lon":111.292,"lat":30.698,"class":"1102","description":"` + desk + `"}`
			d, ok := ask(client, s.base+"/api/v1/events", body)
			if !ok {
				return
			}
			c.id, c.state, c.version, c.lines = d.ID, d.State, d.Version, 1
			continue
		}
		w := &killedWay[c.step]
		key := fmt.Sprintf("%s-%s-%d", desk, c.id, c.step)
		c.doubt = w.step + " " + key
		d, ok := ask(client, s.base+"/api/v1/events/"+c.id+"/"+w.step, w.body, "If-Match", c.version, "Idempotency-Key", key)
		if !ok {
			return
		}
		if len(d.History) != c.lines+1 || d.State != w.state {
			s.t.Errorf("case %s: %s makes %s with %d lines of history, after %d", c.id, w.step, d.State, len(d.History), c.lines)
		}
		c.state, c.version, c.lines, c.doubt = d.State, d.Version, len(d.History), ""
		c.step++
	}
}

// ask posts and returns the event of the answer; false when there was none.
func ask(client *http.Client, url, body string, header ...string) (d eventDoc, ok bool) {
	req, err := http.NewRequest(http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		return d, false
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := client.Do(req)
	if err != nil {
		return d, false
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode >= 300 {
		return d, false
	}
	return d, json.Unmarshal(b, &d) == nil
}

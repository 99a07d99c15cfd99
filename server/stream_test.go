package server_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/layers"
	"wutu/layers/live"
	"wutu/server"
)

// sse is one event of a stream.
type sse struct {
	name, id string
	data     map[string]any
	comment  bool
}

// stream is an open stream whose events arrive on a channel; it ends with the
// test.
func (c *city) stream(role, query string, header ...string) <-chan sse {
	c.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.http.URL+"/api/v1/stream"+query, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	if role != "" {
		req.Header.Set("Authorization", "Bearer "+c.keys[role])
	}
	for i := 0; i+1 < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	res, err := c.http.Client().Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	if res.StatusCode != 200 || res.Header.Get("Content-Type") != "text/event-stream" || res.Header.Get("X-Accel-Buffering") != "no" {
		c.t.Fatalf("%d %v", res.StatusCode, res.Header)
	}
	out := make(chan sse, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		defer close(out)
		e := sse{}
		lines := bufio.NewScanner(res.Body)
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			field, value, _ := strings.Cut(lines.Text(), ": ")
			switch field {
			case "event":
				e.name = value
			case "id":
				e.id = value
			case "data":
				if err := json.Unmarshal([]byte(value), &e.data); err != nil {
					e.name = "broken: " + err.Error()
				}
			case "":
				e.comment = value == "heartbeat"
				if e.name != "" || e.comment {
					select {
					case out <- e:
					case <-ctx.Done():
						return
					}
					e = sse{}
				}
			}
		}
	}()
	c.t.Cleanup(func() {
		cancel()
		res.Body.Close()
		<-done
	})
	return out
}

// expect waits for the next event that is no heartbeat.
func expect(t *testing.T, events <-chan sse, name string) sse {
	t.Helper()
	for {
		select {
		case e, ok := <-events:
			if !ok {
				t.Fatalf("the stream ended before %s", name)
			}
			if e.comment {
				continue
			}
			if e.name != name {
				t.Fatalf("got %s %v, want %s", e.name, e.data, name)
			}
			return e
		case <-time.After(20 * time.Second):
			t.Fatalf("no %s came", name)
		}
	}
}

func (c *city) apply(changes ...layers.Change) uint64 {
	c.t.Helper()
	seq, err := c.live.Apply(c.t.Context(), layers.Batch{Actor: "t", At: now(), Changes: changes})
	if err != nil {
		c.t.Fatal(err)
	}
	return seq
}

func changesOf(e sse) []string {
	var out []string
	for _, x := range e.data["changes"].([]any) {
		x := x.(map[string]any)
		out = append(out, fmt.Sprintf("%v %v/%v %v", x["op"], x["layer"], x["id"], x["feature"] != nil))
	}
	return out
}

func mover(id string, p orb.Point, speed float64) layers.Change {
	return feature("movers", id, p, map[string]any{"plate": id, "speed": speed})
}

func TestStreamTellsChanges(t *testing.T) {
	c := newCity(t, true)
	c.apply(mover("m0", at(1, .5, .5), 10))
	events := c.stream("", "?layers=events,movers&snapshot=true")
	hello := expect(t, events, "hello")
	if hello.id != fmt.Sprint(c.live.View().Seq()) || fmt.Sprint(hello.data["seq"]) != hello.id {
		t.Errorf("hello: %v", hello)
	}
	for _, layer := range []string{"events", "movers"} {
		if s := expect(t, events, "snapshot"); s.data["layer"] != layer || len(s.data["features"].(map[string]any)["features"].([]any)) != 1 {
			t.Errorf("snapshot of %s: %v", layer, s.data)
		}
	}
	seq := c.apply(mover("m0", at(2, .5, .5), 20), mover("m1", at(3, .5, .5), 30), feature("sites", "s1", at(0, 0, 0), nil))
	e := expect(t, events, "changes")
	if got := strings.Join(changesOf(e), "; "); got != "put movers/m0 true; put movers/m1 true" {
		t.Errorf("changes: %s", got)
	}
	if e.id != fmt.Sprint(seq-1) {
		t.Errorf("id %s, want %d: the last change of interest", e.id, seq-1)
	}
	tiles := e.data["tiles"].(map[string]any)["movers"].([]any)
	zooms := map[string]int{}
	for _, id := range tiles {
		z, _, _ := strings.Cut(id.(string), "/")
		zooms[z]++
	}
	if zooms["16"] != 3 || zooms["12"] < 1 || len(zooms) != 5 {
		t.Errorf("tiles of the old and the new places at zooms 12 to 16: %v", tiles)
	}
	c.apply(layers.Change{Op: layers.Delete, Layer: "movers", ID: "m1"})
	if got := strings.Join(changesOf(expect(t, events, "changes")), "; "); got != "delete movers/m1 false" {
		t.Errorf("deletion: %s", got)
	}
}

// What leaves the box or the filter is gone for the client, and what never was
// in it is not told.
func TestStreamFollowsBoxAndFilter(t *testing.T) {
	c := newCity(t, true)
	events := c.stream("", "?layers=movers&bbox=111.27,30.67,111.28,30.68&filter=speed%3E5")
	expect(t, events, "hello")
	c.apply(mover("in", at(0, .5, .5), 10), mover("slow", at(0, .5, .5), 1), mover("out", at(5, .5, .5), 10))
	if got := strings.Join(changesOf(expect(t, events, "changes")), "; "); got != "put movers/in true" {
		t.Errorf("entering: %s", got)
	}
	c.apply(mover("in", at(1, .5, .5), 10), mover("slow", at(0, .5, .5), 6), mover("out", at(6, .5, .5), 10))
	if got := strings.Join(changesOf(expect(t, events, "changes")), "; "); got != "delete movers/in false; put movers/slow true" {
		t.Errorf("leaving: %s", got)
	}
	c.apply(mover("slow", at(0, .5, .5), 2))
	if got := strings.Join(changesOf(expect(t, events, "changes")), "; "); got != "delete movers/slow false" {
		t.Errorf("no longer admitted by the filter: %s", got)
	}
}

// A burst comes in few messages, folded to the last state of each feature.
func TestStreamFoldsBursts(t *testing.T) {
	c := newCity(t, true)
	events := c.stream("", "?layers=movers")
	expect(t, events, "hello")
	const rounds = 200
	for i := range rounds {
		c.apply(mover("m", at(0, .5, .5), float64(i)))
	}
	messages := 0
	for {
		e := expect(t, events, "changes")
		messages++
		list := e.data["changes"].([]any)
		if len(list) != 1 {
			t.Fatalf("a message tells one feature %d times", len(list))
		}
		if list[0].(map[string]any)["feature"].(map[string]any)["properties"].(map[string]any)["speed"] == float64(rounds-1) {
			break
		}
	}
	if messages > rounds/4 {
		t.Errorf("%d messages for %d changes", messages, rounds)
	}
}

func TestStreamResumes(t *testing.T) {
	c := newCity(t, true)
	before := c.live.View().Seq()
	c.apply(mover("m0", at(0, .5, .5), 1))
	c.apply(mover("m1", at(0, .5, .5), 1))
	for _, open := range []func() <-chan sse{
		func() <-chan sse { return c.stream("", fmt.Sprintf("?layers=movers&since=%d", before)) },
		func() <-chan sse {
			return c.stream("", "?layers=movers&snapshot=true", "Last-Event-ID", fmt.Sprint(before))
		},
	} {
		events := open()
		expect(t, events, "hello")
		if got := len(changesOf(expect(t, events, "changes"))); got != 2 {
			t.Errorf("%d changes since, want 2", got)
		}
	}
	old := c.stream("", "?layers=movers&since=0")
	expect(t, old, "hello")
	if e := expect(t, old, "reset"); e.id != fmt.Sprint(c.live.View().Seq()) {
		t.Errorf("reset: %v", e)
	}
	future := c.stream("", "?layers=movers&since=999999")
	expect(t, future, "hello")
	expect(t, future, "reset")
}

func TestStreamHeartbeatAndRevocation(t *testing.T) {
	c := newCity(t, true)
	events := c.stream("planner", "?layers=movers")
	expect(t, events, "hello")
	if e := <-events; !e.comment {
		t.Errorf("instead of a heartbeat: %v", e)
	}
	var gone []layers.Record
	for r, err := range c.store.Records(t.Context(), "keys", "") {
		if err != nil {
			t.Fatal(err)
		}
		gone = append(gone, layers.Record{Bucket: "keys", Key: r.Key})
	}
	if _, err := c.store.Apply(t.Context(), layers.Batch{At: now(), Records: gone}); err != nil {
		t.Fatal(err)
	}
	c.clock.Store(int64(time.Second)) // beyond what the server remembers of keys
	deadline := time.After(20 * time.Second)
	for {
		select {
		case _, ok := <-events:
			if !ok {
				return // the stream of a revoked key ends
			}
		case <-deadline:
			t.Fatal("the stream goes on with a revoked key")
		}
	}
}

// A report is on an open stream in the same second, and a subject bound to a
// region sees its own part only.
func TestStreamShowsReports(t *testing.T) {
	c := newCity(t, true)
	events := c.stream("", "?layers=events")
	expect(t, events, "hello")
	id := c.post("", "/api/v1/events", lampReport, 201)["id"].(string)
	if got := strings.Join(changesOf(expect(t, events, "changes")), "; "); got != "put events/"+id+" true" {
		t.Errorf("report: %s", got)
	}
}

var _ server.City = (*live.Catalog)(nil)

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/cespare/xxhash/v2"
)

// liveSuite measures how soon a change is seen.
func liveSuite() *benchSuite {
	l := &liveBench{}
	return &benchSuite{name: "live", rounds: 3, seconds: 10,
		short: "Measure how soon changes are on open maps",
		long: "A million points, of which 1,000 a second move, each by a request of its own that is answered when it is durable,\n" +
			"while 100 streams are open: how long from the answer until a listener is told, and until it has the new bytes\n" +
			"of a tile it was told of; what that costs those who ask for tiles that do not change; and whether any tile\n" +
			"changes its tag that was not named.",
		data: l.data, round: l.round}
}

const (
	liveRate      = 1000 // changes a second
	liveListeners = 100
	liveBoxed     = 20       // of them follow a part of the city
	liveWriters   = 32       // connections that send changes
	liveSampled   = 10       // listeners that ask for a tile at each message
	liveRoom      = 64 << 10 // bytes of a listener's buffers: most messages fit
)

type liveBench struct{ header string }

// data copies the city of the hubs: it is changed.
func (l *liveBench) data(ctx context.Context, r *suiteRun) error {
	if err := hubsData(ctx, r); err != nil {
		return err
	}
	at := filepath.Join(r.out, "city-live")
	if err := errors.Join(os.RemoveAll(at), os.CopyFS(at, os.DirFS(r.dir))); err != nil {
		return err
	}
	keys, err := os.ReadFile(r.dir + ".keys")
	if err == nil {
		err = os.WriteFile(at+".keys", keys, 0o600)
	}
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	r.dir = at
	key, err := roleKey(ctx, r.self, r.dir, "themeowner")
	l.header = "Authorization: Bearer " + key
	return err
}

func (l *liveBench) round(ctx context.Context, r *suiteRun, round int) error {
	server, err := r.start(ctx)
	if err != nil {
		return err
	}
	server.settled(ctx)
	if err := l.falseTags(ctx, r, server, round); err != nil {
		return err
	}
	mix := tileMix(mixSize)
	if _, _, err := tileTags(ctx, server.addr(), mix, "blocks", []string{"Accept-Encoding: gzip"}); err != nil {
		return err
	}
	hot := func(name string) (loadResult, error) {
		load := wireLoad{addr: server.addr(), conns: r.conns, length: r.length(), seed: uint64(round), next: func(rng *rand.Rand, buf []byte) []byte {
			return getRequest(buf, mix[rng.IntN(len(mix))].path("blocks"), "Accept-Encoding: gzip")
		}}
		return load.run(ctx, name)
	}
	alone, err := hot("hot tiles alone")
	if err != nil {
		return err
	}
	w := &liveWork{bench: l, server: server, npoints: r.city.npoints, sent: map[string]liveChange{}, known: map[uint64]*liveMessage{}}
	if err := w.run(ctx, r.length(), liveRate, nil); err != nil {
		return err
	}
	w.report(r)
	beside := &liveWork{bench: l, server: server, npoints: r.city.npoints, sent: map[string]liveChange{}, known: map[uint64]*liveMessage{}}
	var under loadResult
	if err := beside.run(ctx, r.length()*3/2, liveRate, func() error {
		under, err = hot("hot tiles under changes")
		return err
	}); err != nil {
		return err
	}
	r.s.line("hot tiles of a layer that does not change, alone", "req/s", nil).Ours.addLoad(alone)
	r.s.line("the same while 1,000 objects a second change", "req/s", nil).Ours.addLoad(under)
	r.s.line("loss of hot tiles under changes", "%", want(20, 0, true)).Ours.add(100 * max(0, 1-under.PerSecond/alone.PerSecond))
	return nil
}

// liveChange is a change that was sent.
type liveChange struct{ sent, answered time.Time }

// liveMessage is what one message tells; most streams get the same ones.
type liveMessage struct {
	ids   []string
	tiles []string
	reset bool
}

// liveWork is changes and listeners under way.
type liveWork struct {
	bench   *liveBench
	server  *benchServer
	npoints int

	mu     sync.Mutex
	sent   map[string]liveChange
	known  map[uint64]*liveMessage
	told   []liveTold
	fails  int
	err    error
	cores  float64 // of the server
	ours   float64 // of this program
	took   time.Duration
	number atomic.Int64
}

// liveTold is a message at one listener.
type liveTold struct {
	what   *liveMessage
	at     time.Time
	tileAt time.Time // when the bytes of a tile of it were there, of sampled listeners
}

// run opens the streams, changes things at a rate for a time, and calls beside
// meanwhile unless it is nil.
func (w *liveWork) run(ctx context.Context, length time.Duration, rate int, beside func() error) error {
	listening, stop := context.WithCancel(ctx)
	defer stop()
	var open, closed sync.WaitGroup
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: liveListeners, ReadBufferSize: liveRoom}}
	rng := rand.New(rand.NewPCG(benchSeed, 0x11fe))
	for i := range liveListeners {
		query := "layers=points"
		if i >= liveListeners-liveBoxed {
			x, y := benchPlace(rng)
			query += fmt.Sprintf("&bbox=%f,%f,%f,%f", x-0.05, y-0.05, x+0.05, y+0.05)
		}
		open.Add(1)
		closed.Go(func() {
			ready := sync.OnceFunc(open.Done)
			defer ready()
			if err := w.listen(listening, client, query, i < liveSampled, ready); err != nil && listening.Err() == nil {
				w.fail(err)
			}
		})
	}
	open.Wait()
	before, ours, began := w.server.processor(), ownProcessor(), time.Now()
	var work sync.WaitGroup
	for i := range liveWriters {
		work.Go(func() { w.write(listening, i, rate, began, length) })
	}
	if beside != nil {
		pause(ctx, length/6)
		if err := beside(); err != nil {
			w.fail(err)
		}
	}
	work.Wait()
	w.took = time.Since(began)
	w.cores = (w.server.processor() - before).Seconds() / w.took.Seconds()
	w.ours = (ownProcessor() - ours).Seconds() / w.took.Seconds()
	pause(ctx, time.Second) // the last messages
	stop()
	closed.Wait()
	return errors.Join(w.err, ctx.Err())
}

func (w *liveWork) fail(err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.fails++
	if w.err == nil && w.fails > 100 {
		w.err = err
	}
}

// write sends its part of the changes when they are due: a late answer does not thin
// out the load, as long as one of the connections is free.
func (w *liveWork) write(ctx context.Context, writer, rate int, began time.Time, length time.Duration) {
	conn, err := dial(ctx, w.server.addr())
	if err != nil {
		w.fail(err)
		return
	}
	defer conn.conn.Close()
	rng := rand.New(rand.NewPCG(uint64(writer), uint64(began.UnixNano())))
	var buf []byte
	for ctx.Err() == nil {
		n := w.number.Add(1) - 1
		due := began.Add(time.Duration(n) * time.Second / time.Duration(rate))
		if due.Sub(began) >= length || !pause(ctx, time.Until(due)) {
			return
		}
		id := fmt.Sprintf("p%07d", rng.IntN(w.npoints))
		buf = w.bench.move(buf[:0], rng, id)
		sent := time.Now()
		a, err := conn.send(buf, nil)
		if err == nil && a.status >= 300 {
			err = fmt.Errorf("a change is answered %d", a.status)
		}
		if err != nil {
			w.fail(err)
			return
		}
		w.mu.Lock()
		w.sent[id] = liveChange{sent, time.Now()}
		w.mu.Unlock()
	}
}

// move appends a request that moves a point to another place.
func (l *liveBench) move(buf []byte, rng *rand.Rand, id string) []byte {
	x, y := benchPlace(rng)
	body := fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"properties":{"kind":%q,"name":%q,"ts":"2026-01-01T00:00:00Z","size":%d}}`,
		x, y, benchKinds[rng.IntN(len(benchKinds))], benchNames[rng.IntN(len(benchNames))], rng.IntN(1000))
	buf = append(append(append(buf, "PUT /ogc/collections/points/items/"...), id...), " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/geo+json\r\nIf-Match: *\r\nPrefer: return=minimal\r\n"...)
	return fmt.Appendf(buf, "%s\r\nContent-Length: %d\r\n\r\n%s", l.header, len(body), body)
}

// listen follows a stream, and at each message asks for a tile it names if sampled.
func (w *liveWork) listen(ctx context.Context, client *http.Client, query string, sampled bool, ready func()) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, w.server.url+"/api/v1/stream?"+query, nil)
	if err != nil {
		return err
	}
	name, key, _ := strings.Cut(w.bench.header, ": ")
	req.Header.Set(name, key)
	req.Header.Set("Accept-Encoding", "identity")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("a stream is answered %d", res.StatusCode)
	}
	var tiles *wire
	if sampled {
		if tiles, err = dial(ctx, w.server.addr()); err != nil {
			return err
		}
		defer tiles.conn.Close()
	}
	in := bufio.NewReaderSize(res.Body, liveRoom)
	event := ""
	var told []liveTold
	defer func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.told = append(w.told, told...)
	}()
	for n := 0; ; {
		line, err := in.ReadSlice('\n')
		if errors.Is(err, bufio.ErrBufferFull) {
			begin := bytes.Clone(line)
			line, err = in.ReadBytes('\n')
			line = append(begin, line...)
		}
		if err != nil {
			return err
		}
		switch {
		case bytes.HasPrefix(line, []byte("event: ")):
			event = string(bytes.TrimSpace(line[7:]))
		case bytes.HasPrefix(line, []byte("data: ")) && event == "hello":
			ready()
		case bytes.HasPrefix(line, []byte("data: ")):
			t := liveTold{at: time.Now()}
			if t.what, err = w.message(event, line[6:]); err != nil {
				return err
			}
			if n++; sampled && len(t.what.tiles) > 0 {
				path := "/tiles/points/" + t.what.tiles[n%len(t.what.tiles)] + ".mvt"
				if _, err := tiles.send(getRequest(nil, path, "Accept-Encoding: gzip"), io.Discard); err != nil {
					return err
				}
				t.tileAt = time.Now()
			}
			told = append(told, t)
		}
	}
}

// message parses the data of an event, or finds it parsed.
func (w *liveWork) message(event string, data []byte) (*liveMessage, error) {
	sum := xxhash.Sum64(data)
	w.mu.Lock()
	m := w.known[sum]
	w.mu.Unlock()
	if m != nil {
		return m, nil
	}
	var body struct {
		Changes []struct{ ID string }
		Tiles   map[string][]string
	}
	if err := json.Unmarshal(data, &body); err != nil {
		return nil, err
	}
	m = &liveMessage{tiles: body.Tiles["points"], reset: event == "reset"}
	for _, c := range body.Changes {
		m.ids = append(m.ids, c.ID)
	}
	w.mu.Lock()
	w.known[sum] = m
	w.mu.Unlock()
	return m, nil
}

// report enters what was measured. A change is told late by the time from its answer
// on; told before its answer it is not late at all.
func (w *liveWork) report(r *suiteRun) {
	var told, seen []float64
	resets := 0
	for _, t := range w.told {
		if t.what.reset {
			resets++
		}
		for _, id := range t.what.ids {
			c, ok := w.sent[id]
			if !ok || t.at.Before(c.sent) {
				continue
			}
			told = append(told, max(0, t.at.Sub(c.answered).Seconds()*1000))
			if !t.tileAt.IsZero() {
				seen = append(seen, max(0, t.tileAt.Sub(c.answered).Seconds()*1000))
			}
		}
	}
	note := fmt.Sprintf("%d changes a second, %d streams, %d of them of a part; %d changes seen %d times; resets %d, failed %d",
		liveRate, liveListeners, liveBoxed, len(w.sent), len(told), resets, w.fails)
	line := func(name string, ms []float64, p99 float64) {
		q := quantilesOf(ms)
		l := r.s.line(name, "ms", want(p99, 0, true))
		l.Note = note
		l.Ours.add(q.P99)
		l.Ours.p50s, l.Ours.p99s = append(l.Ours.p50s, q.P50), append(l.Ours.p99s, q.P99)
	}
	line("commit to message, p99", told, 100)
	line("commit to the new bytes of a tile, p99", seen, 100)
	var answered []float64
	for _, c := range w.sent {
		answered = append(answered, c.answered.Sub(c.sent).Seconds()*1000)
	}
	q := quantilesOf(answered)
	l := r.s.line("changes, each durable when answered", "changes/s", nil)
	l.Ours.add(float64(len(w.sent)) / w.took.Seconds())
	l.Ours.p50s, l.Ours.p99s = append(l.Ours.p50s, q.P50), append(l.Ours.p99s, q.P99)
	r.s.line("processors of the server under all of it", "cores", nil).Ours.add(w.cores)
	r.s.line("processors of the streams, writers and askers beside it", "cores", nil).Ours.add(w.ours)
}

// falseTags makes a few changes and asks for many tiles before and after: a tile of
// which no message spoke keeps its tag.
func (l *liveBench) falseTags(ctx context.Context, r *suiteRun, server *benchServer, round int) error {
	w := &liveWork{bench: l, server: server, npoints: r.city.npoints, sent: map[string]liveChange{}, known: map[uint64]*liveMessage{}}
	mix := tileMix(300)
	tags := func() ([]string, error) {
		tags, _, err := tileTags(ctx, server.addr(), mix, "points", []string{"Accept-Encoding: gzip"})
		return tags, err
	}
	before, err := tags()
	if err != nil {
		return err
	}
	const changes = 20
	if err := w.run(ctx, time.Second, changes, nil); err != nil {
		return err
	}
	after, err := tags()
	if err != nil {
		return err
	}
	named := map[string]bool{}
	for _, t := range w.told {
		for _, id := range t.what.tiles {
			named[id] = true
		}
	}
	wrong, changed := 0, 0
	for i, t := range mix {
		if before[i] == after[i] {
			continue
		}
		changed++
		if !named[fmt.Sprintf("%d/%d/%d", t.z, t.x, t.y)] {
			wrong++
		}
	}
	line := r.s.line("tiles that changed their tag and were not named", "tiles", want(0, 0, true))
	line.Ours.add(float64(wrong))
	line.Note = fmt.Sprintf("of %d tiles z13–16, %d changes; %d tags changed in the last round", len(mix), changes, changed)
	return nil
}

package webhook

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/memstore"
	"wutu/server/auth"
)

// The example of the specification of Standard Webhooks.
func TestSignatureOfTheStandard(t *testing.T) {
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := shown(secret); got != "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" {
		t.Error(got)
	}
}

// stream is a source of one stream, "s", in memory.
type stream struct {
	mu     sync.Mutex
	events []Event
	news   chan struct{}
	closed bool // nobody may follow it
}

func (*stream) Kind() string                       { return "test" }
func (*stream) Type() string                       { return "test.happened" }
func (*stream) MaySubscribe(*layers.Subject) error { return nil }

func (s *stream) MayFollow(context.Context, *layers.Subject, string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return &layers.Error{Kind: layers.Forbidden, Op: "test", Err: errors.New("closed")}
	}
	return nil
}

func (s *stream) Last(context.Context, string) (uint64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return uint64(len(s.events)), nil
}

func (s *stream) After(_ context.Context, _ string, since uint64, limit int) ([]Event, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.events[min(since, uint64(len(s.events))):]
	return slices.Clone(list[:min(limit, len(list))]), nil
}

func (s *stream) Await(string) <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.news == nil {
		s.news = make(chan struct{})
	}
	return s.news
}

func (s *stream) add(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for range n {
		k := len(s.events) + 1
		s.events = append(s.events, Event{Number: uint64(k), Data: json.RawMessage(fmt.Sprintf(`{"number":%d}`, k))})
	}
	if s.news != nil {
		close(s.news)
		s.news = nil
	}
}

func (s *stream) shut(closed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = closed
}

// everybody holds.
type everybody struct{}

func (everybody) Rights(context.Context, auth.Holder) (layers.Subject, error) {
	return layers.Subject{ID: "maker"}, nil
}

// receiver takes messages as its tempers have it, checks what comes, and keeps what it
// took.
type receiver struct {
	t      *testing.T
	secret []byte
	temper func(tries int, events []uint64) (status int, lost bool) // lost: taken, but the answer does not arrive
	hold   chan struct{}                                            // nil: it answers at once; otherwise when it is closed
	pause  func() time.Duration                                     // between taking a message and answering; nil: none

	mu     sync.Mutex
	tries  int
	bodies map[string]string // by id of the message
	taken  []string          // ids, as first taken
	events []uint64          // of them
	times  []time.Time
}

func (r *receiver) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	if r.hold != nil {
		select {
		case <-r.hold:
		case <-req.Context().Done():
			return nil, req.Context().Err()
		}
	}
	if r.pause != nil {
		defer func() {
			select {
			case <-time.After(r.pause()): // of the bubble
			case <-req.Context().Done():
			}
		}()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tries++
	r.times = append(r.times, time.Now())
	id, at := req.Header.Get("webhook-id"), req.Header.Get("webhook-timestamp")
	mac := hmac.New(sha256.New, r.secret)
	mac.Write(slices.Concat([]byte(id), []byte("."), []byte(at), []byte("."), body))
	version, signature, _ := strings.Cut(req.Header.Get("webhook-signature"), ",")
	if got, err := base64.StdEncoding.DecodeString(signature); version != "v1" || err != nil || !hmac.Equal(got, mac.Sum(nil)) {
		r.t.Errorf("the signature %q is wrong", req.Header.Get("webhook-signature"))
	}
	if s, err := strconv.ParseInt(at, 10, 64); err != nil || time.Since(time.Unix(s, 0)).Abs() > time.Minute {
		r.t.Errorf("the time stamp is %q at %v", at, time.Now())
	}
	if was, ok := r.bodies[id]; ok && was != string(body) {
		r.t.Errorf("%s was %s, is %s", id, was, body)
	}
	r.bodies[id] = string(body)
	var m message
	if err := json.Unmarshal(body, &m); err != nil || m.Type != "test.happened" || m.Data.Source != "test/s" || len(m.Data.Events) == 0 {
		r.t.Errorf("%v: %s", err, body)
	}
	var numbers []uint64
	for _, e := range m.Data.Events {
		var x struct{ Number uint64 }
		if err := json.Unmarshal(e, &x); err != nil {
			r.t.Error(err)
		}
		numbers = append(numbers, x.Number)
	}
	status, lost := r.temper(r.tries, numbers)
	if status/100 == 2 && !slices.Contains(r.taken, id) {
		r.taken, r.events = append(r.taken, id), append(r.events, numbers...)
	}
	if lost || status == 0 {
		return nil, errors.New("the line is dead")
	}
	res := &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(nil))}
	if status == 429 {
		res.Header.Set("Retry-After", "1800")
	}
	return res, nil
}

// tried is when it was tried, however it ended.
func (r *receiver) tried() []time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.times)
}

// body is the body of a message.
func (r *receiver) body(id string) string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.bodies[id]
}

func (r *receiver) got() []uint64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.events)
}

// world is a store, a source and receivers by host.
type world struct {
	t         *testing.T
	store     *memstore.Store
	stream    *stream
	receivers map[string]*receiver
	stop      func()
	office    *Office
}

func (w *world) RoundTrip(req *http.Request) (*http.Response, error) {
	return w.receivers[req.URL.Host].RoundTrip(req)
}

func newWorld(t *testing.T) *world {
	return &world{t: t, store: memstore.NewWithClock(time.Now), stream: &stream{}, receivers: map[string]*receiver{}}
}

// subscribe has events sent to a receiver.
func (w *world) subscribe(id string, temper func(int, []uint64) (int, bool)) *receiver {
	w.t.Helper()
	r := &receiver{t: w.t, secret: []byte("secret of " + id), bodies: map[string]string{}, temper: temper}
	w.receivers[id] = r
	rec, err := record(bucketHook, id, &stored{ID: id, URL: "https://" + id + "/", Source: "test/s", Secret: r.secret, MadeBy: "maker"}, time.Time{})
	if err != nil {
		w.t.Fatal(err)
	}
	if _, err := w.store.Apply(w.t.Context(), layers.Batch{Records: []layers.Record{rec}}); err != nil {
		w.t.Fatal(err)
	}
	return r
}

func (w *world) start() {
	ctx, cancel := context.WithCancel(w.t.Context())
	o := New(Options{Writer: w.store, Records: w.store, Rights: everybody{}, Sources: []Source{w.stream}, Now: time.Now, Send: w})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		o.Run(ctx)
	}()
	w.office, w.stop = o, func() { cancel(); <-ended }
}

func (w *world) state(id string) state {
	w.t.Helper()
	s, err := w.office.state(w.t.Context(), &stored{ID: id})
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

func (w *world) letters(id string) []dead {
	w.t.Helper()
	list, err := w.office.dead(w.t.Context(), id)
	if err != nil {
		w.t.Fatal(err)
	}
	return list
}

func upTo(n int) (out []uint64) {
	for i := range n {
		out = append(out, uint64(i+1))
	}
	return out
}

func good(int, []uint64) (int, bool) { return 204, false }

// Receivers that fail at random, answers that are lost and a program that ends at any
// moment: every event comes, in order, a message is the same whenever it comes.
func TestEverythingComesInOrder(t *testing.T) {
	seed := uint64(geotest.Seed(t))
	for round := range uint64(8) {
		synctest.Test(t, func(t *testing.T) {
			rng := rand.New(rand.NewPCG(seed, round))
			w := newWorld(t)
			var mu sync.Mutex // rng is used by the receivers too
			chance := func(n int) int {
				mu.Lock()
				defer mu.Unlock()
				return rng.IntN(n)
			}
			bad := w.subscribe("bad", func(int, []uint64) (int, bool) {
				switch chance(10) {
				case 0:
					return 500, false
				case 1:
					return 302, false
				case 2:
					return 0, false
				case 3:
					return 200, true
				}
				return 200, false
			})
			bad.pause = func() time.Duration { return time.Duration(chance(10_000)) * time.Millisecond }
			fine := w.subscribe("fine", good)
			total := 0
			for range 40 {
				w.start()
				for range chance(4) {
					n := []int{1, 3, 250}[chance(3)]
					total += n
					w.stream.add(n)
					time.Sleep(time.Duration(chance(20_000)) * time.Millisecond) // of the bubble
				}
				if chance(2) == 0 {
					synctest.Wait()
				}
				w.stop()
			}
			w.start()
			time.Sleep(48 * time.Hour)
			synctest.Wait()
			w.stop()
			for name, r := range map[string]*receiver{"bad": bad, "fine": fine} {
				if got := r.got(); !slices.Equal(got, upTo(total)) {
					t.Errorf("round %d: %s took %d of %d, or not in order", round, name, len(got), total)
				}
			}
			if bad.tries <= len(bad.taken) {
				t.Error("the bad one has not failed")
			}
		})
	}
}

// A message that is not taken is tried at growing intervals for a day, then becomes a
// dead letter, and the next one is sent; it is sent again on demand.
func TestDeadLetter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var healed atomic.Bool
		r := w.subscribe("r", func(_ int, events []uint64) (int, bool) {
			if events[0] == 2 && !healed.Load() {
				return 503, false
			}
			return 200, false
		})
		w.start()
		defer func() { w.stop() }()
		for range 3 {
			w.stream.add(1)
			synctest.Wait()
		}
		if got := r.got(); !slices.Equal(got, []uint64{1}) {
			t.Fatalf("%v", got)
		}
		began := r.tried()[1]
		time.Sleep(23 * time.Hour)
		w.stop() // a new start does not begin the day anew
		w.start()
		if got := r.got(); !slices.Equal(got, []uint64{1}) {
			t.Fatalf("the next one came before the day was over: %v", got)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if got := r.got(); !slices.Equal(got, []uint64{1, 3}) {
			t.Fatalf("%v", got)
		}
		tries := r.tried()[1 : len(r.tried())-1]
		for i := 1; i < len(tries); i++ {
			want := min(5*time.Second<<min(i-1, 20), time.Hour)
			if d := tries[i].Sub(tries[i-1]); i != len(tries)-1 && (d < want*3/4 || d > want*5/4) {
				t.Errorf("try %d after %v, want %v and a quarter", i, d, want)
			}
		}
		if last := tries[len(tries)-1].Sub(began); last < 24*time.Hour || last > 26*time.Hour {
			t.Errorf("given up after %v", last)
		}
		list := w.letters("r")
		if len(list) != 1 || list[0].First != 2 || list[0].Last != 2 || list[0].Tries != len(tries) || list[0].Error != "answered 503" || string(list[0].Body) != r.body(list[0].ID) {
			t.Fatalf("%+v", list)
		}
		again := func() {
			d := w.letters("r")[0]
			d.Queued = true
			rec, err := record(bucketDead, deadKey("r", d.First), &d, time.Time{})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := w.store.Apply(t.Context(), layers.Batch{Records: []layers.Record{rec}}); err != nil {
				t.Fatal(err)
			}
			w.office.courier("r").nudge <- struct{}{}
			synctest.Wait()
		}
		again()
		if list := w.letters("r"); len(list) != 1 || list[0].Queued || list[0].Tries != len(tries)+1 {
			t.Fatalf("%+v", list)
		}
		healed.Store(true)
		again()
		if list := w.letters("r"); len(list) != 0 || !slices.Equal(r.got(), []uint64{1, 3, 2}) {
			t.Fatalf("%+v %v", list, r.got())
		}
	})
}

// What cannot be taken as it is, is given up sooner; Retry-After is honoured.
func TestRefusedAndAskedToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		r := w.subscribe("r", func(_ int, events []uint64) (int, bool) {
			if events[0] == 1 {
				return 422, false
			}
			return 200, false
		})
		slow := w.subscribe("slow", func(tries int, _ []uint64) (int, bool) {
			if tries == 1 {
				return 429, false
			}
			return 200, false
		})
		w.start()
		defer func() { w.stop() }()
		w.stream.add(1)
		synctest.Wait()
		w.stream.add(1)
		time.Sleep(5 * time.Minute)
		synctest.Wait()
		if got := r.got(); !slices.Equal(got, []uint64{2}) || len(w.letters("r")) != 1 || len(r.tried()) != maxRefused+1 {
			t.Errorf("%v, %d tries", got, len(r.tried()))
		}
		if len(slow.tried()) != 1 {
			t.Errorf("%d tries in the half hour that was asked for", len(slow.tried()))
		}
		time.Sleep(26 * time.Minute)
		synctest.Wait()
		if got := slow.got(); !slices.Equal(got, upTo(2)) {
			t.Errorf("%v", got)
		}
	})
}

// Who takes nothing for days, or says that it is gone, is sent nothing more until it is
// resumed, and then from where it stopped.
func TestStoppedAndResumed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		var status atomic.Int32
		status.Store(500)
		r := w.subscribe("r", func(int, []uint64) (int, bool) { return int(status.Load()), false })
		gone := w.subscribe("gone", func(int, []uint64) (int, bool) { return 410, false })
		w.start()
		defer func() { w.stop() }()
		for range 7 {
			w.stream.add(1)
			time.Sleep(24 * time.Hour)
		}
		synctest.Wait()
		if s := w.state("r"); s.Stopped == "" || s.StoppedAt.Sub(s.Failing) < endAfter || s.StoppedAt.Sub(s.Failing) > endAfter+2*time.Hour {
			t.Fatalf("%+v", s)
		}
		if s := w.state("gone"); s.Stopped == "" || len(gone.tried()) != 1 {
			t.Fatalf("%+v", s)
		}
		dead := len(w.letters("r"))
		if dead < 3 || dead > 5 {
			t.Fatalf("%d dead letters", dead)
		}
		tries := len(r.tried())
		w.stop()
		status.Store(200)
		w.start() // a stopped one stays so
		time.Sleep(24 * time.Hour)
		synctest.Wait()
		if len(r.tried()) != tries {
			t.Fatal("tried though stopped")
		}
		rec, err := record(bucketHook, "r", &stored{ID: "r", URL: "https://r/", Source: "test/s", Secret: r.secret, MadeBy: "maker", Resumed: 1}, time.Time{})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.Apply(t.Context(), layers.Batch{Records: []layers.Record{rec}}); err != nil {
			t.Fatal(err)
		}
		w.office.changed()
		synctest.Wait()
		if got := r.got(); !slices.Equal(got, upTo(7)[dead:]) {
			t.Errorf("%v", got)
		}
	})
}

// When the maker may no longer follow the source, not one event more is sent.
func TestEndsWithTheRights(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		r := w.subscribe("r", func(tries int, _ []uint64) (int, bool) {
			if tries == 2 {
				return 500, false
			}
			return 200, false
		})
		w.start()
		defer func() { w.stop() }()
		w.stream.add(1)
		synctest.Wait()
		w.stream.add(1)
		synctest.Wait() // its first try fails, a second is due
		w.stream.shut(true)
		time.Sleep(time.Hour)
		w.stream.add(1)
		synctest.Wait()
		if s := w.state("r"); s.Stopped == "" || len(r.tried()) != 2 || !slices.Equal(r.got(), []uint64{1}) {
			t.Errorf("%+v, %d tries, %v", s, len(r.tried()), r.got())
		}
	})
}

// A receiver that does not answer delays nobody, and its own by the time limit only.
func TestSlowReceiver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		slow := w.subscribe("slow", good)
		slow.hold = make(chan struct{})
		fine := w.subscribe("fine", good)
		w.start()
		defer func() { w.stop() }()
		for range 50 {
			w.stream.add(1)
			synctest.Wait()
		}
		if got := fine.got(); !slices.Equal(got, upTo(50)) {
			t.Errorf("%v", got)
		}
		time.Sleep(timeLimit)
		synctest.Wait()
		if s := w.state("slow"); s.Error != "no answer in time" {
			t.Errorf("%+v", s)
		}
		close(slow.hold)
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := slow.got(); !slices.Equal(got, upTo(50)) {
			t.Errorf("%v", got)
		}
	})
}

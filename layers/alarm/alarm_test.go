package alarm

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"wutu/layers"
)

func seeded(t *testing.T) *rand.Rand {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		n, err := strconv.ParseUint(s, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		seed = n
	}
	t.Logf("WUTU_SEED=%d", seed)
	return rand.New(rand.NewPCG(seed, 2))
}

var start = time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)

type reading struct {
	second int
	value  float64
}

// said are the turns of a stream of readings by the definition: it looks back over
// the whole stream for every reading, and keeps no state but when the last turn
// was.
func said(r *Rule, stream []reading) []string {
	var out []string
	raised, from := false, 0 // readings before from do not count
	sign := 1.0
	if r.Side == Below {
		sign = -1
	}
	for i, x := range stream {
		if raised {
			if sign*x.value < sign*r.Clear {
				out = append(out, fmt.Sprint("clear ", x.second))
				raised, from = false, i
			}
			continue
		}
		// The run of alarming readings that ends here.
		first := i + 1
		for first > from && sign*stream[first-1].value >= sign*r.Raise {
			first--
		}
		if first <= i && float64(x.second-stream[first].second) >= r.ForS {
			out = append(out, fmt.Sprint("raise ", x.second))
			raised = true
		}
	}
	return out
}

func TestAlarmsAreThoseOfTheDefinition(t *testing.T) {
	r := seeded(t)
	raises := 0
	for range 3000 {
		rule := &Rule{ID: "r", Side: Above, Raise: float64(r.IntN(6)), ForS: float64(r.IntN(3) * r.IntN(20))}
		rule.Clear = rule.Raise - float64(r.IntN(3))
		if r.IntN(2) == 0 {
			rule.Side = Below
			rule.Clear = rule.Raise + float64(r.IntN(3))
		}
		var stream []reading
		second, value := 0, float64(r.IntN(7))
		for range r.IntN(60) {
			second += 1 + r.IntN(10)
			value = min(max(value+float64(r.IntN(5)-2), -2), 8)
			stream = append(stream, reading{second, value})
		}
		// What arrives: the stream with repetitions and overtaken readings in it, which
		// are late by then, and restarts.
		var m Memory
		var got []string
		take := func(x reading, want bool) {
			turns, taken := m.Take([]*Rule{rule}, "", start.Add(time.Duration(x.second)*time.Second), x.value)
			if taken != want {
				t.Fatalf("reading %v is taken: %v", x, taken)
			}
			for _, e := range turns {
				got = append(got, fmt.Sprintf("%s %d", map[Turn]string{Raise: "raise", Clear: "clear"}[e.Turn], x.second))
			}
		}
		for i, x := range stream {
			take(x, true)
			for range r.IntN(3) {
				old := stream[r.IntN(i+1)]
				old.value = float64(r.IntN(10)) // even with another value
				take(old, false)
			}
			if r.IntN(4) == 0 {
				b, err := json.Marshal(m)
				if err != nil {
					t.Fatal(err)
				}
				m = Memory{}
				if err := json.Unmarshal(b, &m); err != nil {
					t.Fatal(err)
				}
			}
		}
		want := said(rule, stream)
		raises += len(want)
		if !slices.Equal(got, want) {
			t.Fatalf("rule %+v\nstream %v\ngot  %v\nwant %v", *rule, stream, got, want)
		}
		if open := len(want)%2 == 1; open != m.Alarmed() {
			t.Fatalf("alarmed: %v after %v", m.Alarmed(), want)
		}
	}
	if raises < 2000 {
		t.Errorf("only %d turns: the streams are too quiet", raises)
	}
}

func TestPropertiesAndRulesStandAlone(t *testing.T) {
	a := &Rule{ID: "a", Side: Above, Raise: 5, Clear: 4}
	b := &Rule{ID: "b", Side: Above, Raise: 7, Clear: 4}
	var m Memory
	at := func(s int) time.Time { return start.Add(time.Duration(s) * time.Second) }
	count := func(turns []Event, ok bool) int {
		if !ok {
			t.Fatal("not taken")
		}
		return len(turns)
	}
	if n := count(m.Take([]*Rule{a, b}, "", at(1), 6)); n != 1 {
		t.Errorf("%d turns, want that of a", n)
	}
	if n := count(m.Take(nil, "battery", at(0), 100)); n != 0 {
		t.Error("another property has turns")
	}
	if n := count(m.Take([]*Rule{a, b}, "", at(2), 8)); n != 1 {
		t.Errorf("%d turns, want that of b", n)
	}
	if n := count(m.Take([]*Rule{a, b}, "", at(3), 3)); n != 2 || m.Alarmed() {
		t.Errorf("%d turns, want both over", n)
	}
}

func TestRules(t *testing.T) {
	for _, r := range Defaults() {
		if err := r.Check(); err != nil {
			t.Errorf("%s: %v", r.ID, err)
		}
	}
	good := Defaults()[0]
	for want, change := range map[string]func(*Rule){
		"/id":       func(r *Rule) { r.ID = "A b" },
		"/title":    func(r *Rule) { r.Title.ZH = "" },
		"/kind":     func(r *Rule) { r.Kind = "camera" },
		"/side":     func(r *Rule) { r.Side = "beside" },
		"/clear":    func(r *Rule) { r.Clear = r.Raise + 1 },
		"/for_s":    func(r *Rule) { r.ForS = -1 },
		"/class":    func(r *Rule) { r.Class = "9999" },
		"/level":    func(r *Rule) { r.Level = "huge" },
		"/devices":  func(r *Rule) { r.Devices = make([]string, maxDevices+1) },
		"/property": func(r *Rule) { r.Property = fmt.Sprintf("%061d", 0) },
	} {
		r := good
		change(&r)
		var e *layers.Error
		if err := r.Check(); layers.KindOf(err) != layers.Invalid {
			t.Errorf("%s: %v", want, err)
		} else if e, _ = err.(*layers.Error); e.Field != want {
			t.Errorf("%s: names %s", want, e.Field)
		}
	}
	if good.Concerns("air", "d1", "") != true || good.Concerns("air", "d1", "battery") || good.Concerns("noise", "d1", "") {
		t.Error("concerns what it does not say")
	}
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// Medians, ratios and what was reached are worked out from the rounds, and the page
// shows them.
func TestSuitesAreSummedUp(t *testing.T) {
	out := t.TempDir()
	s := &suite{Name: "query", Data: "three <points>", Rounds: 3, Machine: machine{Processor: "abacus", Cores: 2}}
	fast := s.line("fast", "req/s", want(1000, 3, false))
	for i, rate := range []float64{900, 5000, 1200} {
		fast.Ours.addLoad(loadResult{PerSecond: rate, P50: 1, P99: float64(i + 1)})
		fast.peer().addLoad(loadResult{PerSecond: 100})
	}
	slow := s.line("slow", "ms", want(150, 0, true))
	for _, ms := range []float64{200, 100, 300} {
		slow.Ours.add(ms)
		slow.peer().add(4 * ms)
	}
	late := s.line("late", "req/s", want(1, 2, false))
	late.Ours.addLoad(loadResult{PerSecond: 50, P99: 3})
	var said strings.Builder
	if err := (&program{stdout: &said}).writeSuite(out, s); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		l             *suiteLine
		median, ratio float64
		met           bool
	}{{fast, 1200, 12, true}, {slow, 200, 4, false}, {late, 50, 0, false}} {
		if c.l.Ours.Median != c.median || c.l.Ratio != c.ratio || *c.l.Met != c.met {
			t.Errorf("%s: median %v, ratio %v, met %v", c.l.Name, c.l.Ours.Median, c.l.Ratio, *c.l.Met)
		}
	}
	page, err := os.ReadFile(filepath.Join(out, "index.html"))
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"<svg", "abacus", "three &lt;points&gt;", "target at least 1,000 req/s, p99 at most 3.00 ms: reached", "target at most 150 ms: not reached", "12.0 times the peer"} {
		if !strings.Contains(string(page), text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	if strings.Contains(string(page), "http") {
		t.Error("the page needs something from elsewhere")
	}
	again, err := readSuites(out)
	if err != nil || len(again) != 1 || again[0].Results[0].Ours.Median != 1200 {
		t.Errorf("read again: %v %v", again, err)
	}
}

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"
)

// suite is what a suite of benchmarks measured; its JSON file holds it whole.
type suite struct {
	Name    string       `json:"suite"`
	At      time.Time    `json:"at"`
	Machine machine      `json:"machine"`
	Data    string       `json:"data"`
	Rounds  int          `json:"rounds"`
	Notes   []string     `json:"notes,omitempty"`
	Results []*suiteLine `json:"results"`
}

// machine describes where a suite ran.
type machine struct {
	Processor string  `json:"processor"`
	Cores     int     `json:"cores"`
	MemoryMiB int64   `json:"memory_mib"`
	System    string  `json:"system"`
	Go        string  `json:"go"`
	Program   string  `json:"program"`
	Peer      string  `json:"peer,omitempty"`
	Load      float64 `json:"load_average"` // before the first round: others at work make every figure worse
}

func thisMachine() machine {
	m := machine{Cores: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(), Program: version()}
	field := func(file, name string) string {
		text, _ := os.ReadFile(file)
		for line := range strings.Lines(string(text)) {
			if key, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(key) == name {
				return strings.TrimSpace(value)
			}
		}
		return ""
	}
	m.Processor = field("/proc/cpuinfo", "model name")
	fmt.Sscanf(field("/proc/meminfo", "MemTotal"), "%d", &m.MemoryMiB)
	m.MemoryMiB >>= 10
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.System += " " + strings.TrimSpace(string(release))
	}
	if text, err := os.ReadFile("/proc/loadavg"); err == nil {
		fmt.Sscanf(string(text), "%f", &m.Load)
	}
	return m
}

// suiteLine is one kind of work: what was measured in each round, ours and the
// peer's, and their medians.
type suiteLine struct {
	Name   string   `json:"name"`
	Unit   string   `json:"unit"`             // of ours, theirs and the target
	Target *float64 `json:"target,omitempty"` // at least, or at most when Least
	Least  bool     `json:"less_is_better,omitempty"`
	P99    *float64 `json:"target_p99_ms,omitempty"`
	Ours   figures  `json:"ours"`
	Peer   *figures `json:"peer,omitempty"`
	Ratio  float64  `json:"ratio,omitempty"` // how many times better than the peer
	Met    *bool    `json:"met,omitempty"`
	Note   string   `json:"note,omitempty"`
}

// figures are the medians of the rounds, with the rounds.
type figures struct {
	Median float64   `json:"median"`
	P50    float64   `json:"p50_ms,omitempty"`
	P99    float64   `json:"p99_ms,omitempty"`
	Errors int       `json:"errors,omitempty"`
	Rounds []float64 `json:"rounds"`

	p50s, p99s []float64
}

func (f *figures) add(value float64) { f.Rounds = append(f.Rounds, value) }

func (f *figures) addLoad(r loadResult) {
	f.add(r.PerSecond)
	f.p50s, f.p99s = append(f.p50s, r.P50), append(f.p99s, r.P99)
	f.Errors += r.Errors
}

func (f *figures) finish() {
	f.Median, f.P50, f.P99 = median(f.Rounds), median(f.p50s), median(f.p99s)
}

// median is the middle of an odd number of values, the lower one of an even
// number, 0 of none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	return slices.Sorted(slices.Values(values))[(len(values)-1)/2]
}

// line returns the line of a name, made at its first mention.
func (s *suite) line(name, unit string, set func(*suiteLine)) *suiteLine {
	for _, l := range s.Results {
		if l.Name == name {
			return l
		}
	}
	l := &suiteLine{Name: name, Unit: unit}
	s.Results = append(s.Results, l)
	if set != nil {
		set(l)
	}
	return l
}

// want sets what is to be reached: a rate of at least value, or if least a value
// of at most; a p99 of 0 stands for none.
func want(value, p99 float64, least bool) func(*suiteLine) {
	return func(l *suiteLine) {
		l.Target, l.Least = &value, least
		if p99 > 0 {
			l.P99 = &p99
		}
	}
}

// wantP99 sets a p99 that is to be held at whatever rate.
func wantP99(ms float64) func(*suiteLine) { return func(l *suiteLine) { l.P99 = &ms } }

// peer returns the peer's figures of a line.
func (l *suiteLine) peer() *figures {
	if l.Peer == nil {
		l.Peer = &figures{}
	}
	return l.Peer
}

// finish works out medians, ratios and what was met.
func (s *suite) finish() {
	for _, l := range s.Results {
		l.Ours.finish()
		if l.Peer != nil {
			l.Peer.finish()
			switch {
			case l.Least && l.Ours.Median > 0:
				l.Ratio = l.Peer.Median / l.Ours.Median
			case !l.Least && l.Peer.Median > 0:
				l.Ratio = l.Ours.Median / l.Peer.Median
			}
		}
		if l.Target == nil && l.P99 == nil {
			continue
		}
		met := l.Target == nil || !l.Least && l.Ours.Median >= *l.Target || l.Least && l.Ours.Median <= *l.Target
		met = met && l.Ours.Errors == 0 && (l.P99 == nil || l.Ours.P99 <= *l.P99)
		l.Met = &met
	}
}

// text is the suite as a table.
func (s *suite) text() string {
	var b strings.Builder
	m := s.Machine
	fmt.Fprintf(&b, "%s: %s\n%s, %d cores, %d MiB, %s, %s, load %.1f; medians of %d rounds\n",
		s.Name, s.Data, m.Processor, m.Cores, m.MemoryMiB, m.System, m.Go, m.Load, s.Rounds)
	if m.Peer != "" {
		fmt.Fprintf(&b, "beside it %s\n", m.Peer)
	}
	fmt.Fprintf(&b, "%-52s %10s %8s %8s %12s %10s %8s %7s\n", "", "ours", "p50 ms", "p99 ms", "target", "peer", "p99 ms", "ratio")
	for _, l := range s.Results {
		target, peer, peerP99, ratio := "", "", "", ""
		if l.Target != nil {
			sign := "≥ "
			if l.Least {
				sign = "≤ "
			}
			target = sign + number(*l.Target)
			if *l.Met {
				target += " ✓"
			} else {
				target += " ✗"
			}
		}
		if l.Peer != nil {
			peer, ratio = number(l.Peer.Median), fmt.Sprintf("%.1f×", l.Ratio)
			if l.Peer.P99 > 0 {
				peerP99 = number(l.Peer.P99)
			}
		}
		p50, p99 := "", ""
		if l.Ours.P99 > 0 {
			p50, p99 = number(l.Ours.P50), number(l.Ours.P99)
		}
		fmt.Fprintf(&b, "%-52s %10s %8s %8s %12s %10s %8s %7s\n", l.Name+", "+l.Unit, number(l.Ours.Median), p50, p99, target, peer, peerP99, ratio)
		if l.Ours.Errors > 0 {
			fmt.Fprintf(&b, "    %d errors\n", l.Ours.Errors)
		}
		if l.Note != "" {
			fmt.Fprintf(&b, "    %s\n", l.Note)
		}
	}
	for _, n := range s.Notes {
		fmt.Fprintf(&b, "· %s\n", n)
	}
	return b.String()
}

// number writes three digits, or all before the point.
func number(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

// writeSuite finishes the suite, prints it, writes NAME.json and NAME.txt into out and
// draws the page anew.
func (p *program) writeSuite(out string, s *suite) error {
	s.finish()
	text := s.text()
	p.say("%s", text)
	js, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	err = errors.Join(os.WriteFile(filepath.Join(out, s.Name+".txt"), []byte(text), 0o644),
		os.WriteFile(filepath.Join(out, s.Name+".json"), append(js, '\n'), 0o644))
	if err != nil {
		return err
	}
	return drawPage(out)
}

// readSuites reads the results of all suites in a folder.
func readSuites(out string) ([]*suite, error) {
	var all []*suite
	for _, b := range benchSuites() {
		text, err := os.ReadFile(filepath.Join(out, b.name+".json"))
		if os.IsNotExist(err) {
			continue
		}
		s := &suite{}
		if err == nil {
			err = json.Unmarshal(text, s)
		}
		if err != nil {
			return nil, fmt.Errorf("%s.json: %w", b.name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

// thousands writes 12345 as 12,345.
func thousands(n float64) string {
	text := strconv.FormatFloat(n, 'f', 0, 64)
	for i := len(text) - 3; i > 0; i -= 3 {
		text = text[:i] + "," + text[i:]
	}
	return text
}

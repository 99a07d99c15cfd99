package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"wutu/data/gpkg"
	"wutu/layers"
)

// An import killed with SIGKILL at random moments loses no batch it said was
// durable, leaves a city that checks clean, and can be run again to the end
// without duplicates.
func TestKilledImportLosesNothingAcknowledged(t *testing.T) {
	const kills, records = 10, 40_000
	dir := t.TempDir()
	file := filepath.Join(dir, "points.csv")
	writePoints(t, file, records)
	city := filepath.Join(dir, "city")
	args := []string{"import", file, "--layer", "points", "--create", "--element", "object", "--id", "id", "--json", "--data", city}
	rng := rand.New(rand.NewPCG(1, 1))
	for attempt := range kills {
		acknowledged := importAndKill(t, args, time.Duration(rng.IntN(120))*time.Millisecond)
		if got := countPoints(t, city); got < acknowledged {
			t.Fatalf("attempt %d: %d features, %d were acknowledged", attempt, got, acknowledged)
		}
		if code, out, errs := run(t, "check", "--data", city); code != 0 {
			t.Fatalf("attempt %d: check: exit %d\n%s%s", attempt, code, out, errs)
		}
	}
	var sum struct{ Read, Stored, Rejected int }
	lastJSON(t, mustRun(t, args...), &sum)
	if sum.Read != records || sum.Stored != records || sum.Rejected != 0 {
		t.Errorf("the last run: %+v", sum)
	}
	if got := countPoints(t, city); got != records {
		t.Errorf("%d features after the last run, want %d", got, records)
	}
	mustRun(t, "check", "--data", city)
}

func writePoints(t *testing.T, file string, n int) {
	t.Helper()
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriter(f)
	fmt.Fprintln(w, "id,lon,lat,kind")
	for i := range n {
		fmt.Fprintf(w, "p%06d,%.6f,%.6f,k%d\n", i, 111+float64(i%1000)/5000, 30+float64(i/1000)/500, i%7)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// importAndKill starts the import, waits for its first durable batch and a
// random while, kills it, and returns how many features it had acknowledged.
func importAndKill(t *testing.T, args []string, after time.Duration) int {
	t.Helper()
	cmd := process(t.Context(), args...)
	pipe, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	acknowledged := 0
	lines := bufio.NewScanner(pipe)
	for lines.Scan() {
		var line struct{ Committed int }
		if err := json.Unmarshal(lines.Bytes(), &line); err == nil && line.Committed > acknowledged {
			if acknowledged == 0 {
				time.AfterFunc(after, func() { cmd.Process.Kill() })
			}
			acknowledged = line.Committed
		}
	}
	cmd.Wait() // killed, or done before the kill
	if acknowledged == 0 {
		t.Fatal("the import acknowledged nothing")
	}
	return acknowledged
}

func countPoints(t *testing.T, city string) int {
	t.Helper()
	store, err := (&program{dir: city}).open(t.Context(), gpkg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	n := 0
	for _, err := range store.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "points"}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	return n
}

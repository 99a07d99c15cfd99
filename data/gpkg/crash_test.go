package gpkg_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/geo/geotest"
	"wutu/layers"
)

// crashEnv makes the test binary the victim of TestKill: it names the file to
// write to.
const crashEnv = "WUTU_GPKG_VICTIM"

// crashSnapshotEnv makes it write snapshots, too.
const crashSnapshotEnv = "WUTU_GPKG_VICTIM_SNAPSHOT"

func TestMain(m *testing.M) {
	if path := os.Getenv(crashEnv); path != "" {
		if err := victim(path); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	if path := os.Getenv(killFixesEnv); path != "" {
		fmt.Fprintln(os.Stderr, keepFixes(path))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

const (
	crashWriters = 3
	crashBatch   = 40
)

var crashLayer = &layers.Layer{ID: "things", Element: layers.Object, Geometry: layers.AnyGeometry,
	Fields: []layers.Field{{Name: "name", Type: layers.String}, {Name: "round", Type: layers.Integer}}}

// victim applies batches until it is killed, and writes a line for each one that
// was acknowledged.
func victim(path string) error {
	ctx := context.Background()
	s, err := gpkg.Open(ctx, path, gpkg.Options{})
	if err != nil {
		return err
	}
	if _, err := s.Apply(ctx, layers.Batch{Layers: []*layers.Layer{crashLayer}}); err != nil {
		return err
	}
	first, err := s.Seq(ctx)
	if err != nil {
		return err
	}
	var mu sync.Mutex
	fail := make(chan error)
	if os.Getenv(crashSnapshotEnv) != "" {
		go victimSnapshot(ctx, s, fail)
	}
	for w := range crashWriters {
		go func() {
			for round := int(first); ; round++ {
				if _, err := s.Apply(ctx, layers.Batch{Changes: crashChanges(w, round),
					Records: []layers.Record{{Bucket: "round", Key: fmt.Sprint(w), Data: []byte(fmt.Sprint(round))}}}); err != nil {
					fail <- err
					return
				}
				mu.Lock()
				fmt.Printf("%d %d\n", w, round)
				mu.Unlock()
			}
		}()
	}
	return <-fail
}

// crashChanges writes new features and replaces or deletes those of the round
// before, so that every table is touched.
func crashChanges(w, round int) []layers.Change {
	var out []layers.Change
	for i := range crashBatch {
		key := fmt.Sprintf("w%d-%d-%02d", w, round, i)
		out = append(out, layers.Change{Op: layers.Put, Layer: "things", Feature: &layers.Feature{Key: key,
			Shape: orb.LineString{{float64(i), 1}, {2, float64(round)}}, Values: []layers.Value{layers.Text(strings.Repeat("路灯", i)), layers.Int(int64(round))}}})
	}
	moving := fmt.Sprintf("w%d", w)
	return append(out, layers.Change{Op: layers.Delete, Layer: "things", ID: fmt.Sprintf("w%d-%d-00", w, round-1)},
		layers.Change{Op: layers.Put, Layer: "things", Feature: &layers.Feature{Key: moving, Values: []layers.Value{{}, layers.Int(int64(round))}}})
}

// TestKill kills a writing process at random moments: every batch it had
// acknowledged is there, whole, and so is the file.
func TestKill(t *testing.T) {
	r := geotest.Rand(t)
	path := filepath.Join(t.TempDir(), "city.gpkg")
	for range 5 {
		acknowledged := killAfter(t, path, 1+r.IntN(60), time.Duration(r.IntN(20_000))*time.Microsecond)
		s := open(t, path)
		problems, err := s.Check(t.Context())
		if err != nil || len(problems) > 0 {
			t.Fatalf("check after the kill: %v, %v", problems, err)
		}
		there := make(map[string]int64)
		for f, err := range s.Read(t.Context(), layers.Query{Subject: layers.SystemSubject(), Layer: "things"}) {
			if err != nil {
				t.Fatal(err)
			}
			there[f.Key] = f.Values[1].Int()
		}
		for w, rounds := range acknowledged {
			for _, round := range rounds {
				for i := 1; i < crashBatch; i++ { // number 0 is deleted by the round after
					if key := fmt.Sprintf("w%d-%d-%02d", w, round, i); there[key] != int64(round) {
						t.Fatalf("%s of an acknowledged batch reads %d", key, there[key])
					}
				}
				if last := there[fmt.Sprint("w", w)]; last < int64(round) {
					t.Fatalf("writer %d had round %d acknowledged, the file knows round %d", w, round, last)
				}
			}
		}
		// Every batch is whole: as many features of each round as it wrote.
		counts := make(map[string]int)
		for key := range there {
			if i := strings.LastIndex(key, "-"); i > 0 && !strings.HasSuffix(key, "-00") {
				counts[key[:i]]++
			}
		}
		for batch, n := range counts {
			if n != crashBatch-1 {
				t.Fatalf("batch %s has %d of its features", batch, n)
			}
		}
		for rec, err := range s.Records(t.Context(), "round", "") {
			if err != nil || there["w"+rec.Key] != mustInt(t, string(rec.Data)) {
				t.Fatalf("record %s is %s, its feature %d: %v", rec.Key, rec.Data, there["w"+rec.Key], err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func mustInt(t *testing.T, s string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// killAfter runs a victim, kills it some time after its nth acknowledgement, and
// returns the acknowledged rounds of each writer.
func killAfter(t *testing.T, path string, n int, delay time.Duration) map[int][]int {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), crashEnv+"="+path)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	rounds := make(map[int][]int)
	lines := bufio.NewScanner(out)
	for count := 0; lines.Scan(); count++ {
		var w, round int
		if _, err := fmt.Sscanf(lines.Text(), "%d %d", &w, &round); err != nil {
			break // the last line may be cut off
		}
		rounds[w] = append(rounds[w], round)
		if count == n {
			time.AfterFunc(delay, func() { _ = cmd.Process.Kill() })
		}
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.Success() {
		t.Fatalf("the victim ended by itself: %v", err)
	}
	if len(rounds) == 0 {
		t.Fatal("the victim died before it wrote anything")
	}
	return rounds
}

package gpkg_test

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"wutu/data/gpkg"
	"wutu/geo/geotest"
	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/track"
)

// killFixesEnv makes the test binary the victim of TestKillKeeper.
const killFixesEnv = "WUTU_GPKG_FIXES_VICTIM"

// trackedStart is when the fixes of the victim begin.
func trackedStart() time.Time { return time.Date(2026, 11, 20, 7, 0, 0, 0, time.UTC) }

const trackedObjects = 9

// trackedFix is fix n of an object: known from n alone.
func trackedFix(object, n int) (track.Fix, error) {
	return track.NewFix(trackedStart().Add(time.Duration(n)*17*time.Second), orb.Point{111 + float64(object)/100, 30 + float64(n%1000)/1e4}, nil, nil, nil)
}

// keepFixes sends fixes and folds until it is killed, and writes a line for each
// batch that was acknowledged: object, first and last number.
func keepFixes(path string) error {
	ctx := context.Background()
	s, err := gpkg.Open(ctx, path, gpkg.Options{})
	if err != nil {
		return err
	}
	l := model.Lookup(model.Movers)
	b := layers.Batch{Layers: []*layers.Layer{l}}
	for i := range trackedObjects {
		b.Changes = append(b.Changes, layers.Change{Op: layers.Put, Layer: l.ID, Feature: &layers.Feature{Key: fmt.Sprint("m", i), Shape: orb.Point{111, 30}, Values: make([]layers.Value, len(l.Fields))}})
	}
	have := false
	for _, err := range s.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: l.ID}) {
		have = err == nil
		break
	}
	if !have {
		if _, err := s.Apply(ctx, b); err != nil {
			return err
		}
	}
	k := track.New(track.Options{Store: s, Now: time.Now, Every: time.Nanosecond, Layer: func(string) (*layers.Layer, bool) { return l, true }})
	var mu sync.Mutex
	fail := make(chan error)
	for w := range 3 {
		go func() {
			next := make([]int, trackedObjects)
			for o := w; o < trackedObjects; o += 3 { // each worker has objects of its own
				all, err := k.Read(ctx, l.ID, fmt.Sprint("m", o), trackedStart(), trackedStart().Add(1000*time.Hour))
				if err != nil {
					fail <- err
					return
				}
				next[o] = len(all)
			}
			for round := 0; ; round++ {
				o := w + 3*(round%3)
				var sent []track.Sent
				for n := next[o]; n < next[o]+20; n++ {
					f, err := trackedFix(o, n)
					if err != nil {
						fail <- err
						return
					}
					sent = append(sent, track.Sent{Object: fmt.Sprint("m", o), Fix: f})
				}
				if _, err := k.Add(ctx, l.ID, sent); err != nil {
					fail <- err
					return
				}
				mu.Lock()
				fmt.Printf("%d %d %d\n", o, next[o], next[o]+20)
				mu.Unlock()
				next[o] += 20
				if round%7 == 3 {
					if err := k.Fold(ctx); err != nil {
						fail <- err
						return
					}
				}
			}
		}()
	}
	return <-fail
}

// TestKillKeeper kills a process that takes and folds fixes at random moments: every
// fix it had acknowledged is there, once, and so is the file.
func TestKillKeeper(t *testing.T) {
	r := geotest.Rand(t)
	path := filepath.Join(t.TempDir(), "city.gpkg")
	for range 4 {
		cmd := exec.Command(os.Args[0], "-test.run=^$")
		cmd.Env = append(os.Environ(), killFixesEnv+"="+path)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		most := make(map[int]int)
		lines, after := bufio.NewScanner(out), 3+r.IntN(60)
		for n := 0; lines.Scan(); n++ {
			var o, from, to int
			if _, err := fmt.Sscan(lines.Text(), &o, &from, &to); err != nil {
				break // the last line may be cut
			}
			most[o] = max(most[o], to)
			if n == after {
				if err := cmd.Process.Kill(); err != nil {
					t.Fatal(err)
				}
			}
		}
		_ = cmd.Wait()
		if len(most) == 0 {
			t.Fatal("nothing was acknowledged")
		}
		checkKilled(t, path, most)
	}
}

func checkKilled(t *testing.T, path string, most map[int]int) {
	t.Helper()
	s := open(t, path)
	if problems, err := s.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Fatalf("check after the kill: %v, %v", problems, err)
	}
	l := model.Lookup(model.Movers)
	k := track.New(track.Options{Store: s, Now: time.Now, Layer: func(string) (*layers.Layer, bool) { return l, true }})
	for o, n := range most {
		got, err := k.Read(t.Context(), l.ID, fmt.Sprint("m", o), trackedStart(), trackedStart().Add(1000*time.Hour))
		if err != nil || len(got) < n {
			t.Fatalf("object %d has %d fixes, %d were acknowledged: %v", o, len(got), n, err)
		}
		for i, f := range got {
			if want, _ := trackedFix(o, i); f != want {
				t.Fatalf("object %d: fix %d is %v, want %v", o, i, f, want)
			}
		}
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

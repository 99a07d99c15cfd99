package gpkg_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"wutu/layers"
)

// Two programs that write without a pause, one long batches and the other short ones,
// both come to their turns: some 400 short ones are written beside ten long ones. With
// SQLite's own way of waiting it is 16 one time and 17,000 the next.
func TestWritersTakeTurns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "city.gpkg")
	a, b := open(t, path), open(t, path)
	defer closeStore(t, a)
	defer closeStore(t, b)
	if _, err := a.Apply(t.Context(), layers.Batch{Layers: []*layers.Layer{places}}); err != nil {
		t.Fatal(err)
	}
	long := func(round int) layers.Batch {
		var out layers.Batch
		for i := range 8000 {
			out.Changes = append(out.Changes, place(fmt.Sprintf("p%d", i), float64(round)))
		}
		return out
	}
	stop, others := make(chan struct{}), make(chan int)
	go func() {
		n := 0
		for {
			select {
			case <-stop:
				others <- n
				return
			default:
			}
			if _, err := b.Apply(t.Context(), layers.Batch{Changes: []layers.Change{place("one", float64(n))}}); err != nil {
				t.Error(err)
			}
			n++
		}
	}()
	for round := range 10 {
		if _, err := a.Apply(t.Context(), long(round)); err != nil {
			t.Fatal(err)
		}
	}
	close(stop)
	n := <-others
	t.Log(n, "short ones beside ten long ones")
	if n < 20 || n > 6000 {
		t.Error("one of them was kept out")
	}
}

package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"time"
)

// dayImports are the imports of a day.
type dayImports struct {
	took      []float64     // seconds of each
	from      []time.Time   // when each began
	until     []time.Time   // and ended
	processor time.Duration // of all
}

// during reports whether an import ran at a time.
func (d *dayImports) during(at time.Time) bool {
	for i := range d.from {
		if !at.Before(d.from[i]) && at.Before(d.until[i]) {
			return true
		}
	}
	return false
}

// beside are the times of the answers that were asked for while an import ran.
func (d *dayImports) beside(t *tally) []float64 {
	var out []float64
	for i, at := range t.dues {
		if d.during(at) {
			out = append(out, t.times[i])
		}
	}
	return out
}

// seconds is for how long imports ran between two instants.
func (d *dayImports) seconds(from, until time.Time) float64 {
	sum := time.Duration(0)
	for i := range d.from {
		begin, end := d.from[i], d.until[i]
		if begin.Before(from) {
			begin = from
		}
		if end.After(until) {
			end = until
		}
		sum += max(0, end.Sub(begin))
	}
	return sum.Seconds()
}

// importing lets another process import until the end of the day, one file at a time:
// what a register delivers, again and again. It is the same source, so its features are
// updated, all of them, and every version that they had stays in the city's history: the
// file grows with a day, memory is not to. stop waits for the last import.
func (d *day) importing(ctx context.Context, from, until time.Time) (stop func() (*dayImports, error)) {
	all := &dayImports{}
	done := make(chan error, 1)
	go func() {
		for n := 0; d.bench.imports > 0 && pause(ctx, time.Until(from)) && time.Now().Before(until); n++ {
			file := filepath.Join(d.run.dir, "import.csv")
			if err := writeImport(file, d.bench.imports, n); err != nil {
				done <- err
				return
			}
			args := []string{"import", file, "--layer", "surveyed", "--id", "id", "--data", d.run.dir}
			if n == 0 {
				args = append(args, "--create", "--element", "object")
			}
			begun := time.Now()
			c, err := runMeasured(ctx, d.run.self, args...)
			if err != nil {
				done <- err
				return
			}
			all.took, all.processor = append(all.took, c.wall.Seconds()), all.processor+c.processor
			all.from, all.until = append(all.from, begun), append(all.until, begun.Add(c.wall))
			from = begun.Add(d.bench.importEvery)
		}
		done <- nil
	}()
	return func() (*dayImports, error) { err := <-done; return all, err }
}

func writeImport(path string, n, turn int) error {
	r := rand.New(rand.NewPCG(11, 13))
	return writeLines(path, n, "id,kind,size,lon,lat\n", func(line []byte, i int) []byte {
		x, y := cityPlace(r)
		return fmt.Appendf(line, "s%06d,%s,%d,%.7f,%.7f\n", i, benchKinds[i%len(benchKinds)], (i+turn)%1000, x, y)
	})
}

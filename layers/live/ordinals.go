package live

import (
	"runtime"
	"sync"
	"sync/atomic"
)

// ordinals holds a small number for each row of a segment, in two bytes where
// that is enough.
type ordinals struct {
	narrow []uint16
	wide   []uint32
}

// newOrdinals makes n zeros with room for numbers up to most.
func newOrdinals(n, most int) ordinals {
	if most < 1<<16 {
		return ordinals{narrow: make([]uint16, n)}
	}
	return ordinals{wide: make([]uint32, n)}
}

func (o *ordinals) at(row uint32) uint32 {
	if o.narrow != nil {
		return uint32(o.narrow[row])
	}
	return o.wide[row]
}

// fill sets the rows [lo, hi). Goroutines may fill different rows at once.
func (o *ordinals) fill(lo, hi, v uint32) {
	if o.narrow != nil {
		for row := lo; row < hi; row++ {
			o.narrow[row] = uint16(v)
		}
		return
	}
	for row := lo; row < hi; row++ {
		o.wide[row] = v
	}
}

// rows is the number of numbers.
func (o *ordinals) rows() int { return len(o.narrow) + len(o.wide) }

func (o *ordinals) bytes() int { return 2*len(o.narrow) + 4*len(o.wide) }

// processors is how many goroutines can run at once.
func processors() int { return runtime.GOMAXPROCS(0) }

// share calls work(worker, i) once for each i in [0, n) from as many goroutines
// as can run at once, and waits for them. A worker takes the i in ascending
// order.
func share(n int, work func(worker, i int)) { shareAmong(min(processors(), n), n, work) }

func shareAmong(workers, n int, work func(worker, i int)) {
	if workers <= 1 {
		for i := range n {
			work(0, i)
		}
		return
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				work(w, i)
			}
		})
	}
	wait.Wait()
}

package main

import (
	"fmt"
	"io"
	"os"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how far a long command is: a bar on a terminal, a plain line
// every few seconds elsewhere. It is safe for concurrent use.
type progress struct {
	what  string
	total int64 // bytes or rows; 0 when not known

	bars *mpb.Progress
	bar  *mpb.Bar

	mu   sync.Mutex
	out  io.Writer
	last time.Time
	done int64
}

// plainEvery is the time between two plain lines.
const plainEvery = 5 * time.Second

// newProgress starts a display on out; it stays silent with --json.
func (p *program) newProgress(what string, total int64) *progress {
	g := &progress{what: what, total: total, out: p.stderr, last: time.Now()}
	if p.asJSON {
		g.out = io.Discard
		return g
	}
	if f, ok := p.stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		g.bars = mpb.New(mpb.WithOutput(f), mpb.WithWidth(48))
		g.bar = g.bars.AddBar(total,
			mpb.PrependDecorators(decor.Name(what+" ")),
			mpb.AppendDecorators(decor.CountersNoUnit("%d / %d"), decor.Name("  "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	return g
}

// set says that n of the total are done.
func (g *progress) set(n int64) {
	if g.bar != nil {
		g.bar.SetCurrent(n)
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.done = n
	if time.Since(g.last) < plainEvery {
		return
	}
	g.last = time.Now()
	if g.total > 0 {
		fmt.Fprintf(g.out, "%s: %d of %d (%d %%)\n", g.what, n, g.total, 100*n/g.total)
	} else {
		fmt.Fprintf(g.out, "%s: %d\n", g.what, n)
	}
}

// finish ends the display.
func (g *progress) finish() {
	if g.bar == nil {
		return
	}
	g.bar.SetTotal(-1, true)
	g.bars.Wait()
}

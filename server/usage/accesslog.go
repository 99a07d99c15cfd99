package usage

import (
	"context"
	"io"
	"strconv"
	"sync"
	"time"

	"wutu/layers"
)

// Log writes the access log: one line of JSON per answered request, with the
// numbers that the Meter counts.
//
//	{"at":"2026-11-21T08:00:00.000000001Z","trace":"4bf9…","key":"key-1a2b","role":"planner",
//	 "route":"GET /api/v1/near","layer":"buildings","query":"k,lat,layer,lon","status":200,"rows":10,"bytes":4096,"ms":1.25}
//
// A line holds ids and declared names, never a value of a filter, a path, a
// header or an address of the network. Safe for concurrent use.
type Log struct {
	mu   sync.Mutex
	w    io.Writer
	held []byte // lines not written yet
	err  error  // of the first write that failed since the last Flush
}

const (
	// logBuffer holds about three hundred lines.
	logBuffer = 64 << 10
	// logEvery is how often what is held is written.
	logEvery = time.Second
)

// NewLog returns a log that writes to w, which should append and stays the
// caller's. Whole lines are written at once.
func NewLog(w io.Writer) *Log { return &Log{w: w, held: make([]byte, 0, logBuffer+4096)} }

// Write appends the entry's line. A failure of the writer is kept for Flush.
func (l *Log) Write(e *Entry) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = e.appendLine(l.held)
	if len(l.held) >= logBuffer {
		l.write()
	}
}

// Flush writes what is held. The error is Internal, of the first write that
// failed since the last Flush; the lines it had are lost, later ones are not.
func (l *Log) Flush() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.write()
	err := l.err
	if l.err = nil; err == nil {
		return nil
	}
	return &layers.Error{Kind: layers.Internal, Op: "access log", Err: err}
}

func (l *Log) write() {
	if len(l.held) == 0 {
		return
	}
	if _, err := l.w.Write(l.held); err != nil && l.err == nil {
		l.err = err
	}
	l.held = l.held[:0]
}

// Run flushes every second until ctx ends, and then once more; report gets the
// errors.
func (l *Log) Run(ctx context.Context, report func(error)) {
	tick := time.NewTicker(logEvery)
	defer tick.Stop()
	for done := false; !done; {
		select {
		case <-ctx.Done():
			done = true
		case <-tick.C:
		}
		if err := l.Flush(); err != nil {
			report(err)
		}
	}
}

// appendLine appends e as a line of JSON.
func (e *Entry) appendLine(b []byte) []byte {
	text := func(name, value string) {
		b = append(b, ',', '"')
		b = append(b, name...)
		b = append(b, '"', ':')
		b = layers.AppendJSONText(b, value)
	}
	number := func(name string, n int64) {
		b = append(b, ',', '"')
		b = append(b, name...)
		b = append(b, '"', ':')
		b = strconv.AppendInt(b, n, 10)
	}
	b = append(b, `{"at":"`...)
	b = e.At.UTC().AppendFormat(b, time.RFC3339Nano)
	b = append(b, '"')
	text("trace", e.Trace)
	text("key", e.key())
	text("role", e.Role.String())
	text("route", e.Route)
	text("layer", e.Layer)
	text("query", e.Query)
	number("status", int64(e.Status))
	number("rows", e.Rows)
	number("bytes", e.Bytes)
	b = append(b, `,"ms":`...)
	b = strconv.AppendFloat(b, float64(e.Took.Microseconds())/1000, 'f', 3, 64)
	return append(b, '}', '\n')
}

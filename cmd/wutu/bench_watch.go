package main

import (
	"context"
	"slices"
	"time"
)

// watcher samples the memory of a server while a load runs on it.
type watcher struct {
	samples                []float64 // bytes resident, every second
	serverCores, loadCores float64   // used on average

	stop context.CancelFunc
	done chan struct{}
}

// watch samples between two instants.
func watch(ctx context.Context, s *benchServer, from, until time.Time) *watcher {
	ctx, stop := context.WithCancel(ctx)
	w := &watcher{stop: stop, done: make(chan struct{})}
	go func() {
		defer close(w.done)
		pause(ctx, time.Until(from))
		server, load, begun := s.processor(), ownProcessor(), time.Now()
		for time.Now().Before(until) && pause(ctx, time.Second) {
			w.samples = append(w.samples, float64(s.memory("VmRSS")))
		}
		took := time.Since(begun).Seconds()
		w.serverCores, w.loadCores = (s.processor()-server).Seconds()/took, (ownProcessor()-load).Seconds()/took
	}()
	return w
}

// end waits for the last sample.
func (w *watcher) end() {
	w.stop()
	<-w.done
}

// minutes are the means of the samples of each minute, the last of which may be short.
func (w *watcher) minutes() []float64 {
	var out []float64
	for of := range slices.Chunk(w.samples, 60) {
		sum := 0.0
		for _, y := range of {
			sum += y
		}
		out = append(out, sum/float64(len(of)))
	}
	return out
}

// growth is by how much memory grew over the second half, by the least squares of
// its samples, and its mean there; a mean of 1 stands for no samples.
func (w *watcher) growth() (grown, mean float64) {
	half := w.samples[len(w.samples)/2:]
	if len(half) < 2 {
		return 0, 1
	}
	n := float64(len(half))
	var sum, moment float64
	for i, y := range half {
		sum += y
		moment += (float64(i) - (n-1)/2) * y
	}
	slope := moment / (n * (n*n - 1) / 12)
	return slope * (n - 1), sum / n
}

package main

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"
	"time"

	"wutu/data/gpkg"
	"wutu/layers/keyring"
	"wutu/layers/live"
)

// BenchmarkLoad loads the city in the folder $WUTU_CITY, whose key file is $WUTU_KEYS
// when it has one, and reports processor time and memory by feature. It is how the
// time to readiness is profiled: go test -run - -bench Load -cpuprofile cpu ./cmd/wutu.
func BenchmarkLoad(b *testing.B) {
	dir := os.Getenv("WUTU_CITY")
	if dir == "" {
		b.Skip("WUTU_CITY names no city's folder")
	}
	var o gpkg.Options
	if keys := os.Getenv("WUTU_KEYS"); keys != "" {
		ring, err := keyring.Load(keys)
		if err != nil {
			b.Fatal(err)
		}
		o.Keys = ring
	}
	store, err := gpkg.Open(b.Context(), filepath.Join(dir, "city.gpkg"), o)
	if err != nil {
		b.Fatal(err)
	}
	defer store.Close()
	for b.Loop() {
		rows := 0
		before := processorTime()
		city, err := live.Open(b.Context(), store, live.Options{OnLoad: func(_ string, n int) { rows += n }})
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(processorTime()-before)/float64(rows), "cpu-ns/row")
		told := int64(0)
		v := city.View()
		for _, l := range v.Layers() {
			m := v.Memory(l.ID)
			told += m.Total()
		}
		b.ReportMetric(float64(told)/float64(rows), "B/row")
		if err := city.Close(); err != nil {
			b.Fatal(err)
		}
		runtime.GC()
	}
}

// processorTime is the time that processors have spent on this process.
func processorTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

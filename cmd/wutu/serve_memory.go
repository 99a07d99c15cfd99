package main

import (
	"os"
	"runtime"
	"runtime/debug"
)

// A city is most of the heap, and stays. What the garbage collector looks at in it is
// little, since rows lie in arrays without pointers; so it may come often, and what
// waits for it be small beside the city: by default it would be as much as the city.
const (
	loadGarbage  = 25        // percent of the heap while the city is loaded
	leastGarbage = 3         // percent of the heap afterwards, or spareGarbage if that is more
	mostGarbage  = 100       // percent: Go's own
	spareGarbage = 128 << 20 // bytes
)

// sparingly sets how much garbage may wait while the city is loaded; what it returns
// does so for the time after, and gives what loading took back to the system. GOGC in
// the environment has the last word.
func sparingly() (loaded func()) {
	if _, set := os.LookupEnv("GOGC"); set {
		return func() {}
	}
	debug.SetGCPercent(loadGarbage)
	return func() {
		debug.FreeOSMemory()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		debug.SetGCPercent(int(min(max(100*spareGarbage/max(m.HeapAlloc, 1), leastGarbage), mostGarbage)))
	}
}

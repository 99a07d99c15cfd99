package main

import (
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"syscall"
	"testing"
)

// niceOf is the nice value of a thread, 0 for the caller's.
func niceOf(t *testing.T, thread int) int {
	t.Helper()
	at, err := syscall.Getpriority(syscall.PRIO_PROCESS, thread)
	if err != nil {
		t.Fatal(err)
	}
	return 20 - at
}

// All threads of a process step behind, those that are made later too; one that is
// further behind already stays there. It runs in a process of its own, which cannot
// come forward again.
func TestStepBehind(t *testing.T) {
	const env = "WUTU_STEP_BEHIND"
	if os.Getenv(env) == "" {
		for _, by := range []int{0, behindNice + 5} {
			want := min(max(niceOf(t, 0)+by, behindNice), 19)
			cmd := exec.Command("nice", "-n", strconv.Itoa(by), os.Args[0], "-test.run", "^TestStepBehind$")
			cmd.Env = append(os.Environ(), env+"="+strconv.Itoa(want))
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Errorf("nice by %d: %v\n%s", by, err, out)
			}
		}
		return
	}
	want, err := strconv.Atoi(os.Getenv(env))
	if err != nil {
		t.Fatal(err)
	}
	const each = 4
	made, end := make(chan struct{}), make(chan struct{})
	defer close(end)
	threads := func() {
		for range each {
			go func() {
				runtime.LockOSThread() // each has one of its own
				made <- struct{}{}
				<-end
			}()
			<-made
		}
	}
	threads()
	if err := stepBehind(); err != nil {
		t.Fatal(err)
	}
	threads()
	all, err := os.ReadDir("/proc/self/task")
	if err != nil || len(all) < 2*each {
		t.Fatalf("%d threads, %v", len(all), err)
	}
	for _, thread := range all {
		id, err := strconv.Atoi(thread.Name())
		if err != nil {
			t.Fatal(err)
		}
		if at := niceOf(t, id); at != want {
			t.Errorf("thread %d of %d has nice %d, want %d", id, len(all), at, want)
		}
	}
}

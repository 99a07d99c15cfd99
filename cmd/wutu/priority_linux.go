package main

import (
	"errors"
	"os"
	"strconv"
	"syscall"
)

// behindNice is the priority of work that others go before: where all processors are
// wanted, nice 10 gets a tenth of what a program of the usual priority gets, and on a
// machine that is idle otherwise all of it. It is not the lowest, since an import has
// the right to write while it is at it, which a server waits for.
const behindNice = 10

// stepBehind lets other programs on this machine have the processors before this
// process. The system keeps a priority for each thread, and a new one gets that of the
// thread which makes it: all that there are are set, until there is no new one. What
// has a lower priority already keeps it.
func stepBehind() error {
	for set := make(map[int]bool); ; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		done := true
		for _, t := range threads {
			id, err := strconv.Atoi(t.Name())
			if err != nil || set[id] {
				continue
			}
			set[id], done = true, false
			if err := lower(id); err != nil && !errors.Is(err, syscall.ESRCH) { // it has ended
				return err
			}
		}
		if done {
			return nil
		}
	}
}

func lower(thread int) error {
	const highest = 20 // the system call returns 20 - nice
	at, err := syscall.Getpriority(syscall.PRIO_PROCESS, thread)
	if err != nil || highest-at >= behindNice {
		return err
	}
	return syscall.Setpriority(syscall.PRIO_PROCESS, thread, behindNice)
}

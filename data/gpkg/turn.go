package gpkg

import (
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
)

// Several programs write into one city: the server, an import beside it. SQLite lets
// one of them at a time, and who waits looks again after pauses of up to 100 ms, so an
// import that commits batch after batch would keep all others out until its end. So
// whoever waits looks every millisecond (enter), and who has written for long leaves
// the door open for a few (yield).
const (
	longTurn = 50 * time.Millisecond
	openDoor = 4 * time.Millisecond
)

// enter begins the writer's transaction, waiting for other programs' as long as the
// store's options say.
func (w *writer) enter() error {
	if err := w.conn.script("PRAGMA busy_timeout = 1"); err != nil {
		return err
	}
	deadline := time.Now().Add(w.busy)
	for {
		_, err := w.conn.exec("BEGIN IMMEDIATE")
		if e, ok := errors.AsType[sqlite3.Error](err); ok && e.Code == sqlite3.ErrBusy && time.Now().Before(deadline) {
			continue
		}
		return errors.Join(err, w.conn.script(fmt.Sprintf("PRAGMA busy_timeout = %d", w.busy.Milliseconds())))
	}
}

// yield lets other programs write, if this one has since a time that is long ago.
func yield(since time.Time) {
	if time.Since(since) > longTurn {
		time.Sleep(openDoor)
	}
}

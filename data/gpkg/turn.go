package gpkg

import (
	"errors"
	"fmt"
	"time"

	"github.com/mattn/go-sqlite3"
)

// enter begins the writer's transaction. Several programs write into one city, the
// server and an import beside it, and SQLite lets one of them at a time. Who waits in
// SQLite's own way looks again after pauses of up to 100 ms, so that a program which
// commits batch after batch keeps all others out until its end. Here it looks every
// millisecond, which the preparation of the other's next batch leaves room for; as long
// as the store's options say.
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
		back := w.conn.script(fmt.Sprintf("PRAGMA busy_timeout = %d", w.busy.Milliseconds()))
		if err == nil && back != nil { // who is told of an error is not in a transaction
			_, undo := w.conn.exec("ROLLBACK")
			return errors.Join(back, undo)
		}
		return errors.Join(err, back)
	}
}

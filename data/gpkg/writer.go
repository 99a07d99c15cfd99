package gpkg

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"wutu/layers"
)

// maxGroup bounds how many changes share one transaction, so that nobody waits
// for more than about a second of other people's work.
const maxGroup = 32 << 10

// writer owns the writing connection: one goroutine takes the batches that wait
// and commits them together.
type writer struct {
	store *Store
	conn  *conn
	bulk  bool
	busy  time.Duration // how long other programs are waited for
	done  chan struct{} // closed when the goroutine has ended

	mu     sync.Mutex
	closed bool
	queue  chan *request // sent to under mu's read side, see submit
	sends  sync.WaitGroup
}

// request is a batch on its way. Whoever moves state on from waiting owns the
// outcome: the writer by starting, the caller by withdrawing.
type request struct {
	ctx   context.Context
	prep  *prepared           // nil: a task
	task  func(*writer) error // runs alone, outside a transaction
	state atomic.Int32
	done  chan struct{}
	seq   uint64
	err   error
}

const (
	waiting = iota
	started
	withdrawn
)

func newWriter(s *Store, c *conn, bulk bool, busy time.Duration) *writer {
	w := &writer{store: s, conn: c, bulk: bulk, busy: busy, done: make(chan struct{}), queue: make(chan *request, 256)}
	go w.loop()
	return w
}

// submit hands a request to the goroutine and waits for its outcome. A request
// whose context ends before it was started does not happen.
func (w *writer) submit(ctx context.Context, op string, r *request) (uint64, error) {
	w.mu.Lock()
	if w.closed {
		w.mu.Unlock()
		return 0, closedError(op)
	}
	w.sends.Add(1)
	w.mu.Unlock()
	select {
	case w.queue <- r:
		w.sends.Done()
	case <-ctx.Done():
		w.sends.Done()
		return 0, ctx.Err()
	}
	select {
	case <-r.done:
	case <-ctx.Done():
		if r.state.CompareAndSwap(waiting, withdrawn) {
			return 0, ctx.Err()
		}
		<-r.done // it is being committed: its outcome is what happened
	}
	return r.seq, translate(op, r.err)
}

// close lets the waiting requests finish, folds the write-ahead log into the
// file and closes the connection.
func (w *writer) close() error {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.sends.Wait()
	close(w.queue)
	<-w.done
	var err error
	if w.bulk {
		err = w.makeIndexes()
	}
	return errors.Join(err, w.checkpoint(), w.conn.close())
}

// checkpoint copies the write-ahead log into the file, as far as readers of
// other processes permit, and makes both durable.
func (w *writer) checkpoint() error {
	if err := w.conn.script("PRAGMA synchronous = FULL"); err != nil {
		return err
	}
	_, err := w.conn.first("PRAGMA wal_checkpoint(PASSIVE)")
	return err
}

func (w *writer) flush(ctx context.Context) error {
	return w.run(ctx, "gpkg.Flush", func(w *writer) error {
		_, err := w.conn.first("PRAGMA wal_checkpoint(FULL)")
		return err
	})
}

// run has the writing goroutine do a task.
func (w *writer) run(ctx context.Context, op string, task func(*writer) error) error {
	_, err := w.submit(ctx, op, &request{ctx: ctx, task: task, done: make(chan struct{})})
	return err
}

func (w *writer) loop() {
	defer close(w.done)
	for r := range w.queue {
		group := w.gather(r)
		w.commit(group)
		for _, r := range group {
			close(r.done)
		}
	}
}

// gather takes the requests that wait already, up to maxGroup changes.
func (w *writer) gather(first *request) []*request {
	var group []*request
	size := 0
	for r, more := first, true; more; {
		if r.state.CompareAndSwap(waiting, started) {
			group = append(group, r)
			if r.prep != nil {
				size += len(r.prep.steps) + r.prep.fixes.size()
			}
		}
		if size >= maxGroup {
			break
		}
		select {
		case r, more = <-w.queue:
		default:
			more = false
		}
	}
	return group
}

// commit applies the requests of a group in one transaction. A batch that does
// not fit is rolled back alone; a failure of the file fails them all.
func (w *writer) commit(group []*request) {
	var batches, tasks []*request
	for _, r := range group {
		if r.prep == nil {
			tasks = append(tasks, r)
		} else {
			batches = append(batches, r)
		}
	}
	if len(batches) > 0 {
		if err := w.transaction(func(tx *transaction) error { return tx.batches(batches) }); err != nil {
			for _, r := range batches {
				r.seq, r.err = 0, err
			}
		}
	}
	for _, r := range tasks {
		r.err = r.task(w)
	}
}

// transaction runs f in a transaction, which is rolled back when f fails.
func (w *writer) transaction(f func(*transaction) error) error {
	if err := w.enter(); err != nil {
		return err
	}
	tx, err := w.begin()
	if err == nil {
		err = f(tx)
	}
	if err == nil {
		err = tx.finish()
	}
	if err == nil {
		_, err = w.conn.exec("COMMIT")
	}
	if err != nil {
		if !w.conn.db.AutoCommit() { // SQLite may have rolled back by itself
			_, undo := w.conn.exec("ROLLBACK")
			err = errors.Join(err, undo)
		}
		return err
	}
	w.store.catalog.Store(tx.catalog)
	return nil
}

// batches applies one batch after the other and sets seq and err of each. Its
// own error means that none can be committed.
func (tx *transaction) batches(batches []*request) error {
	for _, r := range batches {
		if r.err = r.ctx.Err(); r.err != nil {
			continue
		}
		if _, err := tx.conn.exec("SAVEPOINT batch"); err != nil {
			return err
		}
		before := tx.state
		err := tx.apply(r.prep)
		if err != nil {
			var refused *layers.Error
			if !errors.As(err, &refused) {
				return err
			}
			tx.state = before
			if _, undo := tx.conn.exec("ROLLBACK TO batch"); undo != nil {
				return undo
			}
		}
		if _, err := tx.conn.exec("RELEASE batch"); err != nil {
			return err
		}
		if r.err = err; err == nil {
			r.seq = tx.seq
		}
	}
	return nil
}

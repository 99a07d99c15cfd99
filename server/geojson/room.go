package geojson

import "sync"

// Room lends byte slices to write answers into, so that a server under load does
// not make and forget a large one for every request. The zero value is ready; safe
// for concurrent use.
type Room struct{ pool sync.Pool }

const (
	firstRoom = 16 << 10
	mostRoom  = 1 << 20 // larger ones are rare, and left to the collector
)

// Take lends an empty slice with some room.
func (r *Room) Take() *[]byte {
	if b, ok := r.pool.Get().(*[]byte); ok {
		return b
	}
	b := make([]byte, 0, firstRoom)
	return &b
}

// Back takes a slice back, which the borrower may have grown in place. Nobody may
// use it, or what was cut from it, any more.
func (r *Room) Back(b *[]byte) {
	if cap(*b) <= mostRoom {
		*b = (*b)[:0]
		r.pool.Put(b)
	}
}

package cache

import (
	"container/list"
	"net/http"
)

// tags remembers what tiles were that had to be dropped: enough to tell a client
// that its copy is still good, or that there is nothing to be seen. They are for one
// goroutine at a time.
type tags struct {
	known map[Key]*list.Element
	order *list.List // of *tagged, used last in front
	bytes int64
}

// tagged is a tile without its bytes.
type tagged struct {
	key  Key
	size int
	hash uint64
}

func newTags() *tags { return &tags{known: make(map[Key]*list.Element), order: list.New()} }

// tagSize is about the memory of a tag beside its key, which the map and the list
// have one each of.
const tagSize = 192

func (t *tagged) weight() int64 { return int64(tagSize + t.key.size()) }

// add remembers a tile and returns the bytes it takes.
func (t *tags) add(k *Key, e *Entry) int64 {
	v := &tagged{key: *k, size: e.size, hash: e.hash}
	t.known[*k] = t.order.PushFront(v)
	t.bytes += v.weight()
	return v.weight()
}

func (t *tags) find(k *Key) (tagged, bool) {
	e, ok := t.known[*k]
	if !ok {
		return tagged{}, false
	}
	t.order.MoveToFront(e)
	return *e.Value.(*tagged), true
}

// drop forgets a tile, if it is known, and returns the bytes that are free.
func (t *tags) drop(k *Key) int64 {
	if e, ok := t.known[*k]; ok {
		return t.remove(e)
	}
	return 0
}

// dropOldest forgets the tile asked for least recently; there must be one.
func (t *tags) dropOldest() int64 { return t.remove(t.order.Back()) }

// forget forgets the tiles for which stale says so.
func (t *tags) forget(stale func(Key) bool) (free int64) {
	for e := t.order.Front(); e != nil; {
		next := e.Next()
		if stale(e.Value.(*tagged).key) {
			free += t.remove(e)
		}
		e = next
	}
	return free
}

func (t *tags) remove(e *list.Element) int64 {
	v := t.order.Remove(e).(*tagged)
	delete(t.known, v.key)
	t.bytes -= v.weight()
	return v.weight()
}

// respond answers what needs no bytes: a 304, a 204 and a 406. ok is false for the
// rest.
func (t *tagged) respond(c Conditions) (r Response, ok bool) {
	coding, takes := Negotiate(c.AcceptEncoding, Gzip, Zstd, Brotli)
	if !takes {
		return Response{Status: http.StatusNotAcceptable}, true
	}
	e := Entry{size: t.size, hash: t.hash}
	r.ETag = e.ETag(coding)
	r.said = &variant{tag: []string{r.ETag}}
	switch {
	case Matches(c.IfNoneMatch, r.ETag):
		r.Status = http.StatusNotModified
	case e.Empty():
		r.Status = http.StatusNoContent
	default:
		return Response{}, false
	}
	return r, true
}

package fence

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/fence"
)

// Told is a transition as it is stored and handed out.
type Told struct {
	Number  uint64    `json:"number"`
	Watch   string    `json:"watch"`
	Object  string    `json:"object"`
	Fence   string    `json:"fence"`
	Kind    string    `json:"kind"`
	Visit   uint64    `json:"visit"`
	At      time.Time `json:"at"`
	Since   time.Time `json:"since,omitzero"`
	Lon     float64   `json:"lon"`
	Lat     float64   `json:"lat"`
	Changed bool      `json:"fence_changed,omitempty"`
}

// keepTold is how long transitions can be read.
const keepTold = 30 * 24 * time.Hour

// toldOf is a transition under its number.
func toldOf(watch string, number uint64, t *fence.Transition) Told {
	return Told{Number: number, Watch: watch, Object: t.Object, Fence: t.Fence, Kind: t.Kind.String(), Visit: t.Visit,
		At: t.At, Since: t.Since, Lon: t.Point[0], Lat: t.Point[1], Changed: t.Changed}
}

// maxTogether is how many transitions one record holds at most.
const maxTogether = 512

// toldRecords are the records of transitions with numbers that follow each other.
func toldRecords(watch string, told []Told, expires time.Time) (out []layers.Record, err error) {
	for part := range slices.Chunk(told, maxTogether) {
		data, err := json.Marshal(part)
		if err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "fence", ID: watch, Err: err}
		}
		out = append(out, layers.Record{Bucket: bucketTold, Key: numberKey(watch, part[0].Number), Data: data, Expires: expires})
	}
	return out, nil
}

// numberKey sorts as the numbers do.
func numberKey(id string, number uint64) string { return fmt.Sprintf("%s/%016x", id, number) }

// numberOf is the number of a key. The error is Internal.
func numberOf(key string) (uint64, error) {
	number, err := strconv.ParseUint(key[strings.LastIndexByte(key, '/')+1:], 16, 64)
	if err != nil {
		return 0, &layers.Error{Kind: layers.Internal, Op: "fence", ID: key, Err: err}
	}
	return number, nil
}

// prefixesFrom yields prefixes of the keys of all numbers from first to last, and of
// a few more, in order: a bucket is read by prefix.
func prefixesFrom(id string, first, last uint64) iter.Seq[string] {
	return func(yield func(string) bool) {
		if first > last || !yield(numberKey(id, first)) {
			return
		}
		// Up the tree of digits: at each, those that are greater.
		for place := 0; place < 64; place += 4 {
			from := first>>place + 1
			for n := from; n&15 != 0; n++ {
				if n<<place > last {
					return
				}
				if !yield(fmt.Sprintf("%s/%0*x", id, 16-place/4, n)) {
					return
				}
			}
		}
	}
}

// stored yields what is stored behind a number, in order. It costs as much as what
// it yields.
func (o *Office) stored(ctx context.Context, id string, since uint64) iter.Seq2[Told, error] {
	return func(yield func(Told, error) bool) {
		m, err := o.mark(ctx, id)
		if err != nil {
			yield(Told{}, err)
			return
		}
		first := since + 1 - min(since, maxTogether-1) // where the record that holds the next may begin
		for prefix := range prefixesFrom(id, first, m.Told) {
			for r, err := range o.o.Records.Records(ctx, bucketTold, prefix) {
				var part []Told
				if err == nil {
					if err = json.Unmarshal(r.Data, &part); err != nil {
						err = &layers.Error{Kind: layers.Internal, Op: "fence", ID: r.Key, Err: err}
					}
				}
				if err != nil {
					yield(Told{}, err)
					return
				}
				for i := range part {
					if part[i].Number > since && !yield(part[i], nil) {
						return
					}
				}
			}
		}
	}
}

// Followed is the number of the last change of the city of which a watch has stored
// what it means, 0 for a watch that has not begun.
func (o *Office) Followed(ctx context.Context, id string) (uint64, error) {
	m, err := o.mark(ctx, id)
	return m.Seq, err
}

// mark reads how far a watch has come.
func (o *Office) mark(ctx context.Context, id string) (m mark, err error) {
	data, err := layers.RecordOf(ctx, o.o.Records, bucketMark, id)
	if err != nil || data == nil {
		return mark{}, err
	}
	if err := json.Unmarshal(data, &m); err != nil {
		return mark{}, &layers.Error{Kind: layers.Internal, Op: "fence", ID: id, Err: err}
	}
	return m, nil
}

// maxRecent is how many transitions of a watch are at hand without reading.
const maxRecent = 4096

// tell keeps what was told and wakes those who wait for it; nothing for a watch that
// is over.
func (o *Office) tell(id string, told []Told) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(told) == 0 {
		delete(o.recent, id)
	} else {
		list := append(o.recent[id], told...)
		o.recent[id] = list[max(0, len(list)-maxRecent):]
	}
	if c := o.news[id]; c != nil {
		close(c)
		delete(o.news, id)
	}
}

// after lists what was told behind a number, when it is at hand.
func (o *Office) after(id string, since uint64) (list []Told, ok bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	list = o.recent[id]
	if len(list) == 0 || since+1 < list[0].Number {
		return nil, false
	}
	i, _ := slices.BinarySearchFunc(list, since, func(t Told, n uint64) int {
		if t.Number <= n {
			return -1
		}
		return 1
	})
	return slices.Clone(list[i:]), true
}

// await returns a channel that closes at the next transition of a watch.
func (o *Office) await(id string) <-chan struct{} {
	o.mu.Lock()
	defer o.mu.Unlock()
	c := o.news[id]
	if c == nil {
		c = make(chan struct{})
		o.news[id] = c
	}
	return c
}

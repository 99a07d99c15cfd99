package webhook

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"wutu/layers"
	"wutu/server/auth"
)

// Buckets of the records.
const (
	bucketHook  = "webhook"       // id → stored
	bucketState = "webhook-state" // id → state
	bucketDead  = "webhook-dead"  // id/number of the first event → dead
)

// wish asks for a subscription.
type wish struct {
	URL    string  `json:"url" must:"true"`
	Source string  `json:"source" must:"true"`
	Title  string  `json:"title,omitempty"`
	Since  *uint64 `json:"since,omitempty"` // number of the last event that is not wanted; without: only what comes
}

// stored is a subscription as it is kept.
type stored struct {
	ID      string      `json:"id"`
	URL     string      `json:"url"`
	Source  string      `json:"source"`
	Title   string      `json:"title,omitempty"`
	Made    time.Time   `json:"made"`
	MadeBy  string      `json:"made_by"`
	Holder  auth.Holder `json:"holder"` // whose rights bound it
	Secret  []byte      `json:"secret"`
	Resumed uint64      `json:"resumed,omitempty"` // how often
}

// state is how far a subscription has come.
type state struct {
	After     uint64    `json:"after"`               // number of the last event that was delivered or given up
	Pending   *pending  `json:"pending,omitempty"`   // the message that is being sent
	Delivered uint64    `json:"delivered,omitempty"` // messages
	Taken     time.Time `json:"taken,omitzero"`      // when the last was
	Failing   time.Time `json:"failing,omitzero"`    // since when none is taken; zero: the last was
	Error     string    `json:"error,omitempty"`     // why the last try failed
	Stopped   string    `json:"stopped,omitempty"`   // why nothing is sent any more; "": it is
	StoppedAt time.Time `json:"stopped_at,omitzero"` //
	Resumed   uint64    `json:"resumed,omitempty"`   // of stored: which of its lives the rest is of
}

// pending is a message that is being sent.
type pending struct {
	First   uint64    `json:"first"` // numbers of its events
	Last    uint64    `json:"last"`
	Began   time.Time `json:"began"` // its time stamp
	Since   time.Time `json:"since"` // when the time began after which it is given up
	Tries   int       `json:"tries,omitempty"`
	Refused int       `json:"refused,omitempty"` // tries at which the receiver refused this very message
	Next    time.Time `json:"next,omitzero"`     // when it is tried again
}

// dead is a message that was given up.
type dead struct {
	ID     string    `json:"id"` // of the message
	First  uint64    `json:"first"`
	Last   uint64    `json:"last"`
	Began  time.Time `json:"began"`
	Died   time.Time `json:"died"`
	Tries  int       `json:"tries"`
	Error  string    `json:"error"`
	Body   []byte    `json:"body"`
	Queued bool      `json:"queued,omitempty"` // it is to be sent again
}

// messageID is the id of the message that begins with an event: the same whenever it
// is sent.
func messageID(hook string, first uint64) string { return fmt.Sprintf("msg_%s_%d", hook, first) }

func deadKey(hook string, first uint64) string { return fmt.Sprintf("%s/%020d", hook, first) }

// message is the body of a message.
type message struct {
	Type      string    `json:"type"`
	Timestamp time.Time `json:"timestamp"`
	Data      struct {
		Source string            `json:"source"`
		Events []json.RawMessage `json:"events"`
	} `json:"data"`
}

const maxTitle = 200

// check reports the first impossible part of a wish, by JSON pointer, and splits its
// source.
func (w *wish) check(near bool) (kind, stream string, err error) {
	if err := checkAddress(w.URL, near); err != nil {
		return "", "", err
	}
	if len(w.Title) > maxTitle {
		return "", "", layers.Invalidf("webhook", "/title", fmt.Sprintf("is longer than %d bytes", maxTitle))
	}
	kind, stream, ok := strings.Cut(w.Source, "/")
	if !ok || kind == "" || stream == "" || len(stream) > maxTitle {
		return "", "", layers.Invalidf("webhook", "/source", "is not of the form fences/depots")
	}
	return kind, stream, nil
}

// decode reads a record. The error is Internal.
func decode(r *layers.Record, into any) error {
	if err := json.Unmarshal(r.Data, into); err != nil {
		return &layers.Error{Kind: layers.Internal, Op: "webhook", ID: r.Key, Err: err}
	}
	return nil
}

// record makes one.
func record(bucket, key string, of any, expires time.Time) (layers.Record, error) {
	data, err := json.Marshal(of)
	if err != nil {
		return layers.Record{}, &layers.Error{Kind: layers.Internal, Op: "webhook", ID: key, Err: err}
	}
	return layers.Record{Bucket: bucket, Key: key, Data: data, Expires: expires}, nil
}

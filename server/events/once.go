package events

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"wutu/layers"
)

// onceFor is how long a repeated request is recognised: a telephone that did not
// hear the answer may be off for weeks before it sends it again.
const onceFor = 30 * 24 * time.Hour

// reportAddress is the address of reports, whichever door they come through.
const reportAddress = "report"

// onceRecord is what a request with an idempotency key has done.
type onceRecord struct {
	Body  string `json:"body"`  // hash of the request's body
	Event string `json:"event"` // id of the event it made or changed
}

// once is the idempotency of one request; the zero value has none.
type once struct {
	key  string
	body string
}

// newOnce makes the idempotency of a request of subject to an address. The error
// is Invalid for a key that is too long.
func newOnce(subject *layers.Subject, address, key string, body []byte) (once, error) {
	if key == "" {
		return once{}, nil
	}
	if len(key) > 200 {
		return once{}, layers.Invalidf("event", "Idempotency-Key", "is longer than 200 bytes")
	}
	return once{key: hash([]byte(subject.ID + "\x00" + address + "\x00" + key)), body: hash(body)}, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// records is what goes into the batch of the request: none without a key.
func (o once) records(eventID string, now time.Time) ([]layers.Record, error) {
	if o.key == "" {
		return nil, nil
	}
	data, err := json.Marshal(onceRecord{Body: o.body, Event: eventID})
	return []layers.Record{{Bucket: bucketOnce, Key: o.key, Data: data, Expires: now.Add(onceFor), IfAbsent: true}}, err
}

// done returns the event that an earlier request with the same key made, "" for
// none. A key used with another body is a Conflict.
func (o once) done(ctx context.Context, records layers.Reader) (string, error) {
	if o.key == "" {
		return "", nil
	}
	data, err := recordOf(ctx, records, bucketOnce, o.key)
	if err != nil || data == nil {
		return "", err
	}
	var r onceRecord
	if err := json.Unmarshal(data, &r); err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "event", Err: err}
	}
	if r.Body != o.body {
		return "", &layers.Error{Kind: layers.Conflict, Op: "event", Field: "Idempotency-Key",
			Err: errors.New("was used with another request")}
	}
	return r.Event, nil
}

// recordOf returns a record's data, nil when there is none.
func recordOf(ctx context.Context, records layers.Reader, bucket, key string) ([]byte, error) {
	for r, err := range records.Records(ctx, bucket, key) {
		if err != nil {
			return nil, err
		}
		if r.Key == key {
			return r.Data, nil
		}
	}
	return nil, nil
}

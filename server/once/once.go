package once

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"wutu/layers"
)

// Kept is how long a repeated request is recognised: a telephone that did not hear
// the answer may be off for weeks before it sends it again.
const Kept = 30 * 24 * time.Hour

// bucket holds the records of all requests with an idempotency key.
const bucket = "idempotency"

// maxKey bounds an Idempotency-Key, bytes.
const maxKey = 200

// Key is the idempotency of one request; the zero value has none.
type Key struct{ key, body string }

// record is what a request has done.
type record struct {
	Body string `json:"body"` // hash of the request's body
	Made string `json:"made"` // id of what it made or changed

	// Names of Made in records of earlier versions.
	Event string `json:"event,omitempty"`
	Photo string `json:"photo,omitempty"`
}

// New makes the idempotency of a request of s to an address, which is the caller's
// name for what is asked; key is that of the request, "" for none. The error is
// Invalid for a key that is too long.
func New(s *layers.Subject, address, key string, body []byte) (Key, error) {
	if key == "" {
		return Key{}, nil
	}
	if len(key) > maxKey {
		return Key{}, layers.Invalidf("once", "Idempotency-Key", "is longer than 200 bytes")
	}
	return Key{key: hash([]byte(s.ID + "\x00" + address + "\x00" + key)), body: hash(body)}, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Records is what goes into the batch of the request: none without a key. A batch
// that repeats it is a Conflict.
func (k Key) Records(made string, now time.Time) ([]layers.Record, error) {
	if k.key == "" {
		return nil, nil
	}
	data, err := json.Marshal(record{Body: k.body, Made: made})
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "once", Err: err}
	}
	return []layers.Record{{Bucket: bucket, Key: k.key, Data: data, Expires: now.Add(Kept), IfAbsent: true}}, nil
}

// Done returns what an earlier request with the same key made, "" for none. A key
// used with another body is a Conflict.
func (k Key) Done(ctx context.Context, records layers.Reader) (string, error) {
	if k.key == "" {
		return "", nil
	}
	data, err := layers.RecordOf(ctx, records, bucket, k.key)
	if err != nil || data == nil {
		return "", err
	}
	var r record
	if err := json.Unmarshal(data, &r); err != nil {
		return "", &layers.Error{Kind: layers.Internal, Op: "once", Err: err}
	}
	if r.Body != k.body {
		return "", &layers.Error{Kind: layers.Conflict, Op: "once", Field: "Idempotency-Key", Err: errors.New("was used with another request")}
	}
	return r.Made + r.Event + r.Photo, nil
}

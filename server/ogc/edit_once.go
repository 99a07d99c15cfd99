package ogc

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"wutu/layers"
)

const (
	bucketOnce = "idempotency" // that of all requests with an idempotency key
	// onceFor is how long a repeated request is recognised.
	onceFor = 24 * time.Hour
)

// once is the idempotency of one request; the zero value has none.
type once struct{ key, body string }

type onceRecord struct {
	Body string `json:"body"` // hash of the request's body
	Item string `json:"item"` // id of the feature it made
}

// newOnce makes the idempotency of a request of s to make a feature of a layer.
// The error is Invalid for a key that is too long.
func newOnce(s *layers.Subject, layer, key string, body []byte) (once, error) {
	if key == "" {
		return once{}, nil
	}
	if len(key) > 200 {
		return once{}, layers.Invalidf("edit", "Idempotency-Key", "is longer than 200 bytes")
	}
	return once{key: hash([]byte(s.ID + "\x00items/" + layer + "\x00" + key)), body: hash(body)}, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// records is what goes into the batch of the request: none without a key.
func (o once) records(id string, now time.Time) ([]layers.Record, error) {
	if o.key == "" {
		return nil, nil
	}
	data, err := json.Marshal(onceRecord{Body: o.body, Item: id})
	return []layers.Record{{Bucket: bucketOnce, Key: o.key, Data: data, Expires: now.Add(onceFor), IfAbsent: true}}, err
}

// done returns the id of the feature that an earlier request with the same key
// made, "" for none. A key used with another body is a Conflict.
func (o once) done(ctx context.Context, records layers.Reader) (string, error) {
	if o.key == "" {
		return "", nil
	}
	for r, err := range records.Records(ctx, bucketOnce, o.key) {
		if err != nil {
			return "", err
		}
		if r.Key != o.key {
			continue
		}
		var done onceRecord
		if err := json.Unmarshal(r.Data, &done); err != nil {
			return "", &layers.Error{Kind: layers.Internal, Op: "edit", Err: err}
		}
		if done.Body != o.body {
			return "", &layers.Error{Kind: layers.Conflict, Op: "edit", Field: "Idempotency-Key", Err: errors.New("was used with another request")}
		}
		return done.Item, nil
	}
	return "", nil
}

package photo

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"wutu/layers"
	"wutu/layers/photo"
)

// bucketOnce is that of all requests with an idempotency key.
const bucketOnce = "idempotency"

// onceFor is how long a repeated request is recognised.
const onceFor = 24 * time.Hour

// onceRecord is what a request with an idempotency key has done.
type onceRecord struct {
	Body  string `json:"body"`  // hash of the request's body
	Photo string `json:"photo"` // id of the picture
}

// once is the idempotency of one request; the zero value has none.
type once struct{ key, body string }

func newOnce(s *layers.Subject, key string, body []byte) (once, error) {
	if key == "" {
		return once{}, nil
	}
	if len(key) > 200 {
		return once{}, layers.Invalidf("photo", "Idempotency-Key", "is longer than 200 bytes")
	}
	return once{key: hash([]byte(s.ID + "\x00photos\x00" + key)), body: hash(body)}, nil
}

func hash(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// records is what goes into the batch of the request: none without a key. The
// same request twice at once stores the same twice.
func (x once) records(id string, now time.Time) []layers.Record {
	if x.key == "" {
		return nil
	}
	data, err := json.Marshal(onceRecord{Body: x.body, Photo: id})
	if err != nil { // cannot happen: two texts
		return nil
	}
	return []layers.Record{{Bucket: bucketOnce, Key: x.key, Data: data, Expires: now.Add(onceFor)}}
}

// before returns the picture of an earlier request with the same key, nil for
// none. A key used with another body is a Conflict.
func (o *Office) before(ctx context.Context, x once) (*photo.Kept, error) {
	if x.key == "" {
		return nil, nil
	}
	data, err := o.record(ctx, bucketOnce, x.key)
	if err != nil || data == nil {
		return nil, err
	}
	var r onceRecord
	if err := json.Unmarshal(data, &r); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "photo", Err: err}
	}
	if r.Body != x.body {
		return nil, &layers.Error{Kind: layers.Conflict, Op: "photo", Field: "Idempotency-Key", Err: errors.New("was used with another request")}
	}
	k, err := o.kept(ctx, r.Photo)
	if layers.KindOf(err) == layers.NotFound { // thrown away since
		return nil, nil
	}
	return k, err
}

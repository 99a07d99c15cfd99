package auth

import (
	"context"
	"encoding/json"
	"errors"
	"iter"
	"strings"
	"sync"
	"time"

	"wutu/layers"
)

// Records is where a Verifier looks keys up.
type Records interface {
	Records(ctx context.Context, bucket, prefix string) iter.Seq2[layers.Record, error]
}

// DemoID is the id of the anonymous subject in demo mode.
const DemoID = "demo"

// remembered bounds the answers a Verifier keeps, and keep how long: a key that
// is revoked by another process stops working within keep.
const (
	remembered = 4096
	keep       = 500 * time.Millisecond
)

// Verifier turns the Authorization header into a subject. Safe for concurrent
// use.
type Verifier struct {
	records Records
	now     func() time.Time
	demo    bool

	mu    sync.Mutex
	known map[string]verdict // by hash of the secret
}

type verdict struct {
	key   *Key // nil: unknown
	until time.Time
}

// NewVerifier looks keys up in records. In demo mode a request without a key is
// the demo subject, and demo keys are valid.
func NewVerifier(records Records, now func() time.Time, demo bool) *Verifier {
	return &Verifier{records: records, now: now, demo: demo, known: make(map[string]verdict)}
}

// Anonymous is the subject of a request without a key: the public, or in demo
// mode somebody who plans, reports and dispatches but is not cleared.
func (v *Verifier) Anonymous() layers.Subject {
	if !v.demo {
		return layers.Subject{Name: RoleTitle(layers.Public), Role: layers.Public}
	}
	return layers.Subject{ID: DemoID, Name: layers.Title{ZH: "演示用户", EN: "Demo user"}, Role: layers.Dispatcher}
}

// Verify returns the subject of an Authorization header; "" is Anonymous. The
// error is Unauthorized for anything but a valid bearer key.
func (v *Verifier) Verify(ctx context.Context, header string) (layers.Subject, error) {
	if header == "" {
		return v.Anonymous(), nil
	}
	scheme, secret, ok := strings.Cut(header, " ")
	if secret = strings.TrimSpace(secret); !ok || !strings.EqualFold(scheme, "Bearer") || secret == "" || len(secret) > 200 {
		return layers.Subject{}, unauthorized("the header is not Bearer and a key")
	}
	key, err := v.lookup(ctx, hashOf(secret))
	if err != nil {
		return layers.Subject{}, err
	}
	if key == nil || key.Demo && !v.demo || !key.Expires.IsZero() && !v.now().Before(key.Expires) {
		return layers.Subject{}, unauthorized("the key is not known or has expired")
	}
	return key.Subject()
}

func (v *Verifier) lookup(ctx context.Context, hash string) (*Key, error) {
	now := v.now()
	v.mu.Lock()
	known, ok := v.known[hash]
	v.mu.Unlock()
	if ok && now.Before(known.until) {
		return known.key, nil
	}
	var key *Key
	for rec, err := range v.records.Records(ctx, Bucket, hash) {
		if err != nil {
			return nil, err
		}
		if rec.Key != hash {
			continue
		}
		key = new(Key)
		if err := json.Unmarshal(rec.Data, key); err != nil {
			return nil, &layers.Error{Kind: layers.Internal, Op: "auth", ID: hash[:12], Err: err}
		}
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.known) >= remembered {
		clear(v.known)
	}
	v.known[hash] = verdict{key: key, until: now.Add(keep)}
	return key, nil
}

func unauthorized(message string) error {
	return &layers.Error{Kind: layers.Unauthorized, Op: "auth", Field: "Authorization", Err: errors.New(message)}
}

type subjectKey struct{}

// With returns a context that carries the subject.
func With(ctx context.Context, s layers.Subject) context.Context {
	return context.WithValue(ctx, subjectKey{}, s)
}

// SubjectOf returns the subject of a request's context, or the zero subject,
// who sees least.
func SubjectOf(ctx context.Context) layers.Subject {
	s, _ := ctx.Value(subjectKey{}).(layers.Subject)
	return s
}

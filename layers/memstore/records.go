package memstore

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

func (tx *transaction) record(r layers.Record) error {
	if r.Bucket == "" {
		return layers.Invalidf("apply", "records", "a record has no bucket")
	}
	s, key := tx.store, recordKey{r.Bucket, r.Key}
	before, exists := s.records[key]
	if r.IfAbsent && exists && !expired(&before, tx.now) {
		return &layers.Error{Kind: layers.Conflict, Op: "apply", ID: r.Key, Field: r.Bucket, Err: fmt.Errorf("the record exists")}
	}
	tx.undo = append(tx.undo, func() {
		delete(s.records, key)
		if exists {
			s.records[key] = before
		}
	})
	if r.Data == nil {
		delete(s.records, key)
		return nil
	}
	s.records[key] = layers.Record{Bucket: r.Bucket, Key: r.Key, Data: append([]byte{}, r.Data...), Expires: micro(r.Expires)}
	return nil
}

func expired(r *layers.Record, now time.Time) bool {
	return !r.Expires.IsZero() && !now.Before(r.Expires)
}

// Records implements layers.Reader.
func (s *Store) Records(ctx context.Context, bucket, prefix string) iter.Seq2[layers.Record, error] {
	return func(yield func(layers.Record, error) bool) {
		found, err := s.find(ctx, bucket, prefix)
		if err != nil {
			yield(layers.Record{}, err)
			return
		}
		for _, r := range found {
			if err := ctx.Err(); err != nil {
				yield(layers.Record{}, err)
				return
			}
			if !yield(r, nil) {
				return
			}
		}
	}
}

func (s *Store) find(ctx context.Context, bucket, prefix string) ([]layers.Record, error) {
	if err := s.lock(ctx); err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	now := s.now()
	var out []layers.Record
	for _, r := range s.records {
		if r.Bucket == bucket && strings.HasPrefix(r.Key, prefix) && !expired(&r, now) {
			r.Data = append([]byte{}, r.Data...)
			out = append(out, r)
		}
	}
	slices.SortFunc(out, func(a, b layers.Record) int { return cmp.Compare(a.Key, b.Key) })
	return out, nil
}

package main

import (
	"context"
	"encoding/json"
	"fmt"

	"wutu/layers"
)

// identity is what a city is called. It is kept as a record of the store.
type identity struct {
	Name layers.Title `json:"name"`
	Code string       `json:"code"` // division code, six digits
}

const (
	identityBucket = "city"
	identityKey    = "identity"
)

// record is the form the store keeps.
func (i identity) record() (layers.Record, error) {
	data, err := json.Marshal(i)
	return layers.Record{Bucket: identityBucket, Key: identityKey, Data: data}, err
}

// readIdentity returns the city's identity, the zero one when it has none.
func readIdentity(ctx context.Context, r layers.Reader) (identity, error) {
	var i identity
	for rec, err := range r.Records(ctx, identityBucket, identityKey) {
		if err != nil {
			return i, err
		}
		if rec.Key != identityKey {
			continue
		}
		if err := json.Unmarshal(rec.Data, &i); err != nil {
			return i, fmt.Errorf("the city's identity cannot be read: %w", err)
		}
	}
	return i, nil
}

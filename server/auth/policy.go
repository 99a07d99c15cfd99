package auth

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"wutu/layers"
	"wutu/layers/access"
)

// PolicyBucket is the bucket of the policy, one record.
const PolicyBucket = "policy"

const policyKey = "policy"

// Policy is the policy of the city and how often it was changed.
type Policy struct {
	Version uint64         `json:"version"` // 0: the city has made none, the standard one holds
	Grants  []layers.Grant `json:"grants"`

	rules *access.Policy
}

// Policy returns the policy in force, the standard one for a city without one of
// its own. It must not be changed.
func (g *Gate) Policy(ctx context.Context) (*Policy, error) {
	data, err := fetch(ctx, g.o.Store, PolicyBucket, policyKey)
	if err != nil {
		return nil, err
	}
	return parsePolicy(data)
}

func parsePolicy(data []byte) (*Policy, error) {
	p := new(Policy)
	if data == nil {
		p.rules = access.StandardPolicy()
		p.Grants = p.rules.Lines()
		return p, nil
	}
	if err := decode(PolicyBucket, policyKey, data, p); err != nil {
		return nil, err
	}
	var err error
	if p.rules, err = access.NewPolicy(p.Grants); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "policy", Err: err}
	}
	return p, nil
}

// policy is the policy for requests, read anew every now and then and parsed
// once per version.
func (g *Gate) policy(ctx context.Context) (*Policy, error) {
	data, err := g.recent(ctx, PolicyBucket, policyKey)
	if err != nil {
		return nil, err
	}
	if was := g.parsed.Load(); was != nil && was.text == string(data) {
		return was.policy, nil
	}
	p, err := parsePolicy(data)
	if err != nil {
		return nil, err
	}
	g.parsed.Store(&parsedPolicy{text: string(data), policy: p})
	return p, nil
}

// parsedPolicy is a policy with the text it was parsed from.
type parsedPolicy struct {
	text   string
	policy *Policy
}

// SetPolicy puts grants in the place of the policy of a version, with an audit
// line by the subject. Errors: Invalid for lines that are wrong, with their JSON
// pointer; Conflict when the policy has another version by now.
func (g *Gate) SetPolicy(ctx context.Context, by *layers.Subject, version uint64, grants []layers.Grant) (*Policy, error) {
	rules, err := access.NewPolicy(grants)
	if err != nil {
		return nil, err
	}
	all, err := g.o.Store.Layers(ctx)
	if err != nil {
		return nil, err
	}
	if err := rules.CheckAgainst(all); err != nil {
		return nil, err
	}
	g.changing.Lock()
	defer g.changing.Unlock()
	was, err := g.Policy(ctx)
	if err != nil {
		return nil, err
	}
	if was.Version != version {
		return nil, &layers.Error{Kind: layers.Conflict, Op: "policy", Field: "If-Match",
			Err: fmt.Errorf("the policy has version %d by now, not %d", was.Version, version)}
	}
	next := &Policy{Version: version + 1, Grants: rules.Lines(), rules: rules}
	data, err := json.Marshal(next)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "policy", Err: err}
	}
	now := g.o.Now()
	b := layers.Batch{Actor: by.ID, At: now, Records: append(claim(PolicyBucket, policyKey, next.Version, now),
		layers.Record{Bucket: PolicyBucket, Key: policyKey, Data: data}),
		Audit: []layers.AuditLine{line(by, now, "policy.change", "policy", map[string]any{"version": next.Version, "was": was.Grants, "grants": next.Grants})}}
	if _, err := g.o.Store.Apply(ctx, b); err != nil {
		return nil, err
	}
	g.memory.forget()
	return next, nil
}

// claimBucket is the bucket of claims.
const claimBucket = "claims"

// claims kept per record: whoever has read a version older than so many changes
// can no longer be told from whoever has not.
const claimsKept = 16

// claim makes a batch that writes a version of a record fail with Conflict when
// another process has written that version: compare and swap, by a record that
// may be made only once.
func claim(bucket, key string, version uint64, now time.Time) []layers.Record {
	name := func(v uint64) string { return fmt.Sprintf("%s/%s/%d", bucket, key, v) }
	out := []layers.Record{{Bucket: claimBucket, Key: name(version), Data: []byte("1"), IfAbsent: true, Expires: now.Add(24 * time.Hour)}}
	if version > claimsKept {
		out = append(out, layers.Record{Bucket: claimBucket, Key: name(version - claimsKept)})
	}
	return out
}

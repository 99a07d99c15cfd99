package auth

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// KeyBucket is the bucket of key records, by the hash of the secret.
const KeyBucket = "keys"

// keyPrefix begins the public ids of keys.
const keyPrefix = "key-"

// prefix makes a leaked key recognisable to secret scanners.
const prefix = "wutu_"

// secretBytes is the length of a key's random part: 256 bits, out of reach of
// guessing.
const secretBytes = 32

// Key describes an API key; it never holds the secret.
type Key struct {
	ID         string       `json:"id"`   // public name of the key, in audit lines
	Name       layers.Title `json:"name"` // for display
	Role       string       `json:"role"`
	Region     string       `json:"region,omitempty"`
	Layers     []string     `json:"layers,omitempty"`  // nil: whatever the role may see
	Fields     []string     `json:"fields,omitempty"`  // "layer.field", the only personal ones; nil: as the policy says
	Classes    []string     `json:"classes,omitempty"` // of events, "03*" is a prefix; nil: all
	From       time.Time    `json:"from,omitzero"`     // only what began since, inclusive
	To         time.Time    `json:"to,omitzero"`       // and before this
	Purpose    string       `json:"purpose,omitempty"`
	Department string       `json:"department,omitempty"`
	Cleared    bool         `json:"cleared,omitempty"`
	Demo       bool         `json:"demo,omitempty"`             // valid only on a server in demo mode
	PerMinute  int          `json:"quota_per_minute,omitempty"` // requests; 0: no limit
	PerDay     int          `json:"quota_per_day,omitempty"`    // requests; 0: no limit
	Created    time.Time    `json:"created"`
	CreatedBy  string       `json:"created_by,omitempty"`
	Expires    time.Time    `json:"expires,omitzero"` // zero: never
	Revoked    time.Time    `json:"revoked,omitzero"` // zero: it is not
}

// Subject is who holds the key. The error is Internal when the stored role is
// not known.
func (k *Key) Subject() (layers.Subject, error) {
	role, err := layers.ParseRole(k.Role)
	if err != nil {
		return layers.Subject{}, &layers.Error{Kind: layers.Internal, Op: "auth", ID: k.ID, Err: err}
	}
	return layers.Subject{ID: k.ID, Name: k.Name, Role: role, Layers: k.Layers, Region: k.Region, Fields: k.Fields,
		Classes: k.Classes, From: k.From, To: k.To, Purpose: k.Purpose, Department: k.Department, Cleared: k.Cleared}, nil
}

// Spec asks for a key.
type Spec struct {
	Name       layers.Title  // zero: named after the role
	Role       layers.Role   //
	Region     string        // code of an area, "" for the whole city
	Layers     []string      // layer ids; nil: whatever the role may see
	Fields     []string      // "layer.field": the only personal fields; nil: as the policy says
	Classes    []string      // classes of events, "03*" is a prefix; nil: all
	From, To   time.Time     // only what began in [From, To); zero: unbounded
	Purpose    string        // why the key exists
	Department string        // id of the department, "" if none
	ValidFor   time.Duration // 0: never expires
	PerMinute  int           // requests; 0: no limit
	PerDay     int           // requests; 0: no limit
}

// Store is what keys need of the city's store.
type Store interface {
	layers.Reader
	layers.Writer
}

// NewKey makes a key and stores its hash, with an audit line by the subject. It
// returns the secret, which cannot be had again, and the key's description.
// now and random come from the caller. Errors: Invalid for a scope the city does
// not have, and those of the store.
func NewKey(ctx context.Context, store Store, spec Spec, by *layers.Subject, now time.Time, random io.Reader) (string, Key, error) {
	cleared, err := spec.check(ctx, store)
	if err != nil {
		return "", Key{}, err
	}
	secret, key, err := spec.make(now, random)
	if err != nil {
		return "", Key{}, err
	}
	key.Cleared, key.CreatedBy = cleared, by.ID
	rec, err := key.record(secret)
	if err != nil {
		return "", Key{}, err
	}
	_, err = store.Apply(ctx, layers.Batch{Actor: by.ID, At: now, Records: []layers.Record{rec},
		Audit: []layers.AuditLine{line(by, now, "keys.create", "keys/"+key.ID, map[string]any{"key": key})}})
	return secret, key, err
}

const (
	maxScope = 200 // entries of one list
	maxQuota = 1_000_000_000
)

// check looks the scope up and says whether the key is cleared.
func (s *Spec) check(ctx context.Context, store layers.Reader) (cleared bool, err error) {
	fail := func(field, format string, args ...any) (bool, error) {
		return false, layers.Invalidf("key", "/"+field, fmt.Sprintf(format, args...))
	}
	switch {
	case s.Role == layers.System:
		return fail("role", "nobody holds the role of the program")
	case len(s.Layers) > maxScope || len(s.Fields) > maxScope || len(s.Classes) > maxScope:
		return fail("layers", "a list of the scope has at most %d entries", maxScope)
	case s.Fields != nil && len(s.Fields) == 0, s.Classes != nil && len(s.Classes) == 0:
		return fail("fields", "an empty list is neither all nor none: leave it out for all")
	case !s.From.IsZero() && !s.To.IsZero() && !s.From.Before(s.To):
		return fail("to", "is not after from")
	case s.PerMinute < 0 || s.PerMinute > maxQuota:
		return fail("quota_per_minute", "is not between 0 and %d", maxQuota)
	case s.PerDay < 0 || s.PerDay > maxQuota:
		return fail("quota_per_day", "is not between 0 and %d", maxQuota)
	case s.ValidFor < 0:
		return fail("expires", "is in the past")
	case len(s.Purpose) > maxPurpose:
		return fail("purpose", "has more than %d bytes", maxPurpose)
	case len(s.Name.ZH) > maxPurpose || len(s.Name.EN) > maxPurpose:
		return fail("name", "has more than %d bytes", maxPurpose)
	}
	for _, c := range s.Classes {
		if c == "" || len(c) > 40 {
			return fail("classes", "%.60q is not a class", c)
		}
	}
	if cleared, err = checkScope(ctx, store, s.Layers, s.Region); err != nil {
		return false, err
	}
	return cleared || s.Role == layers.GridWorker, s.checkFields(ctx, store)
}

// checkFields admits fields that the city's layers have.
func (s *Spec) checkFields(ctx context.Context, store layers.Reader) error {
	if len(s.Fields) == 0 {
		return nil
	}
	all, err := store.Layers(ctx)
	if err != nil {
		return err
	}
	for _, name := range s.Fields {
		layer, field, _ := strings.Cut(name, ".")
		if !slices.ContainsFunc(all, func(l *layers.Layer) bool { return l.ID == layer && l.FieldIndex(field) >= 0 }) {
			return layers.Invalidf("key", "/fields", fmt.Sprintf("%.80q is not a layer.field of this city", name))
		}
	}
	return nil
}

// checkScope reports a layer or region the city does not have, and whether one
// of the layers is personal.
func checkScope(ctx context.Context, store layers.Reader, ids []string, region string) (personal bool, err error) {
	if ids != nil && len(ids) == 0 { // kept as JSON it would read as all
		return false, layers.Invalidf("scope", "/layers", "an empty list is neither all nor none: leave it out for all")
	}
	all, err := store.Layers(ctx)
	if err != nil {
		return false, err
	}
	for _, id := range ids {
		i := slices.IndexFunc(all, func(l *layers.Layer) bool { return l.ID == id })
		if i < 0 {
			return false, layers.Invalidf("scope", "/layers", fmt.Sprintf("%.80q is not a layer of this city", id))
		}
		personal = personal || all[i].Access == layers.PersonalAccess
	}
	if region == "" {
		return personal, nil
	}
	for _, l := range all {
		if l.Level == layers.NoLevel {
			continue
		}
		if ok, err := exists(ctx, store, l.ID, region); ok || err != nil {
			return personal, err
		}
	}
	return false, layers.Invalidf("scope", "/region", fmt.Sprintf("%.80q is not the code of an area", region))
}

func (s *Spec) make(now time.Time, random io.Reader) (string, Key, error) {
	raw, err := newSecret(random)
	if err != nil {
		return "", Key{}, err
	}
	secret := prefix + raw
	k := Key{ID: keyPrefix + hashOf(secret)[:12], Name: s.Name, Role: s.Role.String(), Region: s.Region, Layers: s.Layers,
		Fields: s.Fields, Classes: s.Classes, From: s.From, To: s.To, Purpose: s.Purpose, Department: s.Department,
		PerMinute: s.PerMinute, PerDay: s.PerDay, Created: now.UTC()}
	if k.Name == (layers.Title{}) {
		k.Name = RoleTitle(s.Role)
	}
	if s.ValidFor > 0 {
		k.Expires = now.Add(s.ValidFor).UTC()
	}
	return secret, k, nil
}

func (k *Key) record(secret string) (layers.Record, error) {
	rec, err := k.recordAt(hashOf(secret))
	rec.IfAbsent = true
	return rec, err
}

func (k *Key) recordAt(hash string) (layers.Record, error) {
	data, err := json.Marshal(k)
	if err != nil {
		return layers.Record{}, &layers.Error{Kind: layers.Internal, Op: "key", ID: k.ID, Err: err}
	}
	return layers.Record{Bucket: KeyBucket, Key: hash, Data: data, Expires: k.Expires}, nil
}

// hashOf is the record key of a secret. The secret has 256 random bits, so a
// plain hash is enough: there is nothing to guess.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// RoleTitle names a role in both languages (domain.md, section 4).
func RoleTitle(r layers.Role) layers.Title {
	zh := [...]string{layers.Public: "公众", layers.Planner: "规划员", layers.Dispatcher: "分拨员",
		layers.Supervisor: "督办员", layers.GridWorker: "网格员", layers.Department: "处置部门",
		layers.Commander: "指挥", layers.ThemeOwner: "专题管理员", layers.SysAdmin: "系统管理员",
		layers.SecAdmin: "安全管理员", layers.Auditor: "审计管理员", layers.API: "接口", layers.System: "系统"}
	if int(r) >= len(zh) {
		return layers.Title{}
	}
	en := r.String()
	return layers.Title{ZH: zh[r], EN: strings.ToUpper(en[:1]) + en[1:]}
}

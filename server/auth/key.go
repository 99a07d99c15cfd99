package auth

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"wutu/layers"
)

// Bucket is the bucket of key records.
const Bucket = "keys"

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
	Layers     []string     `json:"layers,omitempty"` // nil: whatever the role may see
	Department string       `json:"department,omitempty"`
	Cleared    bool         `json:"cleared,omitempty"`
	Demo       bool         `json:"demo,omitempty"` // valid only on a server in demo mode
	Created    time.Time    `json:"created"`
	Expires    time.Time    `json:"expires,omitzero"` // zero: never
}

// Subject is who holds the key. The error is Internal when the stored role is
// not known.
func (k *Key) Subject() (layers.Subject, error) {
	role, err := layers.ParseRole(k.Role)
	if err != nil {
		return layers.Subject{}, &layers.Error{Kind: layers.Internal, Op: "auth", ID: k.ID, Err: err}
	}
	return layers.Subject{ID: k.ID, Name: k.Name, Role: role, Layers: k.Layers, Region: k.Region,
		Department: k.Department, Cleared: k.Cleared}, nil
}

// Spec asks for a key.
type Spec struct {
	Name       layers.Title  // "" names it after the role
	Role       layers.Role   //
	Region     string        // code of an area, "" for the whole city
	Layers     []string      // layer ids; nil: whatever the role may see
	Department string        // id of the department, "" if none
	ValidFor   time.Duration // 0: never expires
}

// Store is what keys need of the city's store.
type Store interface {
	layers.Reader
	layers.Writer
}

// NewKey makes a key and stores its hash, with an audit line by actor. It
// returns the secret, which cannot be had again, and the key's description.
// now and random come from the caller. Errors: Invalid for a layer or region
// the city does not have, and those of the store.
func NewKey(ctx context.Context, store Store, spec Spec, actor string, now time.Time, random io.Reader) (string, Key, error) {
	cleared, err := spec.check(ctx, store)
	if err != nil {
		return "", Key{}, err
	}
	secret, key, err := spec.make(now, random)
	if err != nil {
		return "", Key{}, err
	}
	key.Cleared = cleared
	rec, err := key.record(secret)
	if err != nil {
		return "", Key{}, err
	}
	_, err = store.Apply(ctx, layers.Batch{Actor: actor, At: now, Records: []layers.Record{rec},
		Audit: []layers.AuditLine{{At: now, Actor: actor, Action: "keys.create", Object: "keys/" + key.ID, Detail: string(rec.Data)}}})
	return secret, key, err
}

// check looks the layers and the region up and says whether the key is cleared.
func (s *Spec) check(ctx context.Context, store layers.Reader) (cleared bool, err error) {
	all, err := store.Layers(ctx)
	if err != nil {
		return false, err
	}
	cleared = s.Role == layers.GridWorker
	for _, id := range s.Layers {
		i := slices.IndexFunc(all, func(l *layers.Layer) bool { return l.ID == id })
		if i < 0 {
			return false, layers.Invalidf("token", "layers", fmt.Sprintf("%.80q is not a layer of this city", id))
		}
		cleared = cleared || all[i].Access == layers.PersonalAccess
	}
	if s.Region == "" {
		return cleared, nil
	}
	for _, l := range all {
		if l.Level == layers.NoLevel {
			continue
		}
		q := layers.Query{Subject: layers.SystemSubject(), Layer: l.ID, IDs: []string{s.Region}, Limit: 1}
		for _, err := range store.Read(ctx, q) {
			return cleared, err
		}
	}
	return false, layers.Invalidf("token", "region", fmt.Sprintf("%.80q is not the code of an area", s.Region))
}

func (s *Spec) make(now time.Time, random io.Reader) (string, Key, error) {
	var raw [secretBytes]byte
	if _, err := io.ReadFull(random, raw[:]); err != nil {
		return "", Key{}, &layers.Error{Kind: layers.Internal, Op: "token", Err: err}
	}
	secret := prefix + base64.RawURLEncoding.EncodeToString(raw[:])
	k := Key{ID: "key-" + hashOf(secret)[:12], Name: s.Name, Role: s.Role.String(), Region: s.Region,
		Layers: s.Layers, Department: s.Department, Created: now.UTC()}
	if k.Name == (layers.Title{}) {
		k.Name = RoleTitle(s.Role)
	}
	if s.ValidFor > 0 {
		k.Expires = now.Add(s.ValidFor).UTC()
	}
	return secret, k, nil
}

func (k *Key) record(secret string) (layers.Record, error) {
	data, err := json.Marshal(k)
	if err != nil {
		return layers.Record{}, &layers.Error{Kind: layers.Internal, Op: "token", Err: err}
	}
	return layers.Record{Bucket: Bucket, Key: hashOf(secret), Data: data, Expires: k.Expires, IfAbsent: true}, nil
}

// hashOf is the record key of a secret. The secret has 256 random bits, so a
// plain hash is enough: there is nothing to guess.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// RoleTitle names a role in both languages (domain.md, section 4).
func RoleTitle(r layers.Role) layers.Title {
	zh := map[layers.Role]string{layers.Public: "公众", layers.Planner: "规划员", layers.Dispatcher: "分拨员",
		layers.Supervisor: "督办员", layers.GridWorker: "网格员", layers.Department: "处置部门",
		layers.Commander: "指挥", layers.ThemeOwner: "专题管理员", layers.SysAdmin: "系统管理员",
		layers.SecAdmin: "安全管理员", layers.Auditor: "审计管理员", layers.API: "接口", layers.System: "系统"}
	en := r.String()
	return layers.Title{ZH: zh[r], EN: strings.ToUpper(en[:1]) + en[1:]}
}

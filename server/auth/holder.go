package auth

import (
	"context"
	"slices"

	"wutu/layers"
)

// Holder says by whose rights something is done later, when nobody asks: an account
// with a purpose, or a key. It may be stored, in a record.
type Holder struct {
	Account string `json:"account,omitempty"`
	Purpose string `json:"purpose,omitempty"`
	Key     string `json:"key,omitempty"` // hash of its secret
}

// HolderOf is who asks in a request's context; ok is false for somebody anonymous.
func HolderOf(ctx context.Context) (h Holder, ok bool) {
	switch i := IdentityOf(ctx); {
	case i.Key != nil:
		return Holder{Key: i.hash}, true
	case i.Account != nil:
		return Holder{Account: i.Account.ID, Purpose: i.Subject.Purpose}, true
	}
	return Holder{}, false
}

// Rights is the subject a holder is now, with what the policy gives it now. Errors:
// Unauthorized when the account or key is no longer valid, or may no longer act for
// the purpose; those of the store.
func (g *Gate) Rights(ctx context.Context, h Holder) (layers.Subject, error) {
	i := &Identity{}
	if h.Key != "" {
		if err := g.byKey(ctx, h.Key, i); err != nil {
			return layers.Subject{}, err
		}
	} else {
		a, err := g.recentAccount(ctx, h.Account)
		if err != nil {
			return layers.Subject{}, err
		}
		if a == nil || !g.admits(a) {
			return layers.Subject{}, unauthorized("the account has ended")
		}
		if h.Purpose != "" && !slices.Contains(a.Purposes, h.Purpose) {
			return layers.Subject{}, unauthorized("the account may not act for this purpose")
		}
		i.Account, i.Subject = a, a.Subject(h.Purpose)
	}
	i, err := g.granted(ctx, i, "")
	if err != nil {
		return layers.Subject{}, err
	}
	return i.Subject, nil
}

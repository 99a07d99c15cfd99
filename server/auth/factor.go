package auth

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"

	"wutu/layers"
)

// useCode takes a code of the account's active factor, once: no code of the same
// or an earlier step is taken again. The error is errCode for a wrong one.
func (g *Gate) useCode(ctx context.Context, a *Account, code string, now time.Time) error {
	secret, err := g.openFactor(a.ID, a.Factor)
	if err != nil {
		return err
	}
	step, ok := matchCode(secret, code, now)
	if !ok {
		return errCode
	}
	by := a.Subject("")
	got, err := g.change(ctx, &by, a.ID, func(now *Account, _ *layers.Batch) error {
		if step <= now.Step || now.Factor != a.Factor || now.Hash != a.Hash || now.Epoch != a.Epoch {
			return errCode // another request was faster
		}
		now.Step = step
		return nil
	})
	if err == nil {
		*a = *got
	}
	return err
}

func (g *Gate) openFactor(id, sealed string) ([]byte, error) {
	if g.o.Sealer == nil {
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "auth", Err: errNoFactors}
	}
	return g.o.Sealer.Open(totpContext+id, sealed)
}

var errNoFactors = errors.New("this server has no keys, so there are no second factors")

// Enrolment is a secret for an authenticator app.
type Enrolment struct {
	Secret string `json:"secret"` // base32
	URI    string `json:"uri"`    // for a QR code
}

// StartFactor makes a secret that ConfirmFactor activates. An account that has a
// factor must give a code of it. Errors as SignIn.
func (g *Gate) StartFactor(ctx context.Context, i *Identity, code string) (*Enrolment, error) {
	if i.Session == nil {
		return nil, errNoSession
	}
	id := i.Account.ID
	switch {
	case i.Account.Demo:
		return nil, forbidden(id, "an account of a demonstration needs no second factor")
	case g.o.Sealer == nil:
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "auth", Err: errNoFactors}
	case i.Account.MustChange:
		return nil, forbidden(id, i.Unready())
	}
	if i.Account.Factor != "" {
		if code == "" {
			return nil, errFactor
		}
		if err := g.counted(ctx, i, func(now time.Time) error {
			a := *i.Account
			return g.useCode(ctx, &a, code, now)
		}); err != nil {
			return nil, err
		}
	}
	var secret [totpSecret]byte
	if _, err := io.ReadFull(g.o.Rand, secret[:]); err != nil {
		return nil, &layers.Error{Kind: layers.Internal, Op: "auth", Err: err}
	}
	sealed, err := g.o.Sealer.Seal(totpContext+id, secret[:])
	if err != nil {
		return nil, err
	}
	_, err = g.change(ctx, &i.Subject, id, func(a *Account, b *layers.Batch) error {
		if a.Epoch != i.Session.Epoch {
			return errSession
		}
		a.NextFactor = sealed
		b.Audit = append(b.Audit, line(&i.Subject, b.At, "accounts.enrol", "accounts/"+id, nil))
		return nil
	})
	text := encodeSecret(secret[:])
	return &Enrolment{Secret: text, URI: secretURI(id, text)}, err
}

// ConfirmFactor activates the secret of the last StartFactor by a code of it,
// ends every session of the account and begins one with the factor for r. Errors:
// Unauthorized for a wrong code, Conflict when no secret waits.
func (g *Gate) ConfirmFactor(ctx context.Context, r *http.Request, i *Identity, code string) (*Entry, error) {
	if i.Session == nil {
		return nil, errNoSession
	}
	id := i.Account.ID
	pending, err := g.account(ctx, id)
	if err != nil {
		return nil, err
	}
	if pending == nil || pending.NextFactor == "" {
		return nil, &layers.Error{Kind: layers.Conflict, Op: "auth", ID: id, Err: errors.New("no second factor waits for its first code")}
	}
	secret, err := g.openFactor(id, pending.NextFactor)
	if err != nil {
		return nil, err
	}
	var a *Account
	err = g.counted(ctx, i, func(now time.Time) error {
		step, ok := matchCode(secret, code, now)
		if !ok {
			return errCode
		}
		a, err = g.change(ctx, &i.Subject, id, func(a *Account, b *layers.Batch) error {
			if a.Epoch != i.Session.Epoch {
				return errSession
			}
			if a.NextFactor != pending.NextFactor {
				return errCode
			}
			a.Factor, a.NextFactor, a.Step = a.NextFactor, "", step
			a.Epoch++
			b.Audit = append(b.Audit, line(&i.Subject, b.At, "accounts.factor", "accounts/"+id, nil))
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return g.begin(ctx, r, a, &Session{Purpose: i.Session.Purpose, Factor: true})
}

// counted runs f, whose errCode counts as a failure to sign in.
func (g *Gate) counted(ctx context.Context, i *Identity, f func(now time.Time) error) error {
	now, id := g.o.Now(), i.Account.ID
	if err := g.throttle.begin(ctx, id, now); err != nil {
		return err
	}
	defer g.throttle.end(id)
	err := f(now)
	if errors.Is(err, errCode) {
		return g.refuse(ctx, i.Account, id, i.Subject.Origin, now, errCode)
	}
	return err
}

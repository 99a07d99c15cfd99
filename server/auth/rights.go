package auth

import (
	"context"
	"errors"
	"fmt"

	"wutu/layers"
)

// Rights is what the security administrator gives an account.
type Rights struct {
	Role     layers.Role `json:"role"`
	Region   string      `json:"region"`
	Cleared  bool        `json:"cleared"`
	Purposes []string    `json:"purposes"`
	Layers   []string    `json:"layers"` // nil: whatever the role may see
}

const (
	maxPurposes = 50
	maxPurpose  = 200 // bytes
)

// SetRights gives an account other rights and ends its sessions. Errors:
// Forbidden for the own account and for a change of an administrator's role,
// Invalid for rights that cannot be.
func (g *Gate) SetRights(ctx context.Context, by *layers.Subject, id string, r Rights) (*Account, error) {
	if by.ID == id {
		return nil, forbidden(id, "nobody grants rights to themselves")
	}
	if err := g.checkRights(ctx, &r); err != nil {
		return nil, err
	}
	return g.change(ctx, by, id, func(a *Account, b *layers.Batch) error {
		switch {
		case a.Closed:
			return closed(id)
		case IsAdministrator(a.Role) && r.Role != a.Role:
			return forbidden(id, fmt.Sprintf("the account of a %s stays one: nobody is two administrators, not one after the other either", a.Role))
		case IsAdministrator(r.Role) && !IsAdministrator(a.Role) && a.Issuer != "":
			return forbidden(id, "an administrator signs in with a password and a second factor, not by the identity platform")
		}
		was := Rights{a.Role, a.Region, a.Cleared, a.Purposes, a.Layers}
		a.Role, a.Region, a.Cleared, a.Purposes, a.Layers = r.Role, r.Region, r.Cleared, r.Purposes, r.Layers
		a.Epoch++
		b.Audit = append(b.Audit, line(by, b.At, "accounts.rights", "accounts/"+id, map[string]any{"was": was, "rights": r}))
		return nil
	})
}

func (g *Gate) checkRights(ctx context.Context, r *Rights) error {
	switch {
	case r.Role == layers.API || r.Role == layers.System:
		return layers.Invalidf("accounts", "/role", "an account is a person's: services use keys")
	case IsAdministrator(r.Role) && (r.Cleared || r.Region != "" || len(r.Layers) > 0 || len(r.Purposes) > 0):
		return layers.Invalidf("accounts", "/role", "an administrator sees no city data: region, clearance, purposes and layers stay empty")
	case len(r.Purposes) > maxPurposes:
		return layers.Invalidf("accounts", "/purposes", fmt.Sprintf("%d purposes, at most %d", len(r.Purposes), maxPurposes))
	}
	for _, p := range r.Purposes {
		if p == "" || len(p) > maxPurpose {
			return layers.Invalidf("accounts", "/purposes", fmt.Sprintf("a purpose has 1 to %d bytes", maxPurpose))
		}
	}
	_, err := checkScope(ctx, g.o.Store, r.Layers, r.Region)
	return err
}

// Change is what the system administrator may change of an account; nil leaves
// it as it is.
type Change struct {
	Name       *layers.Title
	Department *string
	Enabled    *bool
}

// ChangeAccount changes an account; disabling it ends its sessions. Errors:
// Forbidden for the last account of one of the three administrators.
func (g *Gate) ChangeAccount(ctx context.Context, by *layers.Subject, id string, c Change) (*Account, error) {
	if c.Name != nil {
		if err := checkName(*c.Name); err != nil {
			return nil, err
		}
	}
	if c.Department != nil {
		if by.ID == id {
			return nil, forbidden(id, "nobody moves themselves to another department")
		}
		if err := g.checkDepartment(ctx, *c.Department); err != nil {
			return nil, err
		}
	}
	return g.change(ctx, by, id, func(a *Account, b *layers.Batch) error {
		if a.Closed {
			return closed(id)
		}
		told := map[string]any{}
		if c.Name != nil {
			a.Name, told["name"] = *c.Name, *c.Name
		}
		if c.Department != nil && *c.Department != a.Department { // it decides what the person sees
			a.Department, told["department"] = *c.Department, *c.Department
			a.Epoch++
		}
		if c.Enabled != nil && *c.Enabled != a.Enabled {
			if !*c.Enabled {
				if err := g.notLast(ctx, a); err != nil {
					return err
				}
			}
			a.Enabled, told["enabled"] = *c.Enabled, *c.Enabled
			a.Epoch++
		}
		b.Audit = append(b.Audit, line(by, b.At, "accounts.change", "accounts/"+id, told))
		return nil
	})
}

// CloseAccount disables an account for ever; its record stays, so that its id is
// never given to somebody else. Errors as ChangeAccount.
func (g *Gate) CloseAccount(ctx context.Context, by *layers.Subject, id string) (*Account, error) {
	return g.change(ctx, by, id, func(a *Account, b *layers.Batch) error {
		if a.Closed {
			return closed(id)
		}
		if err := g.notLast(ctx, a); err != nil {
			return err
		}
		a.Enabled, a.Closed, a.Hash, a.Factor, a.NextFactor, a.MustChange = false, true, "", "", "", false
		a.Epoch++
		b.Audit = append(b.Audit, line(by, b.At, "accounts.close", "accounts/"+id, nil))
		return nil
	})
}

// notLast refuses to take the last account of an administrator away. The caller
// holds changing.
func (g *Gate) notLast(ctx context.Context, a *Account) error {
	if !IsAdministrator(a.Role) {
		return nil
	}
	all, err := g.Accounts(ctx)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != a.ID && other.Role == a.Role && other.Active() && other.Demo == a.Demo {
			return nil
		}
	}
	return forbidden(a.ID, fmt.Sprintf("is the last %s: make another one first", a.Role))
}

// ResetPassword gives an account a new one-time password and ends its sessions.
// An administrator's is reset at the machine only (atMachine), together with the
// second factor: otherwise the system administrator could become the others.
func (g *Gate) ResetPassword(ctx context.Context, by *layers.Subject, id string, atMachine bool) (string, error) {
	if by.ID == id {
		return "", forbidden(id, "the own password is changed, not reset")
	}
	var fresh Account
	pw, err := g.oneTime(ctx, &fresh, "", g.o.Now().UTC())
	if err != nil {
		return "", err
	}
	_, err = g.change(ctx, by, id, func(a *Account, b *layers.Batch) error {
		switch {
		case a.Closed:
			return closed(id)
		case IsAdministrator(a.Role) && !atMachine:
			return forbidden(id, "an administrator's password is reset at the machine: wutu account reset")
		}
		a.Hash, a.MustChange, a.GoodUntil = fresh.Hash, true, fresh.GoodUntil
		a.Factor, a.NextFactor = "", ""
		a.Epoch++
		b.Records = append(b.Records, g.throttle.cleared(id))
		b.Audit = append(b.Audit, line(by, b.At, "accounts.reset", "accounts/"+id, nil))
		return nil
	})
	return pw, err
}

// Unlock lets somebody try again who failed too often. The error is NotFound for
// an unknown account.
func (g *Gate) Unlock(ctx context.Context, by *layers.Subject, id string) (*Account, error) {
	return g.change(ctx, by, id, func(_ *Account, b *layers.Batch) error {
		b.Records = append(b.Records, g.throttle.cleared(id))
		b.Audit = append(b.Audit, line(by, b.At, "accounts.unlock", "accounts/"+id, nil))
		return nil
	})
}

func forbidden(id, message string) error {
	return &layers.Error{Kind: layers.Forbidden, Op: "accounts", ID: id, Err: errors.New(message)}
}

func closed(id string) error {
	return &layers.Error{Kind: layers.Conflict, Op: "accounts", ID: id, Err: errors.New("the account is closed for ever")}
}

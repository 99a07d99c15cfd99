package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wutu/layers"
)

// account returns an account as the store has it, nil when there is none.
func (g *Gate) account(ctx context.Context, id string) (*Account, error) {
	data, err := fetch(ctx, g.o.Store, AccountBucket, id)
	return parseAccount(id, data, err)
}

// recentAccount is account, at most keep old. It must not be changed.
func (g *Gate) recentAccount(ctx context.Context, id string) (*Account, error) {
	return recentAs[Account](ctx, g, AccountBucket, id, id)
}

func parseAccount(id string, data []byte, err error) (*Account, error) {
	if err != nil || data == nil {
		return nil, err
	}
	a := new(Account)
	return a, decode(AccountBucket, id, data, a)
}

// HasRole reports whether there is an enabled account of the given id with the
// role.
func (g *Gate) HasRole(ctx context.Context, id string, role layers.Role) (bool, error) {
	if id == "" {
		return false, nil
	}
	a, err := g.recentAccount(ctx, id)
	return err == nil && a != nil && a.Enabled && !a.Closed && a.Role == role, err
}

// Accounts lists the accounts in order of id.
func (g *Gate) Accounts(ctx context.Context) ([]*Account, error) {
	out := []*Account{}
	for rec, err := range g.o.Store.Records(ctx, AccountBucket, "") {
		if err != nil {
			return nil, err
		}
		a, err := parseAccount(rec.Key, rec.Data, nil)
		if err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// NewAccount asks for an account.
type NewAccount struct {
	ID         string
	Name       layers.Title // zero: the id
	Department string       // "" if none
	Role       layers.Role  // a fresh account holds Public until it is given a role
	Password   string       // "": one is made
}

// CreateAccount makes an account and returns it with its one-time password.
// Errors: Invalid for an id or password that may not be, Conflict when the id was
// given before.
func (g *Gate) CreateAccount(ctx context.Context, by *layers.Subject, n NewAccount) (*Account, string, error) {
	if err := checkID(n.ID); err != nil {
		return nil, "", err
	}
	if n.Role == layers.API || n.Role == layers.System {
		return nil, "", layers.Invalidf("accounts", "/role", "an account is a person's: services use keys")
	}
	if n.Name == (layers.Title{}) {
		n.Name = layers.Title{ZH: n.ID, EN: n.ID}
	}
	if err := checkName(n.Name); err != nil {
		return nil, "", err
	}
	if err := g.checkDepartment(ctx, n.Department); err != nil {
		return nil, "", err
	}
	now := g.o.Now().UTC()
	a := &Account{ID: n.ID, Name: n.Name, Department: n.Department, Role: n.Role, Enabled: true, Created: now}
	pw, err := g.oneTime(ctx, a, n.Password, now)
	if err != nil {
		return nil, "", err
	}
	rec, err := a.next()
	if err != nil {
		return nil, "", err
	}
	rec.IfAbsent = true
	g.changing.Lock()
	defer g.changing.Unlock()
	err = g.write(ctx, layers.Batch{Actor: by.ID, At: now, Records: append(claim(AccountBucket, a.ID, a.Version, now), rec),
		Audit: []layers.AuditLine{line(by, now, "accounts.create", "accounts/"+a.ID, map[string]any{"name": a.Name, "department": a.Department, "role of": a.Role})}})
	if layers.KindOf(err) == layers.Conflict {
		return nil, "", &layers.Error{Kind: layers.Conflict, Op: "accounts", ID: a.ID, Field: "/id", Err: errors.New("was given before")}
	}
	return a, pw, err
}

// oneTime gives the account a one-time password, pw or a new one.
func (g *Gate) oneTime(ctx context.Context, a *Account, pw string, now time.Time) (string, error) {
	var err error
	if pw == "" {
		if pw, err = newPassword(g.o.Rand); err != nil {
			return "", err
		}
	} else if err := checkPassword(pw, a.ID); err != nil {
		var e *layers.Error
		if errors.As(err, &e) {
			e.Field = "/password"
		}
		return "", err
	}
	a.Hash, err = g.hash(ctx, pw)
	a.MustChange, a.GoodUntil = true, now.Add(oneTimePeriod)
	return pw, err
}

// next counts the change and returns the record.
func (a *Account) next() (layers.Record, error) {
	a.Version++
	return a.record()
}

// write applies a batch and forgets what it may have changed.
func (g *Gate) write(ctx context.Context, b layers.Batch) error {
	_, err := g.o.Store.Apply(ctx, b)
	g.memory.forget()
	return err
}

// change lets f change an account and writes it with the audit lines f returns
// and the records it adds. Nobody else changes an account meanwhile; another
// process that does makes it begin again. f may read the other accounts. Errors:
// NotFound, those of f and of the store.
func (g *Gate) change(ctx context.Context, by *layers.Subject, id string, f func(a *Account, b *layers.Batch) error) (*Account, error) {
	g.changing.Lock()
	defer g.changing.Unlock()
	const attempts = 5
	for i := 1; ; i++ {
		a, err := g.account(ctx, id)
		if err != nil {
			return nil, err
		}
		if a == nil {
			return nil, &layers.Error{Kind: layers.NotFound, Op: "accounts", ID: id, Err: errors.New("there is no such account")}
		}
		now := g.o.Now().UTC()
		b := layers.Batch{Actor: by.ID, At: now}
		if err := f(a, &b); err != nil {
			return nil, err
		}
		rec, err := a.next()
		if err != nil {
			return nil, err
		}
		b.Records = append(append(b.Records, claim(AccountBucket, id, a.Version, now)...), rec)
		err = g.write(ctx, b)
		if layers.KindOf(err) == layers.Conflict && i < attempts {
			continue
		}
		return a, err
	}
}

func checkName(n layers.Title) error {
	const longest = 200
	if n.ZH == "" && n.EN == "" || len(n.ZH) > longest || len(n.EN) > longest {
		return layers.Invalidf("accounts", "/name", fmt.Sprintf("needs a text of at most %d bytes in one of the two languages", longest))
	}
	return nil
}

// checkDepartment admits "" and the ids of the city's departments; every short
// text when the city has no such layer.
func (g *Gate) checkDepartment(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	if len(id) > 200 {
		return layers.Invalidf("accounts", "/department", "is longer than 200 bytes")
	}
	all, err := g.o.Store.Layers(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(l *layers.Layer) bool { return l.ID == departments }) {
		return nil
	}
	ok, err := exists(ctx, g.o.Store, departments, id)
	if err == nil && !ok {
		err = layers.Invalidf("accounts", "/department", fmt.Sprintf("%.80q is not a department of this city", id))
	}
	return err
}

// departments is the layer of the city's departments.
const departments = "departments"

// exists reports whether the layer has a feature.
func exists(ctx context.Context, r layers.Reader, layer, id string) (bool, error) {
	q := layers.Query{Subject: layers.SystemSubject(), Layer: layer, IDs: []string{id}, Limit: 1}
	for _, err := range r.Read(ctx, q) {
		return err == nil, err
	}
	return false, nil
}

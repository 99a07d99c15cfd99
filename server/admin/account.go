package admin

import (
	"context"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
)

// account is an account as an administrator sees it.
type account struct {
	ID         string       `json:"id"`
	Name       layers.Title `json:"name"`
	Department string       `json:"department,omitempty"`
	Role       layers.Role  `json:"role"`
	Enabled    bool         `json:"enabled"`
	Closed     bool         `json:"closed,omitempty"`
	Demo       bool         `json:"demo,omitempty"`
	Factor     bool         `json:"second_factor"`
	Created    time.Time    `json:"created"`
	*use
	*rights
}

// use is what the system administrator sees besides.
type use struct {
	MustChange  bool       `json:"must_change_password"`
	Platform    string     `json:"platform,omitempty"` // that the person signs in with
	LockedUntil *time.Time `json:"locked_until"`
	LastSignIn  *time.Time `json:"last_sign_in"`
}

// rights is what the security administrator sees besides.
type rights struct {
	Region   string   `json:"region"`
	Cleared  bool     `json:"cleared"`
	Purposes []string `json:"purposes"`
	Layers   []string `json:"layers" null:"true" about:"null: whatever the role may see"`
}

func (a *Admin) show(ctx context.Context, by *layers.Subject, x *auth.Account) (account, error) {
	out := account{ID: x.ID, Name: x.Name, Department: x.Department, Role: x.Role, Enabled: x.Enabled, Closed: x.Closed,
		Demo: x.Demo, Factor: x.Factor != "", Created: x.Created}
	if by.Role == layers.SecAdmin {
		out.rights = &rights{Region: x.Region, Cleared: x.Cleared, Purposes: x.Purposes, Layers: x.Layers}
		if out.Purposes == nil {
			out.Purposes = []string{}
		}
		return out, nil
	}
	last, locked, err := a.o.Gate.LastAttempts(ctx, x.ID)
	out.use = &use{MustChange: x.MustChange, Platform: x.Issuer}
	if !locked.IsZero() {
		out.LockedUntil = &locked
	}
	if !last.IsZero() {
		out.LastSignIn = &last
	}
	return out, err
}

type accountList struct {
	Accounts []account `json:"accounts"`
}

func (a *Admin) accounts(c echo.Context, _ *openapi.Input, by *layers.Subject) error {
	ctx := c.Request().Context()
	all, err := a.o.Gate.Accounts(ctx)
	if err != nil {
		return err
	}
	out := make([]account, len(all))
	for i, x := range all {
		if out[i], err = a.show(ctx, by, x); err != nil {
			return err
		}
	}
	return c.JSON(http.StatusOK, accountList{out})
}

type newAccount struct {
	ID         string       `json:"id" must:"true"`
	Name       layers.Title `json:"name"`
	Department string       `json:"department"`
	Password   string       `json:"password" about:"One-time password; made up when absent"`
}

type madeAccount struct {
	account
	Password string `json:"password" about:"To be changed at the first sign-in; told only here"`
}

func (a *Admin) createAccount(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	var body newAccount
	if err := in.Body(&body); err != nil {
		return err
	}
	ctx := c.Request().Context()
	made, pw, err := a.o.Gate.CreateAccount(ctx, by, auth.NewAccount{ID: body.ID, Name: body.Name, Department: body.Department, Password: body.Password})
	if err != nil {
		return err
	}
	shown, err := a.show(ctx, by, made)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, madeAccount{shown, pw})
}

type accountChange struct {
	Name       *layers.Title `json:"name"`
	Department *string       `json:"department"`
	Enabled    *bool         `json:"enabled"`
}

func (a *Admin) changeAccount(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	var body accountChange
	if err := in.Body(&body); err != nil {
		return err
	}
	x, err := a.o.Gate.ChangeAccount(c.Request().Context(), by, in.Text("id"), auth.Change{Name: body.Name, Department: body.Department, Enabled: body.Enabled})
	return a.answer(c, by, x, err)
}

func (a *Admin) closeAccount(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	x, err := a.o.Gate.CloseAccount(c.Request().Context(), by, in.Text("id"))
	return a.answer(c, by, x, err)
}

func (a *Admin) unlock(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	x, err := a.o.Gate.Unlock(c.Request().Context(), by, in.Text("id"))
	return a.answer(c, by, x, err)
}

type oneTime struct {
	Password string `json:"password"`
}

func (a *Admin) reset(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	pw, err := a.o.Gate.ResetPassword(c.Request().Context(), by, in.Text("id"), false)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, oneTime{pw})
}

func (a *Admin) setRights(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	var body auth.Rights
	if err := in.Body(&body); err != nil {
		return err
	}
	x, err := a.o.Gate.SetRights(c.Request().Context(), by, in.Text("id"), body)
	return a.answer(c, by, x, err)
}

func (a *Admin) answer(c echo.Context, by *layers.Subject, x *auth.Account, err error) error {
	if err != nil {
		return err
	}
	shown, err := a.show(c.Request().Context(), by, x)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, shown)
}

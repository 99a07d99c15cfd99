package admin

import (
	"fmt"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
)

type keyList struct {
	Keys []auth.Key `json:"keys"`
}

func (a *Admin) keys(c echo.Context, _ *openapi.Input, _ *layers.Subject) error {
	all, err := a.o.Gate.Keys(c.Request().Context())
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, keyList{all})
}

type newKey struct {
	Name       string      `json:"name" must:"true"`
	Role       layers.Role `json:"role" must:"true"`
	Region     string      `json:"region"`
	Layers     []string    `json:"layers"`
	Fields     []string    `json:"fields"`
	Classes    []string    `json:"classes"`
	From       *time.Time  `json:"from"`
	To         *time.Time  `json:"to"`
	Purpose    string      `json:"purpose" must:"true"`
	Department string      `json:"department"`
	Expires    *time.Time  `json:"expires"`
	PerMinute  int         `json:"quota_per_minute"`
	PerDay     int         `json:"quota_per_day"`
}

type madeKey struct {
	auth.Key
	Secret string `json:"secret" about:"Told only here"`
}

func (a *Admin) createKey(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	var body newKey
	if err := in.Body(&body); err != nil {
		return err
	}
	spec := auth.Spec{Name: layers.Title{ZH: body.Name, EN: body.Name}, Role: body.Role, Region: body.Region, Layers: body.Layers,
		Fields: body.Fields, Classes: body.Classes, Purpose: body.Purpose, Department: body.Department, PerMinute: body.PerMinute, PerDay: body.PerDay}
	switch {
	case body.Purpose == "":
		return layers.Invalidf("key", "/purpose", "is required: why does somebody need this key?")
	case auth.IsAdministrator(body.Role):
		return layers.Invalidf("key", "/role", fmt.Sprintf("a %s is a person with a second factor, not the holder of a key", body.Role))
	}
	if body.From != nil {
		spec.From = *body.From
	}
	if body.To != nil {
		spec.To = *body.To
	}
	if body.Expires != nil {
		if spec.ValidFor = body.Expires.Sub(a.o.Now()); spec.ValidFor <= 0 {
			return layers.Invalidf("key", "/expires", "is in the past")
		}
	}
	secret, key, err := a.o.Gate.CreateKey(c.Request().Context(), by, spec)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, madeKey{key, secret})
}

type revoked struct {
	ID string `json:"id"`
}

func (a *Admin) revokeKey(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	if err := a.o.Gate.RevokeKey(c.Request().Context(), by, in.Text("id")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, revoked{in.Text("id")})
}

package admin

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
	"wutu/server/problem"
)

func (a *Admin) policy(c echo.Context, _ *openapi.Input, _ *layers.Subject) error {
	p, err := a.o.Gate.Policy(c.Request().Context())
	if err != nil {
		return err
	}
	return answerPolicy(c, p)
}

func answerPolicy(c echo.Context, p *auth.Policy) error {
	c.Response().Header().Set("ETag", fmt.Sprintf(`"%d"`, p.Version))
	return c.JSON(http.StatusOK, p)
}

type newPolicy struct {
	Version uint64         `json:"version"`
	Grants  []layers.Grant `json:"grants" must:"true"`
}

func (a *Admin) setPolicy(c echo.Context, in *openapi.Input, by *layers.Subject) error {
	var body newPolicy
	if err := in.Body(&body); err != nil {
		return err
	}
	if !in.Has("If-Match") {
		return problem.PreconditionRequired("the version of the policy that is replaced")
	}
	version, err := strconv.ParseUint(strings.Trim(in.Text("If-Match"), `"`), 10, 64)
	if err != nil {
		return layers.Invalidf("policy", "If-Match", "is not the version of a policy")
	}
	if body.Grants == nil {
		return layers.Invalidf("policy", "/grants", "is required; an empty list hides everything from everybody")
	}
	p, err := a.o.Gate.SetPolicy(c.Request().Context(), by, version, body.Grants)
	if err != nil {
		return err
	}
	return answerPolicy(c, p)
}

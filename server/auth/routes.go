package auth

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/openapi"
)

const (
	mediaJSON   = "application/json"
	sessionPath = "/api/v1/session"
)

// Routes declares the addresses of sessions.
func (g *Gate) Routes() []openapi.Route {
	const tag = "Session"
	// body and answer are values of what is decoded and encoded; nil: there is none.
	route := func(method, path, id, summary string, body, answer any, h openapi.Handler) openapi.Route {
		r := openapi.Route{Method: method, Path: path, ID: id, Tag: tag, Summary: summary, Handle: h,
			Answers: []openapi.Answer{{Status: http.StatusOK, Type: mediaJSON, About: summary, Of: answer}}}
		if answer == nil {
			r.Answers[0] = openapi.Answer{Status: http.StatusNoContent, About: "Done"}
		}
		if body != nil {
			r.Body = &openapi.Body{About: summary, Types: []string{mediaJSON}, Of: body}
		}
		return r
	}
	end := route(http.MethodDelete, "/api/v1/sessions/{id}", "endSession", "End one of the own sessions", nil, nil, g.handleEnd)
	end.Params = []openapi.Param{{Name: "id", In: openapi.Path, About: "Id of the session"}}
	start := route(http.MethodPost, sessionPath+"/totp", "startFactor", "Make a secret for a second factor", factorStart{}, Enrolment{}, g.handleStart)
	start.Body.Optional = true
	return []openapi.Route{
		route(http.MethodGet, sessionPath+"/methods", "sessionMethods", "The ways to sign in", nil, methods{}, g.handleMethods),
		route(http.MethodPost, sessionPath, "signIn", "Sign in", credentials{}, signedIn{}, g.handleSignIn),
		route(http.MethodGet, sessionPath, "session", "The own session", nil, ownSession{}, g.handleSession),
		route(http.MethodDelete, sessionPath, "signOut", "Sign out", nil, nil, g.handleSignOut),
		route(http.MethodPost, sessionPath+"/password", "changePassword", "Change the own password", passwords{}, nil, g.handlePassword),
		start,
		route(http.MethodPut, sessionPath+"/totp", "confirmFactor", "Activate the second factor", factorCode{}, nil, g.handleConfirm),
		route(http.MethodGet, "/api/v1/sessions", "sessions", "The own sessions", nil, ownSessions{}, g.handleSessions),
		end,
	}
}

// Unguarded reports whether a route answers without looking at a session: where
// one gets or leaves it, and what a browser needs to get that far.
func Unguarded(method, path string) bool {
	switch {
	case path == "": // pages
		return true
	case path == sessionPath && method == http.MethodPost, path == sessionPath+"/methods",
		path == sessionPath+"/oidc", path == sessionPath+"/oidc/callback":
		return true
	}
	return false
}

// IsSignOut reports whether a route ends the session; it answers without one too.
func IsSignOut(method, path string) bool { return path == sessionPath && method == http.MethodDelete }

// ForUnready reports whether a route answers holders of sessions who must set a
// password or second factor first.
func ForUnready(path string) bool {
	switch path {
	case "", "/api/v1/me", "/healthz", "/readyz", sessionPath, sessionPath + "/methods", sessionPath + "/password", sessionPath + "/totp":
		return true
	}
	return false
}

// methods are the ways to sign in.
type methods struct {
	Local          bool          `json:"local" about:"With an account and a password"`
	OIDC           *platform     `json:"oidc" about:"By the identity platform; null: there is none"`
	Demo           bool          `json:"demo" about:"Whoever has not signed in acts as the demo subject"`
	Administrators bool          `json:"administrators" about:"Administrators sign in with a password, also where the others may not"`
	Accounts       []demoAccount `json:"accounts,omitempty"`
}

type demoAccount struct {
	ID       string       `json:"id"`
	Name     layers.Title `json:"name"`
	Role     layers.Role  `json:"role"`
	Password string       `json:"password"`
}

type platform struct {
	Title layers.Title `json:"title"`
}

func (g *Gate) handleMethods(c echo.Context, _ *openapi.Input) error {
	var out methods
	out.Local, out.Demo = g.o.Hasher != nil && !g.o.NoLocal, g.o.Demo
	out.Administrators = g.o.Hasher != nil
	if g.o.Platform != nil {
		out.OIDC = &platform{*g.o.Platform}
	}
	if out.Demo && out.Local {
		all, err := g.Accounts(c.Request().Context())
		if err != nil {
			return err
		}
		for _, a := range all {
			if a.Demo && a.Active() {
				out.Accounts = append(out.Accounts, demoAccount{a.ID, a.Name, a.Role, DemoPassword})
			}
		}
	}
	return answer(c, out)
}

type credentials struct {
	Account  string `json:"account" must:"true"`
	Password string `json:"password" must:"true"`
	Code     string `json:"code" about:"Of the second factor"`
	Purpose  string `json:"purpose"`
}

type signedIn struct {
	Me
	facts
}

func (g *Gate) handleSignIn(c echo.Context, in *openapi.Input) error {
	var body credentials
	if err := in.Body(&body); err != nil {
		return err
	}
	r := c.Request()
	e, err := g.SignIn(r.Context(), r, Attempt(body))
	if err != nil {
		return err
	}
	g.hand(c, e)
	return answer(c, signedIn{e.Identity.Me(), g.facts(e.Identity)})
}

// facts are what a session's holder is told of it.
type facts struct {
	Expires      time.Time `json:"expires"`
	IdleS        int       `json:"idle_s"`
	SecondFactor bool      `json:"second_factor"` // enrolled
	MustChange   bool      `json:"must_change_password"`
}

func (g *Gate) facts(i *Identity) facts {
	at, idle := g.Ends(i.Session)
	return facts{Expires: at, IdleS: int(idle.Seconds()), SecondFactor: i.Account.Factor != "", MustChange: i.Account.MustChange}
}

type ownSession struct {
	ID      string `json:"id"`
	Account string `json:"account"`
	CSRF    string `json:"csrf" about:"Goes into X-CSRF-Token of requests that change something"`
	facts
}

func (g *Gate) handleSession(c echo.Context, _ *openapi.Input) error {
	i := IdentityOf(c.Request().Context())
	if i.Session == nil {
		return errNoSession
	}
	return answer(c, ownSession{i.Session.ID, i.Account.ID, i.Token, g.facts(i)})
}

func (g *Gate) handleSignOut(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	if err := g.SignOut(ctx, IdentityOf(ctx)); err != nil {
		return err
	}
	g.Drop(c)
	return c.NoContent(http.StatusNoContent)
}

type passwords struct {
	Old string `json:"old" must:"true"`
	New string `json:"new" must:"true"`
}

func (g *Gate) handlePassword(c echo.Context, in *openapi.Input) error {
	var body passwords
	if err := in.Body(&body); err != nil {
		return err
	}
	r := c.Request()
	e, err := g.ChangePassword(r.Context(), r, IdentityOf(r.Context()), body.Old, body.New)
	if err != nil {
		return err
	}
	g.hand(c, e)
	return c.NoContent(http.StatusNoContent)
}

type factorStart struct {
	Code string `json:"code" about:"Of the active factor, if there is one"`
}

func (g *Gate) handleStart(c echo.Context, in *openapi.Input) error {
	var body factorStart
	r := c.Request()
	if r.ContentLength != 0 {
		if err := in.Body(&body); err != nil {
			return err
		}
	}
	e, err := g.StartFactor(r.Context(), IdentityOf(r.Context()), body.Code)
	if err != nil {
		return err
	}
	return answer(c, e)
}

type factorCode struct {
	Code string `json:"code" must:"true"`
}

func (g *Gate) handleConfirm(c echo.Context, in *openapi.Input) error {
	var body factorCode
	if err := in.Body(&body); err != nil {
		return err
	}
	r := c.Request()
	e, err := g.ConfirmFactor(r.Context(), r, IdentityOf(r.Context()), body.Code)
	if err != nil {
		return err
	}
	g.hand(c, e)
	return c.NoContent(http.StatusNoContent)
}

type ownSessions struct {
	Sessions []shownSession `json:"sessions"`
}

type shownSession struct {
	ID      string    `json:"id"`
	Began   time.Time `json:"began"`
	Seen    time.Time `json:"seen"`
	Origin  string    `json:"from"`
	Agent   string    `json:"agent"`
	Current bool      `json:"current"`
}

func (g *Gate) handleSessions(c echo.Context, _ *openapi.Input) error {
	ctx := c.Request().Context()
	i := IdentityOf(ctx)
	all, err := g.Sessions(ctx, i)
	if err != nil {
		return err
	}
	out := make([]shownSession, 0, len(all))
	for _, s := range all {
		out = append(out, shownSession{s.ID, s.Began, s.Seen, s.Origin, s.Agent, s.ID == i.Session.ID})
	}
	return answer(c, ownSessions{out})
}

func (g *Gate) handleEnd(c echo.Context, in *openapi.Input) error {
	ctx := c.Request().Context()
	i := IdentityOf(ctx)
	if err := g.EndSession(ctx, i, in.Text("id")); err != nil {
		return err
	}
	if i.Session.ID == in.Text("id") {
		g.Drop(c)
	}
	return c.NoContent(http.StatusNoContent)
}

// hand gives the browser its session.
func (g *Gate) hand(c echo.Context, e *Entry) {
	e.Cookie.Secure = e.Cookie.Secure || c.Request().TLS != nil
	c.SetCookie(e.Cookie)
	c.Response().Header().Set("Cache-Control", "no-store")
}

// Drop takes the session's cookie from the browser.
func (g *Gate) Drop(c echo.Context) {
	cookie := g.cookie("")
	cookie.Secure = cookie.Secure || c.Request().TLS != nil
	c.SetCookie(cookie)
}

func answer(c echo.Context, v any) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	return c.JSON(http.StatusOK, v)
}

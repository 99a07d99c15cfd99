package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"

	"github.com/coreos/go-oidc/v3/oidc"
	"github.com/labstack/echo/v4"
	"golang.org/x/oauth2"

	"wutu/layers"
	"wutu/server/openapi"
)

// SignIn answers the addresses of signing in. Safe for concurrent use.
type SignIn struct {
	o        Options
	flows    *sealer
	remote   *remote
	secure   bool // browsers reach us by TLS
	loginURL string
}

// New returns a SignIn. The provider is asked at the first signing in, so that
// the server starts without it. Errors: Invalid for options that cannot work.
func New(o Options) (*SignIn, error) {
	if err := o.check(); err != nil {
		return nil, err
	}
	if o.LinkClaim == "" {
		o.LinkClaim = "sub"
	}
	if o.Scopes == nil {
		o.Scopes = []string{"profile", "email"}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	flows, err := newSealer(o.Rand)
	if err != nil {
		return nil, err
	}
	return &SignIn{o: o, flows: flows, remote: newRemote(&o), secure: strings.HasPrefix(o.RedirectURL, "https:"), loginURL: "/login"}, nil
}

// Title is the platform's name on the sign-in page.
func (s *SignIn) Title() layers.Title { return s.o.Title }

// Routes declares the two addresses.
func (s *SignIn) Routes() []openapi.Route {
	const tag = "Session"
	said := func(name, about string) openapi.Param { return openapi.Param{Name: name, About: about} }
	return []openapi.Route{
		{Method: http.MethodGet, Path: flowPath, ID: "oidcBegin", Tag: tag, Summary: "Sign in with the city's identity platform",
			Params:  []openapi.Param{said("return", "Path of this site to go back to; / by default")},
			Answers: []openapi.Answer{{Status: http.StatusFound, About: "To the platform"}}, Handle: s.begin},
		{Method: http.MethodGet, Path: flowPath + "/callback", ID: "oidcCallback", Tag: tag, Summary: "The platform's answer",
			Params: []openapi.Param{said("code", "Code to exchange"), said("state", "State of the signing in"), said("iss", "Who answers (RFC 9207)"),
				said("error", "Why there is no code"), said("error_description", "The same for people"), said("error_uri", "The same as a page"),
				// What well-known platforms add.
				said("session_state", "Not used"), said("scope", "Not used"), said("authuser", "Not used"), said("prompt", "Not used"), said("hd", "Not used")},
			Answers: []openapi.Answer{{Status: http.StatusFound, About: "To the page one came from, or to the sign-in page"}}, Handle: s.callback},
	}
}

func (s *SignIn) begin(c echo.Context, in *openapi.Input) error {
	c.Response().Header().Set("Cache-Control", "no-store")
	p, err := s.remote.provider(c.Request().Context())
	if err != nil {
		return s.fail(c, layers.Unavailable, err)
	}
	f, err := s.flows.begin(LocalPath(in.Text("return")), s.o.Now())
	if err != nil {
		return err
	}
	value, err := s.flows.seal(&f)
	if err != nil {
		return err
	}
	c.SetCookie(s.cookie(value, patience))
	return c.Redirect(http.StatusFound, s.client(p).AuthCodeURL(f.State, oidc.Nonce(f.Nonce), oauth2.S256ChallengeOption(f.Verifier)))
}

// client is this server as the provider knows it.
func (s *SignIn) client(p *provider) *oauth2.Config {
	return &oauth2.Config{ClientID: s.o.ClientID, ClientSecret: s.o.ClientSecret, RedirectURL: s.o.RedirectURL,
		Endpoint: p.Endpoint(), Scopes: append([]string{oidc.ScopeOpenID}, s.o.Scopes...)}
}

func (s *SignIn) callback(c echo.Context, in *openapi.Input) error {
	r, now := c.Request(), s.o.Now()
	c.Response().Header().Set("Cache-Control", "no-store")
	c.SetCookie(s.cookie("", 0)) // whatever comes, this flow is over
	f, err := s.flow(r, in.Text("state"))
	if err != nil {
		return s.fail(c, layers.Unauthorized, err)
	}
	p, err := s.remote.provider(r.Context())
	if err != nil {
		return s.fail(c, layers.Unavailable, err)
	}
	if iss := in.Text("iss"); iss != "" && iss != s.o.Issuer || iss == "" && p.namesItself {
		return s.fail(c, layers.Unauthorized, fmt.Errorf("the answer is of another provider, %.200q", iss))
	}
	if code := in.Text("error"); code != "" {
		return s.fail(c, layers.Unauthorized, fmt.Errorf("the provider says %.100q: %.300q", code, in.Text("error_description")))
	}
	who, err := s.identity(r.Context(), p, &f, in.Text("code"))
	if err != nil {
		return s.fail(c, layers.Unauthorized, err)
	}
	if err := s.flows.end(&f, now); err != nil {
		return s.fail(c, layers.Unauthorized, err)
	}
	account, err := s.o.Accounts.Account(r.Context(), r, who)
	if err != nil {
		return s.fail(c, layers.Forbidden, err)
	}
	session, err := s.o.Accounts.Begin(r.Context(), r, account, who.Factor)
	if err != nil {
		return s.fail(c, layers.Forbidden, err)
	}
	session.Secure = session.Secure || s.secure
	c.SetCookie(session)
	return c.Redirect(http.StatusFound, f.Return)
}

// flow returns the flow that this browser began, when the state is its state.
func (s *SignIn) flow(r *http.Request, state string) (flow, error) {
	cookie, err := r.Cookie(flowCookie)
	if err != nil {
		return flow{}, errNoFlow
	}
	f, err := s.flows.open(cookie.Value, s.o.Now())
	if err != nil {
		return flow{}, err
	}
	if subtle.ConstantTimeCompare([]byte(f.State), []byte(state)) != 1 {
		return flow{}, errState
	}
	return f, nil
}

// identity exchanges the code and verifies who it stands for.
func (s *SignIn) identity(ctx context.Context, p *provider, f *flow, code string) (Identity, error) {
	if code == "" {
		return Identity{}, errors.New("there is no code")
	}
	ctx = oidc.ClientContext(ctx, s.remote.client)
	token, err := s.client(p).Exchange(ctx, code, oauth2.VerifierOption(f.Verifier))
	if err != nil {
		return Identity{}, exchangeError(err)
	}
	raw, _ := token.Extra("id_token").(string)
	if raw == "" {
		return Identity{}, errors.New("the provider gives no ID token")
	}
	id, err := p.verifier.Verify(ctx, raw)
	if err != nil {
		return Identity{}, err
	}
	if subtle.ConstantTimeCompare([]byte(id.Nonce), []byte(f.Nonce)) != 1 {
		return Identity{}, errors.New("the nonce of the ID token is not the one of this signing in")
	}
	claims, err := s.claims(ctx, p, token, id)
	if err != nil {
		return Identity{}, err
	}
	return s.read(id.Subject, claims), nil
}

// exchangeError keeps what the provider says, and nothing of the request: the
// code and the secret stay out of the log.
func exchangeError(err error) error {
	var said *oauth2.RetrieveError
	if errors.As(err, &said) {
		return fmt.Errorf("the provider refuses the code: %.100q %.300q", said.ErrorCode, said.ErrorDescription)
	}
	var sent *url.Error
	if errors.As(err, &sent) {
		return sent.Err
	}
	return err
}

// fail sends the browser to the sign-in page. The kind is that of err when it
// says one that matters to people.
func (s *SignIn) fail(c echo.Context, kind layers.Kind, err error) error {
	if errors.Is(err, context.Canceled) && c.Request().Context().Err() != nil {
		return err
	}
	var own *layers.Error
	if errors.As(err, &own) {
		switch own.Kind {
		case layers.Internal, layers.Timeout:
			return err
		case layers.Forbidden, layers.Unavailable, layers.Unauthorized:
			kind = own.Kind
		case layers.Invalid, layers.NotFound, layers.Conflict, layers.TooLarge, layers.Unsupported:
		}
	}
	s.o.Log.WarnContext(c.Request().Context(), "signing in with the identity platform failed", "problem", kind.String(), "reason", err)
	return c.Redirect(http.StatusFound, s.loginURL+"?problem="+kind.String())
}

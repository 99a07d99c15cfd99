package admin

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"wutu/layers"
	"wutu/server/auth"
	"wutu/server/openapi"
)

const mediaJSON = "application/json"

// City is what labels need of the city: *live.Catalog is one.
type City interface {
	Apply(ctx context.Context, b layers.Batch) (uint64, error)
}

// Options configures an Admin; all are required.
type Options struct {
	Gate   *auth.Gate
	City   City
	Reader layers.Reader // the city's store
	Now    func() time.Time
}

// Admin answers the addresses of administrators. Safe for concurrent use.
type Admin struct {
	o Options

	labelling sync.Mutex // one change of a layer's labels at a time
}

// New returns an Admin.
func New(o Options) *Admin { return &Admin{o: o} }

// handler answers an administrator.
type handler func(c echo.Context, in *openapi.Input, by *layers.Subject) error

// route declares an address for the administrators of some roles.
func route(method, path, id, summary string, answer any, h handler, roles ...layers.Role) openapi.Route {
	r := openapi.Route{Method: method, Path: path, ID: id, Tag: "Administration", Summary: summary,
		Answers: []openapi.Answer{{Status: http.StatusOK, Type: mediaJSON, About: summary, Of: answer}},
		Handle: func(c echo.Context, in *openapi.Input) error {
			by := auth.SubjectOf(c.Request().Context())
			if !slices.Contains(roles, by.Role) {
				return &layers.Error{Kind: layers.Forbidden, Op: "admin", Err: errors.New("this address is another administrator's")}
			}
			c.Response().Header().Set("Cache-Control", "no-store")
			return h(c, in, &by)
		}}
	return r
}

// with adds the id in the path, and a body like the value, nil for none.
func with(r openapi.Route, id bool, body any) openapi.Route {
	if id {
		r.Params = append(r.Params, openapi.Param{Name: "id", In: openapi.Path, About: "Id"})
	}
	if body != nil {
		r.Body = &openapi.Body{About: r.Summary, Types: []string{mediaJSON}, Of: body}
	}
	return r
}

// Routes declares the operations.
func (a *Admin) Routes() []openapi.Route {
	const (
		accounts = "/api/v1/admin/accounts"
		keys     = "/api/v1/admin/keys"
		policy   = "/api/v1/admin/policy"
		labels   = "/api/v1/admin/layers"
		sys, sec = layers.SysAdmin, layers.SecAdmin
	)
	put := with(route(http.MethodPut, policy, "setPolicy", "Replace the policy", auth.Policy{}, a.setPolicy, sec), false, newPolicy{})
	put.Answers[0].Headers = []string{"ETag"}
	policyNow := route(http.MethodGet, policy, "policy", "The policy", auth.Policy{}, a.policy, sec)
	policyNow.Answers[0].Headers = []string{"ETag"}
	put.Params = []openapi.Param{{Name: "If-Match", In: openapi.Header, About: "Version of the policy that is replaced"}}
	return []openapi.Route{
		route(http.MethodGet, accounts, "accounts", "Accounts", accountList{}, a.accounts, sys, sec),
		with(route(http.MethodPost, accounts, "createAccount", "Make an account", madeAccount{}, a.createAccount, sys), false, newAccount{}),
		with(route(http.MethodPatch, accounts+"/{id}", "changeAccount", "Name, move, enable or disable an account", account{}, a.changeAccount, sys), true, accountChange{}),
		with(route(http.MethodDelete, accounts+"/{id}", "closeAccount", "Disable an account for ever", account{}, a.closeAccount, sys), true, nil),
		with(route(http.MethodPost, accounts+"/{id}/unlock", "unlockAccount", "Let a locked account try again", account{}, a.unlock, sys), true, nil),
		with(route(http.MethodPost, accounts+"/{id}/reset-password", "resetPassword", "Give a new one-time password", oneTime{}, a.reset, sys), true, nil),
		with(route(http.MethodPatch, accounts+"/{id}/rights", "setRights", "Give an account rights", account{}, a.setRights, sec), true, auth.Rights{}),
		route(http.MethodGet, keys, "keys", "Keys", keyList{}, a.keys, sec),
		with(route(http.MethodPost, keys, "createKey", "Make a key", madeKey{}, a.createKey, sec), false, newKey{}),
		with(route(http.MethodDelete, keys+"/{id}", "revokeKey", "Revoke a key", revoked{}, a.revokeKey, sec), true, nil),
		policyNow,
		put,
		route(http.MethodGet, labels, "labels", "Labels of layers and fields", labelList{}, a.labels, sec),
		with(route(http.MethodPatch, labels+"/{id}", "setLabels", "Change labels of a layer", label{}, a.setLabels, sec), true, labelChange{}),
	}
}

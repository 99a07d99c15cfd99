package oidc

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"

	"wutu/layers"
)

const (
	// answerIn bounds one answer of the provider, and answerSize its bytes.
	answerIn   = 10 * time.Second
	answerSize = 1 << 20
)

// provider is the provider as its discovery document describes it.
type provider struct {
	*oidc.Provider
	verifier    *oidc.IDTokenVerifier
	namesItself bool // its answers carry iss (RFC 9207)
}

// remote finds the provider. Safe for concurrent use.
type remote struct {
	o      *Options
	client *http.Client

	turn  chan struct{} // holds one token: who has it may look at and set found
	found *provider     // nil until it answered
}

func newRemote(o *Options) *remote {
	inner := o.Client
	if inner == nil {
		inner = http.DefaultTransport
	}
	r := &remote{o: o, turn: make(chan struct{}, 1), client: &http.Client{Transport: bounded{inner}, Timeout: answerIn,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	r.turn <- struct{}{}
	return r
}

// provider asks the provider once; after a failure again.
func (r *remote) provider(ctx context.Context) (*provider, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-r.turn:
	}
	defer func() { r.turn <- struct{}{} }()
	if r.found != nil {
		return r.found, nil
	}
	// The client outlives this request: the provider keeps it for its keys.
	p, err := oidc.NewProvider(oidc.ClientContext(ctx, r.client), r.o.Issuer)
	if err != nil {
		return nil, &layers.Error{Kind: layers.Unavailable, Op: "oidc", Err: err}
	}
	var doc struct {
		JWKS        string `json:"jwks_uri"`
		NamesItself bool   `json:"authorization_response_iss_parameter_supported"`
	}
	if err := p.Claims(&doc); err != nil {
		return nil, &layers.Error{Kind: layers.Unavailable, Op: "oidc", Err: err}
	}
	for _, address := range []string{p.Endpoint().AuthURL, p.Endpoint().TokenURL, doc.JWKS} {
		if err := checkAddress("discovery", address); err != nil {
			return nil, &layers.Error{Kind: layers.Unavailable, Op: "oidc", Err: err}
		}
	}
	r.found = &provider{Provider: p, namesItself: doc.NamesItself,
		verifier: p.Verifier(&oidc.Config{ClientID: r.o.ClientID, Now: r.o.Now})}
	return r.found, nil
}

// bounded limits the size of answers.
type bounded struct{ http.RoundTripper }

// RoundTrip passes the request on; reading the answer fails beyond answerSize.
func (b bounded) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := b.RoundTripper.RoundTrip(req)
	if err == nil {
		res.Body = &boundedBody{ReadCloser: res.Body, left: answerSize}
	}
	return res, err
}

type boundedBody struct {
	io.ReadCloser
	left int
}

var errTooLong = errors.New("the provider's answer is longer than " + fmt.Sprint(answerSize) + " bytes")

func (b *boundedBody) Read(p []byte) (int, error) {
	if b.left <= 0 {
		return 0, errTooLong
	}
	n, err := b.ReadCloser.Read(p[:min(len(p), b.left)])
	b.left -= n
	return n, err
}

package oidc_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/go-jose/go-jose/v4"
)

// idp is a running provider: node-oidc-provider, which the OpenID Foundation has
// certified.
type idp struct {
	Issuer string
	Key    jose.JSONWebKey // it signs with
}

var installed = sync.OnceValue(func() error {
	dir := filepath.Join("testdata", "provider")
	if _, err := os.Stat(filepath.Join(dir, "node_modules", ".package-lock.json")); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	cmd := exec.Command("npm", "ci", "--loglevel=error")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		return errors.New(err.Error() + ": " + string(out))
	}
	return nil
})

// needProvider installs the provider, or skips where there is no npm, but not
// under CI.
func needProvider(t *testing.T) {
	t.Helper()
	if err := installed(); err != nil {
		if os.Getenv("CI") != "" || !errors.Is(err, exec.ErrNotFound) {
			t.Fatalf("the provider cannot be installed: %v", err)
		}
		t.Skip("signing in is not tested: there is no npm")
	}
}

// startIDP starts a provider that knows the callback redirect. stop ends it.
func startIDP(redirect string) (p *idp, stop func() error, err error) {
	cmd := exec.Command("node", "provider.mjs", redirect)
	cmd.Dir = filepath.Join("testdata", "provider")
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop = func() error { return errors.Join(in.Close(), cmd.Wait()) }
	line, err := bufio.NewReader(out).ReadBytes('\n')
	if err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	p = new(idp)
	if err := json.Unmarshal(line, p); err != nil {
		return nil, nil, errors.Join(err, stop())
	}
	return p, stop, nil
}

// ground is what all tests of the package stand on: one provider, and one
// address that it knows, behind which each test puts its site.
var ground struct {
	once    sync.Once
	idp     *idp
	server  *httptest.Server
	handler atomic.Value // of http.Handler
	stop    func() error
	err     error
}

func onGround(t *testing.T) {
	t.Helper()
	needProvider(t)
	ground.once.Do(func() {
		ground.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ground.handler.Load().(http.Handler).ServeHTTP(w, r)
		}))
		ground.idp, ground.stop, ground.err = startIDP(ground.server.URL + "/api/v1/session/oidc/callback")
	})
	if ground.err != nil {
		t.Fatal(ground.err)
	}
}

func TestMain(m *testing.M) {
	code := m.Run()
	if ground.stop != nil {
		ground.server.Close()
		if err := ground.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "the provider:", err)
			code = max(code, 1)
		}
	}
	os.Exit(code)
}

// forge signs claims as the provider would.
func (p *idp) forge(t *testing.T, claims map[string]any) string {
	t.Helper()
	return sign(t, jose.SigningKey{Algorithm: jose.RS256, Key: p.Key}, claims)
}

func sign(t *testing.T, key jose.SigningKey, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(key, nil)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signed, err := signer.Sign(payload)
	if err != nil {
		t.Fatal(err)
	}
	text, err := signed.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

// The flags of signing in make sense together, or one line says what is wrong.
func TestSignInFlags(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string, mode os.FileMode) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, []byte(content), mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	good := file("secret", "s3cret\n", 0o600)
	const issuer = "--oidc-issuer=https://sso.example.gov.cn"
	for _, tt := range []struct{ flags, fails string }{
		{"", ""},
		{issuer + " --oidc-client-id=wutu", ""},
		{issuer + " --oidc-client-id=wutu --oidc-client-secret-file=" + good + " --local-accounts=false --oidc-unknown=public", ""},
		{issuer, "--oidc-client-id"},
		{"--oidc-client-id=wutu", "--oidc-issuer"},
		{"--local-accounts=false", "--oidc-issuer"},
		{issuer + " --oidc-client-id=wutu --oidc-unknown=admit", "--oidc-unknown"},
		{issuer + " --oidc-client-id=wutu --oidc-client-secret-file=" + filepath.Join(dir, "none"), "no such file"},
		{issuer + " --oidc-client-id=wutu --oidc-client-secret-file=" + dir, "is not a file"},
		{issuer + " --oidc-client-id=wutu --oidc-client-secret-file=" + file("open", "s3cret", 0o644), "may be read by others"},
		{issuer + " --oidc-client-id=wutu --oidc-client-secret-file=" + file("empty", " \n", 0o600), "one line"},
		{issuer + " --oidc-client-id=wutu --oidc-client-secret-file=" + file("two", "a\nb\n", 0o600), "one line"},
		{issuer + " --oidc-client-id=wutu --oidc-client-secret-file=" + file("long", strings.Repeat("a", 5000), 0o600), "4096"},
	} {
		var f signInFlags
		set := pflag.NewFlagSet("serve", pflag.ContinueOnError)
		f.add(set)
		if err := set.Parse(strings.Fields(tt.flags)); err != nil {
			t.Fatal(err)
		}
		o, err := f.platform("https://map.example.gov.cn")
		switch {
		case tt.fails == "" && err != nil, tt.fails != "" && (err == nil || !strings.Contains(err.Error(), tt.fails)):
			t.Errorf("%s: %v", tt.flags, err)
		case err != nil && strings.Contains(err.Error(), "s3cret"):
			t.Errorf("%s: tells the secret", tt.flags)
		case err == nil && (o != nil) != strings.Contains(tt.flags, "issuer"):
			t.Errorf("%s: %+v", tt.flags, o)
		case o != nil && (o.RedirectURL != "https://map.example.gov.cn/api/v1/session/oidc/callback" || strings.Contains(tt.flags, good) && o.ClientSecret != "s3cret"):
			t.Errorf("%s: %+v", tt.flags, o)
		}
	}
}

// The platform must send browsers to an address that they can reach.
func TestCallbackAddress(t *testing.T) {
	for base, ok := range map[string]bool{"http://127.0.0.1:8080": true, "https://192.0.2.1:8443": true, "https://[::]:8443": false, "https://0.0.0.0:8443": false} {
		f := signInFlags{issuer: "https://sso.example.gov.cn", clientID: "wutu", unknown: unknownRefused, local: true}
		if o, err := f.platform(base); (err == nil) != ok || ok && o.RedirectURL != base+"/api/v1/session/oidc/callback" {
			t.Errorf("%s: %v", base, err)
		}
		f.redirect = "https://map.example.gov.cn/api/v1/session/oidc/callback"
		if o, err := f.platform(base); err != nil || o.RedirectURL != f.redirect || !f.secure() {
			t.Errorf("%s with an address of its own: %v", base, err)
		}
	}
}

package webhook

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wutu/layers"
)

func TestAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"https://hooks.example.gov.cn/a?b=c": "", "https://8.8.8.8:8443/": "", "https://[2400:3200::1]/": "",
		"http://hooks.example.gov.cn/":             "not https",
		"ftp://hooks.example.gov.cn/":              "not an https",
		"https:///a":                               "no host",
		"https:hooks.example":                      "no host",
		"https://user:word@hooks.example.gov.cn/":  "user",
		"https://hooks.example.gov.cn/#part":       "fragment",
		"https://hooks.example.gov.cn:0/":          "port",
		"https://hooks.example.gov.cn:/":           "port",
		"https://hooks.example.gov.cn:65536/":      "port",
		"https://钩子.example/":                      "ASCII",
		"https://hooks.example.gov.cn/a b":         "spaces",
		"https://hooks.example.gov.cn/\r\nX: y":    "spaces",
		"https://127.0.0.1/":                       "not public",
		"https://[::1]/":                           "not public",
		"https://[::ffff:10.1.2.3]/":               "not public",
		"https://[fe80::1%25eth0]/":                "not public",
		"https://169.254.169.254/latest/meta-data": "not public",
		"https://" + strings.Repeat("a", 2000):     "longer",
		"%":                                        "not an",
	} {
		err := checkAddress(text, false)
		if want == "" && err != nil || want != "" && (layers.KindOf(err) != layers.Invalid || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
	for _, text := range []string{"http://127.0.0.1:8080/x", "https://10.0.0.1/"} {
		if err := checkAddress(text, true); err != nil {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestPublic(t *testing.T) {
	for text, want := range map[string]bool{
		"1.1.1.1": true, "223.5.5.5": true, "2400:3200::1": true, "172.15.0.1": true, "172.32.0.1": true, "100.63.255.255": true, "11.0.0.1": true,
		"0.0.0.0": false, "0.1.2.3": false, "10.0.0.1": false, "100.64.0.1": false, "127.8.8.8": false, "169.254.0.1": false, "172.16.0.1": false, "172.31.255.255": false,
		"192.0.0.8": false, "192.168.1.1": false, "198.18.0.1": false, "198.19.255.255": false, "203.0.113.9": false, "224.0.0.1": false, "239.1.1.1": false, "240.0.0.1": false, "255.255.255.255": false,
		"::": false, "::1": false, "::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "::7f00:1": false, "64:ff9b::7f00:1": false, "2002:7f00:1::": false, "2001:0:1::": false,
		"fc00::1": false, "fd12::1": false, "fe80::1": false, "fe80::1%eth0": false, "fec0::1": false, "ff02::1": false, "2001:db8::1": false,
	} {
		if got := public(netip.MustParseAddr(text)); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

// The network itself: an address near by is refused when the connection is made,
// whatever its name is, unless it is allowed; redirections are not followed.
func TestGuardedNetwork(t *testing.T) {
	var asked atomic.Int32
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		if r.URL.Path == "/away" {
			http.Redirect(w, r, "/other", http.StatusTemporaryRedirect)
		}
	}))
	defer s.Close()
	_, port, _ := strings.Cut(strings.TrimPrefix(s.URL, "http://"), ":")
	for _, host := range []string{"127.0.0.1:", "localhost:"} {
		far := New(Options{Now: time.Now})
		if o := far.send(t.Context(), &stored{URL: "http://" + host + port + "/"}, "m", nil); o.taken() || o.why() != errNear.Error() {
			t.Errorf("%+v", o)
		}
	}
	if asked.Load() != 0 {
		t.Fatal("it was asked")
	}
	near := New(Options{Now: time.Now, Near: true})
	if o := near.send(t.Context(), &stored{URL: s.URL}, "m", nil); !o.taken() {
		t.Errorf("%+v", o)
	}
	asked.Store(0)
	if o := near.send(t.Context(), &stored{URL: s.URL + "/away"}, "m", nil); o.taken() || asked.Load() != 1 || !strings.Contains(o.why(), "not followed") {
		t.Errorf("%+v, asked %d times", o, asked.Load())
	}
}

func FuzzWish(f *testing.F) {
	f.Add("https://hooks.example.gov.cn/a", "fences/depots", "清运")
	f.Add("https://[::1]/", "fences", "")
	f.Fuzz(func(t *testing.T, address, source, title string) {
		w := wish{URL: address, Source: source, Title: title}
		kind, stream, err := w.check(false)
		if err != nil {
			if layers.KindOf(err) != layers.Invalid {
				t.Fatal(err)
			}
			return
		}
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" || kind == "" || stream == "" || len(title) > maxTitle {
			t.Fatalf("%q is taken", address)
		}
		if ip, err := netip.ParseAddr(u.Hostname()); err == nil && (ip.IsLoopback() || ip.IsPrivate() || ip.IsLinkLocalUnicast()) {
			t.Fatalf("%q is taken", address)
		}
		if _, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, http.NoBody); err != nil {
			t.Fatalf("%q is taken: %v", address, err)
		}
	})
}

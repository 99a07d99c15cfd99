package server_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wutu/geo/measure"
	"wutu/layers"

	"github.com/paulmach/orb"
)

// The shapes of GeoReport v2 as a client reads them, written from the
// specification and knowing nothing of the server.
type (
	oService struct {
		Code        string `xml:"service_code" json:"service_code"`
		Name        string `xml:"service_name" json:"service_name"`
		Description string `xml:"description" json:"description"`
		Metadata    bool   `xml:"metadata" json:"metadata"`
		Type        string `xml:"type" json:"type"`
		Keywords    string `xml:"keywords" json:"keywords"`
		Group       string `xml:"group" json:"group"`
	}
	oRequest struct {
		ID          string   `xml:"service_request_id" json:"service_request_id"`
		Token       string   `xml:"token" json:"token"`
		Status      string   `xml:"status" json:"status"`
		StatusNotes string   `xml:"status_notes" json:"status_notes"`
		ServiceName string   `xml:"service_name" json:"service_name"`
		ServiceCode string   `xml:"service_code" json:"service_code"`
		Description string   `xml:"description" json:"description"`
		Agency      string   `xml:"agency_responsible" json:"agency_responsible"`
		Notice      string   `xml:"service_notice" json:"service_notice"`
		Requested   string   `xml:"requested_datetime" json:"requested_datetime"`
		Updated     string   `xml:"updated_datetime" json:"updated_datetime"`
		Expected    string   `xml:"expected_datetime" json:"expected_datetime"`
		Address     string   `xml:"address" json:"address"`
		AddressID   string   `xml:"address_id" json:"address_id"`
		Zip         string   `xml:"zipcode" json:"zipcode"`
		Lat         *float64 `xml:"lat" json:"lat"`
		Long        *float64 `xml:"long" json:"long"`
		Media       string   `xml:"media_url" json:"media_url"`
		AccountID   string   `xml:"account_id" json:"account_id"`
		Extended    *struct {
			State   string `xml:"state" json:"state"`
			Channel string `xml:"channel" json:"channel"`
			Level   string `xml:"level" json:"level"`
		} `xml:"extended_attributes" json:"extended_attributes"`
		Notes oNotes `xml:"notes" json:"notes"`
	}
	oNote struct {
		At   string `xml:"datetime" json:"datetime"`
		Text string `xml:"description" json:"description"`
		Type string `xml:"type" json:"type"`
	}
	oNotes struct {
		List []oNote `xml:"note"`
	}
	oUpdate struct {
		ID        string `xml:"update_id" json:"update_id"`
		RequestID string `xml:"service_request_id" json:"service_request_id"`
		Status    string `xml:"status" json:"status"`
		At        string `xml:"updated_datetime" json:"updated_datetime"`
		Text      string `xml:"description" json:"description"`
		Media     string `xml:"media_url" json:"media_url"`
	}
	oError struct {
		Code int    `xml:"code" json:"code"`
		Text string `xml:"description" json:"description"`
	}
)

// UnmarshalJSON reads an array, which is what lists are in JSON.
func (n *oNotes) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &n.List) }

// open311 asks in one of the formats and reads a list of what root holds.
func open311[T any](c *city, role, method, path, format, form, root string, status int) []T {
	c.t.Helper()
	var body any
	var header []string
	if method == http.MethodPost {
		body, header = form, []string{"Content-Type", "application/x-www-form-urlencoded"}
	}
	res, text := c.call(role, method, "/open311/v2/"+strings.Replace(path, "{f}", format, 1), body, header...)
	if res.StatusCode != status {
		c.t.Fatalf("%s %s: %d, want %d: %s", method, path, res.StatusCode, status, text)
	}
	if want := map[string]string{"xml": "text/xml; charset=utf-8", "json": "application/json; charset=utf-8"}[format]; res.Header.Get("Content-Type") != want {
		c.t.Errorf("%s: content type %q, want %q", path, res.Header.Get("Content-Type"), want)
	}
	var out []T
	if format == "json" {
		if err := json.Unmarshal([]byte(text), &out); err != nil {
			c.t.Fatalf("%s: %v in %s", path, err, text)
		}
		return out
	}
	wellFormed(c.t, text)
	if !strings.HasPrefix(text, `<?xml version="1.0" encoding="utf-8"?>`) {
		c.t.Errorf("%s begins with %.60s", path, text)
	}
	d := xml.NewDecoder(strings.NewReader(text))
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return out
		}
		switch token := token.(type) {
		case xml.StartElement:
			if depth == 0 && token.Name.Local != root {
				c.t.Fatalf("%s: the root is %s, want %s", path, token.Name.Local, root)
			}
			if depth++; depth == 2 {
				var x T
				if err := d.DecodeElement(&x, &token); err != nil {
					c.t.Fatalf("%s: %v in %s", path, err, text)
				}
				out = append(out, x)
				depth--
			}
		case xml.EndElement:
			depth--
		}
	}
}

// wellFormed asks xmllint, where it is installed, beside Go's own reader.
func wellFormed(t *testing.T, text string) {
	t.Helper()
	path, err := exec.LookPath("xmllint")
	if err != nil {
		return
	}
	cmd := exec.Command(path, "--noout", "-")
	cmd.Stdin = strings.NewReader(text)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("xmllint: %v %s in %.300s", err, out, text)
	}
}

var formats = []string{"xml", "json"}

func requestsOf(c *city, role, format, query string) []oRequest {
	c.t.Helper()
	return open311[oRequest](c, role, http.MethodGet, "requests.{f}?"+query, format, "", "service_requests", 200)
}

func TestOpen311Services(t *testing.T) {
	c := newCity(t, true)
	var lists [2][]oService
	for i, f := range formats {
		lists[i] = open311[oService](c, "", http.MethodGet, "services.{f}", f, "", "services", 200)
		if len(lists[i]) < 20 {
			t.Errorf("%s: %d services", f, len(lists[i]))
		}
		for _, s := range lists[i] {
			if len(s.Code) != 4 || s.Name == "" || s.Group == "" || !s.Metadata || s.Type != "realtime" {
				t.Errorf("%s: %+v", f, s)
			}
		}
		if n := len(open311[oService](c, "", http.MethodGet, "services.{f}?lat=30.68&long=111.28", f, "", "services", 200)); n != len(lists[i]) {
			t.Errorf("in the city: %d services", n)
		}
		if n := len(open311[oService](c, "", http.MethodGet, "services.{f}?lat=40&long=116", f, "", "services", 200)); n != 0 {
			t.Errorf("elsewhere: %d services", n)
		}
		for path, status := range map[string]int{"services/9999." + f: 404, "services.{f}?jurisdiction_id=110000": 404, "services.{f}?jurisdiction_id=420500": 200,
			"services.{f}?lat=1": 400, "services.{f}?what=1": 400, "nothing.{f}": 404, "requests/nothing." + f: 404, "tokens/nothing." + f: 404,
			"requests.{f}?api_key=wrong": 403, "requests.{f}?status=done": 400, "requests.{f}?start_date=tomorrow": 400, "requests.{f}?page_size=0": 400,
			"requests.{f}?start_date=2026-01-01T00:00:00Z&end_date=2026-06-01T00:00:00Z": 400, "requests.{f}?lat=30&long=111": 400, "requests.{f}?radius=5": 400,
			"requests.{f}?bbox=1,2,3": 400, "requests.{f}?coord=mars": 400, "requests.{f}?start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z": 400} {
			if status == 200 {
				continue
			}
			errs := open311[oError](c, "", http.MethodGet, path, f, "", "errors", status)
			if len(errs) != 1 || errs[0].Code != status || errs[0].Text == "" {
				t.Errorf("%s: %+v", path, errs)
			}
		}
	}
	if !slices.Equal(lists[0], lists[1]) {
		t.Error("XML and JSON name other services")
	}
	var def struct {
		Code       string `json:"service_code"`
		Attributes []struct {
			Code, Datatype string
			Variable       *bool
			Required       *bool
			Order          int
			Values         []struct{ Key, Name string }
		}
	}
	_, text := c.call("", http.MethodGet, "/open311/v2/services/1102.json", nil)
	if err := json.Unmarshal([]byte(text), &def); err != nil || def.Code != "1102" || len(def.Attributes) == 0 {
		t.Fatalf("%v in %s", err, text)
	}
	for i, a := range def.Attributes {
		if a.Code == "" || a.Variable == nil || a.Required == nil || a.Order != i+1 || a.Datatype == "singlevaluelist" && len(a.Values) == 0 ||
			!slices.Contains([]string{"string", "number", "datetime", "text", "singlevaluelist", "multivaluelist"}, a.Datatype) {
			t.Errorf("attribute %+v", a)
		}
	}
	_, text = c.call("", http.MethodGet, "/open311/v2/discovery.json", nil)
	var discovery struct {
		Endpoints []struct {
			Specification, URL, Type string
			Formats                  []string
		}
	}
	if err := json.Unmarshal([]byte(text), &discovery); err != nil || len(discovery.Endpoints) != 1 || !strings.HasSuffix(discovery.Endpoints[0].URL, "/open311/v2") ||
		!slices.Equal(discovery.Endpoints[0].Formats, []string{"text/xml", "application/json"}) {
		t.Errorf("%v in %s", err, text)
	}
}

// A request goes in, is found by everything it can be found by, is added to, and
// shows what became of it; the person who sent it shows nowhere.
func TestOpen311RoundTrip(t *testing.T) {
	for _, f := range formats {
		c := newCity(t, true)
		p := at(0, .5, .48)
		form := url.Values{"service_code": {"1102"}, "lat": {fmt.Sprint(p[1])}, "long": {fmt.Sprint(p[0])}, "description": {"灯不亮 & <急>\x01"},
			"first_name": {"三丰"}, "last_name": {"张"}, "phone": {"13812345678"}, "email": {"zsf@example.org"}, "attribute[level]": {"urgent"}, "api_key": {c.keys["api"]}}
		sent := open311[oRequest](c, "", http.MethodPost, "requests.{f}", f, form.Encode(), "service_requests", 200)
		if len(sent) != 1 || sent[0].ID == "" || !strings.Contains(sent[0].Notice, "工作日") {
			t.Fatalf("%s: sent %+v", f, sent)
		}
		id := sent[0].ID
		if got := open311[oRequest](c, "", http.MethodGet, "tokens/"+id+"."+f, f, "", "service_requests", 200); len(got) != 1 || got[0].ID != id || got[0].Token != id {
			t.Errorf("%s: token %+v", f, got)
		}
		one := open311[oRequest](c, "planner", http.MethodGet, "requests/"+id+"."+f+"?extensions=true", f, "", "service_requests", 200)[0]
		if one.Status != "open" || one.StatusNotes != "待受理" || one.ServiceCode != "1102" || one.ServiceName != "路灯故障" || one.Agency != "路灯管理所" ||
			one.Address != "滨江大道0号" && one.Address != "滨江大道0号301室" || one.Extended.Level != "urgent" || one.Extended.Channel != "api" || len(one.Notes.List) != 1 {
			t.Errorf("%s: %+v", f, one)
		}
		if math.Abs(*one.Lat-p[1]) > 1e-7 || math.Abs(*one.Long-p[0]) > 1e-7 {
			t.Errorf("%s: at %v %v", f, *one.Lat, *one.Long)
		}
		if when, err := time.Parse(time.RFC3339, one.Requested); err != nil || !when.Equal(now()) || !strings.HasSuffix(one.Requested, "+08:00") {
			t.Errorf("%s: requested at %s", f, one.Requested)
		}
		for _, query := range []string{"", "service_request_id=" + id, "service_code=1102,0101&status=open", "start_date=2026-11-16&end_date=2026-11-16",
			fmt.Sprintf("lat=%v&long=%v&radius=1", p[1], p[0]), fmt.Sprintf("bbox=%v,%v,%v,%v", p[0]-1e-5, p[1]-1e-5, p[0]+1e-5, p[1]+1e-5),
			"updated_after=2026-11-16T10:00:00%2B08:00", "updated_after=2026-11-16T10:00:00+08:00", "jurisdiction_id=420502", "jurisdiction_id=420500"} {
			if !slices.ContainsFunc(requestsOf(c, "planner", f, query), func(r oRequest) bool { return r.ID == id }) {
				t.Errorf("%s: not found by %s", f, query)
			}
		}
		for _, query := range []string{"service_code=0101", "status=closed", "end_date=2026-11-15", "updated_after=2026-11-16T10:00:01%2B08:00", "jurisdiction_id=420503",
			fmt.Sprintf("lat=%v&long=%v&radius=1", p[1]+.01, p[0])} {
			if slices.ContainsFunc(requestsOf(c, "planner", f, query), func(r oRequest) bool { return r.ID == id }) {
				t.Errorf("%s: found by %s", f, query)
			}
		}
		update := url.Values{"service_request_id": {id}, "description": {"还是不亮"}, "update_id": {"u1"}, "status": {"OPEN"}}
		for range 2 { // the same update twice is one
			open311[oUpdate](c, "planner", http.MethodPost, "servicerequestupdates.{f}", f, update.Encode(), "service_request_updates", 200)
		}
		updates := open311[oUpdate](c, "planner", http.MethodGet, "servicerequestupdates.{f}?service_request_id="+id, f, "", "service_request_updates", 200)
		if len(updates) != 1 || updates[0].RequestID != id || !strings.Contains(updates[0].Text, "还是不亮") || updates[0].Status != "open" || updates[0].ID == "" {
			t.Errorf("%s: updates %+v", f, updates)
		}
		for _, path := range []string{"requests." + f, "requests." + f + "?extensions=true", "requests.csv", "servicerequestupdates." + f} {
			for _, role := range []string{"", "planner", "dispatcher", "supervisor", "api"} {
				_, text := c.call(role, http.MethodGet, "/open311/v2/"+path, nil)
				for _, secret := range []string{"三丰", "张", "1381234", "zsf@", "钱上报", "1390013"} {
					if strings.Contains(text, secret) {
						t.Errorf("%s tells %s who reported: %s", path, role, secret)
					}
				}
			}
		}
	}
}

func TestOpen311SendingIsChecked(t *testing.T) {
	c := newCity(t, true)
	good := url.Values{"service_code": {"1102"}, "lat": {"30.68"}, "long": {"111.28"}, "description": {"x"}}
	with := func(name, value string) string {
		v := url.Values{}
		for k, x := range good {
			v[k] = x
		}
		v[name] = []string{value}
		return v.Encode()
	}
	for form, status := range map[string]int{
		good.Encode(): 200, with("service_code", ""): 400, with("service_code", "9999"): 400, with("lat", ""): 400, with("lat", "x"): 400, with("lat", "91"): 400,
		with("description", strings.Repeat("字", 4001)): 400, with("description", strings.Repeat("字", 4000)): 200, with("attribute[level]", "huge"): 400,
		with("attribute[what]", "x"): 400, with("attribute[accuracy]", "-1"): 400, with("attribute[object]", "components/lamp-b00"): 200, with("attribute[object]", "persons/p-15-000"): 400,
		with("unknown", "x"): 400, with("jurisdiction_id", "110000"): 404, with("jurisdiction_id", "420503"): 200, with("api_key", "wrong"): 403,
		with("media_url", "https://example.org/a.jpg"): 200, with("description", "\xff"): 400,
		"service_code=1102&address_id=ad-b03&description=x": 200, "service_code=1102&address_id=nothing": 400, "service_code=1102&address_string=%E6%BB%A8%E6%B1%9F%E5%A4%A7%E9%81%933%E5%8F%B7": 200,
		"service_code=1102&address_string=zzzz": 400, "service_code=1102": 400, "service_code=1102&service_code=1102&lat=1&long=1": 400,
	} {
		res, text := c.call("", http.MethodPost, "/open311/v2/requests.json", form, "Content-Type", "application/x-www-form-urlencoded")
		if res.StatusCode != status {
			t.Errorf("%.120s: %d, want %d: %s", form, res.StatusCode, status, text)
		}
	}
	if res, _ := c.call("", http.MethodPost, "/open311/v2/requests.json", "{}"); res.StatusCode != 415 {
		t.Errorf("JSON: %d", res.StatusCode)
	}
	if res, _ := c.call("", http.MethodPost, "/open311/v2/requests.json", strings.Repeat("a", 2<<20), "Content-Type", "application/x-www-form-urlencoded"); res.StatusCode != 413 {
		t.Errorf("too long: %d", res.StatusCode)
	}
	// One of our own pictures is attached, and only one's own.
	id := c.send("planner", "image/jpeg", shot(t, 1, 111.28, 30.68), 201)["id"].(string)
	media := with("media_url", "https://city.example/api/v1/photos/"+id+"?size=full")
	if res, _ := c.call("dispatcher", http.MethodPost, "/open311/v2/requests.json", media, "Content-Type", "application/x-www-form-urlencoded"); res.StatusCode != 400 {
		t.Errorf("the picture of another: %d", res.StatusCode)
	}
	sent := open311[oRequest](c, "planner", http.MethodPost, "requests.{f}", "json", media, "service_requests", 200)
	if got := open311[oRequest](c, "dispatcher", http.MethodGet, "requests/"+sent[0].ID+".json", "json", "", "service_requests", 200); !strings.HasSuffix(got[0].Media, "/api/v1/photos/"+id) {
		t.Errorf("media_url %q", got[0].Media)
	}
	// The key stands in no log: it is taken out of the address.
	if res, _ := c.call("", http.MethodGet, "/open311/v2/requests.json?api_key="+c.keys["planner"]+"&page_size=1", nil); res.StatusCode != 200 || strings.Contains(res.Header.Get("Link"), c.keys["planner"]) {
		t.Errorf("%d, %s", res.StatusCode, res.Header.Get("Link"))
	}
	for _, role := range []string{"public", "sysadmin", "auditor"} {
		errs := open311[oError](c, role, http.MethodGet, "requests.{f}", "xml", "", "errors", 403)
		if len(errs) != 1 || errs[0].Code != 403 {
			t.Errorf("%s: %+v", role, errs)
		}
	}
}

// Whatever is asked for, the answer is what filtering all requests by hand gives,
// in both formats and in CSV, page by page.
func TestOpen311SearchesAgreeWithFiltering(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	if s := os.Getenv("WUTU_SEED"); s != "" {
		seed, _ = strconv.ParseUint(s, 10, 64)
	}
	t.Logf("WUTU_SEED=%d", seed)
	r := rand.New(rand.NewPCG(seed, 4))
	c := newCity(t, true)
	b := layers.Batch{Actor: "test", At: now()}
	states := []string{"reported", "filed", "handling", "closed", "archived", "rejected", "withdrawn", "suspended"}
	type row struct {
		id, class, state  string
		at                orb.Point
		reported, updated time.Time
	}
	var all []row
	for i := range 300 {
		x := row{id: fmt.Sprintf("20261100420502%05d", i), class: []string{"0101", "0301", "1102", "0404"}[r.IntN(4)], state: states[r.IntN(len(states))],
			at:       orb.Point{west + r.Float64()*.04, south + r.Float64()*.04},
			reported: now().Add(-time.Duration(r.IntN(200*24*3600)) * time.Second)}
		x.updated = x.reported.Add(time.Duration(r.IntN(20*24*3600)) * time.Second)
		all = append(all, x)
		b.Changes = append(b.Changes, feature("events", x.id, x.at, map[string]any{"class": x.class, "state": x.state, "reported_at": x.reported, "updated_at": x.updated, "description": "=1+1"}))
	}
	if _, err := c.live.Apply(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	open := func(s string) bool { return slices.Contains([]string{"reported", "filed", "handling", "suspended"}, s) }
	found := 0
	for range 50 {
		v, keep := url.Values{}, []func(*row) bool{}
		from, to := now().Add(-90*24*time.Hour), now()
		stamp := func(t time.Time) string {
			return t.In(time.FixedZone("", r.IntN(5)*3600*3)).Format(time.RFC3339)
		}
		updated := r.IntN(3) == 0
		if updated {
			after := now().Add(-time.Duration(r.IntN(200*24)) * time.Hour)
			v.Set("updated_after", stamp(after))
			keep = append(keep, func(x *row) bool { return !x.updated.Before(after) })
		}
		switch {
		case r.IntN(2) == 0:
			from = now().Add(-time.Duration(r.IntN(200*24)) * time.Hour)
			to = from.Add(time.Duration(r.IntN(90*24)) * time.Hour)
			v.Set("start_date", stamp(from))
			v.Set("end_date", stamp(to))
			updated = false
		case r.IntN(3) == 0 && !updated:
			to = now().Add(-time.Duration(r.IntN(150*24)) * time.Hour)
			from = to.Add(-90 * 24 * time.Hour)
			v.Set("end_date", stamp(to))
		}
		if !updated {
			keep = append(keep, func(x *row) bool { return !x.reported.Before(from) && x.reported.Before(to.Add(time.Second)) })
		}
		if r.IntN(3) == 0 {
			want := r.IntN(2) == 0
			v.Set("status", map[bool]string{true: "open", false: "closed"}[want])
			keep = append(keep, func(x *row) bool { return open(x.state) == want })
		}
		if r.IntN(3) == 0 {
			v.Set("service_code", "1102,0404")
			keep = append(keep, func(x *row) bool { return x.class == "1102" || x.class == "0404" })
		}
		if r.IntN(3) == 0 {
			p, radius := orb.Point{west + r.Float64()*.04, south + r.Float64()*.04}, float64(r.IntN(2500))
			v.Set("lat", fmt.Sprint(p[1]))
			v.Set("long", fmt.Sprint(p[0]))
			v.Set("radius", fmt.Sprint(radius))
			keep = append(keep, func(x *row) bool { return measure.Distance(x.at, p) <= radius })
		}
		if r.IntN(3) == 0 {
			w, s := west+r.Float64()*.03, south+r.Float64()*.03
			v.Set("bbox", fmt.Sprintf("%v,%v,%v,%v", w, s, w+.01, s+.01))
			keep = append(keep, func(x *row) bool { return x.at[0] >= w && x.at[0] <= w+.01 && x.at[1] >= s && x.at[1] <= s+.01 })
		}
		var want []string
		for i := range all {
			if !slices.ContainsFunc(keep, func(k func(*row) bool) bool { return !k(&all[i]) }) {
				want = append(want, all[i].id)
			}
		}
		found += len(want)
		size := 1 + r.IntN(60)
		for _, f := range []string{"xml", "json", "csv"} {
			var got []string
			for page := 1; page < 400; page++ {
				v.Set("page", fmt.Sprint(page))
				v.Set("page_size", fmt.Sprint(size))
				var ids []string
				if f == "csv" {
					_, text := c.call("planner", http.MethodGet, "/open311/v2/requests.csv?"+v.Encode(), nil)
					lines, err := csv.NewReader(strings.NewReader(text)).ReadAll()
					if err != nil {
						t.Fatalf("%v in %s", err, text)
					}
					for _, l := range lines[1:] {
						ids = append(ids, l[0])
						if slices.Contains(l, "=1+1") {
							t.Fatal("a formula for spreadsheets")
						}
					}
				} else {
					for _, x := range requestsOf(c, "planner", f, v.Encode()) {
						ids = append(ids, x.ID)
					}
				}
				got = append(got, ids...)
				if len(ids) < size {
					break
				}
			}
			got = slices.DeleteFunc(got, func(id string) bool { return id == "2026111542050200001" }) // the city's own
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%s %s: %d requests, want %d", f, v.Encode(), len(got), len(want))
			}
		}
	}
	if found < 80 {
		t.Errorf("only %d hits: the questions are too narrow", found)
	}
}

package server_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// documented is what the tests of examples read of the document.
type documented struct {
	Paths map[string]map[string]struct {
		ID          string `json:"operationId"`
		Summary     string `json:"summary"`
		Chinese     string `json:"x-summary-zh"`
		Parameters  []documentedParam
		RequestBody *struct {
			Content map[string]struct{ Example json.RawMessage }
		}
		Responses map[string]struct {
			Content map[string]struct{ Schema json.RawMessage }
		}
	}
}

type documentedParam struct {
	Name, In  string
	Required  bool
	Example   any
	ExampleAt *struct{ Href, Pointer string } `json:"x-example-at"`
}

func (c *city) documented() *documented {
	c.t.Helper()
	_, text := c.call("", "GET", "/openapi.json", nil)
	out := &documented{}
	if err := json.Unmarshal([]byte(text), out); err != nil {
		c.t.Fatal(err)
	}
	return out
}

// Whoever sends a question as the document has it filled in gets an answer: of every
// address that reads, and of those that ask by a body.
func TestExamplesWork(t *testing.T) {
	c := newCity(t, true)
	// What a city without history, watches or pictures has nothing of says so.
	asks := map[string]bool{"within": true, "stats": true, "nearShape": true, "corridor": true, "report": true}
	tried := 0
	for path, item := range c.documented().Paths {
		for method, o := range item {
			if method != "get" && !asks[o.ID] || o.ID == "stream" || o.ID == "auditFile" {
				continue
			}
			address, query, open := path, url.Values{}, false
			for _, p := range o.Parameters {
				value := ""
				switch {
				case p.ExampleAt != nil:
					value = c.pointed(p.ExampleAt.Href, p.ExampleAt.Pointer)
					open = open || value == "" // the city has none
				case p.Example != nil:
					value = fmt.Sprint(p.Example)
				case p.Required:
					if o.ID == "photo" { // ids are sums of what was sent
						open = true
						continue
					}
					t.Errorf("%s %s: %s must be given and has no example", method, path, p.Name)
				}
				switch {
				case p.In == "path":
					address = strings.ReplaceAll(address, "{"+p.Name+"}", value)
				case p.In == "query" && value != "":
					query.Set(p.Name, value)
				}
			}
			if open {
				continue
			}
			if len(query) > 0 {
				address += "?" + query.Encode()
			}
			var body any
			if o.RequestBody != nil {
				body = string(o.RequestBody.Content["application/json"].Example)
			}
			tried++
			if status, text := c.asAnybody(strings.ToUpper(method), address, body); status >= 400 && status != 401 && status != 403 && !strings.Contains(text, "/problems/unsupported") {
				t.Errorf("%s %s %v: %d %.300s", method, address, body, status, text)
			}
		}
	}
	if tried < 60 {
		t.Errorf("only %d examples were tried", tried)
	}
}

// pointed is the value at a JSON pointer of what an address answers, "" for none.
func (c *city) pointed(href, pointer string) string {
	for _, role := range []string{"", "planner", "sysadmin", "secadmin"} {
		res, text := c.call(role, "GET", href, nil)
		var at any
		if res.StatusCode != http.StatusOK || json.Unmarshal([]byte(text), &at) != nil {
			continue
		}
		for part := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
			switch v := at.(type) {
			case map[string]any:
				at = v[part]
			case []any:
				at = nil
				if len(v) > 0 {
					at = v[0]
				}
			}
		}
		if at != nil {
			return fmt.Sprint(at)
		}
	}
	return ""
}

// asAnybody asks as every role until one is answered well.
func (c *city) asAnybody(method, address string, body any) (int, string) {
	status, text := 0, ""
	for _, role := range []string{"", "planner", "dispatcher", "supervisor"} {
		res, answer := c.call(role, method, address, body)
		if status, text = res.StatusCode, answer; status < 400 {
			break
		}
	}
	return status, text
}

// Every operation is named in both languages, and every JSON answer has a shape.
func TestDocumentIsComplete(t *testing.T) {
	c := newCity(t, true)
	for path, item := range c.documented().Paths {
		for method, o := range item {
			if o.ID == "" {
				continue
			}
			if o.Chinese == "" {
				t.Errorf("%s %s (%s) has no summary in Chinese", method, path, o.ID)
			}
			for status, r := range o.Responses {
				for media, content := range r.Content {
					if strings.Contains(media, "json") && !strings.Contains(media, "jsonl") && !strings.Contains(media, "seq") && bytes.Equal(bytes.TrimSpace(content.Schema), []byte("{}")) {
						t.Errorf("%s %s answers %s with any %s", method, path, status, media)
					}
				}
			}
		}
	}
}

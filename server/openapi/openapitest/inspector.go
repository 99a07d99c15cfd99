package openapitest

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// Inspector compares what passes with one document.
type Inspector struct {
	doc        map[string]any
	operations []operation
	compiler   *jsonschema.Compiler
	most       int

	mu      sync.Mutex
	schemas map[string]*jsonschema.Schema // by place in the document
	seen    map[string]int                // "GET /ogc 200" to how often
}

// operation is one operation of the document.
type operation struct {
	method   string
	path     string
	segments []string
	at       string // JSON pointer
	node     map[string]any
}

const resource = "https://document.invalid/openapi.json"

// New reads an OpenAPI 3.1 document. The bodies of the first most answers of every
// operation and status are judged, the heads of all; 0 judges every body.
func New(document []byte, most int) (*Inspector, error) {
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		return nil, err
	}
	doc, _ := parsed.(map[string]any)
	i := &Inspector{doc: doc, compiler: jsonschema.NewCompiler(), most: most, schemas: map[string]*jsonschema.Schema{}, seen: map[string]int{}}
	i.compiler.AssertFormat()
	if err := i.compiler.AddResource(resource, parsed); err != nil {
		return nil, err
	}
	paths, _ := doc["paths"].(map[string]any)
	for path, item := range paths {
		for method, node := range item.(map[string]any) {
			if op, ok := node.(map[string]any); ok && op["responses"] != nil {
				i.operations = append(i.operations, operation{method: strings.ToUpper(method), path: path, segments: strings.Split(path, "/"),
					at: "/paths/" + escape(path) + "/" + method, node: op})
			}
		}
	}
	// A fixed segment beats a parameter.
	slices.SortFunc(i.operations, func(a, b operation) int {
		return strings.Compare(strings.ReplaceAll(a.path, "{", "\x7f")+a.method, strings.ReplaceAll(b.path, "{", "\x7f")+b.method)
	})
	return i, nil
}

func escape(s string) string {
	return strings.NewReplacer("~", "~0", "/", "~1", "%", "%25", "{", "%7B", "}", "%7D", " ", "%20", `"`, "%22").Replace(s)
}

// find returns the operation of a request, nil for none.
func (i *Inspector) find(method, path string) *operation {
	if method == http.MethodHead {
		method = http.MethodGet
	}
	parts := strings.Split(path, "/")
	for n := range i.operations {
		if o := &i.operations[n]; o.method == method && o.matches(parts) {
			return o
		}
	}
	return nil
}

func (o *operation) matches(parts []string) bool {
	if len(parts) != len(o.segments) {
		return false
	}
	for n, s := range o.segments {
		before, rest, param := strings.Cut(s, "{")
		if !param {
			if s != parts[n] {
				return false
			}
			continue
		}
		_, suffix, _ := strings.Cut(rest, "}")
		if !strings.HasPrefix(parts[n], before) || !strings.HasSuffix(parts[n], suffix) || len(parts[n]) <= len(before)+len(suffix) {
			return false
		}
	}
	return true
}

// Exchange is a request with its answer.
type Exchange struct {
	Method, Path string
	Sent         []byte // body of the request, nil when it was not kept
	SentType     string
	Status       int
	Header       http.Header
	Body         []byte
	Whole        bool // Body is all of it
}

// checkedHeaders are the headers of answers that must be declared.
var checkedHeaders = [...]string{"Etag", "Location", "Link", "Content-Crs", "Retry-After", "Ogc-Numbermatched", "Ogc-Numberreturned",
	"Preference-Applied", "Content-Disposition", "Last-Modified", "Www-Authenticate", "Allow", "Accept-Post", "Accept-Patch"}

// Judge says what in an exchange is not as the document has it, "" for nothing.
// Requests of addresses that are no operation are none of its business.
func (i *Inspector) Judge(x *Exchange) string {
	o := i.find(x.Method, x.Path)
	if o == nil || x.Status == http.StatusMethodNotAllowed || x.Status == 0 {
		return ""
	}
	status := strconv.Itoa(x.Status)
	name := o.method + " " + o.path + " " + status
	where := func(format string, args ...any) string {
		return fmt.Sprintf("%s %s answered %s: %s: %.600q", x.Method, x.Path, status, fmt.Sprintf(format, args...), x.Body)
	}
	responses := o.node["responses"].(map[string]any)
	res, at := i.resolve(responses[status], o.at+"/responses/"+status)
	if res == nil && x.Status >= http.StatusBadRequest && responses[strconv.Itoa(http.StatusInternalServerError)] == nil { // fails in a way of its own
		res, at = i.resolve(responses["default"], o.at+"/responses/default")
	}
	if res == nil {
		return where("the document of %s %s does not know this status", o.method, o.path)
	}
	declared, _ := res["headers"].(map[string]any)
	for _, h := range checkedHeaders {
		if len(x.Header[h]) > 0 && !hasFold(declared, h) {
			return where("header %s is not declared", h)
		}
	}
	i.mu.Lock()
	i.seen[name]++
	count := i.seen[name]
	i.mu.Unlock()
	content, _ := res["content"].(map[string]any)
	media := x.Header.Get("Content-Type")
	if x.Method == http.MethodHead || x.Status == http.StatusNotModified || len(x.Body) == 0 && (content == nil || media == "" && x.Method != http.MethodGet) {
		return ""
	}
	key := mediaOf(content, media)
	if key == "" {
		return where("media type %q is not declared", media)
	}
	if i.most > 0 && count > i.most || !x.Whole || !strings.Contains(media, "json") || strings.Contains(media, "jsonl") || strings.Contains(media, "json-seq") {
		return ""
	}
	body := x.Body
	if x.Header.Get("Content-Encoding") == "gzip" {
		z, err := gzip.NewReader(bytes.NewReader(body))
		if err == nil {
			body, err = io.ReadAll(z)
		}
		if err != nil {
			return where("is not gzip: %v", err)
		}
	}
	if err := i.valid(at+"/content/"+escape(key)+"/schema", body); err != nil {
		return where("does not fit its schema: %v", err)
	}
	if x.Sent != nil && x.Status < 300 {
		return i.judgeSent(o, x)
	}
	return ""
}

func (i *Inspector) judgeSent(o *operation, x *Exchange) string {
	body, _ := o.node["requestBody"].(map[string]any)
	if body == nil || !strings.Contains(x.SentType, "json") || strings.Contains(x.SentType, "ndjson") {
		return ""
	}
	content, _ := body["content"].(map[string]any)
	key := mediaOf(content, x.SentType)
	if key == "" {
		return fmt.Sprintf("%s %s took %q, which is not declared", x.Method, x.Path, x.SentType)
	}
	if err := i.valid(o.at+"/requestBody/content/"+escape(key)+"/schema", x.Sent); err != nil {
		return fmt.Sprintf("%s %s took a body that does not fit its schema: %v: %.600s", x.Method, x.Path, err, x.Sent)
	}
	return ""
}

// resolve follows a reference within the document.
func (i *Inspector) resolve(node any, at string) (map[string]any, string) {
	m, _ := node.(map[string]any)
	ref, _ := m["$ref"].(string)
	if ref == "" {
		return m, at
	}
	at = strings.TrimPrefix(ref, "#")
	var to any = i.doc
	for part := range strings.SplitSeq(strings.TrimPrefix(at, "/"), "/") {
		m, _ := to.(map[string]any)
		to = m[part]
	}
	m, _ = to.(map[string]any)
	return m, at
}

func (i *Inspector) valid(at string, body []byte) error {
	i.mu.Lock()
	s := i.schemas[at]
	if s == nil {
		var err error
		if s, err = i.compiler.Compile(resource + "#" + at); err != nil {
			i.mu.Unlock()
			return err
		}
		i.schemas[at] = s
	}
	i.mu.Unlock()
	v, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	return s.Validate(v)
}

// mediaOf is the declared media type that a Content-Type is of, "" for none.
func mediaOf(content map[string]any, media string) string {
	base, params, err := mime.ParseMediaType(media)
	if err != nil {
		return ""
	}
	found := ""
	for key := range content {
		b, p, err := mime.ParseMediaType(key)
		if err != nil || b != base {
			continue
		}
		if v, ok := p["version"]; ok && v != params["version"] {
			continue
		}
		found = max(found, key)
	}
	return found
}

func hasFold(m map[string]any, name string) bool {
	for k := range m {
		if strings.EqualFold(k, name) {
			return true
		}
	}
	return false
}

// Unseen lists the operations of which no answer below 400 has passed, in order.
func (i *Inspector) Unseen() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	var out []string
	for n := range i.operations {
		o := &i.operations[n]
		name := o.method + " " + o.path
		found := false
		for s := range i.seen {
			status, _ := strings.CutPrefix(s, name+" ")
			found = found || len(status) == 3 && status < "400"
		}
		if !found {
			out = append(out, name)
		}
	}
	return out
}

// Operations lists the operations of the document, "GET /ogc".
func (i *Inspector) Operations() []string {
	out := make([]string, len(i.operations))
	for n, o := range i.operations {
		out[n] = o.method + " " + o.path
	}
	return out
}

package server_test

import (
	"crypto/sha256"
	"flag"
	"fmt"
	"net/http"
	"os"
	"slices"
	"sync"
	"testing"

	"wutu/layers"
	"wutu/server"
	"wutu/server/openapi"
	"wutu/server/openapi/openapitest"
)

// inspection holds every answer of every server of these tests against its document.
type inspection struct {
	mu sync.Mutex
	by map[[32]byte]*openapitest.Inspector       // by document
	of map[*server.Server]*openapitest.Inspector // of servers
}

var inspectors = inspection{by: map[[32]byte]*openapitest.Inspector{}, of: map[*server.Server]*openapitest.Inspector{}}

// bodiesJudged is how many bodies of an operation and status are judged, in all tests
// together: those of the leakage tests are thousands of a kind.
const bodiesJudged = 300

// inspected is the handler of a server under inspection: what an answer has that the
// document does not say fails the test.
func inspected(t *testing.T, s *server.Server) http.Handler {
	t.Helper()
	i, err := inspectors.inspector(s)
	if err != nil {
		t.Fatal(err)
	}
	return i.Wrap(s.Handler(), func(text string) {
		if t.Context().Err() == nil { // the test may be over
			t.Error(text)
		}
	})
}

// inspector is that of a server; servers with the same document share one.
func (n *inspection) inspector(s *server.Server) (*openapitest.Inspector, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if i := n.of[s]; i != nil {
		return i, nil
	}
	doc, err := openapi.DescribeStrictly(openapi.Info{Title: layers.Title{EN: "wutu"}}, s.Routes())
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(doc)
	if n.by[sum] == nil {
		if n.by[sum], err = openapitest.New(doc, bodiesJudged); err != nil {
			return nil, err
		}
	}
	n.of[s] = n.by[sum]
	return n.of[s], nil
}

// TestMain fails when the tests, all of them, have not met a good answer of every
// operation: the document of what nobody asked is not proven.
func TestMain(m *testing.M) {
	code := m.Run()
	if code == 0 && flag.Lookup("test.run").Value.String() == "" && flag.Lookup("test.list").Value.String() == "" && len(inspectors.by) > 0 {
		if unseen := inspectors.unseen(); len(unseen) > 0 {
			fmt.Println("no test has had a good answer of:")
			for _, name := range unseen {
				fmt.Println("  " + name)
			}
			code = 1
		}
	}
	os.Exit(code)
}

// unseen lists the operations that no server that has them has answered well.
func (n *inspection) unseen() []string {
	n.mu.Lock()
	defer n.mu.Unlock()
	answered := map[string]bool{}
	for _, i := range n.by {
		unseen := i.Unseen()
		for _, name := range i.Operations() {
			answered[name] = answered[name] || !slices.Contains(unseen, name)
		}
	}
	var out []string
	for name, ok := range answered {
		if !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

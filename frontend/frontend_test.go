package frontend_test

import (
	"io/fs"
	"strings"
	"testing"

	"wutu/frontend"
)

func TestRootHasIndex(t *testing.T) {
	b, err := fs.ReadFile(frontend.FS(), "index.html")
	if err != nil {
		t.Fatalf("no index.html (built=%v): %v", frontend.Built, err)
	}
	page := string(b)
	if !strings.Contains(page, "<html lang=\"zh-CN\">") {
		t.Errorf("index.html does not declare its language:\n%s", page)
	}
	for _, outside := range []string{"http://", "https://", "src=\"//"} {
		if strings.Contains(page, outside) {
			t.Errorf("index.html names an outside address (%s)", outside)
		}
	}
}

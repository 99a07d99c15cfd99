package event

import (
	"bytes"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "rewrite LIFE.md")

func TestLifeIsDocumented(t *testing.T) {
	if *update {
		if err := os.WriteFile("LIFE.md", Document(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile("LIFE.md")
	if err != nil || !bytes.Equal(have, Document()) {
		t.Errorf("LIFE.md is not the table (go test ./layers/event -update rewrites it): %v", err)
	}
}

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// The tree is the architecture: these tests fail when it is left. Paths are
// relative to the repository root.

const root = "../.."

// topLevel is everything that may stand at the top of the repository, besides
// dot-files.
var topLevel = []string{"cmd", "geo", "layers", "tiles", "data", "server", "frontend",
	"go.mod", "go.sum", "README.md", "LICENSE", "CHANGELOG.md", "Makefile"}

// ignored is made by the project's own commands and kept out of version control.
var ignored = []string{"bin", "city", "city.keys"}

// mayImport lists for each tree the trees of this module it may import; every
// tree may import itself.
var mayImport = map[string][]string{
	"geo":      {},
	"layers":   {"geo"},
	"tiles":    {"layers", "geo"},
	"data":     {"layers", "geo"},
	"server":   {"tiles", "layers", "geo"},
	"frontend": {},
	"cmd":      {"frontend", "server", "data", "tiles", "layers", "geo"},
}

// onlyIn lists third-party modules that one part of the tree keeps to itself.
var onlyIn = map[string][]string{
	"github.com/labstack/echo":      {"wutu/server"},
	"github.com/uber/h3-go":         {"wutu/geo/hexgrid"},
	"github.com/tidwall/rtree":      {"wutu/geo/index"},
	"github.com/mattn/go-sqlite3":   {"wutu/data"},
	"github.com/jackc/pgx":          {"wutu/data"},
	"github.com/twpayne/go-geom":    {"wutu/data"},
	"github.com/paulmach/osm":       {"wutu/data/osm"},
	"github.com/spf13/cobra":        {"wutu/cmd"},
	"github.com/prometheus":         {"wutu/server"},
	"github.com/getkin/kin-openapi": {"wutu/server"},
	"github.com/emmansun/gmsm":      {"wutu/layers/keyring"},
	"golang.org/x/crypto":           {"wutu/layers/keyring"},
	"github.com/coreos/go-oidc":     {"wutu/server/auth/oidc"},
	"golang.org/x/oauth2":           {"wutu/server/auth/oidc"},
}

// forbiddenNames say nothing about what a package is for.
var forbiddenNames = []string{"util", "utils", "common", "helper", "helpers", "misc", "base", "shared", "lib", "tools"}

func TestTopLevelIsTheArchitecture(t *testing.T) {
	entries, err := os.ReadDir(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		name := e.Name()
		if !strings.HasPrefix(name, ".") && !slices.Contains(topLevel, name) && !slices.Contains(ignored, name) {
			t.Errorf("%s does not belong at the top level; it holds %s and dot-files", name, strings.Join(topLevel, " "))
		}
	}
}

// listed is what `go list -json` says of a package.
type listed struct {
	ImportPath, Name, Dir              string
	GoFiles                            []string
	Imports, TestImports, XTestImports []string
	Doc                                string
}

func listPackages(t *testing.T) []listed {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Name,Dir,GoFiles,Imports,TestImports,XTestImports,Doc", "./...")
	cmd.Dir = root
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	var pkgs []listed
	for dec := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return pkgs
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
}

func TestImportsGoOneWay(t *testing.T) {
	for _, p := range listPackages(t) {
		tree := treeOf(p.ImportPath)
		allowed, known := mayImport[tree]
		if !known {
			t.Errorf("%s is in no known tree", p.ImportPath)
			continue
		}
		for _, imp := range p.Imports {
			if to := treeOf(imp); to != "" && to != tree && !slices.Contains(allowed, to) {
				t.Errorf("%s imports %s: %s may import only %v", p.ImportPath, imp, tree, allowed)
			}
		}
	}
}

func TestThirdPartyCodeStaysWhereItBelongs(t *testing.T) {
	for _, p := range listPackages(t) {
		for _, imp := range p.Imports {
			for module, places := range onlyIn {
				if !within(imp, module) {
					continue
				}
				if !slices.ContainsFunc(places, func(place string) bool { return within(p.ImportPath, place) }) {
					t.Errorf("%s imports %s, which only %v may", p.ImportPath, imp, places)
				}
			}
		}
	}
}

func TestPackagesSayWhatTheyAreFor(t *testing.T) {
	for _, p := range listPackages(t) {
		if slices.Contains(forbiddenNames, p.Name) || slices.Contains(forbiddenNames, filepath.Base(p.Dir)) {
			t.Errorf("package %s: its name says nothing about what it is for", p.ImportPath)
		}
		if len(p.GoFiles) == 0 {
			continue
		}
		if p.Doc == "" {
			t.Errorf("package %s has no package comment", p.ImportPath)
		}
		if !slices.Contains(p.GoFiles, "doc.go") {
			t.Errorf("package %s has no doc.go", p.ImportPath)
		}
	}
}

// maxFileLines is where a file has certainly more than one idea. Generated code
// does not exist here; tables of data are named data_*.go or *_data.go.
const maxFileLines = 700

func TestFilesStaySmall(t *testing.T) {
	for _, tree := range []string{"cmd", "geo", "layers", "tiles", "data", "server", "frontend"} {
		err := filepath.WalkDir(filepath.Join(root, tree), func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return err
			}
			name := d.Name()
			if d.IsDir() && (name == "node_modules" || name == "dist" || name == "testdata") {
				return filepath.SkipDir
			}
			if d.IsDir() || !slices.Contains([]string{".go", ".ts", ".vue"}, filepath.Ext(name)) || strings.Contains(name, "data_") || strings.HasSuffix(name, "_data.go") ||
				strings.HasSuffix(path, "frontend/src/api/schema.ts") { // made from the API document
				return nil
			}
			src, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			if n := bytes.Count(src, []byte("\n")); n > maxFileLines {
				t.Errorf("%s has %d lines, at most %d", path, n, maxFileLines)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

// treeOf returns the first folder of a package of this module, "" for others.
func treeOf(importPath string) string {
	rest, ok := strings.CutPrefix(importPath, "wutu/")
	if !ok {
		return ""
	}
	tree, _, _ := strings.Cut(rest, "/")
	return tree
}

// within reports whether path is prefix or lies below it.
func within(path, prefix string) bool {
	return path == prefix || strings.HasPrefix(path, prefix+"/")
}

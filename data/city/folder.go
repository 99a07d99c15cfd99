package city

import (
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// File is the name of the GeoPackage in a city's folder, Photos that of the
// folder of pictures, Snapshot that of the file from which a server starts, which
// can be made anew and is no part of a backup.
const (
	File     = "city.gpkg"
	Photos   = "photos"
	Snapshot = "live.snapshot"
)

// Path returns the path of the GeoPackage of the city in dir.
func Path(dir string) string { return filepath.Join(dir, File) }

// belongs reports whether an entry of the folder is part of the city, apart from
// the GeoPackage itself.
func belongs(name string) bool {
	return !strings.HasPrefix(name, ".") && name != File && !strings.HasPrefix(name, File+"-") && !strings.HasPrefix(name, Snapshot)
}

// files lists the regular files of the folder besides the GeoPackage, as
// slash-separated paths in order. Links are not followed.
func files(dir string) ([]string, error) {
	var out []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		switch {
		case !belongs(d.Name()):
			if d.IsDir() {
				return fs.SkipDir
			}
		case d.Type().IsRegular():
			rel, err := filepath.Rel(dir, path)
			if err != nil {
				return err
			}
			out = append(out, filepath.ToSlash(rel))
		}
		return nil
	})
	slices.Sort(out)
	return out, err
}

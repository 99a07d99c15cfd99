package gpkg

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"wutu/layers"
)

// scripts holds the migrations, named NNNN_words.sql from 0001 without gaps.
//
//go:embed migrations/*.sql
var scripts embed.FS

// migrationPast is the migration after which the truth of old versions, which no
// script can work out, is filled in.
const migrationPast = 4

// applicationID is "GPKG", the mark of a GeoPackage in the SQLite header.
const applicationID = 0x47504B47

func migrations() ([]fs.DirEntry, error) { return scripts.ReadDir("migrations") }

// refuse is an error about the file itself.
func refuse(kind layers.Kind, path, format string, args ...any) error {
	return &layers.Error{Kind: kind, Op: "gpkg.Open", At: path, Err: fmt.Errorf(format, args...)}
}

// inspect looks at the file's first bytes before SQLite touches it, and reports
// whether there is anything in it.
func inspect(path string) (exists bool, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, refuse(layers.Unavailable, path, "%w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return false, refuse(layers.Unavailable, path, "%w", err)
	case info.IsDir():
		return false, refuse(layers.Invalid, path, "is a folder, not a GeoPackage")
	case info.Size() == 0:
		return false, nil
	}
	head := make([]byte, 16)
	if n, err := f.Read(head); err != nil || string(head[:n]) != "SQLite format 3\x00" {
		return false, refuse(layers.Invalid, path, "is not a GeoPackage: it does not start as an SQLite database")
	}
	return true, nil
}

// migrate brings the file to the newest version this program knows, in one
// transaction. Files that are not ours, or newer, are refused untouched.
func migrate(c *conn, path string) error {
	list, err := migrations()
	if err != nil {
		return err
	}
	if done, err := version(c, path, len(list)); err != nil || done == len(list) {
		return err
	}
	if _, err := c.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	if err := runMigrations(c, path, list); err != nil {
		_, undo := c.exec("ROLLBACK")
		return errors.Join(err, undo)
	}
	_, err = c.exec("COMMIT")
	return err
}

func runMigrations(c *conn, path string, list []fs.DirEntry) error {
	done, err := version(c, path, len(list)) // again: another process may have been faster
	if err != nil {
		return err
	}
	for i, entry := range list[done:] {
		text, err := scripts.ReadFile("migrations/" + entry.Name())
		if err != nil {
			return err
		}
		if err := c.script(string(text)); err != nil {
			return fmt.Errorf("migration %s: %w", entry.Name(), err)
		}
		if done+i+1 == migrationPast {
			if err := fillPast(c); err != nil {
				return fmt.Errorf("migration %s: %w", entry.Name(), err)
			}
		}
		name := strings.TrimSuffix(entry.Name(), ".sql")
		if _, err := c.exec("INSERT INTO wutu_migrations (n, name) VALUES (?, ?)", int64(done+i+1), name); err != nil {
			return err
		}
	}
	return nil
}

// version returns the number of migrations the file has seen, 0 for an empty
// file.
func version(c *conn, path string, known int) (int, error) {
	tables, err := c.number("SELECT count(*) FROM sqlite_master")
	if err != nil || tables == 0 {
		return 0, err
	}
	ours, err := c.number("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'wutu_migrations'")
	if err != nil {
		return 0, err
	}
	if ours == 0 {
		id, err := c.number("PRAGMA application_id")
		if err != nil {
			return 0, err
		}
		if id == applicationID {
			return 0, refuse(layers.Invalid, path, "is a GeoPackage of another program, not a city of wutu; import its layers instead")
		}
		return 0, refuse(layers.Invalid, path, "is an SQLite database of another program, not a city of wutu")
	}
	done, err := c.number("SELECT max(n) FROM wutu_migrations")
	if err != nil {
		return 0, err
	}
	if done > int64(known) {
		return 0, refuse(layers.Unsupported, path, "was written by a newer version of wutu: it has format %d, this program knows %d", done, known)
	}
	return int(done), nil
}

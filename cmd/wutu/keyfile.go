package main

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/keyring"
)

// keysEnv names the key file where --keys does not.
const keysEnv = "WUTU_KEYS"

// keyFile is the path of the city's keys: what --keys or WUTU_KEYS say, else the
// file beside the city's folder. It never lies in the folder, of which backups
// and copies are made.
func (p *program) keyFile() (string, error) {
	path := p.keys
	if path == "" {
		path = os.Getenv(keysEnv)
	}
	dir, err := filepath.Abs(p.dir)
	if err != nil {
		return "", err
	}
	if path == "" {
		if short := filepath.Clean(p.dir); filepath.Base(short) == filepath.Base(dir) {
			return short + ".keys", nil
		}
		return dir + ".keys", nil
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if strings.HasPrefix(abs, dir+string(filepath.Separator)) {
		return "", fmt.Errorf("the key file %s lies in the city's folder %s: whoever copies the folder would have both", path, p.dir)
	}
	return path, nil
}

// ring loads the city's keys. When there is no key file it makes one, or
// returns nil if make is not set; a city that is sealed already needs the file
// it was sealed with.
func (p *program) ring(make bool) (*keyring.Ring, error) {
	path, err := p.keyFile()
	if err != nil {
		return nil, err
	}
	ring, err := keyring.Load(path)
	if layers.KindOf(err) == layers.NotFound {
		if ring, err = p.ringElsewhere(); ring != nil {
			return ring, err
		}
		if err = p.needsNoKeys(path); err != nil || !make {
			return nil, err
		}
		ring, err = p.newRing(path, keyring.Standard)
	}
	if err == nil {
		p.leaveKeyPath(path)
	}
	return ring, err
}

// keyPathFile is the name of the file in the city's folder that says where its
// keys are: a copy of the folder, and a city restored from a backup, finds them
// on the same machine. It holds no secret.
const keyPathFile = "keys.path"

// ringElsewhere loads the keys of a city that was copied or restored from where
// they were. It returns nil when they are not there, or are not those the city is
// sealed with.
func (p *program) ringElsewhere() (*keyring.Ring, error) {
	if p.keys != "" || os.Getenv(keysEnv) != "" {
		return nil, nil // what is named is meant
	}
	path, err := os.ReadFile(filepath.Join(p.dir, keyPathFile))
	if err != nil || len(path) > 4096 {
		return nil, nil
	}
	sealed, err := gpkg.SealedWith(p.file())
	if err != nil || len(sealed) == 0 {
		return nil, err
	}
	ring, err := keyring.Load(strings.TrimSpace(string(path)))
	if err != nil {
		return nil, nil // told by needsNoKeys
	}
	for _, id := range sealed {
		if !ring.Has(id) {
			return nil, nil
		}
	}
	return ring, nil
}

// leaveKeyPath writes down where the keys are. A folder that cannot be written, or
// is not there yet, does without.
func (p *program) leaveKeyPath(path string) {
	abs, err := filepath.Abs(path)
	if err != nil {
		return
	}
	file, text := filepath.Join(p.dir, keyPathFile), []byte(abs+"\n")
	if was, err := os.ReadFile(file); err == nil && string(was) == string(text) {
		return
	}
	_ = os.WriteFile(file, text, 0o644) // a help, not a need
}

// needsNoKeys fails when the city was sealed with keys that are not at path.
func (p *program) needsNoKeys(path string) error {
	sealed, err := gpkg.SealedWith(p.file())
	if err != nil || len(sealed) == 0 {
		return err
	}
	return fmt.Errorf("the personal values of the city in %s are sealed with the key %s, and there is no key file %s: put it there, or name it with --keys or %s",
		p.dir, sealed[len(sealed)-1], path, keysEnv)
}

// newRing makes a key file. One that another process has made in the meantime is
// taken instead.
func (p *program) newRing(path string, suite keyring.Suite) (*keyring.Ring, error) {
	ring, err := keyring.New(suite, now(), rand.Reader)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return nil, err
	}
	if err := ring.Save(path); err != nil {
		if other, loadErr := keyring.Load(path); layers.KindOf(err) == layers.Conflict && loadErr == nil {
			return other, nil
		}
		return nil, err
	}
	if !p.asJSON {
		fmt.Fprintf(p.stderr, "made the key file %s: keep a copy of it apart from the city, whose personal values nobody can read without it\n", path)
	}
	return ring, nil
}

// openFile reports a key file that others than its owner may read.
func openFile(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return fmt.Errorf("the key file %s can be read by others (mode %04o): chmod 600", path, mode)
	}
	return nil
}

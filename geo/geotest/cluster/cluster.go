package cluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// ErrMissing is what Start answers where PostgreSQL or PostGIS is not installed.
var ErrMissing = errors.New("PostgreSQL with PostGIS is not installed (Debian: postgresql-postgis)")

// Cluster is a running cluster. Its methods may be called from any goroutine.
type Cluster struct {
	Version string // of PostgreSQL, such as "15"
	bin     string
	dir     string
	as      *syscall.SysProcAttr // PostgreSQL refuses to run as root
}

// Start makes a cluster in a new folder of the system's temporary one and starts
// it with PostGIS in database postgres; settings, such as "shared_buffers=1GB",
// come on top of: no durability, no JIT, no network. The error is ErrMissing where
// the packages are missing. Whoever starts a cluster stops it. About a second.
func Start(ctx context.Context, settings ...string) (*Cluster, error) {
	controls, _ := filepath.Glob("/usr/share/postgresql/*/extension/postgis.control")
	if len(controls) == 0 {
		return nil, ErrMissing
	}
	c := &Cluster{Version: filepath.Base(filepath.Dir(filepath.Dir(slices.Max(controls))))}
	c.bin = filepath.Join("/usr/lib/postgresql", c.Version, "bin")
	if _, err := os.Stat(filepath.Join(c.bin, "initdb")); err != nil {
		return nil, ErrMissing
	}
	var err error
	if c.dir, err = os.MkdirTemp("", "pg"); err != nil { // short: a socket's path is
		return nil, err
	}
	if err := c.start(ctx, settings); err != nil {
		return nil, errors.Join(err, c.Stop())
	}
	return c, nil
}

func (c *Cluster) start(ctx context.Context, settings []string) error {
	if os.Geteuid() == 0 {
		u, err := user.Lookup("postgres")
		if err != nil {
			return err
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		c.as = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}}
		if err := os.Chown(c.dir, uid, gid); err != nil {
			return err
		}
	}
	options := "-c listen_addresses='' -c unix_socket_directories=" + c.dir
	for _, s := range append([]string{"fsync=off", "full_page_writes=off", "synchronous_commit=off", "jit=off"}, settings...) {
		options += " -c " + s
	}
	for _, args := range [][]string{
		{"initdb", "-D", c.dir + "/data", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"},
		{"pg_ctl", "-D", c.dir + "/data", "-w", "-l", c.dir + "/log", "-o", options, "start"},
	} {
		if out, err := c.Command(ctx, args[0], args[1:]...).CombinedOutput(); err != nil {
			return fmt.Errorf("%s: %w\n%s", args[0], err, out)
		}
	}
	_, err := c.Query(ctx, "CREATE EXTENSION postgis")
	return err
}

// Stop ends the cluster and removes its folder.
func (c *Cluster) Stop() error {
	_ = c.Command(context.Background(), "pg_ctl", "-D", c.dir+"/data", "-m", "immediate", "-w", "stop").Run()
	return os.RemoveAll(c.dir)
}

// Dir is the cluster's folder, which its user may write and which holds the
// socket. It goes with the cluster.
func (c *Cluster) Dir() string { return c.dir }

// Command is a program of PostgreSQL, run as the cluster's user in its folder.
func (c *Cluster) Command(ctx context.Context, name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(c.bin, name), args...)
	cmd.Dir, cmd.SysProcAttr = c.dir, c.as
	return cmd
}

// Query runs a script and returns its rows, fields with a tab between, null as
// nothing. The error holds what psql said.
func (c *Cluster) Query(ctx context.Context, script string) ([]string, error) {
	cmd := c.psql(ctx, "-f", "-")
	cmd.Stdin = strings.NewReader(script)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return nil, fmt.Errorf("psql: %w\n%s", err, errs.String())
	}
	if out.Len() == 0 {
		return nil, nil
	}
	return strings.Split(strings.TrimSuffix(out.String(), "\n"), "\n"), nil
}

// Copy fills a table from rows in the text format of COPY.
func (c *Cluster) Copy(ctx context.Context, table string, rows io.Reader) error {
	return c.copy(ctx, table, "", rows)
}

// CopyCSV fills a table from CSV with a head.
func (c *Cluster) CopyCSV(ctx context.Context, table string, rows io.Reader) error {
	return c.copy(ctx, table, " CSV HEADER", rows)
}

func (c *Cluster) copy(ctx context.Context, table, format string, rows io.Reader) error {
	cmd := c.psql(ctx, "-c", `\copy `+table+` FROM pstdin`+format)
	cmd.Stdin = rows
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("copy into %s: %w\n%s", table, err, out)
	}
	return nil
}

func (c *Cluster) psql(ctx context.Context, args ...string) *exec.Cmd {
	return c.Command(ctx, "psql", append([]string{"-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", c.dir, "-U", "postgres", "-d", "postgres"}, args...)...)
}

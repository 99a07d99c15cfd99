package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// The test binary is the program itself when this variable is set: so tests can
// start it as a process of its own, and kill it.
const actAsProgram = "WUTU_TEST_RUN"

func TestMain(m *testing.M) {
	if os.Getenv(actAsProgram) != "" {
		main()
		return
	}
	code := m.Run()
	if small.dir != "" {
		os.RemoveAll(small.dir)
	}
	os.Exit(code)
}

// process is the program with args, not yet started.
func process(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, os.Args[0], args...)
	cmd.Env = append(os.Environ(), actAsProgram+"=1")
	return cmd
}

// run executes the command line in this process and returns its exit code and
// what it wrote.
func run(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	p := program{stdout: &out, stderr: &errs, args: args}
	code = p.run(t.Context())
	return code, out.String(), errs.String()
}

// mustRun is run for commands that must succeed.
func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	code, out, errs := run(t, args...)
	if code != 0 {
		t.Fatalf("wutu %s: exit %d\n%s%s", strings.Join(args, " "), code, out, errs)
	}
	return out
}

// lastJSON decodes the last line of out.
func lastJSON(t *testing.T, out string, into any) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), into); err != nil {
		t.Fatalf("%v in %q", err, lines[len(lines)-1])
	}
}

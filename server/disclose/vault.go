package disclose

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"wutu/layers"
	"wutu/layers/keyring"
)

// chunk is how much of a file is sealed at a time, in bytes.
const chunk = 64 << 10

// vault seals what is written to it, so that no file with personal data lies in
// the city's folder in the clear: one sealed line a chunk, each bound to its
// request and place, the last one marked.
type vault struct {
	keys *keyring.Ring
	id   string
	out  *bufio.Writer
	held []byte // not sealed yet, at most chunk
	n    int
}

func newVault(keys *keyring.Ring, id string, out io.Writer) *vault {
	return &vault{keys: keys, id: id, out: bufio.NewWriter(out), held: make([]byte, 0, chunk)}
}

// Write seals b as chunks fill.
func (v *vault) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		if len(v.held) == chunk {
			if err := v.seal(false); err != nil {
				return len(b) - len(rest), err
			}
		}
		n := min(chunk-len(v.held), len(rest))
		v.held = append(v.held, rest[:n]...)
		rest = rest[n:]
	}
	return len(b), nil
}

// Close seals what is left.
func (v *vault) Close() error {
	if err := v.seal(true); err != nil {
		return err
	}
	return v.out.Flush()
}

func (v *vault) seal(last bool) error {
	text, err := v.keys.Seal(place(v.id, v.n, last), v.held)
	if err != nil {
		return err
	}
	v.n, v.held = v.n+1, v.held[:0]
	_, err = v.out.WriteString(text + "\n")
	return err
}

func place(id string, n int, last bool) string {
	if last {
		return fmt.Sprintf("export/%s/%d/last", id, n)
	}
	return fmt.Sprintf("export/%s/%d", id, n)
}

// unseal writes to w what a vault sealed into r. A part that was changed, moved or
// cut off is Internal; what came before it has been written.
func unseal(keys *keyring.Ring, id string, r io.Reader, w io.Writer) error {
	in := bufio.NewScanner(r)
	in.Buffer(nil, 4*chunk)
	fail := func(err error) error {
		return &layers.Error{Kind: layers.Internal, Op: "export", ID: id, Err: err}
	}
	more := in.Scan()
	for n := 0; more; n++ {
		text := in.Text()
		more = in.Scan()
		b, err := keys.Open(place(id, n, !more), text)
		if err != nil {
			return fail(err)
		}
		if _, err := w.Write(b); err != nil {
			return err // the client left
		}
		if !more {
			return in.Err()
		}
	}
	return fail(errors.Join(errors.New("the file is empty"), in.Err()))
}

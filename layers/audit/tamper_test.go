package audit

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"wutu/layers/keyring"
)

// records takes a file apart.
func records(t testing.TB, file []byte) []*record {
	t.Helper()
	var out []*record
	for b := range bytes.Lines(file) {
		r, err := newEncoder().decode(bytes.TrimSuffix(b, []byte("\n")))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, r)
	}
	return out
}

// join puts a file together again.
func join(t testing.TB, list []*record) []byte {
	t.Helper()
	var out []byte
	e := newEncoder()
	for _, r := range list {
		b, err := e.encode(r)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, b...)
	}
	return out
}

// edits is every field of a line with a way to change it.
var edits = map[string]func(l *lineDoc){
	"n":        func(l *lineDoc) { l.N += 1000000 },
	"n less":   func(l *lineDoc) { l.N -= min(l.N, 2) },
	"rule":     func(l *lineDoc) { l.Rule = map[Rule]Rule{SHA256: SM3, SM3: SHA256}[l.Rule] },
	"no rule":  func(l *lineDoc) { l.Rule = "md5" },
	"old rule": func(l *lineDoc) { l.Rule = First },
	"at":       func(l *lineDoc) { l.At = strings.Replace(l.At, "2026", "2025", 1) },
	"no time":  func(l *lineDoc) { l.At = "yesterday" },
	"actor":    func(l *lineDoc) { l.Actor += "x" },
	"role":     func(l *lineDoc) { l.Role = "sysadmin" },
	"from":     func(l *lineDoc) { l.From += "1" },
	"action":   func(l *lineDoc) { l.Action = "other" },
	"remove":   func(l *lineDoc) { l.Action, l.Object = ActionRemove, "audit/lines/1-3" },
	"object":   func(l *lineDoc) { l.Object = "" },
	"filter":   func(l *lineDoc) { l.Filter += " " },
	"rows":     func(l *lineDoc) { l.Rows++ },
	"negative": func(l *lineDoc) { l.Rows = -1 - l.Rows },
	"result":   func(l *lineDoc) { l.Result = "excused" },
	"purpose":  func(l *lineDoc) { l.Purpose += "!" },
	"detail":   func(l *lineDoc) { l.Detail += "{}" },
	"salt":     func(l *lineDoc) { l.Salt = append(slices.Clone(l.Salt), 1) },
	"chain":    func(l *lineDoc) { l.Chain = slices.Clone(l.Chain); l.Chain[3] ^= 1 },
	"shift":    func(l *lineDoc) { l.Actor, l.Role = l.Actor+l.Role[:1], l.Role[1:] }, // the same letters
	"both":     func(l *lineDoc) { l.Chain = slices.Clone(l.Chain); l.Chain[0] ^= 1; l.Actor += "y" },
}

// trial is a file with the places of its lines.
type trial struct {
	list  []*record
	lines []int // positions of lines in list
	r     *rand.Rand
}

func (x *trial) line(i int) *lineDoc { return x.list[x.lines[i]].Line }

// change replaces a line by a copy that f has changed.
func (x *trial) change(i int, f func(*lineDoc)) {
	l := *x.line(i)
	f(&l)
	x.list[x.lines[i]] = &record{Line: &l}
}

func (x *trial) swap(i, j int) {
	a, b := x.lines[i], x.lines[j]
	x.list[a], x.list[b] = x.list[b], x.list[a]
}

// rechain computes the chain of lines i to j anew.
func (x *trial) rechain(i, j int) {
	for ; i <= j; i++ {
		var before []byte
		if i > 0 {
			before = x.line(i - 1).Chain
		}
		x.change(i, func(d *lineDoc) {
			l, err := d.line()
			if err != nil {
				panic(err)
			}
			d.Chain = Chain(before, l)
		})
	}
}

// covering returns the seal that covers line n, nil for none.
func (x *trial) covering(n uint64) *sealDoc {
	for _, r := range x.list {
		if r.Seal != nil && r.Seal.First <= n && n <= r.Seal.Last {
			return r.Seal
		}
	}
	return nil
}

func (x *trial) remove(keep func(*record) bool) {
	x.list = slices.DeleteFunc(x.list, func(r *record) bool { return !keep(r) })
}

// tamperings change a file and return the lines that must be named. With exact
// set no other line may be.
var tamperings = []struct {
	name string
	do   func(x *trial) (named []uint64, exact bool)
}{
	{"two edits", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines) - 1)
		x.change(i, edits["filter"])
		x.change(i+1, edits["rows"])
		return []uint64{x.line(i).N, x.line(i + 1).N}, true
	}},
	{"edits far apart", func(x *trial) ([]uint64, bool) {
		var out []uint64
		for i := 0; i < len(x.lines); i += 1 + x.r.IntN(9) {
			x.change(i, edits["actor"])
			out = append(out, x.line(i).N)
		}
		return out, true
	}},
	{"delete", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines))
		n := x.line(i).N
		x.list = slices.Delete(x.list, x.lines[i], x.lines[i]+1)
		return []uint64{n}, true
	}},
	{"delete several", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines))
		j := min(i+x.r.IntN(5), len(x.lines)-1)
		first, last := x.line(i).N, x.line(j).N
		x.remove(func(r *record) bool { return r.Line == nil || r.Line.N < first || r.Line.N > last })
		return []uint64{first}, false
	}},
	{"delete and edit elsewhere", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines))
		j := (i + 2 + x.r.IntN(len(x.lines)-3)) % len(x.lines)
		if j == i+1 || i == j {
			j = i
		}
		n, m := x.line(i).N, x.line(j).N
		if i == j {
			m = n
		}
		x.change(j, edits["purpose"])
		x.remove(func(r *record) bool { return r.Line == nil || r.Line.N != n })
		return []uint64{n, m}, true
	}},
	{"insert", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines))
		l := *x.line(i)
		l.N, l.Actor = uint64(len(x.lines))+100, "forged"
		x.list = slices.Insert(x.list, x.lines[i], &record{Line: &l})
		return []uint64{l.N}, true
	}},
	{"duplicate", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines))
		x.list = slices.Insert(x.list, x.lines[i], x.list[x.lines[i]])
		return []uint64{x.line(i).N}, true
	}},
	{"duplicate elsewhere", func(x *trial) ([]uint64, bool) {
		i, j := x.r.IntN(len(x.lines)), x.r.IntN(len(x.lines))
		n := x.line(i).N
		x.list = slices.Insert(x.list, x.lines[j], x.list[x.lines[i]])
		return []uint64{n}, true
	}},
	{"swap", func(x *trial) ([]uint64, bool) {
		i, j := x.r.IntN(len(x.lines)), x.r.IntN(len(x.lines))
		if i == j {
			j = (i + 1) % len(x.lines)
		}
		if i > j {
			i, j = j, i
		}
		n, m := x.line(i).N, x.line(j).N
		x.swap(i, j)
		if j == i+1 { // one of the two was moved: which one, nobody can tell
			return []uint64{m}, false
		}
		return []uint64{n, m}, true
	}},
	{"swap but the numbers", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines) - 1)
		j := i + 1 + x.r.IntN(len(x.lines)-i-1)
		n, m := x.line(i).N, x.line(j).N
		x.swap(i, j)
		x.change(i, func(l *lineDoc) { l.N = n })
		x.change(j, func(l *lineDoc) { l.N = m })
		return []uint64{n, m}, false
	}},
	{"move a block", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines) - 3)
		n := x.line(i).N
		block := x.list[x.lines[i]]
		x.list = slices.Delete(x.list, x.lines[i], x.lines[i]+1)
		at := x.lines[len(x.lines)-1]
		x.list = slices.Insert(x.list, at, block)
		return []uint64{n}, true
	}},
	{"reverse", func(x *trial) ([]uint64, bool) {
		for i, j := 0, len(x.lines)-1; i < j; i, j = i+1, j-1 {
			x.swap(i, j)
		}
		return nil, false
	}},
	{"cut the file", func(x *trial) ([]uint64, bool) {
		at := 1 + x.r.IntN(len(x.list)-1)
		n := uint64(len(x.lines)) + 1
		for _, r := range x.list[at:] {
			if r.Line != nil {
				n = r.Line.N
				break
			}
		}
		x.list = x.list[:at]
		return []uint64{n}, false
	}},
	{"cut lines at the end", func(x *trial) ([]uint64, bool) {
		n := x.line(x.r.IntN(len(x.lines))).N
		x.remove(func(r *record) bool { return r.Line == nil || r.Line.N < n })
		return []uint64{n}, false
	}},
	{"cut lines and seals at the end", func(x *trial) ([]uint64, bool) {
		n := x.line(x.r.IntN(len(x.lines))).N
		x.remove(func(r *record) bool { return (r.Line == nil || r.Line.N < n) && (r.Seal == nil || r.Seal.Last < n) })
		return []uint64{n}, false
	}},
	{"edit and chain anew", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines))
		n := x.line(i).N
		x.change(i, edits["filter"])
		x.rechain(i, len(x.lines)-1)
		return []uint64{x.first(n)}, true
	}},
	{"edit and chain anew up to the seal", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines))
		n := x.line(i).N
		x.change(i, edits["rows"])
		last := len(x.lines) - 1
		if s := x.covering(n); s != nil {
			last = int(s.Last) - 1
		}
		x.rechain(i, last)
		return []uint64{x.first(n)}, true
	}},
	{"delete, number and chain anew", func(x *trial) ([]uint64, bool) {
		i := x.r.IntN(len(x.lines) - 1)
		n := x.line(i).N
		for j := i; j < len(x.lines)-1; j++ {
			next := *x.line(j + 1)
			next.N--
			x.list[x.lines[j]] = &record{Line: &next}
		}
		at := x.lines[len(x.lines)-1]
		x.list = slices.Delete(x.list, at, at+1)
		x.rechain(i, len(x.lines)-2)
		// The lines before the end, or the last seal, are too few: which is missing, nobody can tell.
		if s := x.covering(n); s == nil || s.Last == uint64(len(x.lines)) {
			return []uint64{uint64(len(x.lines))}, true
		}
		return []uint64{x.first(n)}, false
	}},
	{"cut out a sealed day", func(x *trial) ([]uint64, bool) {
		s := x.someSeal()
		x.remove(func(r *record) bool {
			return (r.Line == nil || r.Line.N < s.First || r.Line.N > s.Last) && (r.Seal == nil || r.Seal.K != s.K)
		})
		return []uint64{s.First}, false
	}},
	{"cut out a day, leave its seal", func(x *trial) ([]uint64, bool) {
		s := x.someSeal()
		x.remove(func(r *record) bool { return r.Line == nil || r.Line.N < s.First || r.Line.N > s.Last })
		return []uint64{s.First}, true
	}},
	{"cut out a seal", func(x *trial) ([]uint64, bool) {
		s := x.someSeal()
		x.remove(func(r *record) bool { return r.Seal != s })
		return nil, false
	}},
	{"edit a seal", func(x *trial) ([]uint64, bool) {
		s := x.someSeal()
		c := *s
		switch x.r.IntN(8) {
		case 0:
			c.Day = "2020-01-01"
		case 1:
			c.Chain = bytes.Repeat([]byte{1}, 32)
		case 2:
			c.Before = bytes.Repeat([]byte{1}, 32)
		case 3:
			c.Signature.Sig = bytes.Repeat([]byte{1}, 64)
		case 4:
			c.Signature.KeyID = "00000000"
		case 5:
			c.K += 7
		case 6:
			c.First += 1 << 40
		case 7:
			c.Last += 1 << 40
		}
		x.list[slices.IndexFunc(x.list, func(r *record) bool { return r.Seal == s })] = &record{Seal: &c}
		return nil, false
	}},
	{"move a seal", func(x *trial) ([]uint64, bool) {
		s := x.someSeal()
		i := slices.IndexFunc(x.list, func(r *record) bool { return r.Seal == s })
		x.list[i], x.list[i-1] = x.list[i-1], x.list[i]
		return nil, false
	}},
	{"another header", func(x *trial) ([]uint64, bool) {
		h := *x.list[0].Header
		h.City = "别市"
		x.list[0] = &record{Header: &h}
		return nil, false
	}},
	{"a part", func(x *trial) ([]uint64, bool) {
		h := *x.list[0].Header
		l := x.line(0)
		h.Part, h.First, h.Before = true, l.N+1, l.Chain
		x.list[0] = &record{Header: &h}
		x.list = slices.Delete(x.list, x.lines[0], x.lines[0]+1)
		return nil, false
	}},
	{"a line behind the end", func(x *trial) ([]uint64, bool) {
		l := *x.line(len(x.lines) - 1)
		l.N++
		x.list = append(x.list, &record{Line: &l})
		return nil, false
	}},
	{"a second header", func(x *trial) ([]uint64, bool) {
		x.list = slices.Insert(x.list, 1+x.r.IntN(len(x.list)-1), x.list[0])
		return nil, false
	}},
}

// first is the line from which on something may have been changed when the chain
// of line n was made anew.
func (x *trial) first(n uint64) uint64 {
	if s := x.covering(n); s != nil {
		return s.First
	}
	first := uint64(1)
	for _, r := range x.list {
		if r.Seal != nil {
			first = r.Seal.Last + 1
		}
	}
	return first
}

func (x *trial) someSeal() *sealDoc {
	var all []*sealDoc
	for _, r := range x.list {
		if r.Seal != nil {
			all = append(all, r.Seal)
		}
	}
	return all[x.r.IntN(len(all))]
}

func newTrial(t *testing.T, r *rand.Rand, file []byte) *trial {
	x := &trial{list: records(t, file), r: r}
	for i, rec := range x.list {
		if rec.Line != nil {
			x.lines = append(x.lines, i)
		}
	}
	return x
}

// Every kind of tampering with random trails is found, and the right line named.
func TestTamperingIsNamed(t *testing.T) {
	r := seeded(t)
	for _, suite := range keyring.Suites() {
		ring := newRing(t, suite)
		rounds := 40
		if suite == keyring.GM {
			rounds = 5
		}
		for range rounds {
			b := randomBook(t, r, ring, 3+r.IntN(4), 12)
			file := write(t, b, ring, Extract{})
			judge := func(name string, x *trial, named []uint64, exact bool) {
				t.Helper()
				got := verify(t, join(t, x.list), ring.Publics()...)
				if len(got.Problems) == 0 {
					t.Fatalf("%s %s of %v: not found", suite, name, named)
				}
				for _, n := range named {
					if !slices.ContainsFunc(got.Problems, func(p Problem) bool { return p.N == n }) {
						t.Fatalf("%s %s: line %d is not named among %v (%d lines)", suite, name, n, got.Problems, len(b.lines))
					}
				}
				for _, p := range got.Problems {
					if exact && !slices.Contains(named, p.N) {
						t.Fatalf("%s %s of %v: also names %v (%d lines)", suite, name, named, got.Problems, len(b.lines))
					}
				}
			}
			for name, edit := range edits {
				x := newTrial(t, r, file)
				i := r.IntN(len(x.lines))
				n := x.line(i).N
				x.change(i, edit)
				number := strings.HasPrefix(name, "n") && strings.TrimSuffix(name, " less") == "n"
				judge("edit of "+name, x, []uint64{n}, !number && name != "both")
			}
			for _, c := range tamperings {
				x := newTrial(t, r, file)
				named, exact := c.do(x)
				judge(c.name, x, named, exact)
			}
		}
	}
}

// Whoever has no key cannot make a file that a pinned key admits, nor change any
// byte of one.
func TestForgedFile(t *testing.T) {
	r := seeded(t)
	ring, other := newRing(t, keyring.Standard), newRing(t, keyring.Standard)
	b := randomBook(t, r, ring, 4, 10)
	forged := &book{rule: b.rule}
	for _, l := range b.lines {
		forged.add(l.AuditLine, l.Salt)
	}
	if _, err := SealDays(t.Context(), forged, other, nil, firstDay.AddDate(0, 1, 0), firstDay.Location()); err != nil {
		t.Fatal(err)
	}
	file := write(t, forged, other, Extract{})
	if got := verify(t, file); len(got.Problems) > 0 || !slices.Equal(got.Signers, []string{other.Public().KeyID}) {
		t.Errorf("a file that fits its own key: %+v", got)
	}
	if got := verify(t, file, ring.Publics()...); len(got.Problems) == 0 {
		t.Error("a file that somebody else has signed verifies with a pinned key")
	}
}

func TestEveryByteCounts(t *testing.T) {
	r := seeded(t)
	ring := newRing(t, keyring.Standard)
	file := write(t, randomBook(t, r, ring, 2, 3), ring, Extract{})
	check := func(what string, bad []byte) {
		t.Helper()
		got, err := Verify(t.Context(), bytes.NewReader(bad), nil)
		if err == nil && len(got.Problems) == 0 {
			t.Errorf("%s is not found", what)
		}
	}
	for i := range file {
		bad := slices.Clone(file)
		bad[i] ^= byte(1 + r.IntN(255))
		check(fmt.Sprintf("another byte %d, %q for %q", i, bad[i], file[i]), bad)
		if i < len(file)-1 { // the last line feed
			check(fmt.Sprintf("byte %d less: %q", i, file[max(i-20, 0):i+1]), slices.Delete(slices.Clone(file), i, i+1))
			check(fmt.Sprintf("a file of %d bytes", i), file[:i])
		}
	}
}

package track

import (
	"encoding/binary"
	"fmt"
	"slices"

	"wutu/layers"
)

// MaxChunk bounds the fixes of one object in one hour: ten a second.
const MaxChunk = 36_000

// Versions of what is written.
const (
	chunkVersion = 1
	blockVersion = 2
)

// parts are the numbers a fix is made of, one column each.
const parts = 6

// columns splits fixes.
func appendFixes(b []byte, fixes []Fix) []byte {
	numbers, scratch := make([]int64, len(fixes)), make([]uint64, 0, len(fixes))
	for part := range parts {
		for i := range fixes {
			numbers[i] = fixes[i].part(part)
		}
		b, scratch = appendColumn(b, numbers, scratch)
	}
	return b
}

func (f *Fix) part(i int) int64 {
	switch i {
	case 0:
		return f.T
	case 1:
		return int64(f.X)
	case 2:
		return int64(f.Y)
	case 3:
		return int64(f.Acc)
	case 4:
		return int64(f.Speed)
	}
	return int64(f.Heading)
}

// set is the inverse of part; false for a number that no fix has.
func (f *Fix) set(i int, n int64) bool {
	small := n >= 0 && n <= maxTenths+1
	switch i {
	case 0:
		f.T = n
		return true
	case 1:
		f.X = int32(n)
		return n >= -180*perDegree && n <= 180*perDegree
	case 2:
		f.Y = int32(n)
		return n >= -90*perDegree && n <= 90*perDegree
	case 3:
		f.Acc = uint16(n)
	case 4:
		f.Speed = uint16(n)
	default:
		f.Heading = uint16(n)
		return n >= 0 && n <= 3600
	}
	return small
}

func readFixes(b []byte, n int) ([]Fix, []byte, error) {
	out, numbers := make([]Fix, n), make([]int64, n)
	for part := range parts {
		var err error
		if b, err = readColumn(b, numbers); err != nil {
			return nil, nil, err
		}
		for i, x := range numbers {
			if !out[i].set(part, x) {
				return nil, nil, errColumn
			}
		}
	}
	return out, b, nil
}

// AppendChunk appends fixes of one object in order of time, at most MaxChunk.
func AppendChunk(b []byte, fixes []Fix) []byte {
	b = binary.AppendUvarint(append(b, chunkVersion), uint64(len(fixes)))
	return appendFixes(b, fixes)
}

// ReadChunk is the inverse of AppendChunk. The error is Internal.
func ReadChunk(b []byte) ([]Fix, error) {
	n, b, err := header(b, chunkVersion, MaxChunk)
	if err != nil {
		return nil, damaged(err)
	}
	out, rest, err := readFixes(b, n)
	if err == nil && len(rest) > 0 {
		err = fmt.Errorf("%d bytes follow the fixes", len(rest))
	}
	for i := 1; err == nil && i < len(out); i++ {
		if out[i].T <= out[i-1].T {
			err = errColumn
		}
	}
	if err != nil {
		return nil, damaged(err)
	}
	return out, nil
}

func damaged(err error) error {
	return &layers.Error{Kind: layers.Internal, Op: "track", Err: err}
}

// header reads the version and a number of at most most. A packed fix may take no
// more than a few bits: the number is bounded by what is behind it.
func header(b []byte, version byte, most int) (int, []byte, error) {
	if len(b) == 0 || b[0] != version {
		return 0, nil, fmt.Errorf("is not of version %d", version)
	}
	n, size := binary.Uvarint(b[1:])
	if size <= 0 || n > uint64(most) || n > packRun*uint64(len(b)) {
		return 0, nil, errColumn
	}
	return int(n), b[1+size:], nil
}

// Merge joins two lists of fixes in order of time. Of two at one time the one of
// first stays. The result may share memory with the lists.
func Merge(first, second []Fix) []Fix {
	switch {
	case len(second) == 0:
		return first
	case len(first) == 0:
		return second
	case first[len(first)-1].T < second[0].T:
		return append(slices.Clip(first), second...)
	}
	out := make([]Fix, 0, len(first)+len(second))
	for len(first) > 0 && len(second) > 0 {
		switch a, b := first[0], second[0]; {
		case a.T < b.T:
			out, first = append(out, a), first[1:]
		case b.T < a.T:
			out, second = append(out, b), second[1:]
		default:
			out, first, second = append(out, a), first[1:], second[1:]
		}
	}
	return append(append(out, first...), second...)
}

// cut is the part of fixes, in order of time, from from to to, both inclusive, in
// milliseconds. It shares their memory.
func cut(fixes []Fix, from, to int64) []Fix {
	lo, _ := slices.BinarySearchFunc(fixes, from, compareTime)
	hi, found := slices.BinarySearchFunc(fixes, to, compareTime)
	if found {
		hi++
	}
	return fixes[lo:max(lo, hi)]
}

func compareTime(f Fix, t int64) int {
	switch {
	case f.T < t:
		return -1
	case f.T > t:
		return 1
	}
	return 0
}

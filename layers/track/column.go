package track

import (
	"encoding/binary"
	"errors"
	"math/bits"
)

// A column is a run of whole numbers, kept as differences: of the numbers (order 0
// and 1) or of the differences (order 2), whichever takes less. Differences are packed
// by runs of packRun with as many bits as the largest of the run takes, so a column
// that does not change costs one byte for packRun numbers, and noise what it weighs.
const packRun = 32

var errColumn = errors.New("a column of fixes is damaged")

// appendColumn appends numbers. scratch is working memory, which is returned.
func appendColumn(b []byte, numbers []int64, scratch []uint64) ([]byte, []uint64) {
	best, least := 0, -1
	for order := range 3 {
		scratch = differences(numbers, order, scratch)
		size := 0
		for at := 0; at < len(scratch); at += packRun {
			run := scratch[at:min(at+packRun, len(scratch))]
			size += 1 + (width(run)*len(run)+7)/8
		}
		if least < 0 || size < least {
			best, least = order, size
		}
	}
	scratch = differences(numbers, best, scratch)
	b = append(b, byte(best))
	for at := 0; at < len(scratch); at += packRun {
		b = appendRun(b, scratch[at:min(at+packRun, len(scratch))])
	}
	return b, scratch
}

// differences are the numbers' zigzag differences of an order.
func differences(numbers []int64, order int, out []uint64) []uint64 {
	out = out[:0]
	var last, step int64
	for _, n := range numbers {
		d := n
		if order > 0 {
			d = n - last
			if order > 1 {
				d, step = d-step, n-last
			}
		}
		last = n
		out = append(out, uint64(d)<<1^uint64(d>>63))
	}
	return out
}

func width(run []uint64) int {
	var all uint64
	for _, u := range run {
		all |= u
	}
	return bits.Len64(all)
}

// appendRun packs numbers, the lowest bits first.
func appendRun(b []byte, run []uint64) []byte {
	w := width(run)
	b = append(b, byte(w))
	var acc uint64
	n := 0
	for _, u := range run {
		acc |= u << n
		if n+w >= 64 {
			b = binary.LittleEndian.AppendUint64(b, acc)
			acc, n = u>>(64-n), n+w-64 // a shift by 64 is 0
			continue
		}
		n += w
	}
	for ; n > 0; n -= 8 {
		b = append(b, byte(acc))
		acc >>= 8
	}
	return b
}

// readColumn reads len(numbers) numbers and returns the rest of b.
func readColumn(b []byte, numbers []int64) ([]byte, error) {
	if len(b) == 0 || b[0] > 2 {
		return nil, errColumn
	}
	order := b[0]
	b = b[1:]
	var last, step int64
	for at := 0; at < len(numbers); at += packRun {
		run := numbers[at:min(at+packRun, len(numbers))]
		if len(b) == 0 || b[0] > 64 {
			return nil, errColumn
		}
		w := int(b[0])
		size := (w*len(run) + 7) / 8
		if len(b) < 1+size {
			return nil, errColumn
		}
		packed := b[1:] // reading on past the run does no harm
		b = b[1+size:]
		for i := range run {
			u := bitsAt(packed, i*w, w)
			d := int64(u>>1) ^ -int64(u&1)
			switch order {
			case 0:
				last = d
			case 1:
				last += d
			default:
				step += d
				last += step
			}
			run[i] = last
		}
	}
	return b, nil
}

// bitsAt reads w bits from the bit at on.
func bitsAt(b []byte, at, w int) uint64 {
	from, shift := at/8, at%8
	if from+8 <= len(b) && shift+w <= 64 {
		return binary.LittleEndian.Uint64(b[from:]) >> shift & (1<<w - 1)
	}
	var word [9]byte
	copy(word[:], b[from:min(from+9, len(b))])
	u := binary.LittleEndian.Uint64(word[:8])>>shift | uint64(word[8])<<(64-shift)
	return u & (1<<w - 1)
}

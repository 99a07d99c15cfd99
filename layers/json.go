package layers

import (
	"math"
	"strconv"
	"unicode/utf8"
)

// PlainJSON reports whether s is a JSON string as it stands, between quotes: valid
// UTF-8 in which nothing must be escaped. O(bytes), eight at a time while they are
// ASCII.
func PlainJSON(s string) bool {
	const ones, high = 0x0101010101010101, 0x8080808080808080
	all := uint64(0)
	i := 0
	for ; i+8 <= len(s); i += 8 {
		p := s[i : i+8] // one load of a word
		w := uint64(p[0]) | uint64(p[1])<<8 | uint64(p[2])<<16 | uint64(p[3])<<24 | uint64(p[4])<<32 | uint64(p[5])<<40 | uint64(p[6])<<48 | uint64(p[7])<<56
		quote, slash := w^(ones*'"'), w^(ones*'\\')
		// A byte is zero when subtracting one borrows into a high bit it did not have.
		// The borrow may reach the next byte too, but never where no byte is zero.
		low := (w - ones*0x20) &^ w
		if (low|(quote-ones)&^quote|(slash-ones)&^slash)&high != 0 {
			return false
		}
		all |= w
	}
	rest := byte(0)
	for ; i < len(s); i++ {
		c := s[i]
		if c < 0x20 || c == '"' || c == '\\' {
			return false
		}
		rest |= c
	}
	return all&high|uint64(rest)&0x80 == 0 || utf8.ValidString(s)
}

// appendInstant appends an instant, microseconds since 1970, as RFC 3339 text in
// UTC between quotes, without needless zeros. ok is false for years that do not
// have four digits.
func appendInstant(b []byte, us int64) (_ []byte, ok bool) {
	const day = 86400 * 1_000_000
	days, us := us/day, us%day
	if us < 0 {
		days, us = days-1, us+day
	}
	// The civil date in years that begin in March, from Howard Hinnant's
	// "chrono-Compatible Low-Level Date Algorithms".
	z := days + 719468
	if z < 0 || z >= 3652365 { // before March of year 0, or after 9999
		return b, false
	}
	era := z / 146097
	doe := z % 146097
	yoe := (doe - doe/1460 + doe/36524 - doe/146096) / 365
	doy := doe - (365*yoe + yoe/4 - yoe/100)
	mp := (5*doy + 2) / 153
	d, m, y := doy-(153*mp+2)/5+1, mp+3, yoe+era*400
	if m > 12 {
		m, y = m-12, y+1
	}
	if y > 9999 {
		return b, false
	}
	s := us / 1_000_000
	b = append(b, '"', byte('0'+y/1000), byte('0'+y/100%10), byte('0'+y/10%10), byte('0'+y%10), '-',
		byte('0'+m/10), byte('0'+m%10), '-', byte('0'+d/10), byte('0'+d%10), 'T',
		byte('0'+s/36000), byte('0'+s/3600%10), ':', byte('0'+s/600%6), byte('0'+s/60%10), ':', byte('0'+s/10%6), byte('0'+s%10))
	if us %= 1_000_000; us != 0 {
		var digits [8]byte
		text := strconv.AppendInt(digits[:0], us+1_000_000, 10) // a leading 1 keeps the zeros
		text[0] = '.'
		for text[len(text)-1] == '0' {
			text = text[:len(text)-1]
		}
		b = append(b, text...)
	}
	return append(b, 'Z', '"'), true
}

// appendNumber appends the shortest decimal that reads back as the finite f, with an
// exponent where there would be many zeros, as encoding/json does.
func appendNumber(b []byte, f float64) []byte {
	a := math.Abs(f)
	// A number with at most fifteen digits is the only one so short that reads as its
	// float64: where n/10^7 is f, it is the answer.
	const shift, digits = 1e7, 7
	if a >= 1e-6 && a < 1e8 {
		if n := uint64(a*shift + 0.5); float64(n)/shift == a {
			if f < 0 {
				b = append(b, '-')
			}
			b = strconv.AppendUint(b, n/shift, 10)
			return appendFraction(b, uint32(n%shift), digits)
		}
	}
	format := byte('f')
	if a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, 64)
}

// appendFraction appends a point and n as so many digits, without the zeros at the
// end; nothing for 0.
func appendFraction(b []byte, n uint32, digits int) []byte {
	if n == 0 {
		return b
	}
	for n%10 == 0 {
		n /= 10
		digits--
	}
	b = append(b, ".000000000"[:digits+1]...)
	for i := len(b) - 1; n > 0; i-- {
		b[i] = '0' + byte(n%10)
		n /= 10
	}
	return b
}

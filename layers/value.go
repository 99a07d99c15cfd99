package layers

import (
	"cmp"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// FieldType is the type of a field's values.
type FieldType uint8

// The field types.
const (
	String   FieldType = iota + 1
	Integer            // 64-bit signed
	Number             // float64, finite
	Boolean            //
	DateTime           // UTC instant, microseconds
)

var fieldTypeNames = [...]string{"", "string", "integer", "number", "boolean", "datetime"}

// String is the name used in schemas.
func (t FieldType) String() string { return nameOf(fieldTypeNames[:], int(t)) }

// ParseFieldType is the inverse of String. The error is Invalid.
func ParseFieldType(s string) (FieldType, error) {
	n, err := parseName(fieldTypeNames[:], "field type", s)
	return FieldType(n), err
}

// Value is one property value: null or a value of one FieldType. The zero
// Value is null. Values are comparable with ==, which is identity of type and
// content; Compare orders them.
type Value struct {
	typ FieldType
	num uint64
	str string
}

// Text, Int, Float, Bool and Instant make values. Float refuses nothing: NaN
// and infinities become null, so that every number in the city is finite.
// Instant of the zero time is null; other times are cut to microseconds.
func Text(s string) Value { return Value{typ: String, str: s} }

// Int makes an Integer value.
func Int(i int64) Value { return Value{typ: Integer, num: uint64(i)} }

// Float makes a Number value; NaN and infinities become null, -0 becomes 0.
func Float(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{typ: Number, num: math.Float64bits(f + 0)}
}

// Bool makes a Boolean value.
func Bool(b bool) Value {
	if b {
		return Value{typ: Boolean, num: 1}
	}
	return Value{typ: Boolean}
}

// Instant makes a DateTime value; the zero time becomes null.
func Instant(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{typ: DateTime, num: uint64(t.UnixMicro())}
}

// InstantMicro makes a DateTime value from microseconds since 1970-01-01 UTC.
func InstantMicro(us int64) Value { return Value{typ: DateTime, num: uint64(us)} }

// Type returns the type, 0 for null.
func (v Value) Type() FieldType { return v.typ }

// IsNull reports whether v is null.
func (v Value) IsNull() bool { return v.typ == 0 }

// Str returns the text of a String value, "" otherwise.
func (v Value) Str() string { return v.str }

// Int returns the integer of an Integer value, or the truncated number of a
// Number value; 0 otherwise.
func (v Value) Int() int64 {
	if v.typ == Number {
		return int64(v.Float())
	}
	if v.typ == Integer {
		return int64(v.num)
	}
	return 0
}

// Float returns the number of a Number or Integer value, 0 otherwise.
func (v Value) Float() float64 {
	switch v.typ {
	case Number:
		return math.Float64frombits(v.num)
	case Integer:
		return float64(int64(v.num))
	case String, Boolean, DateTime:
	}
	return 0
}

// Bool returns the truth of a Boolean value, false otherwise.
func (v Value) Bool() bool { return v.typ == Boolean && v.num != 0 }

// Time returns the instant of a DateTime value in UTC, the zero time otherwise.
func (v Value) Time() time.Time {
	if v.typ != DateTime {
		return time.Time{}
	}
	return time.UnixMicro(int64(v.num)).UTC()
}

// Micro returns the microseconds since 1970 of a DateTime value, 0 otherwise.
func (v Value) Micro() int64 {
	if v.typ != DateTime {
		return 0
	}
	return int64(v.num)
}

// Compare orders two values of comparable types: -1, 0 or 1 and true. Integer
// and Number compare by value, without loss for integers beyond 2^53. Null or
// different types: 0 and false. Text compares by bytes.
func (v Value) Compare(w Value) (int, bool) {
	switch {
	case v.typ == 0 || w.typ == 0:
		return 0, false
	case v.typ == w.typ:
		switch v.typ {
		case String:
			return strings.Compare(v.str, w.str), true
		case Number:
			return cmp.Compare(v.Float(), w.Float()), true
		case Integer, DateTime, Boolean:
			return cmp.Compare(int64(v.num), int64(w.num)), true
		}
	case v.typ == Integer && w.typ == Number:
		return compareIntFloat(int64(v.num), w.Float()), true
	case v.typ == Number && w.typ == Integer:
		return -compareIntFloat(int64(w.num), v.Float()), true
	}
	return 0, false
}

// compareIntFloat compares exactly: converting i to a float64 would round
// integers beyond 2^53.
func compareIntFloat(i int64, f float64) int {
	switch {
	case f >= 1<<63:
		return -1
	case f < -(1 << 63):
		return 1
	}
	t := math.Trunc(f)
	if c := cmp.Compare(i, int64(t)); c != 0 {
		return c
	}
	return cmp.Compare(t, f)
}

// Order is a total order for sorting: null first, then by type, then Compare.
func (v Value) Order(w Value) int {
	if c, ok := v.Compare(w); ok {
		return c
	}
	return cmp.Compare(v.typ, w.typ)
}

// String is the text of v as people and CSV files write it: "" for null, RFC
// 3339 for instants, the shortest decimal that reads back for numbers.
func (v Value) String() string {
	switch v.typ {
	case String:
		return v.str
	case Integer:
		return strconv.FormatInt(int64(v.num), 10)
	case Number:
		return strconv.FormatFloat(v.Float(), 'g', -1, 64)
	case Boolean:
		return strconv.FormatBool(v.num != 0)
	case DateTime:
		return v.Time().Format(time.RFC3339Nano)
	}
	return ""
}

// AppendJSON appends the JSON form of v to b: null, a string, a number, a
// boolean, or an RFC 3339 string.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.typ {
	case String:
		return AppendJSONText(b, v.str)
	case Integer:
		return strconv.AppendInt(b, int64(v.num), 10)
	case Number:
		return appendNumber(b, v.Float())
	case Boolean:
		return strconv.AppendBool(b, v.num != 0)
	case DateTime:
		if out, ok := appendInstant(b, v.Micro()); ok {
			return out
		}
		b = append(b, '"')
		b = v.Time().AppendFormat(b, time.RFC3339Nano)
		return append(b, '"')
	}
	return append(b, "null"...)
}

// AppendJSONText appends s as a JSON string: what must be escaped is, bytes that
// are no UTF-8 become U+FFFD, everything else stays as it is.
func AppendJSONText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	if PlainJSON(s) {
		b = append(b, s...)
		return append(b, '"')
	}
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < utf8.RuneSelf && c != '"' && c != '\\' {
			i++
			continue
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(s[i:]); r != utf8.RuneError || size > 1 {
				i += size
				continue
			}
		}
		b = append(b, s[start:i]...)
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, '\\', 'n')
		case c < 0x20:
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, "\uFFFD"...)
		}
		i += size
		start = i
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// MarshalJSON implements json.Marshaler with AppendJSON.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// ParseValue reads text as a value of type t, the inverse of String; "" is
// null for every type but String. The error is Invalid and quotes the text.
func ParseValue(t FieldType, s string) (Value, error) {
	if s == "" && t != String {
		return Value{}, nil
	}
	fail := func() (Value, error) {
		return Value{}, &Error{Kind: Invalid, Op: "parse", Field: "value", Err: fmt.Errorf("%.80q is not a %s", s, t)}
	}
	switch t {
	case String:
		return Text(s), nil
	case Integer:
		i, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			return fail()
		}
		return Int(i), nil
	case Number:
		f, err := strconv.ParseFloat(s, 64)
		if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
			return fail()
		}
		return Float(f), nil
	case Boolean:
		b, err := strconv.ParseBool(s)
		if err != nil {
			return fail()
		}
		return Bool(b), nil
	case DateTime:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999", time.DateOnly} {
			if tm, err := time.Parse(layout, s); err == nil {
				return Instant(tm), nil
			}
		}
	}
	return fail()
}

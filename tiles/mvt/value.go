package mvt

import "math"

// ValueKind is the wire type of a value, with the field numbers of the
// specification's message Value.
type ValueKind uint8

// The kinds of values.
const (
	StringValue ValueKind = iota + 1
	FloatValue
	DoubleValue
	IntValue
	UintValue
	SintValue
	BoolValue
)

// Value is one attribute value. Values compare with ==. The zero Value is none
// and is not written.
type Value struct {
	Kind ValueKind
	num  uint64
	str  string
}

// Str, Int, Double and Bool make values. Integers are written in the shortest
// form: plain when not negative, zigzag otherwise.
func Str(s string) Value { return Value{Kind: StringValue, str: s} }

// Int makes an integer value.
func Int(i int64) Value {
	if i < 0 {
		return Value{Kind: SintValue, num: uint64(i)}
	}
	return Value{Kind: IntValue, num: uint64(i)}
}

// Double makes a 64-bit number; NaN and infinities become no value.
func Double(f float64) Value {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return Value{}
	}
	return Value{Kind: DoubleValue, num: math.Float64bits(f + 0)}
}

// Bool makes a truth value.
func Bool(b bool) Value {
	v := Value{Kind: BoolValue}
	if b {
		v.num = 1
	}
	return v
}

// Any returns the value as string, float32, float64, int64, uint64 or bool, nil
// for none.
func (v Value) Any() any {
	switch v.Kind {
	case StringValue:
		return v.str
	case FloatValue:
		return math.Float32frombits(uint32(v.num))
	case DoubleValue:
		return math.Float64frombits(v.num)
	case IntValue, SintValue:
		return int64(v.num)
	case UintValue:
		return v.num
	case BoolValue:
		return v.num != 0
	}
	return nil
}

// Tag is one attribute of a feature.
type Tag struct {
	Key   string
	Value Value
}

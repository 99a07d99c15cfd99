package cql2

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"wutu/layers"
)

var (
	typeText     = []string{"string"}
	typeNumber   = []string{"number"}
	typeBool     = []string{"boolean"}
	typeTime     = []string{"datetime"}
	typeGeometry = []string{"geometry"}
	typeOrdered  = []string{"string", "number", "datetime"}
	typeScalar   = []string{"string", "number", "datetime", "boolean"}
)

// builtins are the functions in the order of their names. A null argument gives
// null unless the description says otherwise.
var builtins = []builtin{
	{Function{Name: "abs", Description: layers.Title{ZH: "绝对值", EN: "The number without its sign"},
		Args: []Argument{{"value", typeNumber}}, Returns: typeNumber}, kindNumber, of1(absolute)},
	{Function{Name: "addSeconds", Description: layers.Title{ZH: "时间加秒数", EN: "The time that many seconds later, or earlier for a negative number"},
		Args: []Argument{{"time", typeTime}, {"seconds", typeNumber}}, Returns: typeTime}, kindInstant, of2(addSeconds)},
	{Function{Name: "area", Description: layers.Title{ZH: "面积（平方米）", EN: "The area on the ellipsoid in square metres, 0 for points and lines"},
		Args: []Argument{{"geometry", typeGeometry}}, Returns: typeNumber}, kindNumber, areaOf},
	{Function{Name: "bounds", Description: layers.Title{ZH: "外接矩形", EN: "The smallest box around the geometry"},
		Args: []Argument{{"geometry", typeGeometry}}, Returns: typeGeometry}, kindGeometry, shaped(bounds)},
	{Function{Name: "ceil", Description: layers.Title{ZH: "向上取整", EN: "The least whole number that is not below the number"},
		Args: []Argument{{"value", typeNumber}}, Returns: typeNumber}, kindNumber, of1(whole(math.Ceil))},
	{Function{Name: "coalesce", Description: layers.Title{ZH: "第一个非空值", EN: "The first value that is not null"},
		Args: []Argument{{"value", typeScalar}}, Repeated: true, Returns: typeScalar}, kindNull, folded(firstKnown)},
	{Function{Name: "concat", Description: layers.Title{ZH: "连接文本", EN: "The texts one behind the other"},
		Args: []Argument{{"text", typeText}}, Repeated: true, Returns: typeText}, kindText,
		folded(known(func(a, b layers.Value) layers.Value { return layers.Text(a.Str() + b.Str()) }))},
	{Function{Name: "distance", Description: layers.Title{ZH: "距离（米）", EN: "The least distance on the ellipsoid in metres, 0 where the two meet"},
		Args: []Argument{{"a", typeGeometry}, {"b", typeGeometry}}, Returns: typeNumber}, kindNumber, distanceOf},
	{Function{Name: "dwithin", Description: layers.Title{ZH: "是否在距离内", EN: "Whether the two are at most that many metres apart; uses the spatial index"},
		Args: []Argument{{"a", typeGeometry}, {"b", typeGeometry}, {"metres", typeNumber}}, Returns: typeBool}, kindBool, dwithinOf},
	{Function{Name: "floor", Description: layers.Title{ZH: "向下取整", EN: "The greatest whole number that is not above the number"},
		Args: []Argument{{"value", typeNumber}}, Returns: typeNumber}, kindNumber, of1(whole(math.Floor))},
	{Function{Name: "interiorPoint", Description: layers.Title{ZH: "内部点", EN: "A point of the geometry, inside a polygon"},
		Args: []Argument{{"geometry", typeGeometry}}, Returns: typeGeometry}, kindGeometry, shaped(interiorPoint)},
	{Function{Name: "length", Description: layers.Title{ZH: "文本的字符数，或线长、周长（米）", EN: "The characters of a text, or the metres of a line or of a polygon's outline"},
		Args: []Argument{{"value", []string{"string", "geometry"}}}, Returns: typeNumber}, kindNumber, lengthOf},
	{Function{Name: "lower", Description: layers.Title{ZH: "转小写", EN: "The text in lower case"},
		Args: []Argument{{"text", typeText}}, Returns: typeText}, kindText,
		of1(func(v layers.Value) layers.Value { return layers.Text(strings.ToLower(v.Str())) })},
	{Function{Name: "max", Description: layers.Title{ZH: "最大值", EN: "The greatest of the values"},
		Args: []Argument{{"value", typeOrdered}}, Repeated: true, Returns: typeOrdered}, kindNull, folded(known(greater))},
	{Function{Name: "min", Description: layers.Title{ZH: "最小值", EN: "The least of the values"},
		Args: []Argument{{"value", typeOrdered}}, Repeated: true, Returns: typeOrdered}, kindNull, folded(known(lesser))},
	{Function{Name: "now", Description: layers.Title{ZH: "当前时间", EN: "The time of the request"}, Returns: typeTime}, kindInstant, unbound},
	{Function{Name: "round", Description: layers.Title{ZH: "四舍五入", EN: "The nearest number with that many decimals, none if not given; halves go away from zero"},
		Args: []Argument{{"value", typeNumber}, {"decimals", typeNumber}}, Optional: 1, Returns: typeNumber}, kindNumber, roundOf},
	{Function{Name: "seconds", Description: layers.Title{ZH: "两个时间相差的秒数", EN: "The seconds from the first time to the second"},
		Args: []Argument{{"from", typeTime}, {"to", typeTime}}, Returns: typeNumber}, kindNumber, of2(secondsBetween)},
	{Function{Name: "split", Description: layers.Title{ZH: "按分隔符拆分文本为数组", EN: "The parts of a text between separators without blanks around them, as an array for the A_ functions"},
		Args: []Argument{{"text", typeText}, {"separator", typeText}}, Returns: typeText}, kindArray, splitOf},
	{Function{Name: "sqrt", Description: layers.Title{ZH: "平方根", EN: "The square root, null of a negative number"},
		Args: []Argument{{"value", typeNumber}}, Returns: typeNumber}, kindNumber,
		of1(func(v layers.Value) layers.Value { return layers.Float(math.Sqrt(v.Float())) })},
	{Function{Name: "upper", Description: layers.Title{ZH: "转大写", EN: "The text in upper case"},
		Args: []Argument{{"text", typeText}}, Returns: typeText}, kindText,
		of1(func(v layers.Value) layers.Value { return layers.Text(strings.ToUpper(v.Str())) })},
}

func absolute(v layers.Value) layers.Value {
	if i := v.Int(); v.Type() == layers.Integer && i > math.MinInt64 {
		return layers.Int(max(i, -i))
	}
	return layers.Float(math.Abs(v.Float()))
}

// whole leaves integers as they are, which floats could not hold.
func whole(f func(float64) float64) func(layers.Value) layers.Value {
	return func(v layers.Value) layers.Value {
		if v.Type() == layers.Integer {
			return v
		}
		return layers.Float(f(v.Float()))
	}
}

func firstKnown(a, b layers.Value) layers.Value {
	if a.IsNull() {
		return b
	}
	return a
}

func greater(a, b layers.Value) layers.Value {
	if sign, _ := a.Compare(b); sign < 0 {
		return b
	}
	return a
}

func lesser(a, b layers.Value) layers.Value {
	if sign, _ := a.Compare(b); sign > 0 {
		return b
	}
	return a
}

// farSeconds keeps times within what dates can say: 20,000 years.
const farSeconds = 20_000 * 366 * 86400

func addSeconds(t, s layers.Value) layers.Value {
	add := s.Float()
	if !(math.Abs(add) <= farSeconds) || max(t.Micro(), -t.Micro()) > farSeconds*1e6 {
		return layers.Value{}
	}
	return layers.InstantMicro(t.Micro() + int64(math.Round(add*1e6)))
}

func secondsBetween(from, to layers.Value) layers.Value {
	return layers.Float((float64(to.Micro()) - float64(from.Micro())) / float64(time.Second/time.Microsecond))
}

func lengthOf(c *compiler, f *builtin, args []argument) (argument, error) {
	if args[0].kind == kindGeometry {
		return measured(c, f, args, lengthInMetres)
	}
	return of1(func(v layers.Value) layers.Value { return layers.Int(int64(utf8.RuneCountInString(v.Str()))) })(c, f, args)
}

// mostDecimals bounds the decimals of round.
const mostDecimals = 15

func roundOf(c *compiler, f *builtin, args []argument) (argument, error) {
	if len(args) == 1 {
		return of1(whole(math.Round))(c, f, args)
	}
	d := args[1].scalar
	if !d.fixed || d.value.Type() != layers.Integer || d.value.Int() < -mostDecimals || d.value.Int() > mostDecimals {
		return argument{}, c.fail(layers.Invalid, f.Name, "takes its decimals as a whole number from %d to %d", -mostDecimals, mostDecimals)
	}
	scale := math.Pow(10, math.Abs(float64(d.value.Int())))
	return of1(func(v layers.Value) layers.Value {
		if d.value.Int() < 0 {
			return layers.Float(math.Round(v.Float()/scale) * scale)
		}
		scaled := v.Float() * scale
		if math.IsInf(scaled, 0) { // so large a number has no decimals
			return v
		}
		return layers.Float(math.Round(scaled) / scale)
	})(c, f, args[:1])
}

// unbound refuses now() in a tree that At did not give a time.
func unbound(c *compiler, f *builtin, _ []argument) (argument, error) {
	return argument{}, c.fail(layers.Unsupported, f.Name, "has no time here: it is known in requests only")
}

func splitOf(c *compiler, f *builtin, args []argument) (argument, error) {
	sep := args[1].scalar
	if !sep.fixed || sep.value.Str() == "" {
		return argument{}, c.fail(layers.Invalid, f.Name, "takes a constant separator of at least one character")
	}
	by, text := sep.value.Str(), args[0].scalar.eval
	split := func(r layers.Row) ([]element, bool) {
		v := text(r)
		if v.IsNull() {
			return nil, false
		}
		var parts []element
		for part := range strings.SplitSeq(v.Str(), by) {
			if part = strings.TrimSpace(part); part != "" {
				parts = append(parts, element{kind: kindText, value: layers.Text(part)})
			}
		}
		return parts, true
	}
	return argument{kind: kindArray, array: arrayTerm{items: make([]element, partsOfText), eval: split}}, nil
}

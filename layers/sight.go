package layers

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Sight is how much of a field's values a subject may see.
type Sight uint8

// The sights. The zero value shows, so that a layer without personal fields
// needs none.
const (
	Shown  Sight = iota // as they are
	Masked              // the part that Mask leaves; matched whole by "=" and IN, otherwise not filtered or sorted by
	Hidden              // not at all: reads as null, cannot be filtered or sorted by
)

var sightNames = [...]string{"shown", "masked", "hidden"}

// String is the name used in documents.
func (s Sight) String() string { return nameOf(sightNames[:], int(s)) }

// Sights holds the sight of each field of a layer, in the order of its fields.
// nil shows every field. It is immutable.
type Sights []Sight

// Of returns the sight of field i; fields beyond the end are shown.
func (s Sights) Of(i int) Sight {
	if i < 0 || i >= len(s) {
		return Shown
	}
	return s[i]
}

// Value is v, a value of field i of l, as the sight leaves it: whole, masked or
// null. Masking twice changes nothing more.
func (s Sights) Value(l *Layer, i int, v Value) Value {
	switch s.Of(i) {
	case Masked:
		return l.Fields[i].Mask.Apply(v)
	case Hidden:
		return Value{}
	case Shown:
	}
	return v
}

// Mask says which part of a personal text may be shown (standards.md section 8,
// rule 3).
type Mask uint8

// The masks. A field without one shows nothing when it is masked.
const (
	NoMask      Mask = iota // *
	NameMask                // 张*, 欧阳**
	CitizenMask             // 1****************X
	PhoneMask               // 138****5678
	AddressMask             // up to the building: 解放路18号*
)

var maskNames = [...]string{"", "name", "citizen", "phone", "address"}

// String is the name used in definitions; "" for NoMask.
func (m Mask) String() string { return nameOf(maskNames[:], int(m)) }

// ParseMask is the inverse of String. The error is Invalid.
func ParseMask(s string) (Mask, error) {
	if s == "" {
		return NoMask, nil
	}
	n, err := parseName(maskNames[:], "mask", s)
	return Mask(n), err
}

// Apply masks v. Null stays null; what is not a text becomes null. Applying a
// mask again gives the same.
func (m Mask) Apply(v Value) Value {
	if v.Type() != String {
		return Value{}
	}
	s := v.Str()
	if s == "" {
		return v
	}
	switch m {
	case NameMask:
		return Text(maskName(s))
	case CitizenMask:
		return Text(keepEnds(s, 1, 1))
	case PhoneMask:
		return Text(keepEnds(s, 3, 4))
	case AddressMask:
		return Text(maskAddress(s))
	case NoMask:
	}
	return Text("*")
}

// compoundSurnames are the surnames of two characters among the 300 most
// frequent of the national name register, and those most known besides.
const compoundSurnames = "欧阳 上官 司马 诸葛 司徒 东方 独孤 南宫 夏侯 皇甫 尉迟 公孙 慕容 长孙 宇文 端木 令狐 轩辕 呼延 万俟 闻人 申屠 太叔 濮阳 淳于 单于 钟离 公冶"

// maskName keeps the surname; a name of one character keeps nothing.
func maskName(s string) string {
	r := []rune(s)
	keep := 1
	if len(r) > 2 && strings.Contains(compoundSurnames, string(r[:2])) {
		keep = 2
	}
	if len(r) <= keep {
		keep = 0
	}
	if r[0] < utf8.RuneSelf { // not a Chinese name: the first letter
		keep = min(keep, 1)
	}
	return string(r[:keep]) + strings.Repeat("*", len(r)-keep)
}

// keepEnds keeps the first and last characters. A text that is not longer than
// both together and four more keeps nothing: too little would be left out.
func keepEnds(s string, first, last int) string {
	r := []rune(s)
	if len(r) < first+last+4 {
		return strings.Repeat("*", len(r))
	}
	return string(r[:first]) + strings.Repeat("*", len(r)-first-last) + string(r[len(r)-last:])
}

// maskAddress keeps the address up to the house number (号, 栋, 幢, 楼): rooms,
// floors and units behind it go. Without such a mark the first half stays.
func maskAddress(s string) string {
	cut := -1
	for _, mark := range []string{"栋", "幢", "号楼", "号"} {
		if i := strings.Index(s, mark); i >= 0 {
			cut = i + len(mark)
			break
		}
	}
	if cut < 0 {
		n := utf8.RuneCountInString(s) / 2
		for i := range s {
			if n--; n < 0 {
				cut = i
				break
			}
		}
		if strings.HasSuffix(s, "*") {
			return s
		}
	}
	if cut >= len(s) {
		return s
	}
	return s[:cut] + "*"
}

// checkMask reports a mask on a field that cannot have one.
func (f *Field) checkMask() error {
	if (f.Mask != NoMask || f.Sealed) && f.Type != String {
		return fmt.Errorf("a mask or a seal needs a string field")
	}
	return nil
}

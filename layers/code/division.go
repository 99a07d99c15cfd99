package code

// DivisionLevel says how far down the administrative tree a code reaches.
type DivisionLevel uint8

// The levels of administrative divisions.
const (
	Province   DivisionLevel = iota + 1 // 2 digits
	Prefecture                          // 4 digits
	County                              // 6 digits: district, county, county-level city
	Township                            // 9 digits: street, town, township
	Village                             // 12 digits: community, village
)

// Digits is the number of digits of a code of the level, 0 for no level.
func (l DivisionLevel) Digits() int {
	switch l {
	case Province:
		return 2
	case Prefecture:
		return 4
	case County:
		return 6
	case Township:
		return 9
	case Village:
		return 12
	}
	return 0
}

// String is the English name of the level.
func (l DivisionLevel) String() string {
	switch l {
	case Province:
		return "province"
	case Prefecture:
		return "prefecture"
	case County:
		return "county"
	case Township:
		return "township"
	case Village:
		return "village"
	}
	return "none"
}

// Division is an administrative division.
type Division struct {
	Code  string // short form: as many digits as the level has
	Level DivisionLevel
}

// ParseDivision reads a division code: 2, 4, 6, 9 or 12 digits, where a code of 6
// or more digits may be padded with zeros ("420500", "420502000000"). The parts
// must not be zero except as padding, with one exception found in the registers:
// cities without counties (Dongguan 4419, Zhongshan 4420, Danzhou 4604) have
// streets whose county part is 00.
func ParseDivision(s string) (Division, error) {
	const what = "division"
	var level DivisionLevel
	for l := Province; l <= Village; l++ {
		if l.Digits() == len(s) {
			level = l
		}
	}
	if level == 0 {
		return Division{}, fail(what, s, 0, "has %d digits, needs 2, 4, 6, 9 or 12", len(s))
	}
	if err := needDigits(what, s, 0, len(s)); err != nil {
		return Division{}, err
	}
	if s[0] == '0' {
		return Division{}, fail(what, s, 1, "a division code does not start with 0")
	}
	if len(s) >= 6 {
		for level > Province && zeroPart(s, level) {
			level--
		}
	}
	for l := Prefecture; l <= level; l++ {
		if zeroPart(s, l) && !(l == County && level > County) {
			return Division{}, fail(what, s, (l-1).Digits()+1, "the part for the %s is zero", l)
		}
	}
	return Division{Code: s[:level.Digits()], Level: level}, nil
}

// zeroPart reports whether the digits that s adds at level l are all zero.
func zeroPart(s string, l DivisionLevel) bool { return number(s[(l-1).Digits():l.Digits()]) == 0 }

// CheckDivision is ParseDivision for its verdict alone.
func CheckDivision(s string) error {
	_, err := ParseDivision(s)
	return err
}

// Parent is the division d lies in, which for streets of a city without counties
// is the prefecture; false for provinces.
func (d Division) Parent() (Division, bool) {
	if d.Level <= Province || len(d.Code) != d.Level.Digits() {
		return Division{}, false
	}
	l := d.Level - 1
	if l > Province && zeroPart(d.Code, l) {
		l--
	}
	return Division{Code: d.Code[:l.Digits()], Level: l}, true
}

// Contains reports whether e is d or lies in it.
func (d Division) Contains(e Division) bool {
	return len(e.Code) >= len(d.Code) && e.Code[:len(d.Code)] == d.Code
}

// MakeDivision appends the number of a division, from 1, to its parent's code.
func MakeDivision(parent Division, n int) (Division, error) {
	level := parent.Level + 1
	if level > Village {
		return Division{}, fail("division", parent.Code, 0, "a %s has no divisions", parent.Level)
	}
	tail, err := padded("division", n, level.Digits()-parent.Level.Digits())
	if err != nil {
		return Division{}, err
	}
	d, err := ParseDivision(parent.Code + tail)
	if err == nil && d.Level != level {
		return Division{}, fail("division", parent.Code+tail, 0, "numbers start at 1")
	}
	return d, err
}

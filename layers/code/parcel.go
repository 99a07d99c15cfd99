package code

import "strings"

const (
	// ownershipLetters: G state, J collective, Z disputed or unclear.
	ownershipLetters = "GJZ"
	// landLetters: A collective ownership, B building land on the surface, S above
	// and X below it, C homestead, D farm, E forest and F grass land, G island,
	// H sea, N other agricultural land, W undetermined, Y other.
	landLetters = "ABCDEFGHNSWXY"
	// fixtureLetters: F house, L forest, Q other, W none.
	fixtureLetters = "FLQW"
)

// Parcel is the code of a parcel (宗地) taken apart: 19 characters.
type Parcel struct {
	County    string // 6 digits
	Zone      string // cadastral zone, 3 digits
	Subzone   string // cadastral sub-zone, 3 digits
	Ownership byte   // G, J or Z
	Land      byte   // what is owned, B for building land
	Sequence  int    // 0 to 99999
}

// ParseParcel takes apart a parcel's code.
func ParseParcel(s string) (Parcel, error) {
	const what = "parcel"
	if err := needLength(what, s, 19); err != nil {
		return Parcel{}, err
	}
	if err := needDivision(what, s, 0); err != nil {
		return Parcel{}, err
	}
	if err := needDigits(what, s, 6, 12); err != nil {
		return Parcel{}, err
	}
	if strings.IndexByte(ownershipLetters, s[12]) < 0 {
		return Parcel{}, fail(what, s, 13, "%q is not one of %s", s[12:13], ownershipLetters)
	}
	if strings.IndexByte(landLetters, s[13]) < 0 {
		return Parcel{}, fail(what, s, 14, "%q is not one of %s", s[13:14], landLetters)
	}
	if err := needDigits(what, s, 14, 19); err != nil {
		return Parcel{}, err
	}
	return Parcel{County: s[:6], Zone: s[6:9], Subzone: s[9:12], Ownership: s[12], Land: s[13], Sequence: number(s[14:])}, nil
}

// CheckParcel is ParseParcel for its verdict alone.
func CheckParcel(s string) error {
	_, err := ParseParcel(s)
	return err
}

// MakeParcel is the inverse of ParseParcel.
func MakeParcel(p Parcel) (string, error) {
	seq, err := padded("parcel", p.Sequence, 5)
	if err != nil {
		return "", err
	}
	s := p.County + p.Zone + p.Subzone + string([]byte{p.Ownership, p.Land}) + seq
	return s, CheckParcel(s)
}

// RealUnit is the code of a real estate unit (不动产单元) taken apart: 28
// characters.
type RealUnit struct {
	Parcel  string // 19 characters
	Fixture byte   // F house, L forest, Q other, W none
	Unit    string // 8 digits; for houses 4 of the building and 4 of the flat
}

// ParseRealUnit takes apart a real estate unit's code. A unit without fixture has
// the unit number 00000000.
func ParseRealUnit(s string) (RealUnit, error) {
	const what = "real_unit"
	if err := needLength(what, s, 28); err != nil {
		return RealUnit{}, err
	}
	if _, err := ParseParcel(s[:19]); err != nil {
		return RealUnit{}, err
	}
	if strings.IndexByte(fixtureLetters, s[19]) < 0 {
		return RealUnit{}, fail(what, s, 20, "%q is not one of %s", s[19:20], fixtureLetters)
	}
	if err := needDigits(what, s, 20, 28); err != nil {
		return RealUnit{}, err
	}
	if s[19] == 'W' && s[20:] != "00000000" {
		return RealUnit{}, fail(what, s, 21, "land without fixture has the unit number 00000000")
	}
	return RealUnit{Parcel: s[:19], Fixture: s[19], Unit: s[20:]}, nil
}

// CheckRealUnit is ParseRealUnit for its verdict alone.
func CheckRealUnit(s string) error {
	_, err := ParseRealUnit(s)
	return err
}

// MakeRealUnit is the inverse of ParseRealUnit.
func MakeRealUnit(u RealUnit) (string, error) {
	s := u.Parcel + string(u.Fixture) + u.Unit
	return s, CheckRealUnit(s)
}

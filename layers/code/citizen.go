package code

import "time"

// CitizenID is a citizen's identity number taken apart.
type CitizenID struct {
	Division string    // six digits of the place of first registration
	Birth    time.Time // date at 00:00 UTC
	Sequence int       // 0 to 999; odd for men
}

// Male reports the sex the number states.
func (c CitizenID) Male() bool { return c.Sequence%2 == 1 }

// ParseCitizenID takes apart the 18 characters of a citizen's number, verifies
// that the birth date exists (years 1800 to 2999) and the check character.
// Numbers are personal: callers must not put the error's text into logs.
func ParseCitizenID(s string) (CitizenID, error) {
	const what = "citizen_id"
	if err := needLength(what, s, 18); err != nil {
		return CitizenID{}, err
	}
	if err := needDivision(what, s, 0); err != nil {
		return CitizenID{}, err
	}
	if err := needDigits(what, s, 6, 17); err != nil {
		return CitizenID{}, err
	}
	year, month, day := number(s[6:10]), number(s[10:12]), number(s[12:14])
	if year < 1800 || year > 2999 {
		return CitizenID{}, fail(what, s, 7, "year %d is impossible", year)
	}
	if month < 1 || month > 12 {
		return CitizenID{}, fail(what, s, 11, "month %d is impossible", month)
	}
	birth := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	if day < 1 || birth.Day() != day {
		return CitizenID{}, fail(what, s, 13, "%04d-%02d has no day %d", year, month, day)
	}
	if want := citizenCheck(s[:17]); s[17] != want {
		return CitizenID{}, fail(what, s, 18, "check character is %q, should be %q", s[17:18], string(want))
	}
	return CitizenID{Division: s[:6], Birth: birth, Sequence: number(s[14:17])}, nil
}

// CheckCitizenID is ParseCitizenID for its verdict alone.
func CheckCitizenID(s string) error {
	_, err := ParseCitizenID(s)
	return err
}

// MakeCitizenID joins the parts and appends the check character; only the date
// of Birth in UTC counts.
func MakeCitizenID(c CitizenID) (string, error) {
	if err := needLength("citizen_id", c.Division, 6); err != nil {
		return "", err
	}
	seq, err := padded("citizen_id", c.Sequence, 3)
	if err != nil {
		return "", err
	}
	body := c.Division + c.Birth.UTC().Format("20060102") + seq
	if err := needLength("citizen_id", body, 17); err != nil {
		return "", err
	}
	s := body + string(citizenCheck(body))
	return s, CheckCitizenID(s)
}

// citizenCheck is ISO 7064 MOD 11-2 over 17 digits: weights are powers of two
// modulo 11.
func citizenCheck(body string) byte {
	weights := [17]int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i := range 17 {
		sum += int(body[i]-'0') * weights[i]
	}
	return "10X98765432"[sum%11]
}

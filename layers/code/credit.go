package code

import "strings"

// creditAlphabet are the 31 characters of GB 32100: no I, O, S, V, Z.
const creditAlphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"

// USCC is a unified social credit code taken apart.
type USCC struct {
	Authority    byte   // registering authority: '9' market regulation, '1' staffing, '5' civil affairs
	Category     byte   // kind of organisation within the authority: "91" is a company
	Division     string // six digits
	Organisation string // nine characters with their own check, see ParseOrganisation
}

// ParseUSCC takes apart the 18 characters of a unified social credit code and
// verifies both check characters.
func ParseUSCC(s string) (USCC, error) {
	const what = "uscc"
	if err := needLength(what, s, 18); err != nil {
		return USCC{}, err
	}
	sum := 0
	for i := range 17 {
		v := strings.IndexByte(creditAlphabet, s[i])
		if v < 0 {
			return USCC{}, fail(what, s, i+1, "%q is not one of %s", s[i:i+1], creditAlphabet)
		}
		sum += v * creditWeight(i)
	}
	if err := needDivision(what, s, 2); err != nil {
		return USCC{}, err
	}
	if want := organisationCheck(s[8:16]); s[16] != want {
		return USCC{}, fail(what, s, 17, "check character of the organisation is %q, should be %q", s[16:17], string(want))
	}
	if want := creditAlphabet[(31-sum%31)%31]; s[17] != want {
		return USCC{}, fail(what, s, 18, "check character is %q, should be %q", s[17:18], string(want))
	}
	return USCC{Authority: s[0], Category: s[1], Division: s[2:8], Organisation: s[8:17]}, nil
}

// CheckUSCC is ParseUSCC for its verdict alone.
func CheckUSCC(s string) error {
	_, err := ParseUSCC(s)
	return err
}

// MakeUSCC joins the parts and appends the check character. The organisation
// may be given with its check character (nine) or without (eight).
func MakeUSCC(u USCC) (string, error) {
	org := u.Organisation
	if len(org) == 8 {
		org += string(organisationCheck(org))
	}
	body := string([]byte{u.Authority, u.Category}) + u.Division + org
	if len(body) != 17 {
		return "", fail("uscc", body, 0, "the parts have %d characters, need 17", len(body))
	}
	sum := 0
	for i := range 17 {
		sum += max(0, strings.IndexByte(creditAlphabet, body[i])) * creditWeight(i)
	}
	s := body + string(creditAlphabet[(31-sum%31)%31])
	return s, CheckUSCC(s)
}

// creditWeight is 3 to the power i, modulo 31.
func creditWeight(i int) int {
	w := 1
	for range i {
		w = w * 3 % 31
	}
	return w
}

// CheckOrganisation verifies a nine-character organisation code: eight digits or
// capital letters and a check character.
func CheckOrganisation(s string) error {
	const what = "organisation"
	if err := needLength(what, s, 9); err != nil {
		return err
	}
	for i := range 8 {
		if organisationValue(s[i]) < 0 {
			return fail(what, s, i+1, "%q is neither a digit nor a capital letter", s[i:i+1])
		}
	}
	if want := organisationCheck(s[:8]); s[8] != want {
		return fail(what, s, 9, "check character is %q, should be %q", s[8:9], string(want))
	}
	return nil
}

// MakeOrganisation appends the check character to the eight characters of body.
func MakeOrganisation(body string) (string, error) {
	if err := needLength("organisation", body, 8); err != nil {
		return "", err
	}
	s := body + string(organisationCheck(body))
	return s, CheckOrganisation(s)
}

func organisationValue(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'A' && c <= 'Z':
		return int(c-'A') + 10
	}
	return -1
}

// organisationCheck is 11 minus the weighted sum modulo 11, where 10 is written
// X and 11 is written 0.
func organisationCheck(body string) byte {
	weights := [8]int{3, 7, 9, 10, 5, 8, 4, 2}
	sum := 0
	for i := range 8 {
		sum += max(0, organisationValue(body[i])) * weights[i]
	}
	switch c := 11 - sum%11; c {
	case 10:
		return 'X'
	case 11:
		return '0'
	default:
		return byte('0' + c)
	}
}

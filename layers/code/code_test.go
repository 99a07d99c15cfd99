package code

import (
	"errors"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"wutu/layers"
)

// kind is one code of the package, so that every rule is tested on all of them.
type kind struct {
	name   string
	check  func(string) error
	remake func(string) (string, error) // Make of the parts of Parse
	golden []string
	bad    []struct {
		s  string
		at string
	}
}

type bad = []struct{ s, at string }

func remake[T any](parse func(string) (T, error), build func(T) (string, error)) func(string) (string, error) {
	return func(s string) (string, error) {
		v, err := parse(s)
		if err != nil {
			return "", err
		}
		return build(v)
	}
}

func kinds() []kind {
	return []kind{
		{
			// The first is the worked example of GB 32100-2015; the others are
			// published numbers of well-known companies.
			name: "uscc", check: CheckUSCC, remake: remake(ParseUSCC, MakeUSCC),
			golden: []string{"91350100M000100Y43", "9144030071526726XG", "914403001922038216", "91330100799655058B"},
			bad: bad{
				{"91350100M000100Y44", "character 18"}, {"91350100M000100Y53", "character 17"},
				{"9135010OM000100Y43", "character 8"}, {"91350100m000100Y43", "character 9"},
				{"91350A00M000100Y43", "character 6"}, {"91050100M000100Y43", "character 3"}, {"91350100M000100Y4", ""},
			},
		},
		{
			// D2143569-X is the worked example of GB 11714.
			name: "organisation", check: CheckOrganisation,
			remake: func(s string) (string, error) {
				if err := CheckOrganisation(s); err != nil {
					return "", err
				}
				return MakeOrganisation(s[:8])
			},
			golden: []string{"D2143569X", "71526726X", "192203821", "M000100Y4"},
			bad:    bad{{"D21435690", "character 9"}, {"d2143569X", "character 1"}, {"D2143569-X", ""}},
		},
		{
			// Both are the worked examples of GB 11643-1999.
			name: "citizen_id", check: CheckCitizenID, remake: remake(ParseCitizenID, MakeCitizenID),
			golden: []string{"11010519491231002X", "440524188001010014"},
			bad: bad{
				{"110105194912310021", "character 18"}, {"11010519491231002x", "character 18"},
				{"11010519490231002X", "character 13"}, {"11010519491331002X", "character 11"},
				{"11010517991231002X", "character 7"}, {"01010519491231002X", "character 1"},
				{"110105194912310 2X", "character 16"}, {"", ""},
			},
		},
		{
			name: "grid", check: CheckGrid, remake: remake(ParseGrid, MakeGrid),
			golden: []string{"420502001001001", "320508001012999"},
			bad: bad{
				{"420502001001000", "character 13"}, {"420502001000001", "character 10"},
				{"42050200100100x", "character 15"}, {"420502001", ""},
			},
		},
		{
			// A live code published by Suzhou.
			name: "component", check: CheckComponent, remake: remake(ParseComponent, MakeComponent),
			golden: []string{"3205080101000001", "4205021512000042"},
			bad: bad{
				{"3205080001000001", "character 7"}, {"3205080101000000", "character 11"},
				{"320508010100000", ""}, {"0205080101000001", "character 1"},
			},
		},
		{
			// The sample number of GB/T 28181.
			name: "device", check: CheckDevice, remake: remake(ParseDevice, MakeDevice),
			golden: []string{"34020000001320000101", "42050200001310000001"},
			bad:    bad{{"3402000000132000010A", "character 20"}, {"34020000", ""}, {"04020000001320000101", "character 1"}},
		},
		{
			name: "parcel", check: CheckParcel, remake: remake(ParseParcel, MakeParcel),
			golden: []string{"420502001003GB00017", "420502001003JC00001"},
			bad: bad{
				{"420502001003AB00017", "character 13"}, {"420502001003GZ00017", "character 14"},
				{"420502001003GB0001X", "character 19"}, {"4205020010x3GB00017", "character 11"}, {"420502", ""},
			},
		},
		{
			name: "real_unit", check: CheckRealUnit, remake: remake(ParseRealUnit, MakeRealUnit),
			golden: []string{"420502001003GB00017F00010023", "420502001003GB00017W00000000"},
			bad: bad{
				{"420502001003GB00017X00010023", "character 20"}, {"420502001003GB00017W00000001", "character 21"},
				{"420502001003GB00017F0001002", ""}, {"420502001003GB00017F0001002A", "character 28"},
				{"420502001003QB00017F00010023", "character 13"},
			},
		},
	}
}

func TestGolden(t *testing.T) {
	for _, k := range kinds() {
		for _, s := range k.golden {
			if err := k.check(s); err != nil {
				t.Errorf("%s %s: %v", k.name, s, err)
			}
			if got, err := k.remake(s); err != nil || got != s {
				t.Errorf("%s %s: made %q, %v from its parts", k.name, s, got, err)
			}
		}
		for _, b := range k.bad {
			err := k.check(b.s)
			var e *layers.Error
			if !errors.As(err, &e) || e.Kind != layers.Invalid {
				t.Errorf("%s %q: error %v, want Invalid", k.name, b.s, err)
				continue
			}
			if e.At != b.at {
				t.Errorf("%s %q: at %q, want %q (%v)", k.name, b.s, e.At, b.at, err)
			}
		}
	}
}

// Weights of the credit and citizen codes are invertible modulo a prime, so no
// single wrong character may pass.
func TestSingleErrorIsFound(t *testing.T) {
	for _, c := range []struct {
		s, alphabet string
		check       func(string) error
	}{
		{"91350100M000100Y43", creditAlphabet, CheckUSCC},
		{"11010519491231002X", "0123456789X", CheckCitizenID},
	} {
		for i := range len(c.s) {
			for _, r := range c.alphabet {
				if w := c.s[:i] + string(r) + c.s[i+1:]; w != c.s && c.check(w) == nil {
					t.Errorf("%s passes although %s was meant", w, c.s)
				}
			}
		}
	}
}

func seed(t *testing.T) uint64 {
	s := uint64(20261121)
	if v := os.Getenv("WUTU_SEED"); v != "" {
		n, err := strconv.ParseUint(v, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		s = n
	}
	t.Logf("WUTU_SEED=%d", s)
	return s
}

func TestMadeCodesPass(t *testing.T) {
	r := rand.New(rand.NewPCG(seed(t), 1))
	for range 2000 {
		body := make([]byte, 8)
		for i := range body {
			body[i] = creditAlphabet[r.IntN(31)]
		}
		u, err := MakeUSCC(USCC{'9', '1', "420502", string(body)})
		if err != nil {
			t.Fatalf("uscc of %s: %v", body, err)
		}
		if p, err := ParseUSCC(u); err != nil || CheckOrganisation(p.Organisation) != nil {
			t.Fatalf("%s: %v", u, err)
		}
		birth := time.Date(1900, 1, 1+r.IntN(45000), 0, 0, 0, 0, time.UTC)
		c := CitizenID{"420502", birth, r.IntN(1000)}
		s, err := MakeCitizenID(c)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := ParseCitizenID(s); err != nil || got != c || got.Male() != (c.Sequence%2 == 1) {
			t.Fatalf("%s: %+v %v, want %+v", s, got, err, c)
		}
	}
}

func TestMakeRefuses(t *testing.T) {
	for name, err := range map[string]error{
		"grid sequence":    second(MakeGrid(Grid{"420502001001", 1000})),
		"grid negative":    second(MakeGrid(Grid{"420502001001", -1})),
		"component parts":  second(MakeComponent(Component{"420502", "1", "01", 1})),
		"parcel letters":   second(MakeParcel(Parcel{"420502", "001", "001", 'X', 'B', 1})),
		"parcel sequence":  second(MakeParcel(Parcel{"420502", "001", "001", 'G', 'B', 100000})),
		"real unit":        second(MakeRealUnit(RealUnit{"420502001003GB00017", 'W', "00000001"})),
		"device":           second(MakeDevice(Device{"42050200", "00", "13", "0", 1})),
		"uscc division":    second(MakeUSCC(USCC{'9', '1', "4205", "M000100Y"})),
		"uscc letter":      second(MakeUSCC(USCC{'9', 'O', "420502", "M000100Y"})),
		"organisation":     second(MakeOrganisation("ab")),
		"citizen division": second(MakeCitizenID(CitizenID{"42", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), 1})),
		"citizen sequence": second(MakeCitizenID(CitizenID{"420502", time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), 1000})),
		"citizen year":     second(MakeCitizenID(CitizenID{"420502", time.Date(12000, 1, 1, 0, 0, 0, 0, time.UTC), 1})),
	} {
		if layers.KindOf(err) != layers.Invalid || err == nil {
			t.Errorf("%s: %v, want an Invalid error", name, err)
		}
	}
}

func second(_ string, err error) error { return err }

func FuzzParse(f *testing.F) {
	for _, k := range kinds() {
		for _, s := range k.golden {
			f.Add(s)
		}
		for _, b := range k.bad {
			f.Add(b.s)
		}
	}
	f.Add("420502000000")
	f.Add(strings.Repeat("9", 4000))
	all := kinds()
	f.Fuzz(func(t *testing.T, s string) {
		for _, k := range all {
			got, err := k.remake(s)
			switch {
			case err == nil && got != s:
				t.Errorf("%s: %q became %q", k.name, s, got)
			case err != nil && layers.KindOf(err) != layers.Invalid:
				t.Errorf("%s: %q: kind %s", k.name, s, layers.KindOf(err))
			case err != nil && len(err.Error()) > 400:
				t.Errorf("%s: error of %d bytes", k.name, len(err.Error()))
			}
		}
		if d, err := ParseDivision(s); err == nil {
			if e, err := ParseDivision(d.Code); err != nil || e != d {
				t.Errorf("%q: short form %q reads as %+v, %v", s, d.Code, e, err)
			}
		}
	})
}

package event

import (
	"encoding"
	"fmt"
	"strings"

	"wutu/layers"
)

// Tier is who has a case in hand: each tier has its own queue and its own clocks.
// The zero Tier is none.
type Tier uint8

// The tiers, from the lowest.
const (
	CommunityTier Tier = iota + 1
	StreetTier
	DistrictTier
	CityTier
)

var tierFacts = [...]struct{ name, zh, en string }{
	{}, {"community", "社区", "Community"}, {"street", "街道", "Street"}, {"district", "区", "District"}, {"city", "市", "City"},
}

var (
	_ encoding.TextMarshaler   = CityTier
	_ encoding.TextUnmarshaler = (*Tier)(nil)
)

// Tiers lists the tiers, from the lowest. The caller owns the slice.
func Tiers() []Tier { return []Tier{CommunityTier, StreetTier, DistrictTier, CityTier} }

// String is the name used in documents and in the field "tier"; "" for none.
func (t Tier) String() string {
	if int(t) < len(tierFacts) {
		return tierFacts[t].name
	}
	return fmt.Sprintf("invalid(%d)", uint8(t))
}

// Title is the name people see.
func (t Tier) Title() layers.Title {
	if int(t) >= len(tierFacts) {
		return layers.Title{}
	}
	return layers.Title{ZH: tierFacts[t].zh, EN: tierFacts[t].en}
}

// ParseTier is the inverse of String; "" is none. The error is Invalid.
func ParseTier(name string) (Tier, error) {
	for i := range tierFacts {
		if tierFacts[i].name == name {
			return Tier(i), nil
		}
	}
	return 0, layers.Invalidf("event", "/tier", fmt.Sprintf("%.40q is no tier", name))
}

// TierOf is the tier of somebody who answers for the area with the given code:
// the digits say how deep it lies, 12 or more a community, 9 a street, 6 a
// district. Everybody else works for the whole city.
func TierOf(region string) Tier {
	if strings.Trim(region, "0123456789") != "" {
		return CityTier
	}
	switch n := len(region); {
	case n >= 12:
		return CommunityTier
	case n >= 9:
		return StreetTier
	case n == 6 && !strings.HasSuffix(region, "00"):
		return DistrictTier
	}
	return CityTier
}

// MarshalText is String, so that JSON holds names.
func (t Tier) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// UnmarshalText is ParseTier.
func (t *Tier) UnmarshalText(b []byte) error {
	p, err := ParseTier(string(b))
	if err == nil {
		*t = p
	}
	return err
}

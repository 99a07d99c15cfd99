package auth

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"time"

	"wutu/layers"
)

// AccountBucket is the bucket of account records, by account id.
const AccountBucket = "accounts"

// Account is a person who may sign in. It is a value of the store: whoever reads
// one from a Gate must not change what it refers to.
type Account struct {
	ID         string       `json:"id"`
	Name       layers.Title `json:"name"`
	Department string       `json:"department,omitempty"` // id of the department, "" if none

	// Rights, which the security administrator gives.
	Role     layers.Role `json:"role"`
	Region   string      `json:"region,omitempty"`   // code of an area, "" for the whole city
	Cleared  bool        `json:"cleared,omitempty"`  // for personal layers
	Purposes []string    `json:"purposes,omitempty"` // what the person may act for
	Layers   []string    `json:"layers"`             // nil: whatever the role may see

	Enabled bool `json:"enabled"`
	Closed  bool `json:"closed,omitempty"` // disabled for ever; the id is never given again
	Demo    bool `json:"demo,omitempty"`   // may sign in on a server in demo mode only

	Hash       string    `json:"hash,omitempty"`        // of the password; "": cannot sign in with one
	MustChange bool      `json:"must_change,omitempty"` // the password is a one-time password
	GoodUntil  time.Time `json:"good_until,omitzero"`   // of a one-time password, exclusive
	Factor     string    `json:"factor,omitempty"`      // sealed TOTP secret, "" if none is active
	NextFactor string    `json:"next_factor,omitempty"` // sealed secret that waits for its first code
	Step       uint64    `json:"step,omitempty"`        // of the last code that was taken; earlier ones are not
	Issuer     string    `json:"issuer,omitempty"`      // identity platform the person is known to
	Link       string    `json:"link,omitempty"`        // by this name, unique within Issuer
	Created    time.Time `json:"created"`               //
	Version    uint64    `json:"version"`               // counts changes
	Epoch      uint64    `json:"epoch"`                 // counts the changes that end all sessions
}

// IsAdministrator reports whether r is one of the three administrators, of whom
// nobody is two.
func IsAdministrator(r layers.Role) bool {
	return r == layers.SysAdmin || r == layers.SecAdmin || r == layers.Auditor
}

// Administrators lists the three administrators.
func Administrators() []layers.Role {
	return []layers.Role{layers.SysAdmin, layers.SecAdmin, layers.Auditor}
}

// NeedsFactor reports whether the account may act only with a second factor:
// administrators always, but those of a demonstration.
func (a *Account) NeedsFactor() bool { return IsAdministrator(a.Role) && !a.Demo }

// Active reports whether the account may sign in.
func (a *Account) Active() bool { return a.Enabled && !a.Closed }

// Subject is the person as who asks, for a purpose.
func (a *Account) Subject(purpose string) layers.Subject {
	return layers.Subject{ID: a.ID, Name: a.Name, Role: a.Role, Layers: a.Layers, Region: a.Region,
		Department: a.Department, Cleared: a.Cleared, Purpose: purpose}
}

// accountID admits names that are read the same by everybody.
var accountID = regexp.MustCompile(`^[a-z][a-z0-9]*([._-][a-z0-9]+)*$`)

const maxAccountID = 40

// demoPrefix begins the ids of demonstration accounts and keys.
const demoPrefix = "demo-"

// checkID reports an id no new account may have. The error is Invalid.
func checkID(id string) error {
	if len(id) < 2 || len(id) > maxAccountID || !accountID.MatchString(id) {
		return layers.Invalidf("accounts", "/id", fmt.Sprintf("%.60q is not an account id: 2 to %d lower-case letters, digits and single . _ -, starting with a letter", id, maxAccountID))
	}
	if id == "system" || id == "public" || id == DemoID || strings.HasPrefix(id, demoPrefix) || strings.HasPrefix(id, keyPrefix) {
		return layers.Invalidf("accounts", "/id", id+" is reserved")
	}
	return nil
}

// normalID is the account id somebody means who types name; "" when no account
// can be called that.
func normalID(name string) string {
	name = strings.ToLower(strings.TrimSpace(name))
	if len(name) > maxAccountID || !accountID.MatchString(name) {
		return ""
	}
	return name
}

func (a *Account) record() (layers.Record, error) {
	data, err := json.Marshal(a)
	if err != nil {
		return layers.Record{}, &layers.Error{Kind: layers.Internal, Op: "accounts", ID: a.ID, Err: err}
	}
	return layers.Record{Bucket: AccountBucket, Key: a.ID, Data: data}, nil
}

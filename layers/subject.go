package layers

import (
	"slices"
	"time"
)

// Role is what somebody does in the city; it decides what they may see and do.
type Role uint8

// The roles. The zero value is Public, so that a forgotten subject sees least.
const (
	Public     Role = iota // 公众, also everybody who is not signed in
	Planner                // 规划员
	Dispatcher             // 值班坐席/分拨员
	Supervisor             // 督办员/值班长
	GridWorker             // 网格员
	Department             // 处置部门
	Commander              // 领导/指挥
	ThemeOwner             // 专题管理员
	SysAdmin               // 系统管理员
	SecAdmin               // 安全管理员
	Auditor                // 审计管理员
	API                    // another service
	System                 // the program itself: loading, checking, migrating; never given to a request
)

var roleNames = [...]string{"public", "planner", "dispatcher", "supervisor", "gridworker", "department",
	"commander", "themeowner", "sysadmin", "secadmin", "auditor", "api", "system"}

// Roles lists the roles an account or key may hold: all but System.
func Roles() []Role {
	return []Role{Planner, Dispatcher, Supervisor, GridWorker, Department, Commander, ThemeOwner,
		SysAdmin, SecAdmin, Auditor, API, Public}
}

// String is the name used in commands and documents.
func (r Role) String() string { return nameOf(roleNames[:], int(r)) }

// ParseRole is the inverse of String for the roles of Roles. The error is Invalid.
func ParseRole(s string) (Role, error) {
	n, err := parseName(roleNames[:len(roleNames)-1], "role", s)
	return Role(n), err
}

// MarshalText writes the role's name.
func (r Role) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads a role's name. The error is Invalid.
func (r *Role) UnmarshalText(b []byte) (err error) {
	*r, err = ParseRole(string(b))
	return err
}

// Subject is who asks: every query and every change carries one. The zero
// Subject is an anonymous member of the public.
type Subject struct {
	ID         string   // account or key id; "" for anonymous
	Name       Title    // for display
	Role       Role     //
	Layers     []string // layer ids the subject is limited to; nil: whatever the role may see
	Region     string   // code of the area the subject is limited to; "" for the whole city
	Department string   // id of the department the subject works for, "" if none
	Cleared    bool     // may read personal layers and fields (within Layers and Region)
	Purpose    string   // why, for the policy and the audit trail
	Origin     string   // network address of the request, for the audit trail

	// The scope of a key, which narrows whatever the policy gives.
	Fields   []string  // "layer.field": the only personal fields it may read; nil: as the policy says
	Classes  []string  // classes of events, "03*" is a prefix; nil: all
	From, To time.Time // only features that began in [From, To); zero: unbounded. Those without a beginning are not limited

	// Grants are the lines of the policy that speak of the subject, from
	// access.Policy.For; the first that speaks of a layer decides. nil: the
	// standard policy.
	Grants []Grant
}

// SystemSubject is the program itself; it sees everything. It must never be
// derived from a request.
func SystemSubject() Subject { return Subject{ID: "system", Role: System, Cleared: true} }

// InScope reports whether the subject's own list of layers admits the layer id.
func (s *Subject) InScope(layer string) bool {
	return s.Layers == nil || slices.Contains(s.Layers, layer)
}

package layers

import "time"

// GrantMode is how much of a layer a grant gives.
type GrantMode string

// The modes of a grant, from least to most.
const (
	GrantHidden GrantMode = "hidden" // the layer does not exist
	GrantCounts GrantMode = "counts" // counts of the layer's release only
	GrantList   GrantMode = "list"   // features may be listed
)

// GrantEdit is which of the layers it speaks of a grant lets edit.
type GrantEdit string

// The rights to edit.
const (
	EditNone   GrantEdit = ""      // none
	EditOwn    GrantEdit = "own"   // those whose owner is the subject's department
	EditScoped GrantEdit = "scope" // those the subject's own list of layers names: keys made for them
	EditAll    GrantEdit = "all"   // all
)

// Grant is one line of the policy: who may learn what of which layers, in which
// area, of which classes and time, for which purpose. It is plain data, kept and
// exchanged as JSON. Of the lines that speak of a subject and a layer the first
// decides; package access gives them their meaning.
type Grant struct {
	ID    string `json:"id"`              // [a-z0-9-]+, unique in the policy; named in explanations
	Title Title  `json:"title,omitempty"` // for display

	// Of whom the line speaks: all of the parts that are set must hold.
	Roles     []Role    `json:"roles,omitzero"`    // nil: every role
	Accounts  []string  `json:"accounts,omitzero"` // ids of accounts or keys; nil: all
	Cleared   bool      `json:"cleared,omitempty"` // only cleared subjects
	Purposes  []string  `json:"purposes,omitzero"` // only subjects that act for one of these; nil: any
	NotBefore time.Time `json:"not_before,omitzero"`
	NotAfter  time.Time `json:"not_after,omitzero"` // exclusive

	// Of which layers: ids, "element:people", "access:personal"; nil: all.
	Layers []string `json:"layers,omitzero"`

	// What it gives.
	Mode       GrantMode `json:"mode"`
	Region     string    `json:"region,omitempty"`     // "": the whole city; "own": the subject's region; a code. Frame layers are never cut
	MarginM    float64   `json:"margin_m,omitempty"`   // metres around the region, inclusive
	Department bool      `json:"department,omitempty"` // only features whose field "department" is the subject's
	Classes    []string  `json:"classes,omitzero"`     // values of the field "class", else of the layer's kind; "03*" is a prefix
	Days       int       `json:"days,omitempty"`       // only features that began in the last days; those without a beginning are not limited
	Filter     string    `json:"filter,omitempty"`     // CQL2 text, may name any field
	Round      int       `json:"round,omitempty"`      // counts are rounded to multiples of this
	Edit       GrantEdit `json:"edit,omitempty"`       // with list: which layers' features may be made, changed and removed; package access says which never
	Approve    string    `json:"approve,omitempty"`    // whether exports and reveals wait for a security administrator: "never", "always"; "": exports of personal layers do

	// Which fields: names, "personal" (all personal fields), "sealed" (all sealed
	// fields) or "*". A name beats the words; among equals hide beats mask beats
	// show. Fields of which nothing is said are hidden when personal, else shown.
	Show []string `json:"show,omitempty"`
	Mask []string `json:"mask,omitempty"`
	Hide []string `json:"hide,omitempty"`

	// Where is Filter parsed and Since the instant of Days; set by access.
	Where Expr      `json:"-"`
	Since time.Time `json:"-"`
}

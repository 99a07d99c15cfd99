package duty

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"wutu/layers"
	"wutu/layers/model"
	"wutu/layers/worktime"
)

// The form of a dictionary in a file: see doc.go.
type dictionaryJSON struct {
	Edition   string       `json:"edition"`
	Title     layers.Title `json:"title"`
	Source    string       `json:"source"`
	ValidFrom string       `json:"valid_from"` // 2006-01-02
	Note      string       `json:"note,omitempty"`
	Classes   []classJSON  `json:"classes"`
}

type classJSON struct {
	Code            string         `json:"code"`
	Group           layers.Title   `json:"group"`
	Title           layers.Title   `json:"title"`
	Filing          string         `json:"filing"`
	Deadlines       []deadlineJSON `json:"deadlines"`
	Closing         string         `json:"closing"`
	Responsible     string         `json:"responsible"` // a kind of department
	ResponsibleText string         `json:"responsible_text,omitempty"`
	Components      []string       `json:"components,omitempty"`
	Road            bool           `json:"road,omitempty"`
	Icon            string         `json:"icon,omitempty"`
	Source          string         `json:"source,omitempty"`
	Unconfirmed     []string       `json:"unconfirmed,omitempty"`
	Note            string         `json:"note,omitempty"`
}

type deadlineJSON struct {
	For    *layers.Title `json:"for,omitempty"`
	Amount int           `json:"amount"`
	Unit   string        `json:"unit"`
}

// The bounds of a dictionary.
const (
	MaxDictionaryBytes = 4 << 20
	maxClasses         = 5000
	maxDeadlines       = 8
	maxTextBytes       = 2000
	maxEditionBytes    = 64
)

// columns are the names that Unconfirmed may hold.
var columns = []string{"code", "group", "title", "filing", "deadlines", "closing", "responsible"}

// ParseDictionary reads the file form and checks it whole: every column there,
// codes unique, units, kinds of departments and of street furniture known, no
// field that is not described. The error is Invalid and says which class and
// column. Titles without an English text get the Chinese one.
func ParseDictionary(data []byte) (*Dictionary, error) {
	if len(data) > MaxDictionaryBytes {
		return nil, layers.Invalidf("dictionary", "", "is larger than 4 MiB")
	}
	if !utf8.Valid(data) {
		return nil, layers.Invalidf("dictionary", "", "is not UTF-8")
	}
	var in dictionaryJSON
	if err := strict(data, &in); err != nil {
		return nil, layers.Invalidf("dictionary", "", err.Error())
	}
	d := &Dictionary{Edition: in.Edition, Title: both(in.Title), Source: in.Source, Note: in.Note}
	if !isName(in.Edition, maxEditionBytes) {
		return nil, layers.Invalidf("dictionary", "edition", fmt.Sprintf("%.80q is not 1 to 64 letters, digits, points or hyphens", in.Edition))
	}
	var err error
	if d.ValidFrom, err = time.Parse(time.DateOnly, in.ValidFrom); err != nil {
		return nil, layers.Invalidf("dictionary", "valid_from", fmt.Sprintf("%.40q is no day as 2026-11-21", in.ValidFrom))
	}
	if in.Source == "" || in.Title.ZH == "" {
		return nil, layers.Invalidf("dictionary", "source", "a dictionary says what it is (title.zh) and where it comes from (source)")
	}
	for field, s := range map[string]string{"source": in.Source, "title": in.Title.ZH + in.Title.EN, "note": in.Note} {
		if len(s) > maxTextBytes {
			return nil, layers.Invalidf("dictionary", field, "is too long")
		}
	}
	if len(in.Classes) == 0 || len(in.Classes) > maxClasses {
		return nil, layers.Invalidf("dictionary", "classes", fmt.Sprintf("%d classes, from 1 to %d are kept", len(in.Classes), maxClasses))
	}
	for i := range in.Classes {
		c, err := in.Classes[i].class()
		if err != nil {
			return nil, err
		}
		d.Classes = append(d.Classes, c)
	}
	slices.SortFunc(d.Classes, func(a, b Class) int { return strings.Compare(a.Code, b.Code) })
	for i := 1; i < len(d.Classes); i++ {
		if d.Classes[i].Code == d.Classes[i-1].Code {
			return nil, layers.Invalidf("dictionary", "classes", "the code "+d.Classes[i].Code+" stands twice")
		}
	}
	return d, nil
}

func (in *classJSON) class() (Class, error) {
	fail := func(column, format string, args ...any) (Class, error) {
		return Class{}, layers.Invalidf("dictionary", column, fmt.Sprintf("class %.40q: ", in.Code)+fmt.Sprintf(format, args...))
	}
	if !isName(in.Code, maxCodeBytes) {
		return fail("code", "a code is 1 to %d letters, digits, points or hyphens", maxCodeBytes)
	}
	for column, s := range map[string]string{"group": in.Group.ZH, "title": in.Title.ZH, "filing": in.Filing, "closing": in.Closing} {
		if strings.TrimSpace(s) == "" {
			return fail(column, "is empty")
		}
	}
	for column, s := range map[string]string{"group": in.Group.ZH + in.Group.EN, "title": in.Title.ZH + in.Title.EN, "filing": in.Filing, "closing": in.Closing,
		"responsible_text": in.ResponsibleText, "icon": in.Icon, "source": in.Source, "note": in.Note} {
		if len(s) > maxTextBytes {
			return fail(column, "is too long")
		}
	}
	c := Class{Code: in.Code, Group: both(in.Group), Title: both(in.Title), Filing: in.Filing, Closing: in.Closing, Department: in.Responsible,
		Components: in.Components, Road: in.Road, Icon: in.Icon, Source: Local,
		Details: Details{Responsible: in.ResponsibleText, Origin: in.Source, Unconfirmed: in.Unconfirmed, Note: in.Note}}
	if !slices.ContainsFunc(model.DepartmentKinds(), func(k layers.Code) bool { return k.Value == in.Responsible }) {
		return fail("responsible", "%.40q is no kind of department", in.Responsible)
	}
	for _, k := range in.Components {
		if !slices.ContainsFunc(model.ComponentKinds(), func(f model.ComponentKind) bool { return f.Kind == k }) {
			return fail("components", "%.40q is no kind of street furniture", k)
		}
	}
	for _, u := range in.Unconfirmed {
		if !slices.Contains(columns, u) {
			return fail("unconfirmed", "%.40q is no column: %s", u, strings.Join(columns, ", "))
		}
	}
	if len(in.Deadlines) == 0 || len(in.Deadlines) > maxDeadlines {
		return fail("deadlines", "%d deadlines, from 1 to %d are kept", len(in.Deadlines), maxDeadlines)
	}
	var all []NamedDeadline
	for _, x := range in.Deadlines {
		unit, err := worktime.ParseUnit(x.Unit)
		if err != nil {
			return fail("deadlines", "%v", err)
		}
		n := NamedDeadline{Deadline: worktime.Deadline{Amount: x.Amount, Unit: unit}}
		if err := n.Check(); err != nil {
			return fail("deadlines", "%v", err)
		}
		if x.For != nil {
			if n.For = both(*x.For); n.For.ZH == "" || len(n.For.ZH)+len(n.For.EN) > maxTextBytes {
				return fail("deadlines", "the name of a deadline is empty or too long")
			}
		}
		all = append(all, n)
	}
	c.Deadline = all[len(all)-1].Deadline
	if len(all) > 1 || all[0].For.ZH != "" {
		c.Deadlines = all
	}
	return c, nil
}

// MarshalJSON writes the file form: ParseDictionary reads the same dictionary
// back.
func (d *Dictionary) MarshalJSON() ([]byte, error) {
	out := dictionaryJSON{Edition: d.Edition, Title: d.Title, Source: d.Source, ValidFrom: d.ValidFrom.Format(time.DateOnly), Note: d.Note, Classes: []classJSON{}}
	for i := range d.Classes {
		c := &d.Classes[i]
		x := classJSON{Code: c.Code, Group: c.Group, Title: c.Title, Filing: c.Filing, Closing: c.Closing, Responsible: c.Department, ResponsibleText: c.Responsible,
			Components: c.Components, Road: c.Road, Icon: c.Icon, Source: c.origin(), Unconfirmed: c.Unconfirmed, Note: c.Note}
		for _, n := range c.AllDeadlines() {
			y := deadlineJSON{Amount: n.Amount, Unit: n.Unit.String()}
			if n.For.ZH != "" {
				y.For = &n.For
			}
			x.Deadlines = append(x.Deadlines, y)
		}
		out.Classes = append(out.Classes, x)
	}
	return json.Marshal(out)
}

// origin says in words where a class comes from.
func (c *Class) origin() string {
	if c.Origin != "" {
		return c.Origin
	}
	switch c.Source {
	case ListOne:
		return "city list 1"
	case Jiyuan:
		return "Jiyuan list"
	case Local:
	}
	return ""
}

// Pretty is the file form of d, indented for people, with a newline at the end.
func (d *Dictionary) Pretty() ([]byte, error) {
	b, err := d.MarshalJSON()
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return nil, err
	}
	return append(out.Bytes(), '\n'), nil
}

// both is a title with an English text, if need be the Chinese one.
func both(t layers.Title) layers.Title {
	if t.EN == "" {
		t.EN = t.ZH
	}
	return t
}

// isName reports whether s is a short name of letters, digits, points, hyphens and
// underscores.
func isName(s string, most int) bool {
	return s != "" && len(s) <= most && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '.' || r == '-' || r == '_')
	})
}

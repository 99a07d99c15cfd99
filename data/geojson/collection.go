package geojson

import (
	"encoding/json"
	"errors"
	"io"
)

// maxMember bounds members of the collection that are read and not passed over:
// type and crs.
const maxMember = 1 << 16

// collection walks through the members of a top-level object and stops at each
// feature.
type collection struct {
	splitter
	inside bool   // within the features array
	first  bool   // no element of features was read yet
	begun  bool   // the opening brace is consumed
	any    bool   // a member was read
	had    bool   // a features member was read
	crs    string // name in the crs member, "" if none was met
}

// next returns the bytes of the next feature, io.EOF after the closing brace.
func (c *collection) next() ([]byte, error) {
	if !c.begun {
		if _, err := c.expect("{"); err != nil {
			return nil, err
		}
		c.begun = true
	}
	for {
		if c.inside {
			raw, err := c.element()
			if raw != nil || err != nil {
				return raw, err
			}
			c.inside = false
		}
		done, err := c.member()
		if err != nil {
			return nil, err
		}
		if done {
			return nil, io.EOF
		}
	}
}

// element returns the next element of features, nil after the last.
func (c *collection) element() ([]byte, error) {
	ch, err := c.splitter.next()
	if err != nil {
		return nil, c.broken(err)
	}
	switch {
	case ch == ']':
		_, err := c.expect("]")
		return nil, err
	case !c.first:
		if _, err := c.expect(",]"); err != nil {
			return nil, err
		}
	}
	c.first = false
	return c.value(true)
}

// member reads one member of the object, or its end.
func (c *collection) member() (done bool, err error) {
	ch, err := c.splitter.next()
	if err != nil {
		return false, c.broken(err)
	}
	if ch == '}' {
		if _, err := c.expect("}"); err != nil {
			return false, err
		}
		return true, c.tail()
	}
	if c.any {
		if _, err := c.expect(","); err != nil {
			return false, err
		}
	}
	c.any = true
	name, err := c.name()
	if err != nil {
		return false, err
	}
	if _, err := c.expect(":"); err != nil {
		return false, err
	}
	switch name {
	case "features":
		if _, err := c.expect("["); err != nil {
			return false, err
		}
		c.inside, c.first, c.had = true, true, true
	case "crs":
		raw, err := c.value(true)
		if err != nil {
			return false, err
		}
		c.crs = crsName(raw)
	default:
		_, err = c.value(false)
	}
	return false, err
}

// tail checks that nothing follows the document.
func (c *collection) tail() error {
	ch, err := c.splitter.next()
	switch {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return c.broken(err)
	}
	return c.failure("%q after the end of the collection", ch)
}

// name reads a member's name.
func (c *collection) name() (string, error) {
	if ch, err := c.splitter.next(); err != nil || ch != '"' {
		_, err := c.expect(`"`)
		return "", err
	}
	raw, err := c.value(true)
	if err != nil {
		return "", err
	}
	var s string
	if json.Unmarshal(raw, &s) != nil {
		return "", c.failure("a member has no readable name")
	}
	return s, nil
}

// crsName returns the name in a crs member of 2008's GeoJSON, "" when it names
// none.
func crsName(raw []byte) string {
	if len(raw) > maxMember {
		return ""
	}
	var m struct {
		Type       string
		Properties struct {
			Name string
			Code json.Number
		}
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return ""
	}
	if m.Type == "EPSG" && m.Properties.Code != "" {
		return "EPSG:" + m.Properties.Code.String()
	}
	return m.Properties.Name
}

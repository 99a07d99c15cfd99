package param

import (
	"fmt"
	"strconv"

	"wutu/layers"
	"wutu/layers/access"
	"wutu/layers/live"
)

// Layers checks the layers that the member "layers" of a body names; none named
// means all that the subject may count, or list. Errors as Countable and Listable,
// with a pointer to the entry; Invalid for a layer named twice.
func Layers(v *live.View, s *layers.Subject, named []string, listing bool) ([]string, error) {
	if named == nil {
		for _, l := range v.Layers() {
			if m := access.Decide(s, l).Mode; m == access.List || m == access.Counts && !listing {
				named = append(named, l.ID)
			}
		}
		return named, nil
	}
	seen := make(map[string]bool, len(named))
	for i, id := range named {
		at := "/layers/" + strconv.Itoa(i)
		var err error
		if listing {
			_, err = Listable(v, s, id)
		} else {
			_, _, err = Countable(v, s, id)
		}
		if err != nil {
			return nil, At(at, err)
		}
		if seen[id] {
			return nil, layers.Invalidf("request", at, fmt.Sprintf("layer %s is named twice", id))
		}
		seen[id] = true
	}
	return named, nil
}

package duty

import (
	"embed"
	"fmt"
)

//go:embed examples/*.json
var exampleFiles embed.FS

// Examples returns the dictionaries of two example cities that come with the
// program: what two published lists say, with a mark at every column that they do
// not. They are in force nowhere until they are imported. The error is Invalid,
// and never with the files that come with the program.
func Examples() ([]*Dictionary, error) {
	entries, err := exampleFiles.ReadDir("examples")
	if err != nil {
		return nil, err
	}
	var out []*Dictionary
	for _, entry := range entries {
		data, err := exampleFiles.ReadFile("examples/" + entry.Name())
		if err != nil {
			return nil, err
		}
		d, err := ParseDictionary(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name(), err)
		}
		out = append(out, d)
	}
	return out, nil
}

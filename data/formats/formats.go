package formats

import (
	"bytes"
	"fmt"
	"strings"

	csvfile "wutu/data/csv"
	"wutu/data/flatgeobuf"
	"wutu/data/geojson"
	"wutu/data/ingest"
	"wutu/data/osm"
	"wutu/layers"
)

// format is one row of the table.
type format struct {
	name    string
	endings []string
	sniff   func(head []byte) bool
	open    func(ingest.File) ingest.Source
}

func openGeoJSON(f ingest.File) ingest.Source { return geojson.NewSource(f) }
func openCSV(f ingest.File) ingest.Source     { return csvfile.NewSource(f) }
func openFlatGeobuf(f ingest.File) ingest.Source {
	return flatgeobuf.NewSource(f)
}
func openOSM(f ingest.File) ingest.Source { return osm.NewSource(f) }

func table() []format {
	return []format{
		{"geojson", []string{".geojson", ".json"}, looksLikeJSON, openGeoJSON},
		{"geojsonseq", []string{".geojsonl", ".geojsonseq", ".geojsons", ".ndjson", ".jsonl", ".ndgeojson"},
			func(head []byte) bool { return bytes.HasPrefix(head, []byte{0x1e}) }, openGeoJSON},
		{"osm", []string{".osm.pbf", ".pbf"}, looksLikePBF, openOSM},
		{"fgb", []string{".fgb"}, func(head []byte) bool { return bytes.HasPrefix(head, []byte("fgb\x03fgb")) }, openFlatGeobuf},
		{"csv", []string{".csv", ".tsv", ".txt"}, looksLikeTable, openCSV},
	}
}

// Names lists the formats that can be read.
func Names() []string {
	var out []string
	for _, f := range table() {
		out = append(out, f.name)
	}
	return out
}

// Open returns the source of a file in the named format; "" and "auto" choose by
// the ending of its name, whatever .gz stands behind it, and by its first bytes
// where the ending says nothing. Errors:
// Invalid for an unknown name, Unsupported when no format fits, those of opening
// the file.
func Open(f ingest.File, name string) (ingest.Source, error) {
	if name != "" && name != "auto" {
		for _, t := range table() {
			if t.name == name {
				return t.open(f), nil
			}
		}
		return nil, &layers.Error{Kind: layers.Invalid, Op: "import", Field: "format", Err: fmt.Errorf("%q is not one of %v", name, Names())}
	}
	stream, err := f.Stream()
	if err != nil {
		return nil, err
	}
	head, _ := stream.Peek(4096)
	head = bytes.TrimPrefix(head, []byte("\uFEFF"))
	lower := strings.TrimSuffix(strings.ToLower(f.Name), ".gz")
	var found *format
	all := table()
	for i := range all {
		t := &all[i]
		for _, ending := range t.endings {
			if strings.HasSuffix(lower, ending) && found == nil {
				found = t
			}
		}
	}
	if found == nil {
		for i := range all {
			if all[i].sniff(head) {
				found = &all[i]
				break
			}
		}
	}
	if err := stream.Close(); err != nil {
		return nil, err
	}
	if found == nil {
		return nil, &layers.Error{Kind: layers.Unsupported, Op: "import", Field: "format",
			Err: fmt.Errorf("%s looks like none of %v", f.Name, Names())}
	}
	return found.open(f), nil
}

func looksLikeJSON(head []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(head, " \t\r\n"), []byte("{"))
}

// looksLikePBF knows the first block header: its length and the name OSMHeader.
func looksLikePBF(head []byte) bool {
	return len(head) > 16 && head[0] == 0 && head[1] == 0 && bytes.Contains(head[4:min(len(head), 64)], []byte("OSMHeader"))
}

// looksLikeTable wants text with a separator in its first line.
func looksLikeTable(head []byte) bool {
	line, _, _ := bytes.Cut(head, []byte{'\n'})
	return bytes.ContainsAny(line, ",;\t|") && !bytes.ContainsRune(line, 0)
}

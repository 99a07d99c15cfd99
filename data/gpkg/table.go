package gpkg

import (
	"fmt"
	"slices"
	"strings"

	"wutu/layers"
	"wutu/layers/keyring"
)

// table is a layer with the SQL for its table. It is immutable.
type table struct {
	num     int64 // in wutu_layers; 0 while the layer is not yet in the file
	defined uint64
	layer   *layers.Layer
	columns []string // of the fields, in their order
	sealed  []sealedField
	keys    *keyring.Ring // that sealed fields are sealed with

	insert, update, remove    string
	byID, byFID, all, allFrom string
	selected                  string // what they begin with
}

// The columns every table starts with, in the order of insert and update.
const (
	colFID = iota
	colID
	colVersion
	colFrom
	colTo
	colGeom
	fixedColumns
)

// reserved are the column names a field cannot have.
var reserved = map[string]bool{"fid": true, "id": true, "version": true, "valid_from": true, "valid_to": true, "geom": true,
	"rowid": true, "oid": true, "_rowid_": true}

// reservedTables are the beginnings of table names that belong to the standard,
// to SQLite or to the program.
var reservedTables = [...]string{"gpkg_", "sqlite_", "rtree_", "wutu_", "ogr_"}

// checkTableName refuses layers whose table would be taken for something else.
func checkTableName(l *layers.Layer) error {
	for _, prefix := range reservedTables {
		if strings.HasPrefix(l.ID, prefix) {
			return &layers.Error{Kind: layers.Invalid, Op: "gpkg.Apply", Layer: l.ID, Field: "id",
				Err: fmt.Errorf("names that start with %s are reserved in a GeoPackage", prefix)}
		}
	}
	return nil
}

// columnNames names the column of each field: the field's own name, with as many
// underscores behind it as it takes to be unique. It depends only on the fields
// before, so adding fields never renames a column.
func columnNames(fields []layers.Field) []string {
	taken := make(map[string]bool, len(fields))
	out := make([]string, len(fields))
	for i := range fields {
		name := strings.ToValidUTF8(strings.ReplaceAll(fields[i].Name, "\x00", "_"), "_")
		for reserved[foldASCII(name)] || taken[foldASCII(name)] || strings.HasPrefix(foldASCII(name), blindPrefix) {
			if strings.HasPrefix(foldASCII(name), blindPrefix) {
				name = "_" + name
				continue
			}
			name += "_"
		}
		taken[foldASCII(name)] = true
		out[i] = name
	}
	return out
}

// foldASCII lowers the letters SQLite does not tell apart in names.
func foldASCII(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}

func (c *catalog) newTable(num int64, defined uint64, l *layers.Layer) *table {
	t := &table{num: num, defined: defined, layer: l, columns: columnNames(l.Fields), keys: c.keys}
	t.sealed = c.sealedFields(num, l, t.columns)
	names := []string{"fid", "id", "version", "valid_from", "valid_to"}
	// The unary plus hides the declared type from the driver, which would parse
	// times and booleans at great cost.
	picked := []string{"fid", "id", "version", "+valid_from", "+valid_to"}
	if t.spatial() {
		names, picked = append(names, "geom"), append(picked, "geom")
	} else {
		picked = append(picked, "NULL")
	}
	for i, c := range t.columns {
		names = append(names, quote(c))
		if typ := l.Fields[i].Type; typ == layers.Boolean || typ == layers.DateTime {
			picked = append(picked, "+"+quote(c))
		} else {
			picked = append(picked, quote(c))
		}
	}
	for i := range t.sealed {
		names = append(names, quote(t.sealed[i].blind))
	}
	name := quote(l.ID)
	t.insert = fmt.Sprintf("INSERT INTO %s (%s) VALUES (?%s) ON CONFLICT (id) DO NOTHING", name, strings.Join(names, ", "), strings.Repeat(", ?", len(names)-1))
	var sets []string // the places of the update are those of the insert
	for i, n := range names[1:] {
		sets = append(sets, fmt.Sprintf("%s = ?%d", n, i+2))
	}
	t.update = fmt.Sprintf("UPDATE %s SET %s WHERE fid = ?1", name, strings.Join(sets, ", "))
	t.remove = fmt.Sprintf("DELETE FROM %s WHERE fid = ?", name)
	selected := "SELECT " + strings.Join(picked, ", ") + " FROM " + name
	t.byID = selected + " WHERE id = ?"
	t.byFID = selected + " WHERE fid = ?"
	t.all = selected + " ORDER BY id"
	t.allFrom = selected + " WHERE id > ? ORDER BY id"
	t.selected = selected
	return t
}

// seals reports whether the table has a sealed field at place i.
func (t *table) seals(i int) bool {
	return slices.ContainsFunc(t.sealed, func(f sealedField) bool { return f.field == i })
}

func (t *table) spatial() bool { return t.layer.Geometry != layers.NoGeometry }

// statementArgs is the number of places in insert and update.
func (t *table) statementArgs() int {
	n := fixedColumns + len(t.columns) + len(t.sealed)
	if !t.spatial() {
		n--
	}
	return n
}

var columnTypes = [...]string{layers.String: "TEXT", layers.Integer: "INTEGER", layers.Number: "REAL",
	layers.Boolean: "BOOLEAN", layers.DateTime: "DATETIME"}

// geometryName is the geometry type as the standard writes it.
func geometryName(g layers.GeometryType) string { return strings.ToUpper(g.String()) }

// create returns the statements that make the layer's table and register it.
func (t *table) create() string {
	l, name := t.layer, quote(t.layer.ID)
	var b strings.Builder
	fmt.Fprintf(&b, "CREATE TABLE %s (\n  fid INTEGER PRIMARY KEY NOT NULL,\n  id TEXT NOT NULL UNIQUE,\n  version INTEGER,\n  valid_from DATETIME,\n  valid_to DATETIME", name)
	if t.spatial() {
		fmt.Fprintf(&b, ",\n  geom %s", geometryName(l.Geometry))
	}
	for i, c := range t.columns {
		fmt.Fprintf(&b, ",\n  %s %s", quote(c), columnTypes[l.Fields[i].Type])
	}
	for i := range t.sealed {
		fmt.Fprintf(&b, ",\n  %s BLOB", quote(t.sealed[i].blind))
	}
	b.WriteString("\n);\n")
	// A change of a row that does not come from this program keeps the version.
	fmt.Fprintf(&b, "CREATE TRIGGER %s AFTER UPDATE ON %s WHEN NEW.version IS OLD.version\nBEGIN INSERT INTO wutu_foreign (layer, fid) VALUES (%d, NEW.fid); END;\n",
		quote("wutu_foreign_"+l.ID), name, t.num)
	dataType, srs := "features", "4326"
	if !t.spatial() {
		dataType, srs = "attributes", "NULL"
	}
	fmt.Fprintf(&b, "INSERT INTO gpkg_contents (table_name, data_type, identifier, description, srs_id) VALUES (%s, '%s', %s, %s, %s);\n",
		literal(l.ID), dataType, literal(l.ID), literal(describe(l)), srs)
	if t.spatial() {
		fmt.Fprintf(&b, "INSERT INTO gpkg_geometry_columns VALUES (%s, 'geom', '%s', 4326, 0, 0);\n", literal(l.ID), geometryName(l.Geometry))
	}
	return b.String()
}

// alter returns the statements that turn the table of before into t's.
func (t *table) alter(before *table) string {
	l, name := t.layer, quote(t.layer.ID)
	var b strings.Builder
	for i := len(before.columns); i < len(t.columns); i++ {
		fmt.Fprintf(&b, "ALTER TABLE %s ADD COLUMN %s %s;\n", name, quote(t.columns[i]), columnTypes[l.Fields[i].Type])
	}
	for i := range t.sealed {
		if f := &t.sealed[i]; !before.seals(f.field) {
			fmt.Fprintf(&b, "ALTER TABLE %s ADD COLUMN %s BLOB;\n", name, quote(f.blind))
		}
	}
	if l.Geometry != before.layer.Geometry {
		fmt.Fprintf(&b, "UPDATE gpkg_geometry_columns SET geometry_type_name = '%s' WHERE table_name = %s;\n", geometryName(l.Geometry), literal(l.ID))
	}
	fmt.Fprintf(&b, "UPDATE gpkg_contents SET description = %s WHERE table_name = %s;\n", literal(describe(l)), literal(l.ID))
	return b.String()
}

func describe(l *layers.Layer) string {
	text := l.Title.ZH
	if l.Title.EN != "" && text != "" {
		text += " / "
	}
	return strings.ReplaceAll(text+l.Title.EN, "\x00", "")
}

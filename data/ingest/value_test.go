package ingest_test

import (
	"context"
	"io"
	"strings"
	"testing"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	csvfile "wutu/data/csv"
	"wutu/data/ingest"
	"wutu/layers"
	"wutu/layers/memstore"
)

func TestParseTime(t *testing.T) {
	boston, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2015-01-01 01:13:33":       "2015-01-01T06:13:33Z",
		"2015-07-01 01:13:33":       "2015-07-01T05:13:33Z",
		"2015-01-01T01:13:33+08:00": "2014-12-31T17:13:33Z",
		"2015-01-01T01:13":          "2015-01-01T06:13:00Z",
		"01/05/2015 12:40:41 PM":    "2015-01-05T17:40:41Z",
		"01/05/2015 12:40:41 AM":    "2015-01-05T05:40:41Z",
		"25/12/2015":                "2015-12-25T05:00:00Z",
		"12/25/2015":                "2015-12-25T05:00:00Z",
		"2015/1/5":                  "2015-01-05T05:00:00Z",
		"2015-01-01 01:13:33.5":     "2015-01-01T06:13:33.5Z",
	} {
		at, err := ingest.ParseTime(text, boston)
		if got := at.Format(time.RFC3339Nano); err != nil || got != want {
			t.Errorf("%q is %s (%v), not %s", text, got, err, want)
		}
	}
	for _, text := range []string{"", "01/05/2015", "2015-02-30", "2015-13-01", "12:00", "20150101", "2015-01-01 25:00:00", "5/6", "2015-01-01 x", "0/0/2015"} {
		if at, err := ingest.ParseTime(text, boston); err == nil {
			t.Errorf("%q is read as %v", text, at)
		}
	}
}

func file(content string) ingest.File {
	return ingest.File{Name: "a.csv", Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }}
}

func TestInferTypes(t *testing.T) {
	l, err := ingest.Infer(context.Background(), csvfile.NewSource(file(
		"name,kind,floors,height,code,mixed,flag,at,long,empty,x,y\n"+
			"A,home,3,9.5,04,1,true,2020-01-01,1234567890123456,,1,2\n"+
			"B,shop,4,12,05,z,false,2020-01-02 10:00:00,2,,3,4\n")), ingest.Options{Layer: "a", Element: layers.Land})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]layers.FieldType{"name": layers.String, "floors": layers.Integer, "height": layers.Number, "code": layers.String,
		"mixed": layers.String, "flag": layers.Boolean, "at": layers.DateTime, "long": layers.String, "empty": layers.String} {
		if got := l.Fields[l.FieldIndex(name)].Type; got != want {
			t.Errorf("%s is a %s, not a %s", name, got, want)
		}
	}
	if l.TitleField != "name" || l.KindField != "kind" || l.HeightField != "height" || l.Geometry != layers.Point {
		t.Errorf("%+v", l)
	}
}

// TestMapping imports a Chinese table in its old encoding into an existing layer
// under other names.
func TestMapping(t *testing.T) {
	content, err := simplifiedchinese.GB18030.NewEncoder().String("名称,层数,多余,经度,纬度\n望江楼,12,x,111.29,30.69\n无名,很高,x,111.29,30.69\n空,,,,\n")
	if err != nil {
		t.Fatal(err)
	}
	f := file(content)
	f.Encoding = simplifiedchinese.GB18030
	store, ctx := memstore.New(), context.Background()
	l := &layers.Layer{ID: "b", Element: layers.Land, Geometry: layers.Point,
		Fields: []layers.Field{{Name: "name", Type: layers.String}, {Name: "floors", Type: layers.Integer}}}
	if _, err := store.Apply(ctx, layers.Batch{Layers: []*layers.Layer{l}}); err != nil {
		t.Fatal(err)
	}
	var rejects []ingest.Reject
	sum, err := ingest.Run(ctx, store, csvfile.NewSource(f), ingest.Options{Layer: "b", ID: "名称", Mapping: map[string]string{"name": "名称", "floors": "层数"},
		Rejected: func(r ingest.Reject) error { rejects = append(rejects, r); return nil }})
	if err != nil || sum.Stored != 2 || sum.Rejected != 1 || len(sum.Ignored) != 1 || sum.Ignored["多余"] != 1 {
		t.Fatalf("%+v %v", sum, err)
	}
	if r := rejects[0]; r.Record != 2 || r.Field != "层数" || r.Rule != "type" || r.Value != "很高" {
		t.Errorf("%+v", r)
	}
	for f, err := range store.Read(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: "b"}) {
		if err != nil {
			t.Fatal(err)
		}
		if known := f.Key == "望江楼"; known != (f.Shape != nil) || known && f.Value(1).Int() != 12 {
			t.Errorf("%+v", f)
		}
	}
	if _, err := ingest.Run(ctx, store, csvfile.NewSource(f), ingest.Options{Layer: "missing"}); layers.KindOf(err) != layers.NotFound {
		t.Errorf("a missing layer: %v", err)
	}
}

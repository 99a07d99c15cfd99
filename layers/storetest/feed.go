package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"wutu/layers"
)

func testChanges(t *testing.T, s *suite) {
	at := day(3).Add(1234567 * time.Microsecond)
	s.apply(layers.Batch{At: at, Layers: []*layers.Layer{things()}, Changes: []layers.Change{put("things", thing("a", 1)), put("things", thing("b", 2))}})
	s.changes(remove("things", "b"), put("things", thing("c", 3)), put("things", thing("a", 4)))
	describe := func(cs []layers.Change) []string {
		var out []string
		for _, c := range cs {
			out = append(out, fmt.Sprintf("%d %s %s", c.Seq, c.Op, c.ID))
		}
		return out
	}
	// b's put and a's first put may be folded into the changes after them.
	got := slices.DeleteFunc(describe(s.follow(0)), func(c string) bool { return c == "2 put a" || c == "3 put b" })
	if want := []string{"1 define ", "4 delete b", "5 put c", "6 put a"}; !slices.Equal(got, want) {
		t.Errorf("changes %q, expected %q", got, want)
	}
	if got, want := describe(s.follow(4)), []string{"5 put c", "6 put a"}; !slices.Equal(got, want) {
		t.Errorf("changes after 4: %q, expected %q", got, want)
	}
	for _, since := range []uint64{6, 7, 1 << 62, 1<<64 - 1} {
		if got := s.follow(since); len(got) != 0 {
			t.Errorf("changes after %d: %q", since, describe(got))
		}
	}
	all := s.follow(0)
	if c := all[0]; !c.At.Equal(at) || c.Def == nil || c.Def.ID != "things" || c.Layer != "things" {
		t.Errorf("the definition in the feed: %+v", c)
	}
	last := all[len(all)-1]
	if last.Feature == nil || last.Layer != "things" {
		t.Fatalf("the last change: %+v", last)
	}
	current := s.one("things", "a")
	if d := difference(last.Feature, &current); d != "" {
		t.Errorf("the feature in the feed: %s", d)
	}
	// The feed is what it was at the call: writing while following adds nothing.
	n := 0
	for range s.store.Changes(s.ctx, 4) {
		s.changes(put("things", thing(fmt.Sprintf("later%d", n), 1)))
		n++
	}
	if n != 2 {
		t.Errorf("%d changes, 2 were committed at the call", n)
	}
	replay(t, s)
}

// replay asserts that the feed from the beginning leads to the current state.
func replay(t *testing.T, s *suite) {
	t.Helper()
	state := make(map[string]map[string]layers.Feature)
	for _, c := range s.follow(0) {
		switch c.Op {
		case layers.Define:
			if state[c.Layer] == nil {
				state[c.Layer] = make(map[string]layers.Feature)
			}
		case layers.Put:
			state[c.Layer][c.ID] = *c.Feature
		case layers.Delete:
			delete(state[c.Layer], c.ID)
		}
	}
	for layer, features := range state {
		got := s.read(layers.Query{Layer: layer})
		if len(got) != len(features) {
			t.Errorf("%s: %d features, the feed leads to %d", layer, len(got), len(features))
		}
		for i := range got {
			want, ok := features[got[i].Key]
			if !ok {
				t.Errorf("%s: the feed does not know %s", layer, got[i].Key)
			} else if d := difference(&got[i], &want); d != "" {
				t.Errorf("%s: by the feed %s", layer, d)
			}
		}
	}
}

func (s *suite) records(bucket, prefix string) []layers.Record {
	s.Helper()
	var out []layers.Record
	for r, err := range s.store.Records(s.ctx, bucket, prefix) {
		if err != nil {
			s.Fatalf("records: %v", err)
		}
		out = append(out, r)
	}
	return out
}

func testRecords(t *testing.T, s *suite) {
	soon, past := time.Now().Add(time.Hour), time.Now().Add(-time.Hour)
	rec := func(bucket, key, data string) layers.Record {
		return layers.Record{Bucket: bucket, Key: key, Data: []byte(data)}
	}
	expiring := func(r layers.Record, at time.Time) layers.Record { r.Expires = at; return r }
	absent := func(r layers.Record) layers.Record { r.IfAbsent = true; return r }
	s.apply(layers.Batch{Records: []layers.Record{rec("keys", "b", "2"), rec("keys", "a", "1"), rec("keys", "aa", ""), rec("other", "a", "3"),
		expiring(rec("keys", "a-soon", "4"), soon), expiring(rec("keys", "a-past", "5"), past), rec("keys", "", "6"), rec("keys", "\xf4\x8f\xbf\xbf", "7"), rec("keys", "路", "8")}})
	if seq := s.seq(); seq != 0 {
		t.Errorf("records moved the sequence to %d", seq)
	}
	expect := func(what, bucket, prefix string, want ...string) {
		t.Helper()
		var got []string
		for _, r := range s.records(bucket, prefix) {
			got = append(got, r.Key+"="+string(r.Data))
			if r.Bucket != bucket || r.Data == nil {
				t.Errorf("%s: record %+v", what, r)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, expected %q", what, got, want)
		}
	}
	expect("all", "keys", "", "=6", "a=1", "a-soon=4", "aa=", "b=2", "路=8", "\xf4\x8f\xbf\xbf=7")
	expect("prefix", "keys", "a", "a=1", "a-soon=4", "aa=")
	expect("last prefix", "keys", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf=7")
	expect("CJK prefix", "keys", "路", "路=8")
	expect("no bucket", "nothing", "")
	if got := s.records("keys", "a-soon"); len(got) != 1 || !got[0].Expires.Equal(soon.Truncate(time.Microsecond)) {
		t.Errorf("expiry %v, expected %s", got, soon)
	}
	s.refused(layers.Conflict, layers.Batch{Records: []layers.Record{absent(rec("keys", "a", "x"))}})
	s.refused(layers.Conflict, layers.Batch{Records: []layers.Record{absent(rec("keys", "a-soon", "x"))}})
	s.refused(layers.Conflict, layers.Batch{Records: []layers.Record{absent(rec("keys", "twice", "x")), absent(rec("keys", "twice", "y"))}})
	s.apply(layers.Batch{Records: []layers.Record{absent(rec("keys", "a-past", "new")), absent(rec("keys", "c", "new")), rec("keys", "b", "new"),
		{Bucket: "keys", Key: "a"}, {Bucket: "keys", Key: "nobody"}}})
	expect("after changes", "keys", "", "=6", "a-past=new", "a-soon=4", "aa=", "b=new", "c=new", "路=8", "\xf4\x8f\xbf\xbf=7")
	for range s.store.Records(s.ctx, "keys", "") {
		break
	}
}

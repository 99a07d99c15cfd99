package cql2

import (
	"testing"

	"github.com/paulmach/orb"

	"wutu/layers"
)

// The abstract test suite of OGC 21-065r2 (Annex A) lists filters with the
// number of features they select from a public data set. These are its three
// towns that carry times, and the filters that concern them.
func publishedTowns() (*layers.Layer, []*layers.Feature) {
	l := &layers.Layer{ID: "towns", Element: layers.Frame, Geometry: layers.Point, Fields: []layers.Field{
		{Name: "name", Type: layers.String}, {Name: "pop_other", Type: layers.Integer},
		{Name: "start", Type: layers.DateTime}, {Name: "end", Type: layers.DateTime},
		{Name: "date", Type: layers.DateTime}, {Name: "boolean", Type: layers.Boolean}}}
	town := func(name string, pop int64, start, end, date string, b bool, x, y float64) *layers.Feature {
		return &layers.Feature{Key: name, Shape: orb.Point{x, y}, Values: []layers.Value{layers.Text(name), layers.Int(pop),
			at(start), at(end), at(date + "T00:00:00Z"), layers.Bool(b)}}
	}
	return l, []*layers.Feature{
		town("København", 1038288, "2021-04-16T10:15:59Z", "2022-04-16T10:16:06Z", "2021-04-16", true, 12.56, 55.68),
		town("Berlin", 3013258, "2022-04-16T10:13:19Z", "2024-02-22T09:37:52Z", "2023-04-16", true, 13.4, 52.52),
		town("Athens", 112572, "2022-04-16T10:15:10Z", "2022-12-16T10:14:53Z", "2022-04-16", false, 23.73, 37.99),
	}
}

func TestPublishedCounts(t *testing.T) {
	layer, towns := publishedTowns()
	for text, want := range map[string]int{
		`"date"<>DATE('2022-04-16')`: 2,
		`"date">=DATE('2022-04-16')`: 2,
		`"date" in (DATE('2021-04-16'),DATE('2022-04-16'),DATE('2022-04-18'))`:     2,
		`"date" not in (DATE('2021-04-16'),DATE('2022-04-16'),DATE('2022-04-18'))`: 1,
		`start<=TIMESTAMP('2022-04-16T10:13:19Z')`:                                 2,
		`start not in (TIMESTAMP('2022-04-16T10:13:19Z'))`:                         2,
		`boolean in (true)`:                                                                           2,
		`boolean not in (false)`:                                                                      2,
		`t_after("date",date('2022-04-16'))`:                                                          1,
		`t_before("date",date('2022-04-16'))`:                                                         1,
		`t_disjoint("date",date('2022-04-16'))`:                                                       2,
		`t_equals("date",date('2022-04-16'))`:                                                         1,
		`t_intersects("date",date('2022-04-16'))`:                                                     1,
		`t_after("date",interval('2022-01-01','2022-12-31'))`:                                         1,
		`t_before("date",interval('2022-01-01','2022-12-31'))`:                                        1,
		`t_disjoint("date",interval('2022-01-01','2022-12-31'))`:                                      2,
		`t_equals("date",interval('2022-01-01','2022-12-31'))`:                                        0,
		`t_equals("date",interval('2022-04-16','2022-04-16'))`:                                        1,
		`t_intersects("date",interval('2022-01-01','2022-12-31'))`:                                    1,
		`t_after(start,timestamp('2022-04-16T10:13:19Z'))`:                                            1,
		`t_after(start,interval('2022-01-01T00:00:00Z','2022-12-31T23:59:59Z'))`:                      0,
		`t_before(start,interval('2022-01-01T00:00:00Z','2022-12-31T23:59:59Z'))`:                     1,
		`t_intersects(start,interval('2022-01-01T00:00:00Z','2022-12-31T23:59:59Z'))`:                 2,
		`t_after(interval(start,end),interval('..','2022-04-16T10:13:19Z'))`:                          1,
		`t_before(interval(start,end),interval('2023-01-01T00:00:00Z','..'))`:                         2,
		`t_disjoint(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:15:09Z'))`:     1,
		`t_equals(interval(start,end),interval('2021-04-16T10:15:59Z','2022-04-16T10:16:06Z'))`:       1,
		`t_intersects(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:15:09Z'))`:   2,
		`T_CONTAINS(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:15:10Z'))`:     1,
		`T_DURING(interval(start,end),interval('2022-01-01T00:00:00Z','2022-12-31T23:59:59Z'))`:       1,
		`T_FINISHES(interval(start,end),interval('2020-04-16T10:13:19Z','2022-04-16T10:16:06Z'))`:     1,
		`T_FINISHEDBY(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:16:06Z'))`:   1,
		`T_MEETS(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:15:10Z'))`:        0,
		`T_METBY(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:15:10Z'))`:        1,
		`T_OVERLAPPEDBY(interval(start,end),interval('2020-04-16T10:13:19Z','2022-04-16T10:15:10Z'))`: 2,
		`T_OVERLAPS(interval(start,end),interval('2022-04-16T10:13:19Z','2023-04-16T10:15:10Z'))`:     1,
		`T_STARTEDBY(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:15:10Z'))`:    1,
		`T_STARTS(interval(start,end),interval('2022-04-16T10:13:19Z','2022-04-16T10:15:10Z'))`:       0,
		`pop_other=1038280+8`:                                  1,
		`1038280+8=pop_other`:                                  1,
		`pop_other>1038290-21 div 10`:                          1,
		`pop_other<1038280+2^3`:                                1,
		`CASEI(name)=casei('KØBENHAVN')`:                       1,
		`name IN ('Kiev','kobenhavn','Berlin','athens','foo')`: 1,
		`CASEI(name) IN (casei('Kiev'), casei('kobenhavn'), casei('Berlin'), casei('athens'), casei('foo'))`: 2,
	} {
		e, err := Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		p, err := Compile(e, layer)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		got := 0
		for _, f := range towns {
			if p.Match(f) {
				got++
			}
		}
		if got != want {
			t.Errorf("%s selects %d, the standard says %d", text, got, want)
		}
	}
}

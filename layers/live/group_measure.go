package live

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"wutu/layers"
)

// MeasureOp is an aggregate function.
type MeasureOp uint8

// The aggregate functions. Null values are left out.
const (
	Sum      MeasureOp = iota + 1
	Avg                // the sum, divided once
	Min                //
	Max                //
	Values             // how many values are not null
	Distinct           // how many different values there are
	Quantile           // linear between the two values around the place (type 7 of Hyndman and Fan, SQL's percentile_cont)
	Bins               // how many values lie in each bin
)

var measureNames = [...]string{"", "sum", "avg", "min", "max", "count", "distinct", "q", "histogram"}

// String is the name used in queries.
func (o MeasureOp) String() string {
	if int(o) < len(measureNames) {
		return measureNames[o]
	}
	return ""
}

// Measure is an aggregate of a field.
type Measure struct {
	Op    MeasureOp
	Field string
	Q     float64   // of Quantile: 0 (least) to 1 (greatest)
	N     int       // of Bins: that many of equal width from the least value to the greatest; 0: as Edges say
	Edges []float64 // of Bins, ascending: n+1 edges of n bins
}

// maxBins bounds the bins of one histogram.
const maxBins = 1000

// ParseMeasure reads "sum:area" and its like: sum, avg or mean, min, max, count,
// distinct; median, p90 (also p99.9) and q:0.25 for quantiles; histogram:10 for
// ten bins of equal width from the least value to the greatest,
// histogram:10:0:100 for ten from 0 to 100, histogram:0,5,20 for the bins between
// these edges; each with a colon and the field. The error is Invalid.
func ParseMeasure(s string) (Measure, error) {
	fail := func() (Measure, error) {
		return Measure{}, layers.Invalidf("stats", "measures", fmt.Sprintf("%.80q is not sum, avg, min, max, count, distinct, median, p90, q:0.9, "+
			"histogram:10, histogram:10:0:100 or histogram:0,5,20, then a colon and a field", s))
	}
	words := strings.Split(s, ":")
	if len(words) < 2 || words[len(words)-1] == "" {
		return fail()
	}
	m := Measure{Field: words[len(words)-1]}
	args, ok := words[1:len(words)-1], true
	switch op := words[0]; {
	case op == "":
		ok = false
	case op == "median":
		m.Op, m.Q, ok = Quantile, 0.5, len(args) == 0
	case op == "mean":
		m.Op, ok = Avg, len(args) == 0
	case op == "q":
		m.Op = Quantile
		if ok = len(args) == 1; ok {
			m.Q, ok = number(args[0])
		}
	case op == "histogram" || op == "hist":
		m.Op = Bins
		ok = m.parseBins(args)
	case slices.Index(measureNames[:Distinct+1], op) > 0:
		m.Op, ok = MeasureOp(slices.Index(measureNames[:], op)), len(args) == 0
	default:
		var percent float64
		percent, ok = number(strings.TrimPrefix(op, "p"))
		m.Op, m.Q, ok = Quantile, percent/100, ok && op[0] == 'p' && len(args) == 0
	}
	if !ok || m.Check() != nil {
		return fail()
	}
	return m, nil
}

func (m *Measure) parseBins(args []string) bool {
	switch {
	case len(args) == 1 && strings.Contains(args[0], ","):
		for _, w := range strings.Split(args[0], ",") {
			x, ok := number(w)
			if !ok || len(m.Edges) > maxBins {
				return false
			}
			m.Edges = append(m.Edges, x)
		}
		return true
	case len(args) == 1 || len(args) == 3:
		n, err := strconv.Atoi(args[0])
		if err != nil || n < 1 || n > maxBins {
			return false
		}
		if len(args) == 1 {
			m.N = n
			return true
		}
		lo, ok1 := number(args[1])
		hi, ok2 := number(args[2])
		m.Edges = equalBins(lo, hi, n)
		return ok1 && ok2
	}
	return false
}

// number reads a finite number.
func number(s string) (float64, bool) {
	x, err := strconv.ParseFloat(s, 64)
	return x + 0, err == nil && !math.IsNaN(x) && !math.IsInf(x, 0)
}

// Check returns an Invalid error for a measure that cannot be taken.
func (m *Measure) Check() error {
	ok := m.Op >= Sum && m.Op <= Bins && m.Field != ""
	switch m.Op {
	case Quantile:
		ok = ok && m.Q >= 0 && m.Q <= 1
	case Bins:
		ok = ok && m.N >= 0 && m.N <= maxBins && (m.N > 0) != (len(m.Edges) > 0) && len(m.Edges) <= maxBins+1 && len(m.Edges) != 1
		for i, x := range m.Edges {
			ok = ok && !math.IsNaN(x) && !math.IsInf(x, 0) && (i == 0 || m.Edges[i-1] < x)
		}
	case Sum, Avg, Min, Max, Values, Distinct:
	}
	if !ok {
		return layers.Invalidf("stats", "measures", fmt.Sprintf("%.80q cannot be measured", m.String()))
	}
	return nil
}

// String is the inverse of ParseMeasure.
func (m Measure) String() string {
	args := ""
	switch {
	case m.Op == Quantile:
		args = ":" + strconv.FormatFloat(m.Q, 'g', -1, 64)
	case m.Op == Bins && m.N > 0:
		args = ":" + strconv.Itoa(m.N)
	case m.Op == Bins:
		for i, x := range m.Edges {
			args += string(":,"[min(i, 1)]) + strconv.FormatFloat(x, 'g', -1, 64)
		}
	}
	return m.Op.String() + args + ":" + m.Field
}

// takes reports whether a measure can be taken of fields of type t.
func (o MeasureOp) takes(t layers.FieldType) bool {
	switch o {
	case Values, Distinct:
		return true
	case Min, Max:
		return t == layers.Integer || t == layers.Number || t == layers.DateTime
	case Sum, Avg, Quantile, Bins:
	}
	return t == layers.Integer || t == layers.Number
}

// measureFields finds and checks the fields of measures.
func (p *plan) measureFields(measures []Measure) ([]int, error) {
	out := make([]int, len(measures))
	for i := range measures {
		m := &measures[i]
		if err := m.Check(); err != nil {
			return nil, err
		}
		f := p.table.layer.FieldIndex(m.Field)
		if f < 0 {
			return nil, layers.Invalidf("stats", "measures", fmt.Sprintf("layer %s has no field %.80q", p.table.layer.ID, m.Field))
		}
		if t := p.table.layer.Fields[f].Type; !m.Op.takes(t) {
			return nil, layers.Invalidf("stats", "measures", fmt.Sprintf("field %s is a %s, of which there is no %s", m.Field, t, m.Op))
		}
		if err := p.mayCountBy(f, true); err != nil {
			return nil, err
		}
		if err := p.mayMeasure(m); err != nil {
			return nil, err
		}
		out[i] = f
	}
	return out, nil
}

package event

import (
	"slices"
	"strings"
	"time"

	"wutu/layers"
	"wutu/layers/model"
)

// Column is a value of the layer "events" that follows from the history of a
// case.
type Column struct {
	Field string
	Value layers.Value // null for what is not known or not yet
}

// Columns are the values of all columns of the layer "events" that a history
// decides, in a fixed order; it is the one place that sets them. The others
// (class name, description, place, areas, department's name, reporter) belong to
// the report and to the city. They do not depend on when they are asked for:
// what is overdue is said by comparing clock_due with the time. Class, level,
// channel, department, tier and source reference are left out as long as the
// history does not tell them, as histories of the first release do not: once told
// they never go back.
//
// due_at is the end of the handling. clock is the running clock of the case that
// ends first, so that a case is overdue if and only if clock_due is over.
func Columns(c *Case) []Column {
	var out []Column
	for _, w := range [][2]string{{model.Class, c.Class}, {model.Level, c.Level}, {model.Channel, c.Channel()}, {model.Department, c.Lead},
		{model.Tier, c.Tier.String()}, {model.SourceRef, c.Source}} {
		if w[1] != "" {
			out = append(out, Column{w[0], word(w[1])})
		}
	}
	out = append(out, []Column{
		{model.State, word(c.State.String())},
		{model.ReportedAt, layers.Instant(c.ReportedAt)},
		{model.UpdatedAt, layers.Instant(c.UpdatedAt)},
		{model.DueAt, layers.Instant(c.DueAt())},
		{model.ClosedAt, layers.Instant(c.ClosedAt)},
	}...)
	clock, due, warn := "", time.Time{}, time.Time{}
	if k := c.Current(); k != nil {
		clock, due, warn = string(k.Name), k.Due, k.Warn
	}
	pending := ""
	if c.Pending != nil {
		pending = c.Pending.Step.String()
	}
	var assists []string
	worker := c.Worker
	for i := range c.Tasks {
		t := &c.Tasks[i]
		switch {
		case !t.Lead:
			assists = append(assists, t.Department)
		case c.State == Dispatched || c.State == Handling || c.State == Suspended:
			worker = t.Worker
		}
	}
	return append(out,
		Column{model.Clock, word(clock)},
		Column{model.ClockDue, layers.Instant(due)},
		Column{model.WarnAt, layers.Instant(warn)},
		Column{model.Supervision, layers.Int(int64(c.Supervision))},
		Column{model.Returns, layers.Int(int64(c.Returns))},
		Column{model.Reworks, layers.Int(int64(c.Reworks))},
		Column{model.Extensions, layers.Int(int64(c.Extensions))},
		Column{model.Reports, layers.Int(int64(max(1, len(c.Reports))))},
		Column{model.Photos, layers.Int(int64(len(c.Photos)))},
		Column{model.FiledAt, layers.Instant(c.FiledAt)},
		Column{model.DispatchedAt, layers.Instant(c.DispatchedAt)},
		Column{model.SignedAt, layers.Instant(c.SignedAt)},
		Column{model.FedBackAt, layers.Instant(c.FedBackAt)},
		Column{model.Worker, word(worker)},
		Column{model.Assists, word(strings.Join(assists, " "))},
		Column{model.Pending, word(pending)},
		Column{model.Master, word(c.Master)},
		Column{model.Flags, word(strings.Join(c.Flags(), " "))},
	)
}

// Differs lists the columns, as far as the layer has them, in which the feature is
// not what the history of c says; nil when both agree.
func Differs(c *Case, l *layers.Layer, f *layers.Feature) []string {
	var out []string
	for _, col := range Columns(c) {
		if i := l.FieldIndex(col.Field); i >= 0 && f.Value(i) != col.Value {
			out = append(out, col.Field)
		}
	}
	return out
}

// word is a text value; "" is null.
func word(s string) layers.Value {
	if s == "" {
		return layers.Value{}
	}
	return layers.Text(s)
}

// flagFacts are the marks that a case can bear, in the order of the field
// "flags".
var flagFacts = []struct {
	layers.Code
	holds func(*Case) bool
}{
	{coded("urgent", "紧急", "Urgent"), func(c *Case) bool { return c.Level == "urgent" || c.Level == "major" }},
	{coded("late", "曾超时", "Was late"), late},
	{coded("extended", "延期", "Extended"), func(c *Case) bool { return c.Extensions > 0 }},
	{coded("supervised", "督办", "Supervised"), func(c *Case) bool { return c.Supervision > 0 }},
	{coded("returned", "退单", "Returned"), func(c *Case) bool { return c.Returns > 0 }},
	{coded("reworked", "返工", "Reworked"), func(c *Case) bool { return c.Reworks > 0 }},
	{coded("reopened", "重办", "Reopened"), func(c *Case) bool { return c.Reopenings > 0 }},
	{coded("disputed", "疑难", "Disputed"), func(c *Case) bool { return c.Returns > 1 || c.Adjudicated }},
	{coded("auto_signed", "自动签收", "Signed by the program"), func(c *Case) bool { return c.AutoSigned }},
	{coded("review", "待复核", "Review due"), func(c *Case) bool { return c.Reviewing && c.State == Suspended }},
	{coded("repeated", "重复诉求", "Reported repeatedly"), func(c *Case) bool { return repeated(c) }},
	{coded("many", "涉众", "Concerns many"), func(c *Case) bool { return len(c.Reports) >= manyReports }},
}

// manyReports is from how many reports on a case concerns many people.
const manyReports = 5

// late reports whether a handling clock of the case ended too late.
func late(c *Case) bool {
	return slices.ContainsFunc(c.Clocks, func(k Clock) bool {
		return k.Name == HandleClock && k.Task == "" && !k.EndedAt.IsZero() && k.at(k.EndedAt) == ClockMissed
	})
}

func repeated(c *Case) bool { return len(c.Reports) > 1 || len(c.Links) > 0 }

// Flags are the marks that the case bears, in a fixed order. The caller owns the
// slice.
func (c *Case) Flags() []string {
	var out []string
	for i := range flagFacts {
		if flagFacts[i].holds(c) {
			out = append(out, flagFacts[i].Value)
		}
	}
	return out
}

// FlagCodes lists every flag with its titles. The caller owns the slice.
func FlagCodes() []layers.Code {
	out := make([]layers.Code, 0, len(flagFacts))
	for i := range flagFacts {
		out = append(out, flagFacts[i].Code)
	}
	return out
}

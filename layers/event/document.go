package event

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
)

// Document is the life cycle as a Markdown page: a diagram of the states and the
// whole table with needs and guards in Chinese and English, made from the rows
// that decide. LIFE.md is a copy that a test holds equal.
func Document() []byte {
	var b bytes.Buffer
	b.WriteString("# 事件全周期 · The life of a case\n\nMade from the table in `layers/event`; do not edit.\n\n```mermaid\nstateDiagram-v2\n    [*] --> reported: report\n")
	for _, s := range States() {
		for _, to := range States() {
			var steps []string
			for i := range transitions {
				t := &transitions[i]
				if t.To == to && slices.Contains(t.From, s) && !slices.Contains(steps, t.Step.String()) {
					steps = append(steps, t.Step.String())
				}
			}
			if len(steps) > 0 && to != Withdrawn {
				fmt.Fprintf(&b, "    %s --> %s: %s\n", s, to, strings.Join(steps, ", "))
			}
		}
	}
	b.WriteString("```\n\nEvery open state also leads to `withdrawn`.\n\n## 状态 · States\n\n| state | 状态 | | open | clocks |\n|---|---|---|---|---|\n")
	for _, s := range States() {
		open := ""
		if s.Open() {
			open = "✓"
		}
		var clocks []string
		for _, c := range s.running() {
			clocks = append(clocks, string(c))
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s | %s |\n", s, s.Title().ZH, s.Title().EN, open, strings.Join(clocks, " "))
	}
	b.WriteString("\n## 流转 · Steps\n\n| step | 步骤 | from → to | who | needs | must hold |\n|---|---|---|---|---|---|\n")
	for i := range transitions {
		documentRow(&b, &transitions[i])
	}
	b.WriteString("\n## 条件 · Guards\n\n| guard | 条件 | when it fails | judges |\n|---|---|---|---|\n")
	for _, g := range Guards() {
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", g, g.Title().ZH, g.Title().EN, g.Field())
	}
	b.WriteString("\n## 原因 · Reasons\n\n| step | reason | 原因 | |\n|---|---|---|---|\n")
	for _, s := range Steps() {
		for _, c := range Reasons(s) {
			fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", s, c.Value, c.Title.ZH, c.Title.EN)
		}
	}
	b.WriteString("\n## 标记 · Flags\n\n")
	for _, c := range FlagCodes() {
		fmt.Fprintf(&b, "- `%s` %s · %s\n", c.Value, c.Title.ZH, c.Title.EN)
	}
	return b.Bytes()
}

func documentRow(b *bytes.Buffer, t *Transition) {
	var from, who, needs, guards []string
	for _, s := range t.From {
		from = append(from, s.String())
	}
	for _, r := range t.Roles {
		who = append(who, r.String())
	}
	for _, n := range t.Needs {
		needs = append(needs, string(n))
	}
	for _, g := range t.Guards {
		guards = append(guards, g.String())
	}
	states, roles := strings.Join(from, " "), strings.Join(who, " ")
	switch {
	case slices.Equal(t.From, anyOpen):
		states = "*any open*"
	case t.Step == Report:
		states = "·"
	}
	switch {
	case slices.Equal(t.Roles, reporters):
		roles = "*everybody but administrators*"
	case slices.Equal(t.Roles, staff):
		roles = "*staff*"
	case slices.Equal(t.Roles, askers):
		roles = "*reporters*"
	}
	if t.To != Unreported {
		states += " → " + t.To.String()
	}
	fmt.Fprintf(b, "| `%s` | %s · %s | %s | %s | %s | %s |\n", t.Step, t.Title().ZH, t.Title().EN, states, roles, strings.Join(needs, " "), strings.Join(guards, " "))
}

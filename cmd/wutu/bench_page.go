package main

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"math"
	"os"
	"path/filepath"
	"strings"
)

//go:embed bench_page.html
var pageText string

// plot is a bar chart of one line: ours, the peer's and the target on one scale.
type plot struct {
	suiteLine
	Bars []bar
}

// bar is one bar of a plot, in pixels.
type bar struct {
	Label, Value, Class string
	Y                   int
	Width               int
	Dots                []int // of the rounds
	Target              int   // where the target's mark stands, −1 for none
}

const plotWidth = 520

// drawPage writes index.html of all suites in the folder: self-contained, with
// the plots as SVG.
func drawPage(out string) error {
	suites, err := readSuites(out)
	if err != nil {
		return err
	}
	type section struct {
		*suite
		Plots []plot
	}
	var sections []section
	for _, s := range suites {
		one := section{suite: s}
		for _, l := range s.Results {
			one.Plots = append(one.Plots, plotOf(*l))
		}
		sections = append(sections, one)
	}
	page, err := template.New("page").Funcs(template.FuncMap{"number": number, "thousands": thousands,
		"add": func(a, b int) int { return a + b }}).Parse(pageText)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := page.Execute(&b, sections); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(out, "index.html"), b.Bytes(), 0o644)
}

func plotOf(l suiteLine) plot {
	most := l.Ours.Median
	for _, f := range []*figures{&l.Ours, l.Peer} {
		if f != nil {
			for _, x := range append(f.Rounds, f.Median) {
				most = max(most, x)
			}
		}
	}
	if l.Target != nil {
		most = max(most, min(*l.Target, 4*most)) // a target far away would flatten the bars
	}
	scale := func(x float64) int {
		if most == 0 {
			return 0
		}
		return int(math.Round(x / most * plotWidth))
	}
	p := plot{suiteLine: l}
	for i, f := range []*figures{&l.Ours, l.Peer} {
		if f == nil {
			continue
		}
		b := bar{Label: []string{"wutu", "PostGIS"}[i], Class: []string{"ours", "peer"}[i], Y: 24 * len(p.Bars), Width: scale(f.Median), Target: -1}
		b.Value = number(f.Median)
		if f.Median >= 1000 {
			b.Value = thousands(f.Median)
		}
		if f.P99 > 0 {
			b.Value += fmt.Sprintf(" (p50 %s, p99 %s ms)", number(f.P50), number(f.P99))
		}
		for _, x := range f.Rounds {
			b.Dots = append(b.Dots, scale(x))
		}
		if i == 0 && l.Target != nil && *l.Target <= most {
			b.Target = scale(*l.Target)
		}
		p.Bars = append(p.Bars, b)
	}
	return p
}

// Height is that of the plot in pixels.
func (p plot) Height() int { return 24 * len(p.Bars) }

// Goal says what was to be reached and whether it was, "" if nothing was.
func (p plot) Goal() string {
	if p.Met == nil {
		return ""
	}
	var goals []string
	if p.Target != nil {
		sign, value := "at least", number(*p.Target)
		if p.Least {
			sign = "at most"
		}
		if *p.Target >= 1000 {
			value = thousands(*p.Target)
		}
		goals = append(goals, fmt.Sprintf("%s %s %s", sign, value, p.Unit))
	}
	if p.P99 != nil {
		goals = append(goals, fmt.Sprintf("p99 at most %s ms", number(*p.P99)))
	}
	text := "target " + strings.Join(goals, ", ")
	if *p.Met {
		return text + ": reached"
	}
	return text + ": not reached"
}

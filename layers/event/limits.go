package event

import (
	"fmt"
	"math"
	"unicode/utf8"

	"wutu/layers"
)

// Limits of what one step can carry.
const (
	MaxText    = 4000 // characters of a note or result, as in Open311 GeoReport v2
	MaxPhotos  = 20
	MaxAssists = 20
	MaxChecks  = 50
	MaxReports = 200 // that come with a merged case
	maxWord    = 200 // bytes of ids, codes and references
)

// check refuses a command whose parts are too long or impossible, before anything
// is done with them. Errors are Invalid or TooLarge with the JSON pointer.
func (cmd *Command) check() error {
	texts := []struct{ field, s string }{{"/note", cmd.Note}, {"/result", cmd.Result}}
	words := []struct{ field, s string }{{"/reason", cmd.Reason}, {"/department", cmd.Department}, {"/task", cmd.Task}, {"/worker", cmd.Worker},
		{"/class", cmd.Class}, {"/level", cmd.Level}, {"/found", cmd.Found}, {"/master", cmd.Master}, {"/merged", cmd.Merged},
		{"/link", cmd.Link}, {"/source", cmd.Source}}
	lists := []struct {
		field string
		s     []string
		most  int
	}{{"/photos", cmd.Photos, MaxPhotos}, {"/assists", cmd.Assists, MaxAssists}, {"/checks", cmd.Checks, MaxChecks}}
	if e := cmd.Evidence; e != nil {
		texts = append(texts, struct{ field, s string }{"/evidence/note", e.Note})
		words = append(words, struct{ field, s string }{"/evidence/ref", e.Ref})
	}
	if len(cmd.Reports) > MaxReports {
		return &layers.Error{Kind: layers.TooLarge, Op: "event", Field: "/reports", Err: fmt.Errorf("are more than %d", MaxReports)}
	}
	if r := cmd.Report; r != nil {
		texts = append(texts, struct{ field, s string }{"/report/text", r.Text})
		lists = append(lists, struct {
			field string
			s     []string
			most  int
		}{"/report/photos", r.Photos, MaxPhotos})
	}
	for _, x := range texts {
		if utf8.RuneCountInString(x.s) > MaxText {
			return layers.Invalidf("event", x.field, fmt.Sprintf("is longer than %d characters", MaxText))
		}
	}
	for _, x := range lists {
		if len(x.s) > x.most {
			return layers.Invalidf("event", x.field, fmt.Sprintf("has more than %d entries", x.most))
		}
		for _, s := range x.s {
			words = append(words, struct{ field, s string }{x.field, s})
		}
	}
	for _, x := range words {
		if len(x.s) > maxWord {
			return layers.Invalidf("event", x.field, fmt.Sprintf("is longer than %d bytes", maxWord))
		}
	}
	if cmd.Level != "" && !levelKnown(cmd.Level) {
		return layers.Invalidf("event", "/level", fmt.Sprintf("%.40q is no level of a case", cmd.Level))
	}
	if f := cmd.Fix; f != nil && !(f.Lon >= -180 && f.Lon <= 180 && f.Lat >= -90 && f.Lat <= 90 && f.Accuracy >= 0 && !math.IsInf(f.Accuracy, 0)) {
		return layers.Invalidf("event", "/fix", "is no place on the Earth")
	}
	if y := cmd.Until.Year(); !cmd.Until.IsZero() && (y < 2000 || y > 9999) {
		return layers.Invalidf("event", "/until", "is out of range")
	}
	return nil
}

package event

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"wutu/geo/measure"
	"wutu/layers/duty"
	"wutu/layers/model"
)

// The guards that judge the command. They are asked after its needs are met.

func blank(s string) bool { return strings.TrimSpace(s) == "" }

// within is how far from the place of the case something may be that is said to
// be there.
func within(env *Env) float64 { return max(env.Rules.NearM, env.Accuracy) }

func near(c *Case, cmd *Command, env *Env) bool {
	f := c.fixOf(cmd, env)
	return f != nil && measure.Distance(orb.Point{f.Lon, f.Lat}, env.Point) <= within(env)
}

func photosNear(_ *Case, cmd *Command, env *Env) bool {
	for _, p := range env.Pictures {
		if p.Placed && slices.Contains(cmd.Photos, p.ID) && measure.Distance(p.At, env.Point) > within(env) {
			return false
		}
	}
	return true
}

func otherMaster(c *Case, cmd *Command, env *Env) bool {
	return cmd.Master != c.ID && env.Master != nil && env.Master.ID == cmd.Master && env.Master.Open()
}

func complete(c *Case, cmd *Command, env *Env) bool {
	return env.Class.Code != "" && (cmd.Class == "" || cmd.Class == env.Class.Code) &&
		(cmd.Level != "" || c.Level != "") && env.Proof != ""
}

func distinctUnits(_ *Case, cmd *Command, _ *Env) bool {
	for i, a := range cmd.Assists {
		if a == "" || a == cmd.Department || slices.Contains(cmd.Assists[:i], a) {
			return false
		}
	}
	return true
}

func soundEvidence(_ *Case, cmd *Command, _ *Env) bool {
	e := cmd.Evidence
	return e != nil && slices.Contains([]string{"area", "object", "rule"}, e.Kind) && !blank(e.Ref)
}

func knownReason(_ *Case, cmd *Command, _ *Env) bool {
	if cmd.Reason == "" {
		return true
	}
	for _, c := range Reasons(cmd.Step) {
		if c.Value == cmd.Reason {
			return true
		}
	}
	return false
}

func knownFinding(_ *Case, cmd *Command, _ *Env) bool {
	return cmd.Found == Solved || cmd.Found == Unsolved
}

func knownLevel(_ *Case, cmd *Command, _ *Env) bool {
	return cmd.Supervision >= 0 && cmd.Supervision <= MaxSupervision
}

// extensionBound: the application need not have a bound that its approval has not.
func extensionBound(c *Case, cmd *Command, env *Env) bool {
	k, until := c.Clock(HandleClock, ""), c.until(cmd)
	if k == nil || !until.After(k.Due) {
		return false
	}
	more, err := env.Calendar.Between(k.Due, until, k.Unit)
	return err == nil && more <= k.Base
}

func reviewAhead(c *Case, cmd *Command, env *Env) bool {
	u := c.until(cmd)
	return u.After(env.Now) && u.Sub(env.Now) <= maxLimit
}

// Criteria are the parts of a closing standard (结案标准) that are ticked one by
// one.
func Criteria(c *duty.Class) []string {
	var out []string
	for s := range strings.FieldsFuncSeq(c.Closing, func(r rune) bool { return strings.ContainsRune("，；。,;", r) }) {
		if s = strings.TrimSpace(s); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// criteriaMet holds when every part of the closing standard is ticked, or the
// standard as a whole.
func criteriaMet(_ *Case, cmd *Command, env *Env) bool {
	if slices.Contains(cmd.Checks, env.Class.Closing) {
		return true
	}
	for _, s := range Criteria(&env.Class) {
		if !slices.Contains(cmd.Checks, s) {
			return false
		}
	}
	return true
}

func otherChecker(c *Case, cmd *Command, _ *Env) bool {
	return cmd.Worker == "" || c.State != FedBack && c.State != Checking || !slices.Contains(c.Handlers, cmd.Worker)
}

func colleague(c *Case, cmd *Command, env *Env) bool {
	switch c.State {
	case Verifying, Checking:
		return cmd.Worker != c.Worker
	default:
		t := c.task(cmd, env)
		return t != nil && cmd.Worker != t.Worker
	}
}

func foundSolved(c *Case, cmd *Command, _ *Env) bool { return c.Finding == Solved || !blank(cmd.Note) }

func something(_ *Case, cmd *Command, _ *Env) bool {
	return !blank(cmd.Note) || len(cmd.Photos) > 0 || cmd.Report.says() || len(cmd.Reports) > 0 || cmd.Link != "" || cmd.Merged != ""
}

// says reports whether a statement has any content.
func (s *Statement) says() bool { return s != nil && (!blank(s.Text) || len(s.Photos) > 0) }

func upwards(c *Case, cmd *Command, _ *Env) bool {
	return cmd.Tier == 0 || cmd.Tier > c.Tier && cmd.Tier <= CityTier
}

func downwards(c *Case, cmd *Command, _ *Env) bool { return cmd.Tier == 0 || cmd.Tier < c.Tier }

// levelKnown reports whether s is a level of a case.
func levelKnown(s string) bool {
	for _, c := range model.EventLevels() {
		if c.Value == s {
			return true
		}
	}
	return false
}

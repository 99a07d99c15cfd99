package event

import "wutu/layers"

// Need names what a step must be given beside the case; it is the name of the
// field of a request.
type Need string

// The needs. A step without one of its needs is refused; the page asks for them.
const (
	NeedDepartment Need = "department" // id of the department that is to act
	NeedNote       Need = "note"       // in words
	NeedReason     Need = "reason"     // one of Reasons
	NeedResult     Need = "result"     // what was done
	NeedMaster     Need = "master"     // id of the case this one is merged into
	NeedEvidence   Need = "evidence"   // what speaks for another department
	NeedFix        Need = "fix"        // where the worker stands
	NeedPhotos     Need = "photos"     // at least one picture
	NeedChecks     Need = "checks"     // closing criteria that are met
	NeedFound      Need = "found"      // solved or unsolved
	NeedWorker     Need = "worker"     // account id
	NeedUntil      Need = "until"      // the new due time, or the day of review
)

var needTitles = []struct {
	need   Need
	zh, en string
}{
	{NeedDepartment, "主办部门", "Lead department"},
	{NeedNote, "说明", "Note"},
	{NeedReason, "原因", "Reason"},
	{NeedResult, "处置结果", "Result"},
	{NeedMaster, "主案件", "Case to merge into"},
	{NeedEvidence, "证据", "Evidence"},
	{NeedFix, "现场定位", "Position on site"},
	{NeedPhotos, "照片", "Pictures"},
	{NeedChecks, "结案标准", "Closing criteria"},
	{NeedFound, "核查结论", "Finding"},
	{NeedWorker, "人员", "Worker"},
	{NeedUntil, "期限", "Until"},
}

// Needs lists every need. The caller owns the slice.
func Needs() []Need {
	out := make([]Need, 0, len(needTitles))
	for _, n := range needTitles {
		out = append(out, n.need)
	}
	return out
}

// Title is the name people see.
func (n Need) Title() layers.Title {
	for _, t := range needTitles {
		if t.need == n {
			return layers.Title{ZH: t.zh, EN: t.en}
		}
	}
	return layers.Title{}
}

// met reports whether the command, the case or the report that the subject made
// of it has what is needed.
func (n Need) met(c *Case, cmd *Command, env *Env) bool {
	switch n {
	case NeedDepartment:
		return cmd.Department != ""
	case NeedNote:
		return !blank(cmd.Note)
	case NeedReason:
		return cmd.Reason != ""
	case NeedResult:
		return !blank(cmd.Result)
	case NeedMaster:
		return cmd.Master != ""
	case NeedEvidence:
		return cmd.Evidence != nil
	case NeedFix:
		return c.fixOf(cmd, env) != nil
	case NeedPhotos:
		return len(cmd.Photos) > 0 || c.ownReport(env) && len(c.Reports[0].Photos) > 0 && cmd.Step == Confirm
	case NeedChecks:
		return len(cmd.Checks) > 0
	case NeedFound:
		return cmd.Found != ""
	case NeedWorker:
		return cmd.Worker != ""
	case NeedUntil:
		return !cmd.Until.IsZero() || c.Pending != nil && c.Pending.Step == cmd.Step
	}
	return false
}

// ownReport reports whether the subject is who reported the case first.
func (c *Case) ownReport(env *Env) bool {
	return len(c.Reports) > 0 && env.Subject.ID != "" && c.Reports[0].Account == env.Subject.ID
}

// fixOf is where the subject stood for cmd: as the command says, or, when a
// worker accepts the own report, as the report said.
func (c *Case) fixOf(cmd *Command, env *Env) *Fix {
	if cmd.Fix == nil && cmd.Step == Confirm && c.ownReport(env) {
		return c.reportFix
	}
	return cmd.Fix
}

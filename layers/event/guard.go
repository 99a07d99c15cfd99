package event

import (
	"fmt"

	"wutu/layers"
)

// Guard is a condition of a transition that has a name. Standing guards hold or
// fail whatever the command says, so that Legal can tell; the others judge the
// command.
type Guard uint8

// The guards.
const (
	OwnTier          Guard = iota + 1 // the dispatcher's tier is not below that of the case
	LeadTask                          // the step is about the lead's task
	AssistTask                        // the step is about the task of an assisting department
	OwnTask                           // the department has a task in the case
	TaskWorker                        // the worker is named in a task
	NamedWorker                       // nobody else is named to look
	NotHandler                        // whoever checks has not handled it
	Reporter                          // the subject reported it
	OnlyReporter                      // and nobody else did
	ByOrder                           // it came by order of a superior
	Undisputed                        // it was not returned so often that only the supervisor decides
	Returned                          // it was returned
	NotAdjudicated                    // who answers is not decided for good
	ReturnWindow                      // the time to return it is not over
	NothingPending                    // no application waits
	SomethingPending                  // one does
	ExtensionLeft                     // it was not extended too often
	BeforeDue                         // the handling is not overdue
	AssistsDone                       // every assisting department is done
	ReopenWindow                      // it was closed not too long ago
	TierAbove                         // there is a tier above
	TierBelow                         // there is a tier below
	Near                              // the actor stands at the place
	PhotosNear                        // pictures that say where they were taken were taken at the place
	OtherMaster                       // the master is another case, and open
	Complete                          // class, level and proof of place are known
	DistinctUnits                     // lead and assists are different departments
	SoundEvidence                     // the evidence is of a known kind and names something
	KnownReason                       // the reason is one of the table
	KnownFinding                      // solved or unsolved
	KnownLevel                        // of supervision
	ExtensionBound                    // later than the old end, at most by the original limit
	ReviewAhead                       // the day of review lies ahead
	CriteriaMet                       // every closing criterion is met
	OtherChecker                      // the worker named has not handled it
	Colleague                         // the worker named is somebody else
	FoundSolved                       // the check found it solved, or a note says why it is closed all the same
	Something                         // a word, a picture or a report comes with it
	Upwards                           // the tier named is above
	Downwards                         // the tier named is below
)

// guardFacts says of each guard its name and titles, whether it is standing,
// whether its failing means that the subject has no right (rather than that the
// case does not allow it), the field of the command that it judges, and how it is
// checked.
var guardFacts = [...]struct {
	name, zh, en string
	standing     bool
	right        bool
	field        string
	holds        func(*Case, *Command, *Env) bool
}{
	OwnTier:        {"own_tier", "案件在本级或下级", "the case lies with your tier or one below", true, true, "", ownTier},
	LeadTask:       {"lead_task", "由主办部门办理", "this is for the lead department", true, true, "", leadTask},
	AssistTask:     {"assist_task", "由协办部门办理自己的任务", "this is for an assisting department with its task", true, true, "", assistTask},
	OwnTask:        {"own_task", "本部门在该案件中有任务", "your department has a task in this case", true, true, "", ownTask},
	TaskWorker:     {"task_worker", "本人是任务指派的人员", "you are the worker named for the task", true, true, "", taskWorker},
	NamedWorker:    {"named_worker", "未指派给其他人员", "somebody else is named for it", true, true, "", namedWorker},
	NotHandler:     {"not_handler", "核查人员不是处置人员", "whoever handled it does not check it", true, true, "", notHandler},
	Reporter:       {"reporter", "本人是上报人", "this is for who reported it", true, true, "", isReporter},
	OnlyReporter:   {"only_reporter", "本人是唯一上报人", "this is for its only reporter", true, true, "", onlyReporter},
	ByOrder:        {"by_order", "领导交办可直接立案", "only what superiors order is filed at once", true, false, "", byOrder},
	Undisputed:     {"undisputed", "多次退单后只能审定", "returned so often, it can only be adjudicated", true, false, "", undisputed},
	Returned:       {"returned", "已被退单", "only a returned case is adjudicated", true, false, "", wasReturned},
	NotAdjudicated: {"not_adjudicated", "审定后不得退单", "who answers has been adjudicated for good", true, false, "", notAdjudicated},
	ReturnWindow:   {"return_window", "在退单时限内", "the time to return it is over", true, false, "", returnWindow},
	NothingPending: {"nothing_pending", "没有待批申请", "an application is waiting already", true, false, "", nothingPending},
	SomethingPending: {"something_pending", "有待批申请", "nothing has been applied for", true, false, "",
		func(c *Case, _ *Command, _ *Env) bool { return c.Pending != nil }},
	ExtensionLeft: {"extension_left", "延期次数未用完", "it has been extended as often as allowed", true, false, "", extensionLeft},
	BeforeDue:     {"before_due", "在处置时限届满前", "the handling is overdue, or has no due time", true, false, "", beforeDue},
	AssistsDone:   {"assists_done", "协办任务均已完成", "assisting departments are not done yet", true, false, "", assistsDone},
	ReopenWindow:  {"reopen_window", "在重办期限内", "it was closed too long ago", true, false, "", reopenWindow},
	TierAbove: {"tier_above", "有上级", "there is no tier above", true, false, "",
		func(c *Case, _ *Command, _ *Env) bool { return c.Tier < CityTier }},
	TierBelow: {"tier_below", "有下级", "there is no tier below", true, false, "",
		func(c *Case, _ *Command, _ *Env) bool { return c.Tier > CommunityTier }},
	Near:           {"near", "本人在现场附近", "you do not stand at the place", false, false, "fix", near},
	PhotosNear:     {"photos_near", "照片在现场附近拍摄", "a picture was taken elsewhere", false, false, "photos", photosNear},
	OtherMaster:    {"other_master", "主案件是另一未结案件", "the master is not another open case", false, false, "master", otherMaster},
	Complete:       {"complete", "类别、级别、定位证明齐全", "class, level or proof of place is not known", false, false, "class", complete},
	DistinctUnits:  {"distinct_units", "主办与协办部门各不相同", "lead and assisting departments must all differ", false, false, "assists", distinctUnits},
	SoundEvidence:  {"sound_evidence", "证据为区域、权属对象或规定", "the evidence must name an area, an object or a rule", false, false, "evidence", soundEvidence},
	KnownReason:    {"known_reason", "原因在目录内", "the reason is not in the table", false, false, "reason", knownReason},
	KnownFinding:   {"known_finding", "核查结论为已解决或未解决", "the finding is solved or unsolved", false, false, "found", knownFinding},
	KnownLevel:     {"known_level", "督办级别为1至3", "the level is from 1 to 3", false, false, "supervision", knownLevel},
	ExtensionBound: {"extension_bound", "新时限晚于原时限，且延长不超过原时限", "the new due time must be later than the old one, by no more than the limit", false, false, "until", extensionBound},
	ReviewAhead:    {"review_ahead", "复核日期在将来", "the day of review must lie ahead", false, false, "until", reviewAhead},
	CriteriaMet:    {"criteria", "结案标准均已满足", "a closing criterion is not ticked", false, false, "checks", criteriaMet},
	OtherChecker:   {"other_checker", "核查人员不是处置人员", "whoever handled it does not check it", false, false, "worker", otherChecker},
	Colleague:      {"colleague", "移交给其他人员", "the worker has it already", false, false, "worker", colleague},
	FoundSolved:    {"found_solved", "核查已解决，或说明结案理由", "it was not found solved: say in a note why it is closed all the same", false, false, "note", foundSolved},
	Something:      {"something", "有文字、照片或上报内容", "add a word, a picture or a report", false, false, "note", something},
	Upwards:        {"upwards", "上报到更高层级", "the tier must be above", false, false, "tier", upwards},
	Downwards:      {"downwards", "下派到更低层级", "the tier must be below", false, false, "tier", downwards},
}

// Guards lists every guard. The caller owns the slice.
func Guards() []Guard {
	out := make([]Guard, 0, len(guardFacts)-1)
	for g := OwnTier; int(g) < len(guardFacts); g++ {
		out = append(out, g)
	}
	return out
}

// String is the name used in documents.
func (g Guard) String() string {
	if g > 0 && int(g) < len(guardFacts) {
		return guardFacts[g].name
	}
	return fmt.Sprintf("invalid(%d)", uint8(g))
}

// Title says in Chinese what must hold, in English what is wrong when it does
// not.
func (g Guard) Title() layers.Title {
	if g == 0 || int(g) >= len(guardFacts) {
		return layers.Title{}
	}
	return layers.Title{ZH: guardFacts[g].zh, EN: guardFacts[g].en}
}

// Standing reports whether the guard does not depend on the command.
func (g Guard) Standing() bool { return guardFacts[g].standing }

// Field is the name of the input that the guard judges, "" for a standing guard.
func (g Guard) Field() string { return guardFacts[g].field }

// MarshalText is String, so that JSON holds names.
func (g Guard) MarshalText() ([]byte, error) { return []byte(g.String()), nil }

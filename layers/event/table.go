package event

import "wutu/layers"

// The groups of states and roles that the table speaks of.
var (
	undecided = []State{Reported, Verifying, Accepted}
	anyOpen   = []State{Reported, Verifying, Accepted, Filed, Dispatched, Handling, FedBack, Checking, Suspended}
	desk      = []layers.Role{layers.Dispatcher, layers.Supervisor}
	office    = []layers.Role{layers.Department, layers.Dispatcher}
	reporters = []layers.Role{layers.Public, layers.GridWorker, layers.Dispatcher, layers.Supervisor, layers.Planner,
		layers.Department, layers.Commander, layers.ThemeOwner, layers.API}
	staff = reporters[1:]
	// those who may ask as reporters for what the supervisor may decide
	askers = []layers.Role{layers.Public, layers.GridWorker, layers.Dispatcher, layers.Planner, layers.Department,
		layers.Commander, layers.ThemeOwner, layers.API}
)

// transitions is the life cycle of domain.md section 2: checks, errors, documents
// and labels come from it. Where its table names two persons for one step, there
// are two rows: the department applies and the case stays as it is, the
// supervisor's word moves it. The dispatch desk signs and feeds back for
// departments that answer by telephone, and is not asked for proof of having been
// there. A grid worker who reports on the spot has verified it by that: Confirm
// leads from Reported as well. Of the rows of a step that fit a state and role
// the first whose standing guards hold is the one.
var transitions = []Transition{
	{Step: Report, From: []State{Unreported}, To: Reported, Roles: reporters},
	{Step: Verify, From: []State{Reported}, To: Verifying, Roles: desk, Guards: []Guard{OwnTier}},
	{Step: Confirm, From: []State{Reported, Verifying}, To: Accepted, Roles: desk, Guards: []Guard{OwnTier}},
	{Step: Confirm, From: []State{Reported, Verifying}, To: Accepted, Roles: []layers.Role{layers.GridWorker},
		Needs: []Need{NeedFix, NeedPhotos}, Guards: []Guard{NamedWorker, Near, PhotosNear}},
	{Step: Refuse, From: undecided, To: Rejected, Roles: desk, Needs: []Need{NeedNote}, Guards: []Guard{OwnTier, KnownReason}},
	{Step: Refuse, From: []State{Verifying}, To: Rejected, Roles: []layers.Role{layers.GridWorker},
		Needs: []Need{NeedNote, NeedFix, NeedPhotos}, Guards: []Guard{NamedWorker, KnownReason, Near, PhotosNear}},
	{Step: Merge, From: undecided, To: Merged, Roles: desk, Needs: []Need{NeedMaster}, Guards: []Guard{OwnTier, OtherMaster}},
	{Step: File, From: []State{Accepted}, To: Filed, Roles: desk, Guards: []Guard{OwnTier, Complete}},
	{Step: File, From: []State{Reported}, To: Filed, Roles: desk, Guards: []Guard{OwnTier, ByOrder, Complete}},
	{Step: Dispatch, From: []State{Filed}, To: Dispatched, Roles: desk, Needs: []Need{NeedDepartment},
		Guards: []Guard{OwnTier, Undisputed, DistinctUnits}},
	{Step: Adjudicate, From: []State{Filed}, To: Dispatched, Roles: []layers.Role{layers.Supervisor},
		Needs: []Need{NeedDepartment, NeedNote}, Guards: []Guard{Returned, DistinctUnits}},
	{Step: Sign, From: []State{Dispatched}, To: Handling, Roles: office, Guards: []Guard{LeadTask, OwnTier}},
	{Step: Sign, From: []State{Dispatched, Handling, Suspended}, Roles: office, Guards: []Guard{AssistTask, OwnTier}},
	{Step: Return, From: []State{Dispatched}, To: Filed, Roles: []layers.Role{layers.Department},
		Needs: []Need{NeedNote, NeedReason, NeedEvidence}, Guards: []Guard{LeadTask, NotAdjudicated, ReturnWindow, KnownReason, SoundEvidence}},
	{Step: Return, From: []State{Dispatched, Handling}, Roles: []layers.Role{layers.Department},
		Needs: []Need{NeedNote, NeedReason, NeedEvidence}, Guards: []Guard{AssistTask, ReturnWindow, KnownReason, SoundEvidence}},
	{Step: Extend, From: []State{Handling}, Roles: []layers.Role{layers.Department}, Needs: []Need{NeedNote, NeedUntil},
		Guards: []Guard{LeadTask, NothingPending, ExtensionLeft, BeforeDue, KnownReason, ExtensionBound}, Applies: true},
	{Step: Extend, From: []State{Handling}, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedUntil},
		Guards: []Guard{ExtensionLeft, BeforeDue, KnownReason, ExtensionBound}},
	{Step: Suspend, From: []State{Handling}, Roles: []layers.Role{layers.Department}, Needs: []Need{NeedNote, NeedUntil},
		Guards: []Guard{LeadTask, NothingPending, KnownReason, ReviewAhead}, Applies: true},
	{Step: Suspend, From: []State{Handling}, To: Suspended, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedUntil},
		Guards: []Guard{KnownReason, ReviewAhead}},
	{Step: Deny, From: []State{Handling}, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote},
		Guards: []Guard{SomethingPending}},
	{Step: Resume, From: []State{Suspended}, To: Handling, Roles: []layers.Role{layers.Supervisor, layers.Department}, Guards: []Guard{LeadTask}},
	{Step: Feedback, From: []State{Handling}, To: FedBack, Roles: []layers.Role{layers.Department},
		Needs: []Need{NeedResult, NeedPhotos, NeedChecks}, Guards: []Guard{LeadTask, AssistsDone, PhotosNear, CriteriaMet}},
	{Step: Feedback, From: []State{Handling}, To: FedBack, Roles: []layers.Role{layers.GridWorker},
		Needs: []Need{NeedResult, NeedPhotos, NeedChecks}, Guards: []Guard{TaskWorker, LeadTask, AssistsDone, PhotosNear, CriteriaMet}},
	{Step: Feedback, From: []State{Handling}, To: FedBack, Roles: []layers.Role{layers.Dispatcher},
		Needs: []Need{NeedResult}, Guards: []Guard{LeadTask, OwnTier, AssistsDone, PhotosNear}},
	{Step: Feedback, From: []State{Dispatched, Handling}, Roles: office, Needs: []Need{NeedResult},
		Guards: []Guard{AssistTask, OwnTier, PhotosNear}},
	{Step: Feedback, From: []State{Dispatched, Handling}, Roles: []layers.Role{layers.GridWorker}, Needs: []Need{NeedResult, NeedPhotos},
		Guards: []Guard{TaskWorker, AssistTask, PhotosNear}},
	{Step: Check, From: []State{FedBack}, To: Checking, Roles: desk, Guards: []Guard{OwnTier, OtherChecker}},
	{Step: Check, From: []State{Checking}, Roles: []layers.Role{layers.GridWorker}, Needs: []Need{NeedFound, NeedFix, NeedPhotos},
		Guards: []Guard{NamedWorker, NotHandler, KnownFinding, Near, PhotosNear}},
	{Step: Close, From: []State{Checking}, To: Closed, Roles: desk, Guards: []Guard{OwnTier, FoundSolved}},
	{Step: Rework, From: []State{Checking}, To: Handling, Roles: desk, Needs: []Need{NeedNote}, Guards: []Guard{OwnTier}},
	{Step: Reopen, From: []State{Closed}, To: Handling, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}, Guards: []Guard{KnownReason}},
	{Step: Reopen, From: []State{Closed}, To: Handling, Roles: askers, Needs: []Need{NeedNote}, Guards: []Guard{Reporter, ReopenWindow, KnownReason}},
	{Step: Archive, From: []State{Closed}, To: Archived, Roles: []layers.Role{layers.Supervisor}},
	{Step: Supervise, From: anyOpen, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}, Guards: []Guard{KnownLevel}},
	{Step: Withdraw, From: anyOpen, To: Withdrawn, Roles: []layers.Role{layers.Supervisor}, Needs: []Need{NeedNote}, Guards: []Guard{KnownReason}},
	{Step: Withdraw, From: anyOpen, To: Withdrawn, Roles: askers, Needs: []Need{NeedNote}, Guards: []Guard{OnlyReporter, KnownReason}},
	{Step: Supplement, From: anyOpen, Roles: staff, Guards: []Guard{Something}},
	{Step: Supplement, From: anyOpen, Roles: []layers.Role{layers.Public}, Guards: []Guard{Reporter, Something}},
	{Step: Escalate, From: []State{Reported, Verifying, Accepted, Filed}, Roles: desk, Needs: []Need{NeedNote},
		Guards: []Guard{OwnTier, TierAbove, Upwards}},
	{Step: Escalate, From: []State{Dispatched, Handling}, To: Filed, Roles: desk, Needs: []Need{NeedNote},
		Guards: []Guard{OwnTier, TierAbove, Upwards}},
	{Step: Delegate, From: []State{Reported, Verifying, Accepted, Filed}, Roles: desk, Needs: []Need{NeedNote},
		Guards: []Guard{OwnTier, TierBelow, Downwards}},
	{Step: Assign, From: []State{Dispatched, Handling}, Roles: office, Needs: []Need{NeedWorker}, Guards: []Guard{OwnTask, OwnTier}},
	{Step: Handover, From: []State{Verifying, Checking}, Roles: []layers.Role{layers.GridWorker, layers.Dispatcher, layers.Supervisor},
		Needs: []Need{NeedWorker}, Guards: []Guard{NamedWorker, OwnTier, Colleague, OtherChecker}},
	{Step: Handover, From: []State{Dispatched, Handling}, Roles: []layers.Role{layers.GridWorker}, Needs: []Need{NeedWorker},
		Guards: []Guard{TaskWorker, Colleague}},
}

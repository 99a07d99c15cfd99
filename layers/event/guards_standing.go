package event

import (
	"cmp"
	"slices"

	"wutu/layers"
)

// The standing guards. When Legal asks, cmd has nothing but its step and means
// any task that there is.

func ownTier(c *Case, _ *Command, env *Env) bool {
	return env.Subject.Role != layers.Dispatcher || c.Tier == 0 || c.Tier <= TierOf(env.Subject.Region)
}

// unit is the department the subject works for, "" for one that acts for all.
func (env *Env) unit() string {
	if env.Subject.Role == layers.Department {
		return env.Subject.Department
	}
	return ""
}

func leadTask(c *Case, cmd *Command, env *Env) bool {
	if env.Subject.Role == layers.GridWorker {
		t := c.Task("")
		return t != nil && t.Worker == env.Subject.ID
	}
	if u := env.unit(); u != "" {
		return u == c.Lead
	}
	return cmd.any || cmd.Task == "" || cmd.Task == c.Lead
}

// assistTask also wants the task to be as far as the step takes it from.
func assistTask(c *Case, cmd *Command, env *Env) bool {
	for i := range c.Tasks {
		if t := &c.Tasks[i]; !t.Lead && c.concerns(t, cmd, env) && t.State == before(cmd.Step, t.State) {
			return true
		}
	}
	return false
}

// before is the state of a task from which the command's step leads.
func before(s Step, now TaskState) TaskState {
	switch s {
	case Sign, Return:
		return Waiting
	case Feedback:
		return Signed
	default:
		return now
	}
}

// concerns reports whether the subject may mean the task with cmd.
func (c *Case) concerns(t *Task, cmd *Command, env *Env) bool {
	if env.Subject.Role == layers.GridWorker {
		return t.Worker != "" && t.Worker == env.Subject.ID && (cmd.any || cmd.Task == "" || cmd.Task == t.Department)
	}
	if u := env.unit(); u != "" {
		return t.Department == u
	}
	return cmd.any || cmd.Task == t.Department
}

func ownTask(c *Case, cmd *Command, env *Env) bool {
	return c.task(cmd, env) != nil
}

// task is the unfinished task that the subject means with cmd; nil for none.
func (c *Case) task(cmd *Command, env *Env) *Task {
	for i := range c.Tasks {
		t := &c.Tasks[i]
		if t.State != Done && t.State != TaskReturn &&
			(c.concerns(t, cmd, env) || t.Lead && cmd.Task == "" && env.unit() == "" && env.Subject.Role != layers.GridWorker) {
			return t
		}
	}
	return nil
}

func taskWorker(c *Case, cmd *Command, env *Env) bool { return c.task(cmd, env) != nil }

func namedWorker(c *Case, _ *Command, env *Env) bool {
	return env.Subject.Role != layers.GridWorker || c.Worker == "" || c.Worker == env.Subject.ID
}

func notHandler(c *Case, _ *Command, env *Env) bool {
	return env.Subject.ID == "" || !slices.Contains(c.Handlers, env.Subject.ID)
}

func isReporter(c *Case, _ *Command, env *Env) bool { return c.reportedBy(env.Subject.ID) }

func onlyReporter(c *Case, _ *Command, env *Env) bool {
	return c.reportedBy(env.Subject.ID) && !slices.ContainsFunc(c.Reports, func(s Statement) bool { return s.Account != env.Subject.ID })
}

func byOrder(c *Case, _ *Command, env *Env) bool {
	return c.Channel() != "" && c.Channel() == env.Rules.OrderChannel
}

func undisputed(c *Case, _ *Command, env *Env) bool { return c.Returns < env.Rules.MaxReturns }

func wasReturned(c *Case, _ *Command, _ *Env) bool { return c.Returns > 0 }

func notAdjudicated(c *Case, _ *Command, _ *Env) bool { return !c.Adjudicated }

// returnWindow counts from when the task was sent to the department.
func returnWindow(c *Case, cmd *Command, env *Env) bool {
	t := c.Task(cmp.Or(env.unit(), cmd.Task))
	if t == nil || t.SentAt.IsZero() {
		return true // it came without a history: nobody can say that it is too late
	}
	used, err := env.Calendar.Between(t.SentAt, env.Now, env.Rules.Return.Unit)
	return err == nil && used <= env.Rules.Return.For
}

func nothingPending(c *Case, _ *Command, _ *Env) bool { return c.Pending == nil }

func extensionLeft(c *Case, _ *Command, env *Env) bool { return c.Extensions < env.Rules.MaxExtensions }

// beforeDue holds for what was applied for in time, too.
func beforeDue(c *Case, _ *Command, env *Env) bool {
	k := c.Clock(HandleClock, "")
	return k != nil && (!env.Now.After(k.Due) || c.Pending != nil && c.Pending.Step == Extend)
}

func assistsDone(c *Case, _ *Command, _ *Env) bool {
	return !slices.ContainsFunc(c.Tasks, func(t Task) bool { return !t.Lead && t.State != Done && t.State != TaskReturn })
}

func reopenWindow(c *Case, _ *Command, env *Env) bool {
	return !env.Now.After(c.ClosedAt.Add(env.Rules.ReopenWithin))
}

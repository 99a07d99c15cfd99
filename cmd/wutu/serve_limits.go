package main

import (
	"fmt"
	"time"

	"github.com/spf13/pflag"

	"wutu/server"
)

// budgetFlags bound what single requests may cost.
type budgetFlags struct {
	timeout, heavyTimeout time.Duration
	body                  int64 // MiB
	page, nearest         int
	heavy, waiting        int
	wait                  time.Duration
}

func (f *budgetFlags) add(flags *pflag.FlagSet) {
	flags.DurationVar(&f.timeout, "request-timeout", 30*time.Second, "time a request may take, but streams")
	flags.DurationVar(&f.heavyTimeout, "heavy-timeout", 0, "the same for heavy questions; as --request-timeout if not given")
	flags.Int64Var(&f.body, "max-body", 10, "MiB of a request's body, where its address does not say otherwise")
	flags.IntVar(&f.page, "max-page", 0, "features or rows of a page at most; as each address declares if not given")
	flags.IntVar(&f.nearest, "max-nearest", 0, "neighbours asked for at most (k); as each address declares if not given")
	flags.IntVar(&f.heavy, "heavy", 0, "heavy questions (statistics, joins, large lists) answered at a time; half of the processors if not given")
	flags.IntVar(&f.waiting, "heavy-waiting", 16, "heavy questions that wait behind them; more are told to come again")
	flags.DurationVar(&f.wait, "heavy-wait", 5*time.Second, "how long one of them waits")
}

// apply puts the flags into the server's options.
func (f *budgetFlags) apply(o *server.Options) error {
	for name, n := range map[string]int64{"max-body": f.body, "max-page": int64(f.page), "max-nearest": int64(f.nearest), "heavy": int64(f.heavy),
		"heavy-waiting": int64(f.waiting), "heavy-wait": int64(f.wait), "request-timeout": int64(f.timeout), "heavy-timeout": int64(f.heavyTimeout)} {
		if n < 0 {
			return fmt.Errorf("--%s is below zero", name)
		}
	}
	o.RequestTimeout, o.HeavyTimeout, o.MaxBody, o.MaxPage, o.MaxNearest = f.timeout, f.heavyTimeout, f.body<<20, f.page, f.nearest
	o.Heavy = server.Crowd{Running: f.heavy, Waiting: f.waiting, Wait: f.wait}
	if f.waiting == 0 {
		o.Heavy.Waiting = -1
	}
	return nil
}

package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// benchSuites lists the suites of `wutu bench`, in the order they are run and
// shown in. Whoever writes another enters it here.
func benchSuites() []*benchSuite {
	return []*benchSuite{readySuite(), citySuite(), querySuite(), tilesSuite(), exportSuite(), pastSuite(), eventsSuite(), fencesSuite(), moversSuite(), liveSuite(), writersSuite(), daySuite()}
}

// benchSuite is a suite of benchmarks: a city, and what is measured on it in every
// round. A function that makes one may keep its flags in variables that its
// functions share.
type benchSuite struct {
	name, short, long string

	rounds  int                  // by default; 0: 5
	seconds float64              // of each load by default; 0: 2
	peer    bool                 // PostGIS holds the same data beside it; only with the data of hubs
	flags   func(*pflag.FlagSet) // of the suite alone; nil: none

	// data makes the city, or finds that of an earlier run, and says so in the
	// suite's Data; nil: the data of hubs, whose folder is then suiteRun.dir.
	data func(context.Context, *suiteRun) error
	// round is called for every round. The servers it starts are stopped after it.
	round func(ctx context.Context, r *suiteRun, round int) error
	// once is called after the last round, for what is measured once; nil: nothing.
	once func(context.Context, *suiteRun) error
}

// suiteFlags are the flags that all suites share.
type suiteFlags struct {
	out     string
	rounds  int
	seconds float64
	conns   int
	share   float64
	reuse   bool
	alone   bool
	pprof   string
}

func (f *suiteFlags) add(flags *pflag.FlagSet, b *benchSuite) {
	rounds, seconds := b.rounds, b.seconds
	if rounds == 0 {
		rounds = 5
	}
	if seconds == 0 {
		seconds = 2
	}
	flags.StringVar(&f.out, "out", "bin/bench", "folder for the results and the data")
	flags.IntVar(&f.rounds, "rounds", rounds, "rounds, each with a server started anew; figures are their medians")
	flags.Float64Var(&f.seconds, "seconds", seconds, "length of each load in a round")
	flags.IntVar(&f.conns, "conns", 8, "connections to the server")
	flags.Float64Var(&f.share, "share", 1, "share of the data, for a quick look")
	flags.BoolVar(&f.reuse, "keep", false, "use the data of an earlier run if it is there")
	flags.StringVar(&f.pprof, "pprof", "", "address of this machine where the server shows its profiles, such as 127.0.0.1:6060")
	if b.peer {
		flags.BoolVar(&f.alone, "alone", false, "without PostGIS beside it")
	}
}

func (p *program) benchCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "bench SUITE",
		Short: "Measure the program, and PostGIS beside it",
		Long: "Each suite makes or finds its data, starts the server anew for every round and measures it with clients on\n" +
			"this machine. It writes SUITE.json, SUITE.txt and the page index.html of all suites into --out.",
		Args: cobra.NoArgs,
	}
	for _, b := range benchSuites() {
		cmd.AddCommand(p.suiteCmd(b))
	}
	cmd.AddCommand(p.bareCmd())
	return cmd
}

// suiteCmd makes a command of a suite.
func (p *program) suiteCmd(b *benchSuite) *cobra.Command {
	var f suiteFlags
	cmd := &cobra.Command{
		Use: b.name, Short: b.short, Long: b.short + ".\n\n" + b.long, Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.rounds < 1 || f.conns < 1 || f.seconds <= 0 || f.share <= 0 || f.share > 1 {
				return fmt.Errorf("--rounds %d, --conns %d, --seconds %v, --share %v: at least a round and a connection, more than no time, a share above 0 and up to 1",
					f.rounds, f.conns, f.seconds, f.share)
			}
			s, err := p.runSuite(cmd.Context(), b, f)
			if err == nil && p.asJSON {
				return p.printJSON(s)
			}
			return err
		},
	}
	f.add(cmd.Flags(), b)
	if b.flags != nil {
		b.flags(cmd.Flags())
	}
	return cmd
}

// length is how long a load of a round takes.
func (f *suiteFlags) length() time.Duration { return time.Duration(f.seconds * float64(time.Second)) }

// scaled is the share of n, at least 1.
func (f *suiteFlags) scaled(n int) int { return max(1, int(float64(n)*f.share)) }

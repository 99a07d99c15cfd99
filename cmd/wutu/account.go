package main

import (
	"crypto/rand"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/server/auth"
)

// operator is who acts at the machine, in audit lines.
func operator(command string) *layers.Subject { return &layers.Subject{ID: command} }

func (p *program) accountCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "account", Short: "Accounts of people, at the machine: the first administrators, and help for them",
		Long: "Makes the first administrators, one of each kind at least, who do the rest in the browser:\n" +
			"the system administrator makes accounts, the security administrator gives them rights,\n" +
			"the audit administrator reads the trail. Works while `serve` runs on the same folder."}
	cmd.AddCommand(p.accountCreateCmd(), p.accountListCmd(), p.accountResetCmd(), p.accountUnlockCmd())
	return cmd
}

func (p *program) accountCreateCmd() *cobra.Command {
	var role, zh, en, department string
	cmd := &cobra.Command{
		Use:   "create ID --role ROLE",
		Short: "Make an account; its one-time password is printed once",
		Long: "Makes an account whose one-time password is good for seven days and must be changed at the first\n" +
			"signing in; an administrator then sets up a second factor.\n" +
			"Roles: sysadmin secadmin auditor planner dispatcher supervisor gridworker department commander themeowner public.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n := auth.NewAccount{ID: args[0], Name: layers.Title{ZH: zh, EN: en}, Department: department}
			var err error
			if n.Role, err = layers.ParseRole(role); err != nil {
				return err
			}
			return p.atGate(cmd, func(g *auth.Gate) error {
				a, pw, err := g.CreateAccount(cmd.Context(), operator("account create"), n)
				if err != nil {
					return err
				}
				if p.asJSON {
					return p.printJSON(map[string]any{"id": a.ID, "role": a.Role, "password": pw, "good_until": a.GoodUntil})
				}
				p.say("%s", pw)
				return nil
			})
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&role, "role", "", "the role of the account (required)")
	flags.StringVar(&zh, "name", "", "name of the person")
	flags.StringVar(&en, "name-en", "", "name of the person in English")
	flags.StringVar(&department, "department", "", "id of the department the person works for")
	if err := cmd.MarkFlagRequired("role"); err != nil {
		panic(err) // the flag is declared a few lines above
	}
	return cmd
}

func (p *program) accountListCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the accounts", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.atGate(cmd, func(g *auth.Gate) error {
				all, err := g.Accounts(cmd.Context())
				if err != nil {
					return err
				}
				for _, a := range all {
					state := "enabled"
					switch {
					case a.Closed:
						state = "closed"
					case !a.Enabled:
						state = "disabled"
					case a.Demo:
						state = "demo"
					case a.MustChange:
						state = "new"
					}
					if !p.asJSON {
						p.say("%-24s %-11s %-9s %s", a.ID, a.Role, state, a.Created.Format(time.DateOnly))
						continue
					}
					if err := p.printJSON(map[string]any{"id": a.ID, "role": a.Role, "state": state, "second_factor": a.Factor != "", "created": a.Created}); err != nil {
						return err
					}
				}
				return nil
			})
		},
	}
}

func (p *program) accountResetCmd() *cobra.Command {
	return &cobra.Command{
		Use: "reset ID", Short: "Give an account a new one-time password, and take its second factor away",
		Long: "Ends the sessions of the account. Administrators who lost their password or second factor are helped\n" +
			"here only: no administrator may become another one in the browser.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atGate(cmd, func(g *auth.Gate) error {
				pw, err := g.ResetPassword(cmd.Context(), operator("account reset"), args[0], true)
				if err != nil {
					return err
				}
				if p.asJSON {
					return p.printJSON(map[string]any{"id": args[0], "password": pw})
				}
				p.say("%s", pw)
				return nil
			})
		},
	}
}

func (p *program) accountUnlockCmd() *cobra.Command {
	return &cobra.Command{
		Use: "unlock ID", Short: "Let somebody try again who failed too often", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.atGate(cmd, func(g *auth.Gate) error {
				_, err := g.Unlock(cmd.Context(), operator("account unlock"), args[0])
				return err
			})
		},
	}
}

// atGate opens the city with its keys and lets f act at its gate.
func (p *program) atGate(cmd *cobra.Command, f func(*auth.Gate) error) error {
	if err := p.mustExist(); err != nil {
		return err
	}
	ring, err := p.ring(true)
	if err != nil {
		return err
	}
	store, err := p.open(cmd.Context(), gpkg.Options{Keys: ring})
	if err != nil {
		return err
	}
	defer store.Close()
	gate, err := auth.New(auth.Options{Store: store, Now: now, Rand: rand.Reader, Sealer: ring, Hasher: auth.Ring{Keys: ring, Rand: rand.Reader}})
	if err != nil {
		return err
	}
	return f(gate)
}

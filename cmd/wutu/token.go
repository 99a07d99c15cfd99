package main

import (
	"crypto/rand"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/server/auth"
)

func (p *program) tokenCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "API keys"}
	cmd.AddCommand(p.tokenCreateCmd(), p.tokenListCmd(), p.tokenRevokeCmd())
	return cmd
}

func (p *program) tokenCreateCmd() *cobra.Command {
	var role, name, from, to string
	var spec auth.Spec
	cmd := &cobra.Command{
		Use:   "create --role ROLE",
		Short: "Make an API key; it is printed once",
		Long:  "Makes a key for requests with `Authorization: Bearer KEY`. It works while `serve` runs on the same folder.\nRoles: planner dispatcher supervisor gridworker department commander themeowner sysadmin secadmin auditor api public.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if spec.Role, err = layers.ParseRole(role); err != nil {
				return err
			}
			spec.Name = layers.Title{ZH: name, EN: name}
			if spec.From, err = instant("from", from); err != nil {
				return err
			}
			if spec.To, err = instant("to", to); err != nil {
				return err
			}
			store, err := p.open(cmd.Context(), gpkg.Options{})
			if err != nil {
				return err
			}
			defer store.Close()
			secret, key, err := auth.NewKey(cmd.Context(), store, spec, operator("token create"), now(), rand.Reader)
			if err != nil {
				return err
			}
			if p.asJSON {
				return p.printJSON(map[string]any{"token": secret, "key": key})
			}
			p.say("%s", secret)
			return nil
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&role, "role", "", "the role of the key's holder (required)")
	flags.StringVar(&name, "name", "", "what the key is called in lists")
	flags.StringVar(&spec.Purpose, "purpose", "", "why the key exists; policy lines and audit lines name it")
	flags.StringVar(&spec.Region, "region", "", "code of the area the key is limited to")
	flags.StringSliceVar(&spec.Layers, "layers", nil, "layers the key is limited to; naming a personal layer grants it")
	flags.StringSliceVar(&spec.Fields, "fields", nil, "the only personal fields the key may read, as layer.field")
	flags.StringSliceVar(&spec.Classes, "classes", nil, "classes of events the key is limited to; 03* is a prefix")
	flags.StringVar(&from, "from", "", "only what began since this day or instant (RFC 3339)")
	flags.StringVar(&to, "to", "", "only what began before this day or instant (RFC 3339)")
	flags.StringVar(&spec.Department, "department", "", "id of the department the holder works for")
	flags.DurationVar(&spec.ValidFor, "expires", 365*24*time.Hour, "how long the key is valid; 0 for ever")
	flags.IntVar(&spec.PerMinute, "quota-per-minute", 0, "requests a minute; 0 for no limit")
	flags.IntVar(&spec.PerDay, "quota-per-day", 0, "requests a day; 0 for no limit")
	if err := cmd.MarkFlagRequired("role"); err != nil {
		panic(err) // the flag is declared a few lines above
	}
	return cmd
}

func (p *program) tokenListCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the keys, without their secrets", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			store, err := p.open(cmd.Context(), gpkg.Options{})
			if err != nil {
				return err
			}
			defer store.Close()
			keys, err := auth.ListKeys(cmd.Context(), store)
			if err != nil {
				return err
			}
			for _, k := range keys {
				if p.asJSON {
					if err := p.printJSON(k); err != nil {
						return err
					}
					continue
				}
				state := "never expires"
				switch {
				case !k.Revoked.IsZero():
					state = "revoked " + k.Revoked.Format(time.DateOnly)
				case !k.Expires.IsZero():
					state = "until " + k.Expires.Format(time.DateOnly)
				}
				p.say("%-16s %-11s %-18s %s", k.ID, k.Role, state, strings.TrimSpace(strings.Join(k.Layers, ",")+" "+k.Purpose))
			}
			return nil
		},
	}
}

func (p *program) tokenRevokeCmd() *cobra.Command {
	return &cobra.Command{
		Use: "revoke ID", Short: "End a key, within a second also on a running server", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			store, err := p.open(cmd.Context(), gpkg.Options{})
			if err != nil {
				return err
			}
			defer store.Close()
			gate, err := auth.New(auth.Options{Store: store, Now: now, Rand: rand.Reader})
			if err != nil {
				return err
			}
			return gate.RevokeKey(cmd.Context(), operator("token revoke"), args[0])
		},
	}
}

// instant reads a day, which begins in UTC, or an instant; "" is none.
func instant(flag, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("--%s: %.40q is neither a day as 2026-11-21 nor an instant as 2026-11-21T08:00:00Z", flag, text)
}

package main

import (
	"crypto/rand"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/server/auth"
)

func (p *program) tokenCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "token", Short: "API keys"}
	var role string
	var spec auth.Spec
	create := &cobra.Command{
		Use:   "create --role ROLE",
		Short: "Make an API key; it is printed once",
		Long:  "Makes a key for requests with `Authorization: Bearer KEY`. It works while `serve` runs on the same folder.\nRoles: planner dispatcher supervisor gridworker department commander themeowner sysadmin secadmin auditor api public.",
		Args:  cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var err error
			if spec.Role, err = layers.ParseRole(role); err != nil {
				return err
			}
			store, err := p.open(cmd.Context(), gpkg.Options{})
			if err != nil {
				return err
			}
			defer store.Close()
			secret, key, err := auth.NewKey(cmd.Context(), store, spec, &layers.Subject{ID: "token create"}, now(), rand.Reader)
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
	create.Flags().StringVar(&role, "role", "", "the role of the key's holder (required)")
	create.Flags().StringVar(&spec.Region, "region", "", "code of the area the key is limited to")
	create.Flags().StringSliceVar(&spec.Layers, "layers", nil, "layers the key is limited to; naming a personal layer grants it")
	create.Flags().StringVar(&spec.Department, "department", "", "id of the department the holder works for")
	create.Flags().DurationVar(&spec.ValidFor, "expires", 365*24*time.Hour, "how long the key is valid; 0 for ever")
	if err := create.MarkFlagRequired("role"); err != nil {
		panic(err) // the flag is declared four lines above
	}
	cmd.AddCommand(create)
	return cmd
}

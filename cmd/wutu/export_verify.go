package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"wutu/layers/keyring"
	"wutu/server/disclose"
)

// exportVerifyCmd checks a file that somebody got from the server.
func (p *program) exportVerifyCmd() *cobra.Command {
	var keyFile string
	cmd := &cobra.Command{
		Use:   "verify FILE",
		Short: "Check the signature of an exported file, without the city",
		Long: "Checks that an archive from /api/v1/exports is as the city signed it, and prints who got what, why and how many rows.\n" +
			"With --key it must be signed with that public key (`wutu audit key` prints it); otherwise with the one it carries.",
		Args: cobra.ExactArgs(1),
		RunE: func(_ *cobra.Command, args []string) error {
			var trusted []keyring.Public
			if keyFile != "" {
				var err error
				if trusted, err = readPublics(keyFile); err != nil {
					return err
				}
			}
			f, err := os.Open(args[0])
			if err != nil {
				return err
			}
			defer f.Close()
			info, err := f.Stat()
			if err != nil {
				return err
			}
			h, err := disclose.Verify(f, info.Size(), trusted)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			if trusted == nil {
				fmt.Fprintln(p.stderr, "who signed it is not proven: anybody can sign with a key of their own; name the city's with --key")
			}
			if p.asJSON {
				return p.printJSON(h)
			}
			p.say("%s is as it was signed: %d rows of %s, version %d, for %s, purpose %q", args[0], h.Rows, h.Layer, h.DataVersion, h.RequestedBy, h.Purpose)
			return nil
		},
	}
	cmd.Flags().StringVar(&keyFile, "key", "", "file of `wutu audit key`: only these keys may have signed")
	return cmd
}

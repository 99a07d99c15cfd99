package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers/audit"
	"wutu/layers/keyring"
	"wutu/layers/worktime"
)

func (p *program) auditCmd() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "The audit trail: verify, export, seal",
		Long: "The trail says who did what, when, from where and why. Its lines are chained, and each finished day is sealed with\n" +
			"a signature. `serve` seals by itself; `check` verifies the trail inside the city.",
	}
	var pin, from, to, out string
	verify := &cobra.Command{
		Use:   "verify FILE",
		Short: "Verify a file of the trail; no city is needed",
		Long: "Prints a line for every problem: which line was edited, removed, inserted or moved, which seal does not fit. Exit\n" +
			"code 1 if there is any. Without --key the public keys in the file are believed: whoever can make the whole file\n" +
			"anew is found only with the keys that `wutu audit key` has printed in the city.",
		Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error { return p.auditVerify(cmd.Context(), args[0], pin) },
	}
	verify.Flags().StringVar(&pin, "key", "", "file of `wutu audit key`: only these keys may have signed")
	export := &cobra.Command{
		Use:   "export -o FILE",
		Short: "Write the trail, or a period of it, as a signed file",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.auditExport(cmd.Context(), from, to, out) },
	}
	export.Flags().StringVar(&from, "from", "", "first day (2026-11-21) or instant (RFC 3339)")
	export.Flags().StringVar(&to, "to", "", "last day, or instant before which the period ends")
	export.Flags().StringVarP(&out, "output", "o", "", "the file (required)")
	if err := export.MarkFlagRequired("output"); err != nil {
		panic(err) // the flag is declared above
	}
	var days int
	retain := &cobra.Command{
		Use:   "retain",
		Short: "Remove whole sealed days that are older than the law asks to keep",
		Long:  "Their seals stay, so that the rest can be verified, and the removal is itself a line of the trail.",
		Args:  cobra.NoArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.auditRetain(cmd.Context(), days) },
	}
	retain.Flags().IntVar(&days, "days", audit.DefaultRetention, fmt.Sprintf("how many days lines are kept, at least %d", audit.MinRetention))
	cmd.AddCommand(verify, export, retain,
		&cobra.Command{
			Use:   "seal",
			Short: "Seal all days that are over",
			Args:  cobra.NoArgs,
			RunE:  func(cmd *cobra.Command, _ []string) error { return p.auditSeal(cmd.Context()) },
		},
		&cobra.Command{
			Use:   "key",
			Short: "Print the public keys that seals are verified with",
			Args:  cobra.NoArgs,
			RunE: func(*cobra.Command, []string) error {
				ring, err := p.loadRing()
				if err != nil {
					return err
				}
				return p.printJSON(ring.Publics())
			},
		})
	return cmd
}

// readPublics reads a file of `wutu audit key`: a list of keys, or one.
func readPublics(path string) ([]keyring.Public, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("--key: %w", err)
	}
	defer f.Close()
	const most = 1 << 20
	b, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, fmt.Errorf("--key: %w", err)
	}
	var list []keyring.Public
	if b = bytes.TrimSpace(b); bytes.HasPrefix(b, []byte("{")) {
		b = append(append([]byte{'['}, b...), ']')
	}
	if err := json.Unmarshal(b, &list); err != nil {
		return nil, fmt.Errorf("--key: %s is no file of public keys: %w", path, err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("--key: %s holds no key", path)
	}
	return list, nil
}

func (p *program) auditVerify(ctx context.Context, path, pin string) error {
	var trusted []keyring.Public
	if pin != "" {
		var err error
		if trusted, err = readPublics(pin); err != nil {
			return err
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	report, err := audit.Verify(ctx, f, trusted)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if p.asJSON {
		if report.Problems == nil {
			report.Problems = []audit.Problem{}
		}
		if err := p.printJSON(report); err != nil {
			return err
		}
	}
	for _, problem := range report.Problems {
		p.say("%s", problem)
	}
	if n := len(report.Problems); n > 0 {
		return fmt.Errorf("%d problems in %s", n, path)
	}
	by := "its own keys, which were not compared with the city's (--key)"
	if len(trusted) > 0 {
		by = "a given key"
	}
	p.say("%s is in order: %d lines, %d seals, signed by %s: %s", path, report.Lines, report.Seals, by, strings.Join(report.Signers, ", "))
	return nil
}

// parseDay reads a day of the city's time zone or an instant; a day that ends a
// period is part of it.
func parseDay(flag, text string, end bool) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if t, err := time.ParseInLocation(time.DateOnly, text, worktime.China()); err == nil {
		if end {
			t = t.AddDate(0, 0, 1)
		}
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fmt.Errorf("%s %q is neither a day as in 2026-11-21 nor an instant as in 2026-11-21T08:00:00Z", flag, text)
	}
	return t, nil
}

func (p *program) auditExport(ctx context.Context, from, to, out string) (err error) {
	x := audit.Extract{At: now()}
	if x.From, err = parseDay("--from", from, false); err != nil {
		return err
	}
	if x.To, err = parseDay("--to", to, true); err != nil {
		return err
	}
	if !x.From.IsZero() && !x.To.IsZero() && !x.From.Before(x.To) {
		return errors.New("--from is not before --to")
	}
	store, ring, err := p.openSigning(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	id, err := readIdentity(ctx, store)
	if err != nil {
		return err
	}
	x.City = id.Name.ZH
	f, err := os.CreateTemp(filepath.Dir(out), ".audit-*")
	if err != nil {
		return err
	}
	lines, err := audit.Write(ctx, f, store, ring, x)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), out)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	if p.asJSON {
		return p.printJSON(map[string]any{"file": out, "lines": lines, "key": ring.Public().KeyID})
	}
	p.say("%s: %d lines, signed with key %s", out, lines, ring.Public().KeyID)
	return nil
}

// openSigning opens the city with the ring that signs for it.
func (p *program) openSigning(ctx context.Context) (*gpkg.Store, *keyring.Ring, error) {
	if err := p.mustExist(); err != nil {
		return nil, nil, err
	}
	ring, err := p.loadRing()
	if err != nil {
		return nil, nil, err
	}
	store, err := p.open(ctx, gpkg.Options{Keys: ring})
	return store, ring, err
}

func (p *program) auditSeal(ctx context.Context) (err error) {
	store, _, err := p.openSigning(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	made, err := store.SealAudit(ctx, now(), worktime.China())
	if err != nil {
		return err
	}
	if p.asJSON {
		return p.printJSON(map[string]any{"seals": len(made)})
	}
	for i := range made {
		p.say("%s: lines %d to %d sealed with key %s", made[i].Day, made[i].First, made[i].Last, made[i].Signature.KeyID)
	}
	if len(made) == 0 {
		p.say("no day is over that is not sealed")
	}
	return nil
}

func (p *program) auditRetain(ctx context.Context, days int) (err error) {
	store, err := p.open(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	n, err := audit.Retain(ctx, store, now(), days, "audit retain")
	if err != nil {
		return err
	}
	if p.asJSON {
		return p.printJSON(map[string]any{"removed": n})
	}
	p.say("%d lines removed", n)
	return nil
}

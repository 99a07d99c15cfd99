package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/city"
	"wutu/data/export"
	"wutu/data/gpkg"
	"wutu/frontend"
	"wutu/layers"
	"wutu/layers/live"
	"wutu/layers/model"
	"wutu/layers/worktime"
	"wutu/server"
	"wutu/server/auth"
	"wutu/tiles"
	"wutu/tiles/render"
)

// pollForeign is how often the server looks for commits of other processes. What they
// change must be visible within a second; it comes more often so that who writes much
// does not take a processor from readers for long at a time.
const pollForeign = 50 * time.Millisecond

// readyAt begins the line by which programs that start the server learn where it is.
const readyAt = "wutu is ready at "

// serveFlags are the flags of `wutu serve`.
type serveFlags struct {
	listenFlags
	accessFlags
	signInFlags
	photoFlags
	budgetFlags
	basemapFlags
	demo, verbose, snapshot bool
	nearWebhooks            bool
}

func (p *program) serveCmd() *cobra.Command {
	var f serveFlags
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Serve the city: maps, APIs, tiles and live streams",
		Long: "Loads the city and serves it until SIGTERM or Ctrl-C, which drain and stop.\n\n" +
			"With --demo an anonymous visitor plans, reports and dispatches, but is not cleared for persons, and keys\n" +
			"of every role are printed. Without --demo anonymous requests see only layers marked public.",
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.serve(cmd.Context(), f) },
	}
	f.listenFlags.add(cmd.Flags())
	f.accessFlags.add(cmd.Flags())
	f.signInFlags.add(cmd.Flags())
	f.photoFlags.add(cmd.Flags())
	f.budgetFlags.add(cmd.Flags())
	f.basemapFlags.add(cmd.Flags())
	cmd.Flags().BoolVar(&f.demo, "demo", false, "let anonymous visitors plan, report and dispatch")
	cmd.Flags().BoolVar(&f.snapshot, "snapshot", true, "start from "+city.Snapshot+" in the city's folder as far as it agrees with the store, and keep it up to date")
	cmd.Flags().BoolVar(&f.nearWebhooks, "webhooks-near", false, "let webhooks go to private, local and other addresses that are not of the public Internet, and without TLS")
	cmd.Flags().BoolVar(&f.verbose, "verbose", false, "log every request")
	return cmd
}

// widenScheduler lets twice as many goroutines run as there are processors,
// unless GOMAXPROCS says otherwise. When other programs keep the processors
// busy too, the system takes one away in the middle of a request, and the
// requests queued behind it wait: measured on 2 processors with 8 clients beside
// the server, counting in large polygons, the slowest hundredth took 43 ms with
// 2, 19 ms with 4 and the same with 8, at the same rate.
func widenScheduler() {
	if _, set := os.LookupEnv("GOMAXPROCS"); !set {
		runtime.GOMAXPROCS(2 * runtime.GOMAXPROCS(0))
	}
}

func (p *program) serve(ctx context.Context, f serveFlags) error {
	widenScheduler()
	listener, scheme, err := p.listen(ctx, f.listenFlags)
	if err != nil {
		return err
	}
	defer listener.Close()
	if err := p.mustExist(); err != nil {
		return err
	}
	ring, err := p.ring(true)
	if err != nil {
		return err
	}
	store, err := p.open(ctx, gpkg.Options{Keys: ring})
	if err != nil {
		return err
	}
	defer store.Close()
	if err := p.hintSeals(ctx, store); err != nil {
		return err
	}
	level := slog.LevelInfo
	if f.verbose {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(p.stderr, &slog.HandlerOptions{Level: level}))
	p.say("loading %s", p.file())
	rows := 0
	options := live.Options{
		Poll:    pollForeign,
		OnLoad:  func(_ string, n int) { rows += n },
		OnError: func(err error) { log.Error("following the store", "err", err) },
	}
	if f.snapshot {
		options.Snapshot = p.snapshot(ring, log)
	}
	loaded := sparingly()
	city, err := live.Open(ctx, store, options)
	if err != nil {
		return err
	}
	defer city.Close()
	loaded()
	go func() { _ = city.View().Prepare(ctx, render.Lattice(tiles.Mercator)) }() // ends early only with the server
	id, err := readIdentity(ctx, store)
	if err != nil {
		return err
	}
	platform, err := f.platform(scheme + "://" + listener.Addr().String())
	if err != nil {
		return err
	}
	accessLog, err := f.openLog()
	if err != nil {
		return err
	}
	defer accessLog.Close()
	o := server.Options{City: city, Records: store, Web: frontend.FS(), Name: id.Name, Code: id.Code,
		Version: version(), Demo: f.demo, Log: log, AllowOrigins: f.origins, Keys: ring,
		ItemFormats: itemFormats(),
		Encode:      encodeExport, Formats: export.Formats(), ExportDir: filepath.Join(p.dir, "exports"),
		SealAudit: func(ctx context.Context, at time.Time) error {
			_, err := store.SealAudit(ctx, at, worktime.China())
			return err
		},
		Photos: p.pictures(store), PhotoLimits: f.limits(),
		Platform: platform, NoLocal: !f.local, SecureCookies: f.secure(), NearWebhooks: f.nearWebhooks}
	if err := f.apply(&o); err != nil {
		return err
	}
	archives, err := f.basemapFlags.list(p.dir)
	if err != nil {
		return err
	}
	maps, closeMaps := openBasemaps(ctx, archives, log)
	defer closeMaps()
	o.Basemaps = maps
	if accessLog != nil {
		o.AccessLog = accessLog
	}
	go func() { // nobody waits for it: who counts people before it is done does
		if err := city.Prepare(ctx); err != nil && ctx.Err() == nil {
			log.Error("counts of people are not prepared", "err", err)
		}
	}()
	s, err := server.New(o)
	if err != nil {
		return err
	}
	if f.demo {
		if err := p.printAccounts(ctx, store, city.View(), s.Gate()); err != nil {
			return err
		}
	}
	p.say("%d features in %d layers", rows, len(city.View().Layers()))
	fmt.Fprintf(p.stdout, readyAt+"%s://%s\n", scheme, listener.Addr())
	stop := keepSealed(ctx, store, log)
	err = s.Run(ctx, listener)
	stop()
	if err != nil {
		return err
	}
	p.say("stopped")
	return errors.Join(city.Close(), store.Close())
}

// printAccounts makes this start's demo keys and accounts and prints them.
func (p *program) printAccounts(ctx context.Context, store *gpkg.Store, v *live.View, gate *auth.Gate) error {
	var scope auth.DemoScope
	if _, ok := v.Layer(model.Departments); ok {
		for r, err := range v.Select(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: model.Departments, Limit: 1}) {
			if err != nil {
				return err
			}
			scope.Department = r.Feature().Key
		}
	}
	if _, ok := v.Layer(model.Persons); ok { // the worker's community is the one with the most people
		groups, err := v.Group(ctx, layers.Query{Subject: layers.SystemSubject(), Layer: model.Persons}, live.By{Level: layers.Community}, nil)
		if err != nil {
			return err
		}
		most := 0
		for _, g := range groups {
			if g.Key != "" && g.N > most {
				most, scope.Region = g.N, g.Key
			}
		}
	}
	accounts, err := auth.DemoKeys(ctx, store, scope, now(), rand.Reader)
	if err != nil {
		return err
	}
	people, err := gate.DemoAccounts(ctx, scope)
	if err != nil {
		return err
	}
	if p.asJSON {
		return nil
	}
	ids := make([]string, len(people))
	for i, a := range people {
		ids[i] = a.ID
	}
	p.say("demo accounts, all with the password %s:\n  %s", auth.DemoPassword, strings.Join(ids, " "))
	p.say("demo keys of this start (Authorization: Bearer KEY):")
	for _, a := range accounts {
		where := ""
		if a.Key.Region != "" {
			where = "  area " + a.Key.Region
		}
		p.say("  %-11s %s%s", a.Key.Role, a.Secret, where)
	}
	return nil
}

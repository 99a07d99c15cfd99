package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/spf13/cobra"

	"wutu/data/gpkg"
	"wutu/layers"
	"wutu/layers/duty"
	"wutu/layers/worktime"
	"wutu/server/ground"
)

func (p *program) dictionaryCmd() *cobra.Command {
	cmd := &cobra.Command{Use: "dictionary", Short: "Dictionaries of event classes, and the office calendar",
		Long: "A dictionary lists the classes of events with filing standard, deadlines, closing standard and responsible\n" +
			"unit. It has an edition; new cases use the edition that is valid since last, and every case keeps the one it\n" +
			"was filed with, so an edition is never changed or removed. A server that runs on the city takes up what is\n" +
			"imported within a second."}
	cmd.AddCommand(p.dictionaryListCmd(), p.dictionaryImportCmd(), p.dictionaryExportCmd(), p.calendarImportCmd(), p.calendarExportCmd())
	return cmd
}

// editionLine is an edition in a list.
type editionLine struct {
	Edition   string       `json:"edition"`
	Title     layers.Title `json:"title"`
	Source    string       `json:"source"`
	ValidFrom string       `json:"valid_from"`
	Classes   int          `json:"classes"`
	State     string       `json:"state"` // current, kept, future, example
}

func (p *program) dictionaryListCmd() *cobra.Command {
	return &cobra.Command{
		Use: "list", Short: "List the editions of the city, and the examples that come with the program", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			editions, err := p.editions(cmd.Context())
			if err != nil {
				return err
			}
			current := editions.Current(now())
			var lines []editionLine
			add := func(d *duty.Dictionary, state string) {
				lines = append(lines, editionLine{d.Edition, d.Title, d.Source, d.ValidFrom.Format(time.DateOnly), len(d.Classes), state})
			}
			for _, d := range editions.List() {
				switch {
				case d.Edition == current.Edition:
					add(d, "current")
				case d.ValidFrom.After(now()):
					add(d, "future")
				default:
					add(d, "kept")
				}
			}
			examples, err := duty.Examples()
			if err != nil {
				return err
			}
			for _, d := range examples {
				if _, have := editions.Edition(d.Edition); !have {
					add(d, "example")
				}
			}
			for _, l := range lines {
				if p.asJSON {
					if err := p.printJSON(l); err != nil {
						return err
					}
					continue
				}
				p.say("%-16s %-8s from %s %5d classes  %s (%s)", l.Edition, l.State, l.ValidFrom, l.Classes, l.Title.ZH, l.Source)
			}
			return nil
		},
	}
}

func (p *program) dictionaryImportCmd() *cobra.Command {
	return &cobra.Command{
		Use: "import FILE", Short: "Add an edition to the city; FILE may be the name of an example, or - for standard input", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := p.readDictionary(cmd, args[0])
			if err != nil {
				return err
			}
			if d.Edition == duty.ClassesVersion {
				return fmt.Errorf("the edition %s comes with the program: a changed dictionary is a new edition", d.Edition)
			}
			data, err := d.MarshalJSON()
			if err != nil {
				return err
			}
			err = p.keep(cmd.Context(), "dictionary import", layers.Record{Bucket: ground.DictionaryBucket, Key: d.Edition, Data: data, IfAbsent: true})
			if layers.KindOf(err) == layers.Conflict {
				return fmt.Errorf("the city has an edition %s, which its cases were filed with: a changed dictionary is a new edition", d.Edition)
			}
			if err != nil {
				return err
			}
			if p.asJSON {
				return p.printJSON(map[string]any{"edition": d.Edition, "classes": len(d.Classes)})
			}
			p.say("edition %s, %d classes, valid from %s", d.Edition, len(d.Classes), d.ValidFrom.Format(time.DateOnly))
			return nil
		},
	}
}

func (p *program) dictionaryExportCmd() *cobra.Command {
	return &cobra.Command{
		Use: "export [EDITION]", Short: "Print an edition, the current one if none is named, in the form that import reads", Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			editions, err := p.editions(cmd.Context())
			if err != nil {
				return err
			}
			d := editions.Current(now())
			if len(args) > 0 {
				var ok bool
				if d, ok = editions.Edition(args[0]); !ok {
					if d, ok = example(args[0]); !ok {
						return fmt.Errorf("there is no edition %.80q", args[0])
					}
				}
			}
			data, err := d.Pretty()
			if err != nil {
				return err
			}
			_, err = p.stdout.Write(data)
			return err
		},
	}
}

func (p *program) calendarImportCmd() *cobra.Command {
	return &cobra.Command{
		Use: "calendar-import FILE", Short: "Set the city's office calendar; due times told already stay", Args: cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			data, err := read(cmd, args[0], worktime.MaxCalendarBytes)
			if err != nil {
				return err
			}
			c, err := worktime.ParseCalendar(data)
			if err != nil {
				return err
			}
			if err := p.keep(cmd.Context(), "dictionary calendar-import", layers.Record{Bucket: ground.CalendarBucket, Key: ground.CalendarKey, Data: data}); err != nil {
				return err
			}
			p.say("calendar %s: %d days off, %d weekend days worked", c.Name, len(c.Off), len(c.On))
			return nil
		},
	}
}

func (p *program) calendarExportCmd() *cobra.Command {
	return &cobra.Command{
		Use: "calendar-export", Short: "Print the city's office calendar in the form that calendar-import reads", Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := worktime.Builtin()
			if err != nil {
				return err
			}
			store, err := p.open(cmd.Context(), gpkg.Options{})
			if err != nil {
				return err
			}
			defer store.Close()
			for r, err := range store.Records(cmd.Context(), ground.CalendarBucket, ground.CalendarKey) {
				if err != nil {
					return err
				}
				if c, err = worktime.ParseCalendar(r.Data); err != nil {
					return err
				}
			}
			return p.printJSON(c)
		},
	}
}

// editions reads the city's dictionaries.
func (p *program) editions(ctx context.Context) (*duty.Editions, error) {
	store, err := p.open(ctx, gpkg.Options{})
	if err != nil {
		return nil, err
	}
	defer store.Close()
	var list []*duty.Dictionary
	for r, err := range store.Records(ctx, ground.DictionaryBucket, "") {
		if err != nil {
			return nil, err
		}
		d, err := duty.ParseDictionary(r.Data)
		if err != nil {
			return nil, fmt.Errorf("edition %s: %w", r.Key, err)
		}
		list = append(list, d)
	}
	return duty.NewEditions(list), nil
}

// keep stores a record.
func (p *program) keep(ctx context.Context, command string, r layers.Record) error {
	store, err := p.open(ctx, gpkg.Options{})
	if err != nil {
		return err
	}
	defer store.Close()
	_, err = store.Apply(ctx, layers.Batch{Actor: operator(command).ID, At: now(), Records: []layers.Record{r}})
	return err
}

// example returns a dictionary that comes with the program.
func example(name string) (*duty.Dictionary, bool) {
	list, err := duty.Examples()
	if err != nil {
		return nil, false
	}
	for _, d := range list {
		if d.Edition == name {
			return d, true
		}
	}
	return nil, false
}

func (p *program) readDictionary(cmd *cobra.Command, name string) (*duty.Dictionary, error) {
	data, err := read(cmd, name, duty.MaxDictionaryBytes)
	if errors.Is(err, os.ErrNotExist) {
		if d, ok := example(name); ok {
			return d, nil
		}
	}
	if err != nil {
		return nil, err
	}
	return duty.ParseDictionary(data)
}

// read reads a file of at most most bytes, or standard input for "-".
func read(cmd *cobra.Command, name string, most int64) ([]byte, error) {
	in := cmd.InOrStdin()
	if name != "-" {
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	data, err := io.ReadAll(io.LimitReader(in, most+1))
	if err == nil && int64(len(data)) > most {
		err = fmt.Errorf("%s is larger than %d bytes", name, most)
	}
	return data, err
}

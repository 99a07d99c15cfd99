package main

import (
	"os"

	"github.com/spf13/pflag"
)

// accessFlags say which pages of other sites `wutu serve` trusts, and where it
// logs requests.
type accessFlags struct {
	origins []string
	log     string
}

func (f *accessFlags) add(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.origins, "allow-origin", nil, "origin whose pages may read and write with sessions, as https://portal.example.gov.cn; repeatable")
	flags.StringVar(&f.log, "access-log", "", "file that gets a line of JSON per request, without values or secrets")
}

// openLog opens the access log for appending; nil when none is wanted. Programs
// that rotate logs copy and truncate it.
func (f *accessFlags) openLog() (*os.File, error) {
	if f.log == "" {
		return nil, nil
	}
	return os.OpenFile(f.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
}

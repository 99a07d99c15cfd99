package main

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"

	"github.com/spf13/pflag"
)

// listenFlags say where `wutu serve` listens, and how encrypted.
type listenFlags struct {
	address           string
	tlsCert, tlsKey   string
	tlsSelf, insecure bool
	profiles          string
}

func (f *listenFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.address, "listen", "127.0.0.1:8080", "address to listen on; port 0 takes a free one")
	flags.StringVar(&f.tlsCert, "tls-cert", "", "certificate file (PEM)")
	flags.StringVar(&f.tlsKey, "tls-key", "", "key file (PEM)")
	flags.BoolVar(&f.tlsSelf, "tls-self", false, "make certificates; their authority, to be imported into browsers, lies in DIR/tls/ca.pem")
	flags.BoolVar(&f.insecure, "insecure", false, "serve other machines without encryption, behind a gateway that encrypts")
	flags.StringVar(&f.profiles, "pprof", "", "address of this machine, such as 127.0.0.1:6060, to serve Go's profiles on")
}

// listen opens the socket before anything is loaded, so that a port in use is
// told at once. It returns the scheme of the server's addresses, too.
func (p *program) listen(ctx context.Context, f listenFlags) (net.Listener, string, error) {
	config, err := p.tlsConfig(f)
	if err == nil {
		err = p.profiled(ctx, f.profiles)
	}
	if err != nil {
		return nil, "", err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.address)
	if err != nil {
		return nil, "", err
	}
	if config != nil {
		return tls.NewListener(l, config), "https", nil
	}
	// Asked of the socket, not of the flag: names and empty hosts resolve there.
	if a, ok := l.Addr().(*net.TCPAddr); !f.insecure && !(ok && a.IP.IsLoopback()) {
		return nil, "", errors.Join(fmt.Errorf("--listen %s is open to other machines without encryption: give --tls-self, "+
			"or --tls-cert and --tls-key, or --insecure if a gateway in front encrypts", f.address), l.Close())
	}
	return l, "http", nil
}

// tlsConfig is nil for a server without encryption.
func (p *program) tlsConfig(f listenFlags) (*tls.Config, error) {
	// TLS 1.2 is the least that GB/T 39786-2021 and browsers take; Go offers only
	// ciphers with forward secrecy for it.
	config := &tls.Config{MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
	switch {
	case f.tlsSelf && (f.tlsCert != "" || f.tlsKey != ""):
		return nil, errors.New("give --tls-self or --tls-cert and --tls-key, not both")
	case (f.tlsCert == "") != (f.tlsKey == ""):
		return nil, errors.New("--tls-cert and --tls-key belong together")
	case f.tlsSelf:
		own, err := p.selfSigned(f.address)
		if err != nil {
			return nil, err
		}
		config.GetCertificate = own.certificate
	case f.tlsCert != "":
		cert, err := tls.LoadX509KeyPair(f.tlsCert, f.tlsKey)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{cert}
	default:
		return nil, nil
	}
	return config, nil
}

// Copyright (c) 2026, leasehold.vault contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// A real Vault core for tests and the demo: in-memory storage, unsealed, on one loopback address.
//
// It prints one JSON line with the address, the root token and the unseal key, and lives until SIGTERM, or until
// its standard input is closed: a bench that dies, however it dies, takes its server along. Its last act is to
// remove the folder it was given.
package main

import (
	"context"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/credential/userpass"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// A core that does not shut down in this time is left where it stands: nothing in it outlives the process.
const patience = 3 * time.Second

func main() {
	listen := flag.String("listen", "127.0.0.1:0", "address to listen on")
	plugins := flag.String("plugins", "", "absolute folder of plugin binaries")
	folder := flag.String("folder", "", "folder to remove at the end")
	certificate := flag.String("tls-cert", "", "PEM certificate; with -tls-key the listener speaks TLS")
	key := flag.String("tls-key", "", "PEM key")
	flag.Parse()

	err := serve(*listen, *plugins, *certificate, *key)
	if *folder != "" {
		err = errors.Join(err, os.RemoveAll(*folder))
	}
	if err != nil {
		log.Fatal(err)
	}
}

func serve(listen, plugins, certificate, key string) error {
	listener, address, err := listenOn(listen, certificate, key)
	if err != nil {
		return err
	}
	core, err := newCore(address, plugins)
	if err != nil {
		return err
	}
	// A core that just exits would leave its plugin processes behind.
	defer plugin.CleanupClients()
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core, ListenerConfig: &configutil.Listener{}})
	go func() { _ = http.Serve(listener, handler) }()

	ready, err := open(core)
	if err != nil {
		return err
	}
	ready["address"] = address
	if err := json.NewEncoder(os.Stdout).Encode(ready); err != nil {
		return err
	}
	waitForTheEnd()
	return shutDown(core)
}

func listenOn(address, certificate, key string) (net.Listener, string, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, "", err
	}
	if certificate == "" {
		return listener, "http://" + listener.Addr().String(), nil
	}
	pair, err := tls.LoadX509KeyPair(certificate, key)
	if err != nil {
		return nil, "", err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12}
	return tls.NewListener(listener, config), "https://" + listener.Addr().String(), nil
}

func newCore(address, plugins string) (*vault.Core, error) {
	logger := hclog.New(&hclog.LoggerOptions{Name: "vault", Level: hclog.Warn, Output: os.Stderr})
	storage, err := inmem.NewInmem(nil, logger)
	if err != nil {
		return nil, err
	}
	return vault.NewCore(&vault.CoreConfig{
		Physical:           storage,
		Logger:             logger,
		DisableMlock:       true,
		BuiltinRegistry:    noBuiltins{},
		PluginDirectory:    plugins,
		LogicalBackends:    map[string]logical.Factory{"kv": kv.Factory},
		CredentialBackends: map[string]logical.Factory{"approle": approle.Factory, "userpass": userpass.Factory},
		AuditBackends:      map[string]audit.Factory{"file": audit.NewFileBackend},
		RedirectAddr:       address,
	})
}

// open initialises and unseals a new core and returns what only this moment knows.
func open(core *vault.Core) (map[string]string, error) {
	made, err := core.Initialize(context.Background(), &vault.InitParams{
		BarrierConfig:  &vault.SealConfig{SecretShares: 1, SecretThreshold: 1},
		RecoveryConfig: &vault.SealConfig{},
	})
	if err != nil {
		return nil, err
	}
	if _, err := core.Unseal(made.SecretShares[0]); err != nil {
		return nil, err
	}
	return map[string]string{"token": made.RootToken, "unseal_key": hex.EncodeToString(made.SecretShares[0])}, nil
}

func waitForTheEnd() {
	stop := make(chan os.Signal, 2)
	signal.Notify(stop, syscall.SIGTERM, syscall.SIGINT)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop <- syscall.SIGTERM
	}()
	<-stop
}

func shutDown(core *vault.Core) error {
	done := make(chan error, 1)
	go func() { done <- core.Shutdown() }()
	select {
	case err := <-done:
		return err
	case <-time.After(patience):
		return errors.New("the core did not shut down in time")
	}
}

// noBuiltins is a plugin registry without content: the AWS backends come as an external plugin.
type noBuiltins struct{}

func (noBuiltins) Contains(string, consts.PluginType) bool { return false }
func (noBuiltins) Get(string, consts.PluginType) (func() (interface{}, error), bool) {
	return nil, false
}
func (noBuiltins) Keys(consts.PluginType) []string { return nil }
func (noBuiltins) DeprecationStatus(string, consts.PluginType) (consts.DeprecationStatus, bool) {
	return consts.Unknown, false
}
func (noBuiltins) IsBuiltinEntPlugin(string, consts.PluginType) bool { return false }

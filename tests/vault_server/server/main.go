// Copyright (c) 2026, leasehold.vault contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// A real Vault core for tests and the demo: in-memory storage, unsealed, on one loopback address.
//
// It prints one JSON line with the address, the root token and the unseal key, and lives until SIGTERM, or until
// its standard input is closed: a bench that dies, however it dies, takes its server along. Its last act is to
// remove the folder it was given.
//
// With -raft it is a node of a cluster, whose integrated storage lasts; its starter initialises, joins and unseals it
// over the API.
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
	"path/filepath"
	"syscall"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/go-plugin"
	kv "github.com/hashicorp/vault-plugin-secrets-kv"
	"github.com/hashicorp/vault/audit"
	"github.com/hashicorp/vault/builtin/credential/approle"
	"github.com/hashicorp/vault/builtin/credential/cert"
	"github.com/hashicorp/vault/builtin/credential/userpass"
	vaulthttp "github.com/hashicorp/vault/http"
	"github.com/hashicorp/vault/internalshared/configutil"
	"github.com/hashicorp/vault/physical/raft"
	"github.com/hashicorp/vault/sdk/helper/consts"
	"github.com/hashicorp/vault/sdk/logical"
	"github.com/hashicorp/vault/sdk/physical"
	"github.com/hashicorp/vault/sdk/physical/inmem"
	"github.com/hashicorp/vault/vault"
)

// A core that does not shut down in this time is left where it stands: nothing in it outlives the process.
const patience = 3 * time.Second

type options struct {
	listen, plugins, certificate, key, raft, cluster string
}

func main() {
	var given options
	flag.StringVar(&given.listen, "listen", "127.0.0.1:0", "address to listen on")
	flag.StringVar(&given.plugins, "plugins", "", "absolute folder of plugin binaries")
	flag.StringVar(&given.certificate, "tls-cert", "", "PEM certificate; with -tls-key the listener speaks TLS")
	flag.StringVar(&given.key, "tls-key", "", "PEM key")
	flag.StringVar(&given.raft, "raft", "", "folder of integrated storage, whose name is that of the node")
	flag.StringVar(&given.cluster, "cluster", "", "address for the other nodes of the cluster")
	folder := flag.String("folder", "", "folder to remove at the end")
	flag.Parse()

	err := serve(given)
	if *folder != "" {
		err = errors.Join(err, os.RemoveAll(*folder))
	}
	if err != nil {
		log.Fatal(err)
	}
}

func serve(given options) error {
	listener, address, err := listenOn(given.listen, given.certificate, given.key)
	if err != nil {
		return err
	}
	core, err := newCore(address, given)
	if err != nil {
		return err
	}
	// A core that just exits would leave its plugin processes behind.
	defer plugin.CleanupClients()
	handler := vaulthttp.Handler.Handler(&vault.HandlerProperties{Core: core, ListenerConfig: &configutil.Listener{}})
	core.SetClusterHandler(handler)
	go func() { _ = http.Serve(listener, handler) }()

	ready := map[string]string{}
	if given.raft == "" {
		if ready, err = open(core); err != nil {
			return err
		}
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
	config := &tls.Config{
		Certificates: []tls.Certificate{pair},
		MinVersion:   tls.VersionTLS12,
		ClientAuth:   tls.RequestClientCert, // for logins; whom to trust is the auth method's business
	}
	return tls.NewListener(listener, config), "https://" + listener.Addr().String(), nil
}

func newCore(address string, given options) (*vault.Core, error) {
	logger := hclog.New(&hclog.LoggerOptions{Name: "vault", Level: hclog.Warn, Output: os.Stderr})
	config := &vault.CoreConfig{
		Logger:          logger,
		DisableMlock:    true,
		BuiltinRegistry: noBuiltins{},
		PluginDirectory: given.plugins,
		LogicalBackends: map[string]logical.Factory{"kv": kv.Factory},
		CredentialBackends: map[string]logical.Factory{
			"approle": approle.Factory, "cert": cert.Factory, "userpass": userpass.Factory,
		},
		AuditBackends: map[string]audit.Factory{"file": audit.NewFileBackend},
		RedirectAddr:  address,
	}
	if given.raft != "" {
		return newNode(config, given)
	}
	var err error
	if config.Physical, err = inmem.NewInmem(nil, logger); err != nil {
		return nil, err
	}
	return vault.NewCore(config)
}

func newNode(config *vault.CoreConfig, given options) (*vault.Core, error) {
	cluster, err := net.ResolveTCPAddr("tcp", given.cluster)
	if err != nil {
		return nil, err
	}
	place := map[string]string{"path": given.raft, "node_id": filepath.Base(given.raft)}
	storage, err := raft.NewRaftBackend(place, config.Logger)
	if err != nil {
		return nil, err
	}
	config.Physical, config.HAPhysical = storage, storage.(physical.HABackend)
	config.ClusterAddr = "https://" + cluster.String()
	core, err := vault.NewCore(config)
	if err != nil {
		return nil, err
	}
	core.SetClusterListenerAddrs([]*net.TCPAddr{cluster})
	return core, nil
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

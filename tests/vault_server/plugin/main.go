// Copyright (c) 2026, leasehold.vault contributors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Vault's AWS secrets engine, or with -auth its AWS auth method, as an external Vault plugin.
package main

import (
	"log"
	"os"
	"time"

	"github.com/hashicorp/vault/api"
	auth "github.com/hashicorp/vault/builtin/credential/aws"
	engine "github.com/hashicorp/vault/builtin/logical/aws"
	"github.com/hashicorp/vault/sdk/plugin"
)

func main() {
	meta := &api.PluginAPIClientMeta{}
	flags := meta.FlagSet()
	serveAuth := flags.Bool("auth", false, "serve the auth method instead of the secrets engine")
	if err := flags.Parse(os.Args[1:]); err != nil {
		log.Fatal(err)
	}
	factory := engine.Factory
	if *serveAuth {
		factory = auth.Factory
	}
	go endWithParent(os.Getppid())
	if err := plugin.ServeMultiplex(&plugin.ServeOpts{
		BackendFactoryFunc: factory,
		TLSProviderFunc:    api.VaultPluginTLSProvider(meta.GetTLSConfig()),
	}); err != nil {
		log.Fatal(err)
	}
}

// endWithParent exits once the server is gone: one that was killed could not end its plugins itself.
func endWithParent(parent int) {
	for os.Getppid() == parent {
		time.Sleep(time.Second)
	}
	os.Exit(0)
}

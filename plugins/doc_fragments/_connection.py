# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this doc fragment is **PRIVATE** to the collection. It can have breaking changes at any time.

from __future__ import annotations


class ModuleDocFragment:
    # How to reach Vault, for modules and lookups alike.
    DOCUMENTATION = r"""
options:
  url:
    description:
      - Address of Vault, such as V(https://vault.example.com:8200), with a path prefix where a proxy needs one, or
        V(unix:///path/of/agent.sock).
      - Needed, from whichever source.
    type: str
    aliases: [addr]
  namespace:
    description:
      - Namespace of Vault Enterprise or OpenBao in which everything is read and, unless C(auth_namespace) says
        otherwise, the login is made.
    type: str
  validate_certs:
    description:
      - Whether Vault's certificate is verified.
      - Verified unless this or E(VAULT_SKIP_VERIFY) says otherwise. That variable takes the words that the Vault CLI
        takes; any other word is an error, not an off switch.
    type: bool
  ca_cert:
    description:
      - PEM file of the certificate authorities to trust.
    type: path
    aliases: [cacert]
  ca_path:
    description:
      - Folder of PEM files of the certificate authorities to trust.
    type: path
  client_cert:
    description:
      - PEM file of the client certificate. C(auth_method=cert) logs in with it.
    type: path
  client_key:
    description:
      - PEM file of the client certificate's key, where O(client_cert) does not hold both.
    type: path
  tls_server_name:
    description:
      - Name to ask for and to verify in the TLS handshake, where it differs from the host in O(url).
    type: str
  proxies:
    description:
      - Proxy through which an C(https) Vault is reached, as an address that begins with C(http://), or as a
        dictionary from scheme to address.
      - The proxy variables of the environment are not used unless they are written here.
    type: raw
  redirect_hosts:
    description:
      - Further hosts to which Vault may redirect a request. Without any, one redirect to the same host is followed,
        and the token goes nowhere else.
      - A standby that redirects may have lost its active node. It is asked again for as long as an election may take.
    type: list
    elements: str
  timeout:
    description:
      - Seconds that one call may take in all, retries and their pauses included. Connecting may take 5 and silence 30
        of them.
    type: float
    default: 60
"""

    # Where lookups and actions find the same options. Secrets have no ini entry: files get shared.
    # Of several sources that are set, Ansible takes the last.
    PLUGIN = r"""
options:
  url:
    vars:
      - name: ansible_hashi_vault_url
      - name: ansible_hashi_vault_addr
      - name: leasehold_vault_url
    env:
      - name: VAULT_ADDR
      - name: ANSIBLE_HASHI_VAULT_ADDR
      - name: LEASEHOLD_VAULT_URL
    ini:
      - section: hashi_vault_collection
        key: url
      - section: leasehold_vault
        key: url
  namespace:
    vars:
      - name: ansible_hashi_vault_namespace
      - name: leasehold_vault_namespace
    env:
      - name: VAULT_NAMESPACE
      - name: ANSIBLE_HASHI_VAULT_NAMESPACE
      - name: LEASEHOLD_VAULT_NAMESPACE
    ini:
      - section: hashi_vault_collection
        key: namespace
      - section: leasehold_vault
        key: namespace
  validate_certs:
    vars:
      - name: ansible_hashi_vault_validate_certs
      - name: leasehold_vault_validate_certs
    env:
      - name: LEASEHOLD_VAULT_VALIDATE_CERTS
    ini:
      - section: hashi_vault_collection
        key: validate_certs
      - section: leasehold_vault
        key: validate_certs
  ca_cert:
    vars:
      - name: ansible_hashi_vault_ca_cert
      - name: leasehold_vault_ca_cert
    env:
      - name: VAULT_CACERT
      - name: ANSIBLE_HASHI_VAULT_CA_CERT
      - name: LEASEHOLD_VAULT_CA_CERT
    ini:
      - section: hashi_vault_collection
        key: ca_cert
      - section: leasehold_vault
        key: ca_cert
  ca_path:
    vars:
      - name: leasehold_vault_ca_path
    env:
      - name: VAULT_CAPATH
      - name: LEASEHOLD_VAULT_CA_PATH
    ini:
      - section: leasehold_vault
        key: ca_path
  client_cert:
    vars:
      - name: ansible_hashi_vault_cert_auth_public_key
      - name: leasehold_vault_client_cert
    env:
      - name: VAULT_CLIENT_CERT
      - name: ANSIBLE_HASHI_VAULT_CERT_AUTH_PUBLIC_KEY
      - name: LEASEHOLD_VAULT_CLIENT_CERT
    ini:
      - section: hashi_vault_collection
        key: cert_auth_public_key
      - section: leasehold_vault
        key: client_cert
  client_key:
    vars:
      - name: ansible_hashi_vault_cert_auth_private_key
      - name: leasehold_vault_client_key
    env:
      - name: VAULT_CLIENT_KEY
      - name: ANSIBLE_HASHI_VAULT_CERT_AUTH_PRIVATE_KEY
      - name: LEASEHOLD_VAULT_CLIENT_KEY
    ini:
      - section: hashi_vault_collection
        key: cert_auth_private_key
      - section: leasehold_vault
        key: client_key
  tls_server_name:
    vars:
      - name: leasehold_vault_tls_server_name
    env:
      - name: VAULT_TLS_SERVER_NAME
      - name: LEASEHOLD_VAULT_TLS_SERVER_NAME
    ini:
      - section: leasehold_vault
        key: tls_server_name
  proxies:
    vars:
      - name: ansible_hashi_vault_proxies
      - name: leasehold_vault_proxies
    env:
      - name: VAULT_HTTP_PROXY
      - name: VAULT_PROXY_ADDR
      - name: ANSIBLE_HASHI_VAULT_PROXIES
      - name: LEASEHOLD_VAULT_PROXIES
    ini:
      - section: hashi_vault_collection
        key: proxies
      - section: leasehold_vault
        key: proxies
  redirect_hosts:
    vars:
      - name: leasehold_vault_redirect_hosts
    env:
      - name: LEASEHOLD_VAULT_REDIRECT_HOSTS
    ini:
      - section: leasehold_vault
        key: redirect_hosts
  timeout:
    vars:
      - name: ansible_hashi_vault_timeout
      - name: leasehold_vault_timeout
    env:
      - name: VAULT_CLIENT_TIMEOUT
      - name: ANSIBLE_HASHI_VAULT_TIMEOUT
      - name: LEASEHOLD_VAULT_TIMEOUT
    ini:
      - section: hashi_vault_collection
        key: timeout
      - section: leasehold_vault
        key: timeout
"""

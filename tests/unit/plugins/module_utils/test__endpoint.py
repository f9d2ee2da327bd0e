# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from ansible_collections.leasehold.vault.plugins.module_utils._client import Client
from ansible_collections.leasehold.vault.plugins.module_utils._endpoint import endpoint, proxy_for
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://127.0.0.1:8200", "http://127.0.0.1:8200"),
        ("http://127.0.0.1:8200/", "http://127.0.0.1:8200"),
        ("https://vault.example.com", "https://vault.example.com:443"),
        ("http://vault", "http://vault:80"),
        ("HTTPS://Vault.Example.COM:8200", "https://vault.example.com:8200"),
        ("https://vault.example:8200/pre/Fix///", "https://vault.example:8200/pre/Fix"),
        ("http://[::1]:8200", "http://[::1]:8200"),
        ("http://[FE80::1%25eth0]:8200", "http://[fe80::1%eth0]:8200"),
        ("unix:///run/vault/agent.sock", "unix:///run/vault/agent.sock"),
    ],
)
def test_f30_one_address_one_spelling(url: str, address: str) -> None:
    client = Client({"url": url})
    assert client.address == address
    client.close()


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            " ",
            "vault.example:8200",
            "127.0.0.1",
            "//vault",
            "ftp://vault",
            "file:///etc/passwd",
            "http://",
            "http://:8200",
        ),
        *(
            " http://vault",
            "http://vault ",
            "http://va ult",
            "http://vault\n",
            "http://vault\n:8200",
            "http://vault/\x00",
        ),
        *("http://vault\t", "http://vault/?canary", "http://vault/#canary", "http://vault?canary", "http://vault\\@x"),
        *("http://user:canary@vault", "http://canary@vault", "http://vault/a@b?canary", "https://:canary@vault"),
        *(
            "http://vault:port",
            "http://vault:99999",
            "http://vault:0",
            "http://vault:-1",
            "http://[::1",
            "http://[vault]",
        ),
        *(
            "http://999.1.1.1",
            "http://127.1",
            "http://1",
            "http://" + "a" * 64,
            "http://vault/" + "a" * 9999,
            "http://a..b",
        ),
        *("http://-vault", "http://vault/../x", "http://vault/a//b", "http://vault/a%2fb", "http://ä"),
        *("unix://", "unix:///", "unix://run/agent.sock", "unix:///" + "a" * 200, "unix:///a?canary", None, 5),
    ],
)
def test_f30_what_is_no_address(url: object) -> None:
    with pytest.raises(ConfigError) as caught:
        Client({"url": url})
    text = str(caught.value)
    assert text.startswith("url ")
    assert "canary" not in text
    assert text.isprintable()


FAR = "https://vault.example:8200"


@pytest.mark.parametrize(
    ("url", "proxies", "used"),
    [
        (FAR, "http://proxy.example:3128", "http://proxy.example:3128"),
        (FAR, "http://proxy.example", "http://proxy.example:80"),
        (FAR, {"https": "http://p.example:1", "http": "http://q.example:1"}, "http://p.example:1"),
        (FAR, {"http": "http://p.example:1"}, None),
        (FAR, None, None),
        (FAR, "", None),
        ("http://vault.example", {"https": "http://p.example:1"}, None),
        ("https://127.0.0.1:8200", "http://p.example:1", None),
        ("https://127.8.8.8:8200", "http://p.example:1", None),
        ("https://[::1]:8200", "http://p.example:1", None),
        ("https://localhost:8200", "http://p.example:1", None),
        ("http://localhost:8200", "http://p.example:1", None),
        ("http://169.254.169.254", "http://p.example:1", None),
        ("http://[fd00:ec2::254]", "http://p.example:1", None),
        ("unix:///run/agent.sock", "http://p.example:1", None),
    ],
)
def test_f26_which_proxy(url: str, proxies: object, used: str | None) -> None:
    found = proxy_for(endpoint(url), proxies)
    assert (found[0].origin if found else None) == used


def test_f26_login_of_the_proxy() -> None:
    found = proxy_for(endpoint(FAR), "http://user:p%40ss@proxy.example:3128")
    assert found
    assert (found[0].origin, found[1]) == ("http://proxy.example:3128", ("user", "p@ss"))


@pytest.mark.parametrize("proxies", ["http://p.example:1", {"http": "http://p.example:1"}])
def test_f26_token_in_clear_through_a_proxy(proxies: object) -> None:
    with pytest.raises(ConfigError, match="would see the token"):
        Client({"url": "http://vault.example:8200", "proxies": proxies})


@pytest.mark.parametrize(
    "proxy", ["proxy:3128", "socks5://p.example", "https://p.example", "http://u:canary@p.example\n", "http://", 5]
)
def test_f26_what_is_no_proxy(proxy: object) -> None:
    with pytest.raises(ConfigError) as caught:
        Client({"url": FAR, "proxies": proxy})
    assert str(caught.value).startswith("proxies ")
    assert "canary" not in str(caught.value)

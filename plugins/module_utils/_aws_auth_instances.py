# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""What the AWS auth method remembers of EC2 instances, and how it clears that away."""

from __future__ import annotations

import typing as t

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._aws_config import MOUNT
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ConfigError
from ansible_collections.leasehold.vault.plugins.module_utils._resource import (
    Field,
    Resource,
    Vault,
    normal_form,
    path_of,
)

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]


def _without_nonce(vault: Vault, path: str, params: Options) -> Current:
    """Who has the nonce and the identity document of an instance can log in as that."""
    answer = vault.request("GET", path)
    return answer and {name: value for name, value in answer["data"].items() if name != "client_nonce"}


ENTRY = Resource(
    path="auth/{mount:mount}/identity-accesslist/{instance_id}",
    keys={"mount": MOUNT, "instance_id": {"type": "str", "required": True}},
    fields={},
    read=_without_nonce,
)

_DEFAULTS = {"identity-accesslist": 72 * 3600, "roletag-denylist": 180 * 86400}


def _settings(vault: Vault, path: str, params: Options) -> Current:
    """What holds, even where nobody has written it."""
    answer = vault.request("GET", path)
    if answer or params["state"] == "absent":
        return answer and dict(answer["data"])
    return {"safety_buffer": _DEFAULTS[params["what"]], "disable_periodic_tidy": False}


TIDY = Resource(
    path="auth/{mount:mount}/config/tidy/{what}",
    keys={"mount": MOUNT, "what": {"type": "str", "required": True, "choices": list(_DEFAULTS)}},
    fields={
        "safety_buffer": Field({"type": "str"}, normal=_normal.duration, send=_normal.duration),
        "disable_periodic_tidy": Field({"type": "bool"}, normal=_normal.flag),
    },
    read=_settings,
)


def start(vault: Vault, params: Options, check: bool) -> Options:
    """Clear away now, by the settings of this call, because those of Vault are only for its own rounds."""
    if params["disable_periodic_tidy"] is not None:
        raise ConfigError("disable_periodic_tidy is given with state: started", remedy="Set it with state: present.")
    buffer = params["safety_buffer"]
    body = {} if buffer is None else {"safety_buffer": normal_form("safety_buffer", buffer, _normal.duration)}
    path = path_of("auth/{mount:mount}/tidy/{what}", params)
    if not check:
        vault.request("POST", path, body)
    return {"changed": True}


__all__ = ("ENTRY", "TIDY", "start")

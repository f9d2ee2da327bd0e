# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Note that this module util is **PRIVATE** to the collection. It can have breaking changes at any time.
"""Objects of Vault as a state: what there is, what is wanted, and the one write that makes them the same.

A module declares a ``Resource``. ``make_plan`` compares and is pure; ``Resource.perform`` reads, plans and writes; who
runs it (``_module.run`` on a host, the keeper of a run for the controller) does not matter to it.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field

from ansible_collections.leasehold.vault.plugins.module_utils import _normal
from ansible_collections.leasehold.vault.plugins.module_utils._errors import ApiError, ConfigError, VaultError
from ansible_collections.leasehold.vault.plugins.module_utils._paths import path_of

if t.TYPE_CHECKING:
    Options = dict[str, t.Any]
    Current = t.Optional[Options]

HIDDEN, HIDDEN_NEW = "(hidden)", "(hidden, another one)"
UPDATE_SECRET = {"type": "str", "choices": ["on_create", "always"], "default": "on_create", "no_log": False}


class Vault(t.Protocol):
    """One Vault with one login, whoever made it."""

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        """As ``Client.request``, with the token of that login."""

    def warn(self, text: str) -> None:
        """Something that the user of a module has to know."""


@dataclass(frozen=True)
class _Written:
    """Vault after a write, which has to have something where it was asked to write."""

    vault: Vault

    def request(self, method: str, path: str, data: t.Any = None, **rest: t.Any) -> t.Any:
        return self.vault.request(method, path, data, must_exist=method == "GET", **rest)

    def warn(self, text: str) -> None:
        self.vault.warn(text)


@dataclass(frozen=True)
class Field:
    """An option that is a field of the object: its argument spec, and how Vault means it.

    ``normal`` makes two spellings of one value equal, ``show`` is what a person sees of it in a diff, ``send`` is how
    Vault wants it. ``called`` is Vault's name where the option has another one. ``since`` names the release that
    brought it where older ones ignore it without a word. Vault never tells a ``write_only`` field, never changes a
    ``create_only`` one, and never takes back a flag that is ``for_good``.
    """

    spec: Options
    normal: t.Callable[[t.Any], t.Any] = _normal.plain
    show: t.Callable[[t.Any], t.Any] | None = None
    send: t.Callable[[t.Any], t.Any] = lambda value: value
    called: str = ""
    write_only: bool = False
    create_only: bool = False
    for_good: bool = False
    since: str = ""


@dataclass(frozen=True)
class Plan:
    """What to do: nothing, ``create``, ``update``, ``recreate`` or ``delete``, with which body, and how that looks."""

    action: str = ""
    body: Options = field(default_factory=dict)
    changes: list[str] = field(default_factory=list)
    before: Options = field(default_factory=dict)
    after: Options = field(default_factory=dict)


def _nothing_to_add(wanted: Options, current: Current, params: Options, vault: Vault) -> Options:
    return wanted


@dataclass(frozen=True)
class Resource:
    """One kind of object. ``path`` is a template of its keys: ``{name}``, ``{mount:mount}``, ``{name:free}``.

    ``whole`` is for objects that a write replaces. ``adjust`` completes what is wanted by what only this object knows.
    ``read``, ``create``, ``update`` and ``delete`` stand in where a path with GET, POST and DELETE is not all there is.
    ``removal`` says how to remove one, to whoever wants to change what cannot be changed. Where there is an option
    ``recreate`` and it is true, such an object is removed and made anew from what is wanted.
    """

    path: str
    keys: Options
    fields: dict[str, Field]
    options: Options = field(default_factory=dict)
    rules: Options = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()
    lasting: bool = False
    whole: bool = False
    removal: str = "state: absent"
    adjust: t.Callable[[Options, Current, Options, Vault], Options] = _nothing_to_add
    read: t.Callable[[Vault, str, Options], Current] | None = None
    create: t.Callable[[Vault, str, Options], t.Any] | None = None
    update: t.Callable[[Vault, str, Options], t.Any] | None = None
    delete: t.Callable[[Vault, str, Options], t.Any] | None = None
    tell: t.Callable[[Vault, str, Options, bool], Options] | None = None

    def argument_spec(self) -> Options:
        spec = {**self.keys, **self.options, **{name: one.spec for name, one in self.fields.items()}}
        if not self.lasting:
            spec["state"] = {"type": "str", "choices": ["present", "absent"], "default": "present"}
        if any(one.write_only for one in self.fields.values()):
            spec["update_secret"] = UPDATE_SECRET
        return spec

    def where(self, params: Options) -> str:
        return path_of(self.path, params)

    def perform(self, vault: Vault, params: Options, check: bool = False) -> Options:
        """Make it so, or in check mode say what that would change."""
        path = self.where(params)
        current = self.look(vault, path, params)
        wanted = self.wanted(params)
        if params.get("state") != "absent":
            wanted = self.adjust(wanted, current, params, vault)
        plan = make_plan(self, current, wanted, params)
        if plan.action and not check:
            self._apply(vault, path, plan, params)
        result = {"changed": bool(plan.action), "changes": plan.changes}
        result["diff"] = {"before": plan.before, "after": plan.after, "before_header": path, "after_header": path}
        there = params.get("state") != "absent" and not (check and plan.action == "create")
        seen = _Written(vault) if plan.action and not check else vault
        return {**result, **(self.tell(seen, path, params, there) if self.tell else {})}

    def look(self, vault: Vault, path: str, params: Options) -> Current:
        if self.read:
            return self.read(vault, path, params)
        answer = vault.request("GET", path)
        return None if answer is None else answer.get("data") or {}

    def wanted(self, params: Options) -> Options:
        """The fields that were given; what was not given is nobody's business."""
        return {name: params[name] for name in self.fields if params.get(name) is not None}

    def _apply(self, vault: Vault, path: str, plan: Plan, params: Options) -> None:
        if plan.action == "recreate":
            self._perform("delete", vault, path, plan.body)
            try:
                self._perform("create", vault, path, plan.body)
            except VaultError as problem:
                raise _half_done(problem) from None
        else:
            self._perform(plan.action, vault, path, plan.body)
        self._check_what_is_new(vault, path, plan, params)

    def _perform(self, action: str, vault: Vault, path: str, body: Options) -> None:
        own = {"create": self.create, "update": self.update, "delete": self.delete}[action]
        if own:
            own(vault, path, body)
        elif action == "delete":
            vault.request("DELETE", path)
        else:
            write(vault, path, body)

    def _check_what_is_new(self, vault: Vault, path: str, plan: Plan, params: Options) -> None:
        """A server that is too old for a field takes it, says nothing and forgets it."""
        new = [name for name in plan.changes if self.fields[name].since and not self.fields[name].write_only]
        if plan.action == "delete" or not new:
            return
        stored = self.look(_Written(vault), path, params) or {}
        lost = [name for name in new if _differs(self, name, stored, plan.body[_called(self, name)])]
        if lost:
            needed = ", ".join(f"{name} (Vault {self.fields[name].since})" for name in lost)
            raise ApiError(
                f"Vault took the write, but did not keep {', '.join(lost)}",
                kind="ignored",
                where={"path": path},
                remedy=f"Leave out what this server is too old for: {needed}. The rest has been written.",
            )


def write(vault: Vault, path: str, body: Options, **rest: t.Any) -> Current:
    """A write whose answer may hold a word of warning."""
    answer: Current = vault.request("POST", path, body, **rest)
    for warning in (answer or {}).get("warnings") or ():
        vault.warn(f"Vault says of {path}: {warning}")
    return answer


def make_plan(resource: Resource, current: Current, wanted: Options, params: Options) -> Plan:
    """Compare, in normal forms, what there is with what is wanted."""
    if params.get("state") == "absent":
        shown = {} if current is None else _shown(resource, current, list(resource.fields))
        return Plan() if current is None else Plan("delete", before=shown)
    if current is None:
        body = _body(resource, wanted)
        return Plan("create", body, sorted(wanted), after=_shown(resource, body, list(wanted)))
    changes = sorted(name for name in wanted if _is_change(resource, name, current, wanted[name], params))
    if not changes:
        return Plan()
    fixed = [name for name in changes if _is_fixed(resource, name, current)]
    if fixed and params.get("recreate"):
        return _anew(resource, current, wanted, changes)
    if fixed:
        raise _cannot_change(resource, fixed, current)
    body = _body(resource, wanted if resource.whole else {name: wanted[name] for name in changes})
    if resource.whole:
        body = {**_known(resource, current), **body}
    before, after = _shown(resource, current, list(wanted)), _shown(resource, {**current, **body}, list(wanted))
    hidden = {name: HIDDEN_NEW for name in changes if resource.fields[name].spec.get("no_log")}
    return Plan("update", body, changes, before, {**after, **hidden})


def _called(resource: Resource, name: str) -> str:
    return resource.fields[name].called or name


def _body(resource: Resource, wanted: Options) -> Options:
    for name, value in wanted.items():
        _normal_form(resource, name, value)
    return {_called(resource, name): resource.fields[name].send(value) for name, value in wanted.items()}


def _known(resource: Resource, current: Options) -> Options:
    names = [_called(resource, name) for name, one in resource.fields.items() if not one.write_only]
    return {name: current[name] for name in names if current.get(name) is not None}


def _is_change(resource: Resource, name: str, current: Options, value: t.Any, params: Options) -> bool:
    if resource.fields[name].write_only:
        return params.get("update_secret") == "always"
    return _differs(resource, name, current, value)


def _differs(resource: Resource, name: str, current: Options, value: t.Any) -> bool:
    return _normal_form(resource, name, current.get(_called(resource, name))) != _normal_form(resource, name, value)


def _normal_form(resource: Resource, name: str, value: t.Any) -> t.Any:
    return normal_form(name, value, resource.fields[name].normal)


def normal_form(name: str, value: t.Any, normal: t.Callable[[t.Any], t.Any]) -> t.Any:
    try:
        return normal(value)
    except (TypeError, ValueError):
        raise ConfigError(f"{name} is not {_normal.RULES.get(normal, 'what belongs there')}") from None


def _is_fixed(resource: Resource, name: str, current: Options) -> bool:
    one = resource.fields[name]
    return one.create_only or (one.for_good and bool(current.get(_called(resource, name))))


def _cannot_change(resource: Resource, fixed: list[str], current: Options) -> ConfigError:
    kept = ", ".join(f"{name} is {current.get(_called(resource, name))}" for name in fixed)
    return ConfigError(
        f"Vault cannot change {', '.join(fixed)} of what exists",
        kind="fixed",
        remedy=f"Remove the object first, with {resource.removal}, or keep what it has: {kept}.",
    )


def _anew(resource: Resource, current: Options, wanted: Options, changes: list[str]) -> Plan:
    """What is not wanted does not outlive the old object, and so belongs to what changes."""
    lost = [name for name in resource.fields if name not in wanted and _differs(resource, name, current, None)]
    body, before = _body(resource, wanted), _shown(resource, current, [*wanted, *lost])
    return Plan("recreate", body, sorted([*changes, *lost]), before, _shown(resource, body, list(wanted)))


def _half_done(problem: VaultError) -> ApiError:
    return ApiError(
        f"The old object is removed, and making the new one failed: {problem.cause}",
        kind=problem.kind,
        where=problem.where,
        remedy="A further run makes it, once that is put right.",
    )


def _shown(resource: Resource, values: Options, names: list[str]) -> Options:
    """For a diff: Vault's values in their normal form, under the options' names, and no secret."""
    shown = {}
    for name in names:
        value = values.get(_called(resource, name))
        if resource.fields[name].spec.get("no_log"):
            shown[name] = HIDDEN
        elif value is not None:
            show = resource.fields[name].show
            shown[name] = show(value) if show else _normal_form(resource, name, value)
    return shown


__all__ = ("Field", "Plan", "Resource", "Vault", "make_plan", "normal_form", "path_of", "write")

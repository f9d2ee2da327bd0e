# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of the house that keep secrets in, checked in the source of every plugin.

A rule finds places; those that are right nevertheless are listed with the reason. Each rule comes with code that it
has to object to, so that none of them can fall asleep.
"""

from __future__ import annotations

import ast
import sys
import typing as t
from pathlib import Path

import pytest

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"
OURS = "ansible_collections.leasehold.vault.plugins."
SECRET_WORDS = ("token", "secret", "nonce", "password", "jwt", "pkcs7", "signature", "identity", "key")
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
# Exceptions whose text is ours, word by word.
OWN = ("VaultError", "ConfigError", "TransportError", "ApiError", "AuthError", "LeaseError", "Malformed")
# What an exception says without any text from elsewhere.
HARMLESS = ("strerror", "errno", "with_traceback")
FORMATTERS = ("format_exc", "format_exception", "print_exc", "exc_info", "__traceback__", "tb_frame")
TEMPLATES = ("trust_as_template", "TrustedAsTemplate", "AnsibleUnsafe", "allow_unsafe", "wrap_var", "no_log_values")
WRITERS = ("write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "TemporaryFile", "mkdtemp")
OUTSIDE = {"httpx": ("_transport.py",), "httpcore": ("_transport.py",), "botocore": ("_sigv4.py", "_signer.py")}


class Node(t.NamedTuple):
    """A node of the syntax tree, and where it stands."""

    node: ast.AST
    parent: ast.AST
    file: str
    function: str
    parameters: tuple[ast.arg, ...]
    handlers: tuple[ast.ExceptHandler, ...]


Rule = t.Callable[[Node], object]


def nodes(parent: ast.AST, file: str, function: ast.AST | None = None, handlers: t.Any = ()) -> t.Iterator[Node]:
    parameters = tuple(function.args.args) if isinstance(function, FUNCTION) else ()
    for node in ast.iter_child_nodes(parent):
        yield Node(node, parent, file, getattr(function, "name", ""), parameters, handlers)
        if isinstance(node, FUNCTION):
            yield from nodes(node, file, node, ())
        else:
            around = (*handlers, node) if isinstance(node, ast.ExceptHandler) else handlers
            yield from nodes(node, file, function, around)


def everything() -> t.Iterator[Node]:
    for path in sorted(PLUGINS.rglob("*.py")):
        yield from nodes(ast.parse(path.read_text(encoding="utf-8")), str(path.relative_to(PLUGINS)))


def words_of(node: ast.AST) -> t.Iterator[str]:
    """The names in a node itself, whether it uses, imports or passes them."""
    for field in ("id", "attr", "arg", "name"):
        if isinstance(word := getattr(node, field, None), str):
            yield from word.split(".")


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def chained_raise(found: Node) -> bool:
    """A cause, or an exception whose context is shown as one: Ansible prints their texts, whatever no_log says."""
    node = found.node
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    hidden = isinstance(node.cause, ast.Constant) and node.cause.value is None
    return not hidden and (node.cause is not None or bool(found.handlers))


def text_of_an_exception(found: Node) -> bool:
    """A foreign exception in any other use than asking for its class or for one of its harmless parts."""
    node, parent = found.node, found.parent
    if not isinstance(node, ast.Name) or node.id not in foreign_exceptions(found):
        return False
    if isinstance(parent, ast.Attribute):
        return parent.attr not in HARMLESS
    asks_for_class = isinstance(parent, ast.Call) and getattr(parent.func, "id", "") in ("isinstance", "type")
    return not asks_for_class


def foreign_exceptions(found: Node) -> set[str | None]:
    """The names of those that were caught around a place, or are parameters of its function."""
    caught = {handler.name: set(words_in(handler.type)) for handler in found.handlers if handler.type}
    given = {arg.arg: set(words_in(arg.annotation)) for arg in found.parameters if arg.annotation}
    known = [*((name, words) for name, words in given.items() if "type" not in words), *caught.items()]
    return {name for name, words in known if any(is_exception(word) and word not in OWN for word in words)}


def words_in(node: ast.AST) -> t.Iterator[str]:
    for part in ast.walk(node):
        yield from words_of(part)


def is_exception(word: str) -> bool:
    return word in OWN or word.lower().endswith(("error", "exception"))


def traceback_text(found: Node) -> bool:
    return "traceback" in imported(found.node) or bool(set(words_of(found.node)) & set(FORMATTERS))


def option_that_may_be_secret(found: Node) -> bool:
    """An option with a secret's name, and no word on whether Ansible has to hide it."""
    node = found.node
    if not isinstance(node, ast.Dict) or not isinstance(found.parent, ast.Dict) or "type" not in keys_of(node):
        return False
    (name,) = (str(key) for key, spec in zip(keys_of(found.parent), found.parent.values, strict=True) if spec is node)
    return any(word in name.lower() for word in SECRET_WORDS) and "no_log" not in keys_of(node)


def keys_of(node: ast.Dict) -> list[t.Any]:
    return [getattr(key, "value", None) for key in node.keys]


def api_path(found: Node) -> bool:
    return isinstance(found.node, ast.Constant) and "/v1/" in str(found.node.value)


def foreign_import(found: Node) -> bool:
    """Who but ``_transport`` speaks HTTP, but the signer knows AWS; what modules share must not need a controller."""
    shared = found.file.startswith("module_utils/")
    for name in imported(found.node):
        top = name.partition(".")[0]
        if top in OUTSIDE and found.file.rpartition("/")[2] not in OUTSIDE[top]:
            return True
        known = top in sys.stdlib_module_names or top in OUTSIDE or name.startswith(OURS + "module_utils")
        if shared and not known:
            return True
    return False


def unverified_tls(found: Node) -> bool:
    node = found.node
    if isinstance(node, ast.keyword) and node.arg in ("verify", "check_hostname", "trust_env"):
        return not (isinstance(node.value, ast.Constant) and node.value.value is (node.arg != "trust_env"))
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
        return node.targets[0].attr == "check_hostname"
    return bool({"CERT_NONE", "_create_unverified_context", "create_default_context"} & set(words_of(node)))


def trusted_or_unmasked(found: Node) -> bool:
    """Results are never templates, and what Ansible masks is its own business."""
    return bool(set(words_of(found.node)) & set(TEMPLATES))


def written_file(found: Node) -> bool:
    node = found.node
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "open":
        mode = next((k.value for k in node.keywords if k.arg == "mode"), node.args[1] if len(node.args) > 1 else None)
        return mode is not None and not (isinstance(mode, ast.Constant) and mode.value in ("r", "rb"))
    makes = (
        isinstance(node, ast.Attribute) and node.attr in ("open", "fdopen") and getattr(node.value, "id", "") == "os"
    )
    return makes or bool(set(words_of(node)) & set(WRITERS))


def other_process(found: Node) -> bool:
    runs = isinstance(found.node, ast.Attribute) and found.node.attr in ("system", "popen", "execv", "execve", "spawnv")
    return "subprocess" in imported(found.node) or runs


# Rule, the places where it is broken for a reason, and code that breaks it.
RULES: dict[Rule, tuple[dict[tuple[str, str], str], list[str]]] = {
    chained_raise: (
        {("module_utils/_transport.py", "_httpx_errors"): "caught by exchange, which raises from None"},
        ["try:\n f()\nexcept E as e:\n raise X from e", "try:\n f()\nexcept E:\n raise X()", "raise X from y"],
    ),
    text_of_an_exception: (
        {
            ("module_utils/_exchange.py", "exchange"): "for the functions below it, to which this rule holds as well",
            ("module_utils/_exchange.py", "_broken"): "asks its cause for its class and number",
            ("module_utils/_tls.py", "_trust"): "for _unreadable, to which this rule holds as well",
            ("module_utils/_tls.py", "_readable"): "for _unreadable, to which this rule holds as well",
            ("module_utils/_tls.py", "reason"): "OpenSSL's own words for what it found",
            ("module_utils/_transport.py", "look_up"): "for the thread that waits, which wraps it for exchange",
            ("module_utils/_transport.py", "connect_tcp"): "for exchange",
            ("module_utils/_transport.py", "_httpx_errors"): "for exchange",
            ("module_utils/_errors.py", "bug"): "asks for its class and place",
            ("module_utils/_module.py", "_performed"): "for bug",
            ("plugin_utils/_questions.py", "reply"): "for bug",
        },
        [
            f"try:\n f()\nexcept OSError as e:\n {use}"
            for use in ("g(str(e))", "g(f'{e}')", "g('%s' % e)", "g(e.args)", "h = e", "g(e.strerror, e)")
        ]
        + ["def f(e: ssl.SSLError): return str(e)"],
    ),
    traceback_text: (
        {
            ("module_utils/_transport.py", ""): "a failed import, for Ansible's message about missing libraries",
            ("module_utils/_errors.py", "bug"): "file and line of a bug, without its text",
        },
        ["import traceback", "from traceback import format_exc", "sys.exc_info()", "e.__traceback__"],
    ),
    option_that_may_be_secret: (
        {},
        ["X = {'client_token': {'type': 'str'}}", "f(spec={'a': {'PublicKey': {'type': 'raw'}}})"],
    ),
    api_path: ({("module_utils/_client.py", "_build"): "the one place"}, ["g(f'{a}/v1/sys/{b}')", "u = '/v1/' + x"]),
    foreign_import: (
        {
            ("module_utils/_module.py", ""): "Ansible's types, for mypy only",
            ("module_utils/_module.py", "run"): "what a module is on a host",
        },
        ["import httpx", "from botocore.auth import X", "from ansible.errors import X", "import hvac"],
    ),
    unverified_tls: (
        {("module_utils/_tls.py", "tls_context"): "validate_certs: false, with a warning"},
        ["get(u, verify=False)", "get(u, trust_env=True)", "c.check_hostname = False", "m = ssl.CERT_NONE"],
    ),
    trusted_or_unmasked: (
        {},
        ["from ansible.template import trust_as_template", "m.no_log_values.clear()", "f(allow_unsafe=1)"],
    ),
    written_file: (
        {
            ("module_utils/_ec2_login.py", "_write"): "the token, where the task asks for it",
            ("module_utils/_nonce.py", "_folder"): "a folder, to read",
            ("module_utils/_nonce.py", "_make_folder"): "a folder, to sync",
            ("module_utils/_nonce.py", "_read"): "to read",
            ("module_utils/_nonce.py", "_write"): "the nonce, which must not get lost",
            ("plugin_utils/_keeper.py", "_harden"): "the null device",
            ("plugin_utils/_keeper.py", "_append"): "the log that the user asked for",
            ("plugin_utils/_keeper.py", "_close_the_door"): "the lock, which stays empty",
            ("plugin_utils/_start.py", "_locked"): "the lock, which stays empty",
        },
        ["open(p, 'w')", "open(p, mode=m)", "os.open(p, f)", "p.write_text(s)"],
    ),
    other_process: (
        {("plugin_utils/_spawn.py", ""): "starts the keeper and the signer"},
        ["import subprocess", "os.system(c)"],
    ),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_rule_holds(rule: Rule) -> None:
    places = [found for found in everything() if rule(found)]
    allowed = RULES[rule][0]
    broken = [
        f"{p.file}:{getattr(p.node, 'lineno', 0)} {p.function}" for p in places if (p.file, p.function) not in allowed
    ]
    assert broken == []
    assert sorted(allowed) == sorted({(place.file, place.function) for place in places})


@pytest.mark.parametrize(
    ("rule", "code"), [(rule, code) for rule, (_allowed, codes) in RULES.items() for code in codes]
)
def test_rule_objects(rule: Rule, code: str) -> None:
    assert any(rule(found) for found in nodes(ast.parse(code), "module_utils/_example.py"))

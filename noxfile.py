# Copyright (c) 2026, leasehold.vault contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every check of the repository, for ``make test`` and ``make test-all``.

Linters and metadata checks are antsibull-nox's, as antsibull-nox.toml has it. Each ansible-core has one environment,
``core-X.Y``, and four steps in it: sanity, units and integration (ansible-test) and system (pytest).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
import typing as t
from pathlib import Path

import antsibull_nox
import nox


class Core(t.NamedTuple):
    """An ansible-core, the Pythons to run it on (best first), and the pip that its ansible-test bootstraps."""

    version: str
    pythons: tuple[str, ...]
    pip: str

    @property
    def bin(self) -> Path:
        return NOX / f"core-{self.version.replace('.', '-')}" / "bin"

    @property
    def python(self) -> str:
        return next((version for version in self.pythons if version in pythons()), self.pythons[0])


HERE = Path(__file__).parent.resolve()
NOX = HERE / ".nox"
CORES = (
    Core("2.18", ("3.11", "3.12", "3.13"), pip="24.2"),
    Core("2.19", ("3.11", "3.12", "3.13"), pip="24.2"),
    Core("2.20", ("3.12", "3.13", "3.14"), pip="25.2"),
    Core("2.21", ("3.13", "3.12", "3.14"), pip="25.2"),
)
OLDEST_PYTHON = "3.8"
DEFAULT = [core for core in CORES if f"3.{sys.version_info.minor}" in core.pythons][-1]
LINTERS = [
    *("formatters", "codeqa", "typing", "yamllint", "antsibull-nox-config", "docs-check", "license-check"),
    *("extra-checks", "build-import-check", "ansible-lint"),
]


def environment(session: nox.Session, core: Core) -> None:
    """Install the core and what its tests need."""
    session.install(f"ansible-core~={core.version}.0", "-r", "tests/requirements.txt")
    provide_pip(session, core)


def sanity(session: nox.Session, core: Core) -> None:
    """All sanity tests; imports and syntax on every Python of this machine that the core supports."""
    with collection(session):
        run(session, core, "ansible-test", "sanity", "--local")


def units(session: nox.Session, core: Core) -> None:
    """Unit tests on the Python of the core; the oldest core adds those of module_utils on the oldest Python."""
    with collection(session):
        run(session, core, "ansible-test", "units", "--local", "--requirements", "--python", core.python)
        if core is CORES[0] and OLDEST_PYTHON in pythons():
            shared = "tests/unit/plugins/module_utils/"
            run(session, core, "ansible-test", "units", "--venv", "--python", OLDEST_PYTHON, shared)


def integration(session: nox.Session, core: Core) -> None:
    """Playbooks against a real Vault: all targets on the default core, those with alias every_core on the others."""
    targets = session.posargs or ([] if core is DEFAULT else ["every_core/"])
    facts = 'ln -s "$LEASEHOLD_TESTBED" tests/integration/integration_config.yml && exec "$0" "$@"'
    command = ["ansible-test", "integration", "--local", "--python", core.python, "--continue-on-error", *targets]
    with collection(session):
        run(session, core, "python", "-m", "tests.testbed", "run", "--", "sh", "-c", facts, *command)


def system(session: nox.Session, core: Core) -> None:
    """What only shows from outside, with a real Vault: all tests on the default core, marked ones on the others."""
    tests = session.posargs or ([] if core is DEFAULT else ["-m", "every_core"])
    with collection(session) as root:
        paths = {"PYTHONPATH": str(root), "ANSIBLE_COLLECTIONS_PATH": str(root)}
        # Most of their time they wait, for a lease to end or a process to go. Files stay together with their fixtures.
        options = ("-rs", "-n", "3", "--dist", "loadscope")
        run(session, core, "python", "-m", "pytest", *options, "tests/system", *tests, env=paths)


def run(session: nox.Session, core: Core, command: str, *args: str, **options: t.Any) -> t.Any:
    """Run a command of the core's environment; PATH holds that, and the Pythons that modules have to import on."""
    path = os.pathsep.join([str(core.bin), str(links_to_pythons(core)), *search_path()])
    env = {"PATH": path, **options.pop("env", {})}
    return session.run(str(core.bin / command), *args, env=env, external=True, **options)


@contextlib.contextmanager
def collection(session: nox.Session) -> t.Iterator[Path]:
    """A copy of the checkout where Ansible finds it: ansible-test insists on the path, and on no repository above."""
    with tempfile.TemporaryDirectory(prefix="leasehold-") as root:
        tree = Path(root, "ansible_collections", "leasehold", "vault")
        unwanted = shutil.ignore_patterns(".git", ".nox", ".venv", ".*_cache", "__pycache__", "output", "*.tar.gz")
        shutil.copytree(HERE, tree, symlinks=True, ignore=unwanted)
        with session.chdir(tree):
            yield Path(root)


def search_path() -> list[str]:
    """PATH without pyenv's shims: they stand for every Python that is installed and fail for those not selected."""
    return [place for place in os.environ["PATH"].split(os.pathsep) if not place.endswith("/shims")]


def pythons() -> dict[str, str]:
    """The real Pythons of this machine by version: the one running, pyenv's, those on PATH."""
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    places = os.pathsep.join([f"{sys.base_prefix}/bin", *map(str, pyenv.glob("versions/*/bin")), *search_path()])
    found = {f"3.{minor}": shutil.which(f"python3.{minor}", path=places) for minor in range(8, 16)}
    return {version: path for version, path in found.items() if path}


def links_to_pythons(core: Core) -> Path:
    links = core.bin.with_name("pythons")
    links.mkdir(parents=True, exist_ok=True)
    for version, path in pythons().items():
        link = links / f"python{version}"
        link.unlink(missing_ok=True)
        link.symlink_to(path)
    return links


def provide_pip(session: nox.Session, core: Core) -> None:
    """ansible-test would fetch get-pip.py from a server of its own; a pip from the package index does as well."""
    cache = Path.home() / ".ansible" / "test" / "cache"
    script = cache / f"get_pip_{core.pip.replace('.', '_')}.py"
    if script.exists():
        return
    session.run("pip", "--quiet", "download", "--no-deps", "--dest", str(cache), f"pip=={core.pip}")
    script.write_text(
        "import runpy, sys\n"
        f"sys.path.insert(0, {str(cache / f'pip-{core.pip}-py3-none-any.whl')!r})\n"
        "sys.argv[1:] = ['install', *(arg for arg in sys.argv[1:] if not arg.startswith('--no-'))]\n"
        "runpy.run_module('pip', run_name='__main__', alter_sys=True)\n"
    )


def add_sessions(core: Core) -> list[str]:
    """Register the environment and the steps of one core; return the names of all of them."""
    home = f"core-{core.version}"
    nox.session(name=home, python=pythons().get(core.python, core.python))(bind(environment, core))
    steps = {f"{step.__name__}-{core.version}": bind(step, core) for step in (sanity, units, integration, system)}
    for name, step in steps.items():
        nox.session(name=name, venv_backend="none", requires=[home])(step)
    return [home, *steps]


def bind(step: t.Callable[[nox.Session, Core], None], core: Core) -> t.Callable[[nox.Session], None]:
    def bound(session: nox.Session) -> None:
        session.log(f"ansible-core {core.version}: {step.__doc__}")
        step(session, core)

    bound.__doc__ = step.__doc__
    return bound


os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
os.environ["PIP_CONSTRAINT"] = str(HERE / "tests" / "constraints.txt")
nox.options.error_on_missing_interpreters = True
nox.options.reuse_venv = "yes"
antsibull_nox.load_antsibull_nox_toml()

sessions = {core.version: add_sessions(core) for core in sorted(CORES, key=lambda core: core is not DEFAULT)}
wanted = os.environ.get("CORES") or DEFAULT.version
others = [version for version in sessions if version != DEFAULT.version]
nox.options.sessions = [] if wanted == "others" else LINTERS
for version in {"all": list(sessions), "others": others}.get(wanted) or wanted.split():
    nox.options.sessions += sessions[version]

"""Pure but for looking at the host: what a command did not find in a room, and what a person does about it."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from factory.gate import interpreter
from factory.gate.recipe import recipe
from factory.git.repo import Repo
from factory.rooms.generated import built
from factory.sandbox.sandbox import Toolchains, in_system
from factory.ssot.settings import SETTINGS, Settings
from factory.tree import Tree

SAID = re.compile(
    r"^(?:\S.*: (?:line )?\d+: |(?:\S*/)?\w*sh: )(?P<sh>[\w.+-]+): (?:command )?not found$"
    r"|^env: [‘'](?P<env>[\w.+-]+)['’]: No such file"
    r"|^prlimit: failed to execute (?P<room>[\w.+-]+): No such file"
    r"|^make(?:\[\d+\])?: (?P<make>[\w.+-]+): No such file",
    re.MULTILINE,
)
PLACES = ("~/.cargo/bin", "~/.local/bin", "~/go/bin", "~/bin", "/usr/local/go/bin")  # that a short PATH often lacks
SETTING = "under [sandbox] in ssot/factory.toml"


def absent(output: str, environ: Mapping[str, str], tools: Toolchains, root: Path | None = None) -> str:
    """One line on the first program that was not found; empty where none is missing, or a room would find it.

    `root`: the checkout, whose node_modules may have it.
    """
    if not (match := SAID.search(output)):
        return ""
    name = next(filter(None, match.groups()))
    if root and (root / "node_modules/.bin" / name).exists():
        return f"`{name}` is in node_modules, which a room does not have: {PACKAGES}"
    if found := shutil.which(name, path=environ.get("PATH", "")):
        folder = os.path.dirname(found)
        if folder in tools.path:
            return ""
        paths = json.dumps([folder, *_behind(Path(found))], ensure_ascii=False)
        return f"`{name}` is in {folder}, which rooms do not show: write `read = {paths}` {SETTING}"
    home = environ.get("HOME", "")
    places = [at.replace("~", home, 1) for at in PLACES if home or not at.startswith("~")]
    if found := shutil.which(name, path=":".join(places)):
        folder = os.path.dirname(found)
        return f"`{name}` is in {folder}, which was not on PATH when the factory was started: put it there"
    return (
        f"`{name}` is not on this machine's PATH: install it, or let `setup` under [gate] put it into $FACTORY_ENV/bin"
    )


def _behind(found: Path) -> list[str]:
    """What a link leads to: the folder of a program that was installed elsewhere, with all that it needs."""
    real = found.resolve()
    if real.parent == found.parent.resolve() or in_system(real):
        return []
    return [str(real.parent.parent if real.parent.name == "bin" else real.parent)]


# --- what else a command printed

PACKAGES = "let `setup` under [gate] fetch its packages and link them (`factory help languages`)"
REMEDIES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.MULTILINE), remedy)
    for pattern, remedy in (
        (
            r"[Nn]ot a git repository",
            "a room is no git repository: compare with a copy (`diff -r`), or let the test make one of its own",
        ),
        (
            r"^error: no matching package named|you're using offline mode|^error: failed to (?:download|get) `",
            "fetch its crates here (`cargo fetch`): a room has those that ~/.cargo has",
        ),
        (
            r"module lookup disabled|missing go\.sum entry|no required module provides|dial tcp: lookup proxy",
            "fetch its modules here (`go mod download`): a room has those of your module cache",
        ),
        (r"ERR_MODULE_NOT_FOUND|MODULE_NOT_FOUND|Cannot find (?:module|package) '[^./']", PACKAGES),
        (
            r"^\[warn\] (?:D_ROADMAP|AC_LEDGER)\.md$",
            "stamps change these tables: name D_ROADMAP.md and AC_LEDGER.md in .prettierignore",
        ),
    )
)
NO_MODULE = re.compile(r"(\S+): No module named (\w+)\s*$")
WAITS = "mend it, or put a test that waits for its ticket where it does not look (`factory help languages`)"


def remedy(output: str) -> str:
    """What mends the first cause that is known; empty where none is."""
    if lacking := NO_MODULE.search(output):
        python, module = lacking.groups()
        return f"install it (`{python} -m pip install {module}`) or name another command (`factory help project`)"
    return next((said for pattern, said in REMEDIES if pattern.search(output)), "")


# --- a file that lies in the checkout all the same: git does not have it

LACKS = re.compile(
    r"no such file|can(?:no|')t (?:open|find|stat|access)|not found|enoent|does not exist", re.IGNORECASE
)
PATH = re.compile(r"[\w.@+-]+(?:/[\w.@+-]+)*")
ROOM = "room/"  # where a box shows it, at the start of an absolute path
LINES = 200
REMEDY = (
    "commit it, or where git is to ignore it, "
    f"name it in `generated` under [sandbox] in {SETTINGS} (a secret in neither)"
)


def untracked(output: str, root: Path | None, tree: Tree) -> str:
    """One line on the first such file; empty where there is none. `tree`: what was laid into the room."""
    for path in _asked(output) if root else ():
        if root and not {"..", ".git"} & set(path.split("/")) and (root / path).exists() and not _has(tree, path):
            return f"`{path}` is in your folder and not in git, so no room has it: {REMEDY}"
    return ""


def _has(tree: Tree, path: str) -> bool:
    return any(at == path or at.startswith(f"{path}/") for at in tree.entries())


def _asked(output: str) -> Iterator[str]:
    """What looks like a path on the lines that miss one."""
    for line in output.splitlines()[-LINES:]:
        if LACKS.search(line):
            yield from (
                word.removeprefix(ROOM).removeprefix("./")
                for word in PATH.findall(line)
                if "/" in word or "." in word.strip(".")
            )


# --- what Python or pytest did not find

MODULE = re.compile(r"No module named '([\w.]+)'")
NAME = re.compile(r"cannot import name '(\w+)' from (?:partially initialized module )?'([\w.]+)'")
OPTIONS = re.compile(r"error: unrecognized arguments: (?P<told>\S.*)|Unknown config option: (?P<key>\S+)")
VERSION = re.compile(r"'?minversion'? requires (pytest\S+), actual (pytest\S+)")


def lacking(output: str, repo: Repo, settings: Settings, python: Path) -> str:
    """One line on what is missing and how a room comes to have it; empty where the output tells of nothing missing."""
    module, name = MODULE.search(output), NAME.search(output)
    option = OPTIONS.search(output) or VERSION.search(output)
    if not (module or name or option) or repo.work_tree is None:
        return ""
    if found := _built(repo, module[1] if module else f"{name[2]}.{name[1]}" if name else ""):
        said = json.dumps(found, ensure_ascii=False)
        remedy = f"write `generated = {said}` under [sandbox] in ssot/factory.toml"
        return f"{found[0]} is in your checkout and not in git: {remedy}"
    if settings.gate.setup:
        where = "let `setup` under [gate] install it"
    elif python == interpreter.OWN:
        made = recipe(lambda path: _read(repo.work_tree, path), set(repo.tracked()))
        how = f"`{made}`" if made else "make a .venv with what they import"
        return f"`python` is the factory's own here, without what your tests import: {how} (`factory help project`)"
    else:
        where = f"install it into {_shown(python.parent.parent, repo.work_tree)}"
    if option:
        return f"its settings ask for what this pytest lacks ({option[0].strip()}): {where}"
    top = module[1].partition(".")[0] if module else ""
    return f"`{top}` is not in the gate's environment: {where}" if top and not _is_here(repo, top) else ""


def _built(repo: Repo, module: str) -> list[str]:
    """The files of that module that a build wrote into the checkout, and git ignores."""
    if "." not in module:
        return []
    inside = module.replace(".", "/")
    return built(repo, (f"**/{inside}{end}" for end in (".py", ".so", ".*.so")))


def _is_here(repo: Repo, name: str) -> bool:
    """Whether the repository itself holds a module of that name: then no package is missing."""
    ends = (f"/{name}.py", f"/{name}/__init__.py")
    return any(f"/{path}".endswith(ends) for path in repo.tracked())


def _read(root: Path | None, path: str) -> bytes | None:
    try:
        return (root / path).read_bytes() if root else None
    except OSError:
        return None


def _shown(environment: Path, root: Path) -> str:
    return environment.relative_to(root).as_posix() if environment.is_relative_to(root) else str(environment)

"""What Python or pytest did not find in a room, and the line that lets it have that; pure but for the checkout."""

from __future__ import annotations

import json
import re
from pathlib import Path

from factory.gate import interpreter
from factory.gate.recipe import recipe
from factory.git.repo import Repo
from factory.rooms.generated import built
from factory.ssot.settings import Settings

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

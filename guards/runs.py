"""Which files of a tree a command runs: they say what it says, as much as the command does."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from factory.model import Changed
from factory.tree import Entry
from guards.case import Case, content
from guards.syntax.places import is_collected

INTERPRETERS = re.compile(r"(?:.*/)?(?:(?:ba|da|k|z)?sh|python[\d.]*|node|ruby|perl|deno|bun|php|lua|source|\.)")
WRAPPERS = frozenset("env exec time nice nohup run uv poetry pipenv pdm hatch then do if ! coverage".split())  # noqa: SIM905
RECIPES = {
    "make": ("GNUmakefile", "makefile", "Makefile"),
    "gmake": ("GNUmakefile", "makefile", "Makefile"),
    "just": ("justfile", "Justfile", ".justfile"),
    "task": ("Taskfile.yml", "Taskfile.yaml"),
    "nox": ("noxfile.py",),
    "invoke": ("tasks.py",),
    "inv": ("tasks.py",),
}
SHELL = (".sh", ".bash", ".zsh", ".ksh")
PACKAGERS = ("npm", "yarn", "pnpm", "bun", "npx")
# Words by which a script's path or a recipe's target says that it judges, and is not what is judged.
JUDGES = frozenset(
    "accept acceptance assert check checks ci criteria criterion doctor expect expected gate lint prove proof selftest "  # noqa: SIM905
    "smoke spec specs test tests testing validate validation verification verify".split()
)


def scripts(command: str, entries: Mapping[str, Entry]) -> tuple[str, ...]:
    """The tree's files that a shell command starts: a script, a module by `-m`, a recipe's file."""
    return tuple(dict.fromkeys(path for words in _parts(command) for path, _ in _started(words, entries)))


def judges(command: str, entries: Mapping[str, Entry]) -> tuple[str, ...]:
    """Of these the ones that judge, by the name that they, or the recipe's target, go by."""
    started = (found for words in _parts(command) for found in _started(words, entries))
    return tuple(dict.fromkeys(path for path, said in started if JUDGES & set(re.findall(r"[a-z]+", said.casefold()))))


def holds(command: str, entries: Mapping[str, Entry]) -> tuple[str, ...]:
    """Of these the ones that are not what is judged: those that judge, every shell script and every recipe's file.

    The others (`python -m shop --help`) are the product, which a tier may well start.
    """
    judging, recipes = judges(command, entries), {name for names in RECIPES.values() for name in names}
    return tuple(p for p in scripts(command, entries) if p in judging or p in recipes or p.endswith(SHELL))


def objections(case: Case, change: Changed) -> Iterator[str]:
    """Judges what the gate's own commands run, as main's settings have them. A test file is for `tests_kept`."""
    gate = (case.policy("ssot/factory.toml") or {}).get("gate", {})
    commands = [str(c) for tier in ("doctor", "fast", "regression") for c in _listed(gate, tier)]
    entries = case.base.entries()
    for command in commands:
        if change.path in holds(command, entries) and not is_collected(change.path):
            yield f"is run by the gate (`{command}`), so it judges: leave it out, or a person commits it to main first"
        elif change.path == "package.json" and _packages(command) and _scripts(case, True) != _scripts(case, False):
            yield f"its scripts are run by the gate (`{command}`): leave them, or a person commits them to main first"


def _listed(gate: Any, tier: str) -> list[Any]:
    found = gate.get(tier, []) if isinstance(gate, dict) else []
    return found if isinstance(found, list) else []


def _parts(command: str) -> Iterator[list[str]]:
    """The simple commands of a line, word by word, without their variables and wrappers."""
    for part in re.split(r"&&|\|\||[;|\n]|\$\(|`", command):
        words = [word.strip("\"'()") for word in part.split()]
        while words and (words[0] in WRAPPERS or re.match(r"\w+=", words[0])):
            words.pop(0)
        if words:
            yield words


def _started(words: list[str], entries: Mapping[str, Entry]) -> Iterator[tuple[str, str]]:
    """(path, what it goes by) of what a simple command starts."""
    program, rest = words[0], words[1:]
    plain = [word for word in rest if not word.startswith("-")]
    for name in RECIPES.get(PurePosixPath(program).name, ()):
        if name in entries:
            yield name, " ".join(plain)
    if program.removeprefix("./") in entries:
        yield program.removeprefix("./"), program
    elif INTERPRETERS.fullmatch(program) and "-c" not in rest:
        module = rest[rest.index("-m") + 1].replace(".", "/") if "-m" in rest[:-1] else ""
        names = [f"{root}{module}{end}" for root in ("", "src/") for end in (".py", "/__main__.py")] if module else []
        names += [] if module else [word.removeprefix("./") for word in plain[:1]]
        yield from ((name, name) for name in names if name in entries)


def _packages(command: str) -> bool:
    return any(words[0] in PACKAGERS for words in _parts(command))


def _scripts(case: Case, before: bool) -> Any:
    try:
        told = json.loads(content(case.base if before else case.tree, "package.json") or b"{}")
    except ValueError:
        return None
    return told.get("scripts") if isinstance(told, dict) else None

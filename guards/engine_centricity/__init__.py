"""The engine is the centre: scripts and harness are thin, and imports run one way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from factory.model import Finding
from factory.tree import Tree, matches
from guards.case import Case, Rule, text
from guards.engine_centricity.thin import THIN, Thin, thick
from guards.policy import Policy, load
from guards.syntax.source import Import, imports, parse

NAME = "engine_centricity"
POLICY = "ssot/engine_centricity.toml"
_LAYERS = f'{POLICY}\n [layers]\n order = [["shop.till"], ["shop.prices"]]\n'
LAYERS = Rule(
    "engine_centricity/layers",
    forbids="an import that runs up, or beside where siblings stay apart",
    why="what is below must be readable, and testable, without what is above it",
    bad=f"{_LAYERS}shop/prices.py\n+from shop.till import receipt",
    good=f"{_LAYERS}shop/till.py\n+from shop.prices import total",
)
_DOOR = f'{POLICY}\n [[only]]\n module = "subprocess"\n importers = ["shop/process.py"]\n'
DOOR = Rule(
    "engine_centricity/door",
    forbids="a module imported by another file than the few that `ssot/engine_centricity.toml` names for it",
    why="a side effect with one door can be bounded, logged and replaced there",
    bad=f"{_DOOR}shop/prices.py\n+import subprocess",
    good=f"{_DOOR}shop/process.py\n+import subprocess",
)
RULES = (THIN, LAYERS, DOOR)


class Layers(Policy):
    """From the top down; modules on one line are siblings. A module may import only from the lines below its own.

    A name stands for the module and all below it, except where a longer name is listed."""

    order: tuple[tuple[str, ...], ...] = ()
    roots: tuple[str, ...] = ("", "src")
    siblings: bool = True  # whether modules of one line may import each other


class Only(Policy):
    """A module that a few files alone may import."""

    module: str
    importers: tuple[str, ...]
    within: tuple[str, ...] = ("**/*.py",)


class Centre(Policy):
    thin: tuple[Thin, ...] = ()
    layers: Layers = Layers()
    only: tuple[Only, ...] = ()


def check(case: Case) -> Iterator[Finding]:
    """For a change, only what it adds counts."""
    policy = load(case, POLICY, Centre)
    if policy is not None:
        yield from case.counted(lambda tree, path: _judge(tree, path, policy))


def _judge(tree: Tree, path: str, policy: Centre) -> Iterator[Finding]:
    source = text(tree, path) if path.endswith(".py") else None
    if source is None:
        return
    for rule in policy.thin:
        if matches(path, rule.paths) and not matches(path, rule.ignore):
            yield from (THIN.found(path, said, line) for line, said in thick(rule, source))
    yield from _astray(policy, path, source)


def _astray(policy: Centre, path: str, source: str) -> Iterator[Finding]:
    rules = [rule for rule in policy.only if matches(path, rule.within) and not matches(path, rule.importers)]
    name = _module(path, policy.layers.roots)
    place = _layer(name, policy.layers)
    if not rules and place is None:
        return
    module = parse(source)
    if module is None:
        yield LAYERS.found(path, "cannot be parsed, so its imports cannot be judged", 1)
        return
    package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
    for found in imports(module, package):
        for rule in rules:
            if _is_within(found.module, rule.module):
                said = f"imports {rule.module}, which only {', '.join(rule.importers)} may import"
                yield DOOR.found(path, said, found.line)
        if place is not None and (said := _upward(found, name, place, policy.layers)):
            yield LAYERS.found(path, said, found.line)


def _upward(found: Import, name: str, place: tuple[int, str], layers: Layers) -> str:
    target = _layer(found.module, layers)
    if target is None or target == place or _is_within(name, found.module):
        return ""
    if target[0] < place[0]:
        return f"{name} imports {found.module}, which is a layer above it; imports run down only"
    if target[0] == place[0] and not layers.siblings:
        return f"{name} imports {found.module}, which is beside it; siblings do not import each other"
    return ""


def _layer(name: str, layers: Layers) -> tuple[int, str] | None:
    """The line, and the listed name, that a module belongs to: the longest name that it is within."""
    every = ((row, listed) for row, line in enumerate(layers.order) for listed in line)
    return max((one for one in every if _is_within(name, one[1])), key=lambda one: (len(one[1]), *one), default=None)


def _is_within(name: str, outer: str) -> bool:
    return name == outer or name.startswith(outer + ".")


def _module(path: str, roots: tuple[str, ...]) -> str:
    parts = PurePosixPath(path).with_suffix("").parts
    for root in sorted(roots, key=len, reverse=True):
        above = PurePosixPath(root).parts
        if parts[: len(above)] == above:
            parts = parts[len(above) :]
            break
    return ".".join(parts[:-1] if parts[-1:] == ("__init__",) else parts)

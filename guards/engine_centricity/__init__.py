"""The engine is the centre: scripts and harness are thin, and imports run one way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, cast

from pydantic import Field

from factory.model import Finding
from factory.tree import Tree, matches
from guards.case import Case, rules, text
from guards.policy import Policy, load
from guards.syntax.source import Imported, imports, parse

if TYPE_CHECKING:
    from ast_grep_py import Config

NAME = "engine_centricity"
RULES = rules(__file__)
POLICY = "ssot/engine_centricity.toml"
CLASS: dict[str, Any] = {"kind": "class_definition"}
ARITHMETIC: dict[str, Any] = {
    "any": [
        {"kind": "binary_operator", "has": {"field": "operator", "regex": r"^(\*|/|//|%|\*\*|-|@|<<|>>)$"}},
        {"kind": "augmented_assignment", "has": {"field": "operator", "regex": r"^(\*|/|//|%|\*\*|-)=$"}},
    ]
}
BRANCH: dict[str, Any] = {
    "any": [{"kind": "if_statement"}, {"kind": "match_statement"}],
    "inside": {"any": [{"kind": "for_statement"}, {"kind": "while_statement"}], "stopBy": "end"},
}


class Thin(Policy):
    """Which files are thin, and what thin means for them."""

    paths: tuple[str, ...]
    ignore: tuple[str, ...] = ()
    max_lines: int = Field(80, ge=1)
    classes: bool = False
    arithmetic: bool = False
    branching_loops: bool = False


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
            yield from (RULES["thin"].found(path, said, line) for line, said in _thick(rule, source))
    yield from _astray(policy, path, source)


def _thick(rule: Thin, source: str) -> Iterator[tuple[int, str]]:
    """(line, what) for everything in a file that a thin file leaves to the engine."""
    from ast_grep_py import SgRoot

    lines = len(source.splitlines())
    if lines > rule.max_lines:
        yield rule.max_lines + 1, f"longer than the {rule.max_lines} lines of a thin file; move the work to the engine"
    root = SgRoot(source, "python").root()
    wanted = (
        (rule.classes, CLASS, "a class in a thin file; it belongs to the engine"),
        (rule.arithmetic, ARITHMETIC, "arithmetic in a thin file; it belongs to the engine"),
        (rule.branching_loops, BRANCH, "a branch inside a loop in a thin file; it belongs to the engine"),
    )
    for allowed, pattern, said in wanted:
        if not allowed:
            found = root.find_all(cast("Config", {"rule": pattern}))
            yield from ((node.range().start.line + 1, said) for node in found if not _is_text(node))


def _is_text(node: Any) -> bool:
    """`"%s" % name` and `Path / name` build text and paths; they compute nothing."""
    if node.kind() != "binary_operator":
        return False
    operator, ends = node.field("operator").text(), (node.field("left"), node.field("right"))
    texts = any(end is not None and end.kind() in ("string", "concatenated_string") for end in ends)
    path = "path" in node.field("left").text().casefold() or "__file__" in node.field("left").text()
    return texts or (operator == "/" and path)


def _astray(policy: Centre, path: str, source: str) -> Iterator[Finding]:
    rules = [rule for rule in policy.only if matches(path, rule.within) and not matches(path, rule.importers)]
    name = _module(path, policy.layers.roots)
    place = _layer(name, policy.layers)
    if not rules and place is None:
        return
    module = parse(source)
    if module is None:
        yield RULES["layers"].found(path, "cannot be parsed, so its imports cannot be judged", 1)
        return
    package = name if path.endswith("/__init__.py") else name.rpartition(".")[0]
    for found in imports(module, package):
        for rule in rules:
            if _is_within(found.module, rule.module):
                said = f"imports {rule.module}, which only {', '.join(rule.importers)} may import"
                yield RULES["door"].found(path, said, found.line)
        if place is not None and (said := _upward(found, name, place, policy.layers)):
            yield RULES["layers"].found(path, said, found.line)


def _upward(found: Imported, name: str, place: tuple[int, str], layers: Layers) -> str:
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

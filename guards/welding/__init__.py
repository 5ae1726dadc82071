"""One concept has one home: an owned name is defined in its file alone, and code is not copied."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Container, Iterator
from typing import TYPE_CHECKING, cast

from pydantic import Field, model_validator

from factory.model import Finding
from factory.tree import Tree, matches
from guards.case import Case, rules, text
from guards.policy import Policy, Regex, load
from guards.welding.clones import Clone, find_clones

if TYPE_CHECKING:
    from ast_grep_py import Config, SgNode

NAME = "welding"
RULES = rules(__file__)
POLICY = "ssot/welding.toml"
DEFINED = {"function_definition": "name", "class_definition": "name", "assignment": "left"}


class Owner(Policy):
    """A name, or all names that a regular expression matches whole, and the one file that may define them."""

    name: str = ""
    regex: Regex = ""
    home: str
    paths: tuple[str, ...] = ("**/*.py",)
    methods: bool = False  # whether a method or an attribute of a class counts as a definition

    @model_validator(mode="after")
    def _one(self) -> Owner:
        if bool(self.name) == bool(self.regex):
            raise ValueError("an owner has either a name or a regex")
        return self

    @property
    def pattern(self) -> str:
        return f"^(?:{re.escape(self.name) if self.name else self.regex})$"


class Clones(Policy):
    """From what size on a copy is one, and where copies are looked for."""

    min_tokens: int = Field(70, ge=10)
    min_lines: int = Field(6, ge=2)
    similarity: float = Field(0.0, ge=0, le=1)  # 0: near copies are let pass
    paths: tuple[str, ...] = ("**/*.py",)
    ignore: tuple[str, ...] = ("tests/**", "test/**")


class Welding(Policy):
    owner: tuple[Owner, ...] = ()
    clones: Clones | None = None


def check(case: Case) -> Iterator[Finding]:
    """For a change, only new definitions, and clones that touch what it touched, count."""
    policy = load(case, POLICY, Welding)
    if policy is None:
        return
    if policy.owner:
        yield from case.counted(lambda tree, path: _definitions(tree, path, policy.owner))
    if policy.clones:
        yield from _copies(case, policy.clones)


def _definitions(tree: Tree, path: str, owners: tuple[Owner, ...]) -> Iterator[Finding]:
    from ast_grep_py import SgRoot

    rules = [owner for owner in owners if path != owner.home and matches(path, owner.paths)]
    if not rules or not path.endswith((".py", ".pyi")) or not (source := text(tree, path)):
        return
    root = SgRoot(source, "python").root()
    for owner in rules:
        wanted = [{"kind": kind, "has": {"field": f, "regex": owner.pattern}} for kind, f in DEFINED.items()]
        for node in root.find_all(cast("Config", {"rule": {"any": wanted}})):
            name = next(f.text() for f in (node.field("name"), node.field("left")) if f)
            if _is_concept(node, owner):
                said = f"defines {name}, whose one home is {owner.home}; import it from there"
                yield RULES["home"].found(path, said, node.range().start.line + 1)


def _is_concept(node: SgNode, owner: Owner) -> bool:
    """A local variable is no second home; nor is a method, unless the policy says so."""
    kinds = [above.kind() for above in node.ancestors()]
    enclosing = next((k for k in kinds if k in ("function_definition", "lambda", "class_definition")), "")
    is_variable = node.kind() == "assignment"
    if enclosing == "class_definition":
        return owner.methods
    return not (is_variable and enclosing)


def _copies(case: Case, rule: Clones) -> Iterator[Finding]:
    touched = {path for path in case.judged if _is_watched(path, rule)}
    clones = _find(case.tree, rule) if touched & case.tree.entries().keys() else []
    if not any({clone.first[0], clone.second[0]} & touched for clone in clones):
        return  # the usual end, at half the cost: main need not be looked at
    before, after = ({} if case.by_hand else case.base.entries()), case.tree.entries()
    left = Counter(_pair(clone, after) for clone in (_find(case.base, rule) if before else ()))
    for clone in clones:
        pair = _pair(clone, before)
        if left[pair]:
            left[pair] -= 1
        elif {clone.first[0], clone.second[0]} & touched:
            mine, other = (clone.first, clone.second) if clone.first[0] in touched else (clone.second, clone.first)
            said = f"lines {mine[1]} to {mine[2]} are a copy of {other[0]}:{other[1]}; give the code one home"
            yield RULES["copy"].found(mine[0], said, mine[1])


def _find(tree: Tree, rule: Clones) -> list[Clone]:
    paths = sorted(path for path in tree.entries() if _is_watched(path, rule))
    size = {"min_tokens": rule.min_tokens, "min_lines": rule.min_lines}
    return find_clones(tree, paths, **size, similarity=rule.similarity)


def _is_watched(path: str, rule: Clones) -> bool:
    return path.endswith(".py") and matches(path, rule.paths) and not matches(path, rule.ignore)


def _pair(clone: Clone, elsewhere: Container[str]) -> tuple[str, ...]:
    """Both paths; one that the other tree lacks is nameless, so that a moved file brings its clones along."""
    return tuple(sorted(path if path in elsewhere else "" for path in (clone.first[0], clone.second[0])))

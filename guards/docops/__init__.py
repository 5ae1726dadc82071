"""Words that documents must not hold: private paths, dead names, hosts. Strict, or with allowed places."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from pydantic import model_validator

from factory.model import Finding
from factory.tree import Tree, matches
from guards.case import Case, rules, text
from guards.policy import Policy, Regex, load

NAME = "docops"
RULES = rules(__file__)
POLICY = "ssot/docops.toml"
FENCE = re.compile(r" {0,3}(`{3,}|~{3,})(.*)")


class Forbidden(Policy):
    """A token, as it stands or as a regular expression."""

    token: str = ""
    regex: Regex = ""
    reason: str = ""
    ignore_case: bool = False
    paths: tuple[str, ...] = ()  # empty: the policy's

    @model_validator(mode="after")
    def _one(self) -> Forbidden:
        if bool(self.token) == bool(self.regex):
            raise ValueError("a forbidden entry has either a token or a regex")
        return self

    @property
    def pattern(self) -> re.Pattern[str]:
        return re.compile(self.regex or re.escape(self.token), re.IGNORECASE if self.ignore_case else 0)


class Allow(Policy):
    """A place where a token may stand: the token (or regex) as it is written in its entry."""

    path: str
    token: str


class DocOpsPolicy(Policy):
    mode: Literal["strict", "allow-listed"] = "strict"
    paths: tuple[str, ...] = ("**/*.md",)
    ignore: tuple[str, ...] = ()
    skip_code_fences: bool = False
    forbidden: tuple[Forbidden, ...] = ()
    allow: tuple[Allow, ...] = ()

    @model_validator(mode="after")
    def _strict_allows_nothing(self) -> DocOpsPolicy:
        if self.mode == "strict" and self.allow:
            raise ValueError('strict mode allows nothing; use mode = "allow-listed", or remove the allow entries')
        return self


def check(case: Case) -> Iterator[Finding]:
    """For a change, only what it adds counts."""
    policy = load(case, POLICY, DocOpsPolicy)
    if policy is not None:
        yield from case.counted(lambda tree, path: _document(tree, path, policy))


def _document(tree: Tree, path: str, policy: DocOpsPolicy) -> Iterator[Finding]:
    allowed = {one.token for one in policy.allow if matches(path, [one.path])}
    here = (one for one in policy.forbidden if matches(path, one.paths or policy.paths))
    live = [one for one in here if (one.token or one.regex) not in allowed]
    if not live or matches(path, policy.ignore):
        return
    for number, line in _lines(text(tree, path) or "", policy.skip_code_fences):
        for one in live:
            if found := one.pattern.search(line):
                why = f": {one.reason}" if one.reason else ""
                yield RULES["forbidden-word"].found(path, f"holds {found[0][:80]!r}{why}", number)


def _lines(content: str, skip_fences: bool) -> Iterator[tuple[int, str]]:
    fence = ""
    for number, line in enumerate(content.splitlines(), 1):
        mark = FENCE.fullmatch(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence) and not mark[2].strip():
            fence = ""
        elif fence and skip_fences:
            continue
        yield number, line

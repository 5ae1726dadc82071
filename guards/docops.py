"""Words that documents must not hold: private paths, dead names, hosts. Strict, or with allowed places."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Literal

from pydantic import model_validator

from factory.model import Finding
from factory.tree import Tree, matches
from guards.case import Case, text
from guards.policy import Policy, Regex, load

NAME = "docops"
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


class DocOps(Policy):
    mode: Literal["strict", "allow-listed"] = "strict"
    paths: tuple[str, ...] = ("**/*.md",)
    ignore: tuple[str, ...] = ()
    skip_code_fences: bool = False
    forbidden: tuple[Forbidden, ...] = ()
    allow: tuple[Allow, ...] = ()

    @model_validator(mode="after")
    def _strict_allows_nothing(self) -> DocOps:
        if self.mode == "strict" and self.allow:
            raise ValueError('strict mode allows nothing; use mode = "allow-listed", or remove the allow entries')
        return self


def check(case: Case) -> Iterator[Finding]:
    """For a change, only what it adds counts."""
    policy = load(case, POLICY, DocOps)
    if policy is None:
        return
    yield from case.counted(_judge(case, policy))


def _judge(case: Case, policy: DocOps) -> Callable[[Tree], Iterator[Finding]]:
    def judge(tree: Tree) -> Iterator[Finding]:
        for path in case.judged:
            rules = [rule for rule in policy.forbidden if matches(path, rule.paths or policy.paths)]
            if rules and not matches(path, policy.ignore) and (content := text(tree, path)) is not None:
                yield from _document(path, content, rules, policy)

    return judge


def _document(path: str, content: str, rules: list[Forbidden], policy: DocOps) -> Iterator[Finding]:
    live = [
        r for r in rules if not any(a.token == (r.token or r.regex) and matches(path, [a.path]) for a in policy.allow)
    ]
    for number, line in _lines(content, policy.skip_code_fences):
        for rule in live:
            if found := rule.pattern.search(line):
                why = f": {rule.reason}" if rule.reason else ""
                yield Finding(guard=NAME, path=path, line=number, message=f"holds {found[0][:80]!r}{why}")


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

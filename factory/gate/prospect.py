"""Pure: what a criterion's check says on main before anybody works, and whether any work could turn it.

Hopeless is only what is provably so: such a ticket is set aside before it is paid for. What is merely likely to end in
vain is told, to the worker in its plan and to a person by `factory dry`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

from factory.gate.criteria import light, selects_nothing
from factory.gate.sides import Sides
from factory.gate.trial import KEEP_THE_PATH, NOT_RUN, Ran
from factory.model import Light, PlanCriterion, Terms, Triage
from factory.tree import matches, touch

USAGE = 4  # pytest's exit code: what it was told to run is not there
ABSENT = re.compile(r"^ERROR: (?:file or directory )?not found: (\S+)", re.MULTILINE)
NOT_STARTED = re.compile(r"^/bin/sh: (?:line )?\d+: ([^\s/]+): (?:command )?not found$", re.MULTILINE)
SEVERAL = re.compile(r"[;&|`\n]|\$\(|\bcd\b")  # a check of several commands, or of another folder
PLAIN = re.compile(r"\bpytest\b|\bunittest\b|^\s*(?:grep|test|\[)\s")  # it asks what it names, and nothing else
ASKS_NOTHING = re.compile(r"\s*(?:true|:|exit 0|echo [^;&|<>`$]*)\s*")
WORD = re.compile(r"[\w.@+/-]+(?:::[\w.:-]+)?")
OF_CHECKOUT = re.compile(r"(?:\./)?(\.?v?env/bin/)([\w.-]+)")


class Prospect(NamedTuple):
    """What is seen ahead of one ticket. `told`: what its worker should know, a line each."""

    hopeless: tuple[Triage, str] | None = None
    told: tuple[str, ...] = ()


class MayTouch(NamedTuple):
    """What a ticket's change may touch."""

    terms: Terms
    forbidden: Collection[str]
    sides: Sides
    paths: Collection[str]  # of main

    @property
    def open(self) -> tuple[str, ...]:
        """The globs that it may touch; none: everything that is not shut."""
        tests = [test.split("::")[0] for test in self.terms.may_change_tests]
        return (*self.terms.modify, *(tests if self.terms.modify else ()))

    def may_write(self, path: str) -> bool:
        shut = (*self.terms.readonly, *self.terms.hidden, *self.forbidden)
        return (not self.open or matches(path, self.open)) and not matches(path, shut)

    def may_bring(self, check: str) -> bool:
        """Whether it may bring something that judges and that the check asks. In doubt, yes."""
        if not self.open or ASKS_NOTHING.fullmatch(check):
            return not ASKS_NOTHING.fullmatch(check)
        globs = [glob for glob in self.open if is_wild(glob) or self.sides.judges(glob)]
        plain = PLAIN.search(check) and not SEVERAL.search(check)
        named = list(self._named(check)) if plain else []
        if not named:
            return bool(globs)
        asked = [path for path in named if is_wild(path) or self.sides.judges(path)]
        return any(touch(glob, path) for glob in globs for path in asked)

    def _named(self, check: str) -> Iterator[str]:
        """What a check names: files of main, Python files that may come, and folders as globs."""
        for word in (word.partition("::")[0].removeprefix("./").rstrip("/") for word in WORD.findall(check)):
            module = f"{word.replace('.', '/')}.py"
            if word in self.paths or word.endswith(".py"):
                yield word
            elif module in self.paths:
                yield module
            elif any(path.startswith(f"{word}/") for path in self.paths):
                yield f"{word}/**"


def is_wild(glob: str) -> bool:
    return bool(set(glob) & set("*?[")) or glob.endswith("/")


def of_scope(scope: MayTouch, checks: Collection[str] = ()) -> Prospect:
    """A ticket that may touch nothing at all; and what its `modify` names that is not there, and no check asks."""
    globs = scope.terms.modify
    if globs and not any(_opens(glob, scope) for glob in globs):
        said = f"everything that its modify names is protected, readonly or hidden: {', '.join(globs[:3])}"
        remedy = "commit such a change yourself, or name what the ticket is to change"
        return Prospect((Triage.SCOPE, f"{said}; {remedy}"))
    told = list(_nothing_there(scope))
    asked = "\n".join(checks)
    new = [glob for glob in globs if not is_wild(glob) and glob not in scope.paths and glob.split("/")[-1] not in asked]
    if not told and globs and len(new) == len(globs):
        told = [f"modify opens only {', '.join(new[:3])}, which main does not have and no check names: is it its own?"]
    return Prospect(None, tuple(told))


def _opens(glob: str, scope: MayTouch) -> bool:
    """Whether something could be written under it: a path that main has, or one that it might."""
    found = [path for path in scope.paths if matches(path, [glob])] if is_wild(glob) else []
    new = re.sub(r"\[[^]]*\]|[*?]+", "x", glob) + ("x" if glob.endswith("/") else "")
    return any(scope.may_write(path) for path in (*found, new))


def _nothing_there(scope: MayTouch) -> Iterator[str]:
    """Globs that no file of main matches, and files of folders that main does not have: new, or misspelt."""
    folders = {path.rpartition("/")[0] for path in scope.paths}
    for glob in scope.terms.modify:
        folder = glob.rpartition("/")[0]
        known = not folder or any(f"{at}/".startswith(f"{folder}/") for at in folders)
        if not any(matches(path, [glob]) for path in scope.paths) if is_wild(glob) else not known:
            yield f"modify names {glob}, and main has nothing there: it is to be made new, or misspelt"


def of_check(criterion: PlanCriterion, ran: Ran, scope: MayTouch, read: Callable[[str], str]) -> Prospect:
    """Of one criterion. `ran`: its check on main; `read`: a file of main, "" for none."""
    name, check = criterion.id, f"`{criterion.check}`"
    if ran.code in NOT_RUN or ran.blinded:
        return _not_started(criterion, ran)
    if selects_nothing(ran):
        said = f"{name} selects no test on main (exit code {ran.code})"
        return _to_be_written(said, check, scope.may_bring(criterion.check))
    if light(ran) is Light.GREEN:
        return _green(name, check, scope.may_bring(criterion.check))
    for path, missing in _missing(criterion.check, ran, scope.paths, read):
        may = scope.may_write(path) or bool(SEVERAL.search(criterion.check))
        return _to_be_written(f"{name} asks {missing}, which main does not have", check, may)
    return Prospect()


def _green(name: str, check: str, may_bring: bool) -> Prospect:
    if may_bring:
        needs = "a test that the change brings, that the check asks, and that fails without the change"
        return Prospect(None, (f"{name} is green on main already, and will prove nothing without {needs}: {check}",))
    said = f"{name} is green on main before any work, and the ticket may bring no test that it asks"
    return Prospect((Triage.VACUOUS, f"{said}: {check}; write a check that fails now, or open its test in modify"))


def _to_be_written(said: str, check: str, may: bool) -> Prospect:
    if may:
        return Prospect(None, (f"{said}: the change is to bring it: {check}",))
    remedy = "correct the check, or open its file in modify"
    return Prospect((Triage.PATH, f"{said}, and the ticket may not write it: {check}; {remedy}"))


def of_checkout(check: str) -> str:
    """What is wrong with a check that starts a program of the checkout's own environment; empty for any other."""
    found = next(filter(None, map(OF_CHECKOUT.fullmatch, WORD.findall(check))), None)
    if found is None:
        return ""
    return f"`{found[0]}` is in no room, where that environment comes first in PATH: write `{found[2]}`"


def _not_started(criterion: PlanCriterion, ran: Ran) -> Prospect:
    said, check = f"{criterion.id} could not run on main (exit code {ran.code})", f"`{criterion.check}`"
    if ran.blinded:
        return Prospect((Triage.ENVIRONMENT, f"{said}; {KEEP_THE_PATH}: {check}"))
    words = WORD.findall(criterion.check)
    if (remedy := of_checkout(criterion.check)) and f"{remedy.split('`')[1]}: " in ran.output:
        return Prospect((Triage.ENVIRONMENT, f"{said}: {remedy}: {check}"))
    gone = next((name for name in NOT_STARTED.findall(ran.output) if name in words), "")
    if gone and not SEVERAL.search(criterion.check):
        remedy = "install it where the gate finds it (`factory help beforehand`), or write another check"
        return Prospect(
            (Triage.ENVIRONMENT, f"{said}: there is no program {gone} in the gate's room: {check}; {remedy}")
        )
    return Prospect(None, (f"{said}: what it starts is the change's to bring, and to make executable: {check}",))


def _missing(check: str, ran: Ran, paths: Collection[str], read: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """(path, what is asked) of what pytest did not find: a file, or a test whose name its file does not hold."""
    if ran.code != USAGE or not ran.seen.sessions:
        return
    absent = ABSENT.findall(ran.output)
    for word in WORD.findall(check):
        path, _, node = word.removeprefix("./").partition("::")
        if not path.endswith(".py") or not any(found.partition("::")[0].endswith(path) for found in absent):
            continue
        if path not in paths:
            yield path, path
        elif node and not re.search(rf"\b{re.escape(node.rpartition('::')[2])}\b", read(path)):
            yield path, f"{path}::{node}"

"""Pure: what the reporter said -> what the tests did, and every sign that somebody meddled."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from factory.model import Fate

RED = frozenset({Fate.FAILED, Fate.ERROR})
STRICT = "XPASS(strict)"  # how pytest says that a test which is expected to fail, strictly, does not
BADNESS = (
    Fate.PASSED,
    Fate.XPASSED,
    Fate.XFAILED,
    Fate.SKIPPED,
    Fate.FAILED,
    Fate.ERROR,
)
PHASES = ("setup", "call", "teardown")
GREEN = tuple((when, "passed", 0, "") for when in PHASES)
FAILURES = 200  # tests whose failure text is kept
TEXT = 4000  # characters of one
UNKNOWN = "?"  # raised by nobody knows whom
ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}\b")


def worst(one: Fate | None, other: Fate) -> Fate:
    """The worse of two outcomes of one test."""
    return other if one is None else max(one, other, key=BADNESS.index)


@dataclass
class Session:
    """One pytest session, as far as it was told."""

    flags: dict[str, Any] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)  # an id that changes from run to run -> one that does not
    alike: Counter[str] = field(default_factory=Counter)
    collected: Counter[str] = field(default_factory=Counter)
    outcomes: dict[str, Fate] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    durations: dict[str, float] = field(default_factory=dict)
    doubts: set[str] = field(default_factory=set)
    canaries: Counter[str] = field(default_factory=Counter)
    reported: Counter[str] = field(default_factory=Counter)
    callless: set[str] = field(default_factory=set)  # set up and torn down, and the call never told
    places: dict[str, str] = field(
        default_factory=dict
    )  # the file in an id -> its path, where the root does not say it
    excuses: dict[str, str] = field(default_factory=dict)
    loaded: dict[str, str] = field(default_factory=dict)
    path: list[str] = field(default_factory=list)
    outside: set[str] = field(default_factory=set)
    opened: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    status: int | None = None  # the exit status in its goodbye
    tampered: str = ""

    @property
    def unrun(self) -> list[str]:
        """Collected, and never reported."""
        return [node for node in self.collected if node not in self.reported]

    def named(self, node: str) -> str:
        """The id by which a test is known: its file as the tree names it, and without the places in memory that some
        parameters show: they differ from run to run."""
        if node not in self.names:
            name = ADDRESS.sub("0x", node)
            if name != node:
                self.alike[name] += 1
                name = f"{name} #{self.alike[name]}"
            self.names[node] = self._placed(name)
        return self.names[node]

    def _placed(self, name: str) -> str:
        """pytest's ids begin at the session's root, which may be a folder of the room."""
        file, *inside = name.split("::", 1)
        root = str(self.flags.get("root", ""))
        at = self.places.get(file) or "/".join(part for part in (root, file if file != "." else "") if part)
        return "::".join((at or name, *inside))

    @property
    def excused(self) -> dict[str, str]:
        """Who raised each skip and expected failure; an expected one that nobody raised was marked so."""
        kinds = {Fate.XFAILED: "", Fate.SKIPPED: UNKNOWN}
        return {n: self.excuses.get(n, kinds[outcome]) for n, outcome in self.outcomes.items() if outcome in kinds}

    def suspect(self, why: str) -> None:
        """The first sign is the one that is told."""
        self.tampered = self.tampered or why

    def settle(self, node: str, outcome: Fate, text: str = "") -> None:
        self.outcomes[node] = worst(self.outcomes.get(node), outcome)
        if text and (node in self.failures or len(self.failures) < FAILURES):
            self.failures[node] = text.strip()[-TEXT:]


def heard(messages: Iterable[Sequence[Any]]) -> Session:
    """Folds one line's messages."""
    session = Session()
    try:
        for message in messages:
            _take(session, *message)
    except (TypeError, ValueError, LookupError, AttributeError, ArithmeticError):
        session.suspect("the reporter said something that makes no sense")
    _weigh(session)
    return session


def _take(session: Session, kind: str, *rest: Any) -> None:
    if session.status is not None:
        session.suspect("the reporter went on after its goodbye")
    match kind:
        case "start":
            session.flags = dict(rest[0])
        case "ids":
            session.collected.update(session.named(str(node)) for node in rest[0])
        case "g":
            _test(session, session.named(str(rest[0])), GREEN, float(rest[1]), "")
        case "t":
            _test(session, session.named(str(rest[0])), [tuple(part) for part in rest[1]], float(rest[2]), str(rest[3]))
        case "collect":
            red = rest[1] == "failed"
            session.settle(session.named(str(rest[0])), Fate.ERROR if red else Fate.SKIPPED, str(rest[2]))
        case "canary":
            _canary(session, str(rest[0]), dict(rest[1]))
        case "doubt":
            session.doubts.add(str(rest[0])[:300])
        case "stop":
            session.stopped = str(rest[0])[:300] or "interrupted"
        case "bye":
            session.status = int(rest[0])
        case "place" | "excuse" | "loaded" | "path" | "opened":
            _learn(session, kind, *rest)
        case _:
            session.suspect(str(rest[0])[:300] if kind == "bad" else "the reporter said something that makes no sense")


def _learn(session: Session, kind: str, *rest: Any) -> None:
    """What is told beside the outcomes."""
    match kind:
        case "place":
            session.places[str(rest[0])] = str(rest[1])
        case "excuse":
            session.excuses[session.named(str(rest[0]))] = str(rest[1])
        case "loaded":
            _loaded(session, {str(name): str(at) for name, at in rest[0].items()})
        case "path":
            session.path += [str(at) for at in rest[0] if at not in session.path]
            session.outside.update(map(str, rest[1]))
        case "opened":
            session.opened |= {str(at): str(who) or session.opened.get(str(at), "") for at, who in rest[0].items()}


def _loaded(session: Session, modules: dict[str, str]) -> None:
    """Several processes of a session may tell: what one of them loaded from the room is not hidden by another."""
    for name, at in modules.items():
        if session.loaded.setdefault(name, at).startswith("/"):
            session.loaded[name] = at


def _test(session: Session, node: str, parts: Sequence[tuple[Any, ...]], seconds: float, text: str) -> None:
    session.durations[node] = session.durations.get(node, 0.0) + seconds
    for *_, flag in parts:
        if flag == "?":
            session.doubts.add("results were reported of tests that did not run in pytest's own process")
        elif flag:
            session.doubts.add(f"{node} failed and was reported as passed")
    if any(outcome == "rerun" for _, outcome, *_ in parts):
        return  # a plug-in runs it again: the last run counts
    if [part[:2] for part in parts] == [("setup", "passed"), ("teardown", "passed")] and not _no_calls(session.flags):
        session.callless.add(node)  # so does the plug-in `flaky`, which keeps the failed call to itself
        return
    session.reported[node] += 1
    if not _whole(parts, session.flags):
        session.suspect(f"{node} was reported without all its phases")
    session.settle(node, _outcome(parts), text)


def _whole(parts: Sequence[tuple[Any, ...]], flags: dict[str, Any]) -> bool:
    """Each phase once and in order; subtests may come between. A crashed pytest-xdist worker has a phase of no name."""
    main = [(when, outcome) for when, outcome, *_ in parts if when != "sub"]
    whens = [when for when, _ in main]
    if whens[-1:] == ["???"]:
        return True
    if whens == ["setup", "teardown"]:
        return main[0][1] != "passed" or _no_calls(flags)
    return whens == list(PHASES) and main[0][1] == "passed"


def _no_calls(flags: dict[str, Any]) -> bool:
    return bool(flags.get("setuponly") or flags.get("setupplan"))


def _outcome(parts: Sequence[tuple[Any, ...]]) -> Fate:
    """The worst phase counts. A test without a call phase did not pass, whatever its other phases say."""
    called = any(when == "call" for when, *_ in parts)
    found = Fate.PASSED if called else Fate.SKIPPED
    for part in parts:
        found = worst(found, _phase(*part))
    return found


def _phase(when: str, outcome: str, xfail: int, flag: str) -> Fate:
    if outcome == "failed" or flag == "!":
        return Fate.ERROR if when in ("setup", "teardown") else Fate.FAILED
    if outcome == "skipped":
        return Fate.XFAILED if xfail else Fate.SKIPPED
    if outcome != "passed":
        return Fate.FAILED
    return Fate.XPASSED if xfail else Fate.PASSED


def _canary(session: Session, kind: str, found: dict[str, str]) -> None:
    call = found.get("call")
    around = {found.get("setup"), found.get("teardown")}
    if call is None or around != {"passed"}:
        session.doubts.add(
            f"the canary that {kind} could not run: {found.get('error', 'its set-up or tear-down failed')}"
        )
        session.canaries["unsung"] += 1
    elif call != {"fails": "failed", "passes": "passed"}[kind]:
        session.suspect(f"the canary that {kind} was reported as {call}")
    session.canaries[kind] += 1


def _weigh(session: Session) -> None:
    """What no single message shows."""
    for node, times in session.reported.items():
        if not session.collected[node]:
            session.suspect(f"{node} was reported and never collected")
        elif times > session.collected[node]:
            session.suspect(f"{node} was reported more than once ({times})")
    for node in sorted(session.callless - set(session.reported)):
        session.suspect(f"{node} was reported without all its phases")
    if session.status != 0:
        return
    if session.stopped:
        session.suspect(f"the session was broken off and yet said 0: {session.stopped}")
    if any(outcome in RED for outcome in session.outcomes.values()):
        session.suspect("tests failed and yet the session said 0")
    if session.flags.get("collectonly"):
        return
    if session.unrun:
        session.suspect(f"{session.unrun[0]} was collected and never reported, and yet the session said 0")
    if session.reported and not (session.canaries["fails"] and session.canaries["passes"]):
        session.suspect("the canaries never sang")

"""Knows what tests really ran in one command of the gate, whatever the command says (docs/observing.md)."""

from __future__ import annotations

import functools
import py_compile
import secrets
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.resources import as_file, files
from pathlib import Path
from types import TracebackType

from factory.gate.channel import Channel
from factory.gate.transcript import Session, heard
from factory.model import Fate

UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
LONGEST = 100  # characters that the address of a unix socket may have
HALVES = ("calls", "canaries", "excuses", "files", "judges", "library", "line", "loaded", "seal", "tracebacks")
PARTS = ("", *(f"_{half}" for half in HALVES))  # of the reporter
CANARIES = '''"""Run by the gate: one of these must fail, the other must pass."""


def {fails}():
    found = {found}
    assert found == {other}


def {passes}():
    found = {found}
    assert found == {found}
'''


@dataclass(frozen=True)
class Observation:
    """What the tests of one command did."""

    # By node id, its file as the room names it; a module that broke is its own node. ` @2`: of a second session.
    outcomes: Mapping[str, Fate] = field(default_factory=dict)
    collected: int = 0
    sessions: int = 0  # 0: no pytest spoke, so the command can be judged by its exit code at most
    finished: bool = False  # every session said goodbye, and the exit code agrees
    tampered: str = ""  # why the outcomes cannot be believed, or ""
    failures: Mapping[str, str] = field(default_factory=dict)  # the tail of what pytest said of a failure
    durations: Mapping[str, float] = field(default_factory=dict)  # seconds, all phases
    doubts: frozenset[str] = frozenset()  # suspicious; counts against a change where the base shows it not
    unrun: tuple[str, ...] = ()  # collected and never reported: the run was broken off, by -x say
    code: int | None = None  # the command's exit code
    unable: str = ""  # why nothing can be said of the tests, where a report was there and could not be read
    excused: Mapping[str, str] = field(default_factory=dict)  # skipped or xfailed -> who raised it (docs/observing.md)
    loaded: Mapping[str, str] = field(default_factory=dict)  # module -> its file: in the room, or (absolute) outside
    path: tuple[str, ...] = ()  # sys.path when all was collected, in order: likewise
    outside: tuple[str, ...] = ()  # the top-level names of the standard library and of what is installed
    opened: tuple[str, ...] = ()  # files of the room, none of Python, that were opened to be read
    reached: Mapping[str, str] = field(default_factory=dict)  # of these: which file's code opened one unasked


class Observer:
    """Watches one command. A context manager: files and socket are there inside it, and gone after it.

    `run_all` lifts -x and --maxfail, so that a known red cannot hide what comes after it; `backwards` turns the order
    of the tests round. `root` is the room's folder on the host. `hidden` and `judges` are paths in it: only code of
    these files may open the hidden ones.
    `opened`: whether to tell which files were read; it makes code slower that copies deeply.
    """

    def __init__(
        self,
        *,
        run_all: bool = False,
        root: Path | None = None,
        hidden: Collection[str] = (),
        judges: Collection[str] = (),
        backwards: bool = False,
        opened: bool = True,
    ) -> None:
        self._room = root
        said = {"hidden": sorted(hidden), "judges": sorted(judges)}
        self._terms = {"run_all": run_all, "backwards": backwards, "opened": opened, **said}

    def __enter__(self) -> Observer:
        root = tempfile.mkdtemp(prefix="observe-")
        if len(root) > LONGEST - len("/socket"):
            Path(root).rmdir()
            root = tempfile.mkdtemp(prefix="observe-", dir="/tmp")
        self._root = Path(root)
        self.folder, self.socket = self._root / "shown", self._root / "socket"
        self._name = f"observer_{secrets.token_hex(6)}"
        self._channel = Channel(self.socket, self._lay_out())
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._channel.close()
        shutil.rmtree(self._root, ignore_errors=True)

    def env(self, inside: Callable[[Path], str] = str, known: Mapping[str, str] | None = None) -> dict[str, str]:
        """What to add to the command's environment. `inside` says where the sandbox shows a path of the host;
        `known` is the environment so far: what it says of the same variables is kept, after ours."""
        self._channel.terms["room"] = inside(self._room) if self._room else ""
        ours = {
            "PYTEST_ADDOPTS": (f"-p {self._name} --continue-on-collection-errors", " "),
            "PYTEST_PLUGINS": (self._name, ","),
            "PYTHONPATH": (inside(self.folder), ":"),
        }
        kept = {name: (known or {}).get(name, "") for name in ours}
        added = {name: text + (between + kept[name] if kept[name] else "") for name, (text, between) in ours.items()}
        return {**added, "STAMPMILL_OBSERVER": inside(self.socket)}

    def observe(self, code: int) -> Observation:
        """To be called once, when the command has ended with exit code `code`."""
        self._channel.close()
        lines = self._channel.lines
        sessions = [heard(line.messages) for line in lines]
        trouble = [self._channel.trouble, *(line.trouble for line in lines)]
        return conclude(sessions, code, next(filter(None, trouble), ""))

    def _lay_out(self) -> dict[str, object]:
        """Writes the folder; returns what the reporter is told when it connects."""
        self.folder.mkdir(mode=0o755)
        kept = self.folder / "__pycache__"
        kept.mkdir(mode=0o755)
        for part in PARTS:
            source, compiled = _reporter(part)
            (self.folder / f"{self._name}{part}.py").write_bytes(source)
            (kept / f"{self._name}{part}.{sys.implementation.cache_tag}.pyc").write_bytes(compiled)
        names = {kind: f"test_{secrets.token_hex(5)}" for kind in ("fails", "passes")}
        found = secrets.randbelow(1 << 30)
        module = f"test_{secrets.token_hex(6)}"
        (self.folder / f"{module}.py").write_text(CANARIES.format(found=found, other=found + 1, **names))
        return {**names, "module": module, **self._terms}


@functools.cache
def _reporter(part: str) -> tuple[bytes, bytes]:
    """A file of the reporter, and as this Python compiles it: one that is no other need not compile it each time."""
    source = files("factory.injected").joinpath(f"reporter{part}.py")
    with as_file(source) as at, tempfile.NamedTemporaryFile(suffix=".pyc") as compiled:
        py_compile.compile(str(at), compiled.name, doraise=True, invalidation_mode=UNCHECKED)
        return source.read_bytes(), Path(compiled.name).read_bytes()


def conclude(sessions: Sequence[Session], code: int, trouble: str = "") -> Observation:
    """Pure: all sessions of one command, and its exit code, make one observation."""
    keys = apart(sessions)
    both = list(zip(sessions, keys, strict=True))
    last = sessions[-1].status if sessions else None
    hidden = "the command ended with 0, its tests did not" if code == 0 and last not in (0, None) else ""
    return Observation(
        outcomes={key[node]: outcome for session, key in both for node, outcome in session.outcomes.items()},
        collected=sum(len(session.collected) for session in sessions),
        sessions=len(sessions),
        finished=bool(sessions) and all(map(_finished, sessions)) and (code == 0) == (last == 0),
        tampered=trouble or next((s.tampered for s in sessions if s.tampered), "") or hidden,
        failures={key[node]: text for session, key in both for node, text in session.failures.items()},
        durations={key[node]: seconds for session, key in both for node, seconds in session.durations.items()},
        doubts=frozenset().union(*(session.doubts for session in sessions)),
        unrun=tuple(key[node] for session, key in both for node in session.unrun),
        code=code,
        excused={key[node]: who for session, key in both for node, who in session.excused.items()},
        loaded={name: at for session in reversed(sessions) for name, at in session.loaded.items()},
        path=tuple(dict.fromkeys(at for session in sessions for at in session.path)),
        outside=tuple(sorted(set().union(*(session.outside for session in sessions)))),
        opened=tuple(sorted({at for session in sessions for at in session.opened})),
        reached={at: who for session in sessions for at, who in session.opened.items() if who},
    )


def apart(sessions: Sequence[Session]) -> list[dict[str, str]]:
    """For each session, what its tests are called beside those of the others: red in one hides behind none."""
    seen, found = Counter[str](), []
    for session in sessions:
        nodes = {*session.collected, *session.outcomes, *session.durations}
        found.append({node: f"{node} @{seen[node] + 1}" if seen[node] else node for node in nodes})
        seen.update(nodes)
    return found


def _finished(session: Session) -> bool:
    """Exit status 2, 3 and 4 are pytest's for interrupted, broken and misused."""
    return session.status is not None and session.status not in (-1, 2, 3, 4) and not session.stopped

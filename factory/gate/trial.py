"""Runs the gate's commands on a tree, in a fresh room without a network, and sees what ran."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import threading
import time
from collections.abc import Collection, Iterable
from pathlib import Path

from factory import files
from factory.errors import Mistake, Stopped
from factory.gate import junit, prepared
from factory.gate.absent import absent, lacking, untracked
from factory.gate.ahead import Ahead
from factory.gate.asked import Say
from factory.gate.commands import same_run
from factory.gate.conditions import USUAL, Conditions
from factory.gate.interpreter import find_python, fingerprint, ours, source_roots
from factory.gate.observe import Observation, Observer
from factory.gate.prepared import Kit
from factory.gate.sides import Sides
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.model import Conclusion, Oid, Terms, Value
from factory.plain import words
from factory.records.premises import Premises
from factory.sandbox.process import ENDING, Either, Finished
from factory.sandbox.sandbox import Job, JobLimits
from factory.ssot.settings import Settings
from factory.tree import matches

KEEP_THE_PATH = "keep what the gate sets, `PYTHONPATH=...:$PYTHONPATH`"
SEEN = "5"  # what of a run is kept: a result that an older version kept says less
# Loaded by a runner, or by every Python, from wherever they lie.
LOADED = words("""
    **/conftest.py **/sitecustomize.py **/usercustomize.py **/*.pth **/*-pytest-*.pyc
    **/pytest.ini **/.pytest.ini **/pytest.toml **/.pytest.toml **/tox.ini **/setup.cfg
""")
KEPT = 2000  # paths of a run that are kept
NOT_RUN = (126, 127)  # a shell's words for "cannot execute" and "not found"


class Ran(Value):
    """One command on one tree."""

    command: str
    code: int
    timed_out: bool
    seconds: float
    seen: Observation  # what a test runner that reports to the gate did
    output: str = ""
    at: float = 0.0  # when it ran, in seconds since the epoch
    remembered: bool = False  # it ran before this command of the factory began
    wrote: tuple[str, ...] = ()  # paths of the tree that it wrote to or removed, and new ones that a runner would load

    @property
    def answer(self) -> Conclusion:
        """What the command says on its own. A runner that ran nothing, or died, could not run: it did not pass."""
        if self.code in NOT_RUN:
            return Conclusion.COULD_NOT_RUN
        if self.timed_out or self.seen.tampered:
            return Conclusion.FAIL
        if self.seen.sessions and not self.seen.collected:
            return Conclusion.COULD_NOT_RUN
        if self.code == 0 and self.seen.sessions and not self.seen.finished:
            return Conclusion.FAIL
        return Conclusion.PASS if self.code == 0 else Conclusion.FAIL

    @property
    def blinded(self) -> bool:
        """The command replaced PYTHONPATH, and so a pytest that it started could not find the gate's reporter."""
        replaced = "PYTHONPATH=" in self.command and "$PYTHONPATH" not in self.command
        return replaced and not self.seen.sessions and 'importing plugin "observer_' in self.output


class Trial:
    """The gate's hands. Results are kept by content: a tree that was green is not tested twice.

    What was not green is believed only since `began`, in seconds since the epoch: its cause may lie outside of the tree
    (a tool, data, the date), and be mended since.
    """

    def __init__(self, repo: Repo, settings: Settings, kit: Kit, cache: Path, began: float) -> None:
        self.repo, self.store, self.settings, self.began = repo, repo.store, settings, began
        self._kit, self._sandbox, self._cache = kit, kit.sandbox, cache
        self.limits, self.python = JobLimits.of(settings.sandbox), find_python(repo, settings)
        self.tools = kit.tools(settings)
        seen = fingerprint(self.python, kit.sandbox.kind, self.tools)
        self._bare = self._environment = f"{seen} {kit.rooms.generated.digest}".rstrip()
        self.stop: threading.Event = Either(ENDING)  # ends what runs
        self._ahead: Ahead[Ran] = Ahead(self.stop)  # what one question will ask for
        self._begun: Ahead[Ran] = Ahead(self.stop)  # what any will
        self.prepared: Path | None = None  # the environment that setup filled

    def at(self, settings: Settings) -> Trial:
        """The same hands by other settings."""
        made = Trial(self.repo, settings, self._kit, self._cache, self.began)
        made.stop, made.prepared = self.stop, self.prepared
        made._ahead, made._begun = Ahead(self.stop), Ahead(self.stop)
        return made

    def prepare(self, main: Oid, say: Say = lambda _: None) -> None:
        """Run `[gate] setup` for main, once per content of the files that it names."""
        where, tree = self._cache.with_name("env"), GitTree(self.store, main)
        self.prepared = prepared.prepare(self._kit, self.settings, tree, where, self.python, say)
        if self.prepared:
            self._environment = f"{self._bare} {self.prepared.name}"

    def run(self, tree: Oid, command: str, *, fresh: bool = False, under: Conditions = USUAL) -> Ran:
        """A command on a tree, in a room of its own: what one command changes, the next does not see.

        `fresh` runs it although its result is known. Any thread may ask.
        """
        key = self._key(tree, command, under)
        if not fresh and (known := self._known_result(key)):
            return known
        coming = None if fresh else self._begun.take(key) or self._ahead.take(key)
        return coming.result() if coming else self._kept(key, tree, command, under, self.stop)

    def ahead(self, tree: Oid, command: str, under: Conditions = USUAL) -> None:
        """Start what will be asked for soon. `let_go` ends what was not."""
        self._start(self._ahead, tree, command, under)

    def begin(self, tree: Oid, command: str) -> None:
        """The same for what stays wanted when a question is answered without it. `end` ends it."""
        self._start(self._begun, tree, command, USUAL)

    def _start(self, ahead: Ahead[Ran], tree: Oid, command: str, under: Conditions) -> None:
        key = self._key(tree, command, under)
        if self._known_result(key) is None:
            ahead.start(key, lambda halt: self._kept(key, tree, command, under, halt))

    def known(self, tree: Oid, command: str) -> Ran | None:
        """What it said, where that is known by now."""
        return self._known_result(self._key(tree, command, USUAL))

    def glance(self, tree: Oid, command: str, seconds: float) -> Ran | None:
        """What it says, where that is known or, once begun, it ends within the time; None where it goes on."""
        return self.known(tree, command) or self._begun.glance(self._key(tree, command, USUAL), seconds)

    def absent(self, tree: Oid, ran: Ran) -> str:
        """Which program, module or file a command did not find, and what lets a room have it; empty: it found all."""
        if not ran.code:
            return ""
        root = self.repo.work_tree
        found = absent(ran.output, self._kit.environ, self.tools, root)
        found = found or lacking(ran.output, self.repo, self.settings, self.python)
        return found or untracked(ran.output, root, GitTree(self.store, tree))

    def let_go(self) -> None:
        """End what was started ahead and is not wanted."""
        self._ahead.drop()

    def end(self) -> None:
        """End all that was started and nobody asked for."""
        self._ahead.drop()
        self._begun.drop()

    def _known_result(self, key: str) -> Ran | None:
        try:
            content = self.recall(key)
            ran = Ran.model_validate(json.loads(content)) if content else None
        except ValueError:
            return None
        if ran is None or ran.at >= self.began:
            return ran
        return ran.model_copy(update={"remembered": True}) if ran.answer is Conclusion.PASS else None

    def _kept(self, key: str, tree: Oid, command: str, under: Conditions, stop: threading.Event) -> Ran:
        ran = self._run(tree, command, under, stop)
        if not ran.timed_out and ran.answer is not Conclusion.COULD_NOT_RUN:
            self.remember(key, json.dumps(ran.model_dump(mode="json")).encode())  # a test may say half a letter
        return ran

    def remember(self, name: str, content: bytes) -> None:
        """Keep a small document beside the results."""
        files.put(self._cache / f"{name}.json", content)

    def recall(self, name: str) -> bytes | None:
        """What was kept under a name; None where nothing was."""
        try:
            return (self._cache / f"{name}.json").read_bytes()
        except FileNotFoundError:
            return None

    def _key(self, tree: Oid, command: str, under: Conditions) -> str:
        rules = self.settings.gate.model_dump_json() + self.settings.product.model_dump_json()
        parts = (SEEN, self.store.tree_of(tree), same_run(command), rules, self._environment, under.key)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def _run(self, tree: Oid, command: str, under: Conditions, stop: threading.Event) -> Ran:
        content = self.store.tree_of(tree)
        with self._kit.rooms.open(content) as room, self._observer(content, room.path, under) as observer:
            job = self._job(room.path, observer, under)
            known = {**self._known(job, room.path), **under.env}
            env = {**known, **observer.env(lambda host: self._sandbox.inside(job, host), known)}
            ready = dataclasses.replace(job, argv=("/bin/sh", "-c", command), env=env, stop=stop)
            at, done = time.time(), self._sandbox.run(ready)
            if done.stopped:
                raise Stopped("the gate was broken off; `factory run` goes on")
            seen = observer.observe(done.code)
            written = room.written()
            if not seen.sessions and self.settings.gate.junit in written:
                seen = self._told(room.path, self._sandbox.inside(job, room.path), done.code) or seen
            return _ran(command, at, done, seen, _telling(written, self.store.flat(content)))

    def _job(self, room: Path, observer: Observer, under: Conditions) -> Job:
        """A command's surroundings, without its words."""
        return Job(
            argv=(),
            room=room,
            at=under.room,
            timeout=self.settings.gate.timeout_minutes * 60,
            limits=self.limits,
            python=self._interpreter(),
            tools=self.tools,
            read=tuple(map(Path, self.settings.sandbox.read)),
            hide=ours(self.python),
            files={
                "/factory/observer": observer.folder,
                **({prepared.INSIDE: self.prepared} if self.prepared else {}),
            },
            socket=observer.socket,
        )

    def _observer(self, tree: Oid, room: Path, under: Conditions) -> Observer:
        """Hidden files are for the judge alone, as the tree's own roadmap says: the tested code may not open them.
        Where none is hidden, it is told of what judges Python."""
        content = GitTree(self.store, tree)
        try:
            globs = Premises(self.repo, tree).hidden
        except Mistake:  # a tree without tables that can be read hides nothing; the guards speak of it
            globs = ()
        hidden = [path for path in content.entries() if matches(path, globs)] if globs else []
        sides = Sides.of(self.settings, content, Terms(), ())
        judges = [p for p in content.entries() if (hidden or p.endswith(".py")) and sides.judges(p)]
        return Observer(run_all=True, root=room, hidden=hidden, judges=judges, backwards=under.backwards)

    def _interpreter(self) -> Path:
        """The python of an environment that setup made, where it made one."""
        made = self.prepared / "bin" / "python" if self.prepared else None
        return made if made and os.path.lexists(made) and self._sandbox.kind == "none" else self.python

    def _known(self, job: Job, room: Path) -> dict[str, str]:
        """The environment that a command finds, before the observer's own."""
        env = dict[str, str]()
        if roots := source_roots(self.python, self.repo.work_tree) if self.repo.work_tree else ():
            env["PYTHONPATH"] = ":".join(self._sandbox.inside(job, room / root) for root in roots)
        if self.prepared:
            at = prepared.place(self._sandbox, self.prepared)
            env |= {"FACTORY_ENV": at, "PATH": ":".join((f"{at}/bin", str(self.python.parent), *self.tools.path))}
        return env

    def _told(self, room: Path, shown: str, code: int) -> Observation | None:
        """What the JUnit file says that the settings name, and that the command wrote."""
        at = room / self.settings.gate.junit
        return None if at.is_symlink() or not at.is_file() else junit.told(at.read_bytes(), code, shown)


def _telling(written: Iterable[str], tree: Collection[str]) -> tuple[str, ...]:
    """The written paths that may say what is right: the tree's own files, and new ones that a runner would load.

    The tested code may write there too. An overlay's copy-up tells of each file that was written to, also where it was
    put back: a judge that is touched while it judges says whatever the change likes."""
    return tuple(sorted(path for path in written if path in tree or matches(path, LOADED))[:KEPT])


def _ran(command: str, at: float, done: Finished, seen: Observation, wrote: tuple[str, ...]) -> Ran:
    text = (done.stdout + (b"\n" if done.stdout and done.stderr else b"") + done.stderr).decode("utf-8", "replace")
    return Ran(
        command=command,
        code=done.code,
        timed_out=done.timed_out,
        seconds=round(done.seconds, 3),
        seen=seen,
        output=text,
        at=at,
        wrote=wrote,
    )

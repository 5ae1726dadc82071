"""Whether main itself can be judged: where it cannot, nobody's attempt can."""

from __future__ import annotations

import fnmatch
import time
from collections.abc import Collection, Iterable, Iterator

from factory.errors import CannotJudge
from factory.gate import triage
from factory.gate.absent import WAITS, remedy
from factory.gate.asked import Say
from factory.gate.commands import to_run
from factory.gate.criteria import NOTHING_COLLECTED
from factory.gate.observe import Observation
from factory.gate.transcript import RED
from factory.gate.trial import KEEP_THE_PATH, Ran, Trial
from factory.git.checkout import some
from factory.git.store import GitTree
from factory.model import Conclusion, Oid
from factory.ssot.settings import Settings
from factory.tree import SUBMODULE, Tree, matches

SOON = 1.0  # seconds that a command on main is given before a worker starts beside it


def must_have_tiers(settings: Settings) -> None:
    """CannotJudge where no tier has a command."""
    if not any(settings.gate.tiers().values()):
        raise CannotJudge("all three tiers are empty; name a command under [gate] in ssot/factory.toml")


def begin(trial: Trial, main: Oid, checks: Collection[str], say: Say) -> None:
    """Start the gate's commands on main, and `checks`, which will be asked of it soon.

    CannotJudge where the doctor or what ends SOON cannot run. A longer one goes on beside the first worker; `must_run`
    waits for it before anything is judged. No check is waited for: a slow one must not hide that nothing can be judged.
    """
    must_have_tiers(trial.settings)
    trial.prepare(main, say)
    commands, until = _commands(trial.settings), time.monotonic() + SOON
    for command in (*commands, *checks):
        trial.begin(main, command)
    say(f"the gate looks at main: {', '.join(sorted(set(commands.values())))}")
    for command, tier in commands.items():
        left = max(0.0, until - time.monotonic())
        ran = trial.run(main, command) if tier == "doctor" else trial.glance(main, command, left)
        if ran is not None:
            _must_be_ground(trial, main, tier, ran)


def watch(trial: Trial, main: Oid, fine: frozenset[str]) -> frozenset[str]:
    """Which of the commands that were begun have ended well. CannotJudge where one has not; those in `fine` have."""
    ended = set()
    for command, tier in _commands(trial.settings).items():
        if command not in fine and (ran := trial.glance(main, command, 0.0)):
            _must_be_ground(trial, main, tier, ran)
            ended.add(command)
    return frozenset(ended)


def must_run(trial: Trial, main: Oid, say: Say) -> None:
    """CannotJudge where the gate cannot run on main, or is red there for the room alone."""
    must_have_tiers(trial.settings)
    trial.prepare(main, say)
    told = set[str]()
    for command, tier in _commands(trial.settings).items():
        if trial.known(main, command) is None:
            say(f"the gate looks at main: {tier}")
        ran = trial.run(main, command)
        _must_be_ground(trial, main, tier, ran)
        if (line := unloaded(trial, main, ran)) and line not in told:
            told.add(line)
            say(line)


def unloaded(trial: Trial, main: Oid, ran: Ran) -> str:
    """A line where whole files of tests are red because they cannot be loaded; "" where all can."""
    files = [node for node, outcome in ran.seen.outcomes.items() if outcome in RED and "::" not in node]
    if not files:
        return ""
    why = triage.gist(ran.seen.failures.get(files[0], ran.output))
    hint = trial.absent(main, ran)
    return f"{some(files)} cannot be loaded, so that nothing in there is judged: {hint or why}"


def _commands(settings: Settings) -> dict[str, str]:
    """Command -> its tier."""
    tiers = to_run(settings.gate, settings.gate.tiers())
    return {command: tier for tier, commands in reversed(tiers.items()) for command in commands}


def _must_be_ground(trial: Trial, main: Oid, tier: str, ran: Ran) -> None:
    if why := _fault(ran, trial.settings.gate.strict_main):
        mend = f"{trial.absent(main, ran) or _remedy(ran)}, then run again"
        said = f"`{ran.command}` ({tier}) on main {why}; {mend}. It said: {triage.gist(ran.output)}"
        raise CannotJudge(f"the gate cannot judge anything: {said}")
    if why := unlike(GitTree(trial.store, main), ran.seen):
        raise CannotJudge(
            f"`{ran.command}` ({tier}) is red on main in a room, and it may be for the room alone: {why}; "
            "make that test skip there, or commit what it needs as it is"
        )


def _remedy(ran: Ran) -> str:
    if ran.blinded:
        return KEEP_THE_PATH
    seen_whole = bool(ran.seen.sessions or ran.seen.collected) or ran.answer is not Conclusion.FAIL
    return remedy(ran.output) or ("mend it" if seen_whole else WAITS)


def _fault(ran: Ran, strict: bool) -> str:
    """Why this run on main is no ground to judge on; "" where it is one. Single red tests are known reds."""
    if ran.timed_out:
        return "runs into its time limit"
    if ran.seen.tampered:
        return f"looks tampered with ({ran.seen.tampered})"
    if ran.seen.sessions and not ran.seen.collected and ran.code in (0, NOTHING_COLLECTED):
        return f"finds no test (exit code {ran.code}): write a first one, or name what runs the tests under [gate]"
    if ran.answer is Conclusion.COULD_NOT_RUN:
        return f"could not run (exit code {ran.code})"
    if ran.answer is Conclusion.PASS:
        return ""
    if ran.seen.collected and not ran.seen.finished:
        return f"is broken off before its tests have ended (exit code {ran.code})"
    return "" if ran.seen.finished and not strict else f"is red (exit code {ran.code})"


# --- A room holds git's own bytes: no filter, no line ending of a checkout, no submodule, no repository. What breaks
# there would be a known red, and what a change breaks beside it would be stamped: so the run stops, and names the file.

POINTER = b"version https://git-lfs.github.com/spec/"
SHAPED = ("eol=crlf", "working-tree-encoding=", "ident", "filter=")  # attributes that make a checkout's bytes differ
NO_REPOSITORY = "not a git repository"


def unlike(tree: Tree, seen: Observation) -> str:
    """Why tests may be red in the room alone, in a line; empty where none is red, or none came near such a file."""
    if not any(outcome in RED for outcome in seen.outcomes.values()):
        return ""
    if any(NO_REPOSITORY in text for text in seen.failures.values()):
        return "a test wants a git repository, and a room has none"
    return next(_files(tree, (*seen.opened, *seen.loaded.values())), "")


def _files(tree: Tree, opened: Iterable[str]) -> Iterator[str]:
    entries = tree.entries()
    modules = [path for path, entry in entries.items() if entry.mode == SUBMODULE]
    shaped = list(_shaped(tree))
    for path in opened:
        if module := next((at for at in modules if path == at or path.startswith(f"{at}/")), ""):
            yield f"{path} lies in the submodule {module}, which a room does not hold"
        elif path in entries and tree.read(path).startswith(POINTER):
            yield f"{path} is kept by LFS, and a room holds its pointer"
        elif said := next((said for glob, said in shaped if _names(glob, path)), ""):
            yield f"{path} has other bytes in a checkout ({said} in .gitattributes)"


def _shaped(tree: Tree) -> Iterator[tuple[str, str]]:
    """(pattern, attribute) of every .gitattributes, from the root."""
    for at in tree.entries():
        folder, _, name = at.rpartition("/")
        if name != ".gitattributes":
            continue
        for line in tree.read(at).decode("utf-8", "replace").splitlines():
            pattern, *told = line.split()[:10] or [""]
            for said in told:
                if said.startswith(SHAPED) and not pattern.startswith("#"):
                    yield f"{folder}/{pattern}".lstrip("/"), said


def _names(glob: str, path: str) -> bool:
    folder, _, last = glob.rpartition("/")
    if matches(path, (glob,)):
        return True
    return path.startswith(f"{folder}/" if folder else "") and fnmatch.fnmatchcase(path.rpartition("/")[2], last)

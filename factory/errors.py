"""The exceptions that end a command, and the exit codes that they end it with."""

from __future__ import annotations

import enum
import errno


class Exit(enum.IntEnum):
    """Exit codes of every command (contract, section 5)."""

    OK = 0
    FAIL = 1
    MISTAKE = 2
    STOPPED = 3
    COULD_NOT_RUN = 4
    INTERRUPTED = 130


MEANS = {
    Exit.OK: "done, and nothing wrong; `run`: every released ticket is DONE",
    Exit.FAIL: "the gate, a guard or verify says FAIL; `run`: some tickets are BLOCKED",
    Exit.MISTAKE: "a mistake in what was written or typed: one line, with file and line, and what to do",
    Exit.STOPPED: "stopped by a cap, a storm, `--until` or an operator; the line names the command that goes on",
    Exit.COULD_NOT_RUN: "it could not run: the machine lacks something, or main itself cannot be judged",
    Exit.INTERRUPTED: "interrupted (Ctrl-C, a closed terminal, or a polite kill); `factory run` goes on",
}


class FactoryError(Exception):
    """Ends a command with one line: what, where, what to do."""

    exit = Exit.COULD_NOT_RUN
    stop = "machine"  # the kind of stop that it makes of a run: `factory/reports/stops.py` has the words


class Mistake(FactoryError):
    """Something that the user wrote or typed is wrong; names the file, the line and the remedy."""

    exit = Exit.MISTAKE
    stop = "written"

    def __init__(self, what: str, *, path: str = "", line: int = 0, remedy: str = "") -> None:
        self.what, self.path, self.line, self.remedy = what, path, line, remedy
        super().__init__(self.seen + (f"; {remedy}" if remedy else ""))

    @property
    def seen(self) -> str:
        """What is wrong and where, without the remedy: for where somebody else is to mend it."""
        where = f"{self.path}:{self.line}: " if self.path and self.line else f"{self.path}: " if self.path else ""
        return f"{where}{self.what}"


class NoSigner(Mistake):
    """The key that signs the stamps is not there, or is none that main names."""

    stop = "signing"


class CouldNotRun(FactoryError):
    """The environment lacks something that the command needs."""


class GitFailed(CouldNotRun):
    """Git would not do one thing. Where it does all else, that is the trouble of the ticket for which it was asked."""


class NotHere(GitFailed):
    """An object that a partial clone left at its server."""


class CannotCheck(CouldNotRun):
    """Here nothing can tell whether a stamp is good: none is called bad for it."""


class NoWorker(CouldNotRun):
    """A worker cannot be used here: its program or its key is missing, or its key is refused."""

    stop = "worker"


class Unheard(CouldNotRun):
    """What passed is to be read before it is stamped, and the auditor gave no opinion: it waits, and is kept."""

    stop = "auditor"


class CannotJudge(CouldNotRun):
    """The gate cannot run on main itself, or main is red where it must not be."""

    stop = "main"


class DoesNotAddUp(CouldNotRun):
    """Two things that must agree do not: the run ends before it makes more of it."""

    stop = "count"


class Stopped(FactoryError):
    """A cap, a storm or an operator stopped the run; it can go on."""

    exit = Exit.STOPPED
    stop = "operator"


class InTheWay(Stopped):
    """Main could not move without harm to a person's checkout. `everyone`: no stamp at all could land there now."""

    stop = "way"

    def __init__(self, text: str, *, everyone: bool = False) -> None:
        super().__init__(text)
        self.everyone = everyone


class LimitReached(Stopped):
    """The caller's own limit on this run."""

    stop = "limit"


class TimeUp(Stopped):
    """The time has come until which the run was to work."""

    stop = "until"


class Held(Stopped):
    """An operator's `stop` holds while no run is on: none starts until `resume`."""

    stop = "held"


class Interrupted(Stopped):
    """Ctrl-C, or a polite kill."""

    exit = Exit.INTERRUPTED
    stop = "interrupted"


class StormStop(Stopped):
    """Too much went wrong in a row."""

    stop = "storm"


class RateLimited(StormStop):
    """A server refused call after call: nobody's work failed, and an hour may help."""


class QuotaUsed(Stopped):
    """A server lets nothing more through on this day."""

    stop = "quota"


class Busy(FactoryError):
    """Another controller holds this repository."""

    def __init__(self, pid: int) -> None:
        self.who = f"the running controller (pid {pid})" if pid > 0 else "the running controller"
        super().__init__(
            f"another controller works on this repository (pid {pid if pid > 0 else 'unknown'}); "
            "wait for it, or end it with `factory stop`"
        )


MACHINE = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EMFILE, errno.ENFILE, errno.ENOMEM}
)  # what the machine refuses to everybody: nobody's attempt failed


def is_machines(error: BaseException) -> bool:
    """Whether the machine refuses it to everybody."""
    return isinstance(error, OSError) and error.errno in MACHINE


FILES = "allow more (`ulimit -n 1024`)"
REMEDIES = {
    errno.ENOSPC: "make room",
    errno.EDQUOT: "make room",
    errno.ENOENT: "it is not there, or was removed while it was in use: look at that path",
    errno.EACCES: "let this user read and write there",
    errno.EPERM: "let this user read and write there",
    errno.EROFS: "it is mounted read-only: make it writable, or work on a clone",
    errno.EMFILE: FILES,
    errno.ENFILE: FILES,
    errno.ENOMEM: "free memory",
}


def of_machine(error: OSError) -> CouldNotRun:
    """A call that the machine refused, in the words of one line."""
    where = f": {error.filename}" if error.filename else ""
    remedy = REMEDIES.get(error.errno or 0, "mend it")
    return CouldNotRun(f"{error.strerror or error}{where}; {remedy}, then run again")


class Moved(FactoryError):
    """A ref was not where it was expected: somebody else moved it. Try again from its new place."""

    stop = "moved"

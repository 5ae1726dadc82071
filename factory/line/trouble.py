"""Whose an error is that is met at one ticket. What concerns every ticket ends the run; all else is that ticket's own.

Every ticket: a word to stop, a cap, a storm, main, the books, the machine. One ticket: before its worker has worked it
waits, and no attempt is counted; after that its attempt failed, by what was met. Booking that is the proof: where the
machine or git would let nothing through, it would not let this through either, and the run ends by that.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import factory
from factory.errors import (
    Busy,
    CannotJudge,
    CouldNotRun,
    DoesNotAddUp,
    FactoryError,
    GitFailed,
    InTheWay,
    Moved,
    Stopped,
    is_machines,
)
from factory.executors.local import Unfit, bare_work
from factory.line import booking
from factory.line.item import Done
from factory.model import Conclusion, Triage, Verdict
from factory.money.wallet import OverBudget
from factory.rooms.change import Change

COMMON = (Stopped, CannotJudge, DoesNotAddUp, Moved, Busy)
OURS = Path(factory.__file__).parent.parent


def is_common(error: Exception) -> bool:
    """Whether it concerns every ticket: then the run ends by it. What lies in the way of one concerns no other, and
    where one is too dear for what is left of a day, a cheaper one may not be."""
    if isinstance(error, OverBudget):
        return False
    if isinstance(error, InTheWay):
        return error.everyone
    return isinstance(error, COMMON) or is_machines(error)


def is_common_to_judge(error: Exception) -> bool:
    """The same of what is met while an attempt is judged: what was written wrong is main's there, and a sandbox that
    does not run is everybody's."""
    return is_common(error) or (isinstance(error, FactoryError) and not isinstance(error, GitFailed))


def as_word(error: Exception) -> FactoryError:
    """The error as a command tells it, in one line."""
    error = error.error if isinstance(error, Unfit) else error
    return error if isinstance(error, FactoryError) else CouldNotRun(in_words(error))


def in_words(error: Exception) -> str:
    """What was met, and where in the factory, for whoever is to mend that."""
    if isinstance(error, FactoryError):
        return str(error)
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else error.strerror
    return f"the factory itself failed: {type(error).__name__}: {error} ({(_frames(error) or ['nowhere'])[-1]})"


def verdict(error: Exception) -> Verdict:
    """The verdict on an attempt that broke what was to judge it."""
    lines = [f"it could not be judged: {in_words(error)}", *_frames(error)]
    return booking.refused(Triage.ENVIRONMENT, lines).model_copy(update={"status": Conclusion.COULD_NOT_RUN})


def bare(done: Done) -> Done:
    """The attempt without what its worker left, for where that cannot be booked: how it ended and what it cost, and
    not a word of it."""
    return done._replace(work=bare_work(done.work), change=Change({}, ()))


def _frames(error: Exception) -> list[str]:
    """`factory/gate/tiers.py:60 tests`, the outermost first; no path of this machine."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [(Path(frame.filename), frame) for frame in frames if Path(frame.filename).is_relative_to(OURS)]
    return [f"{path.relative_to(OURS)}:{frame.lineno} {frame.name}" for path, frame in inside]

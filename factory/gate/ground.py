"""Whether main itself can be judged: where it cannot, nobody's attempt can."""

from __future__ import annotations

from collections.abc import Collection

from factory.errors import CannotJudge
from factory.gate import triage
from factory.gate.asked import Say
from factory.gate.trial import KEEP_THE_PATH, Ran, Trial
from factory.gate.unlike import unlike
from factory.git.repo import Repo
from factory.git.store import GitTree
from factory.model import Answer, Oid
from factory.ssot.settings import Settings


def must_have_tiers(settings: Settings) -> None:
    """CannotJudge where no tier has a command."""
    if not any(settings.gate.tiers().values()):
        raise CannotJudge("all three tiers are empty; name a command under [gate] in ssot/factory.toml")


def must_run(repo: Repo, settings: Settings, trial: Trial, main: Oid, checks: Collection[str], say: Say) -> None:
    """CannotJudge where the gate cannot run on main, or is red there for the room alone. Beside it `checks`, which
    will be asked of main soon, are run."""
    must_have_tiers(settings)
    trial.prepare(main)
    commands = [(tier, command) for tier, commands in settings.gate.tiers().items() for command in commands]
    try:
        for command in (*(command for _, command in commands), *checks):
            trial.ahead(main, command)
        for tier, command in commands:
            say(f"the gate looks at main: {tier}")
            ran = trial.run(main, command)
            if why := _fault(ran, settings.gate.strict_main):
                remedy = f"{KEEP_THE_PATH if ran.blinded else 'mend it'}, then run again"
                said = f"`{command}` ({tier}) on main {why}; {remedy}. It said: {triage.gist(ran.output)}"
                raise CannotJudge(f"the gate cannot judge anything: {said}")
            if why := unlike(GitTree(repo.store, main), ran.seen):
                raise CannotJudge(
                    f"`{command}` ({tier}) is red on main in a room, and it may be for the room alone: {why}; "
                    "make that test skip there, or commit what it needs as it is"
                )
        for check in checks:
            trial.run(main, check)
    finally:
        trial.let_go()


def _fault(ran: Ran, strict: bool) -> str:
    """Why this run on main is no ground to judge on; "" where it is one. Single red tests are known reds."""
    if ran.timed_out:
        return "runs into its time limit"
    if ran.seen.tampered:
        return f"looks tampered with ({ran.seen.tampered})"
    if ran.seen.sessions and not ran.seen.collected:
        return f"finds no test (exit code {ran.code}): write a first one, or name what runs the tests under [gate]"
    if ran.answer is Answer.COULD_NOT_RUN:
        return f"could not run (exit code {ran.code})"
    if ran.answer is Answer.PASS:
        return ""
    return "" if ran.seen.finished and not strict else f"is red (exit code {ran.code})"

"""What a person does about each class of failure, beside what it means (`phrases`). Pure."""

from __future__ import annotations

from factory.model import Triage
from factory.reports.phrases import ENGLISH

REMEDY = {
    Triage.IMPORT: "The next attempt is told. Again and again: the gate's Python lacks it (`factory help project`).",
    Triage.PATH: "The next attempt is told. A file that is there for you and not in a room is not in git.",
    Triage.SCHEMA: "The next attempt is told. Write the shape that you want into the ticket.",
    Triage.TEST: "The next attempt is told. After three, the ticket is too large or unclear: split or reword it.",
    Triage.API: "Is the server up, and the key right? `factory workers --ping` asks it.",
    Triage.SCOPE: "Widen `modify` where the change was right; else say in the ticket what to leave alone.",
    Triage.GUARD: "The line names guard, file and reason (`factory help guards`); some name the term that lets it.",
    Triage.CONFLICT: "Nothing: it is tried again on today's main. Narrower `modify` globs keep tickets apart.",
    Triage.TIMEOUT: "Split the ticket, or raise `timeout_minutes` (worker) or `gate.timeout_minutes` (gate).",
    Triage.EMPTY: "Say in the ticket what is to change. Is it done already?",
    Triage.VACUOUS: "Write a test that is red today, and make it the check.",
    Triage.TAMPER: "Read the change (`factory log TICKET`). An honest one needs a criterion that states values.",
    Triage.WORKER: "`factory log TICKET` shows what it printed last.",
    Triage.ENVIRONMENT: "Make the command run on main: `factory gate`, or the check by hand.",
}


def told(triage: Triage) -> str:
    """A class of failure in two sentences: what it means, and what to do."""
    return f"{triage.value}: {ENGLISH.why[triage]}. {REMEDY[triage]}"

"""One look at the repository: everything that a turn decides on, read at one main and one ledger."""

from __future__ import annotations

import functools
from typing import Any, TypeVar

from factory.errors import Mistake
from factory.git import history, objects
from factory.git.ledger import FACTORY, Ledger, ticket_path
from factory.git.names import RESERVED
from factory.git.repo import Repo
from factory.model import Criterion, Oid, Ticket, Value
from factory.records.record import Record
from factory.records.state import View
from factory.ssot import crosscheck, documents, encoding, unread
from factory.ssot.read_settings import read_settings
from factory.ssot.settings import Settings

LATELY = 1000  # commits of main that are looked through for a rebase
RUNNING = "RUNNING"  # the state of `factory.json` from a run's beginning to its end
RED = "red.json"  # in the ledger: what stays red at a commit of main, and why
ROADMAP, CRITERIA, SETTINGS, RULES = "D_ROADMAP.md", "AC_LEDGER.md", "ssot/factory.toml", "ssot/SSOT_RULES.md"


class FactoryFile(Value):
    """`factory.json`: how the factory itself stands."""

    state: str = "READY"
    stop_reason: str | None = None
    stop_kind: str = ""  # a key of `stops.STOPS`
    next_command: str = ""
    main: Oid | None = None  # the stamps up to here are in the records
    run: str = ""
    since: float = 0.0
    stop_asked: str = ""  # an operator's `stop`, until a `resume`
    sandbox: str = ""  # what the last run worked in, so that looking needs no probe
    rooms: str = ""


def must_be_readable(repo: Repo, main: Oid) -> None:
    """Mistake where the rules are in an encoding that no worker could read."""
    encoding.read(repo.store.file(repo.store.tree_of(main), RULES) or b"", RULES)


def main_ref(settings: Settings) -> str:
    return f"refs/heads/{settings.factory.main}"


def find_main(repo: Repo) -> tuple[Settings, Oid]:
    """The settings as main's tip has them, and that tip. The settings say which branch is main."""
    first = settings_at(repo, "HEAD") or read_settings(None)
    tip = repo.tip(main_ref(first))
    if tip is None:
        raise _not_committed(repo) or no_branch(first.factory.main)
    settings = settings_at(repo, tip) or read_settings(None)
    if settings.factory.main != first.factory.main:
        raise Mistake(
            f"[factory] main is {first.factory.main} here, and {settings.factory.main} on {first.factory.main} itself",
            path=SETTINGS,
            remedy=f"check out the branch that is stamped, or let {first.factory.main} name itself",
        )
    return settings, tip


def zone_of(repo: Repo) -> str:
    """The factory's time zone; empty where main, or what it says, cannot be read."""
    try:
        return find_main(repo)[0].factory.timezone
    except Mistake:
        return ""


def no_branch(main: str) -> Mistake:
    return Mistake(
        f"there is no branch {main}, or it has no commit",
        remedy=f"commit on it, or name the branch that is stamped as [factory] main in {SETTINGS}",
    )


def _not_committed(repo: Repo) -> Mistake | None:
    """What to do where the settings lie in the checkout and in no commit yet: they say which branch is main."""
    at = repo.work_tree / SETTINGS if repo.work_tree else None
    if at is None or not at.is_file() or settings_at(repo, "HEAD"):
        return None
    return Mistake(
        "the factory reads what is committed, and no commit has this file yet",
        path=SETTINGS,
        remedy=f"`git add -A && git commit` on {read_settings(at.read_bytes()).factory.main}",
    )


def settings_at(repo: Repo, name: str) -> Settings | None:
    """The settings file at a commit; None where it has none."""
    try:
        content = repo.store.file(name, SETTINGS)
    except KeyError:
        return None
    return None if content is None else read_settings(content)


def look(repo: Repo, ledger: Ledger, main: Oid) -> View:
    """The view at this main. Mistake where one of the two tables is missing or wrong, or the reserved name is taken.

    A stamp's event may come meanwhile, by another thread: how far main is in the records is read before them, for
    what they hold besides does no harm, and a stamp that is neither in them nor among main's words is lost.
    """
    if repo.store.entry(repo.store.tree_of(main), RESERVED):
        raise _tracked(repo, main)
    tickets, criteria = _tables(_document(repo, main, ROADMAP), _document(repo, main, CRITERIA))
    folded = factory_file(ledger).main
    records = {record.ticket: record for record in ledger.read_all("tickets", Record.model_validate).values()}
    if folded is not None and not history.on_line(repo, main, folded):
        records |= {record.ticket: record for record in lost(repo, ledger, main)}
        folded = None  # main was rewritten: fold it all again
    return View(main, tickets, criteria, records, history.words(repo, main, folded))


@functools.lru_cache(2)  # what was right stays so; a run looks anew after each event
def _tables(roadmap: bytes, ledger: bytes) -> tuple[tuple[Ticket, ...], tuple[Criterion, ...]]:
    tickets = documents.read_roadmap(roadmap)
    unread.check(roadmap)
    criteria = documents.read_ledger(ledger)
    crosscheck.check(tickets, criteria)
    return _shared(tickets), _shared(criteria)


Row = TypeVar("Row", Ticket, Criterion)
_LAST: dict[type, dict[str, Any]] = {}  # kind of row -> the rows that were read last, by id


def _shared(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """The same rows; one that did not change is the very value of the last time. A stamp changes two rows of ten
    thousand, and who looks for days would else hold, and shred its memory with, a new copy of all after each."""
    known = _LAST.get(type(rows[0]), {}) if rows else {}
    found = tuple(old if (old := known.get(row.id)) == row else row for row in rows)
    if found:
        _LAST[type(found[0])] = {row.id: row for row in found}
    return found


def _tracked(repo: Repo, main: Oid) -> Mistake:
    """Main holds the reserved name: a person's own folder, or a stamp that a rebase has taken apart."""
    steps, settings = ("plan", "work", "evidence"), settings_at(repo, main) or read_settings(None)
    for logged in repo.log(main, limit=LATELY):
        if objects.trailers(logged.message).get("Factory-Event") in steps:
            return Mistake(
                "main holds an attempt's own commits on its line: a rebase (`git pull --rebase`, say) took a stamp "
                "apart",
                path=RESERVED,
                remedy="take it back with `git reset --hard ORIG_HEAD && git pull --no-rebase`, and keep it from "
                f"happening again with `git config branch.{settings.factory.main}.rebase false`",
            )
    return Mistake(
        "main tracks this name, and it is reserved for the factory", path=RESERVED, remedy="rename it, and commit"
    )


def folds(repo: Repo, ledger: Ledger, main: Oid) -> dict[str, Any]:
    """What an event leaves that brings the records up to a commit of main. Call it with the ledger's lock held."""
    factory = factory_file(ledger)
    moved = factory.main is not None and not history.on_line(repo, main, factory.main)
    gone = lost(repo, ledger, main) if moved else ()
    records = {ticket_path(record.ticket): record.model_dump(mode="json") for record in gone}
    return records | {FACTORY: factory.model_copy(update={"main": main}).model_dump(mode="json")}


def lost(repo: Repo, ledger: Ledger, main: Oid) -> tuple[Record, ...]:
    """The records, put right, of stamps that a main that was rewritten does not hold: their tickets are not DONE.

    None in a shallow clone: what lies below its edge cannot be told from what is gone."""
    if repo.shallow:
        return ()
    said = {word.ticket for word in history.words(repo, main)}
    records = ledger.read_all("tickets", Record.model_validate).values()
    return tuple(record.released() for record in records if record.stamp and record.ticket not in said)


def factory_file(ledger: Ledger) -> FactoryFile:
    return ledger.read(FACTORY, FactoryFile.model_validate) or FactoryFile()


def _document(repo: Repo, main: Oid, path: str) -> bytes:
    content = repo.store.file(main, path)
    if content is None:
        raise Mistake("this file is not on the main branch", path=path, remedy="`factory init` writes one; commit it")
    return content

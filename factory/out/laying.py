"""Lays the folder of files to open: today's page, and the files of the run that is on or was last."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from factory.git import history
from factory.git.ledger import Ledger
from factory.git.repo import LEDGER
from factory.money.budget import day_of
from factory.out import one_run
from factory.out.folder import Folder, folder
from factory.out.one_run import RunFiles
from factory.records.view import FactoryFile, factory_file, main_ref
from factory.reports import daily, phrases, report, trail
from factory.reports.daily import Day
from factory.reports.runs import RunTold, runs
from factory.reports.setbacks import told_of_run, why_file
from factory.reports.wording import Phrases
from factory.ssot.settings import Settings


def lay(ledger: Ledger, settings: Settings) -> Folder | None:
    """Write what differs; the folder, or None where none is kept. Called by the controller alone. Mistake where the
    folder's name is taken; OSError where it cannot be written to."""
    ledger, ref = ledger.at(ledger.repo.tip(LEDGER)), main_ref(settings)
    main = ledger.repo.tip(ref)
    found = folder(ledger.repo, main, settings.factory.out) if main else None
    if found is None:
        return None
    found.sweep()
    zone, words = ZoneInfo(settings.factory.timezone), phrases.of(settings.factory.language)
    day = daily.facts(ledger, ref, settings, day_of(ledger.now(), zone), alive=True)
    for name, page in (
        ("today.md", report.page_in(day, phrases.ENGLISH)),
        ("today.ko.md", report.page_in(day, phrases.KOREAN)),
        ("today.html", report.page_as_html(day, words)),
    ):
        found.lay(name, page.encode("utf-8", "replace"))
    factory = factory_file(ledger)
    if factory.run:
        _owed(ledger, found, day, factory.run, words)
        found.hold(f"runs/{factory.run}", one_run.files(ledger, _run(ledger, day, factory, words, zone)))
        found.keep("runs")
    return found


def _owed(ledger: Ledger, found: Folder, day: Day, run: str, words: Phrases) -> None:
    """What today's page names of earlier runs: one that was killed left no page, and a person may have deleted it."""
    blocked = {one.ticket for one in day.blocked}
    for one in day.worked:
        if one.ticket in blocked and one.last and one.run != run:
            path = why_file(one.run, one.last.name)
            if not found.has(path):
                found.lay(path, one_run.page(ledger, one.last, words).encode("utf-8", "replace"))


def _run(ledger: Ledger, day: Day, factory: FactoryFile, words: Phrases, zone: ZoneInfo) -> RunFiles:
    eve = history.before(ledger.repo, LEDGER, factory.since)
    events = one_run.of_run(trail.between(ledger.repo, ledger.tip, eve), factory.run)
    last = (runs(events) or (RunTold(run=factory.run),))[-1]
    return RunFiles(factory.run, events, zone, words, told_of_run(day, last, words))

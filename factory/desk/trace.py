"""`factory log`: the audit trail, and of one item what each attempt did, as its evidence in git tells it."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo

from factory.desk.log_words import ENGLISH, LogWords, words_of
from factory.git.repo import Repo
from factory.line.answer import Answer
from factory.records import attempts
from factory.records.elsewhere import not_known
from factory.records.view import find_main
from factory.reports.trail import as_line, must_be_known, printed, trail, when
from factory.reports.tried import Tried, tried

LOG_TAIL = 12  # lines of a put-off worker's output
MOST = 6  # files, and lines of a failure, that are told


def trace(path: Path, id: str | None, limit: int, language: str = "") -> Answer:
    """The newest events, or all of them for 0; of one item with what each attempt did, and printed last.

    `language` is that of the text: `en`, `ko`, or as the settings say. The data are in English.
    """
    with Repo(path) as repo:
        settings = find_main(repo)[0].factory
        words, zone = words_of(language or settings.language), ZoneInfo(settings.timezone)
        events = trail(repo, id, limit)
        if id and not events:
            must_be_known(repo, id)
        unknown = "" if events else not_known(repo)
        more = [(tried(repo, event), printed(repo, event)) if id else (None, "") for event in events]
    nothing = words.nothing_of.format(id) if id else words.nothing
    lines = [] if events else [unknown or nothing]
    data = []
    for event, (found, last) in zip(events, more, strict=True):
        told = lines_of(found, words) if found else []
        lines += [as_line(event, zone, words.event(event)), *(f"    {line}" for line in told)]
        lines += [f"    | {line}" for line in last.splitlines()[-LOG_TAIL:]]
        tries = lines_of(found) if found else []
        more_data = {"when": when(event, zone).isoformat(), "printed": last, "tried": tries}
        data.append(event.model_dump(mode="json") | {name: value for name, value in more_data.items() if value})
    return Answer(text="\n".join(lines), data=data)


def lines_of(one: Tried, words: LogWords = ENGLISH) -> list[str]:
    """What an attempt did, and why it failed, in lines."""
    model = words.model.format(one.model) if one.model else ""
    paid = words.sum("calls", one.calls), words.sum("usd", one.usd)
    at = f"git show {one.evidence[:12]}:{attempts.place(one.item)}/evidence/{one.log}"
    return [
        words.worker.format(one.worker, model, one.seconds, *paid),
        _changed(one, words),
        *(words.failed.format(words.reason(line)) for line in one.failed[:MOST]),
        *([words.more_failed(len(one.failed) - MOST)] if len(one.failed) > MOST else []),
        *(f"| {line}" for line in one.assertion),
        words.patch.format(f"git show {one.work[:12]}"),
        (words.gate_said if one.log == "gate.log" else words.worker_said).format(at),
    ]


def _changed(one: Tried, words: LogWords) -> str:
    paths = one.size.files
    if not paths:
        return words.changed_nothing
    rest = words.more_files.format(len(paths) - MOST) if len(paths) > MOST else ""
    return words.changed.format(f"{words.files(len(paths))}: {', '.join(paths[:MOST])}{rest}", one.size)

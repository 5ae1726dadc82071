"""Commands that look and change nothing. What is heavy to load is loaded by whoever asks for it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from factory.desk import commands
from factory.desk.caller import Caller
from factory.desk.commands import Command
from factory.errors import Exit, FactoryError
from factory.line.answer import Answer, answer_of


def status(caller: Caller, _: commands.Status) -> Answer:
    from factory.desk.snapshot import snapshot
    from factory.desk.status import as_text, document
    from factory.desk.status_words import words_of

    seen = snapshot(caller.path, time.time(), "all" if caller.wanted.data else "open")
    words = words_of(caller.wanted.language or seen.language)
    return Answer(text=as_text(seen, words), data=document(seen) if caller.wanted.data else None)


def meaning(word: str) -> str:
    """What a class of failure means, and what to do about it; empty for any other word."""
    from factory.model import Triage
    from factory.reports.failures import told

    return told(Triage(word)) if word in Triage.__members__ else ""


def language_of(path: Path) -> str:
    """What [factory] language says in the repository there (`en` or `ko`); empty where none is there, or it cannot be
    read: the manual is read where nothing works yet."""
    from factory.git.repo import Repo
    from factory.records.view import find_main

    try:
        with Repo(path) as repo:
            return find_main(repo)[0].factory.language
    except (FactoryError, OSError):
        return ""


def report(caller: Caller, asked: commands.DayReport) -> Answer:
    from factory.git.repo import Repo
    from factory.reports.filed import daily_page

    with Repo(caller.path) as repo:
        return Answer(text=daily_page(repo, time.time(), asked.date, caller.wanted.language).rstrip("\n"))


def kpi(caller: Caller, asked: commands.Kpi) -> Answer:
    from factory.desk.kpi import as_json, as_text, kpis

    found, alerts, seen = kpis(caller.path, time.time())
    code = Exit.FAIL if asked.fail_on_alert and alerts else Exit.OK
    return Answer(text=as_text(found, alerts, seen), data=as_json(found, alerts), exit=code)


def metrics(caller: Caller, asked: commands.Metrics) -> Answer:
    from factory.desk.metrics import page, write

    found = page(caller.path, time.time())
    if asked.textfile is None:
        return Answer(text=found.text.rstrip("\n"))
    write(asked.textfile, found)
    return Answer()  # cron mails what is said


def alerts(caller: Caller, asked: commands.Alerts) -> Answer:
    from factory.desk.metrics import as_json, as_text, judged, rules

    if asked.rules:
        return Answer(text=rules())
    found = judged(caller.path, time.time())
    wakes = any(one.rule.priority == "page" for one in found.fired)
    return Answer(text=as_text(found), data=as_json(found), exit=Exit.FAIL if wakes else Exit.OK)


def log(caller: Caller, asked: commands.Log) -> Answer:
    from factory.desk.trace import trace

    return trace(caller.path, asked.item, asked.limit, caller.wanted.language)


def traces(caller: Caller, asked: commands.Traces) -> Answer:
    from factory.desk.traced import traced

    return traced(caller.path, asked.item, asked.limit, asked.otlp)


def dry(caller: Caller, _: commands.Dry) -> Answer:
    from factory.desk.dry import as_text, decisions
    from factory.git.repo import Repo

    with Repo(caller.path) as repo:
        found = decisions(repo, time.time(), caller.environ)
    told = {"text": as_text(found.document), "data": found.document}
    return answer_of(found.faults[0], **told) if found.faults else Answer(exit=found.exit, **told)


def workers(caller: Caller, asked: commands.Workers) -> Answer:
    from factory.line.ping import HELLO
    from factory.line.roster import as_text, roster

    found = roster(caller.path, caller.environ, HELLO if asked.ping else None)
    ready = all(one["ready"] for one in found["workers"])
    return Answer(text=as_text(found), data=found, exit=Exit.OK if ready else Exit.COULD_NOT_RUN)


def ping(caller: Caller, asked: commands.Ping) -> Answer:
    from factory.desk.pinged import pinged

    return pinged(caller, notify=asked.notify, synthetic=asked.synthetic)


def scan(caller: Caller, _: commands.Scan) -> Answer:
    from factory.proposals.scan import as_paragraph
    from factory.proposals.scan import scan as look_over

    found = look_over(caller.path)
    return Answer(text=as_paragraph(found), data=found)


def schedule(caller: Caller, asked: commands.Schedule) -> Answer:
    from factory.operator.schedule import Wish
    from factory.operator.schedule import schedule as text_for

    wish = Wish(asked.at, asked.until, asked.forever, asked.kind)
    text, data = text_for(caller.path, caller.environ, time.time(), wish)
    return Answer(text=text, data=data)


def check_consistency(caller: Caller, _: commands.CheckConsistency) -> Answer:
    from factory.operator.drift import drifts
    from factory.plain import many

    found = drifts(caller.path)
    agreed = "the tables, the cards, the stamps and the ledger agree"
    lines = [*(f"{drift.where}: {drift.what}" for drift in found), many(len(found), "drift") if found else agreed]
    data = {"drifts": [drift._asdict() for drift in found]}
    return Answer(text="\n".join(lines), data=data, exit=Exit.FAIL if found else Exit.OK)


def kb(caller: Caller, asked: commands.KbList | commands.KbSearch) -> Answer:
    from factory.line.knowledge import search
    from factory.line.learning import as_line, read_lessons

    found = read_lessons(caller.path)
    found = search(found, asked.words) if isinstance(asked, commands.KbSearch) else found
    return Answer(text="\n".join(map(as_line, found)), data=[lesson.model_dump(mode="json") for lesson in found])


def kb_show(caller: Caller, asked: commands.KbShow) -> Answer:
    from factory.line.learning import one_lesson, read_lessons
    from factory.plain import json_text

    found = one_lesson(read_lessons(caller.path), asked.fingerprint).model_dump(mode="json")
    return Answer(text=json_text(found), data=found)


DOES: Mapping[type[Command], Callable[[Caller, Any], Answer]] = {
    commands.Status: status,
    commands.DayReport: report,
    commands.Kpi: kpi,
    commands.Metrics: metrics,
    commands.Alerts: alerts,
    commands.Log: log,
    commands.Traces: traces,
    commands.Dry: dry,
    commands.Workers: workers,
    commands.Ping: ping,
    commands.Scan: scan,
    commands.Schedule: schedule,
    commands.CheckConsistency: check_consistency,
    commands.KbList: kb,
    commands.KbSearch: kb,
    commands.KbShow: kb_show,
}

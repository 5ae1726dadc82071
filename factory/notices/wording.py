"""Causes in words, in the reader's language: what happened, what to do, where more stands. Pure."""

from __future__ import annotations

from typing import NamedTuple

from factory.model import Triage
from factory.notices.causes import RunDid
from factory.notices.notice import Cause, Notice, Urgency
from factory.notices.phrases import NoticePhrases
from factory.plain import whole_line
from factory.reports.stops import STOPS
from factory.ssot.settings import Word

NAMED = 6  # items that a message names
LONGEST = 400  # characters of a reason in a message: a phone shows no more


class NoticeFrame(NamedTuple):
    """What every message of a run has in common."""

    place: str  # the repository's folder
    words: NoticePhrases
    page: str  # the file or the command to open


class HowEnded(NamedTuple):
    """How a run ended: its kind, the exact reason, the command that goes on."""

    kind: str
    why: str
    command: str


def of_cause(cause: Cause, around: NoticeFrame) -> Notice:
    """The message about a cause that is no end of a run."""
    words, items = around.words, cause.items
    if cause.event == "budget":
        title, happened, todo = words.title["near"], words.near.format(_exact(cause.why)), words.raise_cap
    elif cause.event == "waits":
        happened, todo = words.waits.format(_exact(cause.why)), words.waiting
    else:
        happened, todo = _blocked(cause, words), words.day.next_blocked.format(items[0])
    if items:
        one_or_many = words.one if len(items) == 1 else words.title
        title = one_or_many[cause.event].format(n=len(items), item=items[0])
    if len(items) > 1:
        happened = f"{_names(items, words)}. {happened}"
    return Notice(
        event=cause.event,
        key=cause.key,
        title=_title(around, title),
        happened=happened,
        todo=words.todo.format(todo),
        look=words.page.format(around.page),
        items=items,
    )


def of_stop(stop: HowEnded, key: str, run: RunDid, around: NoticeFrame) -> Notice:
    """The message about the end of a run, with what it did."""
    words, kind = around.words, STOPS[stop.kind]
    event: Word = EVENTS.get(stop.kind, "stopped")
    told = [_sentence(words.day.stop[stop.kind], stop.kind, stop.why, words)]
    told += [words.counts.format(stamped=run.stamped, failed=run.failed)]
    told += [words.blocked.format(_names(run.blocked, words))] if run.blocked else []
    return Notice(
        event=event,
        key=key,
        title=_title(around, words.title[event]),
        happened=" ".join(told),
        todo=words.todo.format(_way_on(stop, kind.state, run, words)),
        look=words.page.format(around.page),
        urgency="P3" if event == "finished" else "P2" if stop.kind in BY_A_PERSON else "P1",
        items=run.blocked,
    )


EVENTS: dict[str, Word] = {"storm": "storm", "budget": "budget", "done": "finished", "limit": "finished"}
BY_A_PERSON = ("operator", "held", "interrupted")


def _way_on(stop: HowEnded, state: str, run: RunDid, words: NoticePhrases) -> str:
    if stop.kind == "done":
        return words.day.next_blocked.format(run.blocked[0]) if run.blocked else words.nothing
    return (words.mend if state == "FAIL_STOP" or stop.kind == "storm" else words.go_on).format(stop.command)


def of_alert(name: str, told: str, urgency: Urgency, around: NoticeFrame) -> Notice:
    """The message about a number that is beyond its threshold."""
    words = around.words
    title = words.title["alert"].format(urgency=urgency)
    return Notice(
        event="alert",
        key=f"alert:{name}",
        title=_title(around, f"{title}: {name}"),
        happened=_exact(told),
        todo=words.todo.format(words.alert),
        look=words.page.format(around.page),
        urgency=urgency,
    )


def of_test(around: NoticeFrame) -> Notice:
    """What `factory ping --notify` sends."""
    words = around.words
    title, todo = _title(around, words.title["test"]), words.todo.format(words.test_todo)
    return Notice("finished", "test", title, words.test, todo, words.page.format(around.page), "P3")


def _title(around: NoticeFrame, said: str) -> str:
    return f"{whole_line(around.place)}: {said}"


def _blocked(cause: Cause, words: NoticePhrases) -> str:
    if cause.kind not in Triage.__members__:
        return _exact(words.day.by_hand.get(cause.why) or cause.why or words.day.untold)
    return _sentence(f"{words.day.why[Triage(cause.kind)].capitalize()}.", cause.kind, cause.why, words)


def _sentence(plain: str, kind: str, why: str, words: NoticePhrases) -> str:
    """The sentence of its kind, and the exact reason: in this language, where it has it, and as it was told."""
    exact = [words.day.detail(kind, why), _exact(why)] if why else []
    return " ".join((plain, *(f"({one})" for one in dict.fromkeys(filter(None, exact)))))


def _exact(why: str) -> str:
    return whole_line(why, LONGEST)


def _names(items: tuple[str, ...], words: NoticePhrases) -> str:
    named = ", ".join(items[:NAMED])
    return words.and_more.format(named, len(items) - NAMED) if len(items) > NAMED else named

"""Why an attempt ended as it did, on a page of its own: what was asked, what was changed, what failed, what to do."""

from __future__ import annotations

from collections.abc import Iterator

from factory.model import Triage
from factory.out.words import LABELS, Labels
from factory.reports.blocks import Block, Bullets, Grid, Paragraph, Printed, Title, quoted, said, worded
from factory.reports.tried import CheckAsked, Tried
from factory.reports.wording import Phrases

MOST = 20  # lines of a list
SUMMARY = 2000  # characters of what a worker says of its own work


def why(one: Tried, patch: str, next_told: tuple[str, ...], words: Phrases) -> Iterator[Block]:
    """The page. `next_told`: what the attempt after this one was told of it; empty where there was none."""
    labels = LABELS[words.language]
    yield Title(f"{one.item}#{one.attempt} {said(one.title)}".rstrip(), 1)
    yield Paragraph(_verdict(one, words, labels))
    yield Title(labels.asked)
    yield from [Printed(one.asked)] if one.asked.strip() else []
    yield Grid(labels.criteria, tuple(_row(asked, words) for asked in one.criteria))
    if one.told:
        yield Paragraph(labels.told)
        yield Bullets(tuple(map(quoted, one.told[:MOST])))
    yield Title(labels.failed)
    yield from _failed(one, words, labels)
    yield Title(labels.changed)
    yield Paragraph(labels.size.format(len(one.size.files), one.size))
    yield from [Paragraph(said(one.summary, SUMMARY))] if one.summary.strip() else []
    yield Printed(patch, "diff")
    yield Title(labels.log)
    yield Printed(one.tail)
    if next_told:
        yield Title(labels.next_told)
        yield Bullets(tuple(map(quoted, next_told[:MOST])))
    yield Title(labels.do)
    yield Paragraph(_remedy(one, labels))
    yield Bullets((f"`factory log {one.item}`", f"`git show {one.work[:12]}`", f"`git show {one.evidence[:12]}`"))


def _verdict(one: Tried, words: Phrases, labels: Labels) -> str:
    spent = labels.spent.format(
        worker=said(one.worker),
        model=said(one.model) or words.not_known,
        lasted=words.duration(one.seconds),
        cost=words.paid(one.usd),
        calls=one.calls,
    )
    triage = _triage(one)
    return f"**{one.status} {triage.value}**: {words.why[triage]}. {spent}" if triage else f"**{one.status}**. {spent}"


def _triage(one: Tried) -> Triage | None:
    return Triage(one.triage) if one.triage in Triage.__members__ else None


def _row(asked: CheckAsked, words: Phrases) -> tuple[str, ...]:
    lights = (asked.before or words.not_known, asked.after or words.not_known)
    return (asked.id, said(asked.text), quoted(asked.check) if asked.check else words.not_known, *lights)


def _failed(one: Tried, words: Phrases, labels: Labels) -> Iterator[Block]:
    if not one.failed:
        yield Paragraph(labels.nothing_failed)
        return
    yield Bullets(tuple(_line(one.triage, line, words) for line in one.failed[:MOST]))
    if one.assertion:
        yield Printed("\n".join(one.assertion))


def _line(kind: str, line: str, words: Phrases) -> str:
    return ": ".join(filter(None, (worded(words.detail(kind, line) or ""), quoted(line))))


def _remedy(one: Tried, labels: Labels) -> str:
    triage = _triage(one)
    return labels.remedy[triage].replace("TICKET", one.item) if triage else labels.nothing

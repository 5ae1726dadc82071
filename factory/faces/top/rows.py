"""What the panel shows, line by line. Strangers' words are made safe here: no terminal obeys any of them. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from factory.desk.panes.line import AtWork, line_pane, queue_pane
from factory.desk.panes.money import Bar, money_pane
from factory.desk.panes.reasons import stop_in
from factory.desk.panes.ribbon import ribbon
from factory.desk.panes.watch import Sighting
from factory.desk.panes.words import lasted, money, words
from factory.model import Event, State
from factory.plain import cut, padded, whole_line

BAR = 20  # columns of the longest bar
NARROW = 60  # columns: in fewer a word is a sign
NAME = 12  # columns of a bar's name
HOW = {"done": "+", "failed": "x", "returned": "-", "works": "*", "waits": "o", "free": "."}
COUNTED = (("done_today", "done"), ("failed_today", "failed"))


class Frame(NamedTuple):
    """What a look is shown in: the language, and columns."""

    language: str
    wide: int


def top_line(look: Sighting, frame: Frame) -> str:
    """The day in one line; what matters most comes first, for a narrow window cuts its end off."""
    said, now = words(frame.language), ribbon(look)
    done, failed = (f"{said[name]} " if frame.wide >= NARROW else HOW[how] for name, how in COUNTED)
    parts = [
        said["states"].get(now.state, now.state),
        f"{done}{now.done}",
        f"{failed}{now.failed}",
        f"{money(now.spent)}/{money(now.cap)}",
    ]
    if now.lead_minutes is not None:
        parts.append(f"{said['lead']} {lasted(frame.language, now.lead_minutes * 60)}")
    if now.autonomy is not None:
        parts.append(f"{said['autonomy']} {now.autonomy:.0%}")
    return cut("  ".join(parts), frame.wide)


def second_line(look: Sighting, frame: Frame) -> str:
    """Why it stands still and the command that goes on; or what waits, and first of it what needs a person."""
    said, pane, queue = words(frame.language), line_pane(look), queue_pane(look)
    if pane.why:
        return cut(whole_line(f"{pane.next}: {stop_in(frame.language, pane.why)}".strip(": ")), frame.wide)
    counts = (("blocked", queue.blocked), ("ready", queue.ready), ("held", queue.held), ("planned", queue.planned))
    return cut("  ".join(f"{said[name]} {number}" for name, number in counts), frame.wide)


def key_line(keys: Iterable[tuple[str, str]], frame: Frame) -> str:
    """Keys with what they do; closer together where the window is narrow."""
    said = words(frame.language)
    gap = "  " if frame.wide >= NARROW else " "
    return cut(gap.join(f"{key} {said[name].lower()}" for key, name in keys), frame.wide)


def work_lines(works: Sequence[AtWork], tails: Mapping[str, Sequence[str]], frame: Frame, rows: int) -> list[str]:
    """Each room with the end of what it prints; the rows are shared among them."""
    if not works:
        return [words(frame.language)["nobody_works"]]
    share = max(0, rows // len(works) - 1)
    found = list[str]()
    for work in works:
        found.append(cut(_at_work(work, frame), frame.wide))
        tail = tails.get(work.id, ())[-share:] if share else ()
        found += [cut(f"  | {whole_line(line)}", frame.wide) for line in tail]
    return found


def _at_work(work: AtWork, frame: Frame) -> str:
    said = words(frame.language)
    parts = [f"{work.id}#{work.attempt}"]
    parts += [lasted(frame.language, work.lasted)] if work.lasted is not None else []
    parts += [f"{said['beat']} {lasted(frame.language, work.silent)}"] if work.silent is not None else []
    parts += [money(work.usd)] if work.usd else []
    return f"{'! ' if work.stale else ''}{'  '.join(parts)}  {whole_line(work.title)}"


def box_lines(look: Sighting, frame: Frame) -> list[str]:
    """Boxes of three and three."""
    found = []
    for row in line_pane(look).boxes:
        front, back = (" ".join(f"{HOW[place.how]}{place.id}" for place in half) for half in (row.front, row.back))
        found.append(cut(f"{row.name}  {front} | {back}", frame.wide))
    return found


def queue_rows(look: Sighting, frame: Frame) -> Iterator[tuple[str, ...]]:
    """id, priority, tries, title, what it waits for: who needs a person, then who starves, then the others."""
    said = words(frame.language)
    for item in look.seen.items:
        if item.state is State.BLOCKED:
            why = " ".join(filter(None, (said["blocked"], item.triage.value if item.triage else "", item.why)))
            yield item.id, item.priority, str(item.attempts), _title(item.title, frame), whole_line(why)
    for row in queue_pane(look).rows:
        after = f"{said['after']} {', '.join(row.deps)}" if row.deps else ""
        why = " ".join(filter(None, (said["starves"] if row.starves else "", after, whole_line(row.why))))
        yield row.id, row.priority, str(row.attempts), _title(row.title, frame), why


def _title(text: str, frame: Frame) -> str:
    """As much of it as leaves room for what stands beside it."""
    return cut(whole_line(text), max(12, frame.wide // 3))


def money_lines(look: Sighting, frame: Frame) -> Iterator[str]:
    """Caps, then bars by hour, by model, by ticket."""
    said, pane = words(frame.language), money_pane(look)
    for cap in pane.caps:
        name = said["measures"].get(cap.name, cap.name)
        settled, reserved, most = (money(n) if cap.name == "usd" else f"{n:,.0f}" for n in cap[1:])
        used = f"{said['spent']} {settled}  {said['reserved']} {reserved}  {said['most']} {most}"
        if frame.wide < NARROW:
            used = f"{settled}+{reserved}/{most}"
        yield cut(f"{_name(name)}{cap.share:>3} %  {used}", frame.wide)
    for title, bars in (("by_hour", pane.hours), ("by_model", pane.models), ("by_ticket", pane.items)):
        if shown := [bar for bar in bars if bar.amount]:
            yield from ("", said[title])
            yield from (cut(f"{_name(bar.name)} {_bar(bar, frame)} {money(bar.amount)}", frame.wide) for bar in shown)


def _name(text: str) -> str:
    return padded(cut(whole_line(text), NAME), NAME)


def _bar(bar: Bar, frame: Frame) -> str:
    longest = max(1, min(BAR, frame.wide - NAME - 14))
    return "#" * max(1, bar.share * longest // 100)


def event_lines(events: Iterable[Event], look: Sighting, asked: str = "") -> list[str]:
    """The events, oldest first, that hold a word."""
    found = []
    for event in events:
        at = dt.datetime.fromtimestamp(event.time, look.zone)
        where = f"{event.ticket}#{event.attempt}" if event.attempt else event.ticket
        line = whole_line(f"{at:%m-%d %H:%M:%S} {event.name:<10} {where:<12} {event.text}")
        if asked.lower() in line.lower():
            found.append(line)
    return found

"""The end of a half: an event with its counts, which main's own commits must bear out."""

from __future__ import annotations

from factory.errors import DoesNotAddUp
from factory.git import history
from factory.line.house import House
from factory.model import Event
from factory.records import boxes
from factory.records.boxes import Half
from factory.records.state import View, states


def close(house: House, half: Half, view: View) -> None:
    """Close the half. DoesNotAddUp where the records count a stamp that main does not have."""
    done = boxes.closed(half, states(view))
    since = half.main if half.main and history.on_line(house.repo, view.main, half.main) else None
    landed = {w.ticket for w in history.words(house.repo, view.main, since) if w.stamp}
    if missing := sorted(set(done.stamped) - landed):
        raise DoesNotAddUp(f"{half.name} counts {missing[0]} as stamped, and main has no stamp for it since")
    ended = f"{len(done.dealt)} dealt, {len(done.stamped)} stamped, {len(done.failed)} failed"
    text = f"{done.date} ({house.settings.factory.timezone}) {done.name}: {ended}"
    house.ledger.append(Event(name="checkpoint", text=text), {done.path: done.model_dump(mode="json")})
    house.say("", f"checkpoint {text}")

"""What a page that is open is told: first all of it, then each piece that became another one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence

from factory.faces.web.console import Console
from factory.faces.web.drawing import RIBBON, lines, partial

WAIT = 10.0  # seconds without news, after which the line is tried


async def messages(console: Console, panes: Sequence[str], asked: str) -> AsyncIterator[str]:
    """The messages for one page. A page that is slow is told less often, and never less: what comes is how it stands
    when it comes. The last events go ahead of the panes, which are larger."""
    told: dict[str, str] = {}
    looked = -1
    console.watchers += 1
    try:
        await console.first()
        while True:
            heard, last = console.heard, looked
            if last >= 0 and "line" in panes and (new := _new(told, {"news": console.told(asked)})):
                yield new
            if (looked := console.looked) != last:
                now = {RIBBON: console.drawn(RIBBON, asked)}
                now |= {f"pane-{name}": console.drawn(name, asked) for name in panes}
                if "line" in panes and console.ready:  # that pane has the events of the look in it, which are older
                    told.pop("news", None)
                    now["news"] = console.told(asked)
                if new := _new(told, now):
                    yield new
            await console.change(heard, looked, WAIT)
    finally:
        console.watchers -= 1


def _new(told: dict[str, str], now: Mapping[str, str]) -> str:
    """The pieces that were not told yet, and are from here on; empty for none."""
    new = {place: text for place, text in now.items() if told.get(place) != text}
    told |= new
    return lines(partial(place, text) for place, text in new.items())

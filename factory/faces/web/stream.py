"""What a page that is open is told: first all of it, then each piece that became another one."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

from factory.faces.web.console import Console
from factory.faces.web.drawing import drawn, lines, news, partial

WAIT = 10.0  # seconds without news, after which the line is tried


async def messages(console: Console, panes: Sequence[str], asked: str) -> AsyncIterator[str]:
    """The messages for one page. A page that is slow is told less often, and never less: what comes is how it stands
    when it comes."""
    told: dict[str, str] = {}
    console.watchers += 1
    try:
        await console.first()
        while True:
            heard, looked = console.heard, console.looked
            now = {"ribbon": drawn(console, "ribbon", asked)}
            now |= {f"pane-{name}": drawn(console, name, asked) for name in panes}
            if "line" in panes and console.ready:
                now["news"] = news(console, asked)
            new = {place: text for place, text in now.items() if told.get(place) != text}
            if new:
                told |= new
                yield lines(partial(place, text) for place, text in new.items())
            await console.change(heard, looked, WAIT)
    finally:
        console.watchers -= 1

"""Values to HTML. All text is escaped, and is without what a browser obeys or hides, whoever wrote it."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from factory.desk.panes import reasons, words
from factory.desk.panes.catalogue import PANES, USUAL
from factory.desk.panes.ribbon import ribbon
from factory.desk.panes.watch import Sighting
from factory.model import Event, Oid
from factory.plain import printable, whole_line

HERE = Path(__file__).parent


@functools.cache
def environment() -> Environment:
    """The templates, each read once."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        auto_reload=False,
    )
    made.filters["short"] = _short
    return made


def prepare() -> None:
    """Read every template, so that the first page waits for none."""
    for name in environment().list_templates(extensions=["html"]):
        environment().get_template(name)


def _shown(value: Any) -> Any:
    return printable(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _short(text: str, limit: int) -> str:
    return whole_line(text, limit)


def link(path: str, language: str, **query: object) -> str:
    """A place of the console, in the language that was asked for (empty: the settings')."""
    pairs = {name: value for name, value in (*query.items(), ("lang", language)) if value not in ("", None)}
    return f"{path}?{urlencode(pairs, safe=',')}" if pairs else path


def known(language: str) -> str:
    """A language that was asked for; empty for one that there is not: what is kept of each is bounded."""
    return language if language in words.LANGUAGES else ""


class Drawing:
    """Draws in one language, of one look."""

    def __init__(self, look: Sighting | None, asked: str) -> None:
        self.asked = known(asked)
        self.lang = self.asked or (look.settings.factory.language if look else "en")
        self.zone = ZoneInfo(look.seen.zone) if look else dt.UTC
        self.now = look.seen.at if look else 0.0
        self.words = _words(self.lang)

    def draw(self, template: str, **given: Any) -> Markup:
        """A template with these values beside what all of them have."""
        own = {
            "w": self.words,
            "lang": self.lang,
            "asked_lang": self.asked,
            "at": self.at,
            "clock": self.clock,
            "ago": lambda then: self.lasted(max(0.0, self.now - then)),
            "lasted": self.lasted,
            "usd": usd,
            "amount": lambda name, amount: usd(amount) if name == "usd" else f"{amount:,.0f}",
            "stop_words": functools.partial(reasons.stop_in, self.lang),
            "stop_kind": functools.partial(reasons.stop_kind, self.lang),
            "event_words": functools.partial(reasons.event_in, self.lang),
            "reason_words": functools.partial(reasons.reason_in, self.lang),
            "why_words": functools.partial(reasons.why_in, self.lang),
            "triage_words": functools.partial(reasons.triage_in, self.lang),
        }
        return Markup(environment().get_template(template).render(own | given))

    def at(self, path: str, **query: object) -> str:
        """A link that keeps the language."""
        return link(path, self.asked, **query)

    @property
    def today(self) -> dt.date:
        """The day of the look, in the factory's zone."""
        return dt.datetime.fromtimestamp(self.now, self.zone).date()

    def clock(self, at: float) -> str:
        """A time in the factory's zone; of another day with the date."""
        time, now = dt.datetime.fromtimestamp(at, self.zone), dt.datetime.fromtimestamp(self.now, self.zone)
        return f"{time:%H:%M:%S}" if time.date() == now.date() else f"{time:%Y-%m-%d %H:%M}"

    def lasted(self, seconds: float) -> str:
        """A duration in words."""
        return words.lasted(self.lang, seconds)


@functools.cache
def _words(lang: str) -> Mapping[str, Any]:
    return words.words(lang)


def usd(amount: float) -> str:
    """Dollars, small sums as they are."""
    return words.money(amount)


def values(look: Sighting, names: Iterable[str]) -> dict[str, Any]:
    """What these pieces are made of (`ribbon`, or a pane), in no language yet."""
    return {name: ribbon(look) if name == RIBBON else PANES[name](look) for name in names}


def piece(look: Sighting | None, fault: str, name: str, asked: str, made_of: Any = None) -> Markup:
    """The ribbon or a pane of one look. `fault`: why there is no newer one; `made_of`: its `values`, where they are
    known already."""
    drawing = Drawing(look, asked)
    if look is None:
        return drawing.draw("fault.html", fault=fault) if name == RIBBON else Markup("")
    found = made_of or values(look, [name])[name]
    if name == RIBBON:
        return drawing.draw("ribbon.html", fault=fault, r=found)
    return drawing.draw(f"panes/{name}.html", p=found)


class NewsLines:
    """The last events in one language. A line is drawn once: of thirty, one is new."""

    def __init__(self, asked: str) -> None:
        self._asked, self._day = known(asked), ""
        self._lines: dict[Oid, Markup] = {}

    def draw(self, look: Sighting | None, events: Sequence[Event]) -> Markup:
        """All of them, the newest first."""
        drawing, shown = Drawing(look, self._asked), events[::-1][:NEWS]
        if (day := f"{drawing.lang} {drawing.today}") != self._day:  # another day's events are told with their date
            self._day, self._lines = day, {}
        known = self._lines
        self._lines = {
            event.oid: known[event.oid] if event.oid in known else drawing.draw("event.html", e=event)
            for event in shown
        }
        return drawing.draw("news.html", lines=self._lines.values())


RIBBON = "ribbon"
NEWS = 30  # events on the page


def page(look: Sighting | None, template: str, query: Mapping[str, str], **given: Any) -> Markup:
    """A whole page."""
    drawing = Drawing(look, query.get("lang", ""))
    lang = "en" if drawing.lang == "ko" else "ko"
    path = given.pop("path", "/")
    common = {
        "page": template.removesuffix(".html"),
        "other": link(path, lang, **{name: value for name, value in query.items() if name != "lang"}),
        "q": query.get("q", ""),
        "all_panes": list(PANES),
        "usual": USUAL,
        "panes": (),
    }
    return drawing.draw(template, **common | given)


def partial(target: str, html: str) -> str:
    """One piece of the page, as the stream pushes it: htmx puts it into its place."""
    return f'<hx-partial hx-target="#{target}" hx-swap="innerMorph">{html}</hx-partial>'


def lines(pieces: Iterable[str]) -> str:
    """Pieces in one message of the stream."""
    return "\n".join(pieces)

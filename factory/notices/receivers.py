"""Who is told: the settings' receivers with their URLs found. A URL is a secret: what is shown of it is its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from factory.notices.notice import Notice
from factory.ssot.read_settings import SCHEME
from factory.ssot.settings import Settings, Word

ENV, COMMAND = "env:", "command:"
TOKEN = 16  # characters: a part of a URL with a digit in it that is as long is a key, and no word
PARTS = re.compile(r"[/:@?&=#,]+")


class Addressee(NamedTuple):
    """A receiver, and where it is reached."""

    name: str
    url: str  # empty where it lacks something
    events: tuple[Word, ...]
    lacks: str = ""

    @property
    def kind(self) -> str:
        """All of its URL that may be shown: `ntfys`, `command`."""
        return self.url.partition(":")[0]

    def hears(self, notice: Notice) -> bool:
        return notice.concerns(self.events)


def receivers(settings: Settings, environ: Mapping[str, str]) -> tuple[Addressee, ...]:
    """Every receiver of the settings."""
    return tuple(_found(name, one.url.get_secret_value(), one.events, environ) for name, one in settings.notify.items())


def _found(name: str, url: str, events: tuple[Word, ...], environ: Mapping[str, str]) -> Addressee:
    if not url.startswith(ENV):
        return Addressee(name, url, events)
    variable = url.removeprefix(ENV)
    found = environ.get(variable, "").strip()
    if not found:
        return Addressee(name, "", events, f"{variable} is not set")
    if not SCHEME.match(found) or found.startswith(ENV):
        return Addressee(name, "", events, f"{variable} holds no URL")
    return Addressee(name, found, events)


def wants_alerts(settings: Settings) -> bool:
    """Whether anybody is told of numbers beyond their thresholds."""
    return any(word.startswith("alert") for one in settings.notify.values() for word in one.events)


def secrets(found: Iterable[Addressee]) -> tuple[str, ...]:
    """What of their URLs must never be told: each whole, its password, and whatever in it looks like a key."""
    return tuple(dict.fromkeys(part for one in found if one.url for part in _secrets(one.url)))


def _secrets(url: str) -> Iterable[str]:
    yield url
    yield url.partition("://")[2] or url
    yield from (part for part in PARTS.split(url) if len(part) >= TOKEN and any(map(str.isdigit, part)))
    try:
        yield urlsplit(url).password or url
    except ValueError:  # no URL in the strict sense
        return

"""What of a run is told to people who are not there: the line's few calls, which never fail it and never wait."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from zoneinfo import ZoneInfo

from factory.errors import FactoryError
from factory.line.house import House
from factory.notices.herald import Herald, HeraldNeeds
from factory.notices.notice import Notice, Urgency
from factory.notices.post import Post
from factory.notices.receivers import Addressee, receivers, wants_alerts
from factory.notices.sending import send
from factory.notices.trying import folder_of, frame
from factory.notices.wording import HowEnded
from factory.records.redact import redact
from factory.reports.stops import STOPS

Alert = tuple[str, str, Urgency]  # its name, what fires in words, and how urgent it is


def herald(house: House, language: str = "en") -> Herald | None:
    """Who tells; None where the settings name no receiver."""
    to = receivers(house.settings, house.environ)
    if not to:
        return None
    zone, at = ZoneInfo(house.settings.factory.timezone), folder_of(house.repo)
    told = HeraldNeeds(zone, partial(frame, at, language), partial(redact, known=house.secrets))

    def carry(one: Addressee, notices: Sequence[Notice], stop: threading.Event) -> Sequence[str]:
        return send(one, notices, house.environ, stop, at)

    return Herald(house.ledger, Post(to, carry), told)


def look(house: House, *, all: bool = False) -> None:
    """What happened since the last look."""
    _tell(house, lambda herald: herald.look(house.clock.now(), all=all))


def ended(house: House, kind: str, detail: str, command: str) -> None:
    """How the run ended: its kind, the exact reason without secrets, and the command that goes on."""
    stop = HowEnded(kind, detail, command or STOPS[kind].command)
    _tell(house, lambda herald: herald.ended(house.clock.now(), stop, house.main()))


def alerts(house: House, find: Callable[[], Iterable[Alert]]) -> None:
    """What fires; it is looked for only where somebody wants to hear of it."""

    def tell(herald: Herald) -> None:
        for name, line, urgency in find():
            herald.alert(house.clock.now(), name, line, urgency)

    if wants_alerts(house.settings):
        _tell(house, tell)


def close(house: House) -> None:
    """The end of it all: a few seconds for what is on its way."""
    if house.herald is not None:
        house.herald.post.end()
        _tell(house, lambda _: None)
        _tell(house, Herald.close)


def _tell(house: House, step: Callable[[Herald], None]) -> None:
    """Nothing that goes wrong here is the run's trouble."""
    if house.herald is None:
        return
    try:
        step(house.herald)
    except (FactoryError, OSError) as error:
        house.say("", f"no word could be sent: {error}", "warning")
    failed = house.herald.post.failed()
    house.herald.count(len(failed))
    for one, times in Counter(failed).items():
        house.say("", f"no word to {one.receiver}: {one.why}{f' ({times} messages)' * (times > 1)}", "warning")

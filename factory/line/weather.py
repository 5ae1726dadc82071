"""What the ends of attempts say of a night: how many may run at a time, and when it is better to stop."""

from __future__ import annotations

from factory.errors import RateLimited, StormStop
from factory.line.item import Turn
from factory.model import Triage
from factory.money import pace, storm
from factory.money.storm import Failure, Storm, Weather
from factory.ssot.settings import Settings


class Glass:
    """The weather of one run."""

    def __init__(self, settings: Settings) -> None:
        self._limits, self._storm = settings.storm, Storm()
        self._pace = pace.full_pace(settings.factory.max_workers)

    @property
    def at_once(self) -> int:
        """How many attempts may run beside each other."""
        return self._pace.now

    def weigh(self, weather: Weather, failure: Failure | None = None) -> None:
        """One more attempt ended. StormStop where too many failed in a row, with what they have in common."""
        self._storm = storm.after(self._storm, weather, failure)
        self._pace = pace.rate_limited(self._pace) if weather is Weather.RATE_LIMIT else pace.succeeded(self._pace)
        if why := storm.reason(self._storm, self._limits):
            raise (RateLimited if weather is Weather.RATE_LIMIT else StormStop)(
                f"storm guard: {why}; see `factory log`, mend the cause, {_release(self._storm)}then `factory run`"
            )

    def weigh_turn(self, turn: Turn, box: str) -> None:
        """What the end of an item's turn says of the night."""
        if turn.stamp or not turn.result:
            self.weigh(Weather.SUCCESS if turn.stamp else Weather.RATE_LIMIT)
            return
        self.weigh(
            Weather.FAILURE,
            Failure(
                ticket=turn.item.id,
                box=box,
                worker=turn.item.worker,
                triage=turn.triage or Triage.TEST,
                fingerprint=turn.result.fingerprint,
                why=turn.why,
                ends=turn.ends,
            ),
        )


def _release(row: Storm) -> str:
    """What brings back the tickets that the storm itself took off the line."""
    ended = list(dict.fromkeys(failure.ticket for failure in row.failures if failure.ends))
    return f"release what it BLOCKED ({', '.join(f'`factory retry {t}`' for t in ended[:6])}), " if ended else ""

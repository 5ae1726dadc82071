"""Three counts in a row, each with its own limit."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from factory.money.storm import Storm, Weather, after, reason

LIMITS = SimpleNamespace(failures=6, rate_limits=5, box_failures=3)
S, F, R = Weather.SUCCESS, Weather.FAILURE, Weather.RATE_LIMIT


def _storm(*steps: tuple[Weather, str]) -> str | None:
    storm = Storm()
    for weather, box in steps:
        assert reason(storm, LIMITS) is None, "it stopped too early"
        storm = after(storm, weather, box)
    return reason(storm, LIMITS)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([(F, f"box_{i % 3}") for i in range(6)], "6 attempts failed in a row"),
        ([(F, f"box_{i % 3}") for i in range(5)], None),
        ([(R, "box_0")] * 5, "the model's server refused 5 calls in a row"),
        ([(R, "box_0")] * 4, None),
        ([(F, "box_7")] * 3, "3 attempts failed in a row in box_7"),
        ([(F, "box_7"), (F, "box_7"), (S, "box_7"), (F, "box_7"), (F, "box_7")], None),
        ([(F, "box_7"), (F, "box_7"), (S, "box_8"), (F, "box_7")], "3 attempts failed in a row in box_7"),
        ([(R, "a")] * 4 + [(S, "a")] + [(R, "a")] * 4, None),
        ([(R, "a")] * 4 + [(F, "a")] + [(R, "a")] * 4, None),
        ([(F, "a"), (R, "a"), (F, "a"), (R, "a"), (F, "a")], "3 attempts failed in a row in a"),
    ],
)
def test_a_storm_is_named(steps: list[tuple[Weather, str]], said: str | None) -> None:
    assert _storm(*steps) == said

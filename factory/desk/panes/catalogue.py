"""The panes by name: the order is that of the numbers on the keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from factory.desk.panes.landed import errors_pane, git_pane, people_pane
from factory.desk.panes.line import line_pane, queue_pane
from factory.desk.panes.money import models_pane, money_pane
from factory.desk.panes.watch import Sighting

PANES: Mapping[str, Callable[[Sighting], Any]] = {
    "line": line_pane,
    "queue": queue_pane,
    "money": money_pane,
    "errors": errors_pane,
    "git": git_pane,
    "models": models_pane,
    "people": people_pane,
}
USUAL = ("line", "queue", "money", "errors")
MOST = 4


def chosen(names: str) -> tuple[str, ...]:
    """The panes of a list such as `line,git`: four at most, each once, and none that there is not."""
    wanted = dict.fromkeys(name.strip() for name in names.split(","))
    return tuple(name for name in wanted if name in PANES)[:MOST]

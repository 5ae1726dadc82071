"""What a benchmark answers, and how it is shown."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple


class Cost(NamedTuple):
    """Seconds by the clock on the wall, and seconds of processor time of this process and its children.

    On a shared machine the second says more.
    """

    wall: float
    cpu: float

    def each(self, times: int) -> Cost:
        return Cost(self.wall / times, self.cpu / times)


class Figure(NamedTuple):
    """One line of a table. `value` and `baseline` are in `unit`; the ratio is the first over the second."""

    bench: str
    case: str
    value: float
    unit: str
    baseline: float | None = None
    against: str = ""  # what the baseline is
    cpu: float | None = None  # seconds
    cpu_baseline: float | None = None  # seconds

    @property
    def ratio(self) -> float | None:
        return _over(self.value, self.baseline)

    @property
    def cpu_ratio(self) -> float | None:
        return _over(self.cpu, self.cpu_baseline)

    def as_json(self) -> dict[str, Any]:
        return {**self._asdict(), "ratio": self.ratio, "cpu_ratio": self.cpu_ratio}


def compared(bench: str, case: str, ours: Cost, theirs: Cost, against: str) -> Figure:
    """A figure from two costs, in milliseconds."""
    return Figure(bench, case, ours.wall * 1e3, "ms", theirs.wall * 1e3, against, ours.cpu, theirs.cpu)


def _over(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


HEAD = ("case", "figure", "baseline", "ratio", "CPU", "CPU baseline", "CPU ratio", "beside")


def as_table(figures: Iterable[Figure]) -> str:
    """A Markdown table, its columns aligned, so that it can go into a document as it is."""
    rows = [HEAD, *(_row(f) for f in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    lines = ["| " + " | ".join(_pad(row[n], width, n) for n, width in enumerate(widths)) + " |" for row in rows]
    rule = "|" + "|".join("-" * (w + 1) + ("-" if n in (0, 7) else ":") for n, w in enumerate(widths)) + "|"
    return "\n".join([lines[0], rule, *lines[1:]])


def _pad(cell: str, width: int, column: int) -> str:
    return cell.ljust(width) if column in (0, len(HEAD) - 1) else cell.rjust(width)


def _row(f: Figure) -> tuple[str, ...]:
    clock = (_number(f.value, f.unit), _number(f.baseline, f.unit), _number(f.ratio))
    cpu = (_number(_ms(f.cpu), "ms"), _number(_ms(f.cpu_baseline), "ms"), _number(f.cpu_ratio))
    return (f.case, *clock, *cpu, f.against)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else seconds * 1e3


def _number(value: float | None, unit: str = "") -> str:
    """Three digits that count."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f} {unit}".rstrip()

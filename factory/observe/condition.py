"""One condition of an alert, told twice: as PromQL, and as a number of our own samples. Both say the same. Pure."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from typing import Literal, NamedTuple

from factory.observe.exposition import REPOSITORY
from factory.observe.values import Labels, Sample

BY = f"instance, {REPOSITORY}"  # several repositories may be watched by one Prometheus
Op = Literal[">", ">=", "<", "<=", "=="]
DOES = {">": operator.gt, ">=": operator.ge, "<": operator.lt, "<=": operator.le, "==": operator.eq}
UNITS = ((86400, "d"), (3600, "h"), (60, "m"), (1, "s"))


class Condition(NamedTuple):
    """A metric's samples, added up, held against a limit."""

    metric: str
    op: Op
    limit: float
    labels: Labels = ()  # the samples that have these
    over: int = 0  # seconds: by how much it rose in that time; 0: what it is now
    per: str = ""  # the share that it is of this metric
    age: bool = False  # the metric is a moment, and what counts are the seconds since then
    most: bool = False  # the largest sample, and not their sum


class Readings(NamedTuple):
    """`now`, and what was counted before: by how many seconds."""

    at: float
    now: tuple[Sample, ...]
    before: Mapping[int, tuple[Sample, ...]] = {}


def promql(asked: Condition) -> str:
    """The condition for Prometheus."""
    told = _promql(asked, asked.metric, asked.labels)
    if asked.per:
        told = f"{told} / {_promql(asked, asked.per, ())}"
    return f"{f'time() - {told}' if asked.age else told} {asked.op} {asked.limit:g}"


def _promql(asked: Condition, metric: str, labels: Labels) -> str:
    chosen = ",".join(f'{name}="{word}"' for name, word in labels)
    series = f"{metric}{{{chosen}}}" if chosen else metric
    series = f"increase({series}[{span(asked.over)}])" if asked.over else series
    return f"{'max' if asked.most else 'sum'} by ({BY}) ({series})"


def span(seconds: int) -> str:
    """A time as Prometheus writes it: `1h`."""
    length, unit = next((length, unit) for length, unit in UNITS if seconds % length == 0)
    return f"{seconds // length}{unit}"


def value(asked: Condition, seen: Readings) -> float | None:
    """What is held against the limit; None where there is no such number."""
    found = _value(asked, asked.metric, asked.labels, seen)
    if found is None:
        return None
    if asked.per:
        whole = _value(asked, asked.per, (), seen)
        return found / whole if whole else None
    return seen.at - found if asked.age else found


def _value(asked: Condition, metric: str, labels: Labels, seen: Readings) -> float | None:
    now = _chosen(metric, labels, seen.now)
    if not now:
        return None
    if asked.over:
        return sum(now) - sum(_chosen(metric, labels, seen.before[asked.over]))
    return max(now) if asked.most else sum(now)


def _chosen(metric: str, labels: Labels, samples: tuple[Sample, ...]) -> list[float]:
    return [one.value for one in samples if one.name == metric and set(labels) <= set(one.labels)]


def holds(asked: Condition, seen: Readings) -> bool:
    """Whether it is beyond its limit; what there is no number of is not."""
    found = value(asked, seen)
    return found is not None and DOES[asked.op](found, asked.limit)

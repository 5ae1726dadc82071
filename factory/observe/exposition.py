"""The text that Prometheus reads: its text format 0.0.4, written here, so that a text file needs no library. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from factory.observe.metrics import METRICS
from factory.observe.values import Labels, Values, number, samples
from factory.plain import one_line

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
REPOSITORY = "repository"  # the label that every line has
LENGTH = 200  # characters of a label's value


def text(told: Values, repository: str) -> str:
    """The whole page: for each metric what it means, its type, and its lines."""
    named: dict[str, list[str]] = {metric.name: [] for metric in METRICS}
    for metric in METRICS:
        lines = samples({metric.name: told.get(metric.name, {})})
        named[metric.name] = [_line(one.name, one.labels, one.value, repository) for one in lines]
    return "".join(f"{line}\n" for line in _page(named))


def _page(named: Mapping[str, list[str]]) -> Iterator[str]:
    for metric in METRICS:
        yield f"# HELP {metric.name} {_escaped(metric.means, quote=False)}"
        yield f"# TYPE {metric.name} {metric.kind}"
        yield from named[metric.name]


def _line(name: str, labels: Labels, value: float, repository: str) -> str:
    told = ",".join(f'{key}="{_escaped(_clean(word))}"' for key, word in (*labels, (REPOSITORY, repository)))
    return f"{name}{{{told}}} {number(value)}"


def _clean(word: str) -> str:
    """Somebody else's word on one line, without what a terminal or a page would obey."""
    return one_line(word, LENGTH)


def _escaped(word: str, *, quote: bool = True) -> str:
    word = word.replace("\\", "\\\\").replace("\n", "\\n")
    return word.replace('"', '\\"') if quote else word

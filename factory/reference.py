"""The tables of docs/ that are generated from the code, and the files that are generated whole.

`python -m factory.reference` brings every page up to date; with `--check` it writes nothing and names what is stale.
"""

from __future__ import annotations

import json
import re
import sys
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from factory.errors import MEANS
from factory.model import Report, Terms, Triage
from factory.observe.alerts import ALERTS
from factory.observe.condition import promql
from factory.observe.dashboard import grafana_json
from factory.observe.metrics import METRICS
from factory.observe.prometheus_rules import alerts_yml
from factory.pages import RUNBOOKS, folder
from factory.reports.failures import REMEDY
from factory.reports.phrases import ENGLISH
from factory.reports.stops import STOPS
from factory.ssot.protected import PROTECTED
from factory.ssot.settings import BOX, HALF, PACKET, Settings
from factory.ssot.tables import escaped
from guards import GUARDS

PART = re.compile(r"(<!-- (\w+): generated from [\w/.]+ -->\n)(.*?)(<!-- \2: end -->)", re.DOTALL)
AGAIN = "`python -m factory.reference` writes it anew"
KINDS_OF_VALUE = {str: "text", SecretStr: "text", int: "whole number", float: "number", bool: "true or false"}


def reference() -> str:
    """Every table and key of ssot/factory.toml, with its type, default and meaning, as Markdown."""
    parts = [_part(name, field) for name, field in Settings.model_fields.items()]
    protected = "\n".join(f"- `{glob}`" for glob in PROTECTED)
    constants = f"A box is {BOX} tickets, a half {HALF}, a packet at most {PACKET} cards: constants, not settings."
    return "\n\n".join([*parts, f"### Protected by itself\n\n{protected}", constants]) + "\n"


def _part(name: str, field: FieldInfo) -> str:
    *_, model = typing.get_args(field.annotation) or (field.annotation,)  # of a table of tables, what each holds
    rows = "\n".join(_rows(model, model()))
    title = (field.description or "").replace("], [", "]`, `[")
    return f"### `{title}`\n\n{model.__doc__}\n\n| key | type | default | meaning |\n|---|---|---|---|\n{rows}"


def _rows(model: type[BaseModel], defaults: BaseModel, prefix: str = "") -> Iterator[str]:
    for name, field in model.model_fields.items():
        default = getattr(defaults, name)
        if isinstance(default, BaseModel):
            yield from _rows(type(default), default, f"{name}.")
            continue
        cells = (f"`{prefix}{name}`", _type(field.annotation), _default(default), field.description or "")
        yield "| " + " | ".join(escaped(cell) for cell in cells) + " |"


def _type(hint: Any) -> str:
    """A type in the reader's words."""
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin is typing.Annotated:
        return _type(args[0])
    if origin is typing.Literal:
        return ", ".join(f"`{_toml(value)}`" for value in args)
    if origin is tuple:
        return f"list of {_type(args[0])}" if typing.get_origin(args[0]) is typing.Literal else "list of text"
    if origin in (types.UnionType, typing.Union):
        return _type(args[0])
    return KINDS_OF_VALUE[hint]


def _default(value: Any) -> str:
    return "unset" if value is None else f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    return json.dumps(value.get_secret_value() if isinstance(value, SecretStr) else value)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [tuple(head), *(tuple(escaped(cell) for cell in row) for row in rows)]
    out = ["| " + " | ".join(cells) + " |" for cells in lines]
    return "\n".join([out[0], "|" + "---|" * len(lines[0]), *out[1:]])


def terms() -> str:
    """A ticket's terms: the keys of the ```toml block of its section."""
    return _fields(("term", "type", "default", "meaning"), Terms)


def report() -> str:
    """The fields of a worker's report."""
    return _fields(("field", "type", "default", "meaning"), Report)


def _fields(head: tuple[str, ...], model: type[BaseModel]) -> str:
    found = model.model_fields.items()
    return _table(head, ((f"`{n}`", _type(f.annotation), _default(f.default), f.description or "") for n, f in found))


def failures() -> str:
    """The classes of failure, in the order of the model."""
    return _table(
        ("class", "what it means", "what you do"), ((f"`{t.value}`", ENGLISH.why[t], REMEDY[t]) for t in Triage)
    )


def exits() -> str:
    """The exit codes of every command."""
    return _table(("code", "meaning"), ((str(int(code)), meaning) for code, meaning in MEANS.items()))


def kinds_of_stop() -> str:
    """Why a run ended."""
    found = STOPS.items()
    rows = ((kind, stop.state, stop.command and f"`{stop.command}`", stop.english) for kind, stop in found)
    return _table(("kind", "state", "goes on with", "in words"), rows)


def rules() -> str:
    """What each guard forbids, in running order."""
    found = [rule for guard in GUARDS for rule in guard.RULES.values()]
    rows = ((f"`{r.id}`", r.forbids, r.why, "none: it flags" if r.flag else f"`{r.triage}`") for r in found)
    return _table(("rule", "forbids", "why", "triage"), rows)


def metrics() -> str:
    """Every metric, in the order in which they are exported."""
    rows = ((f"`{m.name}`", m.kind, ", ".join(f"`{label}`" for label in m.labels), m.means) for m in METRICS)
    return _table(("name", "type", "labels", "what it is"), rows)


def alerts() -> str:
    """Every alert with its condition, and the page that says what to do."""
    rows = (
        (
            f"[{rule.name}]({RUNBOOKS}/{rule.name}.md) ([한국어]({RUNBOOKS}/{rule.name}.ko.md))",
            rule.priority,
            rule.english,
            " and ".join(f"`{promql(asked)}`" for asked in rule.when),
        )
        for rule in ALERTS
    )
    return _table(("alert", "priority", "what it says", "when"), rows)


PARTS: dict[str, Callable[[], str]] = {
    "settings": reference,
    "terms": terms,
    "report": report,
    "failures": failures,
    "exits": exits,
    "stops": kinds_of_stop,
    "rules": rules,
    "metrics": metrics,
    "alerts": alerts,
}
FILES: dict[str, Callable[[], str]] = {  # below docs/, generated whole
    "observability/alerts.yml": alerts_yml,
    "observability/grafana.json": grafana_json,
}


def updated(page: str) -> str:
    """The page with its generated parts renewed. A part that nothing generates is a KeyError."""
    return PART.sub(lambda part: f"{part[1]}\n{PARTS[part[2]]().rstrip()}\n\n{part[4]}", page)


def stale(page: str) -> list[str]:
    """The names of the parts of a page that are not what the code says."""
    return [part[2] for part in PART.finditer(page) if updated(part[0]) != part[0]]


def main(words: list[str]) -> list[str]:
    """Renews the pages and files. With `--check` it only says which parts are stale, a line each."""
    check, pages = "--check" in words, [Path(word) for word in words if word != "--check"]
    told = []
    for page in pages or sorted(folder().glob("*.md")):
        text = page.read_text(encoding="utf-8")
        told += [f"{page}: the part {part!r} is not what the code says; {AGAIN}" for part in stale(text)]
        if not check and updated(text) != text:
            page.write_text(updated(text), encoding="utf-8", newline="\n")
    told += [line for name, made in FILES.items() if not pages for line in _renewed(folder() / name, made(), check)]
    return told if check else []


def _renewed(at: Path, made: str, check: bool) -> Iterator[str]:
    """A file that is generated whole, renewed; the line that says that it is stale."""
    if (at.read_text(encoding="utf-8") if at.exists() else "") != made:
        yield f"{at} is not what the code says; {AGAIN}"
        if not check:
            at.parent.mkdir(parents=True, exist_ok=True)
            at.write_text(made, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    sys.exit("\n".join(main(sys.argv[1:])) or 0)

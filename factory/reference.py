"""The settings' part of docs/reference.md, generated from the model.

`python -m factory.reference docs/reference.md` brings the page up to date; a test holds that it is.
"""

from __future__ import annotations

import json
import sys
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from factory.ssot.settings import BOX, HALF, PACKET, PROTECTED, Settings, Worker
from factory.ssot.tables import escaped

BEGIN, END = "<!-- settings: generated from factory/ssot/settings.py -->", "<!-- settings: end -->"
KINDS_OF_VALUE = {str: "text", int: "whole number", float: "number", bool: "true or false"}


def reference() -> str:
    """Every table and key of ssot/factory.toml, with its type, default and meaning, as Markdown."""
    parts = [_part(name, field) for name, field in Settings.model_fields.items()]
    protected = "\n".join(f"- `{glob}`" for glob in PROTECTED)
    constants = f"A box is {BOX} tickets, a half {HALF}, a packet at most {PACKET} cards: constants, not settings."
    return "\n\n".join([*parts, f"### Protected by itself\n\n{protected}", constants]) + "\n"


def _part(name: str, field: FieldInfo) -> str:
    if name == "workers":
        model: type[BaseModel] = Worker
    else:
        model = typing.cast("type[BaseModel]", field.annotation)
    rows = "\n".join(_rows(model, field.get_default() if name != "workers" else Worker()))
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
        return "list of text"
    if origin in (types.UnionType, typing.Union):
        return _type(args[0])
    return KINDS_OF_VALUE[hint]


def _default(value: Any) -> str:
    return "unset" if value is None else f"`{_toml(value)}`"


def _toml(value: Any) -> str:
    return json.dumps(value)


def updated(page: str) -> str:
    """The page with its generated part renewed. Raises ValueError where the two marks are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no {BEGIN} ... {END}")
    return f"{before}{BEGIN}\n\n{reference()}\n{END}{after}"


def main(page: Path) -> None:
    """Rewrites the page."""
    page.write_text(updated(page.read_text(encoding="utf-8")), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))

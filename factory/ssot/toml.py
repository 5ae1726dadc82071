"""TOML that a person writes -> a model. Strict: every mistake names its line, an unknown key the nearest right one."""

from __future__ import annotations

import difflib
import json
import math
import re
import tomllib
import typing
from collections.abc import Iterator
from typing import Any, TypeVar

from pydantic import BaseModel, SecretStr, ValidationError

from factory.errors import Mistake

Model = TypeVar("Model", bound=BaseModel)
Keys = tuple[str | int, ...]


def build(model: type[Model], text: str, path: str, first: int = 1) -> Model:
    """Reads `text`, whose first line is line `first` of the file `path`. Raises Mistake."""
    data = load(text, path, first)
    for keys, value in _leaves(data):
        if isinstance(value, float) and not math.isfinite(value):
            raise Mistake(f"{dotted(keys)} is {value}", path=path, line=line_of(text, keys, first), remedy=_FINITE)
    try:
        return model.model_validate_json(json.dumps(data, default=_Unwanted.text), strict=True)
    except ValidationError as error:
        first_error = error.errors(include_url=False)[0]
        keys = tuple(key for key in first_error["loc"] if key != "[key]")  # an entry whose name is wrong
        what, remedy = _say(model, keys, first_error["type"], first_error["msg"], first_error["input"])
        raise Mistake(what, path=path, line=line_of(text, keys, first), remedy=remedy) from None


_FINITE = "a cap that is not a number never stops anything: write a number"


class _Unwanted:
    """TOML's dates and times: no key takes one, so they arrive as what no field accepts."""

    @staticmethod
    def text(value: object) -> dict[str, str]:
        return {"a date or a time": str(value)}


def load(text: str, path: str, first: int = 1) -> dict[str, Any]:
    """What it says. Mistake, with the line, where it is no TOML."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise Mistake(f"not TOML: {_reason(error)}", path=path, line=first + _bad_line(text, error) - 1) from None


def _reason(error: Exception) -> str:
    return re.sub(r" \(at .*\)$", "", str(error).splitlines()[0])


def _bad_line(text: str, error: Exception) -> int:
    """tomllib says the line in its message only, until Python 3.14."""
    named = re.search(r"\(at line (\d+),", str(error))
    return int(named[1]) if named else max(1, text.rstrip().count("\n") + 1)


def _leaves(value: Any, keys: Keys = ()) -> Iterator[tuple[Keys, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else None
    if inner is None:
        yield keys, value
        return
    for key, below in inner:
        yield from _leaves(below, (*keys, key))


def line_of(text: str, keys: Keys, first: int = 1) -> int:
    """The line on which a key is set.

    tomllib keeps no positions; but the shortest beginning of the text that has the key ends with it.
    """
    lines = text.split("\n")
    begins = 0
    for count in range(1, len(lines) + 1):
        try:
            data = tomllib.loads("\n".join(lines[:count]))
        except ValueError:
            continue  # within a value of several lines
        if _has(data, keys):
            return first + begins
        begins = count
    return first


def _has(data: Any, keys: Keys) -> bool:
    for key in keys:
        try:
            data = data[key]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def dotted(keys: Keys) -> str:
    """`("gate", "fast", 0)` -> `gate.fast[0]`."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys).lstrip(".")


def _say(model: type[BaseModel], keys: Keys, kind: str, message: str, value: Any) -> tuple[str, str]:
    if kind == "extra_forbidden":
        names = _names(model, keys[:-1])
        near = difflib.get_close_matches(str(keys[-1]), names, 1, 0.5)
        return (
            f"unknown key {dotted(keys)}",
            f"did you mean {near[0]}?" if near else f"the keys here: {', '.join(names)}",
        )
    said = message.replace("Input should be", "should be").replace("valid array", "list").replace("String", "string")
    shown = "what is written there" if _hides(model, keys) else _shown(value)
    return f"{dotted(keys)}: {said.removeprefix('Value error, ')}, not {shown}", "correct the value"


def _hides(model: type[BaseModel], keys: Keys) -> bool:
    """Whether a secret's place is there, or below: what stands in it is shown to nobody."""
    found: Any = model
    for key in keys:
        if (field := found.model_fields.get(str(key))) is not None:  # else: the name of an entry
            *_, found = typing.get_args(field.annotation) or (field.annotation,)
        if not hasattr(found, "model_fields"):
            return found is SecretStr
    return any(field.annotation is SecretStr for field in found.model_fields.values())


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)[:60]


def _names(model: type[BaseModel], keys: Keys) -> list[str]:
    """The keys of the table that `keys` leads to."""
    for key in keys:
        field = model.model_fields.get(str(key))
        if field is not None:  # else: the name of an entry, as in [workers.fast]
            model = _table(field.annotation)
    return list(model.model_fields)


def _table(annotation: Any) -> type[BaseModel]:
    """The model behind `X` or `dict[str, X]`."""
    args = typing.get_args(annotation)
    found = args[-1] if args else annotation
    assert isinstance(found, type)
    assert issubclass(found, BaseModel)
    return found

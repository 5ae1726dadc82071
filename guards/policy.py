"""Policies as values: an unknown key, a wrong type and a pattern that is none are the policy's mistakes, named."""

from __future__ import annotations

import re
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from factory.errors import Mistake
from factory.ssot import toml
from factory.ssot.encoding import read
from guards.case import Case


class Policy(BaseModel):
    """A policy file, or a table of one."""

    model_config = ConfigDict(frozen=True, extra="forbid")


P = TypeVar("P", bound=Policy)


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"no regular expression: {error}") from error
    return pattern


Regex = Annotated[str, AfterValidator(_compiles)]


def load(case: Case, path: str, kind: type[P]) -> P | None:
    """The policy at a path, from main's side; None where the file is missing or has only comments.

    Raises Mistake, with the line and the key, where it says what no policy says."""
    try:
        said = read((case.tree if case.by_hand else case.base).read(path), path).plain
    except KeyError:
        return None
    try:
        found = toml.load(said, path)
        return kind.model_validate(found) if found else None
    except ValidationError as error:
        first = error.errors()[0]
        keys = tuple(first["loc"])
        what = f"{toml.dotted(keys)}: {first['msg'].removeprefix('Value error, ')}"
        raise Mistake(what, path=path, line=toml.line_of(said, keys), remedy="see `factory help guards`") from error

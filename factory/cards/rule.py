"""A tag rule: what a TAG card looks for, and what a STRIKE card does about it."""

from __future__ import annotations

import re
from typing import Any

from pydantic import Field, field_validator, model_validator

from factory.model import Value


class RuleTerms(Value):
    """A rule as a day plan writes it, under its name."""

    regex: str = Field("", description="Python regular expression, searched in every line")
    ast: str | dict[str, Any] = Field("", description="ast-grep pattern, or an ast-grep rule object")
    language: str = Field("python", description="the `kind` of the files that an `ast` rule reads")
    where: dict[str, str | int] = Field({}, description="index fields: a value, '> n', '< n', a glob for path")
    report: str = Field("", description="what is wrong, in one line; a STRIKE without `fix` writes it down")
    fix: str | None = Field(None, description="replacement: \\1 for a regex, $NAME and $$$NAME for an ast pattern")

    @field_validator("regex")
    @classmethod
    def _compiles(cls, regex: str) -> str:
        try:
            re.compile(regex)
        except (re.error, RecursionError, OverflowError) as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return regex

    @model_validator(mode="after")
    def _says_what(self) -> RuleTerms:
        if self.regex and self.ast:
            raise ValueError("a rule has a regex or an ast pattern, not both")
        if not (self.regex or self.ast or self.where):
            raise ValueError("a rule needs a regex, an ast pattern or a where")
        if self.fix is not None:
            self._can_fix(self.fix)
        return self

    def _can_fix(self, fix: str) -> None:
        if not (self.regex or self.ast):
            raise ValueError("a fix needs a regex or an ast pattern: there is no text to replace")
        if self.regex:
            try:
                re.sub(self.regex, fix, "")  # reads the whole replacement, match or not
            except (re.error, IndexError) as error:
                raise ValueError(f"the fix does not go with the regex: {error}") from error


class CardRule(RuleTerms):
    """A rule as a card carries it."""

    name: str

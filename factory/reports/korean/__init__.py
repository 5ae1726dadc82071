"""The reasons of the factory's own making in Korean. What a program, a person or a provider says stays as it is."""

from __future__ import annotations

from factory.reports.korean import lookup, strangers


def told(kind: str, why: str) -> str | None:
    """The reason in Korean, as plain text; None where no row knows it. `kind`: of a stop, or a triage. A stranger's
    words may stand in it: whoever shows it makes it safe for where it is shown."""
    found = lookup.find(why)
    return found.text if found else strangers.told(kind, why)
